/** What an order ticket says, and whether that is an order: exact, and told in words before anything is sent. */
import {
  complementPrice,
  formatCount,
  formatPrice,
  isOnGrid,
  nextTick,
  notional,
  parseCount,
  parsePrice,
  previousTick,
  type PriceGrid,
  snapDown,
  snapUp,
} from "../../../base/fixed_point.ts";
import type { CreateOrderV2Request } from "../../../contract/event/types.ts";
import { showCount, showMoney, showPrice } from "./format.ts";

/** How long an order lives. */
export type TimeInForce = CreateOrderV2Request["time_in_force"];

/** The ticket as it is filled in. */
export interface TicketFields {
  readonly side: "bid" | "ask";
  /** Dollars of YES, as typed. */
  readonly price: string;
  /** Contracts, as typed. */
  readonly count: string;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
}

/** What the ticket is checked against. */
export interface TicketMarket {
  readonly ticker: string;
  readonly grid: PriceGrid;
  /** Kalshi's word for its state; only `active` ones trade. */
  readonly status: string;
  /** The best prices of a live book; undefined where there is none, or the book is not live. */
  readonly bestBid: number | undefined;
  readonly bestAsk: number | undefined;
  /** Contracts held, in hundredths: above 0 YES, below 0 NO. */
  readonly position: number;
  /** Cash, as money; undefined while it is not known. */
  readonly cash: number | undefined;
}

/** What is wrong, by field. */
export interface TicketProblems {
  readonly price?: string | undefined;
  readonly count?: string | undefined;
  readonly postOnly?: string | undefined;
  /** Wrong with the whole. */
  readonly order?: string | undefined;
}

/** What the order comes to, before fees. */
export interface TicketCost {
  /** Most that is set aside for it. */
  readonly cost: number;
  /** Contracts of it that close what is held. */
  readonly closes: number;
  /** Paid out when its outcome comes true, for what is not closed by it. */
  readonly payout: number;
  /** Whether it would trade at once, as the book is now. */
  readonly crosses: boolean;
}

/** A ticket, checked. */
export type TicketVerdict =
  | { readonly kind: "ready"; readonly order: CreateOrderV2Request; readonly cost: TicketCost }
  | { readonly kind: "unready"; readonly problems: TicketProblems };

const ONE_DOLLAR = 10_000;

/** Reads what is typed; words where it is nothing that can be read. */
function read(text: string, what: "price" | "count"): number | string {
  const typed = text.trim().replace(/^\./, "0.");
  if (typed === "") return what === "price" ? "Type a price in dollars, such as 0.56." : "Type how many.";
  try {
    return what === "price" ? parsePrice(typed) : parseCount(typed);
  } catch {
    return what === "price"
      ? `"${text}" is no price: type dollars such as 0.56, with at most 4 decimals.`
      : `"${text}" is no number of contracts: type one such as 10, with at most 2 decimals.`;
  }
}

/** Why a price is not one of the market's. */
function priceProblem(grid: PriceGrid, price: number): string | undefined {
  if (price <= 0 || price >= ONE_DOLLAR) return "A price lies between 0 and 1 dollar.";
  if (isOnGrid(grid, price)) return undefined;
  const near = [snapDown(grid, price), snapUp(grid, price)]
    .filter((one): one is number => one !== undefined && one > 0 && one < ONE_DOLLAR);
  const [verb, names] = [near.length === 1 ? "is" : "are", near.map(showPrice).join(" and ")];
  return `This market has no price ${showPrice(price)}: the nearest ${verb} ${names}.`;
}

const statusWords: Readonly<Record<string, string>> = {
  initialized: "This market has not opened yet.",
  inactive: "This market is paused.",
  closed: "This market is closed.",
  determined: "The outcome of this market is known: it trades no longer.",
  finalized: "This market has been settled.",
};

/** Checks a ticket. */
export function checkTicket(fields: TicketFields, market: TicketMarket): TicketVerdict {
  const { side, timeInForce, postOnly } = fields;
  const [price, count] = [read(fields.price, "price"), read(fields.count, "count")];
  const problems = {
    price: typeof price === "string" ? price : priceProblem(market.grid, price),
    count: typeof count === "string" ? count : count <= 0 ? "Trade more than nothing." : undefined,
    postOnly: postOnly && timeInForce !== "good_till_canceled"
      ? "Only an order that may rest can be post-only."
      : undefined,
    order: market.status === "active"
      ? undefined
      : statusWords[market.status] ?? `This market does not trade: it is ${market.status}.`,
  };
  if (
    typeof price === "string" || typeof count === "string" || Object.values(problems).some((one) => one)
  ) return { kind: "unready", problems };
  const cost = costOf(side, price, count, market);
  const against = side === "bid" ? market.bestAsk : market.bestBid;
  if (postOnly && cost.crosses) {
    const words = side === "bid"
      ? `someone asks ${showPrice(against)}`
      : `someone bids ${showPrice(against)}`;
    return unready({
      postOnly: `It would trade at once, for ${words}: the exchange refuses such a post-only order.`,
    });
  }
  if (market.cash !== undefined && cost.cost > market.cash) {
    return unready({
      order: `It costs up to ${showMoney(cost.cost)}, and you have ${showMoney(market.cash)}.`,
    });
  }
  return { kind: "ready", cost, order: orderOf(fields, market.ticker, price, count) };
}

const unready = (problems: TicketProblems): TicketVerdict => ({ kind: "unready", problems });

function orderOf(
  { side, timeInForce, postOnly }: TicketFields,
  ticker: string,
  price: number,
  count: number,
): CreateOrderV2Request {
  return {
    ticker,
    side,
    price: formatPrice(price),
    count: formatCount(count),
    time_in_force: timeInForce,
    self_trade_prevention_type: "taker_at_cross",
    ...(postOnly && { post_only: true }),
  };
}

function costOf(side: "bid" | "ask", price: number, count: number, market: TicketMarket): TicketCost {
  const held = side === "bid" ? -market.position : market.position;
  const closes = Math.min(Math.max(held, 0), count);
  const opens = count - closes;
  const each = side === "bid" ? price : complementPrice(price);
  const against = side === "bid" ? market.bestAsk : market.bestBid;
  return {
    cost: notional(each, opens),
    closes,
    payout: notional(ONE_DOLLAR, opens),
    crosses: against !== undefined && (side === "bid" ? price >= against : price <= against),
  };
}

/** The order in a line: `Buy 10 Yes at 0.56`. */
export function sayOrder({ side, price, count }: CreateOrderV2Request): string {
  const number = showCount(parseCount(count));
  return `${side === "bid" ? "Buy" : "Sell"} ${number} Yes at ${showPrice(parsePrice(price))}`;
}

/** The price a tick further, within the prices that can be traded. */
export function stepPrice(grid: PriceGrid, typed: string, up: boolean): string {
  const price = read(typed, "price");
  const from = typeof price === "number" ? price : ONE_DOLLAR / 2;
  const next = up ? nextTick(grid, from) : previousTick(grid, from);
  return next === undefined || next <= 0 || next >= ONE_DOLLAR ? showPrice(from) : showPrice(next);
}
