import { assertEquals } from "@std/assert";
import * as bun from "@unofficial/kalshi/bun";
import * as deno from "@unofficial/kalshi/deno";
import * as node from "@unofficial/kalshi/node";
import { test } from "../support/test.ts";

test("the entry of a runtime exports its adapter and nothing else", () => {
  assertEquals([deno, bun, node].map((entry) => Object.keys(entry)), [["denoRuntime"], ["bunRuntime"], [
    "nodeRuntime",
  ]]);
});
