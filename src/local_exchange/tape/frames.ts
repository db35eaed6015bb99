/** Kalshi's frames, as a recording or a stream has them, told to a tape. */
import { KalshiConfigError } from "../../base/errors.ts";
import { isRecord } from "../../base/plain.ts";
import { complement, isPrice } from "../engine/event_contract.ts";
import type { Side } from "../engine/model.ts";
import { parseCount, parsePrice } from "../units.ts";
import { asText, countOf, factsOf, feeTypeOf, lifecycleFacts, type Payload, priceOf } from "./facts.ts";
import type { Tape } from "./tape.ts";
import type { PricedCount } from "./tape_market.ts";

/** A frame as far as a tape looks at it. */
export interface TapeFrame {
  readonly type?: string | undefined;
  readonly msg?: unknown;
}

/** How the frames were asked for. */
export interface FrameOptions {
  /** Whether the NO side comes in YES prices (`use_yes_price`), as this library asks for it. */
  readonly useYesPrice: boolean;
  /** The markets that are played; all of them where undefined. */
  readonly tickers: ReadonlySet<string> | undefined;
}

/** Reads frames for a tape. What is about something else, or about nobody's market, it passes over. */
export class TapeReader {
  readonly #tape: Tape;
  readonly #tickers: ReadonlySet<string> | undefined;
  /** Of those, the markets of which nothing has come yet; and the markets that came beside them. */
  readonly #unheard: Set<string>;
  readonly #others = new Set<string>();
  /** Whether the NO side comes in YES prices; each session of a recorder says it anew. */
  useYesPrice: boolean;
  /** Frames of a kind that it knows, and could not read. */
  unreadable = 0;

  constructor(tape: Tape, { useYesPrice, tickers }: FrameOptions) {
    this.#tape = tape;
    this.#tickers = tickers;
    this.#unheard = new Set(tickers);
    this.useYesPrice = useYesPrice;
  }

