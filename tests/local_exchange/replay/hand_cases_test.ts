/** What a bot gets out of small recordings is what was worked out on paper, over REST and over FIX. */
import { assertEquals } from "@std/assert";
import { test } from "../../support/test.ts";
import { cases } from "./cases.ts";
import { expected, playCase } from "./support/player.ts";

for (const each of cases) {
  test(`on paper and in a replay: ${each.name}`, async () => {
    for (const way of ["rest", "fix"] as const) {
      assertEquals(await playCase(each, way), expected(each.table, way), way);
    }
  });
}
