/**
 * The manifests that name the entries. The list is written once, as `exports` of deno.json; JSR's and npm's
 * manifests, the import map and TypeScript's paths follow from it: `deno task generate`.
 */
import { readFileSync } from "node:fs";

interface DenoManifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
}

type Json = Readonly<Record<string, unknown>>;

const read = <T>(path: string): T => JSON.parse(readFileSync(path, "utf8"));
const write = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const sorted = (entries: readonly (readonly [string, unknown])[]): Json =>
  Object.fromEntries(entries.toSorted(([one], [other]) => one < other ? -1 : 1));

/** Each manifest with the text that the list of entries gives it. */
export function generateManifests(): Map<string, string> {
  const deno = read<DenoManifest>("deno.json");
  const { name, version, license } = deno;
  const entries = Object.entries(deno.exports);
  const specifier = (entry: string) => name + entry.slice(1);
  const isEntry = (key: string) => key === name || key.startsWith(`${name}/`);
  const others = (map: Json) => Object.entries(map).filter(([key]) => !isEntry(key));

  const npm = read<Json>("package.json");
  const compiled = (path: string, ending: string) => path.replace(/^\./, "./dist").replace(/\.ts$/, ending);
  const tsconfig = read<{ readonly compilerOptions: { readonly paths: Json } & Json } & Json>(
    "tsconfig.json",
  );
  const paths = entries.map(([entry, path]) => [specifier(entry), [path]] as const);
  return new Map([
    [
      "src/base/version.ts",
      `/** The version of this package, generated from deno.json: \`deno task generate\`. */\nexport const VERSION = "${version}";\n`,
    ],
    ["jsr.json", write({ name, version, license, exports: deno.exports })],
    [
      "deno.json",
      write({
        ...deno,
        imports: sorted([
          ...others(deno.imports),
          ...entries.map(([entry, path]) => [specifier(entry), path] as const),
        ]),
      }),
    ],
    [
      "package.json",
      write({
        ...npm,
        name,
        version,
        license,
        exports: Object.fromEntries(
          entries.map(([entry, path]) => [
            entry,
            { types: compiled(path, ".d.ts"), default: compiled(path, ".js") },
          ]),
        ),
      }),
    ],
    [
      "tsconfig.json",
      write({
        ...tsconfig,
        compilerOptions: {
          ...tsconfig.compilerOptions,
          paths: sorted([...others(tsconfig.compilerOptions.paths), ...paths]),
        },
      }),
    ],
  ]);
}
