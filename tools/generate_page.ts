/**
 * Bundles what browsers load: the page of the local exchange, into a module of the library, and the ladder for the
 * Worker's example. `deno task generate:page` writes them.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { build, type BuildOptions, type Plugin } from "esbuild";

const ui = "src/local_exchange/page/ui";

/** The page needs REST alone: what a client loads when it is first used is not part of it. */
const withoutFeatures: Plugin = {
  name: "without features",
  setup(build) {
    build.onResolve({ filter: /^#runtime$/ }, () => ({ path: resolve("src/runtime/web.ts") }));
    build.onResolve(
      { filter: /^\./ },
      ({ kind, path }) => kind === "dynamic-import" ? { path, namespace: "absent" } : undefined,
    );
    build.onLoad({ filter: /./, namespace: "absent" }, () => ({
      contents: `throw new Error("This is no part of the page.");`,
    }));
  },
};

const shared: BuildOptions = {
  bundle: true,
  write: false,
  format: "esm",
  target: "es2022",
  platform: "browser",
  conditions: ["browser"],
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  plugins: [withoutFeatures],
  logLevel: "error",
};

/** A bundle, and the packages of which something is in it. */
interface Bundled {
  readonly text: string;
  readonly packages: readonly string[];
}

async function bundle(entry: string, options: BuildOptions): Promise<Bundled> {
  const { outputFiles, metafile } = await build({
    ...shared,
    ...options,
    entryPoints: [entry],
    metafile: true,
  });
  const packages = Object.keys(metafile?.inputs ?? {}).flatMap((path) =>
    /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []
  );
  return { text: outputFiles?.[0]?.text ?? "", packages: [...new Set(packages)].sort() };
}

/** Whose code is in a bundle beside the library's own, with the licences that ask to be told. */
function licencesOf(packages: readonly string[]): string {
  return packages.map((name) => {
    const folder = `node_modules/${name}`;
    const { version } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
    const file = readdirSync(folder).find((path) => /^licen[cs]e/i.test(path));
    if (file === undefined) throw new Error(`${name} has no licence that could be told.`);
    return `${name} ${version}\n\n${readFileSync(`${folder}/${file}`, "utf8").trim()}\n`;
  }).join("\n----\n\n");
}

/** The files of the page, by the path they are served at. */
async function pageModule(): Promise<string> {
  const script = await bundle(`${ui}/main.tsx`, { minify: true });
  const style = await bundle(`${ui}/styles.css`, { minify: true });
  const licences = licencesOf([...new Set([...script.packages, ...style.packages])]);
  const files = {
    "/": ["text/html; charset=utf-8", readFileSync(`${ui}/index.html`, "utf8")],
    "/assets/app.js": [
      "text/javascript; charset=utf-8",
      `/*! Licences of what is in it: /assets/licences.txt */\n${script.text}`,
    ],
    "/assets/app.css": ["text/css; charset=utf-8", style.text],
    "/assets/licences.txt": ["text/plain; charset=utf-8", licences],
  };
  const entries = Object.entries(files).map(([path, [type, body]]) =>
    `  ${JSON.stringify(path)}: {\n    type: ${JSON.stringify(type)},\n    body: ${
      JSON.stringify(body)
    },\n  },`
  );
  return `// Made by \`deno task generate:page\` of ${ui}: change that.
// deno-lint-ignore-file
// deno-fmt-ignore-file
/**
 * What the page is made of, by the path it is served at.
 *
 * @module
 */

/** A file of the page. */
export interface PageAsset {
  /** Its media type. */
  readonly type: string;
  readonly body: string;
}

/** Every file of the page. */
export const assets: Readonly<Record<string, PageAsset>> = {
${entries.join("\n")}
};
`;
}

const example = "examples/worker/public";

/** The ladder as a module of its own, for a page without a bundler. */
async function ladderModule(): Promise<string> {
  const { text, packages } = await bundle(`${ui}/ladder_alone.tsx`, { minify: true });
  const licences = licencesOf(packages).replaceAll("*/", "* /").replace(/^/gm, " * ").replace(/ +$/gm, "");
  return `// Made by \`deno task generate:page\` of ${ui}: change that.
// deno-lint-ignore-file
// deno-fmt-ignore-file
/*!
${licences}
 */
${text}`;
}

/** Every generated file with its text. */
export async function generatePage(): Promise<Map<string, string>> {
  return new Map([
    ["src/local_exchange/page/bundle.ts", await pageModule()],
    [`${example}/ladder.js`, await ladderModule()],
    [`${example}/ladder.css`, readFileSync(`${ui}/ladder.css`, "utf8")],
  ]);
}

if (import.meta.main) {
  for (const [path, text] of await generatePage()) {
    writeFileSync(path, text);
    console.log(`${path}: ${text.length} characters`);
  }
}
