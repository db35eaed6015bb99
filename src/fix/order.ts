/** An order of ours, as its reports tell. */
import { StreamQueue } from "../base/queue.ts";
import type { AsyncItems } from "../base/web_types.ts";
import * as codes from "../contract/fix/codes.ts";
import type { ExecutionReport, NewOrderSingle } from "../contract/fix/messages.ts";
import { compareExecIds, readExecId } from "./exec_ids.ts";
import type { FixItem, FixMarker } from "./items.ts";
import type { Received } from "./session_types.ts";

/** How many reports of one order wait for their reader. */
const LIMIT = 1_024;

/** ExecTypes of reports that something is under way. */
const pending: ReadonlySet<string> = new Set([
  codes.ExecType.PendingNew,
  codes.ExecType.PendingCancel,
  codes.ExecType.PendingReplace,
]);
/** OrdStatus of an order that is done. */
const done: ReadonlySet<string> = new Set([
  codes.OrdStatus.Filled,
  codes.OrdStatus.Canceled,
  codes.OrdStatus.Rejected,
  codes.OrdStatus.Expired,
]);

/** Whether a report says that something is under way, and nothing that has happened. */
export const isPending = ({ ExecType }: ExecutionReport): boolean => pending.has(ExecType);

/** Whether a report is the last one of its order. EXCHANGE_UNAVAILABLE is not: nobody knows whether there is one. */
export const isLast = ({ OrdStatus, Text }: ExecutionReport): boolean =>
  done.has(OrdStatus) && !(OrdStatus === codes.OrdStatus.Rejected && isUncertain(Text));

/** Whether a refusal leaves it open whether something took effect. */
export const isUncertain = (text: string | undefined): boolean => /EXCHANGE_UNAVAILABLE/.test(text ?? "");

/** Whether a report tells of something before another one: ExecIDs of one exchange index rise. */
function isOlder(report: ExecutionReport, than: ExecutionReport): boolean {
  const [id, other] = [readExecId(report.ExecID), readExecId(than.ExecID)];
  return id !== undefined && other !== undefined && id.exchangeIndex === other.exchangeIndex &&
    compareExecIds(id, other) < 0;
}

/**
 * An order, as its reports tell: made by `newOrderSingle`.
 *
 * @example
 * ```ts
 * import { FixClient, FixConfig } from "@unofficial/kalshi/fix";
 *
 * await using client = await FixClient.fromEnv();
 * const order = await client.newOrderSingle({ Symbol: "KXHIGHNY-26NOV24-T60", Side: "1", OrderQty: "10", Price: "56" });
 * console.log(order.OrderID, order.report.OrdStatus);
 * for await (const item of order.reports()) {
 *   if (item.MsgType === "8") console.log(item.ExecType, item.LastQty, item.LeavesQty);
 * }
 * ```
 */
export class FixOrder {
  /** What was sent. */
  readonly sent: NewOrderSingle;
  #ClOrdID: string;
  #report: Received<ExecutionReport> | undefined;
  /** What it has had: the drop copy sends reports once more on the session that asks it. */
  readonly #had = new Set<string>();
  readonly #queue: StreamQueue<FixItem<Received<ExecutionReport>>>;

  /** @internal */
  constructor(sent: NewOrderSingle) {
    this.sent = sent;
    this.#ClOrdID = sent.ClOrdID;
    this.#queue = new StreamQueue({
      name: `the reports of order ${sent.ClOrdID}`,
      policy: "error",
      limit: LIMIT,
    });
  }

  /** Its ClOrdID(11): that of the last replace that took effect, which the next cancel or replace names as OrigClOrdID. */
  get ClOrdID(): string {
    return this.#ClOrdID;
  }

  /** Kalshi's id of it. */
  get OrderID(): string {
    return this.report.OrderID;
  }

  /** The newest report that tells what has happened; those of something under way (Pending ...) are passed over. */
  get report(): Received<ExecutionReport> {
    return this.#report as Received<ExecutionReport>;
  }

  /** Whether it rests, as far as reports have come. */
  get isOpen(): boolean {
    return this.#report === undefined || !isLast(this.#report);
  }

  /** @internal Whether Kalshi has said that it is there. */
  get isConfirmed(): boolean {
    return this.#report !== undefined;
  }

  /**
   * Its reports after the one that `newOrderSingle` resolved with, and markers where some may be missing; ends with the
   * last one. There is one queue: what one reader takes, another does not get. A reader that is more than 1,024 reports
   * late gets a {@linkcode KalshiStreamOverflowError}.
   */
  reports(): AsyncItems<FixItem<Received<ExecutionReport>>> {
    return this.#queue;
  }

  /** @internal */
  take(report: Received<ExecutionReport>): void {
    const isFirst = this.#report === undefined;
    if (!isPending(report)) {
      const { ExecID, ExecType, OrdStatus, CumQty, LeavesQty } = report;
      const step = [ExecID, ExecType, OrdStatus, CumQty, LeavesQty].join(" ");
      if (this.#had.has(step)) return;
      this.#had.add(step);
      // One that was missed and comes late is told, and is not what became of the order.
      if (this.#report !== undefined && isOlder(report, this.#report)) return this.#queue.push(report);
      this.#report = report;
      // A Canceled report has the id of the cancel.
      if (report.ExecType === codes.ExecType.Replaced) this.#ClOrdID = report.ClOrdID;
    }
    if (!isFirst) this.#queue.push(report);
    if (!isPending(report) && isLast(report)) this.#queue.end();
  }

  /** @internal */
  mark(marker: FixMarker): void {
    if (this.#report !== undefined) this.#queue.push(marker);
  }

  /** @internal */
  end(error: unknown): void {
    this.#queue.end(error);
  }
}
