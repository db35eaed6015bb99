/**
 * One `test()` for every runtime: it hands over to the runtime's own runner, or, in workerd, collects the
 * tests for the fetch handler of `workers_entry.ts`.
 */

/** The runtimes of the test matrix. */
export type RuntimeName = "deno" | "bun" | "node" | "workers";

export interface TestOptions {
  /** Run only on these; all when left out. */
  readonly on?: readonly RuntimeName[];
  /** End the test after this long: 2 minutes unless told, which may be more and not less, and 10 at most. */
  readonly timeoutMs?: number;
}

export interface CollectedTest {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** The tests that no runner took: those of workerd. */
export const collected: CollectedTest[] = [];

/** What a test may take, whatever else the machine does: it tells that a test hangs, not that it is slow. */
const LIMIT_MS = 120_000;
const LONGEST_MS = 600_000;

/** The test that runs: how many came before it, and what it waits for. */
export const running: { number: number; waitsFor: string | undefined } = { number: 0, waitsFor: undefined };

type Body = () => void | Promise<void>;

interface HostGlobals {
  readonly Deno?: { test(options: { name: string; fn: () => Promise<void> }): void };
  readonly Bun?: unknown;
  readonly process?: {
    readonly versions?: { readonly node?: string };
    readonly release?: { readonly name?: string };
  };
  readonly navigator?: { readonly userAgent?: string };
}
const host = globalThis as unknown as HostGlobals;

function detect(): RuntimeName {
  if (host.navigator?.userAgent === "Cloudflare-Workers") return "workers";
  if (host.Deno !== undefined) return "deno";
  if (host.Bun !== undefined) return "bun";
  return "node";
}

/** The runtime that runs this file. */
export const runtimeName: RuntimeName = detect();

type Runner = (name: string, run: () => Promise<void>) => void;

async function nativeRunner(): Promise<Runner> {
  switch (runtimeName) {
    case "workers":
      return (name, run) => void collected.push({ name, run });
    case "deno":
      return (name, fn) => host.Deno?.test({ name, fn });
    case "bun": {
      const specifier = "bun:test";
      const bun = await import(specifier);
      // Time limits are kept below, alike on every runtime.
      return (name, run) => bun.test(name, run, 2 * LONGEST_MS);
    }
    case "node": {
      const specifier = "node:test";
      const node = await import(specifier);
      return (name, run) => node.test(name, run);
    }
  }
}
const runner = await nativeRunner();

async function withTimeout(name: string, body: Body, timeoutMs: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const expiry = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const what = running.waitsFor === undefined ? "" : `; it waits for ${running.waitsFor}`;
      reject(new Error(`"${name}" did not end within ${timeoutMs / 1000} s${what}`));
    }, timeoutMs);
  });
  running.waitsFor = undefined;
  try {
    await Promise.race([body(), expiry]);
  } finally {
    clearTimeout(timer);
    // What it still waits for gives up, so that nothing keeps the process from its end.
    running.number++;
  }
}

/** Declares a test. */
export function test(name: string, body: Body): void;
export function test(name: string, options: TestOptions, body: Body): void;
export function test(name: string, second: TestOptions | Body, third?: Body): void {
  const options = typeof second === "function" ? {} : second;
  const body = typeof second === "function" ? second : third;
  if (body === undefined) throw new TypeError(`test "${name}" has no body`);
  if (options.on !== undefined && !options.on.includes(runtimeName)) return;
  const { timeoutMs = LIMIT_MS } = options;
  if (timeoutMs < LIMIT_MS || timeoutMs > LONGEST_MS) {
    throw new RangeError(`test "${name}": timeoutMs is from ${LIMIT_MS} to ${LONGEST_MS}`);
  }
  runner(name, () => withTimeout(name, body, timeoutMs));
}
