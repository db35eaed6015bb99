import { readdirSync, readFileSync } from "node:fs";

/** The adapters of runtimes, one of which a bundler or a runtime chooses. */
const adapters = Object.values(JSON.parse(readFileSync("package.json", "utf8")).imports["#runtime"])
  .flatMap((path) => /(\w+)\.js$/.exec(path)?.[1] ?? [])
  .join("|");

/** Where the library is entered, and the page of the local exchange, whose bundle is made from its source. */
const { exports } = JSON.parse(readFileSync("deno.json", "utf8"));
const entries = [
  ...Object.values(exports).map((path) => path.slice("./".length)),
  "src/cli/bin.ts",
  "src/runtime/detect.ts",
  "src/runtime/detected/\\w+.ts",
  "src/local_exchange/page/ui/(main|ladder_alone).tsx",
];

/**
 * Who may know whom: the arrows of CONTRIBUTING.md, which `deno task check` enforces. A room may import what stands
 * behind it, whatever it is made of, types included.
 */
const rooms = {
  base: [],
  config: ["base"],
  contract: ["base"],
  auth: ["base", "config", "contract", "runtime"],
  runtime: ["base", "config", "contract"],
  rate_limits: ["base", "config", "contract"],
  http: ["base", "config", "contract", "auth", "runtime", "rate_limits"],
  books: ["base"],
  stream: ["base", "config", "contract", "auth", "runtime", "rate_limits", "books"],
  fix: ["base", "config", "contract", "auth", "runtime", "rate_limits", "books"],
  tables: ["base"],
  recordings: ["base", "config", "contract", "auth", "runtime", "rate_limits", "books", "stream", "tables"],
  nats: [
    "base",
    "config",
    "contract",
    "auth",
    "runtime",
    "rate_limits",
    "http",
    "books",
    "stream",
    "writes",
    "rest",
    "client",
    "perps",
  ],
  writes: ["base", "config", "contract", "http"],
  rest: ["base", "config", "contract", "auth", "runtime", "rate_limits", "http", "writes"],
  workers: [
    "base",
    "config",
    "contract",
    "auth",
    "runtime",
    "rate_limits",
    "http",
    "books",
    "stream",
    "fix",
    "writes",
    "rest",
    "client",
    "perps",
  ],
  perps: [
    "base",
    "config",
    "contract",
    "auth",
    "runtime",
    "rate_limits",
    "http",
    "books",
    "stream",
    "fix",
    "writes",
    "product_client",
    "client_env",
    "client_options",
    "client_traits",
  ],
  klear: ["base", "config", "contract", "auth", "runtime", "http", "core_options", "rest_client"],
  trading: [
    "tables",
    "base",
    "config",
    "contract",
    "auth",
    "runtime",
    "rate_limits",
    "http",
    "books",
    "stream",
    "fix",
    "writes",
    "rest",
    "client",
  ],
  cli: [
    "base",
    "config",
    "contract",
    "auth",
    "runtime",
    "rate_limits",
    "http",
    "books",
    "stream",
    "fix",
    "writes",
    "rest",
    "client",
    "client_options",
    "product_client",
    "perps",
    "trading",
    "recordings",
    "tables",
    "local_exchange",
    "testing",
  ],
};

/** The same inside the local exchange: what each part of it may know of the others, beside the files at its root. */
const exchangeParts = {
  engine: { parts: [], files: ["random", "units"] },
  world: { parts: ["engine"], files: ["random", "units"] },
  margin: { parts: ["engine", "world"], files: ["random", "units"] },
  klear: { parts: ["engine", "world", "margin"] },
  wire: { parts: ["engine", "world", "margin"], files: ["units"] },
  "gateways/rest": { parts: ["engine", "world", "margin", "wire"] },
  "gateways/klear": { parts: ["engine", "world", "margin", "klear", "gateways/rest"] },
  "gateways/ws": { parts: ["engine", "world", "margin", "wire"] },
  "gateways/fix": { parts: ["engine", "world", "margin", "wire"] },
  "state": { parts: ["engine", "gateways/rest", "gateways/klear", "gateways/fix"] },
  "page": { parts: ["engine", "gateways/rest", "gateways/ws"] },
  "memory": { parts: ["gateways/rest", "gateways/ws"] },
  "tape": { parts: ["engine", "world"] },
  "report": { parts: ["engine", "world"] },
  "replay": { parts: ["engine", "world", "tape", "report", "memory"] },
  "mirror": { parts: ["engine", "world", "tape", "report", "memory"] },
};
const exchangeRoot = "src/local_exchange";

