/** A year of candles, on every runtime, from a server in a process of its own. */
import type { Figure } from "./measure.ts";
import { commandFor, runForResult, RUNTIMES, startServer } from "./support.ts";

/** How long a year of candles takes, and whether memory stays flat. */
export async function benchHistory(): Promise<Figure[]> {
  const figures: Figure[] = [];
  const server = await startServer(...await commandFor("bun", "bench/history_server.ts"));
  try {
    for (const runtime of RUNTIMES) {
      const [command, args] = await commandFor(runtime, "bench/history.ts", { gc: true });
      const found = await runForResult<Figure[]>(command, [...args, server.line]);
      figures.push(...found.map((figure) => ({ ...figure, name: `${runtime}, ${figure.name}` })));
    }
  } finally {
    server.stop();
  }
  return figures;
}