  /** Whether a market is played. */
  wants(ticker: string): boolean {
    if (this.#tickers === undefined) return true;
    if (!this.#tickers.has(ticker)) {
      this.#others.add(ticker);
      return false;
    }
    if (this.#unheard.size > 0) this.#unheard.delete(ticker);
    return true;
  }

  /** Whether anything of a market has come, whether it is played or not. */
  hasHeardOf(ticker: string): boolean {
    return this.#others.has(ticker) || this.#tape.has(ticker) && !this.#unheard.has(ticker);
  }

  /** The markets of which anything has come. */
  heardOf(): string[] {
    return [...this.#tape.tickers().filter((ticker) => !this.#unheard.has(ticker)), ...this.#others];
  }

  /** Tells the tape what a frame says; false for one that says nothing to it. */
  take({ type, msg }: TapeFrame): boolean {
    switch (type) {
      case "orderbook_delta":
        return this.#told(this.#delta(msg as Payload));
      case "trade":
        return this.#told(this.#trade(msg as Payload));
      case "orderbook_snapshot":
        return this.#told(this.#snapshot(msg as Payload));
      case "market_lifecycle_v2":
      case "multivariate_market_lifecycle":
        return this.#told(this.#lifecycle(msg as Payload));
      case "event_fee_update":
        return this.#told(this.#fees(msg as Payload));
      default:
        return false;
    }
  }

  /** The same of a frame that nobody has looked into; false for what is no JSON as well. */
  takeText(text: string): boolean {
    const told = this.#quickDelta(text);
    if (told !== undefined) return told;
    let frame: unknown;
    try {
      frame = JSON.parse(text);
    } catch {
      return this.#told(undefined);
    }
    return isRecord(frame) ? this.take(frame) : this.#told(undefined);
  }

  /**
   * Most of a recording are changes of levels, all written alike: what they say can be found without making an object
   * of all of it. Undefined for a text that is not written so, which is then read as any other.
   */
  #quickDelta(text: string): boolean | undefined {
    const begin = text.startsWith(DELTA) ? text.indexOf(TICKER, DELTA.length) + TICKER.length : 0;
    if (begin < TICKER.length) return undefined;
    // One field right after the other, so that nothing stands between them that is not looked at.
    let end = text.indexOf(QUOTE, begin);
    const ticker = text.slice(begin, end);
    if (text.startsWith(MARKET_ID, end)) end = text.indexOf(QUOTE, end + MARKET_ID.length);
    if (!text.startsWith(PRICE, end)) return undefined;
    const priceAt = end + PRICE.length;
    end = text.indexOf(QUOTE, priceAt);
    const told = quickFixed(text, 4, priceAt, end);
    if (!text.startsWith(COUNT, end)) return undefined;
    const countAt = end + COUNT.length;
    end = text.indexOf(QUOTE, countAt);
    const count = quickFixed(text, 2, countAt, end);
    const isBid = text.startsWith(YES, end);
    if (told === undefined || count === undefined || !isBid && !text.startsWith(NO, end)) return undefined;
    if (ticker.includes("\\") || text.includes(OWN, end)) return undefined;
    if (this.#tickers?.has(ticker) === false) {
      // The first one is read as any other: a name that is kept must not keep the text that it is a part of.
      return this.#others.has(ticker) ? false : undefined;
    }
    if (this.#unheard.size > 0) this.#unheard.delete(ticker);
    const price = isBid || this.useYesPrice ? told : complement(told);
    if (!isPrice(price)) return undefined;
    this.#tape.delta(ticker, isBid ? "bid" : "ask", price, count);
    return true;
  }

  /** Tells the tape what the REST payloads of a market, its event and its series say. */
  market(payload: unknown, event?: unknown, series?: unknown): boolean {
    const ticker = isRecord(payload) ? asText(payload.ticker) : undefined;
    if (ticker === undefined || !isRecord(payload)) return this.#told(undefined);
    refusePerps(payload, "leverage_estimate");
    if (!this.wants(ticker)) return false;
    const facts = factsOf(payload);
    this.#tape.learn(ticker, facts);
    const seriesTicker = this.#tape.seriesOf(ticker);
    const type = isRecord(series) ? feeTypeOf(series.fee_type) : undefined;
    if (type !== undefined && seriesTicker !== undefined && isRecord(series)) {
      this.#tape.setSeriesFees(seriesTicker, { type, multiplier: multiplierOf(series.fee_multiplier) ?? 1 });
    }
    if (isRecord(event) && facts.eventTicker !== undefined) {
      const own = feeTypeOf(event.fee_type_override);
      const multiplier = multiplierOf(event.fee_multiplier_override);
      if (own !== undefined || multiplier !== undefined) {
        this.#tape.setEventFees(facts.eventTicker, own, multiplier);
      }
    }
    return true;
  }

  #told(was: boolean | undefined): boolean {
    if (was === undefined) this.unreadable++;
    return was ?? false;
  }

  #delta(msg: Payload): boolean | undefined {
    const { market_ticker: ticker, side, price_dollars, delta_fp, client_order_id } = msg ?? {};
    if (typeof ticker !== "string") return undefined;
    if (price_dollars === undefined) refusePerps(msg, "price");
    if (!this.wants(ticker)) return false;
    const isBid = side === "yes";
    const told = quickFixed(price_dollars, 4) ?? priceOf(price_dollars);
    const delta = quickFixed(delta_fp, 2) ?? countOf(delta_fp);
    if (told === undefined || delta === undefined || (!isBid && side !== "no")) return undefined;
    const price = isBid || this.useYesPrice ? told : complement(told);
    if (!isPrice(price)) return undefined;
    const isOwn = client_order_id !== undefined && client_order_id !== null;
    this.#tape.delta(ticker, isBid ? "bid" : "ask", price, delta, isOwn);
    return true;
  }

  #trade(msg: Payload): boolean | undefined {
    const { market_ticker: ticker, yes_price_dollars, count_fp, trade_id } = msg ?? {};
    if (typeof ticker !== "string") return undefined;
    if (!this.wants(ticker)) return false;
    const price = priceOf(yes_price_dollars);
    const count = countOf(count_fp);
    const takerSide = takerSideOf(msg);
    if (price === undefined || count === undefined || count <= 0 || takerSide === undefined) return undefined;
    const isBlock = msg.is_block_trade === true;
    this.#tape.trade(ticker, { id: asText(trade_id), price, count, takerSide, isBlock });
    return true;
  }

