/**
 * Rows of the past that come a call at a time.
 *
 * @module
 */

import { flag, readOptions, type Rules, withPreset } from "../../base/options.ts";
import { tell } from "../../base/tell.ts";
import { columnsOf, type ColumnSpec, csvLine, fieldOf, type HistoryColumns } from "./columns.ts";

/** How far a walk has come. It is told after each call, when the rows of it have been handed over. */
export interface HistoryProgress {
  /** Calls that were answered. */
  readonly calls: number;
  /** Rows that were handed over. */
  readonly rows: number;
  /** What part of the time asked for is done, from 0 to 1. */
  readonly done: number;
  /** How far in time it has come, in Unix milliseconds; undefined before the first row. */
  readonly atMs: number | undefined;
  /** Where to go on: give it as `resume`. Undefined where nothing follows. */
  readonly resume: string | undefined;
}

/** How CSV is written. */
export interface HistoryCsvOptions {
  /**
   * Whether the first line has the names of the columns.
   *
   * @default true
   */
  readonly header?: boolean | undefined;
}

/** What the options of CSV may be. */
export const historyCsvRules = { header: withPreset(flag(), true) } satisfies Rules<HistoryCsvOptions>;

/** What a call brought, and how far that is. */
export interface HistoryPage<Row> extends Omit<HistoryProgress, "calls" | "rows"> {
  /** Its rows. */
  readonly rows: readonly Row[];
}

/**
 * Rows of the past. Each way to read them walks from the start, one call at a time, and holds the rows of one call, so
 * that memory stays flat however many there are; `toArray` and `columns` hold them all.
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { tradesHistory } from "@unofficial/kalshi/trading";
 *
 * await using client = await KalshiClient.fromEnv();
 * const trades = tradesHistory(client, { ticker: "KXHIGHNY-26NOV24-T60" });
 * for await (const { atMs, priceCenticents } of trades) console.log(new Date(atMs), priceCenticents);
 * for await (const text of trades.csv()) console.log(text);
 * ```
 */
export class HistoryRows<Row extends object> implements AsyncIterable<Row> {
  readonly #walk: () => AsyncGenerator<HistoryPage<Row>, void, undefined>;
  readonly #specs: readonly ColumnSpec[];
  readonly #onProgress: ((progress: HistoryProgress) => void) | undefined;

  /** Made by `candles`, `tradesHistory` and `fillsHistory`. */
  constructor(
    walk: () => AsyncGenerator<HistoryPage<Row>, void, undefined>,
    specs: readonly ColumnSpec[],
    onProgress: ((progress: HistoryProgress) => void) | undefined,
  ) {
    this.#walk = walk;
    this.#specs = specs;
    this.#onProgress = onProgress;
  }

  /** The rows of each call. Progress is told when the next ones are asked for. */
  async *pages(): AsyncGenerator<readonly Row[], void, undefined> {
    let calls = 0;
    let total = 0;
    for await (const { rows, done, atMs, resume } of this.#walk()) {
      calls++;
      total += rows.length;
      if (rows.length > 0) yield rows;
      tell(this.#onProgress, () => ({ calls, rows: total, done, atMs, resume }));
    }
  }

  /** Every row. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Row, void, undefined> {
    for await (const rows of this.pages()) yield* rows;
  }

  /** All rows at once. */
  async toArray(): Promise<Row[]> {
    const all: Row[] = [];
    for await (const rows of this.pages()) for (const row of rows) all.push(row);
    return all;
  }

  /**
   * CSV by RFC 4180, with a header of the rows' field names unless told otherwise; text of many lines at a time. What is
   * not there is an empty field.
   */
  csv(given: HistoryCsvOptions = {}): AsyncGenerator<string, void, undefined> {
    const { header } = readOptions("csv", given, historyCsvRules);
    return this.#csv(header);
  }

  async *#csv(header: boolean): AsyncGenerator<string, void, undefined> {
    if (header) yield csvLine(this.#specs.map(({ name }) => name));
    for await (const rows of this.pages()) {
      yield rows.map((row) => csvLine(this.#specs.map(({ name }) => fieldOf(row, name)))).join("");
    }
  }

  /** One JSON object a line; text of many lines at a time. What is not there is left out. */
  async *jsonLines(): AsyncGenerator<string, void, undefined> {
    for await (const rows of this.pages()) yield rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  }

  /** All rows as columns of typed arrays, as Apache Arrow lays them out. */
  columns(): Promise<HistoryColumns> {
    return columnsOf(this.#specs, this);
  }
}
