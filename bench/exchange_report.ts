/** The benches of the local exchange. Noise only slows: the best window says what it can do. */
import type { Figure } from "./measure.ts";
import { commandFor, runForResult, RUNTIMES, startServer } from "./support.ts";

function figure(name: string, rates: readonly number[], least: number): Figure {
  const text = (value: number) => Math.round(value).toLocaleString("en-US");
  const best = Math.max(...rates);
  return { name, value: text(best), budget: `at least ${text(least)}`, ok: best >= least };
}

/** How fast the local exchange matches, and how many signed requests it answers on each runtime. */
export async function benchExchange(): Promise<Figure[]> {
  const [deno, engine] = await commandFor("deno", "bench/exchange_engine.ts");
  const { rates } = await runForResult<{ rates: number[] }>(deno, engine);
  const margin = await runForResult<{ rates: number[] }>(deno, [...engine, "margin"]);
  const figures = [
    figure("deno, local exchange: orders a second of one core, in process", rates, 20_000),
    figure("deno, local margin exchange: orders a second of one core, in process", margin.rates, 20_000),
  ];
  const [, state] = await commandFor("deno", "bench/exchange_state.ts");
  const kept = await runForResult<{ bare: number[]; stateful: number[]; restoring: number }>(deno, state);
  const ratio = Math.max(...kept.stateful) / Math.max(...kept.bare);
  figures.push(
    {
      name: "deno, local exchange: orders a second with `state`, as a part of those without",
      value: ratio.toFixed(2),
      budget: "at least 0.20",
      ok: ratio >= 0.2,
    },
    figure("deno, local exchange: orders a second of one core with `state`", kept.stateful, 5_000),
    figure("deno, local exchange: commands a second when it is started again", [kept.restoring], 5_000),
  );
  const [bun, load] = await commandFor("bun", "bench/exchange_load.ts");
  for (const runtime of RUNTIMES) {
    const server = await startServer(...await commandFor(runtime, "bench/exchange_server.ts"));
    try {
      const rates = await runForResult<number[]>(bun, [...load, server.line, "2000"]);
      figures.push(
        figure(`${runtime}, local exchange: signed requests a second over loopback`, rates, 2_000),
      );
    } finally {
      server.stop();
    }
  }
  return figures;
}
