/** The page on errors says what the code says. */
import { assert, assertEquals } from "@std/assert";
import { readFileSync } from "node:fs";
import { REMEDIES } from "../../../src/base/server_codes.ts";
import { test } from "../../support/test.ts";

const page = readFileSync("docs/errors.md", "utf8");

/** The rows of the table under a heading, as their cells. */
function rowsUnder(heading: string): string[][] {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? "";
  return section.split("\n").filter((line) => line.startsWith("|")).slice(2)
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

test("the page on errors gives a cause of every known serverCode, and its remedy as the messages do", () => {
  const rows = rowsUnder("By `serverCode`");
  assertEquals(
    rows.map(([code, , remedy]) => [code, remedy]),
    Object.entries(REMEDIES).map(([code, remedy]) => [`\`${code}\``, remedy]),
  );
  for (const [code, cause] of rows) assert(cause, code);
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
