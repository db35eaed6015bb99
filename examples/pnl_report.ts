/**
 * What the account holds, made and may lose: each position with its cost, its mark and its result, the worst case of
 * each event, and the sums.
 *
 *     deno run -A --env-file examples/pnl_report.ts
 */
import { KalshiClient } from "@unofficial/kalshi";
import { formatCount, formatMoney } from "@unofficial/kalshi/fixed-point";
import { Positions } from "@unofficial/kalshi/trading";

/** Millionths of a dollar as dollars and cents; what is not known is not made up. */
const dollars = (micros: number | undefined) => micros === undefined ? "?" : formatMoney(micros);

const line = (...cells: readonly (string | number)[]) =>
  console.log(
    cells.map((cell, index) => index === 0 ? String(cell).padEnd(32) : String(cell).padStart(16)).join(" "),
  );

await using client = await KalshiClient.fromEnv(undefined, { readOnly: true });
// Each marked at the price that would close it now.
await using positions = await Positions.open(client, { mark: "close" });

line("market", "contracts", "cost", "value", "realized", "fees", "net");
for (const position of positions.list()) {
  const { ticker, positionCenticontracts, costMicros, realizedMicros, feesMicros, netMicros, mark } =
    position;
  line(
    ticker,
    formatCount(positionCenticontracts),
    dollars(costMicros),
    mark.state === "known" ? dollars(mark.valueMicros) : mark.state,
    dollars(realizedMicros),
    dollars(feesMicros),
    dollars(netMicros),
  );
}
console.log();
line("event", "at worst", "when it ends as");
for (const { eventTicker, worst } of positions.events()) {
  line(eventTicker, dollars(worst.pnlMicros), String(worst.outcome));
}
console.log();
const { netMicros, feesMicros, unmarked } = positions.totals();
line("net after fees", dollars(netMicros));
line("fees", dollars(feesMicros));
if (unmarked.length > 0) console.log(`not known, since these have no mark: ${unmarked.join(", ")}`);
