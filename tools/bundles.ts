/** Bundles what users import, weighs it, says what weighs in it, and finds in it what it must not hold. */
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";

/** Whose bundlers: the condition of package.json's `#runtime` that they choose by. */
export type Platform = "workerd" | "browser";

/** A bundle, minified. */
export interface Bundle {
  readonly text: string;
  /** The modules of which something is left in it. */
  readonly modules: readonly string[];
}

/** As what it is delivered: one file, as wrangler makes it, or without the code behind `import()`, which loads later. */
export type File = "one" | "split";

async function run(code: string, platform: Platform, file: File, minifyWhitespace: boolean) {
  const adapter = { workerd: "workers", browser: "web" }[platform];
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: ".", loader: "ts" },
    bundle: true,
    minifySyntax: true,
    minifyIdentifiers: true,
    minifyWhitespace,
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
  return { text: outputFiles[0]?.text ?? "", metafile };
}

/** Bundles a module with all its dependencies. */
export async function bundle(code: string, platform: Platform, file: File): Promise<Bundle> {
  const { text, metafile } = await run(code, platform, file, true);
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  return {
    text,
    modules: inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path),
  };
}

const gzipped = (text: string) => gzipSync(text, { level: 9 }).byteLength;

/** Its size over the wire, in bytes. */
export function weigh({ text }: Bundle): number {
  return gzipped(text);
}

/** What a module weighs in a bundle. */
export interface Part {
  readonly path: string;
  /** Bytes, minified. */
  readonly bytes: number;
  /** Bytes that the gzipped bundle would be smaller by without it; what it shares with others counts for none. */
  readonly gzipped: number;
}

/** The modules of a bundle, the heaviest first. */
export async function explain(code: string, platform: Platform, file: File): Promise<Part[]> {
  // esbuild heads each module with its path as long as it keeps white space.
  const { text } = await run(code, platform, file, false);
  const heading = /^\/\/ ((?:src\/|node_modules\/)[^\n]*|\w+\.ts|<stdin>)$/m;
  const pieces = text.split(heading).slice(1);
  const texts = new Map<string, string>();
  for (let at = 0; at < pieces.length; at += 2) {
    const [path = "", piece = ""] = pieces.slice(at);
    const { code } = await transform(piece.replace(/^export \{[^}]*\};$/m, ""), {
      minifyWhitespace: true,
      format: "esm",
    });
    texts.set(path, (texts.get(path) ?? "") + code);
  }
  const without = (left: string) =>
    gzipped([...texts].filter(([path]) => path !== left).map(([, text]) => text).join(""));
  const whole = without("");
  return [...texts]
    .map(([path, text]) => ({ path, bytes: text.length, gzipped: whole - without(path) }))
    .sort((one, other) => other.gzipped - one.gzipped);
}

/** Something that a bundle may not hold, told by its text or by the modules in it. */
interface Culprit {
  readonly what: string;
  readonly text?: RegExp;
  readonly module?: RegExp;
}

/** What no bundle for the web may hold. */
const EVERYWHERE: readonly Culprit[] = [
  { what: "a module of Node", text: /["'`]node:/ },
  { what: "Node's module loader", text: /getBuiltinModule/ },
  { what: "undici", text: /undici/, module: /node_modules\/undici/ },
  { what: "ws", module: /node_modules\/ws\// },
  { what: "Redis", module: /node_modules\/(@redis|ioredis)|src\/rate_limits\/redis/ },
  { what: "Deno's API", text: /\bDeno\.(?!customInspect)\w|[.?]Deno\b|Deno:/ },
  { what: "Bun's API", text: /\bBun\.\w|[.?]Bun\b|Bun:/ },
  { what: "another runtime's adapter", module: /src\/runtime\/(deno|bun|node|detect|host)/ },
  { what: "the local exchange", module: /src\/local_exchange\// },
  { what: "payload schemas", module: /src\/contract\/((\w+\/)?\w*schemas|validation)\.(ts|js)/ },
  { what: "test transports", module: /src\/testing\// },
];

/** Whole features, which what a client loads at once may not hold: they come with their first use. */
const FEATURES: readonly Culprit[] = [
  // All but the names of their options, which a client refuses before it loads them.
  { what: "streams", module: /src\/stream\/(?!options\.)/ },
  { what: "FIX", module: /src\/fix\/|src\/contract\/fix/ },
  { what: "order books", module: /src\/books\// },
  { what: "the rate limiter", module: /src\/rate_limits\/(rate_limiter|auto|store|token_bucket)\./ },
  { what: "encrypted keys", module: /src\/auth\/pbes2\./ },
  { what: "sockets", module: /src\/runtime\/(workers_sockets|websocket_\w+)\./ },
];

/** What has an entry of its own, or is for hosts alone: `.` holds none of it, however it is delivered. */
const OTHER_ENTRIES: readonly Culprit[] = [
  {
    what: "another product",
    module: /src\/(perps|klear)\/|src\/contract\/(perps|klear)\/|src\/config\/perps_/,
  },
  { what: "what bots share", module: /src\/trading\// },
  { what: "recordings", module: /src\/(recordings|tables)\// },
  { what: "NATS", module: /src\/nats\// },
  { what: "the feed as a Durable Object", module: /src\/workers\// },
  { what: "the command line", module: /src\/cli\// },
  { what: "options of adapters for hosts", module: /src\/runtime\/(options|tls_trust)\./ },
];

/** What a client without namespaces has no use for, however it is delivered. */
const CONTRACT: readonly Culprit[] = [
  { what: "operations", module: /src\/contract\/(event|perps|klear)\// },
  { what: "the check of calls by the contract", module: /src\/(http\/check_call|contract\/field_words)\./ },
  { what: "advice on every code", module: /src\/base\/server_codes\./ },
  { what: "namespaces", module: /src\/(rest|writes)\/|src\/client\./ },
  { what: "pages", module: /src\/http\/page\./ },
  { what: "valibot", module: /node_modules\/valibot\// },
];

/** What a bundle may not hold, by what it is made of. */
export const CULPRITS = {
  /** Anything. */
  any: EVERYWHERE,
  /** `./fix`: a store or a log in a file loads its module of Node where there are files. */
  fix: EVERYWHERE.filter(({ what }) => what !== "a module of Node"),
  /** What `.` loads at once. */
  atOnce: [...EVERYWHERE, ...OTHER_ENTRIES, ...FEATURES],
  /** `KalshiCore`, as a single file too. */
  core: [...EVERYWHERE, ...OTHER_ENTRIES, ...FEATURES, ...CONTRACT],
} as const satisfies Record<string, readonly Culprit[]>;

/** What a bundle holds and must not. */
export function forbiddenIn({ text, modules }: Bundle, culprits: readonly Culprit[] = EVERYWHERE): string[] {
  return culprits
    .filter((one) => one.text?.test(text) || modules.some((path) => one.module?.test(path)))
    .map(({ what }) => what);
}
