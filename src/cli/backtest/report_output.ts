/**
 * What a run came to, as commands print and save it.
 *
 * @module
 */
import type { RunReport } from "../../local_exchange/mod.ts";
import type { Column, Output } from "../output.ts";
import { shownTime } from "../times.ts";

/** The line of a report, or its fields. */
interface Shown {
  readonly report: RunReport;
  readonly out: string | undefined;
}

const summaryOf = ({ report }: Shown) => report.summary;

const columns: readonly Column<Shown>[] = [
  { name: "from", value: ({ report }) => shownTime(report.toJSON().fromMs) },
  { name: "to", value: ({ report }) => shownTime(report.toJSON().toMs) },
  { name: "pnl", value: (shown) => summaryOf(shown).pnl },
  { name: "realized", value: (shown) => summaryOf(shown).realized },
  { name: "unrealized", value: (shown) => summaryOf(shown).unrealized },
  { name: "fees", value: (shown) => summaryOf(shown).fees },
  { name: "max_drawdown", value: (shown) => summaryOf(shown).maxDrawdown.amount },
  { name: "cash_at_risk", value: (shown) => summaryOf(shown).cashAtRisk.most },
  { name: "balance", value: (shown) => summaryOf(shown).balance },
  { name: "orders", value: (shown) => summaryOf(shown).orders.placed },
  { name: "rejected", value: (shown) => summaryOf(shown).orders.rejected },
  { name: "fills", value: (shown) => summaryOf(shown).fills },
  { name: "maker_fills", value: (shown) => summaryOf(shown).makerFills },
  { name: "contracts", value: (shown) => summaryOf(shown).contractsFilled },
  { name: "markets", value: ({ report }) => report.markets.length },
  { name: "halts", value: (shown) => summaryOf(shown).halts },
  { name: "report", value: ({ out }) => out },
];

/**
 * Saves a report, where a folder was given, and prints what it comes to; `--json` prints all of its summary.
 *
 * @param more what `--json` says before that
 */
export async function tellReport(
  output: Output,
  report: RunReport,
  out: string | undefined,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  if (out !== undefined) await report.save(out);
  const { fromMs, toMs, settings } = report.toJSON();
  const json = {
    ...more,
    fromMs,
    toMs,
    settings,
    ...report.summary,
    adverseSelection: report.adverseSelection,
    markets: report.markets.length,
    report: out,
  };
  await output.record(columns, { report, out }, json);
  if (out !== undefined) await output.note(`Its page, tables and data are in ${out}.`);
}
