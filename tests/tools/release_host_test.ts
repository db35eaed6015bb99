/** What prepares a release, but for the projects of others, which need the network. */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "../support/test.ts";

const on = { on: ["deno"] as const };

test("notes are the section of the version, and the heading gets its day", on, async () => {
  const { assertVersion, dated, notesOf } = await import("../../tools/release/notes.ts");
  const changelog = "# Changelog\n\n## 0.2.0 — unreleased\n\nNew.\n\n- a\n\n## 0.1.0 — 2026-01-02\n\nOld.\n";
  assertEquals(notesOf(changelog, "0.2.0"), "New.\n\n- a");
  assertEquals(notesOf(changelog, "0.1.0"), "Old.");
  for (const version of ["0.3.0", "0.1", "0.2.0-rc.1"]) {
    assertThrows(() => notesOf(changelog, version), Error, `says nothing of ${version}`);
  }
  assertMatch(dated(changelog, "0.2.0", "2026-03-04"), /^## 0\.2\.0 — 2026-03-04$/m);
  assertEquals(dated(changelog, "0.1.0", "2026-03-04"), changelog);
  for (const wrong of [undefined, "v1.0.0", "1.0", "next"]) {
    assertThrows(() => assertVersion(wrong), Error, "1.2.3");
  }
  // Of this version it says something.
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  assert(notesOf(readFileSync("CHANGELOG.md", "utf8"), version).length > 100);
});

test("a public API is read from declarations, kept as text, and compared line by line", on, async () => {
  const { parseApi, readApi, writeApi } = await import("../../tools/release/api.ts");
  const { apiChanges, mayBreak } = await import("../../tools/release/api_changes.ts");
  const folder = mkdtempSync(join(tmpdir(), "api-"));
  try {
    const read = (name: string, text: string) => {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, "package.json"), `{"type":"module"}`);
      writeFileSync(join(folder, name, "inner.d.ts"), text);
      writeFileSync(join(folder, name, "mod.d.ts"), `export * from "./inner.js";\n`);
      return readApi(join(folder, name), { ".": "mod.d.ts" });
    };
    const before = read(
      "before",
      `export interface Options { readonly a?: string | undefined; b: number }
      /** A comment. */
      export declare class Thing { #private; private constructor(); run(x: string): void; private hidden; }
      export declare const one: 1;
      export type Gone = string;`,
    );
    assertEquals(parseApi(writeApi(before)), before);
    const thing = before.get(".")?.get("Thing") ?? "";
    assert(!/private|comment|hidden/.test(thing) && thing.includes("run(x: string): void"), thing);
    const after = read(
      "after",
      `export interface Options { readonly a?: string | undefined; b: number; readonly c?: number | undefined }
      export declare class Thing { run(x: number): void }
      export declare const one: 1;
      export declare const two: 2;`,
    );
    const kinds = apiChanges(before, after).map(({ kind, name }) => `${kind} ${name}`).sort();
    assertEquals(kinds, ["addition Options", "addition two", "breaking Gone", "breaking Thing"]);
    assertEquals(apiChanges(before, before), []);
    const needed = read(
      "needed",
      `export interface Options { readonly a?: string | undefined; b: number; c: number }`,
    );
    assertEquals(apiChanges(before, needed).find(({ name }) => name === "Options")?.kind, "breaking");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  assertEquals(
    [["0.1.0", "0.1.1"], ["0.1.0", "0.2.0"], ["1.2.0", "1.3.0"], ["1.2.0", "2.0.0"]].map(([a = "", b = ""]) =>
      mayBreak(a, b)
    ),
    [false, true, false, true],
  );
});

test("the npm layer of JSR gets modules that import by the names it would serve", on, async () => {
  const { layerName, writeJsrLayer } = await import("../../tools/release/jsr_layer.ts");
  assertEquals(layerName("@unofficial/kalshi"), "@jsr/unofficial__kalshi");
  const folder = mkdtempSync(join(tmpdir(), "layer-"));
  try {
    writeJsrLayer(folder);
    const { exports, dependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const entries = Object.keys(JSON.parse(readFileSync("deno.json", "utf8")).exports);
    assertEquals(Object.keys(exports), entries);
    // The layer knows no peers: what is imported comes along.
    const npm = JSON.parse(readFileSync("package.json", "utf8"));
    assertEquals(dependencies, { ...npm.dependencies, ...npm.peerDependencies });
    const core = readFileSync(join(folder, "src/core.js"), "utf8");
    assertMatch(core, /from "\.\.\/src\/runtime\/detect\.js"/);
    assert(!/\.ts"/.test(core.replace(/\/\*[^]*?\*\//g, "")));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
