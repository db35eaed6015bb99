/** Bundles what users import, weighs it, and finds in it what it must not hold. */
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** Whose bundlers: the condition of package.json's `#runtime` that they choose by. */
export type Platform = "workerd" | "browser";

/** A bundle, minified. */
export interface Bundle {
  readonly text: string;
  /** The modules of which something is left in it. */
  readonly modules: readonly string[];
}

/**
 * Bundles a module with all its dependencies. Code behind `import()` is in it where everything becomes one file, as
 * wrangler does it, and not where bundlers split it off, to be loaded when it is first used.
 */
export async function bundle(code: string, platform: Platform, file: "one" | "split"): Promise<Bundle> {
  const adapter = { workerd: "workers", browser: "web" }[platform];
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: ".", loader: "ts" },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    target: "es2022",
    platform: "browser",
    conditions: [platform],
    // Left standing, so that they are found.
    external: ["cloudflare:*", "node:*", "undici"],
    plugins: [{
      name: "source",
      setup(build) {
        // The sources in the place of dist/, with the adapter that the npm package would choose.
        build.onResolve({ filter: /^#runtime$/ }, () => ({ path: resolve(`src/runtime/${adapter}.ts`) }));
        build.onResolve(
          { filter: /^\./ },
          ({ kind, path }) =>
            kind === "dynamic-import" && file === "split" ? { path, external: true } : undefined,
        );
      },
    }],
    logLevel: "error",
  });
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  return {
    text: outputFiles[0]?.text ?? "",
    modules: inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path),
  };
}

/** Its size over the wire, in bytes. */
export function weigh({ text }: Bundle): number {
  return gzipSync(text, { level: 9 }).byteLength;
}

/** What a bundle for the web may not hold, by its text or by the modules in it. */
const forbidden: readonly { readonly what: string; readonly text?: RegExp; readonly module?: RegExp }[] = [
  { what: "a module of Node", text: /["'`]node:/ },
  { what: "Node's module loader", text: /getBuiltinModule/ },
  { what: "undici", text: /undici/ },
  { what: "Deno's API", text: /\bDeno\.\w|[.?]Deno\b|Deno:/ },
  { what: "Bun's API", text: /\bBun\.\w|[.?]Bun\b|Bun:/ },
  { what: "another runtime's adapter", module: /src\/runtime\/(deno|bun|node|detect|host)/ },
  { what: "the local exchange", module: /src\/local_exchange\// },
  {
    what: "payload schemas",
    module: /src\/contract\/((\w+\/)?\w*schemas|validation)\.(ts|js)/,
  },
  { what: "test transports", module: /src\/testing\// },
];

/** What a bundle holds and must not. */
export function forbiddenIn({ text, modules }: Bundle): string[] {
  return forbidden
    .filter((one) => one.text?.test(text) || modules.some((path) => one.module?.test(path)))
    .map(({ what }) => what);
}
