/** The reference of every entry as pages of Markdown, made of what `deno doc` says and of the sources. */
import { readFileSync } from "node:fs";
import { readEntry } from "./doc_nodes.ts";
import type { Declaration, DocModule, DocSymbol } from "./doc_nodes.ts";
import { type Homes, ReferencePage } from "./reference_page.ts";

/** Files whose exports get a page of their own, for there are many of them. */
const TOPICS: readonly (readonly [file: RegExp, slug: string, title: string])[] = [
  [/\/src\/contract\/event\/types\.ts$/, "payloads", "payloads"],
  [/\/src\/contract\/event\/operations\.ts$/, "parameters", "parameters of calls"],
  [/\/src\/contract\/event\/channels\.ts$/, "frames", "frames of the channels"],
  [/\/src\/contract\/event\/schemas\.ts$/, "checks", "checks of payloads"],
  [/\/src\/contract\/fix\/messages\.ts$/, "messages", "messages"],
  [/\/src\/contract\/fix\/codes\.ts$/, "codes", "codes"],
  [/\/src\/base\/errors\.ts$/, "errors", "errors"],
  [/\/src\/rest\//, "calls", "calls"],
];

/** One page: exports of one entry that belong together. */
interface Part {
  readonly entry: string;
  /** Its path below the folder of the reference, without ending. */
  readonly path: string;
  readonly title: string;
  readonly symbols: DocSymbol[];
}

const firstOf = (symbol: DocSymbol): Declaration | undefined => symbol.declarations[0];

const isInternal = (symbol: DocSymbol): boolean =>
  firstOf(symbol)?.jsDoc?.tags?.some(({ kind }) => kind === "internal") ?? false;

/** Where the thing is declared: the same for every entry that exports it. */
const identityOf = (symbol: DocSymbol): string => {
  const { filename, line } = firstOf(symbol)?.location ?? { filename: "", line: 0 };
  return `${filename}:${line}:${symbol.name}`;
};

/** An entry, the module behind it, and what that exports. */
interface Entry {
  readonly entry: string;
  readonly path: string;
  readonly module: DocModule;
}

/**
 * Which entry describes what: of those that export a thing the one whose room it is declared in, else the first.
 */
function ownersOf(entries: readonly Entry[]): Map<string, string> {
  const owners = new Map<string, string>();
  const rooms = entries.filter(({ path }) => /^\.\/src\/.*\/mod\.ts$/.test(path));
  for (const { entry, path, module } of rooms) {
    const room = path.slice(1).replace(/mod\.ts$/, "");
    for (const symbol of module.symbols) {
      if (firstOf(symbol)?.location.filename.includes(room)) owners.set(identityOf(symbol), entry);
    }
  }
  for (const { entry, module } of entries) {
    for (const symbol of module.symbols) {
      if (!owners.has(identityOf(symbol))) owners.set(identityOf(symbol), entry);
    }
  }
  return owners;
}

/** What an entry describes, each export on its page. */
function partsOf({ entry, module }: Entry, owners: ReadonlyMap<string, string>, homes: Homes): Part[] {
  const slug = entry === "." ? "client" : entry.slice(2);
  const front: Part = { entry, path: slug, title: "", symbols: [] };
  const parts = new Map([["", front]]);
  for (const symbol of module.symbols) {
    if (isInternal(symbol) || owners.get(identityOf(symbol)) !== entry) continue;
    const topic = TOPICS.find(([file]) => file.test(firstOf(symbol)?.location.filename ?? ""));
    const part = parts.get(topic?.[1] ?? "") ?? {
      entry,
      path: `${slug}-${topic?.[1]}`,
      title: topic?.[2] ?? "",
      symbols: [],
    };
    parts.set(topic?.[1] ?? "", part);
    part.symbols.push(symbol);
    homes.set(identityOf(symbol), `${part.path}.md#${symbol.name}`);
  }
  return [...parts.values()];
}

/** A page of the reference for the sidebar. */
export interface ReferenceEntry {
  readonly text: string;
  readonly path: string;
  readonly parts: readonly { readonly text: string; readonly path: string }[];
}

/** The pages by their path below the folder of the reference, and what the sidebar says of them. */
export async function reference(): Promise<{ pages: Map<string, string>; entries: ReferenceEntry[] }> {
  const { name, exports }: { name: string; exports: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync("deno.json", "utf8"),
  );
  const modules: Entry[] = await Promise.all(
    Object.entries(exports).map(async ([entry, path]) => ({ entry, path, module: await readEntry(path) })),
  );
  const homes: Homes = new Map();
  const owners = ownersOf(modules);
  const made = modules.map((one) => ({ ...one, parts: partsOf(one, owners, homes) }));
  const pages = new Map<string, string>();
  const entries: ReferenceEntry[] = [];
  for (const { entry, module, parts } of made) {
    const specifier = name + entry.slice(1);
    // A name of this entry wins over the same name of another one.
    const names = new Map([...homes].map(([identity, home]) => [identity.split(":").at(-1) ?? "", home]));
    const own = module.symbols.filter((symbol) => homes.has(identityOf(symbol)));
    for (const symbol of own) names.set(symbol.name, homes.get(identityOf(symbol)) ?? "");
    for (const part of parts) {
      const page = new ReferencePage(part.path, names);
      const elsewhere = part.title === ""
        ? own.filter((symbol) => !homes.get(identityOf(symbol))?.startsWith(`${part.path}.md#`))
        : [];
      const title = `\`${specifier}\`${part.title === "" ? "" : `: ${part.title}`}`;
      const intro = part.title === "" ? module.moduleDoc : {};
      pages.set(`${part.path}.md`, page.write(title, intro, part.symbols, elsewhere));
    }
    const [front, ...others] = parts;
    entries.push({
      text: entry === "." ? "." : entry.slice(1),
      path: front?.path ?? "",
      parts: others.map(({ title, path }) => ({ text: title, path })),
    });
  }
  pages.set("index.md", frontPage(name, modules));
  return { pages, entries };
}

/** Each entry with the first sentence of its docstring. */
function frontPage(name: string, entries: readonly Entry[]): string {
  const rows = entries.map(({ entry, module: { moduleDoc, symbols } }) => {
    const [sentence = ""] = (moduleDoc.doc ?? "").trim().split(/(?<=[.:])\s*\n\n|(?<=\.)\s/);
    const path = entry === "." ? "client" : entry.slice(2);
    return `| [\`${name}${entry.slice(1)}\`](${path}.md) | ${
      new ReferencePage("index", new Map()).prose(sentence.replaceAll("\n", " "))
    } | ${symbols.length} |`;
  });
  return [
    "# Reference",
    "",
    "Everything that the package exports, by entry: made of the docstrings with `deno doc`.",
    "",
    "| entry | what it is | exports |",
    "| --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}
