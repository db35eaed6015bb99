import { assertEquals } from "@std/assert";
import { sameSecret } from "../../src/local_exchange/same_secret.ts";
import { test } from "../support/test.ts";

test("a secret is the same as itself alone, whatever the length and the letters of another", () => {
  const cases: readonly [given: string, secret: string, isSame: boolean][] = [
    ["abc", "abc", true],
    ["abd", "abc", false],
    ["xbc", "abc", false],
    ["ab", "abc", false],
    ["abcd", "abc", false],
    ["", "abc", false],
    ["", "", true],
    ["ä", "ä", true],
    ["ä", "a", false],
  ];
  assertEquals(
    cases.map(([given, secret]) => sameSecret(given, secret)),
    cases.map(([, , isSame]) => isSame),
  );
});
