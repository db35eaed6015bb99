import type { Runtime } from "./types.ts";
import { webRuntime } from "./web.ts";

/** The adapter of the runtime that runs this code. */
export function detectRuntime(): Runtime {
  return webRuntime();
}
