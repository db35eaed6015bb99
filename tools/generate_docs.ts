/** What the docs say of the contract, which follows from its facts. */
import { readFileSync } from "node:fs";
import { format } from "./generate_contract.ts";
import { readRows } from "./generate_operations.ts";
import { readFacts, RestSpec } from "./generate_spec.ts";
import { methods } from "./rest_methods.ts";

/** The table of methods in docs/rest.md, by Kalshi's tags in the order of the methods. */
function operationsTable(spec: RestSpec): string {
  const pages = readRows(readFacts("operations.tsv"));
  const calls = new Map(spec.calls.map((call) => [call.id, call]));
  for (const { id, tag } of spec.calls) {
    if (Object.values(methods).includes(id)) continue;
    throw new Error(`tools/rest_methods.ts does not say which method is ${id}, of Kalshi's tag ${tag}`);
  }
  const byTag = new Map<string, string[]>();
  for (const [method, id] of Object.entries(methods)) {
    const call = calls.get(id);
    if (call === undefined) throw new Error(`tools/rest_methods.ts: the specification knows no ${id}`);
    const isPaged = call.queryParams.some(({ name }) => name === "cursor");
    const name = `\`${method}\`${isPaged ? ", `listAll`" : ""}`;
    const link = `[${id}](https://docs.kalshi.com/${pages.get(`event ${id}`)?.page})`;
    const request = `\`${call.method} ${call.path}\`${call.deprecated ? " (deprecated)" : ""}`;
    const rows = byTag.get(call.tag) ?? [];
    byTag.set(call.tag, rows);
    rows.push(`| ${call.tag} | ${name} | ${link} | ${request} |`);
  }
  const head = "| Kalshi's tag | `client.` | operation | request |\n| --- | --- | --- | --- |\n";
  return `${head}${[...byTag.values()].flat().join("\n")}\n`;
}

/** Path from the project's root to the text, for each page of the docs of which a part is generated. */
export function generateDocs(): Map<string, string> {
  const spec = new RestSpec(readFacts("openapi.json"));
  const page = "docs/rest.md";
  const text = readFileSync(page, "utf8")
    .replace(/all \d+ operations/, `all ${spec.calls.length} operations`)
    .replace(/\| Kalshi's tag +\|[^]*?\|\n(?!\|)/, operationsTable(spec));
  return new Map([[page, format(text, "md")]]);
}
