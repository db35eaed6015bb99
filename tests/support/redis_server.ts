/** A Redis of its own for a test, on loopback. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { onFreePort } from "./free_port.ts";

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
    // Three runtimes may find it missing at the same time.
    const patience = ["-o", "DPkg::Lock::Timeout=300"];
    const apt = (...args: string[]) =>
      spawnSync("apt-get", [...patience, ...args], { stdio: "ignore", env }).status === 0;
    const install = () => apt("install", "-y", "--no-install-recommends", "redis-server");
    if (install() || apt("update") && install()) {
      const installed = find();
      if (installed !== undefined) return installed;
    }
  }
  throw new Error("This test needs redis-server or valkey-server: apt-get install redis-server.");
}

/** A running Redis. */
export interface RedisServer extends AsyncDisposable {
  readonly port: number;
  /** Stops it from running without closing its connections, and lets it go on. */
  freeze(): void;
  thaw(): void;
}

/** Starts a Redis that keeps nothing. */
export function startRedis(): Promise<RedisServer> {
  return onFreePort(startOn);
}

async function startOn(port: number): Promise<RedisServer> {
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
    child.once("close", () => reject(new Error(`redis-server ended:\n${output}`)));
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
