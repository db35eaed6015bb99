/** The orders of a client that are open, or may be. */
import { KalshiConfigError, type KalshiError } from "../base/errors.ts";
import type { ReceivedMessage } from "../contract/fix/codec.ts";
import { ExecType } from "../contract/fix/codes.ts";
import type { ExecutionReport, NewOrderSingle } from "../contract/fix/messages.ts";
import type { ClientPart } from "./client_part.ts";
import type { FixMarker } from "./items.ts";
import { FixOrder, isLast, isPending } from "./order.ts";
import type { Received } from "./session_types.ts";

/** Follows every order from before it is sent to its last report. */
export class OpenOrders implements ClientPart {
  /** By every ClOrdID(11) that an order has had. */
  readonly #byClOrdID = new Map<string, FixOrder>();
  readonly #byOrderID = new Map<string, FixOrder>();
  readonly #ids = new Map<FixOrder, string[]>();

  /** Those that Kalshi has confirmed and that are open now: of others, nobody knows whether they will ever be. */
  get confirmed(): FixOrder[] {
    return [...this.#ids.keys()].filter(({ isConfirmed }) => isConfirmed);
  }

  /** Begins to follow an order that is about to be sent. */
  open(message: NewOrderSingle): FixOrder {
    this.assertFree("newOrderSingle", message.ClOrdID);
    const order = new FixOrder(message);
    this.#ids.set(order, []);
    this.#name(order, message.ClOrdID);
    return order;
  }

  /** Refuses the ClOrdID(11) of an order that is open. */
  assertFree(name: string, ClOrdID: string): void {
    if (!this.#byClOrdID.has(ClOrdID)) return;
    throw new KalshiConfigError(
      `${name}: the ClOrdID ${ClOrdID} is that of an order that is open, or may be: take a new one, or leave it out.`,
    );
  }

  /** There is no such order: it was refused, or never sent. */
  drop(order: FixOrder): void {
    for (const ClOrdID of this.#ids.get(order) ?? []) this.#byClOrdID.delete(ClOrdID);
    this.#ids.delete(order);
  }

  /** Follows a report; returns the order that it is about. */
  take(message: ReceivedMessage): FixOrder | undefined {
    if (message.MsgType !== "8") return undefined;
    const report = message as Received<ExecutionReport>;
    const { OrderID, ClOrdID, OrigClOrdID } = report;
    // The id that we gave it comes first; the report of a cancel has that of the cancel.
    const order = this.#byClOrdID.get(ClOrdID) ?? this.#byOrderID.get(OrderID) ??
      (OrigClOrdID === undefined ? undefined : this.#byClOrdID.get(OrigClOrdID));
    if (order === undefined) return undefined;
    order.take(report);
    if (isPending(report)) return order;
    if (isLast(report)) {
      this.drop(order);
      this.#byOrderID.delete(OrderID);
    } else {
      this.#byOrderID.set(OrderID, order);
      if (report.ExecType === ExecType.Replaced) this.#name(order, ClOrdID);
    }
    return order;
  }

  mark(marker: FixMarker): void {
    for (const order of this.#ids.keys()) order.mark(marker);
  }

  closed(cause: KalshiError | undefined): void {
    for (const order of this.#ids.keys()) order.end(cause);
  }

  #name(order: FixOrder, ClOrdID: string): void {
    this.#byClOrdID.set(ClOrdID, order);
    this.#ids.get(order)?.push(ClOrdID);
  }
}
