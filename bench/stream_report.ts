/** The benches of the stream, on every runtime, and of order books in memory. */
import { mkdirSync, writeFileSync } from "node:fs";
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

/** Many books opened at once, on every runtime. */
export async function benchBooks(): Promise<Figure[]> {
  const figures: Figure[] = [];
  const server = await startServer(...await commandFor("bun", "bench/books_server.ts"));
  try {
    // More than a command line holds.
    mkdirSync(".build/bench", { recursive: true });
    const served = ".build/bench/books.json";
    writeFileSync(served, server.line);
    for (const runtime of RUNTIMES) {
      const [command, args] = await commandFor(runtime, "bench/books_open.ts", { gc: true });
      const found = await runForResult<Figure[]>(command, [...args, served]);
      figures.push(...found.map((figure) => ({ ...figure, name: `${runtime}, ${figure.name}` })));
    }
  } finally {
    server.stop();
  }
  return figures;
}

/** Deltas applied in memory, in Deno. */
export async function benchBook(): Promise<Figure[]> {
  const [command, args] = await commandFor("deno", "bench/book.ts");
  return await runForResult<Figure[]>(command, args);
}
