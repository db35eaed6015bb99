/**
 * The options of a stream's calls, what each may be, and waiting as they say.
 *
 * @module
 */

import { deadline, LONGEST_MS, onAborted } from "../base/waits.ts";
import type { Clock } from "../base/clock.ts";
import { commandParams } from "../contract/event/commands.ts";
import { KalshiAbortError, KalshiTimeoutError } from "../base/errors.ts";
import {
  flag,
  group,
  milliseconds,
  needed,
  number,
  readOptions,
  rule,
  type Rules,
  signal,
  withPreset,
} from "../base/options.ts";
import { readOwn } from "../base/plain.ts";
import { type QueueOptions, queueRules } from "../base/queue.ts";

/** How long a caller waits. */
export interface WaitOptions {
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the wait after this many milliseconds; more than 24 days count as no limit. */
  readonly timeoutMs?: number | undefined;
}

/** How `subscribe` waits, and how its items wait for their reader. */
export interface SubscribeOptions extends WaitOptions {
  /** The queue between the socket and your loop. */
  readonly queue?: QueueOptions | undefined;
}

/** Whether to fill up what was missed, and how often to look for what was lost without a trace. */
export interface RecoverOptions {
  /**
   * `true`: after every reconnect and every known loss. `{ everyMs }`: at this interval as well, as `fill` and
   * `user_orders` have no sequence numbers that would show a lost frame.
   */
  readonly recover?: boolean | { readonly everyMs: number } | undefined;
}

/** Options of a subscription that can fill up what it missed. */
export interface RecoverableOptions extends SubscribeOptions, RecoverOptions {}

/** Options of several order books. */
export interface OrderBooksOptions extends WaitOptions {
  /**
   * Resolve when every book has its first snapshot, or with `false` as soon as Kalshi has acknowledged them.
   *
   * @default true
   */
  readonly awaitLive?: boolean | undefined;
}

/** What waiting may be. */
export const waitRules: Rules<WaitOptions> = {
  signal: signal(),
  timeoutMs: number(0, Infinity, "milliseconds"),
};

/** What `recover` may be beside true and false. */
export const recoverRules: Rules<{ readonly everyMs: number }> = {
  everyMs: needed(milliseconds(1_000, LONGEST_MS)),
};

/** What the options of a subscription may be. */
export const subscribeRules: Rules<SubscribeOptions> = { ...waitRules, queue: group(queueRules) };

const recoverable: Rules<RecoverableOptions> = {
  ...subscribeRules,
  recover: {
    ...rule("true, false or { everyMs }", (value) => typeof value === "boolean"),
    read: (owner, name, value) => {
      if (typeof value === "boolean") return value;
      return readOptions(`${owner}.${name}`, value as { readonly everyMs: number }, recoverRules);
    },
  },
};

/** What the options of each call of a stream may be. */
export const streamCallRules = {
  subscribe: subscribeRules,
  fills: recoverable,
  userOrders: recoverable,
  orderBooks: { ...waitRules, awaitLive: withPreset(flag(), true) } satisfies Rules<OrderBooksOptions>,
  on: waitRules,
  orderBook: waitRules,
  live: waitRules,
  add: waitRules,
  remove: waitRules,
  list: waitRules,
};

const isParam = (name: string) => Object.hasOwn(commandParams.subscribe ?? {}, name);

/** A checked copy of the options of a call. */
export function readCall<O extends WaitOptions>(name: keyof typeof streamCallRules, options: O): O {
  const takesParams = /^(subscribe|on|fills|userOrders)$/.test(name);
  return readOptions(
    name,
    options,
    streamCallRules[name] as Rules<WaitOptions> as Rules<O>,
    (option) =>
      takesParams && isParam(option)
        ? "It is a parameter: it goes into the argument before the options."
        : undefined,
  );
}

/**
 * Waits for `work`, as long as the caller wants to.
 *
 * @throws {KalshiAbortError} when the signal says so
 * @throws {KalshiTimeoutError} after `timeoutMs`
 */
export async function waitFor<T>(
  work: Promise<T>,
  what: string,
  options: WaitOptions,
  clock: Clock,
): Promise<T> {
  const { signal, timeoutMs = Infinity } = readOwn(options);
  const late = () =>
    new KalshiTimeoutError(`${what} did not succeed within ${timeoutMs} ms.`, { outcome: "unknown" });
  let unheard = () => {};
  const aborted = new Promise<never>((_, reject) => {
    const abort = () => reject(new KalshiAbortError(`${what} was aborted.`, { cause: signal?.reason }));
    if (signal?.aborted) abort();
    else unheard = onAborted(signal, abort);
  });
  try {
    return await deadline(clock, timeoutMs, Promise.race([aborted, work]), late);
  } finally {
    unheard();
  }
}
