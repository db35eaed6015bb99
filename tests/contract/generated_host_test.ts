import { readFileSync } from "node:fs";
import { assertEquals } from "@std/assert";
import { test } from "../support/test.ts";
import { generateContract } from "../../tools/generate_contract.ts";

test("the generated files are what the fact files give", () => {
  const files = generateContract();
  for (const [path, text] of files) {
    assertEquals(readFileSync(path, "utf8") === text, true, `${path} is old: run \`deno task generate\``);
  }
});
