/**
 * What can be shown of a market in a list.
 *
 * @module
 */
import { formatFixed, parseFixed } from "../base/fixed_point.ts";
import { timeMs } from "../base/wire_time.ts";
import type { Market } from "../contract/event/types.ts";
import type { SortableColumn } from "./choose_columns.ts";

/** What a market is called: its title, and which outcome of its event it is. */
export function marketTitle({ title, yes_sub_title }: Market): string {
  if (title === undefined || title === null || title === "") return yes_sub_title;
  return yes_sub_title === "" || title.includes(yes_sub_title) ? title : `${title} · ${yes_sub_title}`;
}

/** A decimal as an integer that sorts exactly; undefined for none. */
function figure(text: string | null | undefined): number | undefined {
  if (text === null || text === undefined || text === "") return undefined;
  try {
    return parseFixed(text, 6);
  } catch {
    return undefined;
  }
}

/** Ask less bid, in dollars; undefined where a side is empty, which Kalshi writes as 0 and as 1. */
export function marketSpread({ yes_bid_dollars, yes_ask_dollars }: Market): string | undefined {
  const bid = figure(yes_bid_dollars);
  const ask = figure(yes_ask_dollars);
  if (bid === undefined || ask === undefined || bid <= 0 || ask >= 1_000_000 || ask <= 0) return undefined;
  return formatFixed((ask - bid) / 100, 4);
}

type Of<Value> = (market: Market) => Value;

const price = (name: string, value: Of<string | undefined>, colour?: "green" | "red") => ({
  name,
  value,
  key: (market: Market) => figure(value(market)),
  align: "right" as const,
  ...(colour && { colour: () => colour }),
});
const count = (name: string, value: Of<string>) => ({ ...price(name, value), sorts: "desc" as const });
const time = (name: string, value: Of<string | null | undefined>) => ({
  name,
  value,
  key: (market: Market) => timeMs(value(market)),
});

const shown: readonly SortableColumn<Market>[] = [
  { name: "ticker", value: ({ ticker }) => ticker, colour: () => "bold" },
  { name: "title", value: marketTitle, isShortened: true },
  price("yes_bid", ({ yes_bid_dollars }) => yes_bid_dollars, "green"),
  price("yes_ask", ({ yes_ask_dollars }) => yes_ask_dollars, "red"),
  price("last_price", ({ last_price_dollars }) => last_price_dollars),
  count("volume", ({ volume_fp }) => volume_fp),
  time("close_time", ({ close_time }) => close_time),
];

const further: readonly SortableColumn<Market>[] = [
  { name: "event", value: ({ event_ticker }) => event_ticker },
  { name: "status", value: ({ status }) => status },
  price("spread", marketSpread),
  count("yes_bid_size", ({ yes_bid_size_fp }) => yes_bid_size_fp),
  count("yes_ask_size", ({ yes_ask_size_fp }) => yes_ask_size_fp),
  price("previous_price", ({ previous_price_dollars }) => previous_price_dollars),
  count("volume_24h", ({ volume_24h_fp }) => volume_24h_fp),
  count("open_interest", ({ open_interest_fp }) => open_interest_fp),
  time("open_time", ({ open_time }) => open_time),
  { name: "result", value: ({ result }) => result },
  { name: "yes_sub_title", value: ({ yes_sub_title }) => yes_sub_title },
  { name: "exchange_index", value: ({ exchange_index }) => exchange_index },
];

/** Every column; those that a table leaves out unless they are named come last. CSV has all of them. */
export const marketColumns: readonly SortableColumn<Market>[] = [
  ...shown,
  ...further.map((column) => ({ ...column, inTable: false })),
];

/** Whether every word is in what the market is called, whatever the case. */
export function matches(market: Market, words: readonly string[]): boolean {
  const { ticker, title, subtitle, yes_sub_title, no_sub_title } = market;
  const text = [ticker, title, subtitle, yes_sub_title, no_sub_title].join("\n").toLowerCase();
  return words.every((word) => text.includes(word));
}
