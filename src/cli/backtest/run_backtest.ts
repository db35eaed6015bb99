/**
 * Runs a bot against a recording.
 *
 * @module
 */
import { onAborted } from "../../base/waits.ts";
import { KalshiClient } from "../../client.ts";
import { LocalExchange, type LocalReplayOptions, type RunReport } from "../../local_exchange/mod.ts";
import { openRecording } from "../../recordings/mod.ts";
import { KalshiStream } from "../../stream/mod.ts";
import type { CliContext } from "../context.ts";
import { openOutput, type OutputOptions } from "../output.ts";
import { nowOf, parseTime, shownTime } from "../times.ts";
import { type BotEnd, endOf, failureOf, loadBot, runBot } from "./bot.ts";
import { readResults, type Results } from "./read_results.ts";
import { tellReport } from "./report_output.ts";

/** The options of `kalshi backtest`. */
export interface BacktestOptions extends OutputOptions {
  /** `--bot` */
  readonly bot: string;
  /** `--queue` */
  readonly queue: "behind" | "pro-rata" | "ahead";
  /** `--latency-ms` */
  readonly latencyMs: number;
  /** `--order-ms` */
  readonly orderMs?: number | undefined;
  /** `--answer-ms` */
  readonly answerMs?: number | undefined;
  /** `--feed-ms` */
  readonly feedMs?: number | undefined;
  /** `--jitter-ms` */
  readonly jitterMs: number;
  /** `--seed` */
  readonly seed: number;
  /** `--balance` */
  readonly balance: string;
  /** `--tickers` */
  readonly tickers?: readonly string[] | undefined;
  /** `--results` */
  readonly results?: string | undefined;
  /** `--from` */
  readonly from?: string | undefined;
  /** `--to` */
  readonly to?: string | undefined;
  /** `--out` */
  readonly out?: string | undefined;
}

/** The time of the replay moves so far while the bot connects, where connecting takes time. */
const STEP_MS = 1;

type Replay = Awaited<ReturnType<typeof LocalExchange.replay>>;

/** Runs a bot against a recording, and tells what came of it. */
export async function runBacktest(context: CliContext, dir: string, options: BacktestOptions): Promise<void> {
  const { io, signal } = context;
  const output = openOutput(io, options);
  const now = nowOf(io);
  const between = {
    fromMs: options.from === undefined ? undefined : parseTime("--from", options.from, now),
    toMs: options.to === undefined ? undefined : parseTime("--to", options.to, now),
  };
  const results = options.results === undefined ? undefined : await readResults(options.results, output);
  const bot = await loadBot(options.bot);
  const recording = await openRecording(dir);
  await using replay = await LocalExchange.replay(recording, replayOptions(options, between, results));
  const { auth } = await replay.createAccount({ balance: options.balance });
  const { config, runtime, clock } = replay;
  const client = new KalshiClient({ auth, config, runtime, clock });
  const botStop = new AbortController();
  const unheard = onAborted(signal, () => botStop.abort(signal.reason));
  try {
    const stream = await connected(replay, KalshiStream.connect({ auth, config, runtime, clock }));
    const tickers = options.tickers ?? replay.exchange.openTickers();
    const place = { client, stream, clock, signal: botStop.signal, config, auth, runtime, tickers };
    const ending = runBot(bot, place);
    const report = await playOut(context, replay, ending);
    botStop.abort(signal.reason);
    const end = await endOf(ending, () => stream.close());
    await tellReport(output, report, options.out);
    if (end?.kind === "threw") throw failureOf(options.bot, end.error);
    if (end === undefined) await output.note("The bot did not end when its signal aborted.");
    if (signal.aborted) await output.note(`Ended before the recording did, at ${shownTime(clock.now())}.`);
  } finally {
    unheard();
    await client.close();
  }
}

function replayOptions(
  options: BacktestOptions,
  between: Pick<LocalReplayOptions, "fromMs" | "toMs">,
  results: Results | undefined,
): LocalReplayOptions {
  const { queue, latencyMs, jitterMs, seed, tickers } = options;
  const { orderMs = latencyMs, answerMs = latencyMs, feedMs = latencyMs } = options;
  return { queue, latencyMs: { orderMs, answerMs, feedMs, jitterMs }, seed, tickers, results, ...between };
}

/** Waits for what the replay's own time has to pass for. */
async function connected<T>(replay: Replay, opening: Promise<T>): Promise<T> {
  let isOpen = false;
  const open = () => void (isOpen = true);
  opening.then(open, open);
  const { clock } = replay;
  // At first without moving it: where there is no latency, connecting takes no time.
  for (let toMs = clock.now(); !isOpen; toMs = clock.now() + STEP_MS) await replay.run({ toMs });
  return await opening;
}

/** Plays the recording to its end, or until the bot fails or the command is to end; what it came to. */
async function playOut(
  { signal, ...context }: CliContext,
  replay: Replay,
  ending: Promise<BotEnd>,
): Promise<RunReport> {
  const { clock } = replay;
  const failed = new AbortController();
  void ending.then(({ kind }) => kind === "threw" && failed.abort());
  const progress = context.progress();
  try {
    // What the bot begins with happens before anything moves.
    await replay.run({ toMs: clock.now() });
    await replay.run({
      signal: AbortSignal.any([signal, failed.signal]),
      onProgress: ({ frames, atMs }) => progress.show(`${frames} frames, ${shownTime(atMs)}`),
    });
  } catch (error) {
    if (!signal.aborted && !failed.signal.aborted) throw error;
  } finally {
    await progress.done();
  }
  // Before the bot is told to end: what it does from there on belongs to no time of the recording.
  return replay.report();
}
