/** A report as tables and as a page, whatever markets and orders are called. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { KalshiConfigError } from "../../../mod.ts";
import { LocalExchange, RunReport, type RunReportData } from "../../../src/local_exchange/mod.ts";
import { test } from "../../support/test.ts";
import { reportBed, START_MS } from "./support/bed.ts";
import { busyRun } from "./support/busy_run.ts";

/** What a page must not take for markup, nor a spreadsheet for a formula. */
const NASTY = `"><script>alert(1)</script>&'`;

/** CSV by RFC 4180, as a reader sees it. */
function parse(text: string): string[][] {
  assert(text.endsWith("\r\n"));
  const rows: string[][] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  let row: string[] = [];
  for (let match = field.exec(text); match !== null; match = field.exec(text)) {
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === ",") continue;
    rows.push(row);
    row = [];
    if (field.lastIndex === text.length) break;
  }
  return rows;
}

test("each table is CSV with its names, as many fields in each line, and the figures of the report", async () => {
  const report = await busyRun({ ticker: "=RAIN", marketTitle: 'Rain, "heavy"\nor so?' });
  const tables = Object.fromEntries(
    Object.entries(report.toCSV()).map(([name, text]) => [name, parse(text)]),
  );
  assertEquals(Object.keys(tables), [
    "summary",
    "curve",
    "fills",
    "markets",
    "adverse_selection",
    "settlements",
    "rejections",
  ]);
  for (const [name, [names = [], ...rows]] of Object.entries(tables)) {
    assert(rows.length > 0, name);
    for (const row of rows) assertEquals(row.length, names.length, `${name}: ${row}`);
  }
  const { fills, curve, markets, summary, rejections, settlements } = report;
  const column = (table: string, name: string) => {
    const [names = [], ...rows] = tables[table] ?? [];
    return rows.map((row) => row[names.indexOf(name)]);
  };
  assertEquals(column("fills", "price"), fills.kept.map(({ price }) => price));
  assertEquals(column("fills", "mid_after_1000_ms"), fills.kept.map(({ after }) => after[0]?.mid ?? ""));
  assertEquals(column("fills", "time")[0], new Date(START_MS + 60_000).toISOString());
  assertEquals(column("curve", "pnl"), curve.points.map(({ pnl }) => pnl));
  assertEquals(column("markets", "title"), ['Rain, "heavy"\nor so?', "Snow tomorrow?"]);
  assertEquals(column("markets", "pnl"), markets.map(({ pnl }) => pnl));
  assertEquals(column("rejections", "reason"), rejections.kept.map(({ reason }) => reason));
  assertEquals(column("settlements", "revenue"), settlements.kept.map(({ revenue }) => revenue));
  const figures = Object.fromEntries(tables.summary?.map(([name = "", value]) => [name, value]) ?? []);
  assertEquals(figures.pnl, summary.pnl);
  assertEquals(figures["maxDrawdown.amount"], summary.maxDrawdown.amount);
  assertEquals(figures["orders.rejectedBy.trading_is_paused"], "1");
  // What a spreadsheet would take for a formula, and not a figure below zero.
  assertEquals(column("fills", "ticker")[0], "'=RAIN");
  assertEquals(column("fills", "client_order_id")[0], `'=HYPERLINK("x"),1`);
  assert(column("curve", "pnl").some((pnl) => /^-\d/.test(pnl ?? "")));
});

test("a page holds no script, whatever markets are called, and asks for nothing", async () => {
  const report = await busyRun({ title: NASTY, ticker: `A${NASTY}`, marketTitle: NASTY });
  const page = report.toHTML();
  assertEquals(/<script/i.test(page), false);
  // Each attribute ends where it should: no tag has one that begins an event handler or names an address.
  for (const [tag] of page.matchAll(/<[a-z][^>]*>/gi)) {
    assertEquals(/\s(?:on\w+|src|href)\s*=/i.test(tag.replace('href="data:,"', "")), false, tag);
  }
  assertEquals(/url\(|@import|https?:/i.test(page), false);
  assert(page.includes("&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;&#39;"));
  assert(page.includes("default-src &#39;none&#39;"));
});

test("a run without an order has a report as well", async () => {
  await using bed = await reportBed();
  bed.at(5_000);
  const report = bed.observer.report();
  assertEquals([report.summary.pnl, report.summary.fillRatio, report.fills.total], ["0.000000", "", 0]);
  assert(report.toHTML().includes("Nothing was filled."));
  assert(report.toCSV().fills.startsWith("time,ticker,"));
});

test("a report that was asked for does not change any more", async () => {
  await using bed = await reportBed();
  const early = bed.observer.report();
  await bed.order("bid", "0.60", "5");
  assertEquals([early.summary.fills, bed.observer.report().summary.fills], [0, 1]);
  bed.observer.stop();
  await bed.order("bid", "0.60", "5");
  assertEquals(bed.observer.report().summary.fills, 1);
});

test("only a report is read back", () => {
  for (const data of [undefined, {}, [], { format: "kalshi-run-report", version: 2 }]) {
    assertThrows(() => new RunReport(data as RunReportData), KalshiConfigError, "of version 1");
  }
});

test("what cannot be watched is refused with what to do", async () => {
  await using exchange = LocalExchange.create({ markets: 1 });
  const { id } = await exchange.createAccount();
  assertThrows(() => exchange.observe([]), KalshiConfigError, "a list of the ids of accounts");
  assertThrows(() => exchange.observe(["nobody"]), KalshiConfigError, "There is no account");
  assertThrows(() => exchange.observe([id], { horizonsMs: [10, 5] }), KalshiConfigError, "horizonsMs");
  assertThrows(() => exchange.observe([id], { curvePoints: 1 }), KalshiConfigError, "curvePoints");
});
