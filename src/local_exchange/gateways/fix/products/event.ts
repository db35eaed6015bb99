/** The FIX of event contracts. */
import {
  AcceptQuote,
  AmendOrderV2,
  CancelAllOrders,
  CancelOrderV2,
  ConfirmQuote,
  CreateOrderGroup,
  CreateOrderV2,
  CreateQuote,
  CreateRFQ,
  DeleteOrderGroup,
  DeleteQuote,
  DeleteRFQ,
  ResetOrderGroup,
  TriggerOrderGroup,
  UpdateOrderGroupLimit,
} from "../../../../contract/event/operations.ts";
import { BusinessRejectReason, CxlRejReason, OrdRejReason } from "../../../../contract/fix/codes.ts";
import { fixHeartbeat } from "../../../../contract/fix/sessions.ts";
import { worthOf } from "../../../engine/event_contract.ts";
import type { Exchange } from "../../../exchange.ts";
import { formatMoney, parseCount } from "../../../units.ts";
import { eventDictionary } from "../dictionary.ts";
import type { AnyOperation, Product } from "../product.ts";
import { businessDate } from "../units.ts";

/** One of event contracts. */
export const eventProduct: Product = {
  name: "event",
  dictionary: eventDictionary,
  heartbeat: { least: fixHeartbeat.least.event, usual: undefined },
  alwaysDollars: false,
  readCount: parseCount,
  operations: {
    D: CreateOrderV2,
    F: CancelOrderV2,
    G: AmendOrderV2,
    q: CancelAllOrders,
    R: CreateRFQ,
    UE: DeleteRFQ,
    UA: AcceptQuote,
    S: CreateQuote,
    Z: DeleteQuote,
    U7: ConfirmQuote,
  } as Readonly<Record<string, unknown>> as Readonly<Record<string, AnyOperation>>,
  groupOperations: [
    undefined,
    CreateOrderGroup,
    ResetOrderGroup,
    DeleteOrderGroup,
    TriggerOrderGroup,
    UpdateOrderGroupLimit,
  ] as readonly unknown[] as readonly (AnyOperation | undefined)[],
  passedOver: [],
  businessReasons: Object.values(BusinessRejectReason),
  cancelReasons: Object.values(CxlRejReason),
  staleReason: OrdRejReason.StaleOrder,
  timesPending: false,
  repeatsGroup: true,
  // Who sells YES has paid for NO.
  valueOf: ({ side, takerCost, makerCost }, filled) =>
    side === "bid" ? takerCost + makerCost : filled * worthOf("yes") - takerCost - makerCost,
  tradeFields({ trade, order, position }, { splitsCollateral }) {
    const before = position + (order.side === "bid" ? -trade.count : trade.count);
    const closed = order.side === "bid" ? Math.min(trade.count, -before) : Math.min(trade.count, before);
    return {
      ...(splitsCollateral && {
        SingleMarketCollateralReturn: formatMoney(Math.max(0, closed) * worthOf("yes")),
        RangedMarketCollateralReturn: formatMoney(0),
      }),
      ClearingBusinessDate: businessDate(trade.at),
    };
  },
  floorOf: (exchange: Exchange) => ({
    engine: exchange.engine,
    limits: exchange.limits,
    watch: (watcher) => exchange.watch(watcher),
    marketOf: (symbol) => exchange.catalog.markets.get(symbol)?.market,
    accountOf: ({ account }) => account,
    customersOf: ({ account }) => exchange.subtraders.get(account),
  }),
};
