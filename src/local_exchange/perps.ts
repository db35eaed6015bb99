/** What can be done to the margin exchange of a local exchange. */
import { KalshiConfigError } from "../base/errors.ts";
import {
  assertValue,
  flag,
  needed,
  oneOf,
  readOptions,
  type Rule,
  rule,
  type Rules,
  text,
  whole,
} from "../base/options.ts";
import { MOST_SUBACCOUNTS } from "./engine/model.ts";
import type { Exchange } from "./exchange.ts";
import { MOST_PRICE } from "./margin/catalog.ts";
import { HIGHEST_FEE_TIER } from "./margin/fee_tiers.ts";
import { usualTerms } from "./margin/listings.ts";
import type { MarginExchange } from "./margin/margin_exchange.ts";
import type { MarginSteering } from "./margin/steering.ts";
import type { ExchangeSockets } from "./gateways/ws/gateway.ts";
import { accountOf } from "./steering.ts";
import type { CounterOrder } from "./types.ts";
import { parseCount, parseMoney, parsePrice } from "./units.ts";

/** A perps market to list. */
export interface ListedPerp {
  /** Its ticker. */
  readonly ticker: string;
  /** What a contract is worth at first, in dollars, such as `"10.0000"`; 500 dollars at most. */
  readonly indexPrice: string;
  /** Its title; the ticker unless told. */
  readonly title?: string | undefined;
  /**
   * Distance between prices, in dollars.
   *
   * @default "0.0001"
   */
  readonly tickSize?: string | undefined;
  /**
   * Amount of the underlying in a contract.
   *
   * @default "0.000100"
   */
  readonly contractSize?: string | undefined;
  /**
   * Class of what it follows.
   *
   * @default "Crypto"
   */
  readonly assetClass?: "Crypto" | "Equities" | "Metals" | undefined;
  /**
   * Maintenance margin as a part of what a position is worth.
   *
   * @default 0.02
   */
  readonly maintenanceRate?: number | undefined;
  /**
   * Initial margin as a multiple of maintenance margin, 1 or more.
   *
   * @default 1.5
   */
  readonly initialMarginMultiplier?: number | undefined;
}

/** Where an account's cash for perps is. */
export interface PerpsCashPlace {
  /**
   * Number of the subaccount; 0 is the primary one.
   *
   * @default 0
   */
  readonly subaccount?: number | undefined;
}

/** Whether a market is open, and until when. */
export interface PerpsSchedule {
  /** Whether it is open now. */
  readonly open: boolean;
  /** When that changes, in Unix milliseconds. */
  readonly nextAtMs?: number | undefined;
}

/** A trade of an isolated position. */
export interface IsolatedPerpsTrade extends CounterOrder {
  /**
   * Cash in dollars that comes out of the primary subaccount and is all that the position can lose.
   *
   * @default "0.00"
   */
  readonly margin?: string | undefined;
}

const ticker = text("a ticker as text");
const priceText = (): Rule<string> =>
  rule('dollars above 0 and up to 500 as text, such as "10.0000"', (value) => {
    const price = typeof value === "string" ? parsePrice(value) : undefined;
    return price !== undefined && price > 0 && price <= MOST_PRICE;
  });
const decimalText = (): Rule<string> =>
  rule(
    'a number above 0 as text with up to 6 decimals, such as "0.000100"',
    (value) => typeof value === "string" && (parseMoney(value) ?? 0) > 0,
  );
const moneyText = rule<string>(
  'dollars as text other than zero, such as "100.00"',
  (value) => typeof value === "string" && (parseMoney(value) ?? 0) !== 0,
);
const limitText = rule<string>(
  'dollars as text, such as "25000.00"',
  (value) => typeof value === "string" && (parseMoney(value) ?? -1) >= 0,
);

/** What a perps market to list may be. */
export const perpRules = {
  ticker: needed(ticker),
  indexPrice: needed(priceText()),
  title: text(),
  tickSize: { ...priceText(), preset: "0.0001" },
  contractSize: { ...decimalText(), preset: "0.000100" },
  assetClass: { ...oneOf("Crypto", "Equities", "Metals"), preset: "Crypto" as const },
  maintenanceRate: {
    ...rule<number>("a part from 0.001 to 0.5", (value) => isBetween(value, 0.001, 0.5)),
    preset: 0.02,
  },
  initialMarginMultiplier: {
    ...rule<number>("a number from 1 to 10", (value) => isBetween(value, 1, 10)),
    preset: 1.5,
  },
} satisfies Rules<ListedPerp>;

/** What an order of somebody else on a perps market may be. */
export const perpsCounterRules = {
  ticker: needed(ticker),
  side: needed(oneOf("bid", "ask")),
  price: needed(priceText()),
  count: needed(rule(
    'contracts above 0 as text, such as "10.00"',
    (value) => typeof value === "string" && (parseCount(value) ?? 0) > 0,
  )),
} satisfies Rules<CounterOrder>;

