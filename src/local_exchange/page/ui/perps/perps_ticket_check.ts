/** What a ticket for perps says, and whether that is an order: told in words before anything is sent. */
import { formatCount, formatPrice, parseCount, parsePrice } from "../../../../base/fixed_point.ts";
import type { CreateMarginOrderRequest } from "../../../../contract/perps/types.ts";
import { showCount, showPrice } from "../format.ts";
import type { TicketFields, TicketProblems } from "../ticket_check.ts";
import type { PerpRow } from "./perps_rows.ts";

/** The ticket as it is filled in. */
export interface PerpsFields extends TicketFields {
  readonly reduceOnly: boolean;
}

/** An order of it; the desk gives it its id. */
export type PerpsOrder = Omit<CreateMarginOrderRequest, "client_order_id">;

/** A ticket, checked. */
export type PerpsVerdict =
  | { readonly kind: "ready"; readonly order: PerpsOrder }
  | { readonly kind: "unready"; readonly problems: TicketProblems };

function read(text: string, parse: (text: string) => number, none: string, wrong: string): number | string {
  const typed = text.trim().replace(/^\./, "0.");
  if (typed === "") return none;
  try {
    return parse(typed);
  } catch {
    return wrong;
  }
}

const readPrice = (text: string) =>
  read(
    text,
    parsePrice,
    "Type a price in dollars, such as 6.45.",
    `"${text}" is no price: type dollars such as 6.45, with at most 4 decimals.`,
  );

/** Why a price is none of the market's. */
function priceProblem(price: number, tick: number): string | undefined {
  if (price <= 0) return "A price lies above 0.";
  const off = price % tick;
  if (off === 0) return undefined;
  const near = [price - off, price - off + tick].filter((one) => one > 0).map(showPrice).join(" and ");
  return `This market has no price ${showPrice(price)}: the nearest are ${near}.`;
}

/** Checks a ticket. */
export function checkPerpsTicket(fields: PerpsFields, market: PerpRow): PerpsVerdict {
  const { side, timeInForce, postOnly, reduceOnly } = fields;
  const price = readPrice(fields.price);
  const count = read(
    fields.count,
    parseCount,
    "Type how many.",
    `"${fields.count}" is no number of contracts: type one such as 10, with at most 2 decimals.`,
  );
  const rests = timeInForce === "good_till_canceled";
  const problems: TicketProblems = {
    price: typeof price === "string" ? price : priceProblem(price, market.tick),
    count: typeof count === "string"
      ? count
      : count <= 0
      ? "Trade more than nothing."
      : !market.isFractional && count % 100 !== 0
      ? "This market trades whole contracts."
      : undefined,
    postOnly: postOnly && !rests
      ? "Only an order that may rest can be post-only."
      : reduceOnly && rests
      ? "An order that only reduces trades at once: choose “At once, or not”."
      : undefined,
    order: market.isTrading ? undefined : "This market does not trade now.",
  };
  if (typeof price === "string" || typeof count === "string" || Object.values(problems).some(Boolean)) {
    return { kind: "unready", problems };
  }
  return {
    kind: "ready",
    order: {
      ticker: market.ticker,
      // For the terms that are shown, and no others.
      market_version: market.version,
      side,
      price: formatPrice(price),
      count: formatCount(count),
      time_in_force: timeInForce,
      self_trade_prevention_type: "taker_at_cross",
      ...(postOnly && { post_only: true }),
      ...(reduceOnly && { reduce_only: true }),
    },
  };
}

/** The order in a line: `Long 10 at 6.45`. */
export function sayPerpsOrder({ side, price, count }: PerpsOrder): string {
  return `${side === "bid" ? "Long" : "Short"} ${showCount(parseCount(count))} at ${
    showPrice(parsePrice(price))
  }`;
}

/** The price a tick further. */
export function stepPerpsPrice(market: PerpRow, typed: string, up: boolean): string {
  const price = readPrice(typed);
  const from = typeof price === "number" ? price : market.mark ?? market.bid ?? market.tick;
  const off = from % market.tick;
  const next = up ? from - off + market.tick : off === 0 ? from - market.tick : from - off;
  return showPrice(next > 0 ? next : from);
}
