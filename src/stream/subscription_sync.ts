/**
 * Makes what Kalshi has of each subscription equal to what its readers want: by the same commands after a subscribe, an
 * add, a remove, and after a reconnect.
 *
 * @module
 */

import { backoffMs, type BackoffOptions } from "../base/backoff.ts";
import type { Clock } from "../base/clock.ts";
import { type KalshiError, KalshiTimeoutError } from "../base/errors.ts";
import { delay } from "../base/waits.ts";
import type { Connection } from "./connection.ts";
import { KalshiStreamError } from "./errors.ts";
import type { Frame } from "./frame.ts";
import type { FrameRouter } from "./frame_router.ts";
import type { StreamProduct } from "./product.ts";
import { afterFailure } from "./refused_commands.ts";
import type { KeySets, Scope, SharedSubscription, Standing } from "./shared_subscription.ts";

/** What commands are made with. */
export interface SubscriptionSyncOptions {
  readonly product: StreamProduct;
  readonly connection: Connection;
  readonly router: FrameRouter;
  readonly clock: Clock;
  readonly backoff: BackoffOptions;
  /** Told of errors that no call waits for. */
  readonly onError: (error: KalshiError) => void;
}

/** Sends the commands of subscriptions. */
export class SubscriptionSync {
  readonly #options: SubscriptionSyncOptions;
  /** Ends each pause under way. */
  readonly #closing = new AbortController();
  #closed: KalshiError | undefined;

  constructor(options: SubscriptionSyncOptions) {
    this.#options = options;
  }

  /** Why nothing is sent any longer, once the stream is closed. */
  get closed(): KalshiError | undefined {
    return this.#closed;
  }

  /** Sends nothing more; whoever waits for the server is told this. */
  close(closed: KalshiError): void {
    this.#closed = closed;
    this.#closing.abort();
  }

  /** Restores subscriptions that have the same parameters, in one command. */
  async restore(group: readonly SharedSubscription[]): Promise<void> {
    for (const shared of group) shared.attempts(undefined);
    if (group.length > 1) {
      // Where one is refused, each is tried alone below.
      await this.#subscribe(group).catch(() => {});
    }
    for (const shared of group) {
      shared.work = { state: "idle" };
      void this.run(shared);
    }
  }

  /** Sends commands until nothing is left to do; one such loop for each subscription. */
  async run(shared: SharedSubscription, pause = false): Promise<void> {
    if (shared.work.state === "working") return;
    shared.attempts(undefined);
    const { connection } = this.#options;
    try {
      await undefined; // so that changes made in one go are sent in one command
      while (connection.isOpen) {
        if (pause) await this.#pause(shared.retry.tries++);
        const done = await this.#next(shared);
        if (done === "finished") return;
        pause = done === "paused";
      }
    } finally {
      shared.work = { state: "idle" };
      if (this.#closed !== undefined) release(shared, this.#closed);
      else if (connection.isOpen && shared.waiters.length > 0) void this.run(shared);
    }
  }

  /** Asks the server for something of a subscription that it has; rejects where it has none. */
  update(
    shared: SharedSubscription | undefined,
    channel: string,
    action: string | undefined,
    params: Readonly<Record<string, unknown>>,
    { timeoutMs, isLast }: { readonly timeoutMs?: number | undefined; readonly isLast?: () => boolean } = {},
  ): Promise<Frame> {
    const { product, connection } = this.#options;
    const sid = shared?.sid;
    if (sid === undefined) {
      return Promise.reject(new KalshiStreamError(product.errors.unknownSubscription, "", channel));
    }
    const command = { sids: [sid], action, ...params };
    return connection.command("update_subscription", command, { channel, timeoutMs, isLast });
  }

  async #pause(attempt: number): Promise<void> {
    const { clock, backoff } = this.#options;
    await delay(clock, backoffMs(attempt, backoff, undefined, Math.random), this.#closing.signal);
  }

  /** One turn of the loop: a command, or the news that none is needed. */
  async #next(shared: SharedSubscription): Promise<"finished" | "paused" | "more"> {
    const { connection, router, product, onError } = this.#options;
    const waiters = shared.waiters.splice(0);
    try {
      if (await this.#step(shared)) {
        shared.retry = { tries: 0, most: Infinity };
        for (const { resolve } of waiters.splice(0)) resolve();
        for (const reader of shared.readers) reader.synced?.();
        return shared.waiters.length === 0 ? "finished" : "more";
      }
      return "more";
    } catch (error) {
      shared.waiters.unshift(...waiters.splice(0));
      if (!connection.isOpen) return "finished";
      const isPaused = afterFailure(shared, error as KalshiError, {
        rules: product.errors,
        ended: (lastKnownMs) => router.gone(shared, "ended", lastKnownMs),
        onError,
      });
      return isPaused ? "paused" : "more";
    } finally {
      shared.waiters.unshift(...waiters);
    }
  }

