/** One client's session: its subscriptions, the commands it sends, the numbers of its frames. */
import { type Channel, errorCodes, errorMeanings } from "../../../contract/event/channels.ts";
import type { Account, Market } from "../../engine/model.ts";
import type { ApiKey } from "../../keys.ts";
import { commandFault } from "../rest/request_check.ts";
import type { Exchange } from "../../exchange.ts";
import { type CommandFault, type UpdateFault, WaitingFaults } from "./faults.ts";
import { marketId, snapshot, ticker } from "../../wire/messages/market_data.ts";

/** The channels that Kalshi has, and how each is subscribed to. */
interface ChannelRules {
  /** What picks from it. */
  readonly key?: "markets" | "indices" | "underlyings";
  /** It cannot be had without naming markets. */
  readonly needsMarkets?: boolean;
  /** Its frames are numbered. */
  readonly numbered?: boolean;
}

const CHANNELS: Readonly<Record<string, ChannelRules>> = {
  orderbook_delta: { key: "markets", needsMarkets: true, numbered: true },
  ticker: { key: "markets" },
  trade: { key: "markets", numbered: true },
  fill: { key: "markets" },
  market_positions: { key: "markets" },
  market_lifecycle_v2: { numbered: true },
  multivariate_market_lifecycle: { numbered: true },
  communications: { numbered: true },
  order_group_updates: { numbered: true },
  user_orders: { key: "markets" },
  cfbenchmarks_value: { key: "indices", numbered: true },
  pyth_value: { key: "underlyings", numbered: true },
  cfbenchmarks_value_5hz: { key: "indices", numbered: true },
} satisfies Record<Channel, ChannelRules>;

/** The channels that there are. */
export const channelNames: readonly string[] = Object.keys(CHANNELS);

const ACTIONS = {
  markets: ["add_markets", "delete_markets"],
  indices: ["subscribe_indices", "unsubscribe_indices", "indexlist"],
  underlyings: ["subscribe_underlyings", "unsubscribe_underlyings", "underlying_list"],
} as const;
/** The actions that `update_subscription` has. */
export const actionNames: readonly string[] = ["get_snapshot", ...Object.values(ACTIONS).flat()];
const LIST_NAMES = { indices: "index_ids", underlyings: "underlying_tickers" } as const;

/** Markets that have no book any longer. */
const OVER: ReadonlySet<Market["status"]> = new Set(["closed", "determined", "finalized"]);

/** Parameters that are true or false. */
const FLAGS = ["use_yes_price", "skip_ticker_ack", "send_initial_snapshot"];

const MOST_MARKETS = 500_000;
const COMMANDS_PER_SECOND = 10_000;

/** A subscription. */
export interface Subscription {
  readonly channel: string;
  readonly sid: number;
  readonly rules: ChannelRules;
  /** What it picks: tickers, indices or underlyings; undefined for everything. */
  keys: Set<string> | undefined;
  readonly useYesPrice: boolean;
  readonly skipAck: boolean;
  readonly shard: { readonly factor: number; readonly key: number } | undefined;
  readonly ownOnly: boolean;
  seq: number;
}

type Params = Readonly<Record<string, unknown>>;

/** A command that is refused, with the code that Kalshi answers. */
class Refusal extends Error {
  readonly code: number;
  constructor(code: number, why?: string) {
    super(why === undefined ? errorMeanings[code] : `${errorMeanings[code]}: ${why}`);
    this.code = code;
  }
}

const isRecord = (value: unknown): value is Params =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function strings(value: unknown, one?: unknown): string[] | undefined {
  if (value !== undefined && one !== undefined) throw new Refusal(errorCodes.invalidParameter);
  const list = one === undefined ? value : [one];
  if (list === undefined) return undefined;
  if (!Array.isArray(list) || list.some((item) => typeof item !== "string")) {
    throw new Refusal(errorCodes.unableToProcessMessage);
  }
  return list;
}

const names = (list: unknown, one: unknown, ticker: string) =>
  one === ticker || Array.isArray(list) && list.includes(ticker);

