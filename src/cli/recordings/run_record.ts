/**
 * Records until it is told to end.
 *
 * @module
 */
import { systemClock } from "../../base/clock.ts";
import { KalshiError } from "../../base/errors.ts";
import { delay } from "../../base/waits.ts";
import type { KalshiClient } from "../../client.ts";
import { Recorder, type RecorderStats } from "../../recordings/mod.ts";
import { printable } from "../colours.ts";
import type { CliContext } from "../context.ts";
import { CliError } from "../exit_codes.ts";
import { type ConnectionOptions, openClient } from "../open_client.ts";
import { type Column, openOutput, type OutputOptions } from "../output.ts";
import { parseSpan } from "../times.ts";

/** The options of `kalshi record`. */
export interface RecordOptions extends OutputOptions, ConnectionOptions {
  /** `--channels` */
  readonly channels: readonly string[];
  /** `--out` */
  readonly out: string;
  /** `--for` */
  readonly for?: string | undefined;
  /** `--rotate-bytes` */
  readonly rotateBytes: number;
  /** `--rotate-minutes` */
  readonly rotateMinutes: number;
  /** `--parquet` */
  readonly parquet?: boolean | undefined;
  /** `--tables-only` */
  readonly tablesOnly?: boolean | undefined;
  /** `--flush-ms` */
  readonly flushMs: number;
}

/** What is printed at the end. */
interface Recorded {
  readonly dir: string;
  readonly frames: number;
  readonly written: number;
  readonly dropped: number;
  readonly gaps: number;
  readonly reconnects: number;
  readonly files: number;
  readonly bytes: number;
}

const columns: readonly Column<Recorded>[] = [
  { name: "dir", value: ({ dir }) => dir },
  { name: "frames", value: ({ frames }) => frames },
  { name: "written", value: ({ written }) => written },
  { name: "dropped", value: ({ dropped }) => dropped },
  { name: "gaps", value: ({ gaps }) => gaps },
  { name: "reconnects", value: ({ reconnects }) => reconnects },
  { name: "files", value: ({ files }) => files },
  { name: "bytes", value: ({ bytes }) => bytes },
];

/** How often the line of progress is written. */
const PROGRESS_MS = 500;

function shownStats({ state, frames, written, dropped, gaps, reconnects, bytes }: RecorderStats): string {
  const lost = dropped > 0 ? `, ${dropped} NOT RECORDED` : "";
  const disk = state === "failing" ? ", THE DISK FAILS" : "";
  return `${frames} frames, ${written} on the disk (${(bytes / 1e6).toFixed(1)} MB), ` +
    `${gaps} gaps, ${reconnects} reconnects${lost}${disk}`;
}

/** How many tickers one look-up asks for. */
const LOOKED_UP = 50;

/** Refuses a market that is not there: the stream takes any ticker, and a night's recording would be empty. */
async function refuseUnknown(
  client: KalshiClient,
  tickers: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const unknown = new Set(tickers);
  for (let start = 0; start < tickers.length; start += LOOKED_UP) {
    const some = tickers.slice(start, start + LOOKED_UP);
    try {
      const { items } = await client.markets.list({ tickers: some.join(","), limit: LOOKED_UP }, { signal });
      for (const { ticker } of items) unknown.delete(ticker);
    } catch (error) {
      // What comes by the stream is recorded also while the rest of the exchange is away.
      if (!(error instanceof KalshiError) || signal.aborted) throw error;
      for (const ticker of some) unknown.delete(ticker);
    }
  }
  if (unknown.size === 0) return;
  throw new CliError(
    "refused",
    `The exchange has no market ${[...unknown].map(printable).join(", ")}. ` +
      "`kalshi markets` lists those that there are, in upper case. Nothing was recorded.",
  );
}

/** Records until the signal aborts, the time is over, or the stream ends for good. */
export async function runRecord(
  context: CliContext,
  tickers: readonly string[],
  options: RecordOptions,
): Promise<void> {
  const { io, signal } = context;
  const output = openOutput(io, options);
  const { parquet = false, tablesOnly = false } = options;
  if (tablesOnly && !parquet) throw new CliError("usage", "--tables-only goes with --parquet.");
  const forMs = options.for === undefined ? Infinity : parseSpan("--for", options.for);
  const onError = (error: unknown) => {
    const said = error instanceof Error ? error.message : String(error);
    void io.stderr.write(`kalshi: ${printable(said)}\n`);
  };
  const { client, close } = await openClient(io, options);
  try {
    await refuseUnknown(client, tickers, signal);
    // A recorder that gives up in the night is of no use: it tries for as long as it runs.
    const config = client.config.with({ wsMaxRetries: Number.MAX_SAFE_INTEGER });
    const stream = await client.stream({ config, signal, onError });
    const recorder = await Recorder.start({
      stream,
      dir: options.out,
      channels: options.channels,
      tickers: tickers.length > 0 ? tickers : undefined,
      lookup: client,
      parquet: parquet ? { keepLines: !tablesOnly } : undefined,
      flushMs: options.flushMs,
      rotateBytes: options.rotateBytes,
      rotateMs: options.rotateMinutes * 60_000,
      clock: io.clock,
      onError,
    });
    await output.note(`Recording into ${options.out}. Ctrl-C ends it.`);
    try {
      await untilOver(context, recorder, forMs);
    } finally {
      if (parquet) await output.note("Making tables of the last file.");
      await recorder.close();
      const { frames, written, dropped, gaps, reconnects, files, bytes } = recorder.stats();
      const row = { dir: options.out, frames, written, dropped, gaps, reconnects, files, bytes };
      await output.record(columns, row);
    }
    const { dropped } = recorder.stats();
    if (dropped > 0) {
      throw new CliError("failed", `${dropped} frames were not recorded, since the disk was too slow.`);
    }
  } finally {
    await close();
  }
}

/** Resolves at the end; rejects where the recorder has ended by an error. */
async function untilOver(context: CliContext, recorder: Recorder, forMs: number): Promise<void> {
  const { io: { clock = systemClock }, signal } = context;
  const progress = context.progress();
  const ended = new AbortController();
  const closing = recorder.closed.finally(() => ended.abort());
  // It is looked at below.
  closing.catch(() => {});
  const until = clock.monotonic() + forMs;
  try {
    for (;;) {
      const leftMs = until - clock.monotonic();
      if (signal.aborted || leftMs <= 0) return;
      if (ended.signal.aborted) return await closing;
      progress.show(shownStats(recorder.stats()));
      await delay(clock, Math.min(PROGRESS_MS, leftMs), signal, ended.signal);
    }
  } finally {
    await progress.done();
  }
}
