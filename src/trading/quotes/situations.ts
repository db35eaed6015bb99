/** What decisions about a side are made from. */
import type { Context } from "./context.ts";
import { type Action, decide, type KnownOrder, type Situation } from "./decide.ts";
import { KnownOrderView, type Lane, opposite } from "./desk.ts";
import { fit } from "./limits.ts";
import type { CancelWhy, TrackedOrder } from "./tracked.ts";

/** Looks at the sides of all markets. */
export class Situations {
  readonly #context: Context;
  /** Sides of which a limit holds something back. */
  readonly limited = new Set<Lane>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** The requests to send now for a side. */
  actions(lane: Lane): Action<KnownOrderView>[] {
    const situation = this.#of(lane);
    return situation === undefined ? [] : decide(situation);
  }

  /** Whether what rests of a side is what is wished, as far as the limits let it be. */
  isSettled(lane: Lane): boolean {
    for (const { phase } of lane.orders) if (phase.kind !== "resting") return false;
    const situation = this.#of(lane);
    return situation === undefined || decide({ ...situation, isFree: true }).length === 0;
  }

  /**
   * What an order of unknown outcome could be sent again as, under its id; undefined where nothing is wished that it
   * could stand for. Others that were lost stand for the levels that they were sent for.
   */
  insteadOf(lane: Lane, lost: TrackedOrder): { readonly price: number; readonly count: number } | undefined {
    const situation = this.#of(lane);
    if (situation === undefined) return undefined;
    const orders = situation.orders.filter(({ order }) => order !== lost).map((known): KnownOrder => ({
      ...known,
      is: known.order.phase.kind === "lost" ? "busy" : known.is,
    }));
    return decide<KnownOrder>({ ...situation, orders }).find((action) => action.kind === "place");
  }

  /** Why an order that no level asks for is cancelled. */
  why(lane: Lane): CancelWhy {
    const { state, settings } = this.#context;
    const { name } = state();
    if (name === "killed") return "killed";
    if (name !== "quoting") return "stopped";
    if (settings.pullWhenStale && lane.desk.isStale) return "stale";
    return lane.levels === undefined ? "adopted" : "wish";
  }

  /** What a side is to be, and is; undefined where it is left alone for now. */
  #of(lane: Lane): Situation<KnownOrderView> | undefined {
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
    if (why === undefined) this.limited.delete(lane);
    else this.limited.add(lane);
    if (lane.held === why) return;
    lane.held = why;
    const { desk: { market: { ticker } }, side } = lane;
    if (why !== undefined) this.#context.emit({ type: "held", ticker, side, why });
  }
}
