/** Finds out what became of requests whose outcome nobody knows. */
import type { KalshiError } from "../../base/errors.ts";
import { delay } from "../../base/waits.ts";
import type { Context } from "./context.ts";
import type { Lane } from "./desk.ts";
import type { Situations } from "./situations.ts";
import type { TrackedOrder } from "./tracked.ts";

/** Waits between looks for an order, in milliseconds. */
const FIRST_LOOK_MS = 20;
const LONGEST_LOOK_MS = 1_000;
/** After so many looks in vain an order that once was there has ended, too long ago for the lists. */
const MOST_LOOKS = 10;
/** An order that a cancel did not find and that is listed all the same is left alone for so long. */
const LAG_MS = 250;

/** Whose requests these are. */
export interface ResolverHost {
  /** Sends a create again; whether its outcome is known now. */
  again(lane: Lane, order: TrackedOrder, price: number, count: number): Promise<boolean>;
  /** A create has landed. */
  placed(order: TrackedOrder): void;
  /** Something is known. */
  changed(lane: Lane): void;
  /** Leaves an order alone for a while. */
  pause(lane: Lane, order: TrackedOrder, waitMs: number): void;
  /** Calls back later, as long as the manager is open. */
  later(waitMs: number, act: () => void): void;
}

/** Looks for orders until it is known what became of them. */
export class Resolver {
  readonly #context: Context;
  readonly #situations: Situations;
  readonly #host: ResolverHost;
  /** How many orders are looked for now. */
  open = 0;

  constructor(context: Context, situations: Situations, host: ResolverHost) {
    this.#context = context;
    this.#situations = situations;
    this.#host = host;
  }

  /** Finds out what became of a request: `cause` is why nobody knows, undefined where only the order's state is asked. */
  async resolve(
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
    this.open++;
    const before = order.ids.at(-1) ?? order.id;
    for (let look = 0; !closed.aborted; look++) {
      if (await this.#look(lane, order, look)) break;
      await delay(clock, Math.min(LONGEST_LOOK_MS, FIRST_LOOK_MS * 2 ** Math.min(look, 10)), closed);
    }
    this.open--;
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
    if (what === "cancel" && cause === undefined) this.#host.pause(lane, order, LAG_MS);
    this.#host.changed(lane);
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
      if (look % 60 === 4) emit({ type: "error", error });
      return false;
    }
    if (!isOpen()) return true;
    const isOver = order.phase.kind === "lost"
      ? order.phase.untilMs <= clock.now() || wasTriggered
      : look >= MOST_LOOKS;
    if (isOver) {
      order.isGivenUp = true;
      desk.drop(order);
      return true;
    }
    if (order.phase.kind !== "lost") return false;
    return await this.#again(lane, order);
  }

  /** A create of unknown outcome has landed. */
  #found(order: TrackedOrder): void {
    if (order.phase.kind === "lost") order.phase = { kind: "resting" };
    this.#host.placed(order);
  }

  /**
   * Sends a create of unknown outcome again, with its id and for what is wished now: it is placed once, whichever of the
   * two comes first. Without such a wish nothing is sent.
   */
  async #again(lane: Lane, order: TrackedOrder): Promise<boolean> {
    const next = this.#situations.insteadOf(lane, order);
    return next !== undefined && await this.#host.again(lane, order, next.price, next.count);
  }

  /** An amend that was looked for in vain may still be on its way, for a while. */
  #expireLate(lane: Lane, order: TrackedOrder): void {
    if (order.phase.kind === "done" || order.ids.length < 2) return;
    const late = order.ids.slice(1);
    this.#host.later(this.#context.settings.lateMs, () => {
      for (const id of late) order.withdraw({ id, price: 0, total: 0 });
      this.#host.changed(lane);
    });
  }
}
