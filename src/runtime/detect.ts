import { bunRuntime } from "./bun.ts";
import { denoRuntime } from "./deno.ts";
import { builtinNodeRuntime } from "./node_builtin.ts";
import type { Runtime } from "./types.ts";
import { webRuntime } from "./web.ts";
import { workersRuntime } from "./workers.ts";

interface Globals {
  readonly Deno?: { readonly createHttpClient?: unknown };
  readonly Bun?: unknown;
  readonly navigator?: { readonly userAgent?: string };
  readonly process?: { readonly versions?: { readonly node?: string }; readonly getBuiltinModule?: unknown };
}

/** The adapter of the runtime that runs this code, made anew at each call. */
export function detectRuntime(): Runtime {
  const { Deno, Bun, navigator, process } = globalThis as unknown as Globals;
  // A Worker with nodejs_compat has a `process` too, so that it comes first.
  if (navigator?.userAgent === "Cloudflare-Workers") return workersRuntime();
  if (Deno?.createHttpClient) return denoRuntime();
  if (Bun) return bunRuntime();
  if (process?.versions?.node && process.getBuiltinModule) return builtinNodeRuntime();
  return webRuntime();
}

export { detectRuntime as detectRestRuntime };
