/**
 * Subscriptions as Kalshi keeps them: one for each channel of a session, shared by all who read the channel. A
 * lane knows what its readers want and what the server has, and sends the commands that make the two equal:
 * after a subscribe, an add, a remove, and after a reconnect alike.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import { delay } from "../base/waits.ts";
import { KalshiConfigError, type KalshiError, KalshiTimeoutError } from "../base/errors.ts";
import { backoffMs, type BackoffOptions } from "../base/backoff.ts";
import { streamError } from "./error_codes.ts";
import type { StreamProduct } from "./product.ts";
import type { Wish } from "./subscribe_params.ts";
import type { GapMarker } from "./items.ts";
import type { Connection } from "./connection.ts";
import type { Frame } from "./frame.ts";
import { KalshiStreamError } from "./errors.ts";
import { afterFailure } from "./failures.ts";
import type { ChannelReader } from "./channel_reader.ts";
import { Lane, type Loss } from "./lane.ts";
import { isAnswer } from "../books/control.ts";
import { isNumbered, Sequence, type SequencedKind } from "../books/sequence.ts";

/** How the lanes of a stream fare. */
export interface LaneStats {
  duplicates: number;
  gaps: number;
  unknown: number;
}

/** What the lanes are made from. */
export interface LanesOptions {
  readonly product: StreamProduct;
  readonly connection: Connection;
  readonly clock: Clock;
  readonly backoff: BackoffOptions;
  /** Told of frames that no channel is known for. */
  readonly onUnknown: (frame: Frame) => void;
  /** Told of errors that no call waits for. */
  readonly onError: (error: KalshiError) => void;
}

const CONTROL = new Set(["subscribed", "unsubscribed", "ok", "error"]);
const STASH = 1_024;

const sorted = (options: Wish["options"]) => JSON.stringify(options, Object.keys(options).sort());

/** `send_initial_snapshot` belongs to a command, all other options to the subscription. */
function withoutSnapshot({ send_initial_snapshot: _, ...shared }: Wish["options"]): Wish["options"] {
  return shared;
}

/** What a subscription that was there already has is not known: all is added once more, first frames included. */
function renew(lane: Lane, { books }: StreamProduct): void {
  const { server } = lane;
  if (typeof server !== "object") return;
  lane.server = new Map([...server.keys()].map((param) => [param, new Set()]));
  if (lane.channel === books.decoder.channel) {
    for (const [param, keys] of server) lane.again.set(param, new Set(keys));
  }
}

/** All channels of a stream. */
export class Lanes {
  readonly #options: LanesOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #bySid = new Map<number, Lane>();
  readonly #stash: Frame[] = [];
  /** Subscriptions that this connection had: what still comes of them was meant for nobody. */
  readonly #past = new Set<number>();
  #subscribing = 0;
  #closed: KalshiError | undefined;
  /** Ends each pause under way. */
  #pauses = new AbortController();
  /** Counters. */
  readonly stats: LaneStats = { duplicates: 0, gaps: 0, unknown: 0 };

  constructor(options: LanesOptions) {
    this.#options = options;
  }

  /**
   * Adds a consumer, and resolves when the server has what it wants.
   *
   * @throws {KalshiConfigError} when its options differ from those that the channel has on this stream
   */
  join(channel: string, consumer: ChannelReader, options: Wish["options"] = {}): Promise<void> {
    let lane = this.#lanes.get(channel);
    if (lane === undefined) this.#lanes.set(channel, lane = new Lane(this.#options.product, channel));
    const fresh = options.send_initial_snapshot;
    const shared = withoutSnapshot(options);
    const present = withoutSnapshot(lane.options);
    const differs = sorted(shared) !== sorted(present);
    if (differs && lane.consumers.size > 0) {
      throw new KalshiConfigError(
        `"${channel}" is subscribed to with ${sorted(present)}, and Kalshi keeps one subscription for each ` +
          "channel of a session. Use another stream for other options.",
      );
    }
    if (fresh && lane.server === "all") {
      throw new KalshiConfigError(
        `"${channel}" is subscribed to for all markets, where Kalshi sends no snapshots. Use another stream.`,
      );
    }
    lane.outdated ||= differs && lane.sid !== undefined;
    lane.options = fresh || lane.consumers.size > 0 && lane.options.send_initial_snapshot
      ? { ...shared, send_initial_snapshot: true }
      : shared;
    lane.consumers.add(consumer);
    return this.#changed(lane, consumer, consumer.keys, Boolean(fresh));
  }

