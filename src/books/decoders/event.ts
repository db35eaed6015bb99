/**
 * The books of event markets as Kalshi's WebSocket and REST tell them: https://docs.kalshi.com/websockets/orderbook-updates
 *
 * @module
 */

import { complementPrice, formatCount, formatPrice, parseCount, parsePrice } from "../../base/fixed_point.ts";
import { readDecoderOptions } from "../options.ts";
import type { OrderBook } from "../order_book.ts";
import type { BookDecoder, BookDelta, BookFrame, BookSnapshot } from "../updates.ts";
import { assertSides, decodeBy, readLevels, readTicker } from "./levels.ts";

/** What the decoder of event markets is made from. */
export interface EventBookDecoderOptions {
  /**
   * Whether the NO side comes in YES prices (`use_yes_price`).
   *
   * @default true
   */
  readonly useYesPrice?: boolean | undefined;
}

/** The book as `GET /markets/{ticker}/orderbook` answers: bids of both outcomes, ascending, as decimal text. */
export interface RestOrderBook {
  /** The two lists. */
  readonly orderbook_fp: {
    /** Bids for YES: `[price in dollars, contracts]`, best last. */
    readonly yes_dollars: [string, string][];
    /** Bids for NO, priced for NO. */
    readonly no_dollars: [string, string][];
  };
}

const ONE_DOLLAR = 10_000;

const TEXT = String.raw`[^"\\\x00-\x1f]*`;
const NUMBER = String.raw`([1-9]\d{0,14})`;

/**
 * A change as Kalshi spells it: no spaces, no escapes, these fields in this order. Such frames are most of what a stream
 * of books gets, and a pattern reads one in half the time that `JSON.parse` takes for all of its objects. Whatever is
 * spelled otherwise is parsed.
 */
const USUAL_DELTA = new RegExp(
  `^\\{"type":"orderbook_delta","sid":${NUMBER},"seq":${NUMBER},"msg":\\{"market_ticker":"(${TEXT})"` +
    `(?:,"market_id":"${TEXT}")?,"price_dollars":"([\\d.]+)","delta_fp":"(-?[\\d.]+)","side":"(yes|no)"` +
    `(?:,"client_order_id":"(${TEXT})")?(?:,"subaccount":(0|[1-9]\\d{0,9}))?(?:,"ts":"${TEXT}")?` +
    `(?:,"ts_ms":${NUMBER})?\\}(?:,"sending_ts_ms":${NUMBER})?\\}$`,
);

/** A YES price as it comes from the wire. */
function readPrice(text: unknown): number {
  const price = parsePrice(text as string);
  if (price > ONE_DOLLAR) throw new RangeError("a price over one dollar");
  return price;
}

/** A NO price, as a YES price. */
const readComplement = (text: unknown) => complementPrice(readPrice(text));

/**
 * Reads the frames of the channel `orderbook_delta` of the event exchange.
 *
 * @throws {KalshiConfigError} for an option that is unknown or wrong
 *
 * @example
 * ```ts
 * import { eventBookDecoder, MarketBook } from "@unofficial/kalshi/order-books";
 *
 * const decoder = eventBookDecoder();
 * const book = new MarketBook("KXHIGHNY-26NOV24-T60");
 * export function take(text: string): void {
 *   const update = decoder.decode(JSON.parse(text));
 *   if (update !== undefined) book.feed(update);
 * }
 * ```
 */
export function eventBookDecoder(options: EventBookDecoderOptions = {}): BookDecoder {
  const { useYesPrice } = readDecoderOptions(options);
  const readNoPrice = useYesPrice ? readPrice : readComplement;
  const snapshot = ({ id, seq, msg }: BookFrame): BookSnapshot => {
    assertSides(msg, "yes_dollars_fp", "no_dollars_fp");
    return {
      type: "snapshot",
      ticker: readTicker(msg),
      seq,
      isAsked: Boolean(id),
      bids: readLevels(msg.yes_dollars_fp, readPrice),
      asks: readLevels(msg.no_dollars_fp, readNoPrice),
    };
  };
  const delta = ({ seq, msg }: BookFrame): BookDelta => {
    const isBid = msg.side === "yes";
    if (!isBid && msg.side !== "no") throw new TypeError("no such side");
    const { ts_ms, client_order_id, subaccount } = msg as Partial<BookDelta>;
    return {
      type: "delta",
      ticker: readTicker(msg),
      seq,
      side: isBid ? "bid" : "ask",
      price: (isBid ? readPrice : readNoPrice)(msg.price_dollars),
      delta: parseCount(msg.delta_fp as string),
      ts_ms,
      client_order_id,
      subaccount,
    };
  };
  return {
    channel: "orderbook_delta",
    decode: (frame) => decodeBy(frame, snapshot, delta),
    scan(text) {
      const found = USUAL_DELTA.exec(text);
      if (found === null) return undefined;
      const whole = (index: number) => found[index] === undefined ? undefined : Number(found[index]);
      const msg = {
        market_ticker: found[3],
        price_dollars: found[4],
        delta_fp: found[5],
        side: found[6],
        client_order_id: found[7],
        subaccount: whole(8),
        ts_ms: whole(9),
      };
      try {
        const update = delta({ type: "orderbook_delta", seq: Number(found[2]), msg });
        return { sid: Number(found[1]), sentAtMs: whole(10), update };
      } catch {
        return undefined; // whatever is wrong with it is told as ever
      }
    },
  };
}

/**
 * A book in the shape of Kalshi's REST answer: https://docs.kalshi.com/getting_started/orderbook_responses
 *
 * @throws {KalshiValueError} for a book of another product, with prices over one dollar
 */
export function restOrderBook(book: OrderBook): RestOrderBook {
  const text = (price: number, size: number): [string, string] => [formatPrice(price), formatCount(size)];
  const { bids, asks } = book.depth();
  return {
    orderbook_fp: {
      yes_dollars: bids.map(({ price, size }) => text(price, size)).reverse(),
      no_dollars: asks.map(({ price, size }) => text(complementPrice(price), size)).reverse(),
    },
  };
}
