/**
 * How much an account may hold and want: in each market the more of what it is long with its bids and what it is short with
 * its asks, at the settlement mark; and all markets together.
 *
 * @module
 */
import type { Intent } from "../engine/clearing.ts";
import type { Account, Market, Order, Wallet } from "../engine/model.ts";
import type { Rejection } from "../engine/requests.ts";
import { MONEY_ONE } from "../units.ts";
import type { MarginMarketInfo } from "./model.ts";

/** What the exchange lets an account hold in a market, and in all, unless it says otherwise. */
const USUAL_MARKET_LIMIT = 5_000_000 * MONEY_ONE;
const USUAL_ACCOUNT_LIMIT = 20_000_000 * MONEY_ONE;

/** The limits of an account and what it uses of them, in money. */
export interface NotionalUse {
  /** Of a market that has no limit of its own. */
  readonly marketLimit: number;
  readonly limitByTicker: ReadonlyMap<string, number>;
  readonly usage: number;
  readonly usageByTicker: ReadonlyMap<string, number>;
  /** What the exchange lets the account hold in all, and what its owner wants it to at most. */
  readonly accountLimit: number;
  readonly ownLimit: number | undefined;
  /** The smaller of the two. */
  readonly effective: number;
}

interface Kept {
  accountLimit: number;
  ownLimit: number | undefined;
  readonly byTicker: Map<string, number>;
}

/** The limits of one exchange. */
export class NotionalLimits {
  readonly #infoOf: (market: Market) => MarginMarketInfo;
  readonly #cancel: (order: Order) => void;
  readonly #kept = new WeakMap<Account, Kept>();

  constructor(infoOf: (market: Market) => MarginMarketInfo, cancel: (order: Order) => void) {
    this.#infoOf = infoOf;
    this.#cancel = cancel;
  }

  /** Holds an account to limits from now on; the exchange's own accounts have none. */
  add(account: Account): void {
    this.#keptOf(account);
  }

  /** The limits of an account and what it uses of them. */
  of(account: Account): NotionalUse {
    const kept = this.#keptOf(account);
    const wallets = account.wallets();
    const usageByTicker = new Map<string, number>();
    let usage = 0;
    for (const market of marketsOf(wallets)) {
      const used = this.#used(wallets, market);
      if (used === 0) continue;
      usageByTicker.set(market.ticker, used);
      usage += used;
    }
    return {
      marketLimit: USUAL_MARKET_LIMIT,
      limitByTicker: kept.byTicker,
      usage,
      usageByTicker,
      accountLimit: kept.accountLimit,
      ownLimit: kept.ownLimit,
      effective: effectiveOf(kept),
    };
  }

  /** Sets its owner's limit, and cancels orders until what is left fits; false where it is above the exchange's. */
  setOwn(account: Account, limit: number): boolean {
    const kept = this.#keptOf(account);
    if (limit > kept.accountLimit) return false;
    kept.ownLimit = limit;
    this.#fit(account);
    return true;
  }

  /** Clears its owner's limit, which cancels nothing. */
  clearOwn(account: Account): void {
    this.#keptOf(account).ownLimit = undefined;
  }

  /** Sets the exchange's limit of an account, in a market where one is named, and cancels orders until what is left fits. */
  set(account: Account, limit: number, ticker?: string): void {
    const kept = this.#keptOf(account);
    if (ticker === undefined) kept.accountLimit = limit;
    else kept.byTicker.set(ticker, limit);
    this.#fit(account);
  }

  /** Why an order would be too much; undefined where it would not. */
  refusal({ holding: { wallet: { account }, market }, side, count, instead }: Intent): Rejection | undefined {
    const kept = this.#kept.get(account);
    if (kept === undefined) return undefined;
    const wallets = account.wallets();
    const more = count - (instead?.remaining ?? 0);
    const before = this.#used(wallets, market);
    const after = this.#used(wallets, market, side === "bid" ? more : 0, side === "ask" ? more : 0);
    // What does not use more is no reason to refuse, however much is used already.
    if (after <= before) return undefined;
    if (after > (kept.byTicker.get(market.ticker) ?? USUAL_MARKET_LIMIT)) {
      return { rejected: "exceeded_per_market_risk_limit" };
    }
    let total = after - before;
    for (const other of marketsOf(wallets)) total += this.#used(wallets, other);
    return total > effectiveOf(kept)
      ? { rejected: "exceeded_per_market_risk_limit", details: "the limit of all markets together" }
      : undefined;
  }

  /** Cancels the newest orders until the others fit. */
  #fit(account: Account): void {
    const kept = this.#keptOf(account);
    for (const order of [...account.resting].toReversed()) {
      const { usage, usageByTicker } = this.of(account);
      const { ticker } = order.market;
      const isTooMuch = usage > effectiveOf(kept);
      const limit = kept.byTicker.get(ticker) ?? USUAL_MARKET_LIMIT;
      if (isTooMuch || (usageByTicker.get(ticker) ?? 0) > limit) this.#cancel(order);
    }
  }

  /** What wallets use of a market's limit, with so many more contracts to buy and to sell. */
  #used(wallets: readonly Wallet[], market: Market, bids = 0, asks = 0): number {
    let long = bids;
    let short = asks;
    for (const { holdings } of wallets) {
      const holding = holdings.get(market);
      if (holding === undefined) continue;
      long += Math.max(0, holding.position) + holding.bids.count;
      short += Math.max(0, -holding.position) + holding.asks.count;
    }
    return Math.max(long, short) * this.#infoOf(market).settlementMark.price;
  }

  #keptOf(account: Account): Kept {
    let kept = this.#kept.get(account);
    if (kept === undefined) {
      kept = { accountLimit: USUAL_ACCOUNT_LIMIT, ownLimit: undefined, byTicker: new Map() };
      this.#kept.set(account, kept);
    }
    return kept;
  }
}

const effectiveOf = ({ accountLimit, ownLimit = Infinity }: Kept): number => Math.min(accountLimit, ownLimit);

/** The markets that wallets hold or held something of, each once. */
function marketsOf([first, ...others]: readonly Wallet[]): Iterable<Market> {
  if (first === undefined || others.length === 0) return first?.holdings.keys() ?? [];
  return new Set([first, ...others].flatMap(({ holdings }) => [...holdings.keys()]));
}
