/**
 * Reads what was downloaded.
 *
 * @module
 */
import { KalshiConfigError } from "../../base/errors.ts";
import { readOptions, type Rules, text } from "../../base/options.ts";
import { formatFixed } from "../../base/fixed_point.ts";
import { readTime, type TimeInput, timeRule } from "../history/times.ts";
import type { HistoryKind, HistoryRowOf } from "./kinds.ts";
import type { MarketRow } from "./market_rows.ts";
import type { RowsWanted } from "./read_rows.ts";

/** Which rows of a folder are wanted. */
export interface SavedRowsOptions {
  /** Of this market. All unless told. */
  readonly ticker?: string | undefined;
  /** From when on. From the beginning unless told. */
  readonly from?: TimeInput | undefined;
  /** Until when, not included. To the end unless told. */
  readonly to?: TimeInput | undefined;
}

/** What the options of reading may be. */
export const savedRowsRules = {
  ticker: text("a market ticker"),
  from: timeRule(),
  to: timeRule(),
} satisfies Rules<SavedRowsOptions>;

/**
 * A folder of history that {@linkcode openHistory} has opened. Rows come day by day; those of one file are in the order of
 * time, but a day may have several files. Memory holds some tens of thousands of rows. Only what counts is read, also while a
 * download goes on.
 */
export class HistoryFolder {
  /** The folder. */
  readonly dir: string;

  /** Made by {@linkcode openHistory}. */
  constructor(dir: string) {
    this.dir = dir;
  }

  /** Public trades. */
  trades(options: SavedRowsOptions = {}): AsyncGenerator<HistoryRowOf["trades"], void, undefined> {
    return this.#rows("trades", options);
  }

  /** Candles, by when they begin. */
  candles(options: SavedRowsOptions = {}): AsyncGenerator<HistoryRowOf["candles"], void, undefined> {
    return this.#rows("candles", options);
  }

  /** Settled markets, by when they settled. */
  markets(options: SavedRowsOptions = {}): AsyncGenerator<HistoryRowOf["markets"], void, undefined> {
    return this.#rows("markets", options);
  }

  /**
   * How markets settled, by ticker: `yes`, `no`, or what a YES contract paid, such as `"0.4300"`. It is what a backtest
   * takes as `results`.
   *
   * @example
   * ```ts
   * import { openHistory } from "@unofficial/kalshi/trading";
   *
   * const results = await openHistory("./history").results();
   * console.log(results["KXHIGHNY-26NOV24-T60"]);
   * ```
   */
  async results(options: SavedRowsOptions = {}): Promise<Record<string, string>> {
    const results: Record<string, string> = {};
    // A market is long, and most of it says nothing of its end.
    const fields = ["ticker", "settledMs", "result", "settlementMicros"] satisfies (keyof MarketRow)[];
    for await (const { ticker, result, settlementMicros } of this.#rows("markets", options, fields)) {
      if (result === "yes" || result === "no") results[ticker] = result;
      else if (settlementMicros !== undefined) results[ticker] = decimals(settlementMicros);
    }
    return results;
  }

  #rows<Kind extends HistoryKind>(
    kind: Kind,
    given: SavedRowsOptions,
    fields?: readonly string[],
  ): AsyncGenerator<HistoryRowOf[Kind], void, undefined> {
    const { ticker, from, to } = readOptions(kind, given, savedRowsRules);
    const wanted = {
      ticker,
      fromMs: from === undefined ? -Infinity : readTime(from),
      toMs: to === undefined ? Infinity : readTime(to),
      fields,
    };
    return rowsIn(this.dir, kind, wanted);
  }
}

/** Four decimals, as prices have; more where a value has them. */
const decimals = (micros: number): string => formatFixed(micros, 6).replace(/0{1,2}$/, "");

async function* rowsIn<Kind extends HistoryKind>(
  dir: string,
  kind: Kind,
  wanted: RowsWanted,
): AsyncGenerator<HistoryRowOf[Kind], void, undefined> {
  const { readFolder } = await import("./read_rows.ts");
  for await (const rows of readFolder(dir, kind, wanted)) yield* rows;
}

/**
 * Opens a folder that {@linkcode downloadHistory} has filled, to read it back. Nothing is read before rows are asked for;
 * `KalshiTableError` comes from there where the folder has none of a kind.
 *
 * @throws {KalshiConfigError} for what is no folder's name
 *
 * @example
 * ```ts
 * import { openHistory } from "@unofficial/kalshi/trading";
 *
 * const history = openHistory("./history");
 * for await (const { ticker, atMs, priceCenticents } of history.trades({ from: "2026-11-24", to: "2026-11-25" })) {
 *   console.log(ticker, new Date(atMs), priceCenticents);
 * }
 * ```
 */
export function openHistory(dir: string): HistoryFolder {
  if (typeof dir !== "string" || dir === "") {
    throw new KalshiConfigError("openHistory takes the folder of a download, as text.");
  }
  return new HistoryFolder(dir);
}
