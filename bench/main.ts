/**
 * Runs the benches and holds them against their budgets: `deno task bench [name ...]`. Most figures are ratios
 * taken within one run: machines differ and are noisy, ratios travel.
 */
import { loadavg } from "node:os";
import process from "node:process";
import { benchCliStart } from "./cli_start.ts";
import { benchExchange } from "./exchange_report.ts";
import { benchFixLatency } from "./fix_latency_report.ts";
import { benchFix } from "./fix_report.ts";
import { benchHistory } from "./history_report.ts";
import type { Figure } from "./measure.ts";
import { benchPage } from "./page.ts";
import { benchRecord } from "./record_report.ts";
import { benchReplay } from "./replay_report.ts";
import { benchCheck, benchOverhead, benchRest, benchSign } from "./rest_report.ts";
import { benchSpecDiff } from "./spec_diff.ts";
import { benchNats } from "./nats_report.ts";
import { benchBook, benchBooks, benchStream } from "./stream_report.ts";
import { benchWorkerStart } from "./worker_start.ts";

const benches: Readonly<Record<string, () => Promise<Figure[]>>> = {
  "rest": benchRest,
  "overhead": benchOverhead,
  "check": benchCheck,
  "sign": benchSign,
  "exchange": benchExchange,
  "stream": benchStream,
  "nats": benchNats,
  "record": benchRecord,
  "replay": benchReplay,
  "books": benchBooks,
  "book": benchBook,
  "fix": benchFix,
  "fix-latency": benchFixLatency,
  "history": benchHistory,
  "spec-diff": benchSpecDiff,
  "page": benchPage,
  "worker-start": benchWorkerStart,
  "cli-start": benchCliStart,
};

const wanted = process.argv.slice(2);
const figures: Figure[] = [];
for (const [name, run] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const started = performance.now();
  figures.push(...await run());
  const load = loadavg().map((one) => one.toFixed(2)).join(" ");
  console.error(
    `bench ${name}: ${((performance.now() - started) / 1000).toFixed(0)} s, load average ${load}`,
  );
}
console.log("| figure | measured | budget | |\n| --- | --- | --- | --- |");
for (const { name, value, budget, ok } of figures) {
  console.log(`| ${name} | ${value} | ${budget} | ${ok ? "ok" : "**over**"} |`);
}
if (figures.length === 0 || figures.some(({ ok }) => !ok)) process.exit(1);
