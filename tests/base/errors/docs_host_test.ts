/** The page on errors says what the code says. */
import { assert, assertEquals } from "@std/assert";
import { readFileSync } from "node:fs";
import { REMEDIES, remedyOf as remedyOfCode } from "../../../src/base/server_codes.ts";
import { PERPS_REMEDIES, perpsRemedyOf } from "../../../src/base/perps_codes.ts";
import { restProducts } from "../../../tools/rest_methods.ts";
import { test } from "../../support/test.ts";

const page = readFileSync("docs/errors.md", "utf8");

/** The rows of the table under a heading, as their cells. */
function rowsUnder(heading: string): string[][] {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
  return section.split("\n").filter((line) => line.startsWith("|")).slice(2)
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

for (
  const [heading, remedies] of [
    ["By `serverCode`", REMEDIES],
    ["By `serverCode`, on perps", PERPS_REMEDIES],
  ] as const
) {
  test(`the page on errors gives a cause of every known serverCode, and its remedy as the messages do: ${heading}`, () => {
    const rows = rowsUnder(heading);
    assertEquals(
      rows.map(([code, , remedy]) => [code, remedy]),
      Object.entries(remedies).map(([code, remedy]) => [`\`${code}\``, remedy]),
    );
    for (const [code, cause] of rows) assert(cause, code);
  });
}

test("a remedy names only methods that the client has whose error it is of", () => {
  const codes = Object.keys(REMEDIES);
  let named = 0;
  for (
    const [{ methods, conveniences }, remedyOf] of [
      [restProducts.event, remedyOfCode],
      [restProducts.perps, perpsRemedyOf],
    ] as const
  ) {
    for (const code of codes) {
      const text = remedyOf(code) ?? "";
      // What only perps answer is said in their words.
      if (/client\.risk|exitTriggers/.test(text) && remedyOf === remedyOfCode) continue;
      for (const [, path = ""] of text.matchAll(/client\.(\w+(?:\.\w+)*)/g)) {
        const known = [...Object.keys(methods), ...conveniences];
        assert(known.some((name) => name === path || name.startsWith(`${path}.`)), `${code}: ${path}`);
        named++;
      }
    }
  }
  assert(named > 30, `${named}`);
});

test("the page on errors has every code of an error once, with a cause and a remedy", () => {
  const union =
    /export type KalshiErrorCode =([^;]+);/.exec(readFileSync("src/base/errors.ts", "utf8"))?.[1] ??
      "";
  const rows = rowsUnder("By `code`");
  assertEquals(
    rows.map(([code]) => code),
    [...union.matchAll(/"([A-Z_]+)"/g)].map(([, code]) => `\`${code}\``),
  );
  for (const [code, cause, remedy] of rows) assert(cause && remedy, code);
});

test("what the page on errors quotes from messages stands in a message", () => {
  const sources = ["src/base/error_advice.ts", "src/http/status_error.ts", "src/http/decode.ts"].map((path) =>
    readFileSync(path, "utf8")
  )
    .join("\n");
  for (const [text = ""] of rowsUnder("By what the message says")) {
    if (/^(post only cross|too many requests)$/.test(text)) continue; // Kalshi's own words.
    assert(sources.includes(text.replace(/ \(.*/, "")), text);
  }
});
