/** Queries of the drop copy: https://docs.kalshi.com/fix/drop-copy */
import type { Clock, ClockTimer } from "../base/clock.ts";
import { KalshiConfigError, type KalshiError, KalshiTimeoutError } from "../base/errors.ts";
import { shownSecret } from "../base/plain.ts";
import type {
  BusinessMessageReject,
  EventResendComplete,
  EventResendReject,
  EventResendRequest,
  ExecutionReport,
  Reject,
} from "../contract/fix/messages.ts";
import { compareExecIds, type ExecIdParts, readExecId } from "./exec_ids.ts";
import { KalshiEventResendError } from "./feed_errors.ts";

/** What a query takes. */
export type EventResendFields = Omit<EventResendRequest, "MsgType" | "extra">;

/** What the drop copy has of a range. */
export interface EventResend {
  /** The reports of the range, each once, in the order of their ExecIDs. */
  readonly reports: readonly ExecutionReport[];
  /** ResendEventCount(21003): how many Kalshi says that it sent. */
  readonly ResendEventCount: number;
}

/** What a message that answers may be. */
export type EventResendAnswer =
  | ExecutionReport
  | EventResendComplete
  | EventResendReject
  | BusinessMessageReject
  | Reject;

interface Range {
  readonly from: ExecIdParts;
  readonly to: ExecIdParts | undefined;
}

/** One that is under way: Kalshi answers one after the other, and its reports carry no reference. */
interface Running extends Waiting {
  readonly sequence: number;
  readonly reports: Map<string, readonly [ExecIdParts, ExecutionReport]>;
  timer: ClockTimer;
}

interface Waiting {
  readonly fields: EventResendFields;
  readonly range: Range;
  readonly timeoutMs: number;
  readonly resolve: (resend: EventResend) => void;
  readonly reject: (error: KalshiError) => void;
}

/** EventResendRejectReason(21004) in words, and what to do. */
const REASONS: Readonly<Record<number, string>> = {
  1: "Too many resend requests are under way or were made: ask again in a while.",
  2: "Kalshi could not answer: ask again in a while.",
  3: "BeginExecID is too far back: the drop copy has the last 3 hours, and nothing from before the account was allowed " +
    "to use it. Ask REST for what is older (`portfolio.fills`, `orders.list`).",
  4: "EndExecID is higher than any that Kalshi has: leave it out to get all up to now.",
  5: "This account may not use the drop copy: Kalshi allows it on request. Until then ask REST for what is missing " +
    "(`portfolio.fills`, `orders.list`).",
};

function readRange({ BeginExecID, EndExecID }: EventResendFields): Range {
  const read = (name: string, id: unknown): ExecIdParts => {
    const parts = readExecId(id);
    if (parts !== undefined) return parts;
    throw new KalshiConfigError(
      `eventResendRequest: ${name} takes the ExecID of a report, such as "1760000000;12" or "1760000000;12;1"; got ` +
        `${shownSecret(id)}.${id === "-1;-1" ? " Pending reports have no ExecID of their own." : ""}`,
    );
  };
  const from = read("BeginExecID", BeginExecID);
  const to = EndExecID === undefined ? undefined : read("EndExecID", EndExecID);
  if (to === undefined) return { from, to };
  if (to.exchangeIndex !== from.exchangeIndex) {
    throw new KalshiConfigError(
      `eventResendRequest: BeginExecID is of exchange index ${from.exchangeIndex} and EndExecID of ${to.exchangeIndex}. ` +
        "One request asks for one exchange index: make one for each.",
    );
  }
  if (compareExecIds(from, to) > 0) {
    throw new KalshiConfigError("eventResendRequest: EndExecID comes before BeginExecID.");
  }
  return { from, to };
}

function isIn({ from, to }: Range, parts: ExecIdParts): boolean {
  return parts.exchangeIndex === from.exchangeIndex && compareExecIds(parts, from) >= 0 &&
    (to === undefined || compareExecIds(parts, to) <= 0);
}

/** The queries of one session, one at a time. */
export class EventResends {
  readonly #clock: Clock;
  readonly #send: (request: EventResendRequest) => number;
  readonly #waiting: Waiting[] = [];
  #running: Running | undefined;

