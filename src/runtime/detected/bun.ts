/** The adapter where npm's conditions name the runtime: what `#runtime` is there. */
export { bunRuntime as detectRestRuntime, bunRuntime as detectRuntime } from "../bun.ts";
