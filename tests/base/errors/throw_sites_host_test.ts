/** What only the sources tell: every place that makes an error. */
import { assert, assertEquals } from "@std/assert";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "../../support/test.ts";

const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => ({ path, text: readFileSync(`src/${path}`, "utf8") }));

function codesOf(text: string): string[] {
  return [...text.matchAll(/^ {2}override readonly code = "([A-Z_]+)";$/gm)].map((match) => match[1] ?? "");
}

test("every code of the union is the code of exactly one class", () => {
  const union =
    /export type KalshiErrorCode =([^;]+);/.exec(readFileSync("src/base/errors.ts", "utf8"))?.[1] ??
      "";
  const listed = [...union.matchAll(/"([A-Z_]+)"/g)].map((match) => match[1]);
  assert(listed.length > 20);
  assertEquals(sources.flatMap(({ text }) => codesOf(text)).sort(), [...listed].sort());
});

test("every class of errors says its name and its code itself", () => {
  for (const { path, text } of sources) {
    for (const part of text.split(/^export (?=class \w+ extends \w*Error )/m).slice(1)) {
      const [, name] = /^class (\w+)/.exec(part) ?? [];
      if (!/^class \w+ extends Kalshi\w*Error/.test(part)) continue;
      const end = part.indexOf("\n}");
      assertEquals(codesOf(part.slice(0, end)).length, 1, `${path}: ${name}`);
      assert(/^ {2}override readonly name = "\w+Error";$/m.test(part.slice(0, end)), `${path}: ${name}`);
    }
  }
});

test("nothing is thrown that stands for several classes", () => {
  for (const { path, text } of sources) {
    const made = text.match(/new (KalshiError|KalshiAuthError)\(/g);
    assertEquals(made, null, path);
  }
});