function meetsCommand({ command, action, ticker }: CommandFault, { cmd, params }: Params): boolean {
  const given = isRecord(params) ? params : {};
  return (command === undefined || command === cmd) && (action === undefined || action === given.action) &&
    (ticker === undefined || names(given.market_tickers, given.market_ticker, ticker));
}

function meetsUpdate(fault: UpdateFault, channel: string, type: string, msg: object): boolean {
  return (fault.channel === undefined || fault.channel === channel) &&
    (fault.update === undefined || fault.update === type) &&
    (fault.ticker === undefined || "market_ticker" in msg && msg.market_ticker === fault.ticker);
}

/** How a session reaches the rest of the exchange. */
export interface SessionHost {
  readonly exchange: Exchange;
  /** A number that no other subscription has. */
  nextSid(): number;
  /** Writes a frame; `channel` is undefined for answers. */
  send(frame: Readonly<Record<string, unknown>>, channel: string | undefined): void;
  /** The indices or underlyings there are. */
  names(channel: string): readonly string[];
  /** The subscription's keys changed, or it came or went. */
  changed(): void;
}

/** A session. */
export class Session {
  readonly key: ApiKey;
  readonly subscriptions = new Map<string, Subscription>();
  readonly #host: SessionHost;
  readonly #commandFaults = new WaitingFaults<CommandFault>();
  readonly #updateFaults = new WaitingFaults<UpdateFault>();
  /** True while a command is obeyed whose answer is an error, or none. */
  #isMute = false;
  #second = 0;
  #commands = 0;

  constructor(key: ApiKey, host: SessionHost) {
    this.key = key;
    this.#host = host;
  }

  get account(): Account {
    return this.key.account;
  }

  /** True for what this session's key may see of its account. */
  owns(account: Account, subaccount: number): boolean {
    return account === this.key.account &&
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

  /** Sends an update; with the id of the command that it answers, where it does. */
  update(subscription: Subscription, type: string, msg: object, id?: number): void {
    const { channel, sid, rules } = subscription;
    if (this.#updateFaults.meet((fault) => meetsUpdate(fault, channel, type, msg)) !== undefined) return;
    const answers = id === undefined || id === 0 ? undefined : { id };
    this.#send({ type, ...answers, sid, ...(rules.numbered && { seq: ++subscription.seq }), msg }, channel);
  }

  /** Ends a subscription with an error, as Kalshi does when its buffer overflows. */
  abort(subscription: Subscription, code: number): void {
    const { sid, channel } = subscription;
    this.subscriptions.delete(channel);
    this.#send(
      { type: "error", sid, seq: ++subscription.seq, msg: { code, msg: errorMeanings[code] } },
      undefined,
    );
    this.#host.changed();
  }

  /** Ends a subscription without a word. */
  forget(channel: string): void {
    if (this.subscriptions.delete(channel)) this.#host.changed();
  }

  /** Makes the next commands, or the next updates, go wrong. */
  fail(fault: CommandFault | UpdateFault): void {
    if (fault.fault === "withhold") this.#updateFaults.add(fault);
    else this.#commandFaults.add(fault);
  }

  /** Forgets the faults that wait for commands and updates. */
  clearFaults(): void {
    this.#commandFaults.clear();
    this.#updateFaults.clear();
  }

  /** Obeys a command. */
  receive(text: string): void {
    let id: unknown;
    try {
      let command: unknown;
      try {
        command = JSON.parse(text);
      } catch {
        throw new Refusal(errorCodes.unableToProcessMessage);
      }
      if (!isRecord(command)) throw new Refusal(errorCodes.unableToProcessMessage);
      id = command.id;
      if (
        id !== undefined && !Number.isInteger(id) || command.params !== undefined && !isRecord(command.params)
      ) {
        throw new Refusal(errorCodes.unableToProcessMessage);
      }
      this.#count();
      const fault = this.#commandFaults.meet((waiting) => meetsCommand(waiting, command as Params));
      if (fault !== undefined) return this.#misbehave(fault, command);
      this.#obey(command.cmd, id as number | undefined, command.params as Params | undefined);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#answer(id, { type: "error", msg: { code: error.code, msg: error.message } });
    }
  }

  /** What becomes of a command that a fault has met. */
  #misbehave(fault: CommandFault, { cmd, params }: Params): void {
    if (fault.afterProcessing) {
      this.#isMute = true;
      try {
        this.#obey(cmd, undefined, params as Params | undefined);
      } catch (error) {
        if (fault.fault === "refuse" || !(error instanceof Refusal)) throw error;
      } finally {
        this.#isMute = false;
      }
    }
    if (fault.fault === "refuse") throw new Refusal(fault.code);
  }

