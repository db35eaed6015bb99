/** No table of rules is forgotten by the tests of all options. */
import { assertEquals } from "@std/assert";
import { readdirSync, readFileSync } from "node:fs";
import { OPTION_TABLES } from "../support/option_tables.ts";
import { test } from "../support/test.ts";

test("every table of rules is among those whose options are tested", () => {
  const known = Object.keys(OPTION_TABLES).map((name) => name.split("/").at(-1));
  const missing: string[] = [];
  for (const path of readdirSync("src", { recursive: true, encoding: "utf8" })) {
    if (!path.endsWith(".ts")) continue;
    const text = readFileSync(`src/${path}`, "utf8");
    if (!/base\/options\.ts"|from "\.\/options\.ts"/.test(text)) continue;
    for (const [, name = ""] of text.matchAll(/^(?:export )?const (\w*[rR]ules)\b(?!.*AnyRules)/gm)) {
      if (!known.includes(name)) missing.push(`${path}: ${name}`);
    }
  }
  assertEquals(missing, []);
});
