/**
 * One channel as Kalshi has it for this stream: one subscription, which all readers of the channel share.
 *
 * @module
 */

import type { KalshiError } from "../base/errors.ts";
import { Sequence } from "../books/sequence.ts";
import type { ChannelReader } from "./channel_reader.ts";
import { channelOf, nameIn, type PickRule, type StreamChannel, type StreamProduct } from "./product.ts";

/** Somebody who waits until the server has what its reader wants. */
export interface Waiter {
  readonly reader: ChannelReader | undefined;
  readonly keys: ReadonlySet<string> | undefined;
  readonly resolve: () => void;
  readonly reject: (error: KalshiError) => void;
}

/** What a command adds or removes; no keys: everything. */
export interface Attempt {
  readonly adds: boolean;
  readonly param: string;
  readonly keys: readonly string[];
}

/** Keys by how they are named. */
export type KeySets = Map<string, Set<string>>;

/** What is wanted, or had: everything, or these keys. Undefined when nothing. */
export type Scope = "all" | KeySets | undefined;

/** A subscription was lost. */
export interface Loss {
  readonly reason: "reconnected" | "ended";
  /** Since when something may be missing, in Unix milliseconds. */
  readonly fromMs: number;
  /** Who was there. */
  readonly readers: ReadonlySet<ChannelReader>;
}

/** The server has no subscription. Left when it acknowledges one. */
export interface Absent {
  readonly state: "absent";
  /** The loss that is told when the subscription stands again. */
  readonly loss: Loss | undefined;
}

/** The server has a subscription. Left when that ends, or the connection. */
export interface Standing {
  readonly state: "standing";
  readonly sid: number;
  /** The numbers of its frames. */
  readonly sequence: Sequence;
  /** What the server has of it. */
  has: Scope;
  /** True when the server's has other options than ours, or nobody knows what it has. */
  isOutdated: boolean;
  /** When it was last known to stand, in Unix milliseconds. */
  provenAtMs: number;
  /** When its last numbered frame came, in Unix milliseconds. */
  heardAtMs: number;
}

/** Whether commands are being sent until the server has what is wanted. */
export type Work =
  | { readonly state: "idle" }
  /** Left when nothing is left to do, or the connection is gone. */
  | { readonly state: "working"; readonly attempt: Attempt | undefined };

/** One channel's subscription. */
export class SharedSubscription {
  readonly channel: string;
  readonly facts: StreamChannel;
  /** The usual parameter that picks from it; undefined where none does. */
  readonly param: string | undefined;
  readonly readers = new Set<ChannelReader>();
  /** Parameters beside those that pick. */
  options: Readonly<Record<string, unknown>> = {};
  server: Absent | Standing = { state: "absent", loss: undefined };
  /** What the last subscribe asked for, and so what a subscription has when it begins. */
  asked: Scope;
  work: Work = { state: "idle" };
  /** How often in a row a command was tried again, and how many keys one takes while a refused one is searched for. */
  retry = { tries: 0, most: Infinity };
  waiters: Waiter[] = [];
  /** Keys that the server has, and whose first frames a new reader wants as well. */
  readonly again: KeySets = new Map();
  readonly #product: StreamProduct;

  constructor(product: StreamProduct, channel: string) {
    this.#product = product;
    this.channel = channel;
    this.facts = channelOf(product, channel);
    [this.param] = this.facts.picks;
  }

  /** Its id, while the server has it. */
  get sid(): number | undefined {
    return this.server.state === "standing" ? this.server.sid : undefined;
  }

  /** What the command under way adds or removes. */
  get attempt(): Attempt | undefined {
    return this.work.state === "working" ? this.work.attempt : undefined;
  }

  /** A command is sent, or was answered. */
  attempts(attempt: Attempt | undefined): void {
    this.work = { state: "working", attempt };
  }

  /** The server has it, from now on. */
  stand(sid: number, nowMs: number): void {
    this.server = {
      state: "standing",
      sid,
      sequence: new Sequence(),
      has: this.asked,
      isOutdated: false,
      provenAtMs: nowMs,
      heardAtMs: nowMs,
    };
  }

  /** The server has it no longer. What that may have cost is told when it stands again. */
  fall(reason: Loss["reason"], fromMs: number): void {
    const { server, readers } = this;
    this.asked = undefined;
    this.again.clear();
    if (server.state === "absent") {
      const { loss } = server;
      if (loss !== undefined && reason === "reconnected") {
        this.server = { ...server, loss: { ...loss, reason } };
      }
      return;
    }
    const loss = readers.size > 0 ? { reason, fromMs, readers: new Set(readers) } : undefined;
    this.server = { state: "absent", loss };
    for (const reader of readers) reader.interrupted?.();
  }

  /** Readers want the first frames of these once more. */
  wantAgain(param: string, keys: Iterable<string>): void {
    this.again.set(param, new Set([...this.again.get(param) ?? [], ...keys]));
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

  /** What its readers want together. */
  wants(): Scope {
    const { param: usual } = this;
    if (this.readers.size === 0) return undefined;
    if (usual === undefined || this.facts.isPrivate) return "all";
    const keys: KeySets = new Map();
    for (const reader of this.readers) {
      if (reader.keys === undefined) return "all";
      const param = reader.param ?? usual;
      let set = keys.get(param);
      if (set === undefined) keys.set(param, set = new Set());
      for (const name of reader.keys) set.add(name);
    }
    if (this.rule()?.all !== undefined) return keys;
    // None named means all of them, so that a subscription without names is none.
    for (const [param, set] of keys) if (set.size === 0) keys.delete(param);
    return keys.size === 0 ? undefined : keys;
  }

  /** What a `subscribe` asks for; the rest follows by additions: parameters that pick exclude each other in a command. */
  begins(): Scope {
    const wanted = this.wants();
    if (typeof wanted !== "object") return wanted;
    for (const [param, set] of wanted) {
      if (set.size > 0) return new Map([[param, new Set([...set].slice(0, this.retry.most))]]);
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
