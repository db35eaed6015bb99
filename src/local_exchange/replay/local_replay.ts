/**
 * A recording, replayed: an exchange whose markets are those of the recording, on a clock that it moves.
 *
 * @module
 */
import { KalshiAuth } from "../../auth/kalshi_auth.ts";
import { findKey } from "../../auth/pem.ts";
import { KalshiConfigError } from "../../base/errors.ts";
import { assertValue, having, type Read, readOptions } from "../../base/options.ts";
import type { KalshiConfig } from "../../config/kalshi_config.ts";
import type { Runtime } from "../../runtime/types.ts";
import { createAccount } from "../create.ts";
import { RunObserver, type RunReport, runReportRules } from "../report/mod.ts";
import { createRandom } from "../random.ts";
import { type Running, startTaped, stop } from "../start.ts";
import { isCrowd } from "../tape/crowd.ts";
import { TapeReader } from "../tape/frames.ts";
import { Tape } from "../tape/tape.ts";
import type { LocalAccount, LocalAccountOptions } from "../types.ts";
import { ReplayClock } from "./clock.ts";
import { Items } from "./items.ts";
import { Latency, latencyOf, type ReplayLatency } from "./latency.ts";
import {
  type LocalReplayOptions,
  localReplayRules,
  type ReplayRunOptions,
  replayRunRules,
} from "./options.ts";
import { Playback } from "./playback.ts";
import { replayRuntime } from "./runtime.ts";
import { sealer } from "./seal.ts";
import type { RecordingSource } from "./source.ts";
import { type ReplaySummary, settingsOf } from "./summary.ts";
import { assertHeld, tickersOf } from "./tickers.ts";

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
  const { tickers = [], results = {} } = read;
  const held = tickersOf(recording);
  if (held !== undefined) assertHeld({ tickers, results }, (ticker) => held.has(ticker), () => [...held]);
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
  readonly #tape: Tape;
  readonly #reader: TapeReader;
  readonly #playback: Playback;
  readonly #ways: Required<ReplayLatency>;
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
    const { seed, queue, fees, rateLimits, fix, tickers, results = {}, fromMs, toMs } = options;
    const latency = this.#ways = latencyOf(options.latencyMs);
    this.#options = options;
    this.#fromMs = fromMs ?? items.startMs;
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
    this.#playback = new Playback({
      items,
      exchange,
      clock,
      tape: this.#tape,
      reader: this.#reader,
      traffic: () => this.#traffic,
      fromMs,
      toMs,
      latency,
      results,
      tickers: tickers ?? [],
    });
    for (const ticker of tickers ?? []) this.#tape.learn(ticker);
    this.#latency = new Latency(latency, createRandom(seed + 8));
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
   * @throws {KalshiConfigError} for an option that is unknown or wrong, while it runs already, and once it is closed; at
   * the end, where `tickers` or `results` name a market that the recording does not hold
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
      const ended = await this.#playback.play(toMs, signal, onProgress);
      this.#state = { kind: ended ? "over" : "ready" };
      if (ended) this.#end();
    } finally {
      this.#latency.isOn = false;
      if (this.#state.kind === "running") this.#state = { kind: "ready" };
    }
    onProgress?.({ frames: this.#playback.frames, atMs: this.clock.now() });
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
      frames: this.#playback.frames,
      snapshots,
      deltas,
      trades,
      skipped,
      unreadable: this.#reader.unreadable,
      gaps: this.#playback.gaps,
      halts: this.#tape.halts.map((halt) => ({ ...halt })),
      unsettled: this.#tape.unsettled(),
      fromMs: this.#fromMs,
      toMs: this.clock.now(),
      queue: this.#options.queue,
    };
  }

  /** Ends every connection, and a run that is under way. A second call is harmless. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#state = { kind: "closed" };
    await this.#playback.close();
    this.#tape.dispose();
    this.#observer?.stop();
    await stop(this.#running, []);
  }

  /** Same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #isClosed(): boolean {
    return this.#state.kind === "closed";
  }

  async #begin(): Promise<void> {
    await this.#playback.begin();
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
      settings: () => {
        const { seed, fees } = this.#options;
        return settingsOf(this.summary(), { seed, fees, latency: this.#ways });
      },
      accounts: [],
      joins: (account) => !isCrowd(account),
      top: ({ ticker }, side) => tape.best(ticker, side),
    }, readOptions("LocalExchange.replay.report", this.#options.report ?? {}, runReportRules));
    tape.onMoved = (market, side) => observer.look(market, side);
    return observer;
  }
}

const textOf = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));
