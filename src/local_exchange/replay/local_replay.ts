/**
 * A recording, replayed: an exchange whose markets are those of the recording, on a clock that it moves.
 *
 * @module
 */
import { KalshiAuth } from "../../auth/kalshi_auth.ts";
import { findKey } from "../../auth/pem.ts";
import { KalshiAbortError, KalshiConfigError } from "../../base/errors.ts";
import { assertValue, having, type Read, readOptions } from "../../base/options.ts";
import type { KalshiConfig } from "../../config/kalshi_config.ts";
import type { Runtime } from "../../runtime/types.ts";
import { createAccount } from "../opening.ts";
import { RunObserver, type RunReport, runReportRules } from "../report/mod.ts";
import { createRandom } from "../random.ts";
import { type Running, startTaped, stop } from "../start.ts";
import { isCrowd } from "../tape/crowd.ts";
import { TapeReader } from "../tape/frames.ts";
import type { QueueModel } from "../tape/queue_models.ts";
import { Tape, type TapeHalt } from "../tape/tape.ts";
import type { LocalAccount, LocalAccountOptions } from "../types.ts";
import { parsePrice } from "../units.ts";
import { worthOf } from "../engine/event_contract.ts";
import { ReplayClock } from "./clock.ts";
import { Latency, type ReplayLatency } from "./latency.ts";
import {
  type LocalReplayOptions,
  localReplayRules,
  type ReplayRunOptions,
  replayRunRules,
} from "./options.ts";
import { Player } from "./player.ts";
import { replayRuntime } from "./runtime.ts";
import { sealer } from "./seal.ts";
import type { RecordingSource, ReplayItem } from "./source.ts";

/** What a run has played. */
export interface ReplaySummary {
  /** Frames that were played. */
  readonly frames: number;
  /** Books that came whole. */
  readonly snapshots: number;
  /** Changes of books. */
  readonly deltas: number;
  /** Recorded trades. */
  readonly trades: number;
  /** Changes and trades of a book that was not known at that time. */
  readonly skipped: number;
  /** Frames of a known kind that could not be read. */
  readonly unreadable: number;
  /** Items of the recording that tell of missing frames. */
  readonly gaps: number;
  /** Times in which a market stood still, since its book was not known. */
  readonly halts: readonly TapeHalt[];
  /** When it began, in Unix milliseconds. */
  readonly fromMs: number;
  /** How far it came, in Unix milliseconds. */
  readonly toMs: number;
  /** What was taken for true of the queue. */
  readonly queue: QueueModel;
}

const PROGRESS_FRAMES = 10_000;

const recordingRule = having<RecordingSource>("a Recording of `openRecording`, or an object", "read");

/** Where a replay is. */
type State =
  | { readonly kind: "ready" | "running" }
  /** The recording has ended, or the time that was told. */
  | { readonly kind: "over" }
  | { readonly kind: "closed" };

type ReadReplayOptions = Read<LocalReplayOptions, typeof localReplayRules>;

let makeReplay: <E>(
  options: ReadReplayOptions,
  items: Items,
  facade: (running: Running) => E,
) => LocalReplay<E>;

/**
 * Opens a replay; `facade` makes of what runs what its users see.
 *
 * @throws what `LocalExchange.replay` throws
 */
export async function openReplay<E>(
  recording: RecordingSource,
  options: LocalReplayOptions,
  facade: (running: Running) => E,
): Promise<LocalReplay<E>> {
  assertValue("LocalExchange.replay", "recording", recording, recordingRule);
  const read = readOptions("LocalExchange.replay", options, localReplayRules);
  const { fromMs, toMs } = read;
  if (fromMs !== undefined && toMs !== undefined && toMs <= fromMs) {
    throw new KalshiConfigError("LocalExchange.replay: `toMs` must be after `fromMs`.");
  }
  const items = await Items.of(recording, toMs);
  const replay = makeReplay(read, items, facade);
  try {
    await replay.ready;
    for (const account of read.accounts ?? []) replay.accounts.push(await replay.createAccount(account));
  } catch (error) {
    await replay.close();
    throw error;
  }
  return replay;
}

/**
 * A replay that `LocalExchange.replay` has opened: the exchange as it was when the recording began, which waits for your
 * bot to connect. {@linkcode run} plays the recording.
 */
