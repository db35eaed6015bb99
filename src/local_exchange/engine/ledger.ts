/** Who owns what: accounts, their wallets (one for each subaccount and shard), and what they hold. */
import { PRICE_ONE } from "../units.ts";
import { tradeFee } from "./fees.ts";
import type { Fill, Market, Order, OrderGroup, Settlement, Side } from "./types.ts";

/** The resting orders of one wallet on one side of a market. */
export interface RestingSide {
  readonly orders: Set<Order>;
  count: number;
  /** What all of them would cost if every contract opened a position. */
  cost: number;
  /** What is set aside for them, given the position that some of them would close. */
  reserved: number;
}

/** A wallet's stake in a market. */
export interface Holding {
  readonly wallet: Wallet;
  readonly market: Market;
  /** Contracts; below zero they are NO. */
  position: number;
  /** What the position cost. */
  exposure: number;
  realized: number;
  fees: number;
  /** Money spent on opening positions, and contracts traded. */
  traded: number;
  tradedCount: number;
  updatedAt: number;
  readonly bids: RestingSide;
  readonly asks: RestingSide;
}

/** What a contract on this side costs to open, as a price. */
export function unitCost(side: Side, price: number): number {
  return side === "bid" ? price : PRICE_ONE - price;
}

function restingSide(): RestingSide {
  return { orders: new Set(), count: 0, cost: 0, reserved: 0 };
}

/** The cash of one subaccount on one shard. */
export class Wallet {
  readonly account: Account;
  readonly subaccount: number;
  readonly shard: number;
  cash = 0;
  /** Set aside for resting orders. */
  reserved = 0;
  updatedAt = 0;
  readonly holdings = new Map<Market, Holding>();

  constructor(account: Account, subaccount: number, shard: number) {
    this.account = account;
    this.subaccount = subaccount;
    this.shard = shard;
  }

  /** What can be spent. */
  get available(): number {
    return this.cash - this.reserved;
  }

  holding(market: Market): Holding {
    let found = this.holdings.get(market);
    if (found === undefined) {
      found = {
        wallet: this,
        market,
        position: 0,
        exposure: 0,
        realized: 0,
        fees: 0,
        traded: 0,
        tradedCount: 0,
        updatedAt: 0,
        bids: restingSide(),
        asks: restingSide(),
      };
      this.holdings.set(market, found);
    }
    return found;
  }
}

/** A member of the exchange. */
export class Account {
  readonly id: string;
  /** Balances are kept at multiples of this: 100 is 0.0001 dollars, 10,000 a cent. */
  readonly precision: number;
  readonly orders: Order[] = [];
  readonly ordersByClientId = new Map<string, Order>();
  readonly resting = new Set<Order>();
  readonly fills: Fill[] = [];
  readonly settlements: Settlement[] = [];
  readonly groups = new Map<string, OrderGroup>();
  /** Subaccounts that exist; 0 is the primary one. */
  readonly subaccounts = new Set<number>([0]);
  readonly #wallets = new Map<number, Wallet>();

  constructor(id: string, precision: number) {
    this.id = id;
    this.precision = precision;
  }

  /** The wallet of a subaccount on a shard, empty when it is new. */
  wallet(subaccount: number, shard: number): Wallet {
    const key = subaccount * 1_000 + shard;
    let found = this.#wallets.get(key);
    if (found === undefined) this.#wallets.set(key, found = new Wallet(this, subaccount, shard));
    return found;
  }

  /** Its wallets; of one subaccount or shard where told. */
  wallets(only: { subaccount?: number | undefined; shard?: number | undefined } = {}): Wallet[] {
    return [...this.#wallets.values()].filter((wallet) =>
      (only.subaccount === undefined || wallet.subaccount === only.subaccount) &&
      (only.shard === undefined || wallet.shard === only.shard)
    );
  }
}

/** What `count` contracts of an order would cost if all of them opened a position as a maker. */
function openingCost(order: Order, count: number): number {
  return unitCost(order.side, order.price) * count + tradeFee(order.market.fees, false, order.price, count);
}

/** Adds an order to what its wallet has resting. Call {@linkcode reserve} after. */
export function addResting(order: Order): void {
  const side = order.side === "bid" ? order.holding.bids : order.holding.asks;
  order.cost = openingCost(order, order.remaining);
  side.orders.add(order);
  side.count += order.remaining;
  side.cost += order.cost;
  order.account.resting.add(order);
}

/** Takes `count` off a resting order; all of it takes it out. Call {@linkcode reserve} after. */
export function reduceResting(order: Order, count: number): void {
  const side = order.side === "bid" ? order.holding.bids : order.holding.asks;
  order.remaining -= count;
  const cost = openingCost(order, order.remaining);
  side.count -= count;
  side.cost += cost - order.cost;
  order.cost = cost;
  if (order.remaining === 0) {
    side.orders.delete(order);
    order.account.resting.delete(order);
  }
}

/** Counts what a side's orders cost anew, after the market's fees changed. Call {@linkcode reserve} after. */
export function recost(side: RestingSide): void {
  side.cost = 0;
  for (const order of side.orders) {
    order.cost = openingCost(order, order.remaining);
    side.cost += order.cost;
  }
}

/**
 * Sets aside what a holding's resting orders can cost. Orders that would close the position need nothing; the
 * oldest ones are taken to close it. Whichever order fills first, its proceeds pay for what another must then
 * set aside, so that a balance cannot fall below zero.
 */
export function reserve(holding: Holding): void {
  reserveSide(holding, holding.bids, Math.max(0, -holding.position));
  reserveSide(holding, holding.asks, Math.max(0, holding.position));
}

function reserveSide(holding: Holding, side: RestingSide, cover: number): void {
  let needed = side.cost;
  let left = cover;
  if (left > 0) {
    for (const order of side.orders) {
      const covered = Math.min(left, order.remaining);
      needed -= order.cost - openingCost(order, order.remaining - covered);
      left -= covered;
      if (left === 0) break;
    }
  }
  holding.wallet.reserved += needed - side.reserved;
  side.reserved = needed;
}

/** What a new order needs to be affordable at its limit, beyond what is set aside already. */
export function neededFor(
  holding: Holding,
  side: Side,
  price: number,
  count: number,
  isTaker: boolean,
): number {
  const resting = side === "bid" ? holding.bids : holding.asks;
  const closable = Math.max(0, side === "bid" ? -holding.position : holding.position);
  const opening = count - Math.min(count, Math.max(0, closable - resting.count));
  const { fees } = holding.market;
  const fee = tradeFee(fees, false, price, opening);
  return unitCost(side, price) * opening +
    (isTaker ? Math.max(fee, tradeFee(fees, true, price, opening)) : fee);
}
