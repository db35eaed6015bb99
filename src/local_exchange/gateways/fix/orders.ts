/** What the messages about orders have in common: whom they are for, and which order they mean. */
import type { OrderCancelReplaceRequest, OrderCancelRequest } from "../../../contract/fix/messages.ts";
import type { ReceivedMessage } from "../../../contract/fix/codec.ts";
import { BusinessRejectReason } from "../../../contract/fix/codes.ts";
import { ApiError } from "../../api_error.ts";
import { type Market, MOST_SUBACCOUNTS, type Order, type Wallet } from "../../engine/model.ts";
import { nameOf, type Party } from "./order_lives.ts";
import { BusinessRefusal, FieldRefusal, OrderRefusal } from "./refusals.ts";
import type { ServerSession } from "./server_session.ts";
import { readTime } from "./units.ts";

/** The longest ClOrdID(11). */
const MOST_ID_CHARACTERS = 64;
/** The longest SenderSubID(50). */
const MOST_OPERATOR_CHARACTERS = 16;
const CUSTOMER = 24;

/** The tags of the ids in messages about orders. */
const idTags = { ClOrdID: 11, OrigClOrdID: 41 } as const;

/** What a message about an order says beside the order. */
export interface OrderMessage {
  readonly ClOrdID: string;
  readonly OrigClOrdID?: string | undefined;
  readonly AllocAccount?: number | undefined;
  readonly ExDestination?: number | undefined;
  readonly SenderSubID?: string | undefined;
  readonly NoPartyIDs?:
    | readonly { readonly PartyID?: string | undefined; readonly PartyRole?: number | undefined }[]
    | undefined;
}

/** Whether a listener session may send this, and whether its fields are in their limits. */
export function assertSane(session: ServerSession, message: ReceivedMessage & OrderMessage): void {
  assertMayWrite(session);
  for (const [name, tag] of Object.entries(idTags)) {
    const id = message[name as keyof typeof idTags];
    if (id !== undefined && id.length > MOST_ID_CHARACTERS) {
      throw new FieldRefusal(tag, `${name} has more than ${MOST_ID_CHARACTERS} characters`);
    }
  }
  assertSubaccount(message.AllocAccount);
  const operator = operatorOf(message);
  if (operator === undefined) return;
  if (operator.length > MOST_OPERATOR_CHARACTERS || !/^[\x20-\x7e]+$/.test(operator)) {
    throw new FieldRefusal(50, `SenderSubID is not printable ASCII of at most ${MOST_OPERATOR_CHARACTERS}`);
  }
  if (session.floor.customersOf(session.key) === undefined) {
    throw new FieldRefusal(50, "SenderSubID is for orders of FCMs");
  }
}

/** SenderSubID(50), which stands in the header. */
export const operatorOf = ({ header, SenderSubID }: ReceivedMessage & OrderMessage): string | undefined =>
  SenderSubID ?? header.SenderSubID;

/** Refuses what a listener session sends. */
export function assertMayWrite({ preferences }: ServerSession): void {
  if (preferences.listens) throw new BusinessRefusal(BusinessRejectReason.NotAuthorized, "LISTENER_SESSION");
}

/** Refuses a subaccount that there cannot be. */
export function assertSubaccount(subaccount: number | undefined): void {
  if (subaccount === undefined) return;
  if (!(subaccount >= 0 && subaccount <= MOST_SUBACCOUNTS)) {
    throw new FieldRefusal(79, `AllocAccount is not from 0 to ${MOST_SUBACCOUNTS}`);
  }
}

/** What a message says that its cost depends on. */
interface Charged {
  readonly Symbol?: string | undefined;
  readonly ClOrdID?: string | undefined;
  readonly ExDestination?: number | undefined;
  readonly QuoteID?: string | undefined;
  readonly OrderGroupAction?: number | undefined;
}

/**
 * Takes what a message draws on the budgets that it shares with REST, or throws its refusal. From here on it changes
 * something, so that it is kept where the exchange has a journal.
 */
export function charge(session: ServerSession, message: ReceivedMessage & Charged): void {
  const { exchange, key, product, type, preferences } = session;
  if (exchange.memory.kind === "replaying") return;
  pay(session, message);
  exchange.keep({ do: "fix", product: product.name, by: key.id, session: type.id, preferences, message });
}

