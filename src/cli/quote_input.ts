/**
 * What the options of `kalshi quotes TICKER` say, checked before anything is sent.
 *
 * @module
 */
import { formatCount, formatPrice } from "../base/fixed_point.ts";
import { CliError } from "./exit_codes.ts";
import { readCount, readPrice } from "./order_input.ts";

/** The options, as they were typed. */
export interface QuoteInput {
  readonly bid?: string;
  readonly ask?: string;
  readonly count?: string;
  readonly refill?: boolean;
  readonly maxPosition?: string;
  readonly name?: string;
}

/** What is to be quoted, checked as far as it can be without the market. */
export interface ReadQuotes {
  readonly bid: number | undefined;
  readonly ask: number | undefined;
  readonly count: number;
  readonly refill: boolean;
  /** Contracts, as a text. */
  readonly maxPosition: string | undefined;
  /** What the quote manager is called; made of the ticker where it is left out. */
  readonly name: string | undefined;
}

/** What no quotes can be, whatever the market. */
export function readQuotes({ bid, ask, count, refill = false, maxPosition, name }: QuoteInput): ReadQuotes {
  const refuse = (message: string): never => {
    throw new CliError("usage", `${message} Nothing was sent.`);
  };
  if (bid === undefined && ask === undefined) refuse("Give --bid, --ask or both: the YES prices to quote.");
  if (count === undefined) return refuse("Give --count: how many contracts each side is for.");
  const read = {
    bid: bid === undefined ? undefined : readPrice("--bid", bid),
    ask: ask === undefined ? undefined : readPrice("--ask", ask),
    count: readCount("--count", count),
    refill,
    maxPosition: maxPosition === undefined
      ? undefined
      : formatCount(readCount("--max-position", maxPosition)),
    name,
  };
  if (read.bid !== undefined && read.ask !== undefined && read.bid >= read.ask) {
    refuse("--bid must be below --ask: the two would trade with each other.");
  }
  if (refill && maxPosition === undefined) {
    refuse("--refill places anew what was filled, without an end: it needs --max-position.");
  }
  if (name !== undefined && !/^\w{1,16}$/.test(name)) refuse("--name takes 1 to 16 letters, digits and _.");
  return read;
}

/** What is about to be quoted, in words. */
export function quoteWords(ticker: string, { bid, ask, count, refill }: ReadQuotes): string {
  const side = (verb: string, price: number | undefined) =>
    price === undefined ? [] : [`${verb} ${formatCount(count)} YES at ${formatPrice(price)}`];
  const sides = [...side("buy", bid), ...side("sell", ask)].join(" and ");
  return `Quote on ${ticker}: ${sides}${refill ? ", and anew what fills" : ""}, until Ctrl-C`;
}
