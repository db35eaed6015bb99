/** What the docs say of the contract, which follows from its facts. */
import { readFileSync } from "node:fs";
import { format } from "./generate_contract.ts";
import { readRows } from "./generate_operations.ts";
import { readFacts, RestSpec } from "./generate_spec.ts";
import { WsSpec } from "./generate_ws.ts";
import { methodSentences } from "./method_docs.ts";
import { type RestProduct, restProducts } from "./rest_methods.ts";

/** The methods of a client: a table for each of Kalshi's tags, in the order of the methods. */
function operationsTables(name: string, product: RestProduct): string {
  const { methods } = product;
  const spec = new RestSpec(readFacts(product.facts));
  const pages = readRows(readFacts("operations.tsv"));
  const sentences = methodSentences(product);
  const calls = new Map(spec.calls.map((call) => [call.id, call]));
  for (const { id, tag } of spec.calls) {
    if (Object.values(methods).includes(id)) continue;
    throw new Error(`tools/rest_methods.ts does not say which method is ${id}, of Kalshi's tag ${tag}`);
  }
  const byTag = new Map<string, { readonly rows: string[]; readonly links: string[] }>();
  for (const [method, id] of Object.entries(methods)) {
    const call = calls.get(id);
    if (call === undefined) throw new Error(`tools/rest_methods.ts: the specification knows no ${id}`);
    const isPaged = call.queryParams.some(({ name }) => name === "cursor");
    const shown = `\`${method}\`${isPaged ? ", `listAll`" : ""}`;
    const sentence = (sentences.get(method) ?? "").replace(/\{@link(?:code)? (?:\w+\.)?(\w+)\}/g, "`$1`");
    const deprecated = call.deprecated ? " Deprecated." : "";
    const { rows, links } = byTag.get(call.tag) ?? { rows: [], links: [] };
    byTag.set(call.tag, { rows, links });
    rows.push(`| ${shown} | ${sentence}${deprecated} | [${id}], \`${call.method} ${call.path}\` |`);
    links.push(`[${id}]: https://docs.kalshi.com/${pages.get(`${name} ${id}`)?.page}`);
  }
  const contents = [...byTag.keys()].map((tag) => `[${tag}](#${tag})`).join(", ");
  const tables = [...byTag].map(([tag, { rows, links }]) =>
    `### ${tag}\n\n| \`client.\` | what it does | Kalshi's page, request |\n| --- | --- | --- |\n${
      rows.join("\n")
    }\n\n${links.join("\n")}\n`
  );
  return `By Kalshi's tags: ${contents}.\n\n${tables.join("\n")}`;
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

/** The figures that README.md shows, by how their rows of docs/benchmarks.md begin. */
const FIGURES: readonly string[] = [
  "signed GET on Node, times faster than kalshi-typescript",
  "signed GET, one at a time, times bare",
  "a signature with Ed25519",
  "lateness at 5,000 frames/s",
  "10,000 live books",
  "changes applied to a book in a second, up to 4,999 levels",
  "orders that the local exchange matches",
  "one signed GET through `KalshiCore`",
];

/** Rows of docs/benchmarks.md, without their budgets. */
function figuresTable(): string {
  const lines = readFileSync("docs/benchmarks.md", "utf8").split("\n");
  const rows = FIGURES.map((start) => {
    const row = lines.find((line) => line.startsWith(`| ${start}`));
    if (row === undefined) throw new Error(`docs/benchmarks.md has no figure that begins with ${start}`);
    return row.split("|").slice(1, 3).map((cell) => cell.trim());
  });
  return `| figure | measured |\n| --- | --- |\n${
    rows.map(([name, value]) => `| ${name} | ${value} |`).join("\n")
  }\n`;
}

/** How many operations a product has. */
const countOf = ({ facts }: RestProduct): string => String(new RestSpec(readFacts(facts)).calls.length);

/** Path from the project's root to the text, for each page of the docs of which a part is generated. */
export function generateDocs(): Map<string, string> {
  const parts: readonly (readonly [page: string, part: RegExp, text: string])[] = [
    ["README.md", /(?<=event-contract REST API, )\d+(?= of them)/, countOf(restProducts.event)],
    ["README.md", /\| figure +\| measured +\|[^]*?\|\n(?!\|)/, figuresTable()],
    ...Object.entries(restProducts).flatMap(([name, product]) =>
      [
        [product.page, /(?<=offers all )\d+(?= operations)/, countOf(product)],
        [product.page, /By Kalshi's tags: [^]*$/, operationsTables(name, product)],
      ] as const
    ),
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
