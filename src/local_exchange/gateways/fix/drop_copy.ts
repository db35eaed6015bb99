/** Execution reports of the last three hours, for who asks again (KalshiDC and KalshiNR). */
import { EventResendRejectReason, SessionRejectReason } from "../../../contract/fix/codes.ts";
import type { EventResendRequest, ExecutionReport } from "../../../contract/fix/messages.ts";
import type { Received } from "../../../fix/session_types.ts";
import type { Exchange } from "../../exchange.ts";
import { executionReport } from "./execution_report.ts";
import type { Report } from "./order_lives.ts";
import { FieldRefusal } from "./refusals.ts";
import type { ServerSession } from "./server_session.ts";

/** How far back reports can be asked for, in milliseconds. */
const WINDOW_MS = 3 * 3_600_000;
/** Between two requests, where rate limits hold. */
const PACE_MS = 1_000;

/** An ExecID(17), read. */
interface Place {
  readonly at: number;
  readonly number: number;
  readonly shard: number;
}

function readPlace(text: string, tag: number): Place {
  const match = /^(\d{1,15});(\d{1,15})(?:;(\d{1,3}))?$/.exec(text);
  if (match === null) {
    throw new FieldRefusal(
      tag,
      "no ExecID: clock;event or clock;event;exchange_index",
      SessionRejectReason.IncorrectDataFormat,
    );
  }
  return { at: Number(match[1]), number: Number(match[2]), shard: Number(match[3] ?? 0) };
}

/** Answers the EventResendRequests(U1) of one session. */
export class DropCopy {
  readonly #session: ServerSession;
  #askedAt = -Infinity;

  constructor(_exchange: Exchange, session: ServerSession) {
    this.#session = session;
  }

  /** Sends the reports again and then EventResendComplete(U2), or says in an EventResendReject(U3) why not. */
  resend(message: Received<EventResendRequest>): void {
    const session = this.#session;
    const RefSeqNum = message.header.MsgSeqNum;
    const reports = this.#find(message);
    if (typeof reports === "number") {
      return session.send({ MsgType: "U3", RefSeqNum, EventResendRejectReason: reports });
    }
    for (const report of reports) session.send(report);
    session.send({ MsgType: "U2", RefSeqNum, ResendEventCount: reports.length });
  }

  /** Ends with the session. */
  close(): void {
    this.#askedAt = -Infinity;
  }

  /** What is asked for; or why it is not given, as in 21004. */
  #find({ BeginExecID, EndExecID }: EventResendRequest): readonly ExecutionReport[] | number {
    const { account, exchange, floor, key, lives, preferences, product } = this.#session;
    const since = exchange.dropCopySince.get(key.account);
    if (since === undefined) return EventResendRejectReason.NotAllowlisted;
    const begin = readPlace(BeginExecID, 21001);
    const end = EndExecID === undefined ? undefined : readPlace(EndExecID, 21002);
    if (end !== undefined && end.shard !== begin.shard) {
      throw new FieldRefusal(21002, "EndExecID is of another exchange index than BeginExecID");
    }
    const { now } = floor.engine;
    const isTooSoon = exchange.enforcesLimits && now - this.#askedAt < PACE_MS;
    this.#askedAt = now;
    if (isTooSoon) return EventResendRejectReason.TooManyResendRequests;
    const oldest = Math.max(since, now - WINDOW_MS);
    if (begin.at < oldest) return EventResendRejectReason.BeginExecIDTooSmall;
    const known = lives.journal(account, oldest).filter(({ order: { market, wallet } }) =>
      market.shard === begin.shard && (key.subaccount === undefined || key.subaccount === wallet.subaccount)
    ).toSorted((a, b) => a.number - b.number);
    if (end !== undefined && end.number > (known.at(-1)?.number ?? 0)) {
      return EventResendRejectReason.EndExecIDTooLarge;
    }
    const isAsked = ({ number }: Report) =>
      number >= begin.number && (end === undefined || number <= end.number);
    return known.filter(isAsked).flatMap((report) => executionReport(report, preferences, product) ?? []);
  }
}
