import { assertEquals } from "@std/assert";
import { readdirSync, readFileSync } from "node:fs";
import { generateDocs } from "../../tools/generate_docs.ts";
import { readRows } from "../../tools/generate_operations.ts";
import { readFacts } from "../../tools/generate_spec.ts";
import { test } from "../support/test.ts";
import { methods } from "./methods.ts";
import { operationOf } from "./spec.ts";

test("the docs name each method and the operation that it is", () => {
  for (const [page, text] of generateDocs()) assertEquals(readFileSync(page, "utf8"), text);
});

const facts = readRows(readFacts("operations.tsv"));
const sources = readdirSync("src/rest").map((name) => readFileSync(`src/rest/${name}`, "utf8"));

/** The docstring above the method of a namespace, found by the class that its field is typed as. */
function docstring(method: string): string {
  const names = method.split(".");
  const name = names.pop() ?? "";
  let type = "KalshiClient";
  for (const field of names) {
    const all = [...sources, readFileSync("src/client.ts", "utf8")];
    const body = all.find((text) => text.includes(`class ${type} `))?.split(`class ${type} `)[1] ?? "";
    type = body.match(new RegExp(`readonly ${field}: (\\w+) `))?.[1] ?? "";
  }
  const body = sources.find((text) => text.includes(`class ${type} `))?.split(`class ${type} `)[1] ?? "";
  const at = body.search(new RegExp(`^  (async )?${name}\\(`, "m"));
  return body.slice(body.lastIndexOf("/**", at), at);
}

test("each method's docstring leads to Kalshi's page, and says when the call is deprecated", () => {
  for (const [method, id] of Object.entries(methods)) {
    const text = docstring(method);
    const page = `@see https://docs.kalshi.com/${facts.get(`event ${id}`)?.page}\n`;
    assertEquals([text.includes(page), method], [true, method]);
    assertEquals([text.includes("@deprecated"), method], [operationOf(id).deprecated, method]);
  }
});