/** What a trade of an isolated position may be. */
export const perpsIsolatedRules = {
  ...perpsCounterRules,
  margin: { ...limitText, preset: "0.00" },
} satisfies Rules<IsolatedPerpsTrade>;

/** What a schedule may be. */
export const perpsScheduleRules: Rules<PerpsSchedule> = {
  open: needed(flag()),
  nextAtMs: whole(0),
};

/** What the place of a payment may be. */
export const perpsPlaceRules = {
  subaccount: { ...whole(0, MOST_SUBACCOUNTS), preset: 0 },
} satisfies Rules<PerpsCashPlace>;

function isBetween(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && value >= least && value <= most;
}

/** Does something to the exchange, and keeps it in its state. */
export type Steer = <Name extends keyof MarginSteering>(name: Name, given: MarginSteering[Name]) => unknown;

/** What the controls of perps are made of. */
export interface PerpsTools {
  readonly exchange: Exchange;
  readonly steer: Steer;
  readonly sockets: ExchangeSockets;
}

let make: (tools: PerpsTools) => LocalPerps;

/**
 * The margin exchange of a local exchange: what its markets follow, and what else only the exchange itself can do.
 *
 * @example
 * ```ts
 * import { LocalExchange } from "@unofficial/kalshi/local-exchange";
 *
 * await using exchange = await LocalExchange.start({ perps: true });
 * const [ticker = ""] = exchange.perps.tickers();
 * exchange.perps.setIndexPrice(ticker, "11.5000");
 * ```
 */
export class LocalPerps {
  readonly #exchange: Exchange;
  readonly #steer: Steer;
  /** The WebSockets of perps, and what can go wrong with them. */
  readonly sockets: ExchangeSockets;

  private constructor({ exchange, steer, sockets }: PerpsTools) {
    this.#exchange = exchange;
    this.#steer = steer;
    this.sockets = sockets;
  }

  static {
    make = (tools) => new LocalPerps(tools);
  }

  /** Tickers of the markets that are open for trading, in the order they were listed. */
  tickers(): string[] {
    this.#exchange.tick();
    return this.#margin.listed
      .filter(({ market }) => market.status === "active")
      .map(({ market }) => market.ticker);
  }

  /**
   * Lists a market that trades around the clock; returns its ticker.
   *
   * @throws {KalshiConfigError} for an option that is unknown, missing or wrong, and for a ticker that there is already
   */
  listMarket(market: ListedPerp): string {
    const read = readOptions("perps.listMarket", market, perpRules);
    const { ticker, indexPrice, title = ticker, tickSize, ...terms } = read;
    const tick = parsePrice(tickSize) ?? 1;
    const index = parsePrice(indexPrice) ?? 0;
    if (index % tick !== 0) {
      throw new KalshiConfigError(
        `perps.listMarket: \`indexPrice\` ${indexPrice} is between two ticks of ${tickSize}.`,
      );
    }
    const listing = {
      ...usualTerms,
      ticker,
      title,
      asset: ticker,
      tick,
      index,
      assetClass: terms.assetClass,
      contractSize: terms.contractSize,
      maintenanceRate: Math.round(terms.maintenanceRate * 1_000_000),
      initialMultiplier: Math.round(terms.initialMarginMultiplier * 1_000),
    };
    this.#steer("perpsListMarket", { listing });
    return ticker;
  }

  /** Pauses a market, or ends its pause, which cancels what rests in it. */
  setMarketActive(ticker: string, active: boolean): void {
    assertValue("perps.setMarketActive", "active", active, flag());
    this.#steer("perpsMarketActive", { ticker, active });
  }

  /** Lets the makers move `times` rounds: indexes move, books change and some trades happen. */
  step(times = 1): void {
    assertValue("perps.step", "times", times, whole(1));
    this.#steer("perpsStep", { rounds: times });
  }

  /**
   * Places an order of somebody else's, who never runs out of cash; returns its id.
   *
   * @throws {KalshiConfigError} for an option that is unknown, missing or wrong, and for an order that is refused
   */
  placeCounterOrder(order: CounterOrder): string {
    const read = readOptions("perps.placeCounterOrder", order, perpsCounterRules);
    const price = parsePrice(read.price) ?? 0;
    const count = parseCount(read.count) ?? 0;
    return this.#steer("perpsCounterOrder", { ticker: read.ticker, side: read.side, price, count }) as string;
  }

  /**
   * Sets what a contract is worth, in dollars such as `"10.0000"`: marks follow at once, and makers quote around it. It stays
   * so until makers move ({@linkcode step}, or the exchange's `stepMs`).
   */
  setIndexPrice(ticker: string, price: string): void {
    assertValue("perps.setIndexPrice", "price", price, priceText());
    this.#steer("perpsIndex", { ticker, price: parsePrice(price) ?? 0 });
  }

