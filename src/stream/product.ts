/**
 * What a stream has to know of a product of Kalshi's. The envelope of a frame (`type`, `id`, `sid`, `seq`, `msg`) and
 * the commands (`subscribe`, `update_subscription`, `unsubscribe`, `list_subscriptions`) are those of the protocol,
 * which all products share.
 *
 * @module
 */

import type { OrderBook } from "../books/order_book.ts";
import type { BookDecoder } from "../books/updates.ts";
import type { ChannelFacts } from "../contract/channel_facts.ts";
import type { FieldRules } from "../contract/field_rule.ts";
import type { Lists } from "../contract/operation.ts";
import type { QueuePolicy } from "../base/queue.ts";

/** One channel. */
export interface StreamChannel {
  /** The types of its messages; undefined for a channel that is not known. */
  readonly types: readonly string[] | undefined;
  /** The parameters that pick what it carries, the usual one first; none where it cannot be picked. */
  readonly picks: readonly string[];
  /**
   * Whether it is about one's own account. All of it is subscribed to, and what a reader picks is picked here: it is
   * small, and must never be cut off by a list that is a moment old.
   */
  readonly isPrivate: boolean;
  /** What the queues of its readers do when full. What must not be lost has `error`. */
  readonly policy: QueuePolicy;
  /** Parameters beside those that pick. */
  readonly options: readonly string[];
  /** Values of options that are sent unless told. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Why it cannot be had without picking; undefined where it can. */
  readonly mustPick?: string | undefined;
}

/** One way to pick: by a parameter that takes a list of names. */
export interface PickRule {
  /** The parameter for a list of one, where there is one. */
  readonly single?: string | undefined;
  /** The fields of a payload that tell the name: the first that is there. */
  readonly fields: readonly string[];
  /** How everything is asked for: by leaving the parameter out, or by this name in it. */
  readonly all?: string | undefined;
  /** What is sent with a `subscribe` that names some, so that answers do not repeat all names. */
  readonly quiet?: Readonly<Record<string, unknown>> | undefined;
  /** The actions of `update_subscription`. */
  readonly actions: { readonly add: string; readonly remove: string; readonly list?: string | undefined };
}

/** The codes of error frames. */
export interface StreamErrorRules {
  /** There is a subscription to the channel already. */
  readonly alreadySubscribed: number;
  /** There is no subscription of this id. */
  readonly unknownSubscription: number;
  /** The subscription is gone. */
  readonly ending: ReadonlySet<unknown>;
  /** Worth another try. */
  readonly passing: ReadonlySet<unknown>;
  /** Perhaps about one of the names that were sent. */
  readonly aboutName: ReadonlySet<unknown>;
  /** What to do about each, for messages. */
  readonly advice: Readonly<Record<number, string>>;
}

/** The channel that order books are kept by. */
export interface BooksRule<Rest = unknown> {
  /** Writes a book as REST does. */
  readonly toRest: (book: OrderBook) => Rest;
  /** What reads its frames, and names it. */
  readonly decoder: BookDecoder;
  /** The parameter that its markets are named by. */
  readonly param: string;
  /** The parameters that the books need beside it. */
  readonly params: Readonly<Record<string, unknown>>;
  /** The type of the frames that hold a whole book. */
  readonly snapshotType: string;
  /** The action that asks for one of a market that is subscribed to; undefined where there is none. */
  readonly snapshotAction: string | undefined;
}

/** A product. */
export interface StreamProduct<Rest = unknown> {
  /** What its class of streams is called. */
  readonly owner: string;
  /** Its channels, by name. */
  readonly channels: Readonly<Record<string, StreamChannel>>;
  /** What is taken for granted of a channel that is not known: that it may lose nothing. */
  readonly otherChannel: StreamChannel;
  /** The parameters that pick. */
  readonly picks: Readonly<Record<string, PickRule>>;
  /** What the parameters of `subscribe` take. */
  readonly subscribeParams: FieldRules;
  /** The codes of error frames. */
  readonly errors: StreamErrorRules;
  /** What to do about the code of a handshake that was refused. */
  readonly remedyOf: (serverCode: string | undefined) => string | undefined;
  /** Where the frames of each type hold lists: null there is an empty one. */
  readonly lists: Readonly<Record<string, readonly Lists[]>>;
  /** The types of all messages that are known; each has an object for a payload. */
  readonly messageTypes: ReadonlySet<string>;
  /** Order books. */
  readonly books: BooksRule<Rest>;
}

/** What a contract does not tell of a channel. */
export type OwnChannelFacts =
  & Pick<StreamChannel, "policy">
  & Partial<Pick<StreamChannel, "options" | "defaults" | "mustPick">>;

/** The channels of a product: what its contract says of them, and what it does not. */
export function channelsOf<Channel extends string>(
  facts: Readonly<Record<Channel, ChannelFacts>>,
  own: Readonly<Record<Channel, OwnChannelFacts>>,
): StreamProduct["channels"] {
  return Object.fromEntries(
    Object.entries<ChannelFacts>(facts).map(([name, known]): [string, StreamChannel] => [
      name,
      { options: [], defaults: {}, ...known, ...own[name as Channel] },
    ]),
  );
}

/** How markets are picked by ticker, whatever they are of. */
export const pickMarkets: PickRule = {
  single: "market_ticker",
  fields: ["market_ticker", "ticker"],
  quiet: { skip_ticker_ack: true },
  actions: { add: "add_markets", remove: "delete_markets" },
};

/** What is known of a channel. */
export function channelOf(product: StreamProduct, channel: string): StreamChannel {
  return Object.hasOwn(product.channels, channel)
    ? product.channels[channel] as StreamChannel
    : product.otherChannel;
}

/** The types of all messages of these channels. */
export function messageTypesOf(channels: StreamProduct["channels"]): ReadonlySet<string> {
  return new Set(Object.values(channels).flatMap(({ types }) => types ?? []));
}

/** The name that a payload tells, of what `param` picks by. */
export function nameIn(
  { fields }: PickRule,
  msg: Readonly<Record<string, unknown>>,
): unknown {
  for (const field of fields) {
    const name = msg[field];
    if (name !== undefined && name !== null) return name;
  }
  return undefined;
}
