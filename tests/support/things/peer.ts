/** Starts a peer of `peers/` in a Node of its own. */
import { spawn } from "node:child_process";
import { request } from "node:http";
import type { ThingImplementation } from "../bed_things.ts";

function ask(port: number, body: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const call = request({ host: "127.0.0.1", port, method: "POST", agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => text += part).on("end", () => {
        const answer = JSON.parse(text) as { value?: unknown; error?: string };
        if (answer.error === undefined) resolve(answer.value);
        else reject(new Error(answer.error));
      });
    });
    call.on("error", reject).end(JSON.stringify(body));
  });
}

/** The starter of the peer in `peers/<file>`. */
export function peer(file: string): (options?: unknown) => Promise<ThingImplementation> {
  return async (options = {}) => {
    const child = spawn("node", [`tests/support/things/peers/${file}`, JSON.stringify(options)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    const line = await new Promise<string>((resolve, reject) => {
      let text = "";
      child.stdout.setEncoding("utf8").on("data", (part: string) => {
        text += part;
        if (text.endsWith("\n")) resolve(text);
      });
      child.once("exit", (code) => reject(new Error(`${file} ended with ${code}`)));
    });
    const { port, methods } = JSON.parse(line) as { port: number; methods: string[] };
    const call = (method: string) => [method, (...args: unknown[]) => ask(port, { method, args })] as const;
    return {
      methods: Object.fromEntries(methods.map(call)),
      async stop() {
        child.stdin.end();
        child.kill();
        await gone;
      },
    };
  };
}
