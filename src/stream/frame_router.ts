/**
 * Each frame to the readers of its subscription, once its number was checked.
 *
 * @module
 */

import type { KalshiError } from "../base/errors.ts";
import { isAnswer } from "../books/control.ts";
import { isNumbered, type SequencedKind } from "../books/sequence.ts";
import type { DeltaScanner, ScannedDelta } from "../books/updates.ts";
import type { Connection } from "./connection.ts";
import { streamError } from "./error_codes.ts";
import type { Frame } from "./frame.ts";
import type { GapMarker } from "./items.ts";
import type { StreamProduct } from "./product.ts";
import type { Loss, SharedSubscription, Standing } from "./shared_subscription.ts";

/** How the frames of a stream fare. */
export interface FrameStats {
  duplicates: number;
  gaps: number;
  unknown: number;
}

/** What frames are routed with. */
export interface FrameRouterOptions {
  readonly product: StreamProduct;
  readonly connection: Connection;
  /** Time in Unix milliseconds. */
  readonly now: () => number;
  /** The subscription to a channel, where somebody here wants it. */
  readonly find: (channel: string) => SharedSubscription | undefined;
  /** Kalshi has ended a subscription that it said nothing else of. */
  readonly onEnded: (shared: SharedSubscription) => void;
  /** Told of frames that no channel is known for. */
  readonly onUnknown: (frame: Frame) => void;
  /** Told of errors that no call waits for. */
  readonly onError: (error: KalshiError) => void;
}

const CONTROL = new Set(["subscribed", "unsubscribed", "ok", "error"]);
/** How many frames wait for the acknowledgement that says whose they are. */
const HELD = 1_024;

/** Knows which subscription an id is of. */
export class FrameRouter {
  readonly #options: FrameRouterOptions;
  readonly #scanner: DeltaScanner | undefined;
  readonly #bySid = new Map<number, SharedSubscription>();
  /** Subscriptions that this connection had: what still comes of them was meant for nobody. */
  readonly #past = new Set<number>();
  /** Frames of ids that are not known yet, while anything is being subscribed to. */
  readonly #held: Frame[] = [];
  #subscribing = 0;
  /** Counters. */
  readonly stats: FrameStats = { duplicates: 0, gaps: 0, unknown: 0 };

  constructor(options: FrameRouterOptions) {
    this.#options = options;
    this.#scanner = options.product.books.decoder.scanner?.();
  }

