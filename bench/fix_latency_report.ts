/** The bench of the time from an order to its report, on every runtime. */
import type { Figure } from "./measure.ts";
import { commandFor, runForResult, RUNTIMES, startServer } from "./support.ts";

interface Times {
  readonly median: number;
  readonly p99: number;
}
type Side = "bare" | "session" | "client" | "local";

const ORDERS = "20000";

/** Both ends run on the same runtime, each in a process of its own. */
export async function benchFixLatency(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const runtime of RUNTIMES) {
    const server = await startServer(...await commandFor(runtime, "bench/fix_latency_server.ts"));
    try {
      const [command, args] = await commandFor(runtime, "bench/fix_latency.ts");
      const times = await runForResult<Record<Side, Times>>(command, [...args, server.line, ORDERS]);
      const figure = (side: Side, what: string, of: "median" | "p99", most: number): Figure => {
        const [mine, bare] = [times[side][of], times.bare[of]];
        return {
          name: `${runtime}, FIX order to report, ${what}: ${of}, times a bare TLS echo`,
          value: `${(mine / bare).toFixed(2)} (${mine.toFixed(0)} us, bare ${bare.toFixed(0)} us)`,
          budget: most === Infinity ? "none" : `at most ${most}`,
          ok: mine / bare <= most,
        };
      };
      figures.push(
        figure("session", "session alone", "median", 1.25),
        figure("session", "session alone", "p99", 1.5),
        figure("client", "FixClient", "median", 1.25),
        figure("client", "FixClient", "p99", 1.5),
        figure("local", "FixClient at the local exchange", "median", Infinity),
        figure("local", "FixClient at the local exchange", "p99", Infinity),
      );
    } finally {
      server.stop();
    }
  }
  return figures;
}
