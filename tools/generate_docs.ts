/** What the docs say of the contract, which follows from its facts. */
import { readFileSync } from "node:fs";
import { format } from "./generate_contract.ts";
import { readRows } from "./generate_operations.ts";
import { readFacts, RestSpec } from "./generate_spec.ts";
import { WsSpec } from "./generate_ws.ts";
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

/** The channels in docs/streaming.md, in the order of the specification. */
function channelNames(): string {
  const { channels } = new WsSpec(
    readFacts("asyncapi.json"),
    undefined,
    JSON.parse(readFacts("retired_error_codes.json")),
  );
  return [...channels.keys()].map((name) => `\`${name}\``).join(", ");
}

/** Path from the project's root to the text, for each page of the docs of which a part is generated. */
export function generateDocs(): Map<string, string> {
  const spec = new RestSpec(readFacts("openapi.json"));
  const parts: readonly (readonly [page: string, part: RegExp, text: string])[] = [
    ["README.md", /(?<=event-contract REST API, )\d+(?= of them)/, String(spec.calls.length)],
    ["docs/rest.md", /(?<=offers all )\d+(?= operations)/, String(spec.calls.length)],
    ["docs/rest.md", /\| Kalshi's tag +\|[^]*?\|\n(?!\|)/, operationsTable(spec)],
    ["docs/streaming.md", /(?<=is typed for Kalshi's channels: )[^.]+(?=\.)/, channelNames()],
  ];
  const pages = new Map<string, string>();
  for (const [page, part, text] of parts) {
    const given = pages.get(page) ?? readFileSync(page, "utf8");
    if (!part.test(given)) throw new Error(`${page} has no place for what is generated: ${part}`);
    pages.set(page, given.replace(part, () => text));
  }
  return new Map([...pages].map(([page, text]) => [page, format(text, "md")]));
}
