/** The commands of a WebSocket client: read, obeyed, answered. */
import { isRecord } from "../../../base/plain.ts";
import { errorCodes } from "../../../contract/event/channels.ts";
import { CommandError, type CommandParams, readCommand } from "../../../contract/stream_commands.ts";
import type { Market } from "../../engine/model.ts";
import type { Exchange } from "../../exchange.ts";
import { keyActions } from "./channels.ts";
import { commandFault } from "./command_check.ts";
import {
  listNames,
  type MarketLookup,
  readChangedKeys,
  readKeys,
  readShard,
  strings,
} from "./command_params.ts";
import { WaitingFaults } from "../../waiting_faults.ts";
import type { CommandFault } from "./faults.ts";
import type { SocketProduct } from "./product.ts";
import type { Subscriber, Subscription } from "./subscriber.ts";

/** Markets that have no book any longer. */
const OVER: ReadonlySet<Market["status"]> = new Set(["closed", "determined", "finalized"]);

const COMMANDS_PER_SECOND = 10_000;

interface Command {
  readonly id: number | undefined;
  readonly cmd: unknown;
  readonly params: CommandParams | undefined;
}

const names = (list: unknown, one: unknown, ticker: string) =>
  one === ticker || Array.isArray(list) && list.includes(ticker);

function meetsCommand({ command, action, ticker }: CommandFault, { cmd, params = {} }: Command): boolean {
  return (command === undefined || command === cmd) && (action === undefined || action === params.action) &&
    (ticker === undefined || names(params.market_tickers, params.market_ticker, ticker));
}

/** Obeys the commands of one subscriber. */
export class CommandHandler {
  /** Commands that are refused, or not answered. */
  readonly faults = new WaitingFaults<CommandFault>();
  readonly #exchange: Exchange;
  readonly #product: SocketProduct;
  readonly #subscriber: Subscriber;
  /** A number that no other subscription has. */
  readonly #nextSid: () => number;
  #second = 0;
  #inSecond = 0;

  constructor(exchange: Exchange, product: SocketProduct, subscriber: Subscriber, nextSid: () => number) {
    this.#exchange = exchange;
    this.#product = product;
    this.#subscriber = subscriber;
    this.#nextSid = nextSid;
  }

  /** Obeys a command, or answers why not. */
  receive(text: string): void {
    let id: unknown;
    try {
      const command = readCommand(text);
      id = command.id;
      const { params } = command;
      if (id !== undefined && !Number.isInteger(id) || params !== undefined && !isRecord(params)) {
        throw new CommandError(errorCodes.unableToProcessMessage);
      }
      this.#count();
      this.#misbehaveOrObey({ id: id as number | undefined, cmd: command.cmd, params });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.#subscriber.answer(id, { type: "error", msg: { code: error.code, msg: error.message } });
    }
  }

