/** Order entry of a client: what its methods for orders do. */
import type { Clock } from "../base/clock.ts";
import { KalshiError } from "../base/errors.ts";
import { readOptions } from "../base/options.ts";
import { StreamQueue } from "../base/queue.ts";
import { delay } from "../base/waits.ts";
import type { AsyncItems } from "../base/web_types.ts";
import type {
  ExecutionReport,
  NewOrderSingle,
  OrderCancelReplaceRequest,
  OrderCancelRequest,
  OrderGroupResponse,
  OrderMassCancelReport,
  OrderMassCancelRequest,
} from "../contract/fix/messages.ts";
import type { ReceivedMessage } from "../contract/fix/codec.ts";
import { ExecType } from "../contract/fix/codes.ts";
import type { ClientPart } from "./client_part.ts";
import type { FixItem, FixMarker } from "./items.ts";
import { OpenOrders } from "./open_orders.ts";
import type { FixOrder } from "./order.ts";
import { ownFields } from "./own_fields.ts";
import type { RequestKind } from "./requests/kind.ts";
import { type FixRequestOptions, fixRequestRules } from "./requests/options.ts";
import { type OrderGroupFields, orderGroupRequest } from "./requests/order_groups.ts";
import {
  newOrderSingle,
  orderCancelReplaceRequest,
  orderCancelRequest,
  orderMassCancelRequest,
} from "./requests/orders.ts";
import type { Requests } from "./requests/requests.ts";
import type { Received } from "./session_types.ts";

/** What a NewOrderSingle(35=D) takes; ClOrdID is made (a UUID) and OrdType is `2`, limit, where they are left out. */
export type NewOrderFields =
  & Omit<NewOrderSingle, "MsgType" | "ClOrdID" | "OrdType">
  & Partial<Pick<NewOrderSingle, "ClOrdID" | "OrdType">>;
/** What an OrderCancelRequest(35=F) takes; ClOrdID is made (a UUID) where it is left out. */
export type OrderCancelFields =
  & Omit<OrderCancelRequest, "MsgType" | "ClOrdID">
  & Partial<Pick<OrderCancelRequest, "ClOrdID">>;
/** What an OrderCancelReplaceRequest(35=G) takes; as {@linkcode NewOrderFields}. */
export type OrderCancelReplaceFields =
  & Omit<OrderCancelReplaceRequest, "MsgType" | "ClOrdID" | "OrdType">
  & Partial<Pick<OrderCancelReplaceRequest, "ClOrdID" | "OrdType">>;
/** What an OrderMassCancelRequest(35=q) takes; MassCancelRequestType is `6`, all of the session, where it is left out. */
export type OrderMassCancelFields = Partial<Omit<OrderMassCancelRequest, "MsgType">>;

/** What came of a mass cancel. */
export interface FixMassCancel {
  /** Kalshi's report; its OrderID(37) is the id of the operation. */
  readonly report: Received<OrderMassCancelReport>;
  /**
   * The Canceled report of each order, as they come, and markers where some may be missing. Ends when every order that
   * Kalshi has confirmed to this client has ended; those of an earlier process it does not know.
   */
  readonly canceled: AsyncItems<FixItem<Received<ExecutionReport>>>;
}

/** Kalshi takes one mass cancel a second. */
const MASS_CANCEL_MS = 1_000;

interface Sweep {
  readonly ClOrdID: string;
  readonly queue: StreamQueue<FixItem<Received<ExecutionReport>>>;
  /** Orders whose end is waited for, once Kalshi has answered. */
  left: Set<FixOrder> | undefined;
}

/** What the methods for orders do. */
export class OrderEntry implements ClientPart {
  readonly #requests: Requests;
  readonly #clock: Clock;
  readonly #orders = new OpenOrders();
  readonly #sweeps = new Set<Sweep>();
  #nextMassCancelMs = -Infinity;

  constructor(requests: Requests, clock: Clock) {
    this.#requests = requests;
    this.#clock = clock;
  }

