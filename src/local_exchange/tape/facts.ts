/** What a recording says of a market beside its book: read with care, since a recording is not always whole. */
import { isRecord } from "../../base/plain.ts";
import { isPrice, isWorth, priceGrids, worthOf } from "../engine/event_contract.ts";
import type { FeeType } from "../engine/fees.ts";
import type { PriceBand, PriceGrid } from "../engine/price_grid.ts";
import { parseCount, parsePrice } from "../units.ts";

/** An object of a recording. */
export type Payload = Readonly<Record<string, unknown>>;

/** What is known of a market. What nobody said is undefined. */
export interface MarketFacts {
  readonly eventTicker: string | undefined;
  readonly title: string | undefined;
  readonly yesSubTitle: string | undefined;
  readonly rules: string | undefined;
  readonly strikeType: string | undefined;
  readonly floorStrike: number | undefined;
  readonly capStrike: number | undefined;
  /** Unix milliseconds. */
  readonly openAt: number | undefined;
  readonly closeAt: number | undefined;
  readonly structure: string | undefined;
  readonly bands: PriceGrid | undefined;
  readonly shard: number | undefined;
  readonly status: string | undefined;
  /** What a YES contract was worth in the end. */
  readonly worth: number | undefined;
  readonly lastPrice: number | undefined;
  readonly volume: number | undefined;
  readonly openInterest: number | undefined;
}

export const asText = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const asNumber = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;

function asTime(value: unknown): number | undefined {
  const text = asText(value);
  const at = text === undefined ? NaN : Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

/** A price as decimal text. */
export function priceOf(value: unknown): number | undefined {
  return typeof value === "string" ? parsePrice(value) : undefined;
}

/** A count as decimal text. */
export function countOf(value: unknown): number | undefined {
  return typeof value === "string" ? parseCount(value) : undefined;
}

/** The bands of `price_ranges`; undefined where they are none. */
export function bandsOf(ranges: unknown): PriceGrid | undefined {
  if (!Array.isArray(ranges) || ranges.length === 0) return undefined;
  const bands: PriceBand[] = [];
  for (const range of ranges) {
    if (!isRecord(range)) return undefined;
    const [start, end, step] = [priceOf(range.start), priceOf(range.end), priceOf(range.step)];
    if (start === undefined || end === undefined || step === undefined || step <= 0) return undefined;
    bands.push({ start, end, step });
  }
  return bands;
}

/** What a YES contract is worth by a result and a value; undefined while neither says. */
export function worthIn(result: unknown, value: unknown): number | undefined {
  if (result === "yes" || result === "no") return worthOf(result);
  const worth = priceOf(value);
  return result !== undefined && result !== "" && worth !== undefined && isWorth(worth) ? worth : undefined;
}

/** The facts of a market's REST payload. */
export function factsOf(payload: Payload): MarketFacts {
  const structure = asText(payload.price_level_structure);
  const lastPrice = priceOf(payload.last_price_dollars);
  return {
    eventTicker: asText(payload.event_ticker),
    title: asText(payload.title),
    yesSubTitle: asText(payload.yes_sub_title),
    rules: asText(payload.rules_primary),
    strikeType: asText(payload.strike_type),
    floorStrike: asNumber(payload.floor_strike),
    capStrike: asNumber(payload.cap_strike),
    openAt: asTime(payload.open_time),
    closeAt: asTime(payload.close_time),
    structure,
    bands: bandsOf(payload.price_ranges) ?? (structure === undefined ? undefined : priceGrids[structure]),
    shard: asNumber(payload.exchange_index),
    status: asText(payload.status),
    worth: worthIn(payload.result, payload.settlement_value_dollars),
    lastPrice: lastPrice !== undefined && isPrice(lastPrice) ? lastPrice : undefined,
    volume: countOf(payload.volume_fp),
    openInterest: countOf(payload.open_interest_fp),
  };
}

const seconds = (value: unknown): number | undefined => {
  const at = asNumber(value);
  return at === undefined ? undefined : at * 1_000;
};

/** The facts of a frame of `market_lifecycle_v2`. */
export function lifecycleFacts(msg: Payload): MarketFacts {
  const more = isRecord(msg.additional_metadata) ? msg.additional_metadata : {};
  const structure = asText(msg.price_level_structure);
  return {
    eventTicker: asText(more.event_ticker),
    title: asText(more.title),
    yesSubTitle: asText(more.yes_sub_title) ?? asText(msg.yes_sub_title),
    rules: asText(more.rules_primary),
    strikeType: asText(more.strike_type) ?? asText(msg.strike_type),
    floorStrike: asNumber(more.floor_strike) ?? asNumber(msg.floor_strike),
    capStrike: asNumber(more.cap_strike) ?? asNumber(msg.cap_strike),
    openAt: seconds(msg.open_ts),
    closeAt: seconds(msg.close_ts),
    structure,
    bands: bandsOf(msg.price_ranges) ?? (structure === undefined ? undefined : priceGrids[structure]),
    shard: asNumber(msg.exchange_index),
    status: undefined,
    worth: worthIn(msg.result, msg.settlement_value),
    lastPrice: undefined,
    volume: undefined,
    openInterest: undefined,
  };
}

const feeTypes: readonly string[] = [
  "quadratic",
  "quadratic_with_maker_fees",
  "quadratic_with_combo_maker_fees",
  "flat",
];

/** A `fee_type` that is known. */
export const feeTypeOf = (value: unknown): FeeType | undefined =>
  typeof value === "string" && feeTypes.includes(value) ? value as FeeType : undefined;