  /** Sends at most one command; true when the server has what is wanted. */
  async #step(shared: SharedSubscription): Promise<boolean> {
    const wanted = shared.wants();
    const { server, channel } = shared;
    if (server.state === "absent") {
      if (wanted === undefined) return true;
      await this.#subscribe([shared]);
      if (shared.sid !== undefined) return false;
      throw new KalshiTimeoutError(`Kalshi acknowledged "${channel}" without a subscription id.`);
    }
    const all = shared.rule()?.all;
    const isOther = server.isOutdated || wanted === "all" && server.has !== "all" && all === undefined;
    if (wanted === undefined || isOther) {
      await this.#unsubscribe(shared, server);
      return false;
    }
    if (server.has === "all" || server.has === undefined) return true;
    if (wanted === "all") {
      await this.#change(shared, true, shared.param ?? "", [all ?? ""]);
      server.has = "all";
      return false;
    }
    return !await this.#changeKeys(shared, wanted, server.has) && !await this.#sendAgain(shared, server.has);
  }

  async #unsubscribe(shared: SharedSubscription, { sid }: Standing): Promise<void> {
    const { connection, router } = this.#options;
    shared.attempts({ adds: false, param: shared.param ?? "", keys: [] });
    await connection.command("unsubscribe", { sids: [sid] }, { channel: shared.channel });
    shared.attempts(undefined);
    // What comes between the two commands is missing for those who are there already.
    if (shared.sid === sid) router.gone(shared, "ended", connection.heardAt);
  }

  /** Adds what is missing, or removes what is too much; true when a command was needed. */
  async #changeKeys(shared: SharedSubscription, wanted: KeySets, server: KeySets): Promise<boolean> {
    for (const param of new Set([...wanted.keys(), ...server.keys()])) {
      const want = wanted.get(param) ?? new Set<string>();
      let have = server.get(param);
      if (have === undefined) server.set(param, have = new Set());
      const missing = [...want].filter((name) => !have.has(name)).slice(0, shared.retry.most);
      if (missing.length > 0) {
        await this.#change(shared, true, param, missing, have);
        return true;
      }
      const surplus = [...have].filter((name) => !want.has(name));
      if (surplus.length > 0) {
        await this.#change(shared, false, param, surplus, have);
        return true;
      }
    }
    return false;
  }

  /** Has the first frames of keys sent again that the server has already; true when a command was needed. */
  async #sendAgain(shared: SharedSubscription, server: KeySets): Promise<boolean> {
    const { books } = this.#options.product;
    for (const [param, keys] of shared.again) {
      shared.again.delete(param);
      const names = [...keys];
      if (shared.channel !== books.decoder.channel) await this.#change(shared, true, param, names);
      else if (books.snapshotAction === undefined) {
        // What is added anew begins with a snapshot.
        await this.#change(shared, false, param, names, server.get(param));
      } else {
        // Whether it is answered beside the snapshots is not documented.
        this.update(shared, shared.channel, books.snapshotAction, { [param]: names }).catch(() => {});
      }
      return true;
    }
    return false;
  }

  async #change(
    shared: SharedSubscription,
    adds: boolean,
    param: string,
    keys: readonly string[],
    have?: Set<string>,
  ): Promise<void> {
    const { send_initial_snapshot } = shared.options;
    const fresh = send_initial_snapshot && adds ? { send_initial_snapshot } : undefined;
    const actions = shared.rule(param)?.actions;
    shared.attempts({ adds, param, keys });
    await this.update(shared, shared.channel, adds ? actions?.add : actions?.remove, {
      [param]: keys,
      ...fresh,
    }, {
      isLast: () => {
        // In the moment of the answer: the next frame may belong to it.
        shared.attempts(undefined);
        for (const key of keys) have?.[adds ? "add" : "delete"](key);
        return true;
      },
    });
  }

  async #subscribe(group: readonly SharedSubscription[]): Promise<void> {
    const { connection, router, product } = this.#options;
    const [first] = group;
    if (first === undefined) return;
    for (const shared of group) {
      shared.asked = shared.begins();
      shared.attempts(attemptOf(shared, shared.asked));
    }
    const params = first.params(first.asked);
    const channels = group.map(({ channel }) => channel);
    let answers = 0;
    await router.whileSubscribing(async () => {
      let wasThere = false;
      try {
        const answer = await connection.command("subscribe", { channels, ...params }, {
          channel: channels.join(", "),
          isLast: () => ++answers === channels.length,
        });
        // A channel that Kalshi still has from before answers with `ok`.
        if (group.some(({ sid }) => sid === undefined)) await this.#adopt(group, answer);
      } catch (error) {
        const { errorCode } = error as Partial<KalshiStreamError>;
        if (errorCode !== product.errors.alreadySubscribed) throw error;
        wasThere = true;
        await this.#adopt(group);
      }
      for (const shared of group) {
        shared.attempts(undefined);
        if (wasThere) this.#renew(shared);
      }
    });
  }

  /** Finds the ids of channels that Kalshi had already. */
  async #adopt(group: readonly SharedSubscription[], { sid }: Partial<Frame> = {}): Promise<void> {
    const { connection, router } = this.#options;
    const [only] = group;
    if (group.length === 1 && only !== undefined && sid) return router.stands(only, sid);
    const { msg } = await connection.command("list_subscriptions");
    if (!Array.isArray(msg)) return;
    for (const shared of group) {
      const found = msg.find((entry) => entry?.channel === shared.channel);
      if (shared.sid === undefined && typeof found?.sid === "number") router.stands(shared, found.sid);
    }
  }

  /** What a subscription that was there already has is not known: all is added once more, first frames included. */
  #renew(shared: SharedSubscription): void {
    const { server, channel } = shared;
    if (server.state === "absent" || typeof server.has !== "object") return;
    const before = server.has;
    server.has = new Map([...before.keys()].map((param) => [param, new Set()]));
    if (channel !== this.#options.product.books.decoder.channel) return;
    for (const [param, keys] of before) shared.again.set(param, new Set(keys));
  }
}

/** What a subscribe adds. */
function attemptOf({ param: usual = "" }: SharedSubscription, asked: Scope) {
  const [[param, keys] = [usual, new Set<string>()]] = typeof asked === "object" ? asked : [];
  return { adds: true, param, keys: [...keys] };
}

/** Whoever waits for the server waits in vain. */
export function release(shared: SharedSubscription, closed: KalshiError): void {
  for (const { reject } of shared.waiters.splice(0)) reject(closed);
}
