/** The adapter where npm's conditions name the runtime: what `#runtime` is there. */
export { denoRuntime as detectRestRuntime, denoRuntime as detectRuntime } from "../deno.ts";
