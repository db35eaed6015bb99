/** ExecutionReports(8), as a session asked for them. */
import { ExecType, OrdStatus, Side, TimeInForce } from "../../../contract/fix/codes.ts";
import type { ExecutionReport, NewOrderSingle } from "../../../contract/fix/messages.ts";
import { utcTimestamp } from "../../../fix/times.ts";
import type { Fill, Order } from "../../engine/model.ts";
import { formatCount, formatMoney } from "../../units.ts";
import type { Origin, Party, Report, Told } from "./order_lives.ts";
import type { Preferences } from "./preferences.ts";
import { allocAccountOf } from "./participant.ts";
import type { Product } from "./product.ts";
import { ordRejReason, STALE } from "./refusals.ts";
import { miscFee, writePrice } from "./units.ts";

/** OrderID(37) of what never became an order. */
const NO_ORDER = "NONE";
/** ExecID(17) of reports that say that something is under way. */
const PENDING_EXEC_ID = "-1;-1";
const CUSTOMER = 24;
const OPERATOR = 12;

/** ExecID(17) of a step. */
export function execId(at: number, number: number, shard: number): string {
  return shard === 0 ? `${at};${number}` : `${at};${number};${shard}`;
}

/** A report of a step in the life of an order; undefined where the session does not want it. */
export function executionReport(
  report: Report,
  wants: Preferences,
  product: Product,
): ExecutionReport | undefined {
  const { filled, remaining } = report.state;
  switch (report.kind) {
    case "new":
      if (report.folded && !wants.newBeforeTrade) return undefined;
      return written(report, wants, { type: ExecType.New, status: OrdStatus.New, leaves: remaining });
    case "trade": {
      const leaves = report.endsUntold && !wants.reportsIocCancel ? 0 : remaining;
      const isFilled = report.state.status === "executed";
      const status = isFilled ? OrdStatus.Filled : OrdStatus.PartiallyFilled;
      return {
        ...written(report, wants, { type: ExecType.Trade, status, leaves }),
        ...tradeFields(report.fill, wants, product),
      };
    }
    case "replaced":
      return {
        ...written(report, wants, { type: ExecType.Replaced, status: OrdStatus.Replaced, leaves: remaining }),
        TimeInForce: report.state.expiresAt === undefined ? TimeInForce.GTC : TimeInForce.GTD,
      };
    case "expired": {
      const { Canceled, Expired } = ExecType;
      const type = wants.saysExpired ? Expired : Canceled;
      return written(report, wants, { type, status: type, leaves: 0 });
    }
    case "canceled":
      if (report.afterIoc && filled > 0 && !wants.reportsIocCancel) return undefined;
      return {
        ...written(report, wants, { type: ExecType.Canceled, status: OrdStatus.Canceled, leaves: 0 }),
        Text: report.text,
      };
  }
}

/** That a cancel or a replace is under way, from `at` on. */
export function pendingChange(
  order: Order,
  what: "cancel" | "replace",
  ids: { readonly ClOrdID: string; readonly OrigClOrdID: string },
  wants: Preferences,
  origin: Origin | undefined,
  operator: string | undefined,
  { product, at }: { readonly product: Product; readonly at: number },
): ExecutionReport {
  const type = what === "cancel" ? ExecType.PendingCancel : ExecType.PendingReplace;
  const told: Told = {
    order,
    state: order,
    value: product.valueOf(order, order.filled),
    ...ids,
    at,
    number: 0,
    origin,
    operator,
    by: undefined,
  };
  return {
    ...written(told, wants, { type, status: type, leaves: order.remaining }),
    ExecID: PENDING_EXEC_ID,
    ...(product.timesPending ? {} : { TransactTime: undefined }),
  };
}

/** That a new order is under way; `order` is there when the engine has taken it. */
export function pendingNew(
  asked: NewOrderSingle,
  origin: Origin,
  order: Order | undefined,
  { product, at }: { readonly product: Product; readonly at: number },
): ExecutionReport {
  return {
    ...ofRequest(asked, origin),
    OrderID: order?.id ?? NO_ORDER,
    ExecID: PENDING_EXEC_ID,
    ExecType: ExecType.PendingNew,
    OrdStatus: OrdStatus.PendingNew,
    LeavesQty: asked.OrderQty,
    TransactTime: product.timesPending ? utcTimestamp(at) : undefined,
  };
}

