/** The adapters that a host can run, for tests that go through all of them. */
import type { Runtime, RuntimeOptions } from "../../../src/runtime/types.ts";
import { runtimeName } from "../../support/test.ts";

export interface Adapter {
  readonly name: string;
  make(options?: RuntimeOptions): Runtime;
}

/** Deno runs two: its own, and Node's. */
export async function adapters(): Promise<readonly Adapter[]> {
  if (runtimeName === "bun") {
    const { bunRuntime } = await import("../../../src/runtime/bun.ts");
    return [{ name: "bunRuntime", make: bunRuntime }];
  }
  const { nodeRuntime } = await import("../../../src/runtime/node.ts");
  const node = { name: "nodeRuntime", make: nodeRuntime };
  if (runtimeName === "node") return [node];
  const { denoRuntime } = await import("../../../src/runtime/deno.ts");
  return [{ name: "denoRuntime", make: denoRuntime }, node];
}
