/** A Redis of its own for a test, on loopback. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import process from "node:process";

function find(): string | undefined {
  return ["redis-server", "valkey-server"].find((name) =>
    spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0
  );
}

/** The server's program; on Debian and as root, it is installed when it is missing. */
function program(): string {
  const found = find();
  if (found !== undefined) return found;
  if (process.getuid?.() === 0) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const apt = (...args: string[]) => spawnSync("apt-get", args, { stdio: "ignore", env }).status === 0;
    const install = () => apt("install", "-y", "--no-install-recommends", "redis-server");
    if (install() || apt("update") && install()) {
      const installed = find();
      if (installed !== undefined) return installed;
    }
  }
  throw new Error("This test needs redis-server or valkey-server: apt-get install redis-server.");
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** A running Redis. */
export interface RedisServer extends AsyncDisposable {
  readonly port: number;
  /** Stops it from running without closing its connections, and lets it go on. */
  freeze(): void;
  thaw(): void;
}

/** Starts a Redis that keeps nothing. */
export async function startRedis(): Promise<RedisServer> {
  const port = await freePort();
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const child = spawn(program(), args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  await new Promise<void>((resolve, reject) => {
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (output.includes("eady to accept connections")) resolve();
    });
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`redis-server ended:\n${output}`)));
  });
  // Not through child.kill: Deno sends nothing after its first signal.
  const signal = (name: NodeJS.Signals) => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(child.pid, name);
  };
  return {
    port,
    freeze: () => signal("SIGSTOP"),
    thaw: () => signal("SIGCONT"),
    async [Symbol.asyncDispose]() {
      signal("SIGKILL");
      await ended;
    },
  };
}