  /** While `work` subscribes, frames of ids that are not known are held back: their acknowledgement may come. */
  async whileSubscribing(work: () => Promise<void>): Promise<void> {
    this.#subscribing++;
    try {
      await work();
    } finally {
      if (--this.#subscribing === 0) {
        for (const frame of this.#held.splice(0)) {
          if (frame.sid && !this.#bySid.has(frame.sid)) this.#stray(frame);
        }
      }
    }
  }

  /** A subscription stands under this id. */
  stands(shared: SharedSubscription, sid: number): void {
    if (shared.sid === sid) return;
    if (shared.sid !== undefined) this.#retire(shared.sid);
    const loss = shared.server.state === "absent" ? shared.server.loss : undefined;
    shared.stand(sid, this.#options.connection.heardAt);
    this.#bySid.set(sid, shared);
    this.#past.delete(sid);
    if (loss !== undefined) this.#tellLoss(shared, loss);
    for (const frame of this.#held.filter((held) => held.sid === sid)) this.receive(frame);
  }

  /** A subscription is gone. */
  gone(shared: SharedSubscription, reason: Loss["reason"], fromMs: number): void {
    const { sid, readers } = shared;
    if (sid !== undefined) this.#retire(sid);
    if (sid !== undefined && reason === "ended" && readers.size > 0) this.stats.gaps++;
    shared.fall(reason, fromMs);
  }

  /** The connection is gone: no id holds any longer. The subscriptions are told before. */
  down(): void {
    this.#held.length = 0;
    this.#past.clear();
  }

  /** Kalshi has these ids and no others. */
  listed(sids: ReadonlySet<unknown>): readonly SharedSubscription[] {
    const missing: SharedSubscription[] = [];
    for (const [sid, shared] of this.#bySid) {
      const { server, work } = shared;
      if (server.state === "absent") continue;
      if (sids.has(sid)) server.provenAtMs = this.#options.connection.heardAt;
      else if (work.state === "idle") missing.push(shared);
    }
    for (const sid of sids) {
      if (typeof sid === "number" && !this.#bySid.has(sid) && this.#subscribing === 0) this.#giveBack(sid);
    }
    return missing;
  }

  /** Something arrived that could not be read: nobody knows what it was. `fromMs`: when the one before it came. */
  unreadable(fromMs: number): void {
    for (const shared of this.#bySid.values()) {
      const { server } = shared;
      if (server.state === "absent") continue;
      this.#gap(shared, undefined, "unreadable", server.sequence.last ?? 0, fromMs);
    }
  }

  /**
   * The change of a book that the bytes of a frame hold; undefined when it has to be parsed: it is no change of a book as
   * Kalshi spells it, or somebody reads the frames themselves.
   */
  scan(bytes: Uint8Array): ScannedDelta | undefined {
    const scanned = this.#scanner?.(bytes);
    const shared = scanned && this.#bySid.get(scanned.sid);
    if (shared === undefined || shared.channel !== this.#options.product.books.decoder.channel) {
      return undefined;
    }
    if (shared.server.state === "absent") return undefined;
    for (const { update } of shared.readers) if (update === undefined) return undefined;
    return scanned;
  }

  /** Takes the next frame, which `scan` has read. */
  receiveScanned({ sid, update }: ScannedDelta, bytes: Uint8Array): void {
    const shared = this.#bySid.get(sid);
    if (shared === undefined || shared.server.state === "absent") return;
    const { server, readers } = shared;
    const isGood = this.#inOrder(shared, server, update.seq as number, "update", bytes);
    server.heardAtMs = this.#options.connection.heardAt;
    if (isGood) { for (const reader of readers) reader.update?.(update); }
  }

  /** Takes the next frame. */
  receive(frame: Frame): void {
    const { type, msg } = frame;
    const sid = frame.sid ?? undefined;
    if (type === "subscribed" && typeof msg.sid === "number") return this.#subscribed(msg, msg.sid);
    const shared = sid === undefined ? undefined : this.#bySid.get(sid);
    if (shared === undefined || shared.server.state === "absent") return this.#unrouted(frame, sid);
    const { types } = shared.facts;
    const isUpdate = types === undefined ? !CONTROL.has(type) : types.includes(type);
    if (isNumbered(frame.seq)) {
      const { snapshotType } = this.#options.product.books;
      const kind = !isUpdate ? "control" : type === snapshotType ? "snapshot" : "update";
      const content = isUpdate ? msg : { id: frame.id, msg };
      const isGood = this.#inOrder(shared, shared.server, frame.seq, kind, content);
      shared.server.heardAtMs = this.#options.connection.heardAt;
      if (!isGood) return;
    }
    if (isUpdate) this.#deliver(shared, frame);
    else this.#answer(shared, frame);
  }

  #deliver(shared: SharedSubscription, frame: Frame): void {
    for (const reader of shared.readers) {
      const { keys, picks, param } = reader;
      if (keys === undefined || picks || shared.names(param, frame.msg, keys)) reader.deliver(frame);
    }
  }

  /** A frame of a subscription that is none of its channel. */
  #answer(shared: SharedSubscription, frame: Frame): void {
    const { type, id, msg } = frame;
    if (!CONTROL.has(type)) {
      this.#unknown(frame);
      this.#strange(frame, shared);
    } else if (!id) {
      // Unasked for: Kalshi may have ended the subscription.
      if (type === "unsubscribed" || type === "error" && this.#isEnding(frame, shared.channel)) {
        this.#options.onEnded(shared);
      } else if (!isAnswer(type, id, msg)) this.#strange(frame, shared);
    }
  }

  /** A frame whose subscription is not known. */
  #unrouted(frame: Frame, sid: number | undefined): void {
    const { type, id } = frame;
    if (CONTROL.has(type)) {
      // Whose subscription has ended is not said.
      if (type === "error" && !id && this.#isEnding(frame)) this.#options.connection.list();
    } else if (sid !== undefined && this.#subscribing > 0 && this.#held.length < HELD) {
      this.#held.push(frame);
    } else this.#stray(frame);
  }

  /** A frame of a subscription that there is not. */
  #stray(frame: Frame): void {
    const { type, sid } = frame;
    if (!sid || !this.#options.product.messageTypes.has(type)) this.#unknown(frame);
    if (!sid || !this.#past.has(sid)) this.#strange(frame);
  }

  /** Tells those of its subscription and of its type that a frame came which nobody knows. */
  #strange({ type }: Frame, own?: SharedSubscription): void {
    for (const shared of this.#bySid.values()) {
      const { server, facts } = shared;
      if (server.state === "absent" || shared !== own && !facts.types?.includes(type)) continue;
      for (const reader of shared.readers) reader.strange?.("unknown-frame", server.sequence.last ?? 0);
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

  #inOrder(
    shared: SharedSubscription,
    { sequence }: Standing,
    seq: number,
    kind: SequencedKind,
    content: unknown,
  ): boolean {
    const verdict = sequence.check(seq, kind, content);
    if (verdict === "next") return true;
    switch (verdict) {
      case "gap":
        this.#gap(shared, sequence.missed, "sequence", kind === "control" ? seq : seq - 1);
        return true;
      case "late":
        // Numbers were not what they seemed: what came since then is not taken for more.
        for (const reader of shared.readers) reader.strange?.("gap", sequence.last ?? 0);
        return true;
      case "reset":
        for (const reader of shared.readers) reader.interrupted?.();
        this.#gap(shared, undefined, "sequence", seq - 1);
        return true;
      case "suspect":
        this.#gap(shared, undefined, "sequence", sequence.last ?? 0);
        return false;
      case "duplicate":
        this.stats.duplicates++;
        return false;
    }
  }

  #gap(
    shared: SharedSubscription,
    missed: number | undefined,
    reason: GapMarker["reason"],
    needed: number,
    missedFromMs = shared.server.state === "standing" ? shared.server.heardAtMs : 0,
  ): void {
    this.stats.gaps++;
    const missedToMs = this.#options.connection.heardAt;
    for (const reader of shared.readers) {
      reader.mark({ type: "gap", missed, reason, missedFromMs, missedToMs }, needed);
    }
  }

  #subscribed({ channel }: Frame["msg"], sid: number): void {
    if (typeof channel !== "string") return;
    const shared = this.#options.find(channel);
    if (shared === undefined) this.#giveBack(sid);
    else this.stands(shared, sid);
  }

  /** Nobody here knows of this subscription. */
  #giveBack(sid: number): void {
    this.#past.add(sid);
    this.#options.connection.command("unsubscribe", { sids: [sid] }).catch(() => {});
  }

  #retire(sid: number): void {
    this.#bySid.delete(sid);
    this.#past.add(sid);
  }

  #tellLoss(shared: SharedSubscription, { reason, fromMs: missedFromMs, readers }: Loss): void {
    const missedToMs = this.#options.now();
    for (const reader of shared.readers) {
      if (!readers.has(reader)) continue;
      if (reason === "reconnected") reader.mark({ type: reason, missedFromMs, missedToMs });
      else reader.mark({ type: "gap", missed: undefined, reason, missedFromMs, missedToMs }, 0);
    }
  }
}