  /** `send` returns the MsgSeqNum(34) of what it sent. */
  constructor(clock: Clock, send: (request: EventResendRequest) => number) {
    this.#clock = clock;
    this.#send = send;
  }

  /**
   * Asks for the reports of a range, after those that were asked for before.
   *
   * @throws {KalshiConfigError} for what is no range of one exchange index
   */
  request(fields: EventResendFields, timeoutMs: number): Promise<EventResend> {
    const range = readRange(fields);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ fields, range, timeoutMs, resolve, reject });
      this.#next();
    });
  }

  /** Takes a message of the session. */
  take(message: EventResendAnswer): void {
    const running = this.#running;
    if (running === undefined) return;
    if (message.MsgType === "8") return this.#collect(running, message);
    const isUnnumbered = message.MsgType === "j" && message.RefSeqNum === undefined &&
      message.RefMsgType === "U1";
    if (message.RefSeqNum !== running.sequence && !isUnnumbered) return;
    switch (message.MsgType) {
      case "U2":
        return this.#complete(running, message.ResendEventCount);
      case "U3":
        return this.#fail(running, refused(message.EventResendRejectReason, ""));
      default:
        return this.#fail(running, refused(undefined, message.Text ?? "no reason given"));
    }
  }

  /** The connection is gone: what is under way and what waits comes to nothing. */
  interrupted(error: KalshiError): void {
    const waiting = this.#waiting.splice(0);
    const running = this.#running;
    this.#running = undefined;
    running?.timer.clear();
    for (const one of running === undefined ? waiting : [running, ...waiting]) one.reject(error);
  }

  #next(): void {
    if (this.#running !== undefined) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    let sequence: number;
    try {
      sequence = this.#send({ MsgType: "U1", ...next.fields });
    } catch (error) {
      next.reject(error as KalshiError);
      return this.#next();
    }
    const running: Running = { ...next, sequence, reports: new Map(), timer: this.#timer(next) };
    this.#running = running;
  }

  /** How long the next report, or the end of them, may take. */
  #timer({ timeoutMs }: Waiting): ClockTimer {
    return this.#clock.setTimer(() => {
      const running = this.#running;
      if (running === undefined) return;
      const error = new KalshiTimeoutError(
        `The drop copy sent nothing for ${timeoutMs} ms, ${running.reports.size} reports before that.`,
        { outcome: "unknown" },
      );
      this.#fail(running, error);
    }, timeoutMs);
  }

  #collect(running: Running, report: ExecutionReport): void {
    const parts = readExecId(report.ExecID);
    if (parts === undefined) return;
    running.reports.set(report.ExecID, [parts, report]);
    running.timer.clear();
    running.timer = this.#timer(running);
  }

  #complete(running: Running, ResendEventCount: number): void {
    const all = [...running.reports.values()].sort(([a], [b]) => compareExecIds(a, b));
    if (all.length < ResendEventCount) return this.#fail(running, incomplete(all.length, ResendEventCount));
    // On an order session, reports of this moment come between those that were asked for.
    const inRange = all.filter(([parts]) => isIn(running.range, parts));
    const found = inRange.length < ResendEventCount ? all : inRange;
    this.#done(running);
    running.resolve({ reports: found.map(([, report]) => report), ResendEventCount });
    this.#next();
  }

  #fail(running: Running, error: KalshiError): void {
    if (this.#running !== running) return;
    this.#done(running);
    running.reject(error);
    this.#next();
  }

  #done({ timer }: Running): void {
    timer.clear();
    this.#running = undefined;
  }
}

function refused(reason: number | undefined, text: string): KalshiEventResendError {
  const advice = reason === undefined ? text : REASONS[reason] ?? "Kalshi gives no meaning of this reason.";
  const number = reason === undefined ? "" : ` (reason ${reason})`;
  return new KalshiEventResendError(`The drop copy refused the request${number}: ${advice}`, reason, {
    outcome: "rejected",
    details: { EventResendRejectReason: reason, Text: text === "" ? undefined : text },
  });
}

function incomplete(found: number, told: number): KalshiEventResendError {
  return new KalshiEventResendError(
    `The drop copy says that it sent ${told} reports, and ${found} came: ask again.`,
    undefined,
    { outcome: "unknown" },
  );
}
