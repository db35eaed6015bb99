/**
 * What npm users get of a module on JSR: its npm layer serves the sources compiled to JavaScript, their imports resolved
 * by the import map, as `@jsr/<scope>__<name>`.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";

/** What deno.json says of it. */
interface DenoConfig {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
  readonly publish: { readonly exclude: readonly string[] };
}

const config = (): DenoConfig => JSON.parse(readFileSync("deno.json", "utf8"));

/** The name that JSR's npm layer gives to a package. */
export const layerName = (name: string): string => `@jsr/${name.replace(/^@/, "").replace("/", "__")}`;

const compiled = (path: string): string => path.replace(/\.tsx?$/, ".js");

/** An npm specifier as a package and the path in it. */
function npmTarget(target: string): { name: string; version: string; path: string } {
  const [, name = "", version = "*", path = ""] =
    /^npm:((?:@[^/]+\/)?[^@/]+)(?:@([^/]+))?(\/.*)?$/.exec(target) ?? [];
  return { name, version, path };
}

/**
 * A module compiled as JSR does it: types go, `.ts` becomes `.js`, and names of the import map become what they stand
 * for.
 */
function compile(path: string, imports: DenoConfig["imports"], depends: Map<string, string>): string {
  const toSpecifier = (specifier: string): string => {
    if (specifier.startsWith(".")) return compiled(specifier);
    const target = imports[specifier];
    if (target === undefined) return specifier;
    if (!target.startsWith("npm:")) {
      const up = dirname(path).split("/").filter((part) => part !== ".").map(() => "..").join("/") || ".";
      return compiled(`${up}/${target.replace(/^\.\//, "")}`);
    }
    const { name, version, path: inner } = npmTarget(target);
    depends.set(name, version);
    return name + inner;
  };
  const { outputText } = ts.transpileModule(readFileSync(path, "utf8"), {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      // What a comment imports is no dependency.
      removeComments: true,
    },
    fileName: path,
  });
  return outputText.replace(
    /(\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)(["'])([^"'\n]+)\2/g,
    (_, before: string, quote: string, specifier: string) =>
      `${before}${quote}${toSpecifier(specifier)}${quote}`,
  );
}

/** Writes the package that the layer would serve into a folder. */
export function writeJsrLayer(folder: string): { readonly name: string } {
  const { name, version, exports, imports, publish } = config();
  const isPublished = (path: string) =>
    !publish.exclude.some((out) => path === out || path.startsWith(`${out}/`));
  const sources = [
    "mod.ts",
    ...readdirSync("src", { recursive: true, encoding: "utf8" }).map((path) => `src/${path}`),
  ].filter((path) => path.endsWith(".ts") && isPublished(path));
  const depends = new Map<string, string>();
  for (const path of sources) {
    const out = join(folder, compiled(path));
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(out, compile(path, imports, depends));
  }
  const manifest = {
    name: layerName(name),
    version,
    type: "module",
    exports: Object.fromEntries(
      Object.entries(exports).map(([entry, path]) => [entry, { default: compiled(path) }]),
    ),
    dependencies: Object.fromEntries([...depends].sort()),
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest, undefined, 2) + "\n");
  return { name: manifest.name };
}
