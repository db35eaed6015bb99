/** What a test, a page or a command line does to an exchange: each by its name, with what it takes, already checked. */
import { KalshiConfigError } from "../base/errors.ts";
import { shown } from "../base/plain.ts";
import type { Engine } from "./engine/engine.ts";
import type { FeeType } from "./engine/fees.ts";
import type { Account, Side } from "./engine/model.ts";
import type { RateLimits, UsageTier } from "./limits.ts";
import type { MarginExchange } from "./margin/margin_exchange.ts";
import { type MarginSteering, marginSteps } from "./margin/steering.ts";
import { formatMoney } from "./units.ts";
import type { Archive } from "./world/archive.ts";
import type { Catalog, MarketInfo } from "./world/catalog.ts";
import type { Counterparty } from "./world/counterparty.ts";
import type { FeeChanges } from "./world/fee_changes.ts";
import type { Lifecycle } from "./world/lifecycle.ts";
import { ownListing } from "./world/listings/own.ts";
import type { MarketMakers } from "./world/makers.ts";
import type { Treasury } from "./world/treasury.ts";

/** As much of an exchange as is steered. */
export interface Steered {
  readonly engine: Engine;
  readonly catalog: Catalog;
  readonly lifecycle: Lifecycle;
  readonly makers: MarketMakers | undefined;
  readonly treasury: Treasury;
  readonly counterparty: Counterparty;
  readonly feeChanges: FeeChanges;
  readonly archive: Archive;
  readonly limits: RateLimits;
  readonly perpsLimits: RateLimits;
  readonly margin: MarginExchange | undefined;
}

/** What each takes. Prices, counts and money are in the units of the engine. */
export interface SteeringArguments extends MarginSteering {
  readonly step: { readonly rounds: number };
  readonly pace: { readonly stepMs?: number | undefined };
  readonly counterOrder: {
    readonly ticker: string;
    readonly side: Side;
    readonly price: number;
    readonly count: number;
  };
  readonly deposit: {
    readonly account: string;
    readonly amount: number;
    readonly subaccount: number;
    readonly shard: number;
  };
  readonly usageTier: { readonly account: string; readonly tier: UsageTier };
  readonly listMarket: {
    readonly ticker: string;
    readonly title: string;
    readonly closesInMs: number;
    readonly grid: string;
  };
  readonly marketActive: { readonly ticker: string; readonly active: boolean };
  readonly closeTime: { readonly ticker: string; readonly atMs: number };
  readonly priceGrid: { readonly ticker: string; readonly grid: string };
  readonly determine: { readonly ticker: string; readonly value: number; readonly settle: boolean };
  readonly settle: { readonly ticker: string };
  readonly seriesFees: {
    readonly series: string;
    readonly type: FeeType;
    readonly multiplier: number;
    readonly atMs?: number | undefined;
  };
  readonly eventFees: {
    readonly event: string;
    readonly type?: FeeType | undefined;
    readonly multiplier?: number | undefined;
    readonly atMs?: number | undefined;
  };
  readonly historicalCutoff: { readonly atMs?: number | undefined };
  readonly pause: { readonly what: "trading" | "exchange" | "nothing" };
}

/** One of them with what it takes. */
export type SteeringCommand = {
  [Name in keyof SteeringArguments]: { readonly name: Name; readonly given: SteeringArguments[Name] };
}[keyof SteeringArguments];

type Steps = {
  readonly [Name in Exclude<keyof SteeringArguments, keyof MarginSteering>]: (
    on: Steered,
    given: SteeringArguments[Name],
  ) => unknown;
};

/** The account with an id. */
export function accountOf({ engine }: Pick<Steered, "engine">, id: string): Account {
  const account = engine.accounts.get(id);
  if (account === undefined) throw new KalshiConfigError(`There is no account ${shown(id)}.`);
  return account;
}

function marketOf({ catalog }: Steered, ticker: string): MarketInfo {
  const info = catalog.markets.get(ticker);
  if (info === undefined) throw new KalshiConfigError(`There is no market ${shown(ticker)}.`);
  return info;
}