  #count(): void {
    const second = Math.floor(this.#host.exchange.clock.monotonic() / 1_000);
    if (second !== this.#second) this.#commands = 0;
    this.#second = second;
    if (++this.#commands > COMMANDS_PER_SECOND) throw new Refusal(errorCodes.tooManyRequests);
  }

  #obey(cmd: unknown, id: number | undefined, params: Params | undefined): void {
    if (this.#host.exchange.requests === "strict") {
      const fault = commandFault(String(cmd), params ?? {});
      if (fault !== undefined) throw new Refusal(errorCodes.invalidParameter, fault);
    }
    if (cmd === "list_subscriptions") {
      const msg = [...this.subscriptions.values()].map(({ channel, sid }) => ({ channel, sid }));
      return this.#answer(id, { type: "ok", msg });
    }
    if (cmd !== "subscribe" && cmd !== "unsubscribe" && cmd !== "update_subscription") {
      throw new Refusal(errorCodes.unknownCommand);
    }
    if (params === undefined) throw new Refusal(errorCodes.paramsRequired);
    if (cmd === "subscribe") this.#subscribe(id, params);
    else if (cmd === "unsubscribe") this.#unsubscribe(id, params);
    else this.#update(id, params);
    this.#host.changed();
  }

  #subscribe(id: number | undefined, params: Params): void {
    const channels = strings(params.channels) ?? [];
    if (channels.length === 0) throw new Refusal(errorCodes.channelsRequired);
    for (const channel of channels) {
      if (!Object.hasOwn(CHANNELS, channel)) throw new Refusal(errorCodes.unknownChannelName);
    }
    for (const flag of FLAGS) {
      if (params[flag] !== undefined && typeof params[flag] !== "boolean") {
        throw new Refusal(errorCodes.invalidParameter);
      }
    }
    const wanted = channels.map((channel) => ({ channel, ...this.#read(channel, params) }));
    for (const { channel, keys, shard } of wanted) {
      const rules = CHANNELS[channel] ?? {};
      const present = this.subscriptions.get(channel);
      if (present !== undefined) {
        const added = this.#add(present, keys);
        this.#ok(id, present);
        this.#first(present, added, params);
        continue;
      }
      const subscription: Subscription = {
        channel,
        sid: this.#host.nextSid(),
        rules,
        keys: undefined,
        useYesPrice: params.use_yes_price === true,
        skipAck: params.skip_ticker_ack === true,
        shard,
        ownOnly: params.user_filter === "self",
        seq: 0,
      };
      if (keys !== undefined) {
        subscription.keys = new Set();
        this.#add(subscription, keys);
      }
      this.subscriptions.set(channel, subscription);
      this.#answer(id, { type: "subscribed", msg: { channel, sid: subscription.sid } });
      this.#first(subscription, keys ?? new Set(), params);
    }
  }

  /** What a channel's parameters ask for. */
  #read(
    channel: string,
    params: Params,
  ): { readonly keys: Set<string> | undefined; readonly shard: Subscription["shard"] } {
    const rules = CHANNELS[channel] ?? {};
    const shard = channel === "communications" ? readShard(params) : undefined;
    if (rules.key === "markets") return { keys: this.#markets(params, rules), shard };
    if (rules.key === undefined) return { keys: undefined, shard };
    const names = strings(params[LIST_NAMES[rules.key]]) ?? [];
    return { keys: names.includes("all") ? undefined : new Set(names), shard };
  }

  /** The markets that a command names; what is given up need not be known. */
  #markets(params: Params, rules: ChannelRules, isLeaving = false): Set<string> | undefined {
    const tickers = strings(params.market_tickers, params.market_ticker);
    const ids = strings(params.market_ids, params.market_id);
    if (tickers !== undefined && ids !== undefined) throw new Refusal(errorCodes.invalidParameter);
    if (rules.needsMarkets && (tickers ?? []).length === 0) {
      throw new Refusal(errorCodes.marketTickerRequired);
    }
    const { markets } = this.#host.exchange.catalog;
    if (tickers !== undefined) {
      const isRefused = this.#host.exchange.unknownTickers === "refuse" && !isLeaving;
      if (isRefused && tickers.some((ticker) => !markets.has(ticker))) {
        throw new Refusal(errorCodes.marketNotFound);
      }
      return new Set(tickers);
    }
    if (ids === undefined) return undefined;
    if (ids.some((id) => !/^[0-9a-f-]{36}$/i.test(id))) throw new Refusal(errorCodes.invalidParameter);
    const wanted = new Set(ids);
    const { listed } = this.#host.exchange.catalog;
    return new Set(
      listed.map(({ market }) => market.ticker).filter((ticker) => wanted.has(marketId(ticker))),
    );
  }

  /** Adds keys (everything when undefined); returns those that are new. */
  #add(subscription: Subscription, keys: ReadonlySet<string> | undefined): Set<string> {
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
    if (total > MOST_MARKETS) throw new Refusal(errorCodes.subscriptionMarketLimitExceeded);
    const added = new Set([...keys].filter((key) => !present.has(key)));
    for (const key of added) present.add(key);
    return added;
  }

  /** What comes at once: snapshots of books, and of tickers where they were asked for. */
  #first(subscription: Subscription, tickers: ReadonlySet<string>, params: Params): void {
    const { channel } = subscription;
    if (channel === "orderbook_delta") return this.#snapshots(subscription, tickers);
    if (channel !== "ticker" || params.send_initial_snapshot !== true) return;
    const { engine } = this.#host.exchange;
    for (const market of this.#found(tickers)) {
      this.update(subscription, "ticker", ticker(market, engine.now));
    }
  }

