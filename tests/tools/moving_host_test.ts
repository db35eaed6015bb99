/** The tables of docs/moving-from/: every method of theirs is there, every method of ours is one. */
import { assert, assertEquals } from "@std/assert";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as official from "kalshi-typescript";
import { KalshiClient } from "../../mod.ts";
import { PerpsClient } from "../../src/perps/mod.ts";
import { test } from "../support/test.ts";

const read = (page: string) => readFileSync(`docs/moving-from/${page}`, "utf8");

/** The rows of a table whose second column is headed `here`: the code in the first, and the second as it is. */
function rowsOf(text: string): { theirs: string[]; here: string }[] {
  return [...text.matchAll(/^\| (`[^|]*) \| ([^|]*) \|$/gm)].map(([, theirs = "", here = ""]) => ({
    theirs: [...theirs.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
    here: here.trim(),
  }));
}

/** The tables of methods of a page, up to its next part. */
const methodTables = (page: string, heading = "Method by method") =>
  read(page).split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";

test("every method of kalshi-typescript stands in its table, under its class", () => {
  const classes = Object.entries(official).flatMap(([name, value]): [string, string[]][] => {
    if (!name.endsWith("Api") || typeof value !== "function") return [];
    const methods = Object.getOwnPropertyNames(value.prototype).filter((method) => method !== "constructor");
    return [[name, methods.toSorted()]];
  });
  assert(classes.length > 15, `${classes.length} classes`);
  const sections = methodTables("kalshi-typescript.md").split(/^### /m).slice(1);
  const listed = sections.map((section): [string, string[]] => [
    /^`(\w+)`/.exec(section)?.[1] ?? "",
    rowsOf(section).flatMap(({ theirs }) => theirs).toSorted(),
  ]);
  assertEquals(new Map(listed), new Map(classes));
});

test("kalshi-typescript is of the version that the page names", () => {
  const { version }: { version: string } = JSON.parse(
    readFileSync("node_modules/kalshi-typescript/package.json", "utf8"),
  );
  assert(read("kalshi-typescript.md").includes(`as of version ${version}.`));
});

/** A table, whose methods it leads to, and how many rows it has at least. */
type Table = [page: string, heading: string, client: object, least: number];

test("whatever a page leads to is a method of a client", async () => {
  await using events = new KalshiClient({ demo: true });
  await using perps = new PerpsClient({ demo: true });
  const tables: Table[] = [
    ...readdirSync("docs/moving-from").map((page): Table => [page, "Method by method", events, 50]),
    ["python-sdk.md", "Perps, method by method", perps, 30],
  ];
  for (const [page, heading, client, least] of tables) {
    const rows = rowsOf(methodTables(page, heading));
    assert(rows.length > least, `${page}: ${rows.length} rows`);
    for (const { here } of rows) {
      if (here.startsWith("none: ")) continue;
      const path = /^`client\.([\w.]+)`/.exec(here)?.[1];
      assert(path !== undefined, `${page}: ${here}`);
      const found = path.split(".").reduce<unknown>(
        (owner, name) => Reflect.get(Object(owner), name),
        client,
      );
      assertEquals(typeof found, "function", `${page}: client.${path}`);
    }
  }
});

test("each row of the comparison names a test or a bench that is there, and versions stand above it", () => {
  const page = readFileSync("docs/comparison.md", "utf8");
  const table = page.split("## Side by side")[1]?.split("\n## ")[0] ?? "";
  const rows = table.split("\n").filter((line) => line.startsWith("| ")).slice(2);
  assert(rows.length > 10);
  for (const row of rows) {
    const shownBy = row.split("|")[3] ?? "";
    const paths = [...shownBy.matchAll(/`((?:tests|bench)\/[\w./]+)`/g)].map(([, path = ""]) => path);
    assert(paths.length > 0, row);
    for (const path of paths) assert(existsSync(path), path);
  }
  for (const other of ["`kalshi-typescript` 3.30.0", "`kalshi-sdk` 19.0.0", "`pykalshi` 1.0.4"]) {
    assert(table.includes(other), other);
  }
});
