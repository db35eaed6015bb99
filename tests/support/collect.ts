/** Collects garbage now, on Deno, Node and Bun: what is in use shows only when all else is gone. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export function collect(): void {
  const { Bun } = globalThis as { Bun?: { gc(force: boolean): void } };
  if (Bun !== undefined) return Bun.gc(true);
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}
