/** NewOrderSingle(D). */
import type { ReceivedMessage } from "../../../contract/fix/codec.ts";
import * as codes from "../../../contract/fix/codes.ts";
import type { NewOrderSingle } from "../../../contract/fix/messages.ts";
import type { OrderRequest } from "../../engine/requests.ts";
import type { Order, OrderGroup, TimeInForce, Wallet } from "../../engine/model.ts";
import { midnight } from "../../world/new_york.ts";
import { execId, killed, pendingNew, rejected } from "./execution_report.ts";
import type { Origin, Party } from "./order_lives.ts";
import { assertSane, charge, deadlineOf, marketOf, operatorOf, partiesOf, walletOf } from "./orders.ts";
import { OrderRefusal, rejectTexts } from "./refusals.ts";
import type { ServerSession } from "./server_session.ts";
import { readPrice } from "./units.ts";

type Asked = NewOrderSingle & ReceivedMessage & { readonly MsgType: "D" };

/** Tag of an order's group in Kalshi's dictionary, beside SecondaryClOrdID(526) of its pages. */
const ORDER_GROUP_ID = 20_130;

const POST_ONLY = "6";
const REDUCE_ONLY = "E";

/** When an order is over, and whether it may rest. */
interface Terms {
  readonly timeInForce: TimeInForce;
  readonly expiresAt?: number | undefined;
}

/** The last millisecond of the day in New York. */
export const endOfDay = (now: number): number => midnight(now, 1) - 1;

function termsOf({ TimeInForce = "1", ExpireTime }: NewOrderSingle, now: number): Terms {
  if (ExpireTime !== undefined && TimeInForce !== codes.TimeInForce.GTD) {
    throw new OrderRefusal("INVALID_ORDER");
  }
  switch (TimeInForce) {
    case "0":
      return { timeInForce: "good_till_canceled", expiresAt: endOfDay(now) };
    case "1":
      return { timeInForce: "good_till_canceled" };
    case "3":
      return { timeInForce: "immediate_or_cancel" };
    case "4":
      return { timeInForce: "fill_or_kill" };
    case "6": {
      if (ExpireTime === undefined) throw new OrderRefusal("INVALID_ORDER");
      const expiresAt = deadlineOf(ExpireTime);
      // A deadline that is over: it takes what there is.
      return expiresAt <= now
        ? { timeInForce: "immediate_or_cancel" }
        : { timeInForce: "good_till_canceled", expiresAt };
    }
    default:
      throw new OrderRefusal("INVALID_ORDER");
  }
}

function groupOf({ account }: ServerSession, asked: Asked, wallet: Wallet): OrderGroup | undefined {
  const old = asked.extra?.find(([tag]) => tag === ORDER_GROUP_ID)?.[1];
  const id = asked.SecondaryClOrdID ?? (typeof old === "string" ? old : undefined);
  if (id === undefined) return undefined;
  const group = account.groups.get(id);
  if (group?.wallet !== wallet) throw new OrderRefusal("ORDER_GROUP_NOT_FOUND");
  return group;
}

/** What a message asks the engine; what cannot be asked throws. */
function requestOf(session: ServerSession, asked: Asked): OrderRequest {
  const { now } = session.floor.engine;
  // A quote that is not there any longer is stale.
  if (asked.QuoteID !== undefined) throw new OrderRefusal("EXPIRED");
  if (asked.MaxExecutionCost !== undefined) throw new OrderRefusal("INVALID_ORDER");
  const price = readPrice(asked.Price, session.preferences.dollars);
  const count = session.product.readCount(asked.OrderQty);
  if (price === undefined) throw new OrderRefusal("INVALID_PRICE");
  if (count === undefined) throw new OrderRefusal("INVALID_ORDER_SIZE");
  const market = marketOf(session, asked.Symbol, asked.ExDestination);
  const terms = termsOf(asked, now);
  const postOnly = asked.ExecInst === POST_ONLY;
  const reduceOnly = asked.ExecInst === REDUCE_ONLY;
  if (postOnly && terms.timeInForce !== "good_till_canceled") throw new OrderRefusal("INVALID_ORDER");
  if (reduceOnly && terms.timeInForce !== "immediate_or_cancel") throw new OrderRefusal("INVALID_ORDER");
  const wallet = walletOf(session, asked.AllocAccount, market.shard);
  return {
    wallet,
    market,
    clientOrderId: asked.ClOrdID,
    side: asked.Side === codes.Side.Buy ? "bid" : "ask",
    price,
    count,
    ...terms,
    selfTradePrevention: asked.SelfTradePreventionType === codes.SelfTradePreventionType.Maker
      ? "maker"
      : "taker_at_cross",
    postOnly,
    reduceOnly,
    cancelOnPause: asked.CancelOrderOnPause ?? false,
    group: groupOf(session, asked, wallet),
    reusesId: true,
  };
}

/** Where an order comes from. */
function originOf({ key, type }: ServerSession, asked: Asked, parties: readonly Party[]): Origin {
  const preventsSelfTrade = asked.SelfTradePreventionType !== undefined;
  return { keyId: key.id, type: type.id, parties, operator: operatorOf(asked), preventsSelfTrade };
}

/** Answers an order with a refusal. */
export function refuseOrder(
  session: ServerSession,
  message: ReceivedMessage,
  text: string,
  parties: readonly Party[] = [],
): void {
  const asked = message as Asked;
  const { now } = session.floor.engine;
  const id = execId(now, session.lives.nextRefusal(), 0);
  session.send(rejected(asked, originOf(session, asked, parties), id, text, now, session.product));
}

/** Places an order. */
export function newOrder(session: ServerSession, message: ReceivedMessage): void {
  const asked = message as Asked;
  const { lives, preferences, product, floor: { engine } } = session;
  assertSane(session, asked);
  charge(session, asked);
  let request: OrderRequest;
  let parties: readonly Party[] = [];
  try {
    parties = partiesOf(session, asked);
    request = requestOf(session, asked);
  } catch (error) {
    if (error instanceof OrderRefusal) return refuseOrder(session, asked, error.message, parties);
    throw error;
  }
  const origin = originOf(session, asked, parties);
  const pending = (order: Order | undefined) => {
    if (!preferences.skipsPending) {
      session.send(pendingNew(asked, origin, order, { product, at: engine.now }));
    }
  };
  let wasTaken = false;
  const { operator } = origin;
  const actor = { session, ClOrdID: asked.ClOrdID, does: { what: "new", origin }, operator } as const;
  const placed = lives.act(actor, () => engine.place(request), (order) => {
    wasTaken = true;
    pending(order);
  });
  // What was taken is told by what happened to it.
  if (wasTaken || !("rejected" in placed)) return;
  pending(undefined);
  const text = rejectTexts[placed.rejected];
  if (placed.rejected !== "fill_or_kill_insufficient_resting_volume") {
    return refuseOrder(session, asked, text, parties);
  }
  const id = execId(engine.now, lives.nextRefusal(), 0);
  session.send(killed(asked, origin, id, text, engine.now, preferences));
}
