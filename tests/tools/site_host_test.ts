import { assert, assertEquals } from "@std/assert";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { anchorsOf } from "../../tools/site/anchors.ts";
import { deadSiteLinks, siteLink } from "../../tools/site/links.ts";
import { reference } from "../../tools/site/reference.ts";
import { test } from "../support/test.ts";

function site(pages: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "site-"));
  for (const [path, html] of Object.entries(pages)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), html);
  }
  return folder;
}

test("a dead link of the built site is found, and a dead anchor", () => {
  const folder = site({
    "index.html": `<h1 id="top"></h1><a href="/book/page.html#there">a</a><a class="x" href="#top">b</a>
      <a href="https://example.com/gone">c</a><a href="/book/">d</a><a href="/file.txt">e</a>`,
    "book/page.html": `<h2 id="there"></h2><a href="../index.html#nowhere">f</a><a href="gone.html">g</a>`,
    "book/index.html": "",
    "file.txt": "",
  });
  assertEquals(deadSiteLinks(folder, "/"), [
    "book/page.html: index.html has no #nowhere",
    "book/page.html: no gone.html",
  ]);
  rmSync(folder, { recursive: true });
});

test("headings have the anchors that GitHub gives", () => {
  const page = "# `client.orders`: what's new?\n\n## Twice\n\n```sh\n# no heading\n```\n\n## Twice\n";
  assertEquals([...anchorsOf(page)], ["clientorders-whats-new", "twice", "twice-1"]);
});

test("links out of docs/ lead to pages of the site", () => {
  assertEquals(siteLink("docs/workers.md", "runtimes.md#node"), "runtimes.md#node");
  assertEquals(siteLink("docs/workers.md", "../examples/worker/public/feed.js"), "/examples/worker.md");
  assertEquals(siteLink("docs/how-to/go-live.md", "../../CHANGELOG.md#x"), "/changelog.md#x");
  assertEquals(siteLink("CONTRIBUTING.md", "docs/runtimes.md#node"), "/runtimes.md#node");
});

// On Node the entries are imported from dist/, which need not be built.
test("the reference describes what every entry exports", { on: ["deno", "bun"] }, async () => {
  const { name, exports }: { name: string; exports: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync("deno.json", "utf8"),
  );
  const { pages } = await reference();
  const all = [...pages.values()].join("\n");
  for (const entry of Object.keys(exports)) {
    if (entry === "./workers") continue; // extends a class that workerd alone has
    const module: Readonly<Record<string, unknown>> = await import(name + entry.slice(1));
    for (const exported of Object.keys(module)) {
      const isThere = all.includes(`{#${exported}}`) || all.includes(`<a id="${exported}"></a>`);
      assert(isThere, `${entry} exports ${exported}, which is on no page`);
    }
  }
});
