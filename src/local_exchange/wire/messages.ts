/** What happens in the engine, as the messages of Kalshi's WebSocket. */
import type {
  FillData,
  MarketLifecycleV2Data,
  MarketPositionData,
  MultivariateMarketLifecycleData,
  OrderbookDeltaData,
  OrderbookSnapshotData,
  OrderGroupUpdatesData,
  QuoteAcceptedData,
  QuoteCreatedData,
  QuoteExecutedData,
  RfqCreatedData,
  RfqDeletedData,
  TickerData,
  TradeData,
  UserOrderData,
} from "../../contract/event/channels.ts";
import type {
  Account,
  EngineEvent,
  Fill,
  Holding,
  Market,
  Order,
  OrderChange,
  OrderGroup,
  Side,
  Trade,
} from "../engine/model.ts";
import { requesterOf, rfqPayload } from "../gateways/rest/communications.ts";
import { isoTime, legPayload, orderPayload, outcomeOf, priceRanges } from "./payloads.ts";
import { COUNT_ONE, formatCount, formatMoney, formatPrice, PRICE_ONE } from "../units.ts";
import type { Exchange } from "../exchange.ts";
import type { EventInfo, MarketInfo } from "../world/catalog.ts";
import type { Quote, Rfq } from "../world/communications.ts";

type BookEvent = Extract<EngineEvent, { type: "book" }>;
type MarketEvent = Extract<EngineEvent, { type: "market" }>;

const ids = new Map<string, string>();

