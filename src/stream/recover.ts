/**
 * Filling up through REST what a private channel missed, each event delivered once.
 *
 * @module
 */

import type { Clock, ClockTimer } from "../base/clock.ts";
import { KalshiConfigError, type KalshiError, KalshiTimeoutError } from "../base/errors.ts";
import { backoffMs, type BackoffOptions } from "../base/backoff.ts";
import { delay } from "../base/waits.ts";
import { waitFor } from "../base/wait_options.ts";
import type { RecoveryReport, StreamMarker } from "./items.ts";
import type { Frame } from "./frame.ts";
import { KalshiStreamClosedError } from "./errors.ts";
import type { ChannelReader } from "./channel_reader.ts";
import type { ProductLookup } from "./options.ts";
import type { RecoveryPlan } from "./recovery_plans.ts";

/** When something may have been missed, in Unix milliseconds. */
interface Loss {
  readonly fromMs: number;
  readonly toMs: number;
  /** Whether nothing needs to be looked up a second time for it. */
  readonly isLast: boolean;
}

/** Two losses as one. */
function both(one: Loss | undefined, other: Loss): Loss {
  if (one === undefined) return other;
  return {
    fromMs: Math.min(one.fromMs, other.fromMs),
    toMs: Math.max(one.toMs, other.toMs),
    isLast: one.isLast && other.isLast,
  };
}

/** Clocks differ, and the last frames before a loss may not have been the latest. */
const OVERLAP_MS = 15_000;
/** How long live events wait for what was missed before them. */
const HOLD_MS = 5_000;
/** How long one look-up may take. */
const LOOK_MS = 60_000;

/** What a recovery is made with. */
export interface RecoveryOptions {
  readonly plan: RecoveryPlan;
  /** How fresh the look-ups are. */
  readonly lookup: Pick<ProductLookup<unknown, unknown>, "asOfMs" | "lookAgainMs">;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
  readonly backoff: BackoffOptions;
}

/**
 * What stands between a private channel and its queue. A marker waits for the look-up, so that what was missed
 * follows it, and live events wait behind the marker; for `HOLD_MS` at most, as news must not be late because REST is.
 */
export class Recovery implements ChannelReader {
  readonly #inner: ChannelReader;
  readonly #plan: RecoveryPlan;
  readonly #lookup: RecoveryOptions["lookup"];
  readonly #clock: Clock;
  readonly #backoff: BackoffOptions;
  readonly #onError: (error: unknown) => void;
  readonly #stopped = new AbortController();
  #startedMs = 0;
  /** What is to be looked up next. Losses that are noticed meanwhile are looked up in one go. */
  #owed: Loss | undefined;
  #isLooking = false;
  #tries = 0;
  /** Markers that wait for what was missed. */
  #markers: StreamMarker[] = [];
  /** Live events that wait behind them. */
  #held: Frame[] | undefined;
  #holding: ClockTimer | undefined;
  #repeating: ClockTimer | undefined;
  #retrying: ClockTimer | undefined;
  /** What is looked up a second time, and when. */
  #again: { readonly loss: Loss; readonly timer: ClockTimer } | undefined;

  constructor(inner: ChannelReader, { plan, lookup, clock, onError, backoff }: RecoveryOptions) {
    this.#inner = inner;
    this.#plan = plan;
    this.#lookup = lookup;
    this.#clock = clock;
    this.#backoff = backoff;
    this.#onError = onError;
  }

  get param(): ChannelReader["param"] {
    return this.#inner.param;
  }

  get keys(): ChannelReader["keys"] {
    return this.#inner.keys;
  }

  /** Takes note of what was before the subscription, so that it is not taken for missed. */
  async start(everyMs: number | undefined): Promise<void> {
    this.#startedMs = this.#clock.now();
    this.#plan.pick(await this.#plan.fetch(this.#startedMs - OVERLAP_MS), []);
    if (everyMs !== undefined) this.#repeat(everyMs, this.#startedMs);
  }

  deliver(frame: Frame): void {
    if (this.#held !== undefined) this.#held.push(frame);
    else if (this.#plan.isNew(frame.msg)) this.#inner.deliver(frame);
  }

  mark(marker: StreamMarker): void {
    this.#markers.push(marker);
    this.#held ??= [];
    this.#holding ??= this.#clock.setTimer(() => {
      const recoverError = new KalshiTimeoutError(
        `What was missed could not be looked up within ${HOLD_MS} ms. It comes as soon as it can be.`,
      );
      this.#tell({ recoverError });
      this.#release();
    }, HOLD_MS);
    this.#owe({ fromMs: marker.missedFromMs, toMs: marker.missedToMs, isLast: false });
  }

  end(error?: KalshiError): void {
    const recoverError = error ?? new KalshiStreamClosedError("The subscription ended before the look-up.");
    this.#tell({ recoverError });
    this.#release();
    this.#inner.end(error);
  }