  #misbehaveOrObey(command: Command): void {
    const fault = this.faults.meet((waiting) => meetsCommand(waiting, command));
    if (fault === undefined) return this.#obey(command);
    if (fault.afterProcessing) {
      this.#subscriber.mutely(() => {
        try {
          this.#obey({ ...command, id: undefined });
        } catch (error) {
          if (fault.fault === "refuse" || !(error instanceof CommandError)) throw error;
        }
      });
    }
    if (fault.fault === "refuse") throw new CommandError(fault.code);
  }

  #count(): void {
    const second = Math.floor(this.#exchange.clock.monotonic() / 1_000);
    if (second !== this.#second) this.#inSecond = 0;
    this.#second = second;
    if (++this.#inSecond > COMMANDS_PER_SECOND) throw new CommandError(errorCodes.tooManyRequests);
  }

  #obey({ id, cmd, params }: Command): void {
    if (this.#exchange.requests === "strict") {
      const fault = commandFault(this.#product.channels, String(cmd), params ?? {});
      if (fault !== undefined) throw CommandError.because(errorCodes.invalidParameter, fault);
    }
    if (cmd === "list_subscriptions") {
      const msg = [...this.#subscriber.subscriptions.values()].map(({ channel, sid }) => ({ channel, sid }));
      return this.#subscriber.answer(id, { type: "ok", msg });
    }
    if (cmd !== "subscribe" && cmd !== "unsubscribe" && cmd !== "update_subscription") {
      throw new CommandError(errorCodes.unknownCommand);
    }
    if (params === undefined) throw new CommandError(errorCodes.paramsRequired);
    if (cmd === "subscribe") this.#subscribe(id, params);
    else if (cmd === "unsubscribe") this.#unsubscribe(id, params);
    else this.#update(id, params);
    this.#subscriber.changed();
  }

  #subscribe(id: number | undefined, params: CommandParams): void {
    const channels = strings(params.channels) ?? [];
    if (channels.length === 0) throw new CommandError(errorCodes.channelsRequired);
    const { rulesOf, flags } = this.#product.channels;
    const known = channels.map((channel) => {
      const rules = rulesOf(channel);
      if (rules === undefined) throw new CommandError(errorCodes.unknownChannelName);
      return { channel, rules };
    });
    for (const flag of flags) {
      if (params[flag] !== undefined && typeof params[flag] !== "boolean") {
        throw new CommandError(errorCodes.invalidParameter);
      }
    }
    const lookup = this.#lookup();
    const wanted = known.map(({ channel, rules }) => ({
      channel,
      rules,
      shard: rules.splits ? readShard(params) : undefined,
      keys: readKeys(rules, params, lookup),
    }));
    for (const each of wanted) this.#subscribeTo(id, params, each);
  }

  #subscribeTo(
    id: number | undefined,
    params: CommandParams,
    { channel, rules, shard, keys }: Pick<Subscription, "channel" | "rules" | "shard" | "keys">,
  ): void {
    const subscriber = this.#subscriber;
    const present = subscriber.subscriptions.get(channel);
    if (present !== undefined) {
      const added = subscriber.addKeys(present, keys);
      this.#ok(id, present);
      return this.#first(present, added, params);
    }
    const subscription: Subscription = {
      channel,
      sid: this.#nextSid(),
      rules,
      keys: keys && new Set(),
      useYesPrice: params.use_yes_price === true,
      skipAck: params.skip_ticker_ack === true,
      shard,
      ownOnly: params.user_filter === "self",
      seq: 0,
    };
    if (keys !== undefined) subscriber.addKeys(subscription, keys);
    subscriber.subscriptions.set(channel, subscription);
    subscriber.answer(id, { type: "subscribed", msg: { channel, sid: subscription.sid } });
    this.#first(subscription, keys ?? new Set(), params);
  }

  #unsubscribe(id: number | undefined, params: CommandParams): void {
    const { sids } = params;
    if (!Array.isArray(sids) || sids.length === 0) {
      throw new CommandError(errorCodes.subscriptionIdsRequired);
    }
    const subscriber = this.#subscriber;
    for (const subscription of new Set(sids.map((sid) => subscriber.bySid(sid)))) {
      subscriber.subscriptions.delete(subscription.channel);
      subscriber.answer(id, { type: "unsubscribed", sid: subscription.sid, seq: ++subscription.seq });
    }
  }

  #update(id: number | undefined, params: CommandParams): void {
    const { sid, sids = sid === undefined ? [] : [sid], action } = params;
    if (!Array.isArray(sids) || sids.length !== 1) {
      throw new CommandError(errorCodes.exactlyOneSubscriptionIdIsRequired);
    }
    const subscription = this.#subscriber.bySid(sids[0]);
    if (action === undefined) throw new CommandError(errorCodes.actionRequired);
    const { rules: { key }, channel } = subscription;
    const { channels: { actions }, sources } = this.#product;
    if (action === "get_snapshot" && actions.includes(action) && channel === "orderbook_delta") {
      const tickers = strings(params.market_tickers) ?? [];
      if (tickers.length === 0) throw new CommandError(errorCodes.marketTickerRequired);
      return this.#snapshots(subscription, tickers, id);
    }
    if (key === undefined) throw new CommandError(errorCodes.unsupportedAction);
    const [add, remove, list] = keyActions[key];
    if (key !== "markets" && action === list) {
      const type = `${channel}_${list}`;
      const msg = { [listNames[key]]: sources[channel] ?? [] };
      return this.#subscriber.answer(id, { type, sid: subscription.sid, seq: ++subscription.seq, msg });
    }
    if (action === add) return this.#add(id, subscription, params);
    if (action !== remove) throw new CommandError(errorCodes.unsupportedAction);
    // What is given up need not be known.
    const keys = readChangedKeys(key, params, { ...this.#lookup(), refusesUnknown: false });
    for (const each of keys ?? []) subscription.keys?.delete(each);
    if (keys === undefined) subscription.keys = new Set();
    this.#ok(id, subscription);
  }

  #add(id: number | undefined, subscription: Subscription, params: CommandParams): void {
    const { channel, rules } = subscription;
    const keys = readChangedKeys(rules.key ?? "markets", params, this.#lookup());
    const added = this.#subscriber.addKeys(subscription, keys);
    this.#ok(id, subscription);
    // Markets that were there already get their first message again only where it is asked for.
    const again = channel === "ticker" && params.send_initial_snapshot === true;
    this.#first(subscription, again && keys !== undefined ? keys : added, params);
  }

  /** What comes at once: snapshots of books, and of tickers where they were asked for. */
  #first(subscription: Subscription, tickers: ReadonlySet<string>, params: CommandParams): void {
    const { channel } = subscription;
    if (channel === "orderbook_delta") return this.#snapshots(subscription, tickers);
    if (channel !== "ticker" || params.send_initial_snapshot !== true) return;
    for (const market of this.#found(tickers)) {
      this.#subscriber.update(subscription, "ticker", this.#product.messages.ticker(market));
    }
  }

  #snapshots(subscription: Subscription, tickers: Iterable<string>, id?: number): void {
    for (const market of this.#found(tickers)) {
      const msg = this.#product.messages.snapshot(market, subscription.useYesPrice);
      this.#subscriber.update(subscription, "orderbook_snapshot", msg, id);
    }
  }

  /** The markets of these tickers that have something to show: none that has closed. */
  *#found(tickers: Iterable<string>): Iterable<Market> {
    for (const ticker of tickers) {
      const market = this.#product.market(ticker);
      if (market !== undefined && !OVER.has(market.status)) yield market;
    }
  }

  #lookup(): MarketLookup {
    return { product: this.#product, refusesUnknown: this.#exchange.unknownTickers === "refuse" };
  }

  #ok(id: number | undefined, subscription: Subscription): void {
    const { sid, keys, skipAck, rules } = subscription;
    const msg = skipAck || rules.key !== "markets" ? {} : { market_tickers: [...keys ?? []] };
    this.#subscriber.answer(id, { type: "ok", sid, seq: ++subscription.seq, msg });
  }
}
