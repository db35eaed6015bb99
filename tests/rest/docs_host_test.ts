import { assertEquals } from "@std/assert";
import { readdirSync, readFileSync } from "node:fs";
import { generateDocs } from "../../tools/generate_docs.ts";
import { readRows } from "../../tools/generate_operations.ts";
import { readFacts } from "../../tools/generate_spec.ts";
import { test } from "../support/test.ts";
import { restProducts } from "../../tools/rest_methods.ts";
import { products } from "./products.ts";

test("the docs name each method and the operation that it is", () => {
  for (const [page, text] of generateDocs()) assertEquals(readFileSync(page, "utf8"), text);
});

const facts = readRows(readFacts("operations.tsv"));

for (const { name, calls } of products) {
  const { client, sources } = restProducts[name];
  const texts = sources.flatMap((path) =>
    path.endsWith(".ts")
      ? [path]
      : readdirSync(path).filter((file) => file.endsWith(".ts")).map((file) => `${path}/${file}`)
  ).map((path) => readFileSync(path, "utf8"));
  const bodyOf = (type: string): string =>
    texts.find((text) => text.includes(`class ${type} `))?.split(`class ${type} `)[1] ?? "";

  /** The docstring above the method of a namespace, found by the class that its field is typed as. */
  const docstring = (path: string): string => {
    const names = path.split(".");
    const method = names.pop() ?? "";
    const type = names.reduce(
      (type, field) => bodyOf(type).match(new RegExp(`readonly ${field}: (\\w+) `))?.[1] ?? "",
      client,
    );
    const body = bodyOf(type);
    const at = body.search(new RegExp(`^  (async )?${method}\\(`, "m"));
    return body.slice(body.lastIndexOf("/**", at), at);
  };

  test(`${name}: each method's docstring leads to Kalshi's page, and says when the call is deprecated`, () => {
    for (const [method, { id, deprecated }] of calls) {
      const text = docstring(method);
      const page = `@see https://docs.kalshi.com/${facts.get(`${name} ${id}`)?.page}\n`;
      assertEquals([text.includes(page), method], [true, method]);
      assertEquals([text.includes("@deprecated"), method], [deprecated, method]);
    }
  });
}
