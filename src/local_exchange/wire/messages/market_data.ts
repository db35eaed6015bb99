/** What the public channels of the WebSocket say of a market: its book, its ticker, its trades. */
import type {
  OrderbookDeltaData,
  OrderbookSnapshotData,
  TickerData,
  TradeData,
} from "../../../contract/event/channels.ts";
import { complement, noQuote, outcomeOf } from "../../engine/event_contract.ts";
import type { BookEvent } from "../../engine/events.ts";
import type { Market, Side, Trade } from "../../engine/model.ts";
import { COUNT_ONE, formatCount, formatPrice } from "../../units.ts";
import { isoTime, unixSeconds } from "../format.ts";

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
  formatPrice(side === "bid" || useYesPrice ? price : complement(price));

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
    yes_bid_dollars: formatPrice(bid ?? noQuote.bid),
    yes_ask_dollars: formatPrice(ask ?? noQuote.ask),
    volume_fp: formatCount(market.volume),
    open_interest_fp: formatCount(market.openInterest),
    dollar_volume: Math.floor(market.volume / COUNT_ONE),
    dollar_open_interest: Math.floor(market.openInterest / COUNT_ONE),
    yes_bid_size_fp: size("bid", bid),
    yes_ask_size_fp: size("ask", ask),
    last_trade_size_fp: formatCount(market.trades.at(-1)?.count ?? 0),
    ts: unixSeconds(at),
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
    no_price_dollars: formatPrice(complement(price)),
    count_fp: formatCount(count),
    taker_side: outcomeOf(takerSide),
    taker_outcome_side: outcomeOf(takerSide),
    taker_book_side: takerSide,
    is_block_trade: isBlock,
    ts: unixSeconds(at),
    ts_ms: at,
  };
}
