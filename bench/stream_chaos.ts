/**
 * The chaos test, long: `deno task chaos [seeds] [seconds] [markets]`, of a flow about twenty times as fast. It ends with an error at the first book
 * that reads live and is wrong, the first fill that comes twice, or a quiet point that is not reached.
 */
import process from "node:process";
import { chaos } from "../tests/stream/support/chaos.ts";

const [seeds = 5, seconds = 60, markets = 200] = process.argv.slice(2).map(Number);
for (let seed = 1; seed <= seeds; seed++) {
  const begun = performance.now();
  const stuck = setTimeout(() => {
    console.error(`seed ${seed}: no quiet point within two minutes of the end of the flow`);
    process.exit(1);
  }, (seconds + 120) * 1_000);
  const report = await chaos({ seed, markets, flowMs: seconds * 20_000, rounds: Math.ceil(seconds / 10) });
  clearTimeout(stuck);
  const { frames, checks, fills, orders, reconnects, gaps, resyncs, faults } = report;
  const total = Object.values(faults).reduce((sum, count) => sum + count, 0);
  console.log(
    `seed ${seed}: ${
      ((performance.now() - begun) / 1_000).toFixed(0)
    } s, ${frames} frames, ${total} faults, ` +
      `${reconnects} reconnects, ${gaps} gaps, ${resyncs} resyncs, ${checks} books checked, ${fills} fills, ` +
      `${orders} order states`,
  );
}
