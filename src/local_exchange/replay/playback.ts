/** Plays a recording from its begin to its end, and lets a bot's own things happen in between. */
import { KalshiAbortError } from "../../base/errors.ts";
import type { Exchange } from "../exchange.ts";
import type { Tape } from "../tape/tape.ts";
import type { TapeReader } from "../tape/frames.ts";
import { worthOf } from "../engine/event_contract.ts";
import { parsePrice } from "../units.ts";
import type { ReplayClock } from "./clock.ts";
import type { Items } from "./items.ts";
import { type ReplayLatency, roundTripOf } from "./latency.ts";
import type { ReplayRunOptions } from "./options.ts";
import { Player } from "./player.ts";
import type { ReplayItem } from "./source.ts";
import { assertHeld } from "./tickers.ts";

/** What is played, on what. */
export interface PlaybackOptions {
  readonly items: Items;
  readonly exchange: Exchange;
  readonly clock: ReplayClock;
  readonly tape: Tape;
  readonly reader: TapeReader;
  /** How often anything was sent to the exchange or by it so far. */
  traffic(): number;
  /** When the bot begins, in Unix milliseconds; with the first change of a book or trade where undefined. */
  readonly fromMs: number | undefined;
  /** Where it ends, in Unix milliseconds. */
  readonly toMs: number | undefined;
  readonly latency: ReplayLatency;
  /** How markets ended, by ticker. */
  readonly results: Readonly<Record<string, string>>;
  /** Markets that were asked for by name. */
  readonly tickers: readonly string[];
}

const PROGRESS_FRAMES = 10_000;

/** The playing of one recording. */
export class Playback {
  readonly #options: PlaybackOptions;
  readonly #player: Player;
  #isClosed = false;

  constructor(options: PlaybackOptions) {
    this.#options = options;
    this.#player = new Player(options);
  }

  /** Frames that were played. */
  get frames(): number {
    return this.#player.frames;
  }

  /** Items that told of frames that are missing. */
  get gaps(): number {
    return this.#player.gaps;
  }

  /** Plays what comes before the bot begins. */
  async begin(): Promise<void> {
    const { items, clock, fromMs } = this.#options;
    const player = this.#player;
    for (let item = await items.peek(); item !== undefined; item = await items.peek()) {
      if (fromMs === undefined ? isMove(item) : item.atMs >= fromMs) break;
      if (player.isBusy(item.atMs)) await player.until(item.atMs);
      player.play(item);
      items.take();
    }
    if (fromMs !== undefined && fromMs > clock.now()) await player.until(fromMs);
  }

  /**
   * Plays on, to `untilMs`; whether the recording, or the time of the replay, is over.
   *
   * @throws {KalshiAbortError} when `signal` aborts, or the replay is closed
   * @throws {KalshiConfigError} at the end, for a market that was asked for and is not in the recording
   */
  async play(
    untilMs: number,
    signal: AbortSignal | undefined,
    onProgress: ReplayRunOptions["onProgress"],
  ): Promise<boolean> {
    const { items, clock, toMs: endMs = Infinity } = this.#options;
    const player = this.#player;
    const isStopped = () => this.#isClosed || signal?.aborted === true;
    // What the bot has begun before the run happens before it.
    await player.until(clock.now(), isStopped);
    const stopMs = Math.min(untilMs, endMs);
    let told = player.frames;
    for (;;) {
      this.#assertGoesOn(signal);
      // This is the loop that counts: it waits where it must, and not for each item.
      const item = items.atHand ?? await items.peek();
      if (item === undefined || item.atMs >= stopMs) break;
      if (player.isBusy(item.atMs)) {
        await player.until(item.atMs, isStopped);
        continue;
      }
      player.play(item);
      items.take();
      if (player.frames - told < PROGRESS_FRAMES) continue;
      told = player.frames;
      onProgress?.({ frames: told, atMs: clock.now() });
      // Whoever wants to abort it gets a turn.
      await player.until(clock.now(), isStopped);
    }
    const next = await items.peek();
    const ended = next === undefined || next.atMs >= endMs;
    const toMs = Math.min(untilMs, ended ? endMs : Infinity);
    if (Number.isFinite(toMs)) await player.until(Math.max(toMs, clock.now()), isStopped);
    this.#assertGoesOn(signal);
    if (ended) await this.#conclude();
    if (this.#isClosed) throw closedError();
    return ended;
  }

  /** Plays no further, and reads nothing more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#options.items.close();
    this.#player.close();
  }

  #assertGoesOn(signal: AbortSignal | undefined): void {
    if (signal?.aborted) throw new KalshiAbortError("The replay was aborted.", { cause: signal.reason });
    if (this.#isClosed) throw closedError();
  }

  /** What is on its way arrives, and what is known of the end of markets is paid out. */
  async #conclude(): Promise<void> {
    const { clock, tape, reader, latency, results, tickers, toMs } = this.#options;
    const isHeld = (ticker: string) => reader.hasHeardOf(ticker);
    assertHeld({ tickers, results }, isHeld, () => reader.heardOf(), toMs);
    const roundTripMs = roundTripOf(latency);
    await this.#player.until(clock.now() + roundTripMs);
    for (const [ticker, result] of Object.entries(results)) {
      const worth = result === "yes" || result === "no" ? worthOf(result) : parsePrice(result);
      if (worth !== undefined) tape.determine(ticker, worth);
    }
    // One that is not determined stays as it is.
    tape.payOut();
    await this.#player.until(clock.now() + roundTripMs);
  }
}

const closedError = () => new KalshiAbortError("The replay was closed.");

/** Whether a market moves in it: before that there are only snapshots, and what markets are. */
function isMove(item: ReplayItem): boolean {
  if (item.kind !== "frame") return false;
  if (item.frame === undefined) return MOVES.some((type) => item.text.includes(`"type":"${type}"`));
  return MOVES.some((type) => type === item.frame?.type);
}

const MOVES = ["orderbook_delta", "trade"] as const;
