/**
 * The options of a stream's calls, and what each may be.
 *
 * @module
 */

import { type WaitOptions, waitRules } from "../base/wait_options.ts";
import { LONGEST_MS } from "../base/waits.ts";
import { orderBooksRules } from "../books/options.ts";
import { group, milliseconds, needed, readOptions, rule, type Rules } from "../base/options.ts";
import { type QueueOptions, queueRules } from "../base/queue.ts";
import type { StreamProduct } from "./product.ts";

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
  orderBooks: orderBooksRules,
  on: waitRules,
  orderBook: waitRules,
  add: waitRules,
  remove: waitRules,
  list: waitRules,
};

/**
 * A checked copy of the options of a call.
 *
 * @param product whose parameters the call takes beside them, where it takes any
 */
export function readCall<O extends WaitOptions>(
  name: keyof typeof streamCallRules,
  options: O,
  product?: Pick<StreamProduct, "subscribeParams">,
): O {
  return readOptions(
    name,
    options,
    streamCallRules[name] as Rules<WaitOptions> as Rules<O>,
    (option) =>
      product !== undefined && Object.hasOwn(product.subscribeParams, option)
        ? "It is a parameter: it goes into the argument before the options."
        : undefined,
  );
}