  #snapshots(subscription: Subscription, tickers: Iterable<string>, id?: number): void {
    for (const market of this.#found(tickers)) {
      const msg = snapshot(market, subscription.useYesPrice);
      this.update(subscription, "orderbook_snapshot", msg, id);
    }
  }

  /** The markets of these tickers that have something to show: none that has closed. */
  *#found(tickers: Iterable<string>): Iterable<Market> {
    const { markets } = this.#host.exchange.catalog;
    for (const ticker of tickers) {
      const market = markets.get(ticker)?.market;
      if (market !== undefined && !OVER.has(market.status)) yield market;
    }
  }

  #unsubscribe(id: number | undefined, params: Params): void {
    const { sids } = params;
    if (!Array.isArray(sids) || sids.length === 0) throw new Refusal(errorCodes.subscriptionIdsRequired);
    const found = new Set(sids.map((sid) => this.#bySid(sid)));
    for (const subscription of found) {
      this.subscriptions.delete(subscription.channel);
      this.#answer(id, { type: "unsubscribed", sid: subscription.sid, seq: ++subscription.seq });
    }
  }

  #update(id: number | undefined, params: Params): void {
    const { sid, sids = sid === undefined ? [] : [sid], action } = params;
    if (!Array.isArray(sids) || sids.length !== 1) {
      throw new Refusal(errorCodes.exactlyOneSubscriptionIdIsRequired);
    }
    const subscription = this.#bySid(sids[0]);
    if (action === undefined) throw new Refusal(errorCodes.actionRequired);
    const { rules, channel } = subscription;
    if (action === "get_snapshot" && channel === "orderbook_delta") {
      const tickers = strings(params.market_tickers) ?? [];
      if (tickers.length === 0) throw new Refusal(errorCodes.marketTickerRequired);
      return this.#snapshots(subscription, tickers, id);
    }
    if (rules.key === undefined) throw new Refusal(errorCodes.unsupportedAction);
    const [add, remove, list] = ACTIONS[rules.key] as readonly string[];
    if (rules.key !== "markets" && action === list) {
      const name = LIST_NAMES[rules.key];
      const type = rules.key === "indices" ? `${channel}_indexlist` : `${channel}_underlying_list`;
      const { sid } = subscription;
      const msg = { [name]: this.#host.names(channel) };
      return this.#answer(id, { type, sid, seq: ++subscription.seq, msg });
    }
    if (action !== add && action !== remove) throw new Refusal(errorCodes.unsupportedAction);
    const keys = this.#named(params, rules, action === remove);
    if (action === remove) {
      for (const key of keys ?? []) subscription.keys?.delete(key);
      if (keys === undefined) subscription.keys = new Set();
      return this.#ok(id, subscription);
    }
    const added = this.#add(subscription, keys);
    this.#ok(id, subscription);
    // Markets that were there already get their first message again only where it is asked for.
    const again = channel === "ticker" && params.send_initial_snapshot === true;
    this.#first(subscription, again && keys !== undefined ? keys : added, params);
  }

  /** The keys that an update names. */
  #named(params: Params, rules: ChannelRules, isLeaving: boolean): Set<string> | undefined {
    if (rules.key === "markets") {
      const keys = this.#markets(params, {}, isLeaving);
      if (keys === undefined || keys.size === 0 && params.market_ids === undefined) {
        throw new Refusal(errorCodes.marketTickerRequired);
      }
      return keys;
    }
    const isIndex = rules.key === "indices";
    const names = strings(params[isIndex ? "index_ids" : "underlying_tickers"]) ?? [];
    if (names.length === 0) {
      throw new Refusal(isIndex ? errorCodes.indexIdsRequired : errorCodes.underlyingTickersRequired);
    }
    return names.includes("all") ? undefined : new Set(names);
  }

  #bySid(sid: unknown): Subscription {
    for (const subscription of this.subscriptions.values()) if (subscription.sid === sid) return subscription;
    throw new Refusal(errorCodes.unknownSubscriptionId);
  }

  #ok(id: number | undefined, subscription: Subscription): void {
    const { sid, keys, skipAck, rules } = subscription;
    const msg = skipAck || rules.key !== "markets" ? {} : { market_tickers: [...keys ?? []] };
    this.#answer(id, { type: "ok", sid, seq: ++subscription.seq, msg });
  }

  #answer(id: unknown, frame: Readonly<Record<string, unknown>>): void {
    // An id of 0 counts as none.
    this.#send(Number.isInteger(id) && id !== 0 ? { id, ...frame } : frame, undefined);
  }

  #send(frame: Readonly<Record<string, unknown>>, channel: string | undefined): void {
    if (this.#isMute) return;
    this.#host.send({ ...frame, sending_ts_ms: this.#host.exchange.clock.now() }, channel);
  }
}

function readShard({ shard_factor: factor, shard_key: key }: Params): Subscription["shard"] {
  if (factor === undefined) {
    if (key !== undefined) throw new Refusal(errorCodes.shardFactorIsRequiredWhenShardKeyIsSet);
    return undefined;
  }
  if (!Number.isInteger(factor)) throw new Refusal(errorCodes.invalidParameter);
  if (typeof factor !== "number" || factor < 1) throw new Refusal(errorCodes.shardFactorMustBeOver0);
  if (factor > 100) throw new Refusal(errorCodes.shardFactorMustBeAtMost100);
  const chosen = key ?? 0;
  if (!Number.isInteger(chosen)) throw new Refusal(errorCodes.invalidParameter);
  if (typeof chosen !== "number" || chosen < 0 || chosen >= factor) {
    throw new Refusal(errorCodes.shardKeyMustBeAtLeast0AndBelowShardFactor);
  }
  return { factor, key: chosen };
}
