/** The bench of replays, on every runtime: one made-up day, which each of them reads from its files. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Figure } from "./measure.ts";
import { commandFor, runForResult, RUNTIMES } from "./support.ts";

/** 20,000 of each of 200 markets, on average. */
const FRAMES = 4_000_000;

/** A recorded day through the matching engine. */
export async function benchReplay(): Promise<Figure[]> {
  const figures: Figure[] = [];
  const folder = mkdtempSync(join(tmpdir(), "kalshi-bench-replay-"));
  try {
    const [command, args] = await commandFor("bun", "bench/replay_day.ts");
    await runForResult<number>(command, [...args, folder, String(FRAMES)]);
    for (const runtime of RUNTIMES) {
      const [command, args] = await commandFor(runtime, "bench/replay.ts", { gc: true });
      const found = await runForResult<Figure[]>(command, [...args, folder]);
      figures.push(...found.map((figure) => ({ ...figure, name: `${runtime}, ${figure.name}` })));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return figures;
}
