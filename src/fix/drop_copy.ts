/** The drop copy of a session: queries, and what a loss has left out. */
import { KalshiConfigError, KalshiConnectionError, type KalshiError } from "../base/errors.ts";
import {
  assertObject,
  assertValue,
  positiveMs,
  readOptions,
  rule,
  type Rules,
  signal,
} from "../base/options.ts";
import { isPlain } from "../base/plain.ts";
import { waitFor } from "../base/wait_options.ts";
import type { ReceivedMessage } from "../contract/fix/codec.ts";
import type { ExecutionReport } from "../contract/fix/messages.ts";
import type { ClientPart } from "./client_part.ts";
import type { ClientSide } from "./client_side.ts";
import {
  type EventResend,
  type EventResendAnswer,
  type EventResendFields,
  EventResends,
} from "./event_resends.ts";
import { ExecutionLedger } from "./execution_ledger.ts";
import { type FixRequestOptions, fixRequestRules } from "./requests/options.ts";
import type { FixSessionEvent } from "./session_types.ts";

/** How a gap is filled. */
export interface FillGapOptions extends FixRequestOptions {
  /**
   * By exchange index, the ExecID from which to ask, such as `{ 0: "1760000000;12", 1: "1760000000;7;1" }`: for indexes
   * that the ledger has no report of yet. The highest ExecID of the ledger unless told.
   */
  readonly from?: Readonly<Record<number, string>> | undefined;
}

/** What the options of `fillGap` may be. */
export const fillGapRules: Rules<FillGapOptions> = {
  signal: signal(),
  timeoutMs: positiveMs(),
  from: rule("an object of ExecIDs by exchange index", isPlain),
};

const isLedger = rule("an ExecutionLedger", (value) => value instanceof ExecutionLedger);

/** The drop copy of one session. */
export class DropCopy implements ClientPart {
  readonly #side: ClientSide;
  readonly #resends: EventResends;

  constructor(side: ClientSide) {
    this.#side = side;
    this.#resends = new EventResends(side.clock, (request) => side.send(request));
  }

  /** One query. */
  async request(fields: EventResendFields, given: FixRequestOptions): Promise<EventResend> {
    const options = readOptions("eventResendRequest", given, fixRequestRules);
    assertObject("eventResendRequest", fields);
    const { signal, timeoutMs = this.#side.config.requestTimeoutMs } = options;
    const obstacle = this.#side.obstacle();
    if (obstacle !== undefined) throw obstacle;
    const work = this.#resends.request(fields, timeoutMs);
    work.catch(() => {}); // whoever gave it up is told of that
    return await waitFor(work, "eventResendRequest", { signal }, this.#side.clock);
  }

  /** What a ledger has not seen. */
  async fillGap(ledger: ExecutionLedger, given: FillGapOptions): Promise<ExecutionReport[]> {
    const { from = {}, ...options } = readOptions("fillGap", given, fillGapRules);
    assertValue("fillGap", "ledger", ledger, isLedger);
    const begin = new Map<string, string>();
    for (const index of ledger.exchangeIndexes) begin.set(`${index}`, ledger.latest(index) ?? "");
    for (const [index, id] of Object.entries(from)) begin.set(index, id);
    if (begin.size === 0) {
      throw new KalshiConfigError(
        "fillGap: the ledger has no report yet, so that nobody knows from where to ask: give `from`.",
      );
    }
    const found: ExecutionReport[] = [];
    for (const BeginExecID of begin.values()) {
      const { reports } = await this.request({ BeginExecID }, options);
      for (const report of reports) found.push(report);
    }
    // Not before all of them are there: what is noted in the ledger must have reached the caller.
    return found.filter((report) => ledger.take(report));
  }

  take(message: ReceivedMessage): void {
    const { MsgType } = message;
    if (MsgType === "8" || MsgType === "U2" || MsgType === "U3" || MsgType === "j") {
      this.#resends.take(message as EventResendAnswer);
    }
  }

  event(event: FixSessionEvent): void {
    if (event.type === "rejected") this.#resends.take(event.reject);
    else if (event.type === "ended") {
      this.#resends.interrupted(
        new KalshiConnectionError(
          "eventResendRequest: the connection ended before all reports came: ask again.",
          {
            outcome: "unknown",
          },
        ),
      );
    }
  }

  closed(cause: KalshiError | undefined): void {
    this.#resends.interrupted(
      new KalshiConnectionError("eventResendRequest: the FIX client is closed.", {
        outcome: "unknown",
        cause,
      }),
    );
  }
}
