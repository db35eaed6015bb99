/** What the parts of an engine share: its markets, accounts and orders, its time, and whom it tells what happens. */
import type { Random } from "../random.ts";
import type { Clearing } from "./clearing.ts";
import { type EngineEvent, type PlainStep, stateOf } from "./events.ts";
import type { Account, CancelReason, Fill, Market, Order, OrderState, Trade } from "./model.ts";
import type { Schedule } from "./schedule.ts";
import { Timeline } from "./timeline.ts";

/** The state of one engine. */
export class EngineState {
  readonly accounts = new Map<string, Account>();
  readonly markets = new Map<string, Market>();
  readonly orders = new Map<string, Order>();
  readonly trades: Trade[] = [];
  readonly time: Timeline;
  readonly random: Random;
  readonly clearing: Clearing;
  /** Cash paid in less cash paid out. */
  deposited = 0;
  /** Fees and rounding taken, less rebates. */
  feesTaken = 0;
  /** Cancel works, placing does not. */
  tradingPaused = false;
  /** Nothing works. */
  exchangePaused = false;
  #steps = 0;
  /** New lists with each change, so that they can be walked while one comes or goes. */
  #watchers: readonly ((event: EngineEvent) => void)[] = [];
  #listeners: readonly ((event: EngineEvent) => void)[] = [];

  /** `time`: that of the exchange that it belongs to, or when one of its own begins. */
  constructor(random: Random, time: number | Timeline, clearing: Clearing) {
    this.random = random;
    this.time = typeof time === "number" ? new Timeline(time) : time;
    this.clearing = clearing;
  }

  /** Its time in Unix milliseconds: that of what happens last. */
  get now(): number {
    return this.time.now;
  }

  set now(at: number) {
    this.time.now = at;
  }

  /** What will happen when. */
  get schedule(): Schedule {
    return this.time.schedule;
  }

  /** How many steps in the lives of orders were told. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * Calls `watcher` with each event as it happens, before any listener: what listeners do about an event comes after it
   * then. A watcher must only look. Returns how to stop.
   */
  watch(watcher: (event: EngineEvent) => void): () => void {
    this.#watchers = [...this.#watchers, watcher];
    return () => void (this.#watchers = this.#watchers.filter((other) => other !== watcher));
  }

  /** Calls `listener` with each event as it happens, which may act on it; returns how to stop. */
  listen(listener: (event: EngineEvent) => void): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => void (this.#listeners = this.#listeners.filter((other) => other !== listener));
  }

  /** Tells the listeners. */
  emit(event: EngineEvent): void {
    for (const watcher of this.#watchers) watcher(event);
    for (const listener of this.#listeners) listener(event);
  }

  /** Tells of a step in the life of an order that its name says all of. */
  tell(order: Order, change: PlainStep): void {
    const [before, after] = this.#moveOn(order);
    this.emit({ type: "order", change, order, before, after, number: ++this.#steps, at: this.now });
  }

  /** Tells of contracts of an order that traded. */
  tellFilled(order: Order, fill: Fill): void {
    const [before, after] = this.#moveOn(order);
    this.emit({
      type: "order",
      change: "filled",
      fill,
      order,
      before,
      after,
      number: ++this.#steps,
      at: this.now,
    });
  }

  /** Tells why an order was canceled. */
  tellCanceled(order: Order, reason: CancelReason): void {
    const [before, after] = this.#moveOn(order);
    this.emit({
      type: "order",
      change: "canceled",
      reason,
      order,
      before,
      after,
      number: ++this.#steps,
      at: this.now,
    });
  }

  #moveOn(order: Order): [before: OrderState | undefined, after: OrderState] {
    const before = order.told;
    const after = stateOf(order);
    order.account.orders.move(order, before?.status, after.status);
    // Of an order that has ended nothing more is told.
    order.told = order.status === "entering" || order.status === "resting" ? after : undefined;
    return [before, after];
  }
}
