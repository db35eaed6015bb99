/**
 * Runs the benches side by side and holds them against their budgets: `deno task bench [name]`.
 * All figures are ratios taken within one run: machines differ and are noisy, ratios travel.
 */
import process from "node:process";
import { benchRest } from "./rest_report.ts";
import { benchWorkerStart } from "./worker_start.ts";

/** One figure against its budget. */
export interface Figure {
  readonly name: string;
  readonly value: string;
  readonly budget: string;
  readonly ok: boolean;
}

const benches: Readonly<Record<string, () => Promise<Figure[]>>> = {
  "rest": benchRest,
  "worker-start": benchWorkerStart,
};

const wanted = process.argv.slice(2);
const figures: Figure[] = [];
for (const [name, run] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.error(`bench ${name} ...`);
  figures.push(...await run());
}
console.log("| figure | measured | budget | |\n| --- | --- | --- | --- |");
for (const { name, value, budget, ok } of figures) {
  console.log(`| ${name} | ${value} | ${budget} | ${ok ? "ok" : "**over**"} |`);
}
if (figures.length === 0 || figures.some(({ ok }) => !ok)) process.exit(1);
