/**
 * The table of methods in docs/rest.md. Run it to write the table anew: `deno run -A tests/rest/operations_table.ts`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { isPaged, methods } from "./methods.ts";
import { operationOf } from "./spec.ts";

const file = "docs/rest.md";
const pages: Readonly<Record<string, string>> =
  JSON.parse(readFileSync("src/contract/spec/doc_pages.json", "utf8")).event;

/** The table as Markdown, by Kalshi's tags in the order of the methods. */
export function operationsTable(): string {
  const byTag = new Map<string, string[]>();
  for (const [method, id] of Object.entries(methods)) {
    const operation = operationOf(id);
    const name = `\`${method}\`${isPaged(operation) ? ", `listAll`" : ""}`;
    const link = `[${id}](https://docs.kalshi.com/${pages[id] ?? "changelog"})`;
    const call = `\`${operation.method} ${operation.path}\`${operation.deprecated ? " (deprecated)" : ""}`;
    const rows = byTag.get(operation.tag) ?? [];
    byTag.set(operation.tag, rows);
    rows.push(`| ${operation.tag} | ${name} | ${link} | ${call} |`);
  }
  const head = "| Kalshi's tag | `client.` | operation | request |\n| --- | --- | --- | --- |\n";
  return `${head}${[...byTag.values()].flat().join("\n")}\n`;
}

const table = /\| Kalshi's tag +\|[^]*?\|\n(?!\|)/;

/** The table as it stands in the docs, less the spaces that the formatter puts in. */
export function tableInDocs(): string {
  const found = readFileSync(file, "utf8").match(table)?.[0] ?? "";
  return found.replace(/ +\|/g, " |").replace(/-{3,}/g, "---");
}

if (import.meta.main) {
  writeFileSync(file, readFileSync(file, "utf8").replace(table, operationsTable));
}
