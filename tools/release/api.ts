/**
 * The public API as text: every export of every entry as its declaration, without comments, so that two releases can be
 * compared line by line.
 */
import { join } from "node:path";
import ts from "typescript";

/** The exports of an entry by name, each as its declarations. */
export type ApiEntry = ReadonlyMap<string, string>;

/** Every entry by its name, such as `./stream`. */
export type Api = ReadonlyMap<string, ApiEntry>;

const printer = ts.createPrinter({ removeComments: true });

/** A declaration as it is written, without comments, and without what is nobody's business. */
function shown(declaration: ts.Declaration): string {
  // `const a: T` is two nodes below what is printed.
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  const text = printer.printNode(ts.EmitHint.Unspecified, statement, statement.getSourceFile());
  return text.replace(/^\s*(?:#private;|private .*)\n/gm, "").replace(/^(?:export |declare )+/, "").trim();
}

/**
 * Reads what a build offers.
 *
 * @param dist the folder of the build
 * @param entries the entries with the paths of their declarations below it
 */
export function readApi(dist: string, entries: Readonly<Record<string, string>>): Api {
  const paths = Object.values(entries).map((path) => join(dist, path));
  const program = ts.createProgram(paths, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts", "lib.dom.d.ts"],
    types: ["node"],
  });
  const checker = program.getTypeChecker();
  return new Map(
    Object.entries(entries).map(([entry, path]) => {
      const source = program.getSourceFile(join(dist, path));
      const module = source && checker.getSymbolAtLocation(source);
      if (module === undefined) throw new Error(`${entry}: ${path} is no module of the build.`);
      const names = checker.getExportsOfModule(module).map((symbol): [string, string] => {
        const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
        return [symbol.name, (target.declarations ?? []).map(shown).sort().join("\n")];
      });
      return [entry, new Map(names.sort(([a], [b]) => a < b ? -1 : 1))];
    }),
  );
}

const HEAD = "# ";
const NAME = "## ";

/** An API as a text that can be kept. */
export function writeApi(api: Api): string {
  return [...api].map(([entry, names]) =>
    [`${HEAD}${entry}`, ...[...names].map(([name, text]) => `${NAME}${name}\n${text}`)].join("\n")
  ).join("\n\n") + "\n";
}

/** The API that such a text holds. */
export function parseApi(text: string): Api {
  const api = new Map<string, Map<string, string>>();
  for (const part of text.split(/^# /m).slice(1)) {
    const [head = "", ...names] = part.split(/^## /m);
    api.set(
      head.trim(),
      new Map(names.map((named) => {
        const end = named.indexOf("\n");
        return [named.slice(0, end), named.slice(end + 1).trimEnd()];
      })),
    );
  }
  return api;
}
