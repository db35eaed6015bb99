/**
 * One socket in process that speaks Kalshi's WebSocket protocol: it answers commands as Kalshi does, and gives each
 * subscription an id and numbers of its own. What it carries comes from lines, which somebody else reads.
 *
 * @module
 */

import { closeCodes } from "../base/close_codes.ts";
import { isRecord } from "../base/plain.ts";
import { errorCodes } from "../contract/event/channels.ts";
import { CommandError, type CommandParams, readCommand, readTexts } from "../contract/stream_commands.ts";
import type { RuntimeWebSocket, WebSocketHandlers } from "../runtime/types.ts";
import { channelOf, type PickRule, type StreamProduct } from "../stream/product.ts";
import { assertOptions, pickedNames } from "./feed_picks.ts";
import { numberFrame } from "./protocol.ts";

/** Where a line delivers what it reads, all of it in order and at once. */
export interface LineSink {
  /** A frame, as it travels. `id`: that of the command which it answers, where it does. */
  frame(text: string, id?: number): void;
  /** So many frames are missing before the next one. */
  lost(missed: number): void;
  /** Nobody knows what is missing: the subscription ends, and is made anew by whoever wants it. */
  ended(): void;
}

/** One channel that is being read, or one name of it. */
export interface Line {
  /** Has its newest frame delivered once more, or its whole book at its place among the frames. */
  again(id: number | undefined): void;
  /** Ends it: nothing is delivered any longer. `isWish`: whoever reads wanted it, and begins anew another time. */
  close(isWish: boolean): void;
}

/** Why a subscription cannot be had: Kalshi's number for it, and words. */
export interface Refusal {
  readonly code: number;
  readonly text: string;
}

/** What a session reads from. */
export interface LineSource {
  /** Why a channel, or a name of it, cannot be had; undefined where it can. */
  refusal(channel: string, name?: string): Refusal | undefined;
  /** Looks anew at what there is of a channel; what cannot be looked at stays as it was known. */
  refresh(channel: string): Promise<void>;
  /** Begins to read a channel, or one name of it; `fresh` asks for its newest frame at once. */
  open(channel: string, name: string | undefined, sink: LineSink, fresh: boolean): Line;
  /** Resolves when a channel that was opened is being read; rejects where that cannot be. */
  started(channel: string): Promise<void>;
}

/** What a session is made from. */
export interface FeedSessionOptions {
  readonly product: StreamProduct;
  readonly source: LineSource;
  readonly handlers: WebSocketHandlers;
  /** A number that no other subscription has. */
  readonly nextSid: () => number;
}

/** One subscription. */
interface Sub extends LineSink {
  readonly channel: string;
  readonly sid: number;
  /** How its names are picked; undefined where they cannot be. */
  readonly pick: PickRule | undefined;
  readonly param: string | undefined;
  readonly isQuiet: boolean;
  seq: number;
  /** What came before the subscription was acknowledged; undefined once it was. */
  held: (() => void)[] | undefined;
  /** The line of everything, or one for each name. */
  lines: Line | Map<string, Line>;
}

/** The server's end of one socket. */
export class FeedSession implements RuntimeWebSocket {
  readonly bufferedAmount = 0;
  readonly #options: FeedSessionOptions;
  readonly #subs = new Map<string, Sub>();
  #state: "open" | "closing" | "closed" = "open";
  /** Resolves when all commands so far have been answered. */
  #commands: Promise<void> = Promise.resolve();

  constructor(options: FeedSessionOptions) {
    this.#options = options;
  }

  send(text: string): void {
    // One after the other; no answer is there before its command is sent.
    this.#commands = this.#commands.then(() => this.#receive(text));
  }

