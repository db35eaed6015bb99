/** How a page of the reference is written. */
import { declarationAt, namesIn } from "./declarations.ts";
import type { Declaration, DocSymbol, DocTag, JsDoc, Member } from "./doc_nodes.ts";

/** Where each export is described: `page.md#anchor`, by what it is. */
export type Homes = Map<string, string>;

/** More functions of one shape than this are listed and not described one by one. */
const MANY = 50;

const KINDS: Readonly<Record<Declaration["kind"], string>> = {
  class: "class",
  enum: "enum",
  function: "function",
  interface: "interface",
  namespace: "namespace",
  typeAlias: "type",
  variable: "constant",
};

/** What one calls first, what one only names last. */
const ORDER: readonly Declaration["kind"][] = [
  "class",
  "function",
  "variable",
  "namespace",
  "enum",
  "interface",
  "typeAlias",
];

const fence = (code: string): string => `\`\`\`ts\n${code}\n\`\`\`\n`;

const tagsOf = ({ tags = [] }: JsDoc, kind: string): DocTag[] => tags.filter((tag) => tag.kind === kind);

/** Writes pages, and knows where the names in them lead. */
export class ReferencePage {
  readonly path: string;
  readonly names: ReadonlyMap<string, string>;

  constructor(path: string, names: ReadonlyMap<string, string>) {
    this.path = path;
    this.names = names;
  }

  /** A link to where a name is described, or the name alone. */
  #link(name: string, text = `\`${name}\``): string {
    const [first = ""] = name.split(".");
    const home = this.names.get(first);
    if (home === undefined) return text;
    const [page = "", anchor] = home.split("#");
    return `[${text}](${page === `${this.path}.md` ? "" : page}#${anchor})`;
  }

  /** A docstring as Markdown in which nothing is taken for HTML or for a template. */
  prose(doc: string): string {
    return doc.trim().split(/(```[^]*?```|`[^`]*`|\{@link(?:code)? [^}]*\})/).map((part) => {
      if (part.startsWith("`")) return part;
      const [, target, label] = /^\{@link(?:code)? ([^}|\s]*)(?:[|\s]+([^}]*))?\}$/.exec(part) ?? [];
      if (target !== undefined) {
        return this.#link(target, label === undefined ? undefined : this.prose(label));
      }
      return part.replaceAll(/<(?!https?:)/g, "&lt;").replaceAll("{{", "&#123;&#123;");
    }).join("");
  }

  /** One line of it, for lists and tables. */
  #line(doc = ""): string {
    return this.prose(doc).replace(/\s*\n\s*/g, " ");
  }

  #tags(jsDoc: JsDoc): string[] {
    const of = (kind: string) => tagsOf(jsDoc, kind);
    const facts = of("unsupported").flatMap(({ value = "" }) => {
      const preset = /^@default\s+(.*)$/s.exec(value)?.[1];
      return preset === undefined ? [] : [`- Default: \`${preset.trim()}\``];
    });
    return [
      ...of("deprecated").map(({ doc }) => `**Deprecated.** ${this.#line(doc)}\n`),
      [
        ...of("param").map(({ name, doc }) => `- \`${name}\`: ${this.#line(doc)}`),
        ...of("return").map(({ doc }) => `- Gives ${this.#line(doc)}`),
        ...of("throws").map(({ tsType, doc }) =>
          `- Throws ${tsType === undefined ? "" : this.#link(tsType.repr)} ${this.#line(doc)}`
        ),
        ...facts,
        ...of("see").map(({ doc }) => `- See ${this.#line(doc)}`),
      ].join("\n"),
      ...of("example").map(({ doc = "" }) => doc.trim()),
    ].filter((text) => text !== "").map((text) => `${text.trimEnd()}\n`);
  }

  #described(jsDoc: JsDoc = {}): string[] {
    return [`${this.prose(jsDoc.doc ?? "")}\n`, ...this.#tags(jsDoc)];
  }

  /** The other exports of which a declaration speaks. */
  #uses(code: string, self: string): string[] {
    const known = [...namesIn(code)].filter((name) => name !== self && this.names.has(name)).toSorted();
    return known.length === 0 ? [] : [`Uses ${known.map((name) => this.#link(name)).join(", ")}.\n`];
  }

  #member(owner: string, member: Member): string[] {
    const code = declarationAt(member.location);
    const name = member.name === "constructor" ? `new ${owner}` : `${owner}.${member.name}`;
    return [
      `### ${name.replaceAll("[", "\\[")} {#${owner}.${member.name.replace(/[^\w]/g, "")}}\n`,
      fence(code),
      ...this.#described(member.jsDoc),
      ...this.#uses(code, owner),
    ];
  }

  #declaration(name: string, { kind, location, jsDoc, def }: Declaration): string[] {
    const heading = `## ${name} <Badge type="info" text="${KINDS[kind]}" /> {#${name}}\n`;
    if (kind === "namespace") {
      const elements = (def.elements ?? []).map((element) => `\`${element.name}\``);
      return [heading, ...this.#described(jsDoc), `It holds ${elements.join(", ")}.\n`];
    }
    const code = declarationAt(location);
    const once = new Set<string>();
    // Overloads have one heading.
    const members = [...def.constructors ?? [], ...def.properties ?? [], ...def.methods ?? []].filter(
      (member) => {
        const isNew = !once.has(member.name);
        once.add(member.name);
        return isNew;
      },
    );
    return [
      heading,
      fence(code),
      ...this.#described(jsDoc),
      ...this.#uses(code, name),
      ...kind === "class" ? members.flatMap((member) => this.#member(name, member)) : [],
    ];
  }

  /** The whole page; what is described on another one is listed at its end. */
  write(
    title: string,
    intro: JsDoc,
    symbols: readonly DocSymbol[],
    elsewhere: readonly DocSymbol[],
  ): string {
    const kindOf = ({ declarations: [first] }: DocSymbol) => ORDER.indexOf(first?.kind ?? "typeAlias");
    const sorted = symbols.toSorted((one, other) =>
      kindOf(one) - kindOf(other) || (one.name < other.name ? -1 : 1)
    );
    const functions = sorted.filter(({ declarations: [first] }) => first?.kind === "function");
    const isListed = functions.length > MANY;
    const described = isListed ? sorted.filter((symbol) => !functions.includes(symbol)) : sorted;
    return [
      `# ${title}\n`,
      ...this.#described(intro),
      ...isListed ? ["## Functions\n", ...functions.map((symbol) => this.#listed(symbol)), ""] : [],
      ...described.flatMap(({ name, declarations: [first] }) =>
        first === undefined ? [] : this.#declaration(name, first)
      ),
      ...elsewhere.length === 0 ? [] : [
        "## Also exported\n",
        `${elsewhere.map(({ name }) => this.#link(name)).toSorted().join(", ")}.\n`,
      ],
    ].join("\n");
  }

  #listed({ name, declarations: [first] }: DocSymbol): string {
    return `- <a id="${name}"></a>\`${name}\`: ${this.#line(first?.jsDoc?.doc)}`;
  }
}