/** That a new order was refused. */
export function rejected(
  asked: NewOrderSingle,
  origin: Origin,
  ExecID: string,
  Text: string,
  at: number,
  { staleReason }: Product,
): ExecutionReport {
  return {
    ...ofRequest(asked, origin),
    ExecID,
    ExecType: ExecType.Rejected,
    OrdStatus: OrdStatus.Rejected,
    OrdRejReason: Text === STALE ? staleReason : ordRejReason(Text),
    Text,
    TransactTime: utcTimestamp(at),
  };
}

/** That a fill-or-kill order found too little: at Kalshi it was taken and canceled. */
export function killed(
  asked: NewOrderSingle,
  origin: Origin,
  ExecID: string,
  Text: string,
  at: number,
  wants: Preferences,
): ExecutionReport {
  return {
    ...ofRequest(asked, origin),
    ...(wants.keepsOrderQty ? {} : { OrderQty: formatCount(0) }),
    OrigClOrdID: asked.ClOrdID,
    ExecID,
    ExecType: ExecType.Canceled,
    OrdStatus: OrdStatus.Canceled,
    Text,
    TransactTime: utcTimestamp(at),
  };
}

function ofRequest(
  asked: NewOrderSingle,
  { parties, operator }: Origin,
): Omit<ExecutionReport, "ExecID" | "ExecType" | "OrdStatus"> {
  return {
    MsgType: "8",
    ClOrdID: asked.ClOrdID,
    OrderID: NO_ORDER,
    Symbol: asked.Symbol,
    Side: asked.Side,
    Price: asked.Price,
    OrderQty: asked.OrderQty,
    CumQty: formatCount(0),
    LeavesQty: formatCount(0),
    AvgPx: "0",
    AllocAccount: asked.AllocAccount,
    NoPartyIDs: partiesOf(parties, operator),
  };
}

function written(
  { order, state, value, ClOrdID, OrigClOrdID, at, number, origin, operator }: Told,
  { dollars, keepsOrderQty }: Preferences,
  { type, status, leaves }: {
    readonly type: ExecutionReport["ExecType"];
    readonly status: ExecutionReport["OrdStatus"];
    readonly leaves: number;
  },
): ExecutionReport {
  const { market, wallet, side } = order;
  const { filled, initial, expiresAt } = state;
  return {
    MsgType: "8",
    ClOrdID,
    OrigClOrdID,
    OrderID: order.id,
    ExecID: execId(at, number, market.shard),
    ExecType: type,
    OrdStatus: status,
    Symbol: market.ticker,
    Side: side === "bid" ? Side.Buy : Side.Sell,
    Price: writePrice(state.price, dollars),
    OrderQty: formatCount(keepsOrderQty ? initial : filled + leaves),
    CumQty: formatCount(filled),
    LeavesQty: formatCount(leaves),
    AvgPx: writePrice(filled === 0 ? 0 : Math.round(value / filled), dollars),
    TransactTime: utcTimestamp(at),
    ExpireTime: expiresAt === undefined ? undefined : utcTimestamp(expiresAt),
    AllocAccount: allocAccountOf(wallet) || undefined,
    NoPartyIDs: partiesOf(origin?.parties ?? [], operator),
  };
}

function tradeFields(fill: Fill, wants: Preferences, product: Product): Partial<ExecutionReport> {
  const { trade, isTaker, fee, cash, position } = fill;
  return {
    LastPx: writePrice(trade.price, wants.dollars),
    LastQty: formatCount(trade.count),
    LongQty: formatCount(Math.max(0, position)),
    ShortQty: formatCount(Math.max(0, -position)),
    NoMiscFees: [miscFee(formatMoney(fee))],
    TrdMatchID: trade.id,
    AggressorIndicator: isTaker,
    NoCollateralAmountChanges: [{
      CollateralAmountChange: formatMoney(cash),
      CollateralAmountType: "BALANCE",
    }],
    ...product.tradeFields(fill, wants),
  };
}

/** The customer an order is for, and behind it the operator. */
function partiesOf(parties: readonly Party[], operator: string | undefined): readonly Party[] | undefined {
  const customer = parties.filter(({ PartyRole }) => PartyRole === CUSTOMER).slice(0, 1);
  const all = operator === undefined ? customer : [...customer, { PartyID: operator, PartyRole: OPERATOR }];
  return all.length === 0 ? undefined : all;
}
