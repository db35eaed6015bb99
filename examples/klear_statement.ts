/**
 * A clearing member's statement: its settlement balance, what is due now and at the next settlement, and the report files of
 * some days, saved into a folder. It changes nothing at Klear. Its token is in the variables of `KlearEnv`.
 *
 *     deno run -A --env-file examples/klear_statement.ts FOLDER START_DATE [END_DATE]
 */
import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { dollarsFromCenticents, dueOf, KlearClient } from "@unofficial/kalshi/klear";

const [folder, start_date, end_date = start_date] = process.argv.slice(2);
if (folder === undefined || start_date === undefined || end_date === undefined) {
  throw new Error("klear_statement.ts FOLDER START_DATE [END_DATE]");
}

await using client = await KlearClient.fromEnv(undefined, { readOnly: true });
const { margin } = client;

const balance = await margin.settlementBalance.get();
const free = dollarsFromCenticents(balance.balance_available_centicents);
console.log(
  `settlement balance ${free}, held back ${dollarsFromCenticents(balance.locked_balance_centicents ?? 0)}`,
);

/** Who pays how much, in words. */
function shown(centicents: number): string {
  const { payer, dollars } = dueOf(centicents);
  if (payer === "nobody") return "nothing";
  return payer === "member" ? `you pay ${dollars}` : `you get ${dollars}`;
}

for (const { id, asset_class, amount_centicents } of await margin.obligations.active()) {
  console.log(`due now: ${asset_class}, ${shown(amount_centicents)} (${id})`);
}
const { estimates } = await margin.settlementEstimate();
for (const [asset_class, { user_breakdown, next_runtime }] of Object.entries(estimates)) {
  const total = user_breakdown?.total_amount_centicents ?? 0;
  console.log(`at ${next_runtime}: ${asset_class}, ${shown(total)}`);
}

mkdirSync(folder, { recursive: true });
for (const report of await margin.reports.list({ start_date, end_date })) {
  const name = `${report.date}_${report.report_type}${
    report.is_end_of_day ? "" : `_${Date.parse(report.created_ts)}`
  }.csv`;
  const { body } = await margin.reports.open(report);
  await pipeline(
    Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]),
    createWriteStream(join(folder, name)),
  );
  console.log(`saved ${name}`);
}
