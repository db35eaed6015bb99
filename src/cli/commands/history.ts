/**
 * `kalshi history [TICKER…] --what LIST --out DIR`
 *
 * @module
 */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { DownloadProgress } from "../../trading/download/options.ts";
import type { DownloadedKind } from "../../trading/download/run.ts";
import type { HistoryKind } from "../../trading/download/kinds.ts";
import type { CliContext } from "../context.ts";
import { CliError } from "../exit_codes.ts";
import { type ConnectionOptions, openClient } from "../open_client.ts";
import { addConnectionOptions, addOutputOptions, nameList } from "../options.ts";
import { type Column, openOutput, type OutputOptions } from "../output.ts";
import { nowOf, parseTime, shownSpan, shownTime, TIME_WORDS } from "../times.ts";

interface HistoryOptions extends OutputOptions, ConnectionOptions {
  readonly what: readonly HistoryKind[];
  readonly out: string;
  readonly series?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly interval: "1m" | "1h" | "1d";
  readonly fillGaps?: boolean;
}

const kinds = ["trades", "candles", "markets"] as const;

function kindList(text: string): readonly HistoryKind[] {
  return nameList(text).map((name) => {
    const kind = kinds.find((one) => one === name);
    if (kind === undefined) throw new InvalidArgumentError(`It takes ${kinds.join(", ")}.`);
    return kind;
  });
}

const columns: readonly Column<DownloadedKind & { readonly dir: string }>[] = [
  { name: "kind", value: ({ kind }) => kind },
  { name: "until", value: ({ toMs }) => shownTime(toMs) },
  { name: "rows", value: ({ rows }) => rows, align: "right" },
  { name: "files", value: ({ files }) => files, align: "right" },
  { name: "dir", value: ({ dir }) => dir },
];

function shownProgress({ kind, rows, spansDone, spans, done, restMs }: DownloadProgress): string {
  const rest = restMs === undefined ? "" : `, ${shownSpan(restMs)} to go`;
  return `${kind}: ${rows} rows, ${spansDone} of ${spans} spans; ${Math.floor(done * 100)} % of all${rest}`;
}

async function saveHistory(
  context: CliContext,
  tickers: readonly string[],
  options: HistoryOptions,
): Promise<void> {
  const { io, signal } = context;
  const { what, out: dir, series, interval, fillGaps = false } = options;
  if (tickers.length > 0 && series !== undefined) {
    throw new CliError("usage", "Give tickers or --series, not both.");
  }
  const nowMs = nowOf(io);
  const from = options.from === undefined ? undefined : parseTime("--from", options.from, nowMs);
  const to = options.to === undefined ? undefined : parseTime("--to", options.to, nowMs);
  const output = openOutput(io, options);
  const progress = context.progress();
  const { client, close } = await openClient(io, options, { rateLimit: "auto" });
  try {
    const { downloadHistory } = await import("../../trading/download/download.ts");
    const done = await downloadHistory(client, {
      dir,
      what,
      tickers: tickers.length > 0 ? tickers : undefined,
      series,
      from,
      to,
      interval,
      fillGaps,
      signal,
      clock: io.clock,
      onProgress: (step) => progress.show(shownProgress(step)),
    });
    await progress.done();
    const rows = output.rows(columns);
    for (const kind of done.kinds) await rows.add({ ...kind, dir });
    await rows.end();
  } catch (error) {
    await progress.done();
    if (signal.aborted) await output.note(`What has come is in ${dir}. The same command goes on.`);
    throw error;
  } finally {
    await close();
  }
}

/** Adds the command `history`. */
export function addHistory(program: Command, context: CliContext): void {
  const command = program.command("history [tickers...]")
    .description("trades, candles and settled markets into files of Parquet; goes on where it was ended")
    .addOption(
      new Option("--what <list>", "trades, candles, markets (settled ones with their results)")
        .argParser(kindList).makeOptionMandatory(),
    )
    .requiredOption("--out <dir>", "the folder; made where it is missing, and gone on with")
    .option("--series <list>", "the markets of these series, instead of tickers", nameList)
    .option("--from <time>", "from then on; from the beginning unless told")
    .option("--to <time>", "until then; until a minute ago unless told")
    .addOption(
      new Option("--interval <length>", "how long each candle is; a day is one of New York")
        .choices(["1m", "1h", "1d"]).default("1m"),
    )
    .option("--fill-gaps", "fill in what Kalshi has no candle of: the quotes before, and no trade")
    .addHelpText("after", `\nTimes: ${TIME_WORDS}.`);
  addConnectionOptions(addOutputOptions(command));
  command.action((tickers: readonly string[], options: HistoryOptions) =>
    saveHistory(context, tickers, options)
  );
}
