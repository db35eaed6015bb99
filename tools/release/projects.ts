/**
 * Real projects of other people's tools, made from nothing, with the package installed from a tarball: what works in the
 * repository may not work there.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { nodeVersions } from "../../tests/support/node_versions.ts";

/** Versions of what the projects are made with. */
const VERSIONS = {
  vite: "8.4.0",
  wrangler: "4.164.0",
  next: "16.4.6",
  react: "19.3.1",
  "react-dom": "19.3.1",
} as const;

/** A package as it would be installed. */
export interface Candidate {
  /** The name that is imported. */
  readonly name: string;
  /** The tarball, or what npm takes in its place. */
  readonly tarball: string;
}

/** A project that uses a package. */
export interface Project {
  readonly name: string;
  readonly run: (folder: string, candidate: Candidate) => Promise<void>;
}

const environment = () => ({
  ...process.env,
  NO_COLOR: "1",
  CI: "1",
  WRANGLER_SEND_METRICS: "false",
  NEXT_TELEMETRY_DISABLED: "1",
  npm_config_update_notifier: "false",
});

function run(cwd: string, command: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    env: environment(),
    timeout: 600_000,
  });
  if (status === 0) return stdout;
  throw new Error(
    `${command} ${args.join(" ")} ended with ${status}:\n${error?.message ?? ""}${stdout}${stderr}`,
  );
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Makes a project with these files and packages. */
function setUp(
  folder: string,
  { name, tarball }: Candidate,
  packages: readonly (keyof typeof VERSIONS)[],
  files: Readonly<Record<string, string>>,
): void {
  const dependencies = {
    [name]: `file:${resolve(tarball)}`,
    ...Object.fromEntries(packages.map((one) => [one, VERSIONS[one]])),
  };
  write(folder, {
    "package.json": JSON.stringify({ private: true, type: "module", dependencies }),
    ...files,
  });
  run(folder, "npm", "install", "--no-audit", "--no-fund", "--loglevel=error");
}

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Asks a server that is started until it answers. */
async function answerOf(child: ChildProcess, url: string): Promise<string> {
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => said += String(chunk));
  for (let attempt = 0; attempt < 240; attempt++) {
    if (child.exitCode !== null) break;
    try {
      const response = await fetch(url);
      const text = await response.text();
      if (response.ok) return text;
      throw new Error(`${url} answered ${response.status}: ${text.slice(0, 2_000)}\n${said}`);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`${url} did not answer:\n${said}`);
}

