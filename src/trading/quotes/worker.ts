/** Sends what decisions ask for, and finds out what became of what was sent. */
import type { ClockTimer } from "../../base/clock.ts";
import { KalshiConnectionError, KalshiError } from "../../base/errors.ts";
import type { Context } from "./context.ts";
import type { Action } from "./decide.ts";
import { type KnownOrderView, type Lane, opposite } from "./desk.ts";
import type { QuoteVerdict, ToldOrder } from "./port.ts";
import { Resolver } from "./resolver.ts";
import { Situations } from "./situations.ts";
import { TrackedOrder } from "./tracked.ts";

/** Waits after refusals in a row, in milliseconds. */
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 30_000;
/** How many cancels may be under way. */
const MOST_CANCELS = 64;

/** An error of the library's, whatever was thrown. */
const asKalshi = (error: unknown): KalshiError =>
  error instanceof KalshiError
    ? error
    : new KalshiConnectionError("A request failed: see `cause`.", { outcome: "unknown", cause: error });

/** Works on the sides of all markets. */
export class Worker {
  readonly #context: Context;
  readonly #situations: Situations;
  readonly #resolver: Resolver;
  /** Sides that are to be looked at, in the order that they came. */
  readonly #dirty = new Set<Lane>();
  readonly #timers = new Set<ClockTimer>();
  readonly #idle = new Set<() => void>();
  #isScheduled = false;
  #sending = 0;
  #canceling = 0;

