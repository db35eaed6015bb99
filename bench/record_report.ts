/** The bench of recordings, on every runtime. */
import type { Figure } from "./measure.ts";
import { commandFor, runForResult, RUNTIMES, startServer } from "./support.ts";

/** Frames into files, and back. */
export async function benchRecord(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const runtime of RUNTIMES) {
    const server = await startServer(...await commandFor("bun", "bench/stream_server.ts"));
    try {
      const [command, args] = await commandFor(runtime, "bench/record.ts", { gc: true });
      const found = await runForResult<Figure[]>(command, [...args, server.line]);
      figures.push(...found.map((figure) => ({ ...figure, name: `${runtime}, ${figure.name}` })));
    } finally {
      server.stop();
    }
  }
  return figures;
}
