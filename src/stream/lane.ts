/**
 * One channel of a stream: who reads it, what they want, and what the server has.
 *
 * @module
 */

import type { KalshiError } from "../base/errors.ts";
import { channelOf, nameIn, type PickRule, type StreamChannel, type StreamProduct } from "./product.ts";
import type { ChannelReader } from "./channel_reader.ts";
import { Sequence } from "../books/sequence.ts";

/** Somebody who waits until the server has what its consumer wants. */
export interface Waiter {
  readonly consumer: ChannelReader | undefined;
  readonly keys: ReadonlySet<string> | undefined;
  readonly resolve: () => void;
  readonly reject: (error: KalshiError) => void;
}

/** What a command adds or removes. */
export interface Attempt {
  readonly adds: boolean;
  readonly param: string;
  readonly keys: readonly string[];
}

/** Keys by how they are named. */
export type KeySets = Map<string, Set<string>>;

/** What a lane wants, or has: everything, or these keys. Undefined when nothing. */
export type Scope = "all" | KeySets | undefined;

/** A subscription was lost. */
export interface Loss {
  readonly reason: "reconnected" | "ended";
  /** Since when something may be missing, in Unix milliseconds. */
  readonly fromMs: number;
  /** Who was there. */
  readonly consumers: ReadonlySet<ChannelReader>;
}

/** One channel. */
export class Lane {
  readonly channel: string;
  readonly facts: StreamChannel;
  /** The usual parameter that picks from it; undefined where none does. */
  readonly param: string | undefined;
  readonly #product: StreamProduct;
  readonly consumers = new Set<ChannelReader>();
  options: Readonly<Record<string, unknown>> = {};
  sid: number | undefined;
  sequence = new Sequence();
  server: Scope;
  /** What the subscribe under way asked for. */
  asked: Scope;
  waiters: Waiter[] = [];
  /** Keys that the server has, and whose first frames a new reader wants as well. */
  again: KeySets = new Map();
  /** How many keys one command takes while a refused one is searched for. */
  most = Infinity;
  running = false;
  tries = 0;
  /** What the last command adds or removes; no keys: everything. */
  attempt: Attempt | undefined;
  /** True when the server's subscription has other options than ours. */
  outdated = false;
  /** The loss that is told when the subscription stands again. */
  loss: Loss | undefined;
  /** When the subscription was last known to stand, in Unix milliseconds. */
  provenAtMs = 0;
  /** When its last numbered frame came, in Unix milliseconds. */
  heardAtMs = 0;

  constructor(product: StreamProduct, channel: string) {
    this.#product = product;
    this.channel = channel;
    this.facts = channelOf(product, channel);
    [this.param] = this.facts.picks;
  }

  /** How its names are picked by a parameter, the usual one unless told. */
  rule(param: string | undefined = this.param): PickRule | undefined {
    return param === undefined ? undefined : this.#product.picks[param];
  }

  /** Whether a payload is about one of these, which `param` names. */
  names(
    param: string | undefined,
    msg: Readonly<Record<string, unknown>>,
    keys: ReadonlySet<string>,
  ): boolean {
    const rule = this.rule(param);
    return rule !== undefined && keys.has(nameIn(rule, msg) as string);
  }

  wants(): Scope {
    const { param: usual } = this;
    if (this.consumers.size === 0) return undefined;
    if (usual === undefined || this.facts.isPrivate) return "all";
    const keys: KeySets = new Map();
    for (const consumer of this.consumers) {
      if (consumer.keys === undefined) return "all";
      const param = consumer.param ?? usual;
      let set = keys.get(param);
      if (set === undefined) keys.set(param, set = new Set());
      for (const name of consumer.keys) set.add(name);
    }
    if (this.rule()?.all !== undefined) return keys;
    // None named means all of them, so that a lane without names is none.
    for (const [param, set] of keys) if (set.size === 0) keys.delete(param);
    return keys.size === 0 ? undefined : keys;
  }

  /** What a `subscribe` asks for; the rest follows by additions: parameters that pick exclude each other in a command. */
  begins(): Scope {
    const wanted = this.wants();
    if (typeof wanted !== "object") return wanted;
    for (const [param, set] of wanted) {
      if (set.size > 0) return new Map([[param, new Set([...set].slice(0, this.most))]]);
    }
    return new Map();
  }

  /** The parameters of `subscribe`, beside the channel. */
  params(scope: Scope): Record<string, unknown> {
    const { param, options, facts: { isPrivate } } = this;
    const rule = this.rule();
    const params: Record<string, unknown> = { ...options };
    if (typeof scope === "object") { for (const [name, set] of scope) params[name] = [...set]; }
    else if (param !== undefined && rule?.all !== undefined) params[param] = [rule.all];
    return isPrivate || scope === "all" ? params : { ...params, ...rule?.quiet };
  }
}
