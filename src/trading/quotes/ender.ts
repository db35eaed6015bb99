/** Ends what rests, and proves it. */
import { KalshiError } from "../../base/errors.ts";
import { delay, onAborted } from "../../base/waits.ts";
import type { Context } from "./context.ts";
import { KalshiQuotesLeftError } from "./errors.ts";
import type { QuoteGroups } from "./groups.ts";
import type { ReadQuoteStopOptions } from "./options.ts";
import type { Reconciler } from "./reconciler.ts";
import type { Worker } from "./worker.ts";

const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 1_000;

/** Cancels all, and asks the exchange whether it is so. */
export class Ender {
  readonly #context: Context;
  readonly #groups: QuoteGroups;
  readonly #worker: Worker;
  readonly #reconciler: Reconciler;
  #triggering: Promise<void> | undefined;

  constructor(context: Context, groups: QuoteGroups, worker: Worker, reconciler: Reconciler) {
    this.#context = context;
    this.#groups = groups;
    this.#worker = worker;
    this.#reconciler = reconciler;
  }

  /** Triggers the order groups, again and again until it is done or the manager is closed. */
  triggerGroups(): Promise<void> {
    return this.#triggering ??= this.#trigger().finally(() => this.#triggering = undefined);
  }

  /**
   * Waits until the exchange shows no order of the manager's, twice in a row, and nothing is in doubt.
   *
   * @throws {KalshiQuotesLeftError} when that is not so in time
   */
  async prove({ timeoutMs, signal }: ReadQuoteStopOptions): Promise<void> {
    const { clock, closed } = this.#context;
    const ending = new AbortController();
    const timer = clock.setTimer(() => ending.abort(), timeoutMs);
    const unheard = [signal, closed].map((one) => onAborted(one, () => ending.abort()));
    if (signal?.aborted) ending.abort();
    void this.triggerGroups();
    let last: unknown;
    try {
      let empty = 0;
      for (let look = 0; !ending.signal.aborted; look++) {
        try {
          empty = await this.#isEmpty() ? empty + 1 : 0;
          last = undefined;
        } catch (error) {
          last = error;
          empty = 0;
        }
        if (empty === 2) return;
        await delay(clock, Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(look, 10)), ending.signal);
      }
    } finally {
      timer.clear();
      for (const end of unheard) end();
    }
    throw this.#left(last);
  }

  /** Removes the order groups; whether it worked is of no consequence for what rests. */
  async deleteGroups(): Promise<void> {
    try {
      await this.#groups.delete();
    } catch (error) {
      this.#context.emit({ type: "error", error });
    }
  }

  async #trigger(): Promise<void> {
    const { clock, closed, emit } = this.#context;
    for (let attempt = 0; !closed.aborted; attempt++) {
      try {
        return await this.#groups.trigger();
      } catch (error) {
        if (attempt === 0) emit({ type: "error", error });
      }
      await delay(clock, Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt, 10)), closed);
    }
  }

  /** Asks what rests; what is not known yet is taken over, and so cancelled. */
  async #isEmpty(): Promise<boolean> {
    const { port, desk, ids } = this.#context;
    const isQuiet = this.#worker.isQuiet;
    const resting = (await port.resting()).filter(({ clientOrderId }) => ids.isOwn(clientOrderId));
    for (const told of resting) {
      const order = desk.find(told.orderId, told.clientOrderId);
      if (order === undefined) await this.#reconciler.adopt(told);
      else if (order.phase.kind === "done") await this.#reconciler.revive(told);
    }
    this.#worker.wakeAll();
    return isQuiet && resting.length === 0 && [...desk.orders].length === 0;
  }

  #left(cause: unknown): KalshiQuotesLeftError {
    const left = [...this.#context.desk.orders].map((order) => order.shown());
    const says = left.length === 0
      ? "the exchange could not be asked what rests"
      : `${left.length} orders may rest, which \`left\` names`;
    const why = cause instanceof KalshiError ? ` The last try failed: ${cause.message}` : "";
    return new KalshiQuotesLeftError(
      `It could not be proven that no quote rests: ${says}. Look at the account's resting orders, and cancel them.${why}`,
      left,
      cause,
    );
  }
}