  async newOrderSingle(fields: NewOrderFields, options?: FixRequestOptions): Promise<FixOrder> {
    const own = ownFields("newOrderSingle", fields);
    const { ClOrdID = crypto.randomUUID(), OrdType = "2" } = own;
    const message = this.#requests.check<NewOrderSingle>(
      Object.assign(own, { MsgType: "D", ClOrdID, OrdType } as const),
    );
    const order = this.#orders.open(message);
    try {
      await this.#requests.ask(newOrderSingle, message, options);
      return order;
    } catch (error) {
      // Of an order that may be open, reports are followed all the same.
      if (!(error instanceof KalshiError) || error.outcome !== "unknown") this.#orders.drop(order);
      throw error;
    }
  }

  async orderCancelRequest(
    fields: OrderCancelFields,
    options?: FixRequestOptions,
  ): Promise<Received<ExecutionReport>> {
    const own = ownFields("orderCancelRequest", fields);
    const { ClOrdID = crypto.randomUUID() } = own;
    const message = Object.assign(own, { MsgType: "F", ClOrdID } as const);
    return await this.#change(orderCancelRequest, message, options);
  }

  async orderCancelReplaceRequest(
    fields: OrderCancelReplaceFields,
    options?: FixRequestOptions,
  ): Promise<Received<ExecutionReport>> {
    const own = ownFields("orderCancelReplaceRequest", fields);
    const { ClOrdID = crypto.randomUUID(), OrdType = "2" } = own;
    const message = Object.assign(own, { MsgType: "G", ClOrdID, OrdType } as const);
    return await this.#change(orderCancelReplaceRequest, message, options);
  }

  async orderMassCancelRequest(
    fields: OrderMassCancelFields,
    options?: FixRequestOptions,
  ): Promise<FixMassCancel> {
    const own = ownFields("orderMassCancelRequest", fields);
    const { ClOrdID = crypto.randomUUID(), MassCancelRequestType = "6" } = own;
    const message = this.#requests.check<OrderMassCancelRequest>(
      Object.assign(own, { MsgType: "q", ClOrdID, MassCancelRequestType } as const),
    );
    const wait = readOptions("orderMassCancelRequest", options ?? {}, fixRequestRules);
    const queue = new StreamQueue<FixItem<Received<ExecutionReport>>>({
      name: `the reports of mass cancel ${ClOrdID}`,
      policy: "unbounded",
      limit: 1,
      onEnd: () => void this.#sweeps.delete(sweep),
    });
    // One that cannot go out takes no turn from those that can.
    this.#requests.assertReady();
    await this.#massCancelPace(wait.signal);
    const sweep: Sweep = { ClOrdID, queue, left: undefined };
    // The reports of the orders come right behind the answer.
    this.#sweeps.add(sweep);
    try {
      const report = await this.#requests.ask(orderMassCancelRequest, message, wait);
      return { report, canceled: queue };
    } catch (error) {
      this.#sweeps.delete(sweep);
      throw error;
    }
  }

  async orderGroupRequest(
    fields: OrderGroupFields,
    options?: FixRequestOptions,
  ): Promise<Received<OrderGroupResponse>> {
    return await this.#requests.run(orderGroupRequest, {
      ...ownFields("orderGroupRequest", fields),
      MsgType: "UOG",
    }, options);
  }

  take(message: ReceivedMessage): void {
    const order = this.#orders.take(message);
    for (const sweep of this.#sweeps) {
      if (message.MsgType === "r" && (message as OrderMassCancelReport).ClOrdID === sweep.ClOrdID) {
        sweep.left = new Set(this.#orders.confirmed);
      } else if (message.MsgType === "8" && sweep.left !== undefined) {
        const report = message as Received<ExecutionReport>;
        if (report.ExecType === ExecType.Canceled) sweep.queue.push(report);
        if (order?.isOpen === false) sweep.left.delete(order);
      }
      if (sweep.left?.size === 0) this.#end(sweep);
    }
  }

  mark(marker: FixMarker): void {
    this.#orders.mark(marker);
    for (const { queue, left } of this.#sweeps) if (left !== undefined) queue.push(marker);
  }

  closed(cause: KalshiError | undefined): void {
    this.#orders.closed(cause);
    for (const sweep of this.#sweeps) this.#end(sweep, cause);
  }

  /** Kalshi refuses what comes sooner: better a little late. */
  async #massCancelPace(signal: AbortSignal | undefined): Promise<void> {
    const now = this.#clock.monotonic();
    const waitMs = this.#nextMassCancelMs - now;
    this.#nextMassCancelMs = Math.max(now, this.#nextMassCancelMs) + MASS_CANCEL_MS;
    if (waitMs > 0) await delay(this.#clock, waitMs, signal);
  }

  #end(sweep: Sweep, cause?: KalshiError): void {
    this.#sweeps.delete(sweep);
    sweep.queue.end(cause);
  }

  async #change<Message extends OrderCancelRequest | OrderCancelReplaceRequest>(
    kind: RequestKind<Message, Received<ExecutionReport>>,
    message: Message,
    options: FixRequestOptions | undefined,
  ): Promise<Received<ExecutionReport>> {
    this.#orders.assertFree(kind.name, message.ClOrdID);
    return await this.#requests.run(kind, message, options);
  }
}