/** Runs a server as long as it takes to ask it once. */
async function serve(cwd: string, command: string, args: readonly string[], url: string): Promise<string> {
  const child = spawn(command, args, {
    cwd,
    env: environment(),
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  try {
    return await answerOf(child, url);
  } finally {
    // It has children of its own.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGTERM");
  }
}

/** A session on an exchange in memory: what every runtime can do. */
const session = (name: string) => `
import { KalshiClient } from ${JSON.stringify(name)};
import { LocalExchange } from ${JSON.stringify(`${name}/local-exchange`)};

export async function session() {
  const exchange = LocalExchange.create({ markets: 1, marketMakers: false });
  const { auth } = await exchange.createAccount({ balance: "100.00" });
  const runtime = exchange.createRuntime();
  const client = new KalshiClient({ auth, config: exchange.config, runtime });
  const [ticker] = exchange.openTickers();
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5600", count: "5" });
  const stream = await client.stream();
  const book = await stream.orderBook(ticker);
  const { bestAsk } = book;
  const order = await client.orders.create({
    ticker, side: "bid", count: "1.00", price: "0.5600",
    time_in_force: "immediate_or_cancel", self_trade_prevention_type: "taker_at_cross",
  });
  await client.close();
  await exchange.close();
  return bestAsk + " " + order.fill_count;
}
`;

const EXPECTED = "5600 1.00";

function expect(what: string, said: string): void {
  if (!said.includes(EXPECTED)) {
    throw new Error(`${what} said ${said.slice(0, 2_000)} in place of ${EXPECTED}.`);
  }
}

const bun: Project = {
  name: "Bun",
  run: (folder, candidate) => {
    setUp(folder, candidate, [], {
      "session.mjs": session(candidate.name),
      "main.mjs": `import { session } from "./session.mjs"; console.log(await session());`,
    });
    expect("Bun", run(folder, resolve("node_modules/.bin/bun"), "main.mjs"));
    return Promise.resolve();
  },
};

const vite: Project = {
  name: "Vite",
  run: async (folder, candidate) => {
    setUp(folder, candidate, ["vite"], {
      "session.mjs": session(candidate.name),
      "index.html": `<!doctype html><title>session</title><script type="module" src="/main.mjs"></script>`,
      "main.mjs": `import { session } from "./session.mjs"; globalThis.result = session();`,
      "vite.config.mjs": `export default { build: { target: "es2022", modulePreload: false } };`,
    });
    run(folder, "npx", "--no-install", "vite", "build");
    const assets = join(folder, "dist/assets");
    const script = readdirSync(assets).find((name) => name.startsWith("index") && name.endsWith(".js")) ?? "";
    // A page has no modules of Node's: what is in the bundle by name would fail there.
    const text = readdirSync(assets).map((name) => readFileSync(join(assets, name), "utf8")).join("\n");
    const named = [...text.matchAll(/\b(?:from|import)\s*\(?\s*["'](node:[\w/]+)["']/g)].map(([, module]) =>
      module
    );
    if (named.length > 0) throw new Error(`Vite's bundle imports ${named.join(", ")}.`);
    write(assets, {
      "run.mjs": `globalThis.document ??= { createElement: () => ({ relList: {} }) };
await import("./${script}"); console.log(await globalThis.result);`,
    });
    expect("Vite's bundle", run(assets, "node", "run.mjs"));
    await Promise.resolve();
  },
};

const wrangler: Project = {
  name: "wrangler",
  run: async (folder, candidate) => {
    setUp(folder, candidate, ["wrangler"], {
      "session.mjs": session(candidate.name),
      "worker.mjs": `import { session } from "./session.mjs";
import { KalshiFeed } from ${JSON.stringify(`${candidate.name}/workers`)};
export { KalshiFeed };
export default { async fetch() { return new Response(await session()); } };`,
      "wrangler.json": JSON.stringify({
        name: "session",
        main: "worker.mjs",
        compatibility_date: "2026-04-01",
        durable_objects: { bindings: [{ name: "KALSHI_FEED", class_name: "KalshiFeed" }] },
        migrations: [{ tag: "v1", new_sqlite_classes: ["KalshiFeed"] }],
      }),
    });
    // It takes a Node that is newer than the oldest that this package runs on.
    const node = (await nodeVersions()).at(-1)?.path ?? "node";
    const program = join(folder, "node_modules/wrangler/bin/wrangler.js");
    run(folder, node, program, "deploy", "--dry-run", "--outdir", "out");
    const port = await freePort();
    const args = [
      program,
      "dev",
      "--ip",
      "127.0.0.1",
      "--port",
      String(port),
      "--show-interactive-dev-session=false",
    ];
    expect("wrangler", await serve(folder, node, args, `http://127.0.0.1:${port}/`));
  },
};

const next: Project = {
  name: "Next",
  run: async (folder, candidate) => {
    setUp(folder, candidate, ["next", "react", "react-dom"], {
      "lib/session.mjs": session(candidate.name),
      "app/layout.jsx": `export default ({ children }) => <html><body>{children}</body></html>;`,
      "app/page.jsx": `export default () => <p>session</p>;`,
      "app/api/session/route.js": `import { session } from "../../../lib/session.mjs";
export const dynamic = "force-dynamic";
export const GET = async () => new Response(await session());`,
    });
    const program = join(folder, "node_modules/.bin/next");
    run(folder, program, "build");
    const port = await freePort();
    const args = ["start", "--hostname", "127.0.0.1", "--port", String(port)];
    expect("Next", await serve(folder, program, args, `http://127.0.0.1:${port}/api/session`));
  },
};

/** The projects for a package from npm. */
export const npmProjects: readonly Project[] = [vite, wrangler, next];

/** The projects for a package from JSR's npm layer. */
export const jsrProjects: readonly Project[] = [bun, wrangler];
