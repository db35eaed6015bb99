/** OrderCancelRequest(F) and OrderCancelReplaceRequest(G). */
import type { ReceivedMessage } from "../../../contract/fix/codec.ts";
import * as codes from "../../../contract/fix/codes.ts";
import type { OrderCancelReplaceRequest, OrderCancelRequest } from "../../../contract/fix/messages.ts";
import type { Amendment } from "../../engine/requests.ts";
import type { Order } from "../../engine/model.ts";
import { parseCount } from "../../units.ts";
import { pendingChange } from "./execution_report.ts";
import { endOfDay } from "./new_order.ts";
import { assertMatches, assertSane, charge, deadlineOf, operatorOf, orderOf, partiesOf } from "./orders.ts";
import { cxlRejReason, OrderRefusal, rejectTexts } from "./refusals.ts";
import type { ServerSession } from "./server_session.ts";
import { readPrice } from "./units.ts";

/** CxlRejReason(102). */
type Asked = (OrderCancelRequest | OrderCancelReplaceRequest) & ReceivedMessage;

/** OrdStatus(39) of an order as it is. */
function statusOf(order: Order | undefined): "0" | "1" | "2" | "4" | "8" {
  if (order === undefined) return "8";
  if (order.status === "executed") return "2";
  if (order.status === "canceled") return "4";
  return order.filled > 0 ? "1" : "0";
}

/** Does what a message asks of an order, or answers with an OrderCancelReject(9). */
function change(session: ServerSession, asked: Asked, work: (order: Order) => void): void {
  assertSane(session, asked);
  charge(session, asked);
  const order = orderOf(session, asked);
  try {
    partiesOf(session, asked);
    if (session.floor.engine.exchangePaused) throw new OrderRefusal("EXCHANGE_PAUSED");
    if (order === undefined) throw new OrderRefusal("ORDER_NOT_FOUND");
    assertMatches(order, asked);
    if (order.status === "executed") throw new OrderRefusal("CANNOT_UPDATE_FILLED_ORDER");
    if (order.status !== "resting") throw new OrderRefusal("ORDER_NOT_FOUND");
    work(order);
  } catch (error) {
    if (!(error instanceof OrderRefusal)) throw error;
    refuseChange(session, asked, error.message);
  }
}

/** Answers a cancel or a replace with a refusal. */
export function refuseChange(session: ServerSession, message: ReceivedMessage, Text: string): void {
  const asked = message as Asked;
  const order = orderOf(session, asked);
  const reason = cxlRejReason(Text);
  session.send({
    MsgType: "9",
    OrderID: order?.id ?? "NONE",
    ClOrdID: asked.ClOrdID,
    OrigClOrdID: asked.OrigClOrdID,
    OrdStatus: statusOf(order),
    CxlRejResponseTo: asked.MsgType === "F"
      ? codes.CxlRejResponseTo.OrderCancelRequest
      : codes.CxlRejResponseTo.OrderCancelReplaceRequest,
    CxlRejReason: session.product.cancelReasons.includes(reason) ? reason : codes.CxlRejReason.Other,
    Text,
  });
}

/** Says that something is under way, and does it in the session's name. */
function act(session: ServerSession, asked: Asked, order: Order, work: () => void): void {
  const { floor: { engine }, lives, preferences, product } = session;
  const operator = operatorOf(asked);
  const { ClOrdID, OrigClOrdID } = asked;
  if (!preferences.skipsPending) {
    const what = asked.MsgType === "F" ? "cancel" : "replace";
    const origin = lives.originOf(order);
    const ids = { ClOrdID, OrigClOrdID };
    session.send(
      pendingChange(order, what, ids, preferences, origin, operator, { product, at: engine.now }),
    );
  }
  lives.act({ session, ClOrdID, does: { what: "change", order }, operator }, work);
}

/** Cancels an order. */
export function cancelOrder(session: ServerSession, message: ReceivedMessage): void {
  const asked = message as Asked;
  change(session, asked, (order) => {
    act(session, asked, order, () => void session.floor.engine.cancel(order));
  });
}

/** What becomes of an order's deadline: undefined keeps it, null clears it. */
function expiryOf(
  { TimeInForce, ExpireTime }: OrderCancelReplaceRequest,
  now: number,
): number | null | undefined {
  const deadline = ExpireTime === undefined ? undefined : deadlineOf(ExpireTime);
  if (deadline !== undefined && (TimeInForce === undefined || deadline <= now)) {
    throw new OrderRefusal("INVALID_ORDER");
  }
  switch (TimeInForce) {
    case undefined:
      return undefined;
    case "0":
      return deadline ?? endOfDay(now);
    case "1":
      return deadline ?? null;
    case "6":
      if (deadline === undefined) throw new OrderRefusal("INVALID_ORDER");
      return deadline;
    default:
      throw new OrderRefusal("INVALID_ORDER");
  }
}

/** Changes an order. */
export function replaceOrder(session: ServerSession, message: ReceivedMessage): void {
  const asked = message as OrderCancelReplaceRequest & ReceivedMessage;
  const { engine } = session.floor;
  change(session, asked, (order) => {
    const count = parseCount(asked.OrderQty);
    const price = asked.Price === undefined
      ? order.price
      : readPrice(asked.Price, session.preferences.dollars);
    if (price === undefined) throw new OrderRefusal("INVALID_PRICE");
    if (count === undefined) throw new OrderRefusal("INVALID_AMEND_QTY_FOR_ORDER");
    const expiresAt = expiryOf(asked, engine.now);
    if (count < order.filled || count === 0) throw new OrderRefusal("INVALID_AMEND_QTY_FOR_ORDER");
    // Nothing is to rest.
    if (count === order.filled) return act(session, asked, order, () => void engine.cancel(order));
    const amendment: Amendment = { price, count, clientOrderId: asked.ClOrdID, reusesId: true, expiresAt };
    let refused: string | undefined;
    act(session, asked, order, () => {
      const placed = engine.amend(order, amendment);
      if ("rejected" in placed) refused = rejectTexts[placed.rejected];
    });
    if (refused !== undefined) throw new OrderRefusal(refused);
  });
}