  #snapshot(msg: Payload): boolean | undefined {
    const { market_ticker: ticker, yes_dollars_fp, no_dollars_fp } = msg ?? {};
    if (typeof ticker !== "string") return undefined;
    refusePerps(msg, "bid", "ask");
    if (!this.wants(ticker)) return false;
    const bids = levelsOf(yes_dollars_fp, true);
    const asks = levelsOf(no_dollars_fp, this.useYesPrice);
    if (bids === undefined || asks === undefined) return undefined;
    this.#tape.snapshot(ticker, bids, asks);
    return true;
  }

  #lifecycle(msg: Payload): boolean | undefined {
    const ticker = asText(msg?.market_ticker);
    if (ticker === undefined) return undefined;
    if (!this.wants(ticker)) return false;
    const facts = lifecycleFacts(msg);
    switch (msg.event_type) {
      case "deactivated":
      case "activated":
        this.#tape.setPaused(ticker, msg.event_type === "deactivated");
        return true;
      case "determined":
        this.#tape.determine(ticker, facts.worth);
        return true;
      case "settled":
        if (facts.worth !== undefined) this.#tape.determine(ticker, facts.worth);
        this.#tape.settle(ticker);
        return true;
      default:
        this.#tape.learn(ticker, facts);
        return true;
    }
  }

  #fees(msg: Payload): boolean | undefined {
    const event = asText(msg?.event_ticker);
    if (event === undefined) return undefined;
    const multiplier = multiplierOf(msg.fee_multiplier_override);
    this.#tape.setEventFees(event, feeTypeOf(msg.fee_type_override), multiplier);
    return true;
  }
}

const DELTA = '{"type":"orderbook_delta",';
const TICKER = '"msg":{"market_ticker":"';
const [MARKET_ID, PRICE, COUNT] = ['","market_id":"', '","price_dollars":"', '","delta_fp":"'];
const [YES, NO] = ['","side":"yes"', '","side":"no"'];
const QUOTE = '"';
/** Frames of one's own orders have more to say. */
const OWN = '"client_order_id"';

const multiplierOf = (value: unknown): number | undefined =>
  typeof value === "number" && value >= 0 && value < 1_000 ? value : undefined;

/** Refuses what has a field that only the margin exchange has. */
function refusePerps(payload: Payload, ...fields: readonly string[]): void {
  if (!fields.some((field) => payload[field] !== undefined)) return;
  throw new KalshiConfigError(
    "This is of the margin exchange: perps are neither replayed nor mirrored. Give what was recorded of event contracts.",
  );
}

function takerSideOf({ taker_book_side, taker_outcome_side, taker_side }: Payload): Side | undefined {
  if (taker_book_side === "bid" || taker_book_side === "ask") return taker_book_side;
  const outcome = taker_outcome_side ?? taker_side;
  return outcome === "yes" ? "bid" : outcome === "no" ? "ask" : undefined;
}

function levelsOf(list: unknown, isYesPrice: boolean): PricedCount[] | undefined {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) return undefined;
  const levels: PricedCount[] = [];
  for (const level of list) {
    const [told, size] = Array.isArray(level) ? level : [];
    const price = typeof told === "string" ? parsePrice(told) : undefined;
    const count = typeof size === "string" ? parseCount(size) : undefined;
    if (price === undefined || count === undefined) return undefined;
    const own = isYesPrice ? price : complement(price);
    if (!isPrice(own)) return undefined;
    levels.push([own, count]);
  }
  return levels;
}

const [ZERO, NINE, DOT, MINUS] = [48, 57, 46, 45];

/**
 * Reads decimal text between two places with exactly as many decimals, which is how Kalshi writes it: frames are read by
 * the hundred thousand in a second. Undefined for any other text.
 */
function quickFixed(text: unknown, decimals: number, from = 0, to?: number): number | undefined {
  if (typeof text !== "string") return undefined;
  const end = to ?? text.length;
  const point = end - decimals - 1;
  const first = text.charCodeAt(from) === MINUS ? from + 1 : from;
  if (point <= first || point - from > 11 || text.charCodeAt(point) !== DOT) return undefined;
  let value = 0;
  for (let at = first; at < end; at++) {
    if (at === point) continue;
    const code = text.charCodeAt(at);
    if (code < ZERO || code > NINE) return undefined;
    value = value * 10 + code - ZERO;
  }
  return first > from ? 0 - value : value;
}
