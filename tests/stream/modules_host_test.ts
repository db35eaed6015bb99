import { readdirSync, readFileSync } from "node:fs";
import { assertEquals } from "@std/assert";
import { test } from "../support/test.ts";

test("a stream loads no code later: a chunk that cannot be loaded would turn a refusal into silence", () => {
  const later = readdirSync("src/stream").filter((name) =>
    /\bimport\(/.test(readFileSync(`src/stream/${name}`, "utf8"))
  );
  assertEquals(later, []);
});