const steps: Steps = {
  step({ makers, margin }, { rounds }) {
    for (let round = 0; round < rounds; round++) {
      makers?.step();
      margin?.makers?.step();
    }
  },
  pace({ makers, margin }, { stepMs }) {
    makers?.pace(stepMs);
    margin?.makers?.pace(stepMs);
  },
  counterOrder(on, { ticker, side, price, count }) {
    const placed = on.counterparty.place(marketOf(on, ticker).market, side, price, count);
    if ("rejected" in placed) {
      throw new KalshiConfigError(`The exchange refused the order: ${placed.rejected}.`);
    }
    return placed.order.id;
  },
  deposit(on, { account, amount, subaccount, shard }) {
    const wallet = accountOf(on, account).wallet(subaccount, shard);
    if (wallet.available + amount < 0) {
      throw new KalshiConfigError(`The account has no such amount: ${formatMoney(amount)}.`);
    }
    on.treasury.move(wallet, amount);
  },
  usageTier(on, { account, tier }) {
    for (const limits of [on.limits, on.perpsLimits]) {
      limits.setTier(accountOf(on, account), tier, on.engine.now);
    }
  },
  listMarket({ engine: { now: openAt }, catalog, lifecycle }, { ticker, title, closesInMs, grid }) {
    if (catalog.markets.has(ticker)) throw new KalshiConfigError(`There is a market ${ticker} already.`);
    lifecycle.list(ownListing({ ticker, title, grid, openAt, closeAt: openAt + closesInMs }));
  },
  marketActive: (on, { ticker, active }) => on.lifecycle.setActive(marketOf(on, ticker), active),
  closeTime: (on, { ticker, atMs }) => on.lifecycle.setCloseTime(marketOf(on, ticker), atMs),
  priceGrid: (on, { ticker, grid }) => on.lifecycle.setPriceGrid(marketOf(on, ticker), grid),
  determine(on, { ticker, value, settle }) {
    const { lifecycle, engine } = on;
    const info = marketOf(on, ticker);
    if (info.closeAt > engine.now) lifecycle.setCloseTime(info, engine.now);
    lifecycle.determine(info, value);
    if (settle) lifecycle.settle(info);
  },
  settle(on, { ticker }) {
    const info = marketOf(on, ticker);
    const { status } = info.market;
    if (status !== "determined") {
      throw new KalshiConfigError(`settle: ${ticker} is ${status}; \`determine\` says how a market ends.`);
    }
    on.lifecycle.settle(info);
  },
  seriesFees({ catalog, feeChanges, engine }, { series: ticker, type, multiplier, atMs = engine.now }) {
    const series = catalog.series.get(ticker);
    if (series === undefined) throw new KalshiConfigError(`There is no series ${shown(ticker)}.`);
    feeChanges.changeSeries(series, type, multiplier, atMs);
  },
  eventFees({ catalog, feeChanges, engine }, { event: ticker, type, multiplier, atMs = engine.now }) {
    const event = catalog.events.get(ticker);
    if (event === undefined) throw new KalshiConfigError(`There is no event ${shown(ticker)}.`);
    feeChanges.changeEvent(event, type, multiplier, atMs);
  },
  historicalCutoff: ({ archive }, { atMs }) => archive.fix(atMs),
  pause: ({ engine }, { what }) => engine.pause(what),
};

function refuse(says: string): never {
  throw new KalshiConfigError(says);
}

/** Does it. */
export function steer(on: Steered, { name, given }: SteeringCommand): unknown {
  if (Object.hasOwn(marginSteps, name)) {
    const { margin } = on;
    if (margin === undefined) refuse("This exchange has no perps: start it with { perps: true }.");
    const step = marginSteps[name as keyof MarginSteering] as (...args: unknown[]) => unknown;
    return step(margin, given, refuse);
  }
  return (steps[name as keyof typeof steps] as (on: Steered, given: unknown) => unknown)(on, given);
}