  /** Nobody reads any longer. */
  stop(): void {
    this.#stopped.abort();
    for (const timer of [this.#holding, this.#repeating, this.#retrying, this.#again?.timer]) timer?.clear();
  }

  #repeat(everyMs: number, sinceMs: number): void {
    this.#repeating = this.#clock.setTimer(() => {
      const now = this.#clock.now();
      // The next one looks further back than answers lag.
      this.#owe({ fromMs: sinceMs, toMs: now, isLast: true });
      this.#repeat(everyMs, now);
    }, everyMs);
  }

  #owe(loss: Loss): void {
    // What was before the subscription belongs to nobody here.
    this.#owed = both(this.#owed, { ...loss, fromMs: Math.max(loss.fromMs, this.#startedMs) });
    void this.#look();
  }

  /** Has something looked up a second time, where answers may lag behind and do not tell. */
  #lookAgain(loss: Loss): void {
    const { lookAgainMs } = this.#lookup;
    if (lookAgainMs === undefined || loss.isLast) return;
    const timer = this.#again?.timer ?? this.#clock.setTimer(() => {
      const again = this.#again;
      this.#again = undefined;
      if (again !== undefined) this.#owe({ ...again.loss, isLast: true });
    }, lookAgainMs);
    this.#again = { loss: both(this.#again?.loss, loss), timer };
  }

  /** Looks up what is owed until nothing is; what could not be looked up is tried again later. */
  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#retrying?.clear();
    await undefined; // so that losses noticed in one go are one
    for (let owed = this.#owed; owed !== undefined; owed = this.#owed) {
      this.#owed = undefined;
      const waiting = this.#markers.length;
      const { frames, recoverError } = await this.#lookUp(owed);
      if (this.#stopped.signal.aborted) return;
      const { keys } = this.#inner;
      const own = frames.filter(({ msg }) =>
        keys === undefined || keys.has(String(msg.market_ticker ?? msg.ticker))
      );
      const missed = this.#plan.pick(own, this.#held ?? []);
      // Markers of losses that were noticed during the look-up wait for the next one.
      const told = this.#tell({ recovered: missed.length, recoverError }, waiting);
      for (const frame of missed) this.#inner.deliver(frame);
      if (this.#markers.length === 0) this.#release();
      if (recoverError === undefined) {
        this.#tries = 0;
        this.#lookAgain(owed);
        continue;
      }
      if (told === 0) this.#onError(recoverError);
      const isMore = this.#owed !== undefined;
      this.#owe(owed);
      if (isMore) continue;
      const delayMs = backoffMs(this.#tries++, this.#backoff, undefined, Math.random);
      this.#retrying = this.#clock.setTimer(() => void this.#look(), delayMs);
      break;
    }
    this.#isLooking = false;
  }

  async #lookUp({ fromMs, toMs }: Loss): Promise<{ frames: Frame[]; recoverError: unknown }> {
    const { signal } = this.#stopped;
    let isFresh = true;
    const work = (async () => {
      isFresh = await this.#isFresh(toMs);
      return await this.#plan.fetch(fromMs - OVERLAP_MS);
    })();
    try {
      const limits = { signal, timeoutMs: LOOK_MS };
      const frames = await waitFor(work, "Looking up what was missed", limits, this.#clock);
      const recoverError = isFresh ? undefined : new KalshiTimeoutError(
        "Kalshi's answers lag behind what was missed: more of it may come when they have caught up.",
      );
      return { frames, recoverError };
    } catch (recoverError) {
      return { frames: [], recoverError };
    }
  }

  /** Hands on the first `count` markers that wait; returns how many. What was missed follows the last one. */
  #tell({ recovered = 0, recoverError }: RecoveryReport, count = Infinity): number {
    const markers = this.#markers.splice(0, count);
    for (const [index, marker] of markers.entries()) {
      this.#inner.mark({
        ...marker,
        recovered: index === markers.length - 1 ? recovered : 0,
        ...(recoverError !== undefined && { recoverError }),
      });
    }
    return markers.length;
  }

  /** Lets go of what waits behind the markers. */
  #release(): void {
    this.#holding?.clear();
    this.#holding = undefined;
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const frame of held) this.deliver(frame);
  }

  /** Kalshi's portfolio answers may lag behind: waits until they have caught up, for ten seconds at most. */
  async #isFresh(untilMs: number): Promise<boolean> {
    if (this.#lookup.asOfMs === undefined) return true;
    for (let tries = 0; tries < 10; tries++) {
      if (await this.#lookup.asOfMs() >= untilMs) return true;
      if (this.#stopped.signal.aborted) return false;
      await delay(this.#clock, 1_000, this.#stopped.signal);
    }
    return false;
  }
}

/** Reads the `recover` option: where to look, and how often without a reason. */
export function readRecover<Lookup>(
  recover: true | { readonly everyMs: number },
  lookup: Lookup | undefined,
): { readonly lookup: Lookup; readonly everyMs: number | undefined } {
  if (lookup === undefined) {
    throw new KalshiConfigError(
      "`recover` looks up through REST: open the stream with `client.stream()`, or give `lookup`.",
    );
  }
  return { lookup, everyMs: recover === true ? undefined : recover.everyMs };
}