  /** Sets both marks of a market, whatever its index and its book are; undefined lets them follow these again. */
  setMarkPrice(ticker: string, price: string | undefined): void {
    if (price !== undefined) assertValue("perps.setMarkPrice", "price", price, priceText());
    this.#steer("perpsMark", { ticker, price: price === undefined ? undefined : parsePrice(price) });
  }

  /**
   * A corporate action, such as a split: trading ends, what rests is canceled, the market's `underlying_multiplier` is
   * another one, such as `"2.000000"`, its `market_version` rises, and trading resumes.
   */
  corporateAction(ticker: string, multiplier: string): void {
    assertValue("perps.corporateAction", "multiplier", multiplier, decimalText());
    this.#steer("perpsMultiplier", { ticker, multiplier });
  }

  /** Pays cash into an account's margin, or out of it with an amount below zero, such as `"-20.00"`. */
  deposit(accountId: string, amount: string, where: PerpsCashPlace = {}): void {
    assertValue("perps.deposit", "amount", amount, moneyText);
    const { subaccount } = readOptions("perps.deposit", where, perpsPlaceRules);
    this.#steer("perpsDeposit", { account: accountId, subaccount, amount: parseMoney(amount) ?? 0 });
  }

  /** Lets an account trade perps, or no longer. */
  setEnabled(accountId: string, enabled: boolean): void {
    assertValue("perps.setEnabled", "enabled", enabled, flag());
    this.#steer("perpsEnabled", { account: accountId, enabled });
  }

  /** Moves an account to another tier of fees, from 0 to 3: the higher the less it pays. */
  setFeeTier(accountId: string, tier: number): void {
    assertValue("perps.setFeeTier", "tier", tier, whole(0, HIGHEST_FEE_TIER));
    this.#steer("perpsFeeTier", { account: accountId, tier });
  }

  /**
   * Sets how much an account may hold and want, in dollars: in all, or in one market. What is too much of its resting orders
   * is canceled, newest first.
   */
  setNotionalLimit(accountId: string, limit: string, ticker?: string): void {
    assertValue("perps.setNotionalLimit", "limit", limit, limitText);
    this.#steer("perpsNotionalLimit", { account: accountId, limit: parseMoney(limit) ?? 0, ticker });
  }

  /** Ends the funding period of a market, or of all, now: their positions pay and are paid. */
  fund(ticker?: string): void {
    if (ticker !== undefined) assertValue("perps.fund", "ticker", ticker, text("a ticker as text"));
    this.#steer("perpsFund", { ticker });
  }

  /**
   * Opens or closes a market; with `nextAtMs` (Unix milliseconds) it is the other way round from then on. What rests stays
   * on its book meanwhile. Undefined lets it trade around the clock.
   */
  setSchedule(ticker: string, schedule: PerpsSchedule | undefined): void {
    const read = schedule && readOptions("perps.setSchedule", schedule, perpsScheduleRules);
    this.#steer("perpsSchedule", { ticker, schedule: read });
  }

  /**
   * Trades an isolated position of an account with what its market's book has, as Kalshi's app does and its API cannot; what
   * is left of its margin when it is closed goes back. Returns the order's id.
   *
   * @throws {KalshiConfigError} for an option that is unknown, missing or wrong, and for an order that is refused
   */
  tradeIsolated(accountId: string, trade: IsolatedPerpsTrade): string {
    const read = readOptions("perps.tradeIsolated", trade, perpsIsolatedRules);
    const { ticker, side } = read;
    return this.#steer("perpsIsolated", {
      account: accountId,
      ticker,
      side,
      price: parsePrice(read.price) ?? 0,
      count: parseCount(read.count) ?? 0,
      margin: parseMoney(read.margin) ?? 0,
    }) as string;
  }

  /**
   * Tokens that are left in an account's rate buckets for perps, of those that it has drawn on: `read`, `write`, and
   * `write:2` for that of shard 2. Empty while `rateLimits` is off.
   */
  rateTokens(accountId: string): Record<string, number> {
    const { perpsLimits, clock } = this.#exchange;
    return perpsLimits.tokens(accountOf(this.#exchange, accountId), clock.now());
  }

  /** Pauses trading of perps (cancels go through) or all of it, or ends both. */
  pause(what: "trading" | "exchange" | "nothing"): void {
    assertValue("perps.pause", "what", what, oneOf("trading", "exchange", "nothing"));
    this.#steer("perpsPause", { what });
  }

  get #margin(): MarginExchange {
    return marginOf(this.#exchange);
  }
}

/** What can be done to the margin exchange of an exchange. */
export const localPerps = (tools: PerpsTools): LocalPerps => make(tools);

/** The margin exchange of an exchange that has one. */
export function marginOf({ margin }: Pick<Exchange, "margin">): MarginExchange {
  if (margin !== undefined) return margin;
  throw new KalshiConfigError("This exchange has no perps: start it with { perps: true }.");
}