function pay(
  { exchange, floor, key, product }: ServerSession,
  { MsgType, OrderGroupAction, ...message }: ReceivedMessage & Charged,
): void {
  const operation = OrderGroupAction === undefined
    ? product.operations[MsgType]
    : product.groupOperations[OrderGroupAction];
  if (!exchange.enforcesLimits || operation === undefined) return;
  const { ExDestination = 0, QuoteID, Symbol: ticker } = message;
  // Trading on quotes draws on shard 1; without a shard the unscoped bucket pays, with no surcharge.
  const shard = QuoteID !== undefined ? 1 : Math.max(0, ExDestination);
  try {
    floor.limits.take(
      key.account,
      operation,
      new URLSearchParams(),
      { exchange_index: shard, ticker },
      exchange.clock.now(),
    );
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new BusinessRefusal(BusinessRejectReason.RateLimitExceeded, "rate limit exceeded", message.ClOrdID);
  }
}

/** An ExpireTime(126) in Unix milliseconds; a leap second, or a day that there is not, is none. */
export function deadlineOf(text: string): number {
  const at = readTime(text);
  if (Number.isNaN(at)) throw new OrderRefusal("INVALID_ORDER");
  return at;
}

/** The market of a Symbol(55), which must be on the shard that ExDestination(100) names, if it names one. */
export function marketOf({ floor }: ServerSession, symbol: string, shard = -1): Market {
  const market = floor.marketOf(symbol);
  if (market === undefined || (shard >= 0 && shard !== market.shard)) {
    throw new OrderRefusal("MARKET_NOT_FOUND");
  }
  return market;
}

/** The wallet that an order is paid from. */
export function walletOf({ account, key }: ServerSession, asked: number | undefined, shard: number): Wallet {
  if (key.subaccount !== undefined && asked !== undefined && asked !== key.subaccount) {
    throw new OrderRefusal("PERMISSION_DENIED_FOR_CUSTOMER_ACCOUNT");
  }
  const subaccount = key.subaccount ?? asked ?? 0;
  if (!account.subaccounts.has(subaccount)) throw new OrderRefusal("CUSTOMER_ACCOUNT_NOT_FOUND");
  return account.wallet(subaccount, shard);
}

/** The customer of an FCM that an order is for. */
export function partiesOf(
  { floor, key }: ServerSession,
  { NoPartyIDs = [] }: OrderMessage,
): readonly Party[] {
  return NoPartyIDs.map(({ PartyID, PartyRole }) => {
    if (PartyID === undefined || PartyRole !== CUSTOMER) {
      throw new FieldRefusal(452, "a party of an order is a customer: PartyRole 24");
    }
    if (floor.customersOf(key)?.has(PartyID) !== true) {
      throw new OrderRefusal("CUSTOMER_ACCOUNT_NOT_FOUND");
    }
    return { PartyID, PartyRole };
  });
}

/** The order that a cancel or a replace means; undefined where the account has none of its ids. */
export function orderOf(
  { account, key, floor: { engine } }: ServerSession,
  { OrderID, OrigClOrdID }: OrderCancelRequest | OrderCancelReplaceRequest,
): Order | undefined {
  const order = account.ordersByClientId.get(OrigClOrdID) ?? engine.orders.get(OrderID ?? OrigClOrdID);
  if (order === undefined || order.account !== account) return undefined;
  return key.subaccount === undefined || key.subaccount === order.wallet.subaccount ? order : undefined;
}

/** Refuses a cancel or a replace that says something else of its order than it is. */
export function assertMatches(
  order: Order,
  message: OrderCancelRequest | OrderCancelReplaceRequest,
): void {
  const { OrderID, OrigClOrdID, Side, Symbol, AllocAccount, ExDestination = -1 } = message;
  const { market, wallet } = order;
  if (
    nameOf(order, order.clientOrderId) !== OrigClOrdID ||
    (OrderID !== undefined && OrderID !== order.id) ||
    Side !== (order.side === "bid" ? "1" : "2") ||
    Symbol !== market.ticker ||
    (AllocAccount !== undefined && AllocAccount !== wallet.subaccount) ||
    (ExDestination >= 0 && ExDestination !== market.shard)
  ) throw new OrderRefusal("ORDER_ATTRIBUTES_MISMATCH");
}
