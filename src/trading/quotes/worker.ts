/** Sends what decisions ask for, and finds out what became of what was sent. */
import type { ClockTimer } from "../../base/clock.ts";
import { KalshiConnectionError, KalshiError } from "../../base/errors.ts";
import { delay } from "../../base/waits.ts";
import type { Context } from "./context.ts";
import { type Action, decide, type Situation } from "./decide.ts";
import { KnownOrderView, type Lane, opposite } from "./desk.ts";
import { fit } from "./limits.ts";
import type { QuoteVerdict, ToldOrder } from "./port.ts";
import { type CancelWhy, TrackedOrder } from "./tracked.ts";

/** Waits after refusals in a row, in milliseconds. */
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 30_000;
/** Waits between looks for an order. */
const FIRST_LOOK_MS = 20;
const LONGEST_LOOK_MS = 1_000;
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
  /** Sides that are to be looked at, in the order that they came. */
  readonly #dirty = new Set<Lane>();
  /** Sides of which a limit holds something back. */
  readonly #limited = new Set<Lane>();
  readonly #timers = new Set<ClockTimer>();
  readonly #idle = new Set<() => void>();
  #isScheduled = false;
  #sending = 0;
  #canceling = 0;
  #resolving = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Requests that are under way. */
  get underWay(): number {
    return this.#sending + this.#canceling;
  }

  /** Whether there is nothing to do, nothing under way and nothing in doubt. */
  get isQuiet(): boolean {
    return this.#dirty.size === 0 && this.underWay === 0 && this.#resolving === 0;
  }

  /** Whether what rests is what is wished, as far as the limits let it be. */
  get isSettled(): boolean {
    if (!this.isQuiet) return false;
    for (const lane of this.#context.desk.lanes()) {
      for (const { phase } of lane.orders) if (phase.kind !== "resting") return false;
      const situation = this.#situation(lane);
      if (situation !== undefined && decide({ ...situation, isFree: true }).length > 0) return false;
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
    for (const lane of lanes) this.#dirty.add(lane);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
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
    this.wake(lane, opposite(lane), ...this.#limited);
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
      const actions = this.#actions(lane);
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

  #actions(lane: Lane): Action<KnownOrderView>[] {
    const situation = this.#situation(lane);
    return situation === undefined ? [] : decide(situation);
  }

  /** What a side is to be, and is; undefined where it is left alone for now. */
  #situation(lane: Lane): Situation<KnownOrderView> | undefined {
    const { desk, limits, settings, clock, state } = this.#context;
    const isQuoting = state().name === "quoting";
    if (isQuoting && lane.levels === undefined && lane.desk.adoptUntilMs > clock.now()) return undefined;
    const isPulled = !isQuoting || settings.pullWhenStale && lane.desk.isStale;
    const wished = isPulled ? [] : (lane.levels ?? []).filter(({ left }) => left > 0);
    const capacity = limits.capacity(desk, lane);
    const levels = wished.map(({ price, left }) => ({ price, count: left }));
    const fitting = fit(lane, levels, capacity);
    let why = fitting.why;
    const mayRest = (price: number) => {
      const isNear = limits.isNearMid(lane.desk, price);
      if (!isNear) why ??= "from-mid";
      return isNear;
    };
    const { side } = lane;
    queueMicrotask(() => this.#tellHeld(lane, why));
    return {
      side,
      levels: fitting.levels,
      orders: [...lane.orders].map((order) => new KnownOrderView(order)),
      money: capacity.money,
      moves: settings.moves,
      isFree: lane.block === undefined || lane.block.untilMs <= clock.now(),
      opposite: [...opposite(lane).orders].flatMap(({ prices }) => prices),
      mayRest,
    };
  }

  #tellHeld(lane: Lane, why: Lane["held"]): void {
    if (why === undefined) this.#limited.delete(lane);
    else this.#limited.add(lane);
    if (lane.held === why) return;
    lane.held = why;
    const { desk: { market: { ticker } }, side } = lane;
    if (why !== undefined) this.#context.emit({ type: "held", ticker, side, why });
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
    if (isFirst) void this.#resolve(lane, order, "place", asKalshi(error));
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
          void this.#resolve(lane, order, "amend", verdict === "unknown" ? asKalshi(error) : undefined);
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

  /** Why an order that no level asks for is cancelled. */
  #why(lane: Lane): CancelWhy {
    const { state, settings } = this.#context;
    const { name } = state();
    if (name === "killed") return "killed";
    if (name !== "quoting") return "stopped";
    if (settings.pullWhenStale && lane.desk.isStale) return "stale";
    return lane.levels === undefined ? "adopted" : "wish";
  }

  async #cancel(lane: Lane, order: TrackedOrder): Promise<void> {
    const { port, desk, counts, emit } = this.#context;
    const named = order.named();
    if (named === undefined) return;
    const why = this.#why(lane);
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
          void this.#resolve(lane, order, "cancel", verdict === "unknown" ? asKalshi(error) : undefined);
        } else {
          this.#pause(lane, order, this.#refused(undefined, "cancel", error, verdict, lane));
        }
      }
    }
    this.#canceling--;
    this.changed(lane);
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
    const timer = this.#context.clock.setTimer(() => {
      this.#timers.delete(timer);
      act();
    }, waitMs);
    this.#timers.add(timer);
  }

  /** Finds out what became of a request: `cause` is why nobody knows, undefined where only the order's state is asked. */
  async #resolve(
    lane: Lane,
    order: TrackedOrder,
    what: "place" | "amend" | "cancel",
    cause: KalshiError | undefined,
  ): Promise<void> {
    const { counts, emit, clock, closed } = this.#context;
    if (cause !== undefined) {
      counts.unknown++;
      emit({ type: "unknown", order: order.shown(), what, error: cause });
    }
    this.#resolving++;
    const before = order.ids.at(-1) ?? order.id;
    for (let look = 0; !closed.aborted; look++) {
      if (await this.#look(lane, order, look)) break;
      await delay(clock, Math.min(LONGEST_LOOK_MS, FIRST_LOOK_MS * 2 ** Math.min(look, 10)), closed);
    }
    this.#resolving--;
    if (cause !== undefined && !closed.aborted) {
      const tookEffect = what === "place"
        ? order.orderId !== undefined
        : what === "amend"
        ? order.has(before)
        : order.phase.kind === "done";
      emit({ type: "resolved", order: order.shown(), tookEffect });
    }
    this.#expireLate(lane, order);
    // A cancel found no such order, and a list that lags says that it rests: not at once again.
    if (what === "cancel" && cause === undefined) this.#pause(lane, order, FIRST_WAIT_MS);
    this.changed(lane);
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

  /** Looks once; whether everything is known now. */
  async #look(lane: Lane, order: TrackedOrder, look: number): Promise<boolean> {
    const { port, desk, groups, clock, emit } = this.#context;
    const isOpen = () => order.phase.kind === "lost" || order.phase.kind === "doubtful";
    if (order.phase.kind === "lost" && order.orderId !== undefined) this.#found(order);
    if (!isOpen()) return true;
    const { orderId, id: clientOrderId, market: { ticker }, sinceMs } = order;
    const wasTriggered = groups.areTriggered;
    try {
      const found = await port.find({ orderId, clientOrderId, ticker, sinceMs });
      if (found !== undefined) {
        const wasLost = order.phase.kind === "lost";
        desk.take(order, found);
        if (wasLost) this.#found(order);
        else if (isOpen()) order.phase = { kind: "resting" };
        return true;
      }
    } catch (error) {
      if (look > 3) emit({ type: "error", error });
      return false;
    }
    if (!isOpen()) return true;
    // An order that once was there and is not found is too old for the lists: it has ended.
    if (order.phase.kind !== "lost") return false;
    if (order.phase.untilMs <= clock.now() || wasTriggered) {
      order.isGivenUp = true;
      desk.drop(order);
      return true;
    }
    return await this.#again(lane, order);
  }

  /** A create of unknown outcome has landed. */
  #found(order: TrackedOrder): void {
    if (order.phase.kind === "lost") order.phase = { kind: "resting" };
    this.#placed(order);
  }

  /**
   * Sends a create of unknown outcome again, with its id and for what is wished now: it is placed once, whichever of the
   * two comes first. Without such a wish nothing is sent.
   */
  async #again(lane: Lane, order: TrackedOrder): Promise<boolean> {
    const situation = this.#situation(lane);
    if (situation === undefined) return false;
    const orders = situation.orders.filter((known) => known.order !== order);
    const next = decide({ ...situation, orders }).find(({ kind }) => kind === "place");
    if (next?.kind !== "place") return false;
    order.resend(next.price, next.count);
    this.#sending++;
    const isKnown = await this.#create(lane, order, { ...next, isFirst: false });
    this.#sending--;
    return isKnown;
  }

  /** An amend that was looked for in vain may still be on its way, for a while. */
  #expireLate(lane: Lane, order: TrackedOrder): void {
    if (order.phase.kind === "done" || order.ids.length < 2) return;
    const late = order.ids.slice(1);
    this.#later(this.#context.settings.lateMs, () => {
      for (const id of late) order.withdraw({ id, price: 0, total: 0 });
      this.changed(lane);
    });
  }
}
