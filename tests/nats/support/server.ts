/** A NATS server of its own for a test, with JetStream, on loopback and in a folder of its own. */
import { connect, type NodeConnectionOptions } from "@nats-io/transport-node";
import type { NatsConnection } from "@nats-io/nats-core";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { onFreePort } from "../../support/free_port.ts";
import { test, type TestOptions } from "../../support/test.ts";

const isThere = () => spawnSync("nats-server", ["--version"], { stdio: "ignore" }).status === 0;

/** Whether the program is there; on Debian and as root, it is installed when it is missing. */
function found(): boolean {
  if (isThere()) return true;
  if (process.getuid?.() !== 0) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...args: string[]) =>
    spawnSync("apt-get", ["-o", "DPkg::Lock::Timeout=300", ...args], { stdio: "ignore", env }).status === 0;
  const install = () => apt("install", "-y", "--no-install-recommends", "nats-server");
  return (install() || apt("update") && install()) && isThere();
}

let has: boolean | undefined;

/** A test that needs the program; where that is missing, its name says so. */
export function natsTest(name: string, run: () => Promise<void>, options: TestOptions = {}): void {
  has ??= found();
  if (has) test(name, options, run);
  else test(`${name} (not run: apt-get install nats-server)`, options, () => {});
}

/** A server that can be stopped and started again, on the same port and in the same folder. */
export interface NatsServer extends AsyncDisposable {
  readonly port: number;
  /** Where it keeps what it stores. */
  readonly dir: string;
  /** A connection of its own, closed with the server; it comes back by itself, as often as it takes. */
  connect(options?: NodeConnectionOptions): Promise<NatsConnection>;
  /** Ends it as a machine that fails would. */
  kill(): Promise<void>;
  /** Ends it in order. */
  stop(): Promise<void>;
  /** Starts it again. */
  start(): Promise<void>;
  /** Stops it from running without closing its connections, and lets it go on. */
  freeze(): void;
  thaw(): void;
}

/** Starts a server. `config`: more of its configuration, such as users with permissions. */
export async function startNats(config = ""): Promise<NatsServer> {
  const dir = mkdtempSync(join(tmpdir(), "kalshi-nats-"));
  const connections = new Set<NatsConnection>();
  const start = (port: number) => spawnServer(port, dir, config);
  let running: Running | undefined;
  const port = await onFreePort(async (port) => {
    running = await start(port);
    return port;
  });
  const end = async (signal: NodeJS.Signals) => {
    const ended = running;
    running = undefined;
    ended?.signal(signal);
    await ended?.ended;
  };
  return {
    port,
    dir,
    async connect(options = {}) {
      const connection = await connect({
        servers: `127.0.0.1:${port}`,
        reconnectTimeWait: 50,
        reconnectJitter: 0,
        maxReconnectAttempts: -1,
        ...options,
      });
      connections.add(connection);
      return connection;
    },
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
    async start() {
      running ??= await start(port);
    },
    freeze: () => running?.signal("SIGSTOP"),
    thaw: () => running?.signal("SIGCONT"),
    async [Symbol.asyncDispose]() {
      await Promise.all([...connections].map((connection) => connection.close()));
      await end("SIGKILL");
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

interface Running {
  readonly ended: Promise<unknown>;
  signal(name: NodeJS.Signals): void;
}

async function spawnServer(port: number, dir: string, config: string): Promise<Running> {
  const file = join(dir, "server.conf");
  writeFileSync(
    file,
    `listen: "127.0.0.1:${port}"\njetstream { store_dir: ${
      JSON.stringify(join(dir, "store"))
    } }\n${config}\n`,
  );
  const child: ChildProcess = spawn("nats-server", ["-c", file], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(child, "exit");
  await new Promise<void>((resolve, reject) => {
    let output = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      if (output.length < 65_536) output += text;
      if (output.includes("Server is ready")) resolve();
    });
    child.once("error", reject);
    child.once("close", () => reject(new Error(`nats-server ended:\n${output}`)));
  });
  // Not through child.kill: Deno sends nothing after its first signal.
  return {
    ended,
    signal: (name) => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(child.pid, name);
    },
  };
}