  constructor(context: Context) {
    this.#context = context;
    this.#situations = new Situations(context);
    this.#resolver = new Resolver(context, this.#situations, {
      again: (lane, order, price, count) => this.#again(lane, order, price, count),
      placed: (order) => this.#placed(order),
      changed: (lane) => this.changed(lane),
      pause: (lane, order, waitMs) => this.#pause(lane, order, waitMs),
      later: (waitMs, act) => this.#later(waitMs, act),
    });
  }

  /** Requests that are under way. */
  get underWay(): number {
    return this.#sending + this.#canceling;
  }

  /** Whether there is nothing to do, nothing under way and nothing in doubt. */
  get isQuiet(): boolean {
    return this.#dirty.size === 0 && this.underWay === 0 && this.#resolver.open === 0;
  }

  /** Whether what rests is what is wished, as far as the limits let it be. */
  get isSettled(): boolean {
    if (!this.isQuiet) return false;
    for (const lane of this.#context.desk.lanes()) {
      if (!this.#situations.isSettled(lane)) return false;
    }
    return true;
  }

  /** Calls back each time that something has ended. */
  onRest(act: () => void): () => void {
    this.#idle.add(act);
    return () => this.#idle.delete(act);
  }

  /** A side may have something to do. */
  wake(...lanes: readonly Lane[]): void {
    if (this.#context.closed.aborted) return;
    for (const lane of lanes) this.#dirty.add(lane);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      if (this.#context.closed.aborted) return;
      this.#pump();
      for (const act of this.#idle) act();
    });
  }

  /** Every side may have something to do. */
  wakeAll(): void {
    this.wake(...this.#context.desk.lanes());
  }

  /** Something changed on a side: it, the other one, and those that a limit holds back may have something to do. */
  changed(lane: Lane): void {
    this.wake(lane, opposite(lane), ...this.#situations.limited);
  }

  /** Forgets every timer. */
  close(): void {
    for (const timer of this.#timers) timer.clear();
    this.#timers.clear();
    this.#dirty.clear();
  }

  #pump(): void {
    for (const lane of [...this.#dirty]) {
      const isStill = [...lane.orders].every(({ phase }) => phase.kind === "resting");
      const actions = this.#situations.actions(lane);
      const sent = actions.filter((action) => this.#start(lane, action));
      // It has led to a request, or is what rests already.
      if (sent.length > 0 || actions.length === 0 && isStill) lane.isServed = true;
      if (sent.length === actions.length) this.#dirty.delete(lane);
    }
  }

  /** Sends a request where there is room for it. */
  #start(lane: Lane, action: Action<KnownOrderView>): boolean {
    if (action.kind === "cancel") {
      if (this.#canceling >= MOST_CANCELS) return false;
      void this.#cancel(lane, action.order.order);
      return true;
    }
    if (this.#sending >= this.#context.settings.maxUnderWay) return false;
    if (action.kind === "place") void this.#place(lane, action.price, action.count);
    else void this.#amend(lane, action.order.order, action);
    return true;
  }

  async #place(lane: Lane, price: number, count: number): Promise<void> {
    const { ids, desk, clock } = this.#context;
    const { market } = lane.desk;
    const first = { id: ids.next(), price, total: count };
    const order = new TrackedOrder({ market, side: lane.side, sinceMs: clock.now() }, first, {
      kind: "placing",
    });
    desk.add(lane, order);
    this.#sending++;
    await this.#create(lane, order, { price, count, isFirst: true });
    this.#sending--;
    this.changed(lane);
  }

  /** Sends a create, for the first time or again; whether its outcome is known now. */
  async #create(
    lane: Lane,
    order: TrackedOrder,
    { price, count, isFirst }: { readonly price: number; readonly count: number; readonly isFirst: boolean },
  ): Promise<boolean> {
    const { port, desk, groups, settings: { postOnly, selfTradePrevention } } = this.#context;
    const { side, desk: { market } } = lane;
    let verdict: QuoteVerdict = "not-sent";
    try {
      const orderGroupId = await groups.of(market.exchangeIndex);
      verdict = "unknown";
      const told = await port.place({
        clientOrderId: order.id,
        market,
        side,
        price,
        count,
        orderGroupId,
        postOnly,
        selfTradePrevention,
        isAgain: !isFirst,
      });
      desk.take(order, told);
      if (order.phase.kind === "placing") order.phase = { kind: "resting" };
      if (!told.isOpen && told.filled < count) this.#bounced(lane, order, told);
      else {
        lane.block = undefined;
        this.#placed(order);
      }
      return true;
    } catch (error) {
      if (verdict === "unknown") verdict = port.verdict(error);
      return this.#notPlaced(lane, order, { error, verdict, isFirst });
    }
  }

  /** An order was taken and ended at once, such as a post-only one that would have traded. */
  #bounced(lane: Lane, order: TrackedOrder, { reason }: ToldOrder): void {
    this.#block(lane, 0);
    this.#context.emit({ type: "gone", order: order.shown(), reason });
  }

  #placed(order: TrackedOrder): void {
    this.#context.counts.placed++;
    this.#context.emit({ type: "placed", order: order.shown() });
  }

  /** A create failed; whether its outcome is known now. */
  #notPlaced(
    lane: Lane,
    order: TrackedOrder,
    { error, verdict, isFirst }: {
      readonly error: unknown;
      readonly verdict: QuoteVerdict;
      readonly isFirst: boolean;
    },
  ): boolean {
    const { desk, clock, trip, settings } = this.#context;
    const isRefusal = verdict !== "unknown" && verdict !== "taken";
    if (isRefusal) this.#refused(lane, "place", error, verdict);
    if (verdict === "group") trip({ type: "order-group", orderGroupId: undefined });
    // What is told of an order may be faster than an answer that got lost.
    if (order.phase.kind !== "placing") return true;
    if (order.orderId !== undefined) {
      order.phase = { kind: "resting" };
      this.#placed(order);
      return true;
    }
    if (isFirst && isRefusal) {
      desk.drop(order);
      desk.forget(order);
      return true;
    }
    order.phase = { kind: "lost", untilMs: clock.now() + settings.lateMs };
    if (isFirst) void this.#resolver.resolve(lane, order, "place", asKalshi(error));
    return false;
  }

  async #amend(
    lane: Lane,
    order: TrackedOrder,
    { price, remaining, why }: Extract<Action<KnownOrderView>, { kind: "amend" }>,
  ): Promise<void> {
    const { port, desk, ids } = this.#context;
    const named = order.named();
    if (named === undefined) return;
    const version = { id: ids.next(), price, total: order.filled + remaining };
    order.propose(version);
    desk.name(order);
    this.#sending++;
    try {
      const told = await port.amend(named, { clientOrderId: version.id, price, total: version.total });
      desk.take(order, told);
      order.withdraw(version);
      if (order.phase.kind === "amending") order.phase = { kind: "resting" };
      lane.block = undefined;
      this.#amended(order, why);
    } catch (error) {
      const verdict = port.verdict(error);
      if (verdict !== "unknown") order.withdraw(version);
      // Not amending any more: it has ended meanwhile.
      if (order.phase.kind === "amending") {
        if (order.has(version.id)) {
          order.phase = { kind: "resting" };
          this.#amended(order, why);
        } else if (verdict === "not-sent") {
          order.phase = { kind: "resting" };
          this.#refused(lane, "amend", error, verdict);
        } else {
          order.phase = { kind: "doubtful", what: "amend" };
          if (verdict !== "unknown" && verdict !== "missing") this.#refused(lane, "amend", error, verdict);
          void this.#resolver.resolve(
            lane,
            order,
            "amend",
            verdict === "unknown" ? asKalshi(error) : undefined,
          );
        }
      }
    }
    this.#sending--;
    this.changed(lane);
  }

  #amended(order: TrackedOrder, why: "price" | "larger" | "smaller"): void {
    const { counts, emit } = this.#context;
    const kept = why === "smaller";
    counts.amended++;
    if (kept) counts.keptPlace++;
    emit({ type: "amended", order: order.shown(), why, kept });
  }

  async #cancel(lane: Lane, order: TrackedOrder): Promise<void> {
    const { port, desk, counts, emit } = this.#context;
    const named = order.named();
    if (named === undefined) return;
    const why = this.#situations.why(lane);
    order.cancel(why);
    const before = order.shown();
    const tell = () => {
      counts.canceled++;
      emit({ type: "canceled", order: { ...before, filled: order.shown().filled }, why });
    };
    this.#canceling++;
    try {
      const told = await port.cancel(named);
      desk.take(order, told);
      // A list that lags may show it as it was.
      if (order.phase.kind === "canceling") this.#pause(lane, order, FIRST_WAIT_MS);
      else tell();
    } catch (error) {
      const verdict = port.verdict(error);
      // What is told of an order may be faster than an answer that got lost.
      if (order.phase.kind === "done" && order.filled < order.total) tell();
      if (order.phase.kind === "canceling") {
        if (verdict === "unknown" || verdict === "missing") {
          order.phase = { kind: "doubtful", what: "cancel" };
          void this.#resolver.resolve(
            lane,
            order,
            "cancel",
            verdict === "unknown" ? asKalshi(error) : undefined,
          );
        } else {
          this.#pause(lane, order, this.#refused(undefined, "cancel", error, verdict, lane));
        }
      }
    }
    this.#canceling--;
    this.changed(lane);
  }

  /** Sends a create of unknown outcome once more. */
  async #again(lane: Lane, order: TrackedOrder, price: number, count: number): Promise<boolean> {
    order.resend(price, count);
    this.#sending++;
    const isKnown = await this.#create(lane, order, { price, count, isFirst: false });
    this.#sending--;
    return isKnown;
  }

  /** Something was refused, or did not go out: gives how long to wait before it is tried again. */
  #refused(
    blocked: Lane | undefined,
    what: "place" | "amend" | "cancel",
    error: unknown,
    verdict: QuoteVerdict,
    of: Lane | undefined = blocked,
  ): number {
    const { counts, emit } = this.#context;
    const kalshi = asKalshi(error);
    const waitMs = blocked === undefined
      ? Math.max(kalshi.retryAfterMs ?? 0, FIRST_WAIT_MS)
      : this.#block(blocked, kalshi.retryAfterMs ?? 0);
    if (of !== undefined) {
      if (verdict !== "not-sent") counts.refused++;
      const { desk: { market: { ticker } }, side } = of;
      emit({ type: "refused", ticker, side, what, error: kalshi, retryInMs: waitMs });
      if (verdict === "halted" || verdict === "grid") this.onMarketDoubt?.(ticker);
    }
    return waitMs;
  }

  /** Sends nothing but cancels for a side for a while; gives how long, in milliseconds. */
  #block(lane: Lane, leastMs: number): number {
    const times = (lane.block?.times ?? 0) + 1;
    const waitMs = Math.min(LONGEST_WAIT_MS, Math.max(leastMs, FIRST_WAIT_MS * 2 ** Math.min(times - 1, 10)));
    lane.block = { times, untilMs: this.#context.clock.now() + waitMs };
    this.#later(waitMs, () => this.changed(lane));
    return waitMs;
  }

  /** Told of a market that may have closed, or may have another grid. */
  onMarketDoubt: ((ticker: string) => void) | undefined;

  #later(waitMs: number, act: () => void): void {
    if (this.#context.closed.aborted) return;
    const timer = this.#context.clock.setTimer(() => {
      this.#timers.delete(timer);
      act();
    }, waitMs);
    this.#timers.add(timer);
  }

  /** Leaves an order alone for a while. */
  #pause(lane: Lane, order: TrackedOrder, waitMs: number): void {
    if (order.phase.kind === "done") return;
    order.phase = { kind: "waiting" };
    this.#later(waitMs, () => {
      if (order.phase.kind === "waiting") order.phase = { kind: "resting" };
      this.changed(lane);
    });
  }
}