/** What every file of a client at the root of `src/` may know; beside that, `client.ts` knows what it wires together. */
const ofClients = "base|config|contract|auth|runtime|rate_limits|http";

/** A new room, or a new part of the local exchange, has its arrows from the start. */
const unlisted = [
  ...["src", exchangeRoot, `${exchangeRoot}/gateways`].flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true })
      .filter((one) => one.isDirectory())
      .map(({ name }) => `${folder}/${name}`)
  ),
].filter((path) =>
  // Only tests and the command line know these two; the gateways stand for themselves.
  !["src/local_exchange", "src/testing", `${exchangeRoot}/gateways`].includes(path) &&
  !Object.keys(rooms).some((room) => path === `src/${room}`) &&
  !Object.keys(exchangeParts).some((part) => path === `${exchangeRoot}/${part}`)
);
if (unlisted.length > 0) {
  throw new Error(`tools/arrows.mjs does not say what these may know: ${unlisted.join(", ")}`);
}

export default {
  forbidden: [
    ...Object.entries(exchangeParts).map(([part, { parts, files = ["\\w+"] }]) => ({
      name: `the local exchange's ${part} knows ${parts.join(", ") || "no other part"}`,
      severity: "error",
      from: { path: `^${exchangeRoot}/${part}/` },
      to: {
        path: `^${exchangeRoot}/`,
        pathNot: `^${exchangeRoot}/((${[part, ...parts].join("|")})/|(${files.join("|")})\\.ts$)`,
      },
    })),
    {
      name: "the local exchange counts with numbers of its own, not with the client's",
      severity: "error",
      // Its page is a client.
      from: { path: `^${exchangeRoot}/`, pathNot: `^${exchangeRoot}/page/ui/` },
      to: { path: "^src/base/fixed_point" },
    },
    { name: "no circles, types included", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no orphans: what no entry reaches is nobody's",
      severity: "error",
      from: { path: `^(${entries.join("|")})$` },
      to: { path: "^src/", pathNot: `^(${entries.join("|")})$`, reachable: false },
    },
    ...Object.entries(rooms).map(([room, known]) => ({
      name: `${room} knows ${known.join(", ") || "no other room"}`,
      severity: "error",
      from: { path: `^src/${room}/` },
      to: { path: "^src/", pathNot: `^src/(${[room, ...known].join("|")})(/|\\.ts$)` },
    })),
    {
      name: "the core of a client knows no product's methods and no stream",
      severity: "error",
      from: { path: "^src/\\w+\\.ts$", pathNot: "^src/(client|product_client)\\.ts$" },
      to: { path: "^src/", pathNot: `^src/(\\w+\\.ts$|(${ofClients})/)` },
    },
    {
      name: "a client knows no room above it, and no other product's client",
      severity: "error",
      from: { path: "^src/(client|product_client)\\.ts$" },
      to: { path: "^src/", pathNot: `^src/(\\w+\\.ts$|(${ofClients}|stream|fix|rest)/)` },
    },
    {
      name: "an order book knows no product",
      severity: "error",
      from: { path: "^src/books/", pathNot: "^src/books/(decoders/|(live_order_book|mod)\\.ts$)" },
      to: { path: "^src/books/decoders/" },
    },
    {
      name: "the local exchange and what is for tests stay apart",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(local_exchange|testing|cli)/" },
      to: { path: "^src/(local_exchange|testing)/" },
    },
    {
      name: "only the command line builds on the trader's tools",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(trading|cli)/" },
      to: { path: "^src/trading/" },
    },
    {
      name: "a runtime's adapter is chosen by its entry point or by detect.ts",
      severity: "error",
      from: {
        path: "^src/",
        pathNot: `^src/(runtime/(detect|detected/\\w+|${adapters})\\.ts$|workers/)`,
      },
      to: { path: `^src/runtime/(${adapters})\\.ts$` },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      conditionNames: ["kalshi-source", "types", "import"],
      exportsFields: ["exports"],
    },
  },
};
