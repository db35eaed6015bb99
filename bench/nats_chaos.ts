/**
 * The proof of feeds on NATS, long: `deno task chaos:nats [seeds] [faults] [markets]`. Three readers and two gateways;
 * gateways are killed, the server is killed and started again, a reader stands still for a minute, the exchange ends its
 * sockets, at random by seed. It ends with an error where a quiet point is not reached: where a book of a reader is not
 * live and the exchange's own, or a fill has not come exactly once.
 */
import process from "node:process";
import { createRandom } from "../src/local_exchange/random.ts";
import { natsChaos, type NatsFault } from "../tests/nats/support/nats_chaos.ts";

const KINDS: readonly NatsFault[] = ["gateway", "reader", "server", "upstream"];
const STEP_MS = 20;
const MINUTE_STEPS = 60_000 / STEP_MS;

const [seeds = 1, count = 12, markets = 200] = process.argv.slice(2).map(Number);
for (let seed = 1; seed <= seeds; seed++) {
  const random = createRandom(seed);
  // Each kind once at least.
  const faults = Array.from(
    { length: count },
    (_, n) => KINDS[n] ?? KINDS[random.int(KINDS.length)] ?? "gateway",
  );
  let begun = performance.now();
  let last = setTimeout(() => {}, 0);
  const patience = () => {
    clearTimeout(last);
    last = setTimeout(() => {
      console.error(`seed ${seed}: no quiet point within five minutes`);
      process.exit(1);
    }, 300_000);
  };
  patience();
  await natsChaos({
    seed,
    markets,
    faults,
    steps: 500,
    pauseSteps: MINUTE_STEPS,
    stepMs: STEP_MS,
    onQuiet: (fault, { frames, checks, fills, reconnects, resyncs }) => {
      console.log(
        `seed ${seed}, ${
          ((performance.now() - begun) / 1_000).toFixed(0)
        } s after ${fault}: ${frames} frames, ` +
          `${checks} books checked, ${fills} fills, ${reconnects} reconnects, ${resyncs} resyncs`,
      );
      begun = performance.now();
      patience();
    },
  });
  clearTimeout(last);
}
process.exit(0);
