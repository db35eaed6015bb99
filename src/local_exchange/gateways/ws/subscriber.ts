/** Who is connected: the account behind the key, its subscriptions, and the numbers of its frames. */
import { errorCodes, errorMeanings } from "../../../contract/event/channels.ts";
import type { Account } from "../../engine/model.ts";
import type { Caller } from "../../signatures.ts";
import type { ChannelRules, Shard } from "./channels.ts";
import { CommandError } from "../../../contract/stream_commands.ts";
import { WaitingFaults } from "../../waiting_faults.ts";
import type { UpdateFault } from "./faults.ts";

const MOST_MARKETS = 500_000;

/** A subscription. */
export interface Subscription {
  readonly channel: string;
  readonly sid: number;
  readonly rules: ChannelRules;
  /** What it picks: tickers, indices or underlyings; undefined for everything. */
  keys: Set<string> | undefined;
  readonly useYesPrice: boolean;
  readonly skipAck: boolean;
  readonly shard: Shard | undefined;
  readonly ownOnly: boolean;
  seq: number;
}

/** A frame before it is written. */
export type Frame = Readonly<Record<string, unknown>>;

function meetsUpdate(fault: UpdateFault, channel: string, type: string, msg: object): boolean {
  return (fault.channel === undefined || fault.channel === channel) &&
    (fault.update === undefined || fault.update === type) &&
    (fault.ticker === undefined || "market_ticker" in msg && msg.market_ticker === fault.ticker);
}

/** How a subscriber reaches its connection. */
export interface SubscriberHost {
  /** Writes a frame; `channel` is undefined for answers. */
  send(frame: Frame, channel: string | undefined): void;
  /** The subscriptions changed, or what they pick. */
  changed(): void;
}

/** One client of the WebSocket. */
export class Subscriber {
  readonly key: Caller;
  readonly subscriptions = new Map<string, Subscription>();
  /** What is neither numbered nor sent. */
  readonly updateFaults = new WaitingFaults<UpdateFault>();
  readonly #host: SubscriberHost;
  #isMute = false;

  constructor(key: Caller, host: SubscriberHost) {
    this.key = key;
    this.#host = host;
  }

  get account(): Account {
    return this.key.account;
  }

  /** True for what the key may see of its account. */
  owns(account: Account, subaccount: number): boolean {
    // The margin exchange has an account of its own for each, with the same id.
    return account.id === this.key.account.id &&
      (this.key.subaccount === undefined || this.key.subaccount === subaccount);
  }

  /** The subscription to a channel that wants this key; undefined when there is none. */
  wanting(channel: string, key: string | undefined): Subscription | undefined {
    const subscription = this.subscriptions.get(channel);
    if (subscription === undefined) return undefined;
    return subscription.keys === undefined || key === undefined || subscription.keys.has(key)
      ? subscription
      : undefined;
  }

  /** The subscription with a number, or the error that Kalshi answers. */
  bySid(sid: unknown): Subscription {
    for (const subscription of this.subscriptions.values()) if (subscription.sid === sid) return subscription;
    throw new CommandError(errorCodes.unknownSubscriptionId);
  }

  /** Lets a subscription pick these keys as well (everything when undefined); returns those that are new. */
  addKeys(subscription: Subscription, keys: ReadonlySet<string> | undefined): Set<string> {
    const { keys: present } = subscription;
    if (present === undefined) return new Set(keys);
    if (keys === undefined) {
      subscription.keys = undefined;
      return new Set();
    }
    let total = keys.size;
    for (const other of this.subscriptions.values()) {
      if (other.rules.key === "markets") total += other.keys?.size ?? 0;
    }
    if (total > MOST_MARKETS) throw new CommandError(errorCodes.subscriptionMarketLimitExceeded);
    const added = new Set([...keys].filter((key) => !present.has(key)));
    for (const key of added) present.add(key);
    return added;
  }

  /** Sends an update; with the id of the command that it answers, where it does. */
  update(subscription: Subscription, type: string, msg: object, id?: number): void {
    const { channel, sid, rules } = subscription;
    if (this.updateFaults.meet((fault) => meetsUpdate(fault, channel, type, msg)) !== undefined) return;
    const answers = id === undefined || id === 0 ? undefined : { id };
    this.#send({ type, ...answers, sid, ...(rules.numbered && { seq: ++subscription.seq }), msg }, channel);
  }

  /** Answers a command. */
  answer(id: unknown, frame: Frame): void {
    // An id of 0 counts as none.
    this.#send(Number.isInteger(id) && id !== 0 ? { id, ...frame } : frame, undefined);
  }

  /** Ends a subscription with an error, as Kalshi does when its buffer overflows. */
  abort(subscription: Subscription, code: number): void {
    const { sid, channel } = subscription;
    this.subscriptions.delete(channel);
    this.#send(
      { type: "error", sid, seq: ++subscription.seq, msg: { code, msg: errorMeanings[code] } },
      undefined,
    );
    this.changed();
  }

  /** Ends a subscription without a word. */
  forget(channel: string): void {
    if (this.subscriptions.delete(channel)) this.changed();
  }

  /** Its subscriptions changed, or what they pick. */
  changed(): void {
    this.#host.changed();
  }

  /** Does something of which nothing is sent. */
  mutely(act: () => void): void {
    this.#isMute = true;
    try {
      act();
    } finally {
      this.#isMute = false;
    }
  }

  #send(frame: Frame, channel: string | undefined): void {
    if (!this.#isMute) this.#host.send(frame, channel);
  }
}