  /** Resolves when the server has these keys, which the consumer's `keys` were given before. */
  added(channel: string, consumer: ChannelReader, keys: ReadonlySet<string>): Promise<void> {
    const lane = this.#lanes.get(channel);
    if (lane === undefined || !lane.consumers.has(consumer)) return Promise.resolve();
    return this.#changed(lane, consumer, keys, Boolean(lane.options.send_initial_snapshot));
  }

  /** Resolves when the server no longer sends what the consumer's `keys` no longer have. */
  removed(channel: string): Promise<void> {
    const lane = this.#lanes.get(channel);
    return lane === undefined ? Promise.resolve() : this.#changed(lane);
  }

  /** Takes a consumer out; resolves when the server knows. */
  leave(channel: string, consumer: ChannelReader): Promise<void> {
    const lane = this.#lanes.get(channel);
    if (lane === undefined || !lane.consumers.delete(consumer)) return Promise.resolve();
    return this.#changed(lane);
  }

  /** Whether the server has acknowledged this market of a channel, and was not told to drop it since. */
  has(channel: string, ticker: string): boolean {
    const { server, attempt, param = "" } = this.#lanes.get(channel) ?? {};
    const isGoing = attempt?.adds === false && (attempt.keys.length === 0 || attempt.keys.includes(ticker));
    return !isGoing && typeof server === "object" && server.get(param)?.has(ticker) === true;
  }

  /** The subscription id of a channel, while there is one. */
  sid(channel: string): number | undefined {
    return this.#lanes.get(channel)?.sid;
  }

  /** Sends an action of `update_subscription`; rejects when there is no subscription. */
  async update(
    channel: string,
    action: string,
    params: Readonly<Record<string, unknown>>,
    timeoutMs?: number,
  ): Promise<Frame> {
    const lane = this.#lanes.get(channel);
    const sid = lane?.sid;
    try {
      return await this.#send(channel, sid, action, params, timeoutMs);
    } catch (error) {
      const { errorCode } = error as Partial<KalshiStreamError>;
      if (
        errorCode === this.#options.product.errors.unknownSubscription && lane !== undefined &&
        sid !== undefined &&
        lane.sid === sid
      ) {
        this.#ended(lane);
      }
      throw error;
    }
  }

  /**
   * Asks for snapshots of what the server has: by the product's action, or by adding it anew.
   *
   * @throws {KalshiStreamError} when Kalshi refuses it
   */
  async askSnapshots(
    channel: string,
    param: string,
    names: readonly string[],
    timeoutMs?: number,
  ): Promise<void> {
    const { snapshotAction } = this.#options.product.books;
    if (snapshotAction !== undefined) {
      await this.update(channel, snapshotAction, { [param]: names }, timeoutMs);
      return;
    }
    const lane = this.#lanes.get(channel);
    const there = names.filter((name) => this.has(channel, name));
    if (lane === undefined || there.length === 0) return;
    lane.again.set(param, new Set([...lane.again.get(param) ?? [], ...there]));
    void this.#run(lane);
  }

