import { assert, assertEquals } from "@std/assert";
import { readFileSync } from "node:fs";
import { assets } from "../../../src/local_exchange/page/bundle.ts";
import { generatePage } from "../../../tools/generate_page.ts";
import { test } from "../../support/test.ts";

// The bundler is a program of its own: what it makes is the same whatever starts it.
test("what browsers load is what its sources make", { on: ["node"] }, async () => {
  for (const [path, text] of await generatePage()) {
    assert(readFileSync(path, "utf8") === text, `${path} is out of date: deno task generate:page`);
  }
});

test("the page loads nothing of other hosts, runs nothing inline, and tells whose code is in it", () => {
  const html = assets["/"]?.body ?? "";
  assertEquals([...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url]) => url), [
    "data:,",
    "/assets/app.css",
    "/assets/app.js",
  ]);
  assert(!/<style|\son\w+=|style="/.test(html));
  assertEquals(html.match(/<script[^>]*>[^<]+/), null);
  const licences = assets["/assets/licences.txt"]?.body ?? "";
  for (const name of ["preact", "uplot", "valibot"]) assert(licences.includes(`${name} `), name);
  assertEquals(licences.match(/MIT/g) !== null, true);
  const script = assets["/assets/app.js"]?.body ?? "";
  assert(!/["'`]node:|PRIVATE KEY-----\\n[A-Za-z0-9]/.test(script));
});
