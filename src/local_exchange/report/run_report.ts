/**
 * What came of a run, as figures, tables and a page.
 *
 * @module
 */
import { KalshiConfigError } from "../../base/errors.ts";
import type {
  AdverseSelection,
  RunCurve,
  RunFills,
  RunLatest,
  RunMarket,
  RunRejection,
  RunReportData,
  RunSettlement,
  RunSummary,
} from "./data.ts";
import { csvOf, type RunTables } from "./csv.ts";
import { pageOf } from "./html/page.ts";
import { saveFiles } from "./save.ts";

/**
 * The report of a run: of a replay, a mirror, or an exchange that was observed. It is what was known when it was asked
 * for, and does not change.
 *
 * @example
 * ```ts
 * import { LocalExchange } from "@unofficial/kalshi/local-exchange";
 *
 * await using exchange = LocalExchange.create({ seed: 1 });
 * const account = await exchange.createAccount();
 * const observer = exchange.observe([account.id]);
 * // … your bot trades …
 * const report = observer.report();
 * console.log(report.summary.pnl, report.summary.maxDrawdown.amount);
 * await report.save("./report");
 * ```
 */
export class RunReport {
  readonly #data: RunReportData;

  /**
   * Reads a report back that {@linkcode toJSON} gave, to show it again.
   *
   * @throws {KalshiConfigError} for what is no report, and for one of a later version
   */
  constructor(data: RunReportData) {
    const { format, version } = Object(data) as Partial<RunReportData>;
    if (format !== "kalshi-run-report" || version !== 1) {
      throw new KalshiConfigError("RunReport takes what toJSON() of a run report gave, of version 1.");
    }
    this.#data = data;
  }

  /** Profit, fees, drawdown, exposure, orders. */
  get summary(): RunSummary {
    return this.#data.summary;
  }

  /** Where the middle went after the fills of all markets. */
  get adverseSelection(): readonly AdverseSelection[] {
    return this.#data.adverseSelection;
  }

  /** P&L and exposure over time. */
  get curve(): RunCurve {
    return this.#data.curve;
  }

  /** What came of each market. */
  get markets(): readonly RunMarket[] {
    return this.#data.markets;
  }

  /** The fills. */
  get fills(): RunFills {
    return this.#data.fills;
  }

  /** Positions that were paid out. */
  get settlements(): RunLatest<RunSettlement> {
    return this.#data.settlements;
  }

  /** What was refused. */
  get rejections(): RunLatest<RunRejection> {
    return this.#data.rejections;
  }

  /** All of it, as `JSON.stringify` writes it: the shape of {@linkcode RunReportData}, whose `version` says which. */
  toJSON(): RunReportData {
    return this.#data;
  }

  /**
   * The tables as CSV by RFC 4180, one text each. Times are in ISO 8601, UTC. Text that a spreadsheet would take for a
   * formula has an apostrophe before it.
   */
  toCSV(): RunTables {
    return csvOf(this.#data);
  }

  /** One page with plots and tables, in light and dark, which needs nothing from anywhere and runs no script. */
  toHTML(): string {
    return pageOf(this.#data);
  }

  /**
   * Writes `report.json`, `report.html` and a `.csv` for each table into a folder, which is made where it is not there.
   * Files of these names are replaced. Returns their paths.
   *
   * @param folder its path, or its URL
   * @throws {KalshiConfigError} in a runtime without files, and for what is no path
   */
  async save(folder: string | URL): Promise<string[]> {
    return await saveFiles(folder, {
      "report.json": `${JSON.stringify(this.#data, undefined, 2)}\n`,
      "report.html": this.toHTML(),
      ...Object.fromEntries(Object.entries(this.toCSV()).map(([name, text]) => [`${name}.csv`, text])),
    });
  }
}
