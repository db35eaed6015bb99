/** The benches of the stream, on every runtime, and of order books in memory. */
import type { Figure } from "./measure.ts";
import { commandFor, runForResult, RUNTIMES, startServer } from "./support.ts";

/** Frames to the consumer, with order books and without, and how late they come. */
export async function benchStream(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const runtime of RUNTIMES) {
    const server = await startServer("node_modules/.bin/bun", [
      "--conditions=kalshi-source",
      "bench/stream_server.ts",
    ]);
    try {
      const [command, args] = await commandFor(runtime, "bench/stream.ts");
      const found = await runForResult<Figure[]>(command, [...args, server.line]);
      figures.push(...found.map((figure) => ({ ...figure, name: `${runtime}, ${figure.name}` })));
    } finally {
      server.stop();
    }
  }
  return figures;
}

/** Deltas applied in memory, in Deno. */
export async function benchBook(): Promise<Figure[]> {
  const [command, args] = await commandFor("deno", "bench/book.ts");
  return await runForResult<Figure[]>(command, args);
}