  /** Whether its source is there was asked by whoever sees it end: an answer at once is the sign of life. */
  ping(): void {
    queueMicrotask(() => this.#options.handlers.onPong?.());
  }

  close(code: number = closeCodes.normal, reason = ""): void {
    if (this.#state !== "open") return;
    this.#release();
    queueMicrotask(() => this.#end(code, reason));
  }

  terminate(): void {
    this.cut("");
  }

  /** There may be less than there was: subscriptions to what is gone end, and are refused by name when they are made anew. */
  changed(): void {
    const { source } = this.#options;
    for (const sub of [...this.#subs.values()]) {
      const names = sub.lines instanceof Map ? [...sub.lines.keys()] : [];
      const isGone = source.refusal(sub.channel) !== undefined ||
        names.some((name) => source.refusal(sub.channel, name) !== undefined);
      if (isGone) sub.ended();
    }
  }

  /** Breaks it, as a connection breaks. */
  cut(reason: string): void {
    this.#release();
    this.#end(closeCodes.abnormal, reason);
  }

  #end(code: number, reason: string): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#options.handlers.onClose({ code, reason });
  }

  #release(): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    for (const sub of this.#subs.values()) closeLines(sub, false);
    this.#subs.clear();
  }

  #write(text: string): void {
    if (this.#state === "open") this.#options.handlers.onMessage(text);
  }

  #answer(id: unknown, frame: object): void {
    // An id of 0 counts as none.
    this.#write(JSON.stringify(Number.isInteger(id) && id !== 0 ? { id, ...frame } : frame));
  }

  async #receive(text: string): Promise<void> {
    if (this.#state !== "open") return;
    let id: unknown;
    try {
      const command = readCommand(text);
      id = command.id;
      await this.#obey(id, command.cmd, command.params);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.#answer(id, { type: "error", msg: { code: error.code, msg: error.message } });
    }
  }

  async #obey(id: unknown, cmd: unknown, params: unknown): Promise<void> {
    if (cmd === "list_subscriptions") {
      const msg = [...this.#subs.values()].map(({ channel, sid }) => ({ channel, sid }));
      return this.#answer(id, { type: "ok", msg });
    }
    if (cmd !== "subscribe" && cmd !== "unsubscribe" && cmd !== "update_subscription") {
      throw new CommandError(errorCodes.unknownCommand);
    }
    if (!isRecord(params)) throw new CommandError(errorCodes.paramsRequired);
    if (cmd === "subscribe") await this.#subscribe(id, params);
    else if (cmd === "unsubscribe") this.#unsubscribe(id, params);
    else await this.#update(id, params);
  }

  async #subscribe(id: unknown, params: CommandParams): Promise<void> {
    const { product } = this.#options;
    const channels = readTexts(params.channels) ?? [];
    if (channels.length === 0) throw new CommandError(errorCodes.channelsRequired);
    const wanted: { readonly channel: string; readonly names: readonly string[] | undefined }[] = [];
    for (const channel of channels) {
      await this.#assertHad(channel, []);
      assertOptions(product, channel, params);
      wanted.push({ channel, names: pickedNames(product, channel, params) });
    }
    for (const { channel, names } of wanted) await this.#assertHad(channel, names ?? []);
    for (const { channel, names } of wanted) {
      const present = this.#subs.get(channel);
      if (present === undefined) await this.#begin(id, channel, names, params);
      else {
        this.#ok(id, present);
        this.#add(present, names, params);
      }
    }
  }