/** A market's UUID, the same for a ticker each time. */
export function marketId(ticker: string): string {
  let id = ids.get(ticker);
  if (id === undefined) {
    // FNV-1a, four times from different starts: made up, but stable.
    const words = [1, 2, 3, 4].map((start) => {
      let hash = 0x811c9dc5 ^ start;
      for (let at = 0; at < ticker.length; at++) hash = Math.imul(hash ^ ticker.charCodeAt(at), 0x01000193);
      return (hash >>> 0).toString(16).padStart(8, "0");
    });
    const hex = words.join("");
    ids.set(
      ticker,
      id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${
        hex.slice(20)
      }`,
    );
  }
  return id;
}

/** A price on the side of a book that it is quoted on: NO prices are what is left of the dollar. */
const quoted = (side: Side, price: number, useYesPrice: boolean) =>
  formatPrice(side === "bid" || useYesPrice ? price : PRICE_ONE - price);

/** A whole book; an empty side is left out. */
export function snapshot(market: Market, useYesPrice: boolean): OrderbookSnapshotData {
  const levels = (side: Side) =>
    market.book.levels(side).reverse()
      .map(({ price, total }): [string, string] => [quoted(side, price, useYesPrice), formatCount(total)]);
  const yes = levels("bid");
  const no = levels("ask");
  return {
    market_ticker: market.ticker,
    market_id: marketId(market.ticker),
    ...(yes.length > 0 && { yes_dollars_fp: yes }),
    ...(no.length > 0 && { no_dollars_fp: no }),
  };
}

/** A change of a book; `isOwn` when the reader's order made it. */
export function delta(event: BookEvent, useYesPrice: boolean, isOwn: boolean): OrderbookDeltaData {
  const { market, side, price, delta, order, at } = event;
  return {
    market_ticker: market.ticker,
    market_id: marketId(market.ticker),
    price_dollars: quoted(side, price, useYesPrice),
    delta_fp: formatCount(delta),
    side: outcomeOf(side),
    ...(isOwn && { client_order_id: order.clientOrderId, subaccount: order.wallet.subaccount }),
    ts: isoTime(at),
    ts_ms: at,
  };
}

/** A market's ticker. */
export function ticker(market: Market, at: number): TickerData {
  const { book } = market;
  const bid = book.best("bid");
  const ask = book.best("ask");
  const size = (side: Side, price: number | undefined) =>
    formatCount(price === undefined ? 0 : book.level(side, price)?.total ?? 0);
  return {
    market_ticker: market.ticker,
    market_id: marketId(market.ticker),
    price_dollars: formatPrice(market.lastPrice),
    yes_bid_dollars: formatPrice(bid ?? 0),
    yes_ask_dollars: formatPrice(ask ?? PRICE_ONE),
    volume_fp: formatCount(market.volume),
    open_interest_fp: formatCount(market.openInterest),
    dollar_volume: Math.floor(market.volume / COUNT_ONE),
    dollar_open_interest: Math.floor(market.openInterest / COUNT_ONE),
    yes_bid_size_fp: size("bid", bid),
    yes_ask_size_fp: size("ask", ask),
    last_trade_size_fp: formatCount(market.trades.at(-1)?.count ?? 0),
    ts: Math.floor(at / 1_000),
    ts_ms: at,
    time: isoTime(at),
  };
}

/** A public trade. */
export function trade({ id, market, price, count, takerSide, at, isBlock }: Trade): TradeData {
  return {
    trade_id: id,
    market_ticker: market.ticker,
    yes_price_dollars: formatPrice(price),
    no_price_dollars: formatPrice(PRICE_ONE - price),
    count_fp: formatCount(count),
    taker_side: outcomeOf(takerSide),
    taker_outcome_side: outcomeOf(takerSide),
    taker_book_side: takerSide,
    is_block_trade: isBlock,
    ts: Math.floor(at / 1_000),
    ts_ms: at,
  };
}

/** An account's half of a trade. */
export function fill({ trade: { id, price, count, at }, order, isTaker, fee, position }: Fill): FillData {
  const outcome = outcomeOf(order.side);
  return {
    trade_id: id,
    order_id: order.id,
    market_ticker: order.market.ticker,
    exchange_index: order.market.shard,
    is_taker: isTaker,
    side: outcome,
    yes_price_dollars: formatPrice(price),
    count_fp: formatCount(count),
    fee_cost: formatMoney(fee),
    action: "buy",
    outcome_side: outcome,
    book_side: order.side,
    ts: Math.floor(at / 1_000),
    ts_ms: at,
    client_order_id: order.clientOrderId,
    post_position_fp: formatCount(position),
    purchased_side: outcome,
    subaccount: order.wallet.subaccount,
  };
}

/** Kalshi's names of what an order went through; the rest has none, and is sent without a reason. */
const updateReasons: Readonly<Partial<Record<OrderChange, string>>> = {
  trade: "Trade",
  amend: "Amend",
  decrease: "Decrease",
  self_trade: "SelfTradeCancel",
  expired: "ExpiryCancel",
  market_closed: "CloseCancel",
  paused: "HaltCancel",
  unpaid: "MarginCancel",
  post_only: "PostOnlyCrossCancel",
  reduce_only: "ReduceOnlyCancel",
};

/** An order's state. */
export function userOrder(order: Order): UserOrderData {
  const { createdAt, updatedAt, expiresAt, group, side, lastChange } = order;
  const reason = lastChange && updateReasons[lastChange];
  const {
    order_id,
    user_id,
    ticker,
    status,
    outcome_side,
    book_side,
    yes_price_dollars,
    fill_count_fp,
    remaining_count_fp,
    initial_count_fp,
    taker_fill_cost_dollars,
    maker_fill_cost_dollars,
    taker_fees_dollars,
    maker_fees_dollars,
    client_order_id,
  } = orderPayload(order);
  return {
    order_id,
    user_id,
    ticker,
    status,
    side: outcomeOf(side),
    is_yes: side === "bid",
    outcome_side,
    book_side,
    yes_price_dollars,
    fill_count_fp,
    remaining_count_fp,
    initial_count_fp,
    taker_fill_cost_dollars,
    maker_fill_cost_dollars,
    taker_fees_dollars,
    maker_fees_dollars,
    client_order_id,
    ...(group !== undefined && { order_group_id: group.id }),
    self_trade_prevention_type: order.selfTradePrevention,
    created_time: isoTime(createdAt),
    created_ts_ms: createdAt,
    last_update_time: isoTime(updatedAt),
    last_updated_ts_ms: updatedAt,
    ...(expiresAt !== undefined && { expiration_time: isoTime(expiresAt), expiration_ts_ms: expiresAt }),
    subaccount_number: order.wallet.subaccount,
    exchange_index: order.market.shard,
    ...(reason !== undefined && { last_update_reason: reason }),
  };
}

/** A position. */
export function position(holding: Holding): MarketPositionData {
  const { market, wallet } = holding;
  return {
    user_id: wallet.account.id,
    market_ticker: market.ticker,
    position_fp: formatCount(holding.position),
    position_cost_dollars: formatMoney(holding.exposure),
    realized_pnl_dollars: formatMoney(holding.realized),
    fees_paid_dollars: formatMoney(holding.fees),
    position_fee_cost_dollars: formatMoney(0),
    volume_fp: formatCount(holding.tradedCount),
    subaccount: wallet.subaccount,
  };
}

/** An order group. */
export function orderGroup(
  group: OrderGroup,
  change: OrderGroupUpdatesData["event_type"],
  at: number,
): OrderGroupUpdatesData {
  return {
    event_type: change,
    order_group_id: group.id,
    ...((change === "created" || change === "limit_updated") &&
      { contracts_limit_fp: formatCount(group.limit) }),
    ts_ms: at,
  };
}

const seconds = (at: number) => Math.floor(at / 1_000);

/**
 * What a market went through; undefined for what Kalshi sends no message of. Of combos it tells less: no bands of
 * prices, and no change of grid or strikes.
 */
export function lifecycle(
  { change, at }: MarketEvent,
  info: MarketInfo,
): MarketLifecycleV2Data | MultivariateMarketLifecycleData | undefined {
  const { market, plan, event } = info;
  const isCombo = event.legs !== undefined;
  const grid = {
    price_level_structure: info.structure,
    ...(!isCombo && { price_ranges: priceRanges(market.bands) }),
  };
  const strikes = {
    ...(plan.floorStrike !== undefined && { floor_strike: plan.floorStrike }),
    ...(plan.capStrike !== undefined && { cap_strike: plan.capStrike }),
  };
  const common = { event_type: change, market_ticker: market.ticker, exchange_index: market.shard };
  switch (change) {
    case "opened":
    case "closed":
      return undefined;
    case "created":
      return {
        ...common,
        open_ts: seconds(info.openAt),
        close_ts: seconds(info.closeAt),
        ...grid,
        additional_metadata: {
          name: plan.yesSubTitle,
          title: event.plan.title,
          yes_sub_title: plan.yesSubTitle,
          no_sub_title: plan.noSubTitle,
          rules_primary: plan.rules,
          rules_secondary: "",
          can_close_early: true,
          event_ticker: event.ticker,
          expected_expiration_ts: seconds(info.closeAt),
          strike_type: plan.strikeType,
          ...strikes,
        },
      };
    case "activated":
    case "deactivated":
      return { ...common, is_deactivated: change === "deactivated" };
    case "close_date_updated":
      return { ...common, close_ts: seconds(info.closeAt) };
    case "determined":
      return {
        ...common,
        result: info.result,
        determination_ts: seconds(at),
        ...(info.settlementValue !== undefined && { settlement_value: formatPrice(info.settlementValue) }),
      };
    case "settled":
      return { ...common, settled_ts: seconds(at) };
    case "price_level_structure_updated":
      return isCombo ? undefined : { ...common, ...grid };
    case "metadata_updated":
      return isCombo
        ? undefined
        : { ...common, yes_sub_title: plan.yesSubTitle, strike_type: plan.strikeType, ...strikes };
  }
}

/** A new event. */
export function eventCreated(event: EventInfo): Record<string, unknown> {
  return {
    event_ticker: event.ticker,
    exchange_index: event.series.plan.shard,
    title: event.plan.title,
    subtitle: event.plan.subTitle,
    collateral_return_type: "",
    series_ticker: event.series.ticker,
    strike_date: seconds(event.plan.closeAt),
  };
}

/** The fees of an event's own. */
export function eventFees(event: EventInfo): Record<string, unknown> {
  return {
    event_ticker: event.ticker,
    fee_type_override: event.feeTypeOverride ?? null,
    fee_multiplier_override: event.feeMultiplierOverride ?? null,
  };
}

/** A request for quotes, as `viewer` may see it. */
export function rfq(
  exchange: Exchange,
  request: Rfq,
  change: "created" | "deleted",
  viewer: Account,
): RfqCreatedData | RfqDeletedData {
  const { creator_id } = rfqPayload(exchange, request, viewer);
  const { event, market } = request.info;
  const common = {
    id: request.id,
    creator_id,
    market_ticker: market.ticker,
    event_ticker: event.ticker,
    ...(request.targetCost === undefined
      ? { contracts_fp: formatCount(request.count) }
      : { target_cost_dollars: formatMoney(request.targetCost) }),
  };
  if (change === "deleted") return { ...common, deleted_ts: isoTime(request.updatedAt) };
  return {
    ...common,
    created_ts: isoTime(request.createdAt),
    ...(event.legs !== undefined && {
      mve_collection_ticker: `${event.series.ticker}-R`,
      mve_selected_legs: event.legs.map(legPayload),
    }),
  };
}

/** A quote, as one of its two parties may see it. */
export function quote(
  exchange: Exchange,
  made: Quote,
  change: "created" | "accepted" | "executed",
  viewer: Account,
): QuoteCreatedData | QuoteAcceptedData | QuoteExecutedData {
  const { communications } = exchange;
  const { rfq: request, wallet } = made;
  const isMaker = viewer === wallet.account;
  const own = isMaker ? wallet : request.wallet;
  const parties = {
    quote_id: made.id,
    rfq_id: request.id,
    quote_creator_id: communications.idOf(wallet.account),
    rfq_creator_id: requesterOf(exchange, made, viewer),
    market_ticker: request.info.market.ticker,
    subaccount: own.subaccount,
  };
  if (change === "executed") {
    const order = isMaker ? made.order : made.rfqOrder;
    return {
      ...parties,
      order_id: order?.id ?? "",
      client_order_id: order?.clientOrderId ?? "",
      executed_ts: isoTime(made.executedAt ?? 0),
    };
  }
  const terms = {
    ...parties,
    event_ticker: request.info.event.ticker,
    yes_bid_dollars: formatPrice(made.yesBid),
    no_bid_dollars: formatPrice(made.noBid),
    yes_contracts_offered_fp: formatCount(communications.countFor(made, "yes")),
    no_contracts_offered_fp: formatCount(communications.countFor(made, "no")),
    ...(request.targetCost !== undefined && { rfq_target_cost_dollars: formatMoney(request.targetCost) }),
  };
  if (change === "created") return { ...terms, created_ts: isoTime(made.createdAt) };
  const side = made.acceptedSide ?? "yes";
  return {
    ...terms,
    accepted_side: side,
    contracts_accepted_fp: formatCount(communications.countFor(made, side)),
  };
}