  #send(
    channel: string,
    sid: number | undefined,
    action: string | undefined,
    params: Readonly<Record<string, unknown>>,
    timeoutMs?: number,
    isLast?: () => boolean,
  ): Promise<Frame> {
    const { product, connection } = this.#options;
    if (sid === undefined) {
      return Promise.reject(new KalshiStreamError(product.errors.unknownSubscription, "", channel));
    }
    return connection.command("update_subscription", { sids: [sid], action, ...params }, {
      channel,
      timeoutMs,
      isLast,
    });
  }

  /** Ends all consumers, and all who wait for the server: `closed` is told to these, and to whoever comes later. */
  close(error: KalshiError | undefined, closed: KalshiError): void {
    this.#closed = closed;
    for (const lane of this.#lanes.values()) {
      for (const consumer of lane.consumers) consumer.end(error);
      lane.consumers.clear();
      this.#release(lane, closed);
    }
    this.#pauses.abort();
    this.#pauses = new AbortController();
  }

  /** Whoever waits for the server waits in vain. */
  #release(lane: Lane, closed: KalshiError): void {
    for (const { reject } of lane.waiters.splice(0)) reject(closed);
  }

  // --- the connection

  /** The connection is up: restores all subscriptions in as few commands as possible. */
  up(): void {
    const groups = new Map<string, Lane[]>();
    for (const lane of this.#lanes.values()) {
      const scope = lane.wants();
      if (lane.running) continue;
      if (scope === undefined) {
        void this.#run(lane); // somebody may wait to hear that there is nothing to do
        continue;
      }
      const params = JSON.stringify(
        lane.params(lane.begins()),
        (_, value) => Array.isArray(value) ? value.sort() : value,
      );
      const group = groups.get(params);
      if (group === undefined) groups.set(params, [lane]);
      else group.push(lane);
    }
    for (const group of groups.values()) void this.#restore(group);
  }

  /** The connection is down: no sid holds any longer. */
  down(): void {
    this.#stash.length = 0;
    for (const lane of this.#lanes.values()) {
      this.#unplug(lane, "reconnected", this.#options.connection.heardAt);
    }
    this.#past.clear();
  }

  /** Kalshi has these sids and no others. */
  listed(sids: ReadonlySet<unknown>): void {
    for (const [sid, lane] of this.#bySid) {
      if (sids.has(sid)) lane.provenAtMs = this.#options.connection.heardAt;
      else if (!lane.running) this.#ended(lane, lane.provenAtMs);
    }
    for (const sid of sids) {
      if (typeof sid === "number" && !this.#bySid.has(sid) && this.#subscribing === 0) this.#giveBack(sid);
    }
  }

  /** Something arrived that could not be read: nobody knows what it was. `fromMs`: when the one before it came. */
  unreadable(fromMs: number): void {
    for (const lane of this.#lanes.values()) {
      if (lane.sid !== undefined) this.#gap(lane, undefined, "unreadable", lane.sequence.last ?? 0, fromMs);
    }
  }

  /** Takes the next frame. */
  receive(frame: Frame): void {
    const { type, msg } = frame;
    const sid = frame.sid ?? undefined;
    if (type === "subscribed" && typeof msg.sid === "number") return this.#subscribed(frame);
    const lane = sid === undefined ? undefined : this.#bySid.get(sid);
    if (lane === undefined) {
      if (CONTROL.has(type)) {
        // Whose subscription has ended is not said.
        if (type === "error" && !frame.id && this.#isEnding(frame)) this.#options.connection.list();
      } else if (sid !== undefined && this.#subscribing > 0 && this.#stash.length < STASH) {
        this.#stash.push(frame);
      } else this.#stray(frame);
      return;
    }
    const { product } = this.#options;
    const { types } = lane.facts;
    const isUpdate = types === undefined ? !CONTROL.has(type) : types.includes(type);
    if (isNumbered(frame.seq)) {
      const kind = !isUpdate ? "control" : type === product.books.snapshotType ? "snapshot" : "update";
      const isGood = this.#inOrder(lane, frame.seq, kind, isUpdate ? msg : { id: frame.id, msg });
      lane.heardAtMs = this.#options.connection.heardAt;
      if (!isGood) return;
    }
    if (isUpdate) {
      for (const consumer of lane.consumers) {
        const { keys, picks, param } = consumer;
        if (keys === undefined || picks || lane.names(param, msg, keys)) {
          consumer.deliver(frame);
        }
      }
    } else if (!CONTROL.has(type)) {
      this.#unknown(frame);
      this.#strange(frame, lane);
    } else if (!frame.id) {
      // Unasked for: Kalshi may have ended the subscription.
      if (type === "unsubscribed" || type === "error" && this.#isEnding(frame, lane.channel)) {
        this.#ended(lane);
      } else if (!isAnswer(type, frame.id, msg)) this.#strange(frame, lane);
    }
  }

  /** A frame of a subscription that there is not. */
  #stray(frame: Frame): void {
    const { type, sid } = frame;
    if (!sid || !this.#options.product.messageTypes.has(type)) this.#unknown(frame);
    if (!sid || !this.#past.has(sid)) this.#strange(frame);
  }

  /** Tells those of its subscription and of its type that a frame came which nobody knows. */
  #strange({ type }: Frame, own?: Lane): void {
    for (const lane of this.#bySid.values()) {
      if (lane !== own && !lane.facts.types?.includes(type)) continue;
      for (const consumer of lane.consumers) consumer.strange?.("unknown-frame", lane.sequence.last ?? 0);
    }
  }

  /** Tells an error that no command waits for; true when a subscription has ended with it. */
  #isEnding(frame: Frame, channel?: string): boolean {
    const { product: { errors }, onError } = this.#options;
    onError(streamError(frame, errors, channel));
    return errors.ending.has(frame.msg.code);
  }

  #unknown(frame: Frame): void {
    this.stats.unknown++;
    this.#options.onUnknown(frame);
  }

  #inOrder(lane: Lane, seq: number, kind: SequencedKind, content: unknown): boolean {
    const { sequence } = lane;
    switch (sequence.check(seq, kind, content)) {
      case "gap":
        this.#gap(lane, sequence.missed, "sequence", kind === "control" ? seq : seq - 1);
        return true;
      case "late":
        // Numbers were not what they seemed: what came since then is not taken for more.
        for (const consumer of lane.consumers) consumer.strange?.("gap", sequence.last ?? 0);
        return true;
      case "reset":
        for (const consumer of lane.consumers) consumer.interrupted?.();
        this.#gap(lane, undefined, "sequence", seq - 1);
        return true;
      case "suspect":
        this.#gap(lane, undefined, "sequence", sequence.last ?? 0);
        return false;
      case "duplicate":
        this.stats.duplicates++;
        return false;
      default:
        return true;
    }
  }

  #gap(
    lane: Lane,
    missed: number | undefined,
    reason: GapMarker["reason"],
    needed: number,
    missedFromMs = lane.heardAtMs,
  ): void {
    this.stats.gaps++;
    const missedToMs = this.#options.connection.heardAt;
    for (const consumer of lane.consumers) {
      consumer.mark({ type: "gap", missed, reason, missedFromMs, missedToMs }, needed);
    }
  }

  #subscribed(frame: Frame): void {
    const { channel, sid } = frame.msg;
    if (typeof sid !== "number" || typeof channel !== "string") return;
    const lane = this.#lanes.get(channel);
    if (lane === undefined) this.#giveBack(sid);
    else this.#plug(lane, sid);
  }

  /** Nobody here knows of this subscription. */
  #giveBack(sid: number): void {
    this.#past.add(sid);
    this.#options.connection.command("unsubscribe", { sids: [sid] }).catch(() => {});
  }

  #plug(lane: Lane, sid: number): void {
    if (lane.sid === sid) return;
    if (lane.sid !== undefined) this.#retire(lane.sid);
    lane.sid = sid;
    lane.sequence = new Sequence();
    lane.server = lane.asked;
    this.#bySid.set(sid, lane);
    this.#past.delete(sid);
    lane.provenAtMs = lane.heardAtMs = this.#options.connection.heardAt;
    this.#tellLoss(lane);
    for (const frame of this.#stash.filter((stashed) => stashed.sid === sid)) this.receive(frame);
  }

  #retire(sid: number): void {
    this.#bySid.delete(sid);
    this.#past.add(sid);
  }

  #tellLoss(lane: Lane): void {
    const { loss } = lane;
    if (loss === undefined) return;
    lane.loss = undefined;
    const { reason, fromMs: missedFromMs, consumers } = loss;
    const missedToMs = this.#options.clock.now();
    for (const consumer of lane.consumers) {
      if (!consumers.has(consumer)) continue;
      if (reason === "reconnected") consumer.mark({ type: reason, missedFromMs, missedToMs });
      else consumer.mark({ type: "gap", missed: undefined, reason, missedFromMs, missedToMs }, 0);
    }
  }

  /** The subscription is gone. What that may have cost is told when it stands again. */
  #unplug(lane: Lane, reason: Loss["reason"], fromMs: number): void {
    const { sid, loss, consumers } = lane;
    if (sid !== undefined) this.#retire(sid);
    lane.sid = lane.server = lane.asked = undefined;
    lane.again.clear();
    if (loss !== undefined && reason === "reconnected") lane.loss = { ...loss, reason };
    if (sid === undefined) return;
    if (consumers.size > 0) {
      lane.loss ??= { reason, fromMs, consumers: new Set(consumers) };
      if (reason === "ended") this.stats.gaps++;
    }
    for (const consumer of consumers) consumer.interrupted?.();
  }

  /** Kalshi ended the subscription: it is made anew. */
  #ended(lane: Lane, fromMs = this.#options.connection.heardAt): void {
    this.#unplug(lane, "ended", fromMs);
    void this.#run(lane, true);
  }

  // --- making the server's side equal to ours

  #changed(lane: Lane, consumer?: ChannelReader, keys?: ReadonlySet<string>, fresh = false): Promise<void> {
    const { channel, attempt } = lane;
    if (keys !== undefined && (fresh || channel === this.#options.product.books.decoder.channel)) {
      const param = consumer?.param ?? lane.param ?? "";
      const server = typeof lane.server === "object" ? lane.server.get(param) : undefined;
      const coming = attempt?.adds && attempt.param === param ? attempt.keys : [];
      // Their first frames may have come and gone.
      const there = [...keys].filter((key) => server?.has(key) || coming.includes(key));
      if (there.length > 0) lane.again.set(param, new Set([...lane.again.get(param) ?? [], ...there]));
    }
    const isLeaving = consumer === undefined;
    if (isLeaving && !this.#options.connection.isOpen) return Promise.resolve();
    if (this.#closed !== undefined) {
      if (consumer !== undefined) lane.consumers.delete(consumer);
      return Promise.reject(this.#closed);
    }
    return new Promise((resolve, reject) => {
      // Somebody who leaves does not care what else fails.
      lane.waiters.push({ consumer, keys, resolve, reject: isLeaving ? () => resolve() : reject });
      void this.#run(lane);
    });
  }

  async #restore(group: Lane[]): Promise<void> {
    for (const lane of group) lane.running = true;
    if (group.length > 1) {
      // Where one is refused, each is tried alone below.
      await this.#subscribe(group).catch(() => {});
    }
    for (const lane of group) {
      lane.running = false;
      void this.#run(lane);
    }
  }

  /** Sends commands until nothing is left to do; one such loop for each lane. */
  async #run(lane: Lane, pause = false): Promise<void> {
    if (lane.running) return;
    lane.running = true;
    const { connection } = this.#options;
    try {
      await undefined; // so that changes made in one go are sent in one command
      while (connection.isOpen) {
        if (pause) await this.#pause(lane.tries++);
        pause = false;
        const waiters = lane.waiters.splice(0);
        try {
          if (await this.#step(lane)) {
            lane.tries = 0;
            lane.most = Infinity;
            for (const { resolve } of waiters.splice(0)) resolve();
            for (const consumer of lane.consumers) consumer.synced?.();
            if (lane.waiters.length === 0) return;
          }
        } catch (error) {
          lane.waiters.unshift(...waiters.splice(0));
          if (!connection.isOpen) return;
          pause = afterFailure(lane, error as KalshiError, {
            rules: this.#options.product.errors,
            ended: (lastKnownMs) => this.#unplug(lane, "ended", lastKnownMs),
            onError: this.#options.onError,
          });
        }
        lane.waiters.unshift(...waiters);
      }
    } finally {
      lane.running = false;
      if (this.#closed !== undefined) this.#release(lane, this.#closed);
      else if (connection.isOpen && lane.waiters.length > 0) void this.#run(lane);
    }
  }

  async #pause(attempt: number): Promise<void> {
    const { clock, backoff } = this.#options;
    await delay(clock, backoffMs(attempt, backoff, undefined, Math.random), this.#pauses.signal);
  }

  /** Sends at most one command; true when the server has what is wanted. */
  async #step(lane: Lane): Promise<boolean> {
    const { channel, sid } = lane;
    const { connection, product: { books } } = this.#options;
    const wanted = lane.wants();
    if (sid === undefined) {
      if (wanted === undefined) return true;
      await this.#subscribe([lane]);
      if (lane.sid !== undefined) return false;
      throw new KalshiTimeoutError(`Kalshi acknowledged "${channel}" without a subscription id.`);
    }
    const { server } = lane;
    const all = lane.rule()?.all;
    const key = lane.param ?? "";
    const renewed = lane.outdated || wanted === "all" && server !== "all" && all === undefined;
    if (wanted === undefined || renewed) {
      lane.attempt = { adds: false, param: key, keys: [] };
      await connection.command("unsubscribe", { sids: [sid] }, { channel });
      lane.attempt = undefined;
      if (lane.sid !== sid) return false;
      // What comes between the two commands is missing for those who are there already.
      this.#unplug(lane, "ended", connection.heardAt);
      return false;
    }
    if (server === "all" || server === undefined) return true;
    if (wanted === "all") {
      await this.#update(lane, true, key, [all ?? ""]);
      lane.server = "all";
      return false;
    }
    for (const param of new Set([...wanted.keys(), ...server.keys()])) {
      const want = wanted.get(param) ?? new Set<string>();
      let have = server.get(param);
      if (have === undefined) server.set(param, have = new Set());
      const missing = [...want].filter((name) => !have.has(name)).slice(0, lane.most);
      if (missing.length > 0) {
        await this.#update(lane, true, param, missing, have);
        return false;
      }
      const surplus = [...have].filter((name) => !want.has(name));
      if (surplus.length > 0) {
        await this.#update(lane, false, param, surplus, have);
        return false;
      }
    }
    for (const [param, keys] of lane.again) {
      lane.again.delete(param);
      if (channel !== books.decoder.channel) await this.#update(lane, true, param, [...keys]);
      else if (books.snapshotAction === undefined) {
        // What is added anew begins with a snapshot.
        await this.#update(lane, false, param, [...keys], server.get(param));
      } else {
        // Whether it is answered beside the snapshots is not documented.
        this.askSnapshots(channel, param, [...keys]).catch(() => {});
      }
      return false;
    }
    return true;
  }

  #update(
    lane: Lane,
    adds: boolean,
    param: string,
    keys: readonly string[],
    have?: Set<string>,
  ): Promise<Frame> {
    const { send_initial_snapshot } = lane.options;
    const fresh = send_initial_snapshot && adds ? { send_initial_snapshot } : undefined;
    lane.attempt = { adds, param, keys };
    const params = { [param]: keys, ...fresh };
    const actions = lane.rule(param)?.actions;
    const action = adds ? actions?.add : actions?.remove;
    return this.#send(lane.channel, lane.sid, action, params, undefined, () => {
      // In the moment of the answer: the next frame may belong to it.
      lane.attempt = undefined;
      for (const key of keys) have?.[adds ? "add" : "delete"](key);
      return true;
    });
  }

  async #subscribe(lanes: readonly Lane[]): Promise<void> {
    const { connection } = this.#options;
    const [first] = lanes;
    if (first === undefined) return;
    for (const lane of lanes) {
      const asked = lane.asked = lane.begins();
      const [[param, keys] = [lane.param ?? "", new Set<string>()]] = typeof asked === "object" ? asked : [];
      lane.attempt = { adds: true, param, keys: [...keys] };
      lane.outdated = false;
    }
    const params = first.params(first.asked);
    const channels = lanes.map(({ channel }) => channel);
    let answers = 0;
    this.#subscribing++;
    try {
      const answer = await connection.command("subscribe", { channels, ...params }, {
        channel: channels.join(", "),
        isLast: () => ++answers === channels.length,
      });
      // A channel that Kalshi still has from before answers with `ok`.
      if (lanes.some(({ sid }) => sid === undefined)) await this.#adopt(lanes, answer);
      for (const lane of lanes) lane.attempt = undefined;
    } catch (error) {
      if (
        (error as Partial<KalshiStreamError>).errorCode !== this.#options.product.errors.alreadySubscribed
      ) throw error;
      await this.#adopt(lanes);
      for (const lane of lanes) {
        lane.attempt = undefined;
        if (lane.sid !== undefined) renew(lane, this.#options.product);
      }
    } finally {
      if (--this.#subscribing === 0) {
        for (const frame of this.#stash.splice(0)) {
          if (frame.sid && !this.#bySid.has(frame.sid)) this.#stray(frame);
        }
      }
    }
  }

  /** Finds the sids of channels that Kalshi had already. */
  async #adopt(lanes: readonly Lane[], { sid }: Partial<Frame> = {}): Promise<void> {
    const [only] = lanes;
    if (lanes.length === 1 && only !== undefined && sid) return this.#plug(only, sid);
    const { msg } = await this.#options.connection.command("list_subscriptions");
    if (!Array.isArray(msg)) return;
    for (const lane of lanes) {
      const found = msg.find((entry) => entry?.channel === lane.channel);
      if (lane.sid === undefined && typeof found?.sid === "number") this.#plug(lane, found.sid);
    }
  }
}