  async #begin(
    id: unknown,
    channel: string,
    names: readonly string[] | undefined,
    params: CommandParams,
  ): Promise<void> {
    const sub = this.#make(channel, names === undefined, params);
    this.#subs.set(channel, sub);
    this.#add(sub, names, params);
    try {
      await this.#options.source.started(channel);
    } catch (error) {
      if (this.#subs.get(channel) !== sub) return;
      this.#subs.delete(channel);
      closeLines(sub, true);
      const why = error instanceof Error ? error.message : String(error);
      const isForbidden = /permission/i.test(why);
      throw new CommandError(
        isForbidden ? errorCodes.authenticationRequired : errorCodes.channelError,
        `NATS does not let "${channel}" be read: ${why}`,
      );
    }
    const { held, sid } = sub;
    if (this.#subs.get(channel) !== sub && this.#state !== "open") return;
    this.#answer(id, { type: "subscribed", msg: { channel, sid } });
    sub.held = undefined;
    for (const deliver of held ?? []) deliver();
  }

  #unsubscribe(id: unknown, { sids }: CommandParams): void {
    if (!Array.isArray(sids) || sids.length === 0) {
      throw new CommandError(errorCodes.subscriptionIdsRequired);
    }
    for (const sub of new Set(sids.map((sid) => this.#bySid(sid)))) {
      this.#subs.delete(sub.channel);
      closeLines(sub, true);
      this.#answer(id, { type: "unsubscribed", sid: sub.sid, seq: ++sub.seq });
    }
  }

  async #update(id: unknown, params: CommandParams): Promise<void> {
    const { sid, sids = sid === undefined ? [] : [sid], action } = params;
    if (!Array.isArray(sids) || sids.length !== 1) {
      throw new CommandError(errorCodes.exactlyOneSubscriptionIdIsRequired);
    }
    const sub = this.#bySid(sids[0]);
    if (action === undefined) throw new CommandError(errorCodes.actionRequired);
    const { books } = this.#options.product;
    if (action === books.snapshotAction && sub.channel === books.decoder.channel) {
      return this.#snapshots(id, sub, readTexts(params[books.param]) ?? []);
    }
    const { pick, param } = sub;
    if (pick === undefined || param === undefined) throw new CommandError(errorCodes.unsupportedAction);
    const adds = action === pick.actions.add;
    if (!adds && action !== pick.actions.remove) throw new CommandError(errorCodes.unsupportedAction);
    const names = pickedNames(this.#options.product, sub.channel, params);
    if (names?.length === 0) throw new CommandError(errorCodes.marketTickerRequired);
    if (adds) {
      await this.#assertHad(sub.channel, names ?? []);
      // It may have ended meanwhile.
      if (this.#subs.get(sub.channel) !== sub) throw new CommandError(errorCodes.unknownSubscriptionId);
      this.#ok(id, sub);
      return this.#add(sub, names, params);
    }
    this.#remove(sub, names);
    this.#ok(id, sub);
  }

  #snapshots(id: unknown, { lines }: Sub, names: readonly string[]): void {
    if (names.length === 0) throw new CommandError(errorCodes.marketTickerRequired);
    const asked = Number.isInteger(id) && id !== 0 ? id as number : undefined;
    for (const name of names) if (lines instanceof Map) lines.get(name)?.again(asked);
  }

  /** Refuses what there is not, after another look. */
  async #assertHad(channel: string, names: readonly string[]): Promise<void> {
    if (this.#refusal(channel, names) === undefined) return;
    await this.#options.source.refresh(channel);
    const refusal = this.#refusal(channel, names);
    if (refusal !== undefined) throw new CommandError(refusal.code, refusal.text);
    // Nobody is there any longer who could be answered.
    if (this.#state !== "open") throw new CommandError(errorCodes.channelError);
  }

  #refusal(channel: string, names: readonly string[]): Refusal | undefined {
    const { source } = this.#options;
    const refusal = source.refusal(channel);
    if (refusal !== undefined) return refusal;
    for (const name of names) {
      const refused = source.refusal(channel, name);
      if (refused !== undefined) return refused;
    }
    return undefined;
  }

  /** As Kalshi ends a subscription: unasked. */
  #ended(sub: Sub): void {
    if (this.#subs.get(sub.channel) !== sub) return;
    this.#subs.delete(sub.channel);
    closeLines(sub, false);
    this.#answer(undefined, { type: "unsubscribed", sid: sub.sid, seq: ++sub.seq });
  }

  #bySid(sid: unknown): Sub {
    for (const sub of this.#subs.values()) if (sub.sid === sid) return sub;
    throw new CommandError(errorCodes.unknownSubscriptionId);
  }

  #make(channel: string, isAll: boolean, { skip_ticker_ack }: CommandParams): Sub {
    const { product, nextSid } = this.#options;
    const [param] = channelOf(product, channel).picks;
    const sid = nextSid();
    const sub: Sub = {
      channel,
      sid,
      param,
      pick: param === undefined ? undefined : product.picks[param],
      isQuiet: skip_ticker_ack === true,
      seq: 0,
      held: [],
      lines: isAll ? NOTHING : new Map(),
      frame: (text, asked) => {
        if (sub.held !== undefined) return void sub.held.push(() => sub.frame(text, asked));
        const numbered = numberFrame(text, sid, ++sub.seq);
        this.#write(asked === undefined ? numbered : `{"id":${asked},${numbered.slice(1)}`);
      },
      lost: (missed) => {
        if (sub.held !== undefined) return void sub.held.push(() => sub.lost(missed));
        sub.seq += missed;
      },
      ended: () => {
        if (sub.held === undefined) return this.#ended(sub);
        // It is told after the acknowledgement; nothing more is read.
        closeLines(sub, false);
        sub.held.push(() => this.#ended(sub));
      },
    };
    return sub;
  }

  #add(sub: Sub, names: readonly string[] | undefined, { send_initial_snapshot }: CommandParams): void {
    const { source } = this.#options;
    const fresh = send_initial_snapshot === true;
    if (names === undefined) {
      closeLines(sub, true);
      sub.lines = source.open(sub.channel, undefined, sub, fresh);
      return;
    }
    if (!(sub.lines instanceof Map)) return; // it has everything
    for (const name of new Set(names)) {
      const present = sub.lines.get(name);
      if (present === undefined) sub.lines.set(name, source.open(sub.channel, name, sub, fresh));
      else if (fresh) present.again(undefined);
    }
  }

  #remove(sub: Sub, names: readonly string[] | undefined): void {
    if (names === undefined || !(sub.lines instanceof Map)) {
      closeLines(sub, true);
      sub.lines = new Map();
      return;
    }
    for (const name of names) {
      sub.lines.get(name)?.close(true);
      sub.lines.delete(name);
    }
  }

  #ok(id: unknown, sub: Sub): void {
    const { sid, lines, isQuiet, param } = sub;
    const names = lines instanceof Map ? [...lines.keys()] : [];
    const msg = isQuiet || param !== "market_tickers" ? {} : { market_tickers: names };
    this.#answer(id, { type: "ok", sid, seq: ++sub.seq, msg });
  }
}

/** The line of everything before it is opened. */
const NOTHING: Line = { again() {}, close() {} };

function closeLines({ lines }: Sub, isWish: boolean): void {
  if (!(lines instanceof Map)) return lines.close(isWish);
  for (const line of lines.values()) line.close(isWish);
}
