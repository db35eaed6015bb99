/** The adapter where npm's conditions name the runtime: what `#runtime` is there. */
export { nodeRuntime as detectRestRuntime, nodeRuntime as detectRuntime } from "../node.ts";
