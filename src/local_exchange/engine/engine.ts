/**
 * The matching engine, in integers, with no time or randomness of its own. It knows nothing of protocols, and of money
 * only what its {@linkcode Clearing} says.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { Clearing } from "./clearing.ts";
import type { MarketChange } from "./events.ts";
import type { FeeSchedule } from "./fees.ts";
import { OrderGroups } from "./groups.ts";
import { Matching } from "./matching.ts";
import { Account, type CancelReason, type Market, type Order, type Side, type Wallet } from "./model.ts";
import { OrderEntry } from "./order_entry.ts";
import type {
  Amendment,
  BlockTerms,
  BlockTrade,
  OrderRequest,
  Pause,
  Placed,
  Rejection,
} from "./requests.ts";
import { RestingOrders } from "./resting_orders.ts";
import { EngineState } from "./state.ts";
import type { Timeline } from "./timeline.ts";

/** One exchange's markets, accounts and orders. */
export class Engine extends EngineState {
  readonly groups: OrderGroups;
  readonly #resting: RestingOrders;
  readonly #entry: OrderEntry;
  readonly #matching: Matching;
  /** Told after each order that came in or was amended is through: the books are at rest then, and it may act. */
  onRest: (() => void) | undefined;

  constructor(random: Random, time: number | Timeline, clearing: Clearing) {
    super(random, time, clearing);
    const resting = this.#resting = new RestingOrders(this);
    this.groups = new OrderGroups({
      id: () => random.uuid(),
      now: () => this.now,
      cancel: (order) => resting.cancel(order, "group"),
      emit: (event) => this.emit(event),
    });
    this.#matching = new Matching(this, resting, this.groups);
    this.#entry = new OrderEntry(this, resting, this.#matching);
  }

  /** How far the {@linkcode runUntil} that is under way will go. */
  get horizon(): number {
    return this.time.horizon;
  }

  /** Lets everything that is due happen, each at its own time. */
  runUntil(now: number): void {
    this.time.runUntil(now);
  }

  /** Makes an account: with an id of its own, or with that which it has on another engine of the exchange. */
  open(precision = 100, id: string = this.random.uuid()): Account {
    const account = new Account(id, precision);
    this.accounts.set(account.id, account);
    return account;
  }

  /** Adds cash to a wallet, or takes it with a negative amount. */
  deposit(wallet: Wallet, amount: number): void {
    wallet.cash += amount;
    wallet.updatedAt = this.now;
    this.deposited += amount;
  }

  /** Whether a price lies on a market's grid. */
  isOnGrid(market: Market, price: number): boolean {
    return this.clearing.isOnGrid(market, price);
  }

  /** Places an order. */
  place(request: OrderRequest): Placed | Rejection {
    return this.#through(this.#entry.place(request));
  }

  /** Changes a resting order. Only less of it at the same price, or another expiry, keeps its place in the queue. */
  amend(order: Order, amendment: Amendment): Placed | Rejection {
    return this.#through(this.#entry.amend(order, amendment));
  }

  /** Cancels what remains of a resting order; returns how much that was. */
  cancel(order: Order, reason: CancelReason = "user"): number {
    return this.#resting.cancel(order, reason);
  }

  /** Takes `count` off a resting order, which keeps its place; all of it cancels it. */
  decrease(order: Order, count: number): void {
    this.#entry.decrease(order, count);
  }

  /** Trades one resting order with a taker that is on no book: who plays a market back knows whom it meets. */
  hit(taker: Order, maker: Order, count: number): void {
    this.#through(this.#matching.hit(taker, maker, count));
  }

  /** A trade that two accounts agreed on outside the book. */
  block(
    market: Market,
    parties: Readonly<Record<Side, Wallet>>,
    terms: BlockTerms,
  ): BlockTrade | Rejection {
    return this.#through(this.#entry.block(market, parties, terms));
  }

  /** Changes the status of a market; closing or reopening it cancels what rests in it. */
  setStatus(market: Market, status: Market["status"], change: MarketChange): void {
    const reopens = change === "activated";
    market.status = status;
    market.updatedAt = this.now;
    if (reopens) this.#resting.cancelAll(market, "reactivated");
    else if (status !== "active" && status !== "inactive") this.#resting.cancelAll(market, "market_closed");
    this.emit({ type: "market", market, change, at: this.now });
  }

  /** Changes what trading in a market costs; orders that can no longer be paid are canceled, newest first. */
  setFees(market: Market, fees: FeeSchedule): void {
    market.fees = fees;
    for (const account of this.accounts.values()) {
      for (const wallet of account.wallets()) {
        const holding = wallet.holdings.get(market);
        if (holding === undefined) continue;
        this.clearing.reprice(holding);
        const newestFirst = [...holding.bids.orders, ...holding.asks.orders].sort((a, b) =>
          b.createdAt - a.createdAt
        );
        for (const order of newestFirst) if (wallet.available < 0) this.cancel(order, "unpaid");
      }
    }
  }

  /** Pays every position of a market out at `value` for a YES contract. */
  settle(market: Market, value: number): void {
    for (const account of this.accounts.values()) {
      for (const wallet of account.wallets()) {
        const holding = wallet.holdings.get(market);
        if (holding === undefined || holding.position === 0) continue;
        const settlement = this.clearing.settle(holding, value, this.now);
        this.feesTaken += settlement.fee;
        this.emit({ type: "settlement", settlement });
        this.emit({ type: "position", holding, at: this.now });
      }
    }
    market.openInterest = 0;
  }

  /** Pauses trading or the whole exchange, or ends both. Orders that asked for it are canceled. */
  pause(what: Pause): void {
    this.tradingPaused = what !== "nothing";
    this.exchangePaused = what === "exchange";
    this.emit({ type: "pause", what, at: this.now });
    if (what === "nothing") return;
    for (const account of this.accounts.values()) {
      for (const order of account.resting) if (order.cancelOnPause) this.cancel(order, "paused");
    }
  }

  #through<T>(outcome: T): T {
    this.onRest?.();
    return outcome;
  }
}