export class LocalReplay<E> implements AsyncDisposable {
  /** The exchange, with everything that a `LocalExchange` answers. */
  readonly exchange: E;
  /** A configuration that leads to it, for a client and a stream. */
  readonly config: KalshiConfig;
  /** The runtime that leads to it, with the latencies of the replay: the `runtime` of a client and a stream. */
  readonly runtime: Runtime;
  /** The time of the replay: the `clock` of a client and a stream, and what a bot waits by. */
  readonly clock: ReplayClock;
  /** The accounts that it was opened with. */
  readonly accounts: LocalAccount[] = [];
  readonly #options: ReadReplayOptions;
  readonly #running: Running;
  readonly #items: Items;
  readonly #tape: Tape;
  readonly #reader: TapeReader;
  readonly #player: Player;
  readonly #latency: Latency;
  /** What signs for each key, by its PKCS#8 as text. */
  readonly #seals = new Map<string, (text: string) => string>();
  readonly #fromMs: number;
  /** Watches from when the bot may begin. */
  #observer: RunObserver | undefined;
  /** What came of all of it, once it is over. */
  #last: RunReport | undefined;
  #state: State = { kind: "ready" };
  #traffic = 0;

  static {
    makeReplay = (options, items, facade) => new LocalReplay(options, items, facade);
  }

