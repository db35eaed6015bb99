/**
 * How much an account may hold and want: in each market the more of what it is long with its bids and what it is short with
 * its asks, at the settlement mark; and all markets together.
 *
 * @module
 */
import type { Intent } from "../engine/clearing.ts";
import type { Account, Market, Order } from "../engine/model.ts";
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

/** An order that would come to others, in the place of one of them. */
type Wish = Pick<Intent, "side" | "count" | "instead"> & { readonly market: Market };

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
    const { accountLimit, ownLimit, byTicker } = this.#keptOf(account);
    const usageByTicker = new Map<string, number>();
    for (const [market, used] of this.#usage(account)) usageByTicker.set(market.ticker, used);
    return {
      marketLimit: USUAL_MARKET_LIMIT,
      limitByTicker: byTicker,
      usage: sum(usageByTicker.values()),
      usageByTicker,
      accountLimit,
      ownLimit,
      effective: Math.min(accountLimit, ownLimit ?? Infinity),
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
  refusal({ holding, side, count, instead }: Intent): Rejection | undefined {
    const { wallet: { account }, market } = holding;
    if (!this.#kept.has(account)) return undefined;
    const before = this.#usage(account);
    const after = this.#usage(account, { market, side, count, ...(instead && { instead }) });
    // What does not use more is no reason to refuse, however much is used already.
    if ((after.get(market) ?? 0) <= (before.get(market) ?? 0)) return undefined;
    if ((after.get(market) ?? 0) > this.#marketLimit(account, market)) {
      return { rejected: "exceeded_per_market_risk_limit" };
    }
    const { accountLimit, ownLimit } = this.#keptOf(account);
    return sum(after.values()) > Math.min(accountLimit, ownLimit ?? Infinity)
      ? { rejected: "exceeded_per_market_risk_limit", details: "the limit of all markets together" }
      : undefined;
  }

  /** Cancels the newest orders until the others fit. */
  #fit(account: Account): void {
    for (const order of [...account.resting].toReversed()) {
      const usage = this.#usage(account);
      const { accountLimit, ownLimit } = this.#keptOf(account);
      const isTooMuch = sum(usage.values()) > Math.min(accountLimit, ownLimit ?? Infinity);
      const used = usage.get(order.market) ?? 0;
      if (isTooMuch || used > this.#marketLimit(account, order.market)) this.#cancel(order);
    }
  }

  #marketLimit(account: Account, { ticker }: Market): number {
    return this.#kept.get(account)?.byTicker.get(ticker) ?? USUAL_MARKET_LIMIT;
  }

  #usage(account: Account, wish?: Wish): Map<Market, number> {
    const longs = new Map<Market, number>();
    const shorts = new Map<Market, number>();
    const add = (to: Map<Market, number>, market: Market, count: number) =>
      void to.set(market, (to.get(market) ?? 0) + count);
    for (const wallet of account.wallets()) {
      for (const { market, position, bids, asks } of wallet.holdings.values()) {
        if (position === 0 && bids.count === 0 && asks.count === 0) continue;
        add(longs, market, Math.max(0, position) + bids.count);
        add(shorts, market, Math.max(0, -position) + asks.count);
      }
    }
    if (wish !== undefined) {
      const { market, side, count, instead } = wish;
      add(longs, market, 0);
      add(side === "bid" ? longs : shorts, market, count - (instead?.remaining ?? 0));
    }
    const usage = new Map<Market, number>();
    for (const [market, long] of longs) {
      usage.set(market, Math.max(long, shorts.get(market) ?? 0) * this.#infoOf(market).settlementMark.price);
    }
    return usage;
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

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
