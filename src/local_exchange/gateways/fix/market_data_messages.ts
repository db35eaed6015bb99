/** Books, trades and the state of markets, as FIX tells them. Prices are dollars on every session. */
import type {
  MarketDataIncrementalRefresh,
  MarketDataIncrementalRefreshMDEntry,
  MarketDataSnapshotFullRefresh,
  SecurityStatus,
} from "../../../contract/fix/messages.ts";
import {
  AggressorSide,
  MDEntryType,
  MDUpdateAction,
  SecurityTradingStatus,
  TrdType,
} from "../../../contract/fix/codes.ts";
import { utcTimestamp } from "../../../fix/times.ts";
import type { BookEvent, MarketChange } from "../../engine/events.ts";
import type { Market, Side, Trade } from "../../engine/model.ts";
import { allocAccountOf } from "./participant.ts";
import { formatCount, formatPrice } from "../../units.ts";

const entryType = { bid: MDEntryType.Bid, ask: MDEntryType.Offer } as const;

/** MDEntryDate(272) and MDEntryTime(273). */
function moment(at: number): { readonly MDEntryDate: string; readonly MDEntryTime: string } {
  const [MDEntryDate = "", MDEntryTime = ""] = utcTimestamp(at).split("-");
  return { MDEntryDate, MDEntryTime };
}

/** A whole book, best prices first, bids before offers; one without entries where there is no such market. */
export function snapshot(
  Symbol: string,
  market: Market | undefined,
  at: number,
): MarketDataSnapshotFullRefresh {
  const levels = (side: Side) =>
    (market?.book.levels(side) ?? []).map(({ price, total }) => ({
      MDEntryType: entryType[side],
      MDEntryPx: formatPrice(price),
      MDEntrySize: formatCount(total),
      ...moment(at),
    }));
  return { MsgType: "W", Symbol, NoMDEntries: [...levels("bid"), ...levels("ask")] };
}

/** A level with what rests on it after a change; `isOwn` when the reader's order made it. */
export function levelChange(
  { market, side, price, delta, order, at }: BookEvent,
  isOwn: boolean,
): MarketDataIncrementalRefresh {
  const total = market.book.level(side, price)?.total ?? 0;
  return refresh({
    MDUpdateAction: total === 0
      ? MDUpdateAction.Delete
      : total === delta
      ? MDUpdateAction.New
      : MDUpdateAction.Change,
    Symbol: market.ticker,
    MDEntryType: entryType[side],
    MDEntryPx: formatPrice(price),
    MDEntrySize: formatCount(total),
    ...moment(at),
    ...(isOwn && {
      ...(order.clientOrderId !== "" && { ClOrdID: order.clientOrderId }),
      AllocAccount: allocAccountOf(order.wallet),
    }),
  });
}

/** A trade. */
export function tradeEntry(
  { id, market, price, count, takerSide, at, isBlock }: Trade,
): MarketDataIncrementalRefresh {
  return refresh({
    MDUpdateAction: MDUpdateAction.New,
    Symbol: market.ticker,
    MDEntryType: MDEntryType.Trade,
    MDEntryPx: formatPrice(price),
    MDEntrySize: formatCount(count),
    ...moment(at),
    AggressorSide: takerSide === "bid" ? AggressorSide.Buy : AggressorSide.Sell,
    ...(isBlock && { TrdType: TrdType.BlockTrade }),
    TradeID: id,
  });
}

function refresh(entry: MarketDataIncrementalRefreshMDEntry): MarketDataIncrementalRefresh {
  return { MsgType: "X", NoMDEntries: [entry] };
}

const statuses: Readonly<Partial<Record<MarketChange, number>>> = {
  deactivated: SecurityTradingStatus.TradingHalt,
  activated: SecurityTradingStatus.Resume,
  determined: SecurityTradingStatus.KalshiDetermined,
  settled: SecurityTradingStatus.KalshiSettled,
};

/** What a market has become; nothing of what FIX does not tell, such as opens and closes by the clock. */
export function securityStatus({ ticker }: Market, change: MarketChange): SecurityStatus | undefined {
  const status = statuses[change];
  return status === undefined ? undefined : { MsgType: "f", Symbol: ticker, SecurityTradingStatus: status };
}