  private constructor(options: ReadReplayOptions, items: Items, facade: (running: Running) => E) {
    const { seed, queue, fees, rateLimits, fix, tickers, latencyMs = 0 } = options;
    this.#options = options;
    this.#items = items;
    this.#fromMs = options.fromMs ?? items.startMs;
    const clock = this.clock = new ReplayClock(items.startMs);
    const running = this.#running = startTaped({
      seed,
      clock,
      fix,
      rateLimits,
      onTraffic: () => void this.#traffic++,
    });
    const { exchange } = running;
    const { type = "quadratic", multiplier = 1 } = fees ?? {};
    this.#tape = new Tape(exchange, {
      queue,
      feesOf: () => ({ type, multiplier }),
      fixesFees: fees !== undefined,
    });
    this.#reader = new TapeReader(this.#tape, {
      useYesPrice: true,
      tickers: tickers && new Set(tickers),
    });
    this.#player = new Player({
      exchange,
      clock,
      tape: this.#tape,
      reader: this.#reader,
      traffic: () => this.#traffic,
    });
    for (const ticker of tickers ?? []) this.#tape.learn(ticker);
    this.#latency = new Latency(latencyOf(latencyMs), createRandom(seed + 8));
    this.runtime = replayRuntime({
      network: running.network.runtime({}),
      clock,
      latency: this.#latency,
      sealOf: (pkcs8) => this.#seals.get(textOf(pkcs8)),
    });
    this.config = running.config;
    this.exchange = facade(running);
    this.ready = this.#begin();
  }

  /** @ignore Resolves when everything that comes before the bot begins was played. */
  readonly ready: Promise<void>;

  /** What the recording has of a market without your orders: its best prices and half way between, in ticks of 0.0001 dollars. */
  quote(
    ticker: string,
  ): {
    readonly bid: number | undefined;
    readonly ask: number | undefined;
    readonly mid: number | undefined;
  } {
    return { ...this.#tape.quote(ticker), mid: this.#tape.mid(ticker) };
  }

  /**
   * Opens an account with cash and an API key, as `LocalExchange.createAccount` does. What its `auth` and its
   * `privateKey` sign is signed at once and checked here, and is no signature anywhere else.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong
   */
  async createAccount(options: LocalAccountOptions = {}): Promise<LocalAccount> {
    const account = await createAccount(this.#running, options);
    const { keys, engine } = this.#running.exchange;
    const member = engine.accounts.get(account.id);
    if (member !== undefined) this.#observer?.add(member);
    const key = keys.get(account.keyId);
    if (key === undefined) return account;
    const seal = sealer(account.keyId);
    keys.set(account.keyId, { ...key, seal });
    if (account.privateKey.includes("BEGIN PRIVATE KEY")) {
      this.#seals.set(textOf(findKey(account.privateKey).der), seal);
    }
    const auth = KalshiAuth.fromSigner({
      keyId: account.keyId,
      sign: (text) => Promise.resolve(seal(text)),
    });
    return { ...account, auth };
  }

  /**
   * Plays the recording to its end, or to `toMs`, as fast as it goes; resolves to the {@linkcode report}. Everything that your
   * bot starts in reaction to a frame has happened before a later frame is played. When it is over, markets whose end is
   * known are paid out. Another call goes on where the last one stopped.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong, while it runs already, and once it is closed
   * @throws {KalshiAbortError} when `signal` aborts
   * @throws {KalshiRecordingError} where the recording cannot be read
   */
  async run(options: ReplayRunOptions = {}): Promise<RunReport> {
    const { signal, onProgress, toMs = Infinity } = readOptions("LocalReplay.run", options, replayRunRules);
    const state = this.#state.kind;
    if (state === "closed") throw new KalshiConfigError("LocalReplay.run: the replay is closed.");
    if (state === "running") throw new KalshiConfigError("LocalReplay.run: it runs already; await that run.");
    if (state === "over") return this.report();
    this.#state = { kind: "running" };
    this.#latency.isOn = true;
    try {
      const ended = await this.#play(toMs, signal, onProgress);
      if (ended) await this.#conclude();
      if (this.#isClosed) throw closedError();
      this.#state = { kind: ended ? "over" : "ready" };
      if (ended) this.#end();
    } finally {
      this.#latency.isOn = false;
      if (this.#state.kind === "running") this.#state = { kind: "ready" };
    }
    onProgress?.({ frames: this.#player.frames, atMs: this.clock.now() });
    return this.report();
  }

  /**
   * What came of it so far, for all accounts of yours: P&L, fills, fees, exposure, adverse selection. Positions are marked
   * by the recorded market, which your orders are no part of. Once the recording is over it stays as it was then.
   */
  report(): RunReport {
    return this.#last ?? (this.#observer ??= this.#watch()).report();
  }

  /** What was played so far. */
  summary(): ReplaySummary {
    const { snapshots, deltas, trades, skipped } = this.#tape.counts;
    return {
      frames: this.#player.frames,
      snapshots,
      deltas,
      trades,
      skipped,
      unreadable: this.#reader.unreadable,
      gaps: this.#player.gaps,
      halts: this.#tape.halts.map((halt) => ({ ...halt })),
      fromMs: this.#fromMs,
      toMs: this.clock.now(),
      queue: this.#options.queue,
    };
  }

  /** Ends every connection, and a run that is under way. A second call is harmless. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#state = { kind: "closed" };
    await this.#items.close();
    this.#tape.dispose();
    this.#observer?.stop();
    this.#player.close();
    await stop(this.#running, []);
  }

  /** Same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #isClosed(): boolean {
    return this.#state.kind === "closed";
  }

  /** Plays what comes before the bot begins: until `fromMs`, else until the first change of a book or trade. */
  async #begin(): Promise<void> {
    const { fromMs } = this.#options;
    for (let item = await this.#items.peek(); item !== undefined; item = await this.#items.peek()) {
      if (fromMs === undefined ? isMarket(item) : item.atMs >= fromMs) break;
      if (this.#player.isBusy(item.atMs)) await this.#player.until(item.atMs);
      this.#player.play(item);
      this.#items.take();
    }
    if (fromMs !== undefined && fromMs > this.clock.now()) await this.#player.until(fromMs);
    this.#observer = this.#watch();
  }

  /** The recording is over: what comes now is no part of it, and takes as long as elsewhere. */
  #end(): void {
    this.#last = this.report();
    this.#observer?.stop();
    this.clock.release();
  }

  #watch(): RunObserver {
    const tape = this.#tape;
    const observer = new RunObserver(this.#running.exchange, {
      kind: "replay",
      settings: () => this.#settings(),
      accounts: [],
      joins: (account) => !isCrowd(account),
      top: ({ ticker }, side) => tape.quote(ticker)[side],
    }, readOptions("LocalExchange.replay.report", this.#options.report ?? {}, runReportRules));
    tape.onMoved = (market, side) => observer.look(market, side);
    return observer;
  }

  /** What a report says the run was made with. */
  #settings(): Record<string, string> {
    const { queue, seed, fees, latencyMs = 0 } = this.#options;
    const { frames, gaps, halts } = this.summary();
    const { orderMs = 0, answerMs = 0, feedMs = 0, jitterMs = 0 } = latencyOf(latencyMs);
    return {
      queue,
      latency: `orders ${orderMs} ms, answers ${answerMs} ms, feed ${feedMs} ms, jitter ${jitterMs} ms`,
      seed: String(seed),
      fees: fees === undefined ? "as recorded" : `${fees.type ?? "quadratic"} × ${fees.multiplier ?? 1}`,
      frames: String(frames),
      gaps: String(gaps),
      halts: String(halts.length),
    };
  }

  /** Plays on; whether the recording, or the time of the replay, is over. */
  async #play(
    untilMs: number,
    signal: AbortSignal | undefined,
    onProgress: ReplayRunOptions["onProgress"],
  ): Promise<boolean> {
    const player = this.#player;
    const endMs = this.#options.toMs ?? Infinity;
    let told = player.frames;
    // What the bot has begun before the run happens before it.
    const isStopped = () => this.#isClosed || signal?.aborted === true;
    await player.until(this.clock.now(), isStopped);
    const items = this.#items;
    const stopMs = Math.min(untilMs, endMs);
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
      onProgress?.({ frames: told, atMs: this.clock.now() });
      // Whoever wants to abort it gets a turn.
      await player.until(this.clock.now(), isStopped);
    }
    const next = await this.#items.peek();
    const ended = next === undefined || next.atMs >= endMs;
    const toMs = Math.min(untilMs, ended ? endMs : Infinity);
    if (Number.isFinite(toMs)) await player.until(Math.max(toMs, this.clock.now()), isStopped);
    this.#assertGoesOn(signal);
    return ended;
  }

  #assertGoesOn(signal: AbortSignal | undefined): void {
    if (signal?.aborted) throw new KalshiAbortError("The replay was aborted.", { cause: signal.reason });
    if (this.#isClosed) throw closedError();
  }

  /** What is on its way arrives, and what is known of the end of markets is paid out. */
  async #conclude(): Promise<void> {
    const { latencyMs = 0, results = {} } = this.#options;
    const { orderMs = 0, answerMs = 0, feedMs = 0, jitterMs = 0 } = latencyOf(latencyMs);
    const roundTripMs = orderMs + Math.max(answerMs, feedMs) + 2 * jitterMs;
    await this.#player.until(this.clock.now() + roundTripMs);
    for (const [ticker, result] of Object.entries(results)) {
      const worth = result === "yes" || result === "no" ? worthOf(result) : parsePrice(result);
      if (worth !== undefined) this.#tape.determine(ticker, worth);
    }
    // One that is not determined stays as it is.
    for (const ticker of this.#tape.tickers()) this.#tape.settle(ticker);
    await this.#player.until(this.clock.now() + roundTripMs);
  }
}

/** The items of a recording, one of which can be looked at before it is taken. */
class Items {
  readonly #runs: AsyncIterator<Iterable<ReplayItem>>;
  /** When the recording begins, in Unix milliseconds. */
  readonly startMs: number;
  #run: Iterator<ReplayItem> = [][Symbol.iterator]();
  /** The next one, where it has been read. */
  ready: ReplayItem | undefined;

  private constructor(
    runs: AsyncIterator<Iterable<ReplayItem>>,
    run: Iterator<ReplayItem>,
    first: ReplayItem,
  ) {
    this.#runs = runs;
    this.#run = run;
    this.ready = first;
    this.startMs = first.atMs;
  }

  static async of(recording: RecordingSource, toMs: number | undefined): Promise<Items> {
    const options = toMs === undefined ? {} : { toMs };
    const runs = (recording.readRuns?.(options) ?? inRuns(recording.read(options)))[Symbol.asyncIterator]();
    for (let next = await runs.next(); next.done !== true; next = await runs.next()) {
      const run: Iterator<ReplayItem> = next.value[Symbol.iterator]();
      const first = run.next();
      if (first.done !== true) return new Items(runs, run, first.value);
    }
    throw new KalshiConfigError(
      "LocalExchange.replay: the recording has nothing in it, or nothing before `toMs`.",
    );
  }

  /** The next one of the run at hand; undefined where there is none. */
  get atHand(): ReplayItem | undefined {
    if (this.ready !== undefined) return this.ready;
    const { done, value } = this.#run.next();
    return this.ready = done === true ? undefined : value;
  }

  /** The next one; undefined at the end. */
  async peek(): Promise<ReplayItem | undefined> {
    for (let item = this.atHand;; item = this.atHand) {
      if (item !== undefined) return item;
      const next = await this.#runs.next();
      if (next.done === true) return undefined;
      this.#run = next.value[Symbol.iterator]();
    }
  }

  /** Done with the one that was looked at. */
  take(): void {
    this.ready = undefined;
  }

  /** Reads no further. */
  async close(): Promise<void> {
    await this.#runs.return?.();
  }
}

async function* inRuns(
  items: AsyncIterable<ReplayItem> | Iterable<ReplayItem>,
): AsyncGenerator<Iterable<ReplayItem>, void, undefined> {
  if (Symbol.iterator in items) yield items;
  else for await (const item of items) yield [item];
}

const closedError = () => new KalshiAbortError("The replay was closed.");

/** Whether a market moves in it: before that there are only snapshots, and what markets are. */
function isMarket(item: ReplayItem): boolean {
  if (item.kind !== "frame") return false;
  if (item.frame === undefined) return MOVES.some((type) => item.text.includes(`"type":"${type}"`));
  return MOVES.some((type) => type === item.frame?.type);
}

const MOVES = ["orderbook_delta", "trade"] as const;

const latencyOf = (latency: number | ReplayLatency): ReplayLatency =>
  typeof latency === "number" ? { orderMs: latency, answerMs: latency, feedMs: latency } : latency;

const textOf = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));
