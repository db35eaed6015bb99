/** The pages of the site that nobody writes: the reference, the examples, the changelog, how to contribute. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { siteLink } from "./links.ts";
import { reference, type ReferenceEntry } from "./reference.ts";

/** Where they are written: below docs/, and in no commit. */
export const GENERATED = "docs/generated";

/** A list for the sidebar, beside the pages. */
export interface GeneratedSidebar {
  readonly reference: readonly ReferenceEntry[];
  readonly examples: readonly { readonly text: string; readonly path: string }[];
}

/** A page of the project's root, with its links as the site has them. */
function rootPage(path: string): string {
  return readFileSync(path, "utf8").split(/(^```[^]*?^```)/m).map((part) =>
    part.startsWith("```")
      ? part
      : part.replace(/\]\(([^)\s]+)\)/g, (_, href: string) => `](${siteLink(path, href)})`)
  ).join("");
}

const LANGUAGES: Readonly<Record<string, string>> = {
  cjs: "js",
  css: "css",
  html: "html",
  js: "js",
  json: "json",
  jsonc: "jsonc",
  jsx: "jsx",
  mjs: "js",
  sh: "sh",
  toml: "toml",
  ts: "ts",
  tsx: "tsx",
};

interface Example {
  /** File or folder below examples/. */
  readonly name: string;
  readonly slug: string;
  readonly files: readonly string[];
}

function examples(): Example[] {
  return readdirSync("examples", { withFileTypes: true })
    .filter(({ name }) => name !== "support" && name !== "node_modules")
    .flatMap((entry): Example[] => {
      const { name } = entry;
      if (!entry.isDirectory()) {
        return /\.[cm]?[jt]sx?$/.test(name)
          ? [{ name, slug: name.replace(/\.\w+$/, ""), files: [`examples/${name}`] }]
          : [];
      }
      const files = readdirSync(`examples/${name}`, { recursive: true, encoding: "utf8" })
        .map((path) => `examples/${name}/${path.replaceAll("\\", "/")}`)
        .filter((path) => /\.\w+$/.test(path) && (path.split(".").at(-1) ?? "") in LANGUAGES);
      return [{ name: `${name}/`, slug: name, files: files.toSorted() }];
    })
    .toSorted((one, other) => one.name < other.name ? -1 : 1);
}

/** What the first comment of an example says it is. */
function aboutOf({ files }: Example): string {
  for (const file of files) {
    const [, comment] = /^(?:#!.*\n)?\/\*\*([^]*?)\*\//.exec(readFileSync(file, "utf8")) ?? [];
    if (comment !== undefined) return comment.replace(/^ *\* ?/gm, "").trim();
  }
  return "";
}

function examplePage(example: Example): string {
  const sources = example.files.map((file) => {
    const language = LANGUAGES[file.split(".").at(-1) ?? ""] ?? "";
    const heading = example.files.length === 1 ? "" : `## ${file.split("/").slice(2).join("/")}\n\n`;
    return `${heading}\`\`\`\`${language}\n${readFileSync(file, "utf8").trimEnd()}\n\`\`\`\`\n`;
  });
  const about = example.files.length === 1 ? "" : `${aboutOf(example).replaceAll("<", "&lt;")}\n\n`;
  return `# examples/${example.name}\n\n${about}${sources.join("\n")}`;
}

function examplesPage(all: readonly Example[]): string {
  const rows = all.map((example) => {
    const [sentence = ""] = aboutOf(example).split(/\n\n|(?<=\.)\s/);
    return `| [${example.name}](${example.slug}.md) | ${
      sentence.replaceAll("\n", " ").replaceAll("|", "\\|")
    } |`;
  });
  return `# Examples\n\nPrograms that run, from the folder \`examples\` of the project.\n\n| example | what it shows |\n| --- | --- |\n${
    rows.join("\n")
  }\n`;
}

/**
 * Writes them all anew.
 *
 * @param change makes another text of each, such as a shorter one
 */
export async function writePages(change: (text: string) => string = (text) => text): Promise<void> {
  const { pages, entries } = await reference();
  const all = examples();
  const sidebar: GeneratedSidebar = {
    reference: entries,
    examples: all.map(({ name, slug }) => ({ text: name, path: slug })),
  };
  const files = new Map([
    ...[...pages].map(([path, text]) => [`reference/${path}`, text] as const),
    ...all.map((example) => [`examples/${example.slug}.md`, examplePage(example)] as const),
    ["examples/index.md", examplesPage(all)],
    ["changelog.md", rootPage("CHANGELOG.md")],
    ["contributing.md", rootPage("CONTRIBUTING.md")],
    ["sidebar.json", JSON.stringify(sidebar)],
  ]);
  rmSync(GENERATED, { recursive: true, force: true });
  for (const [path, text] of files) {
    mkdirSync(dirname(`${GENERATED}/${path}`), { recursive: true });
    writeFileSync(`${GENERATED}/${path}`, path.endsWith(".md") ? change(text) : text);
  }
}
