/** The test bed as a process of its own, for Workers. It prints its URL and ends with its standard input. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import type { Thing } from "./bed.ts";
import { startLocally } from "./bed_things.ts";

interface Command {
  readonly start?: string;
  readonly options?: unknown;
  readonly id?: number;
  readonly method?: string;
  readonly args?: unknown[];
  readonly stop?: boolean;
}

const running = new Map<number, Thing>();
let lastId = 0;

async function obey(command: Command): Promise<unknown> {
  if (command.start !== undefined) {
    running.set(++lastId, await startLocally(command.start, command.options));
    return lastId;
  }
  const id = command.id ?? 0;
  const thing = running.get(id);
  if (thing === undefined) throw new Error(`Nothing runs as ${id}.`);
  if (command.stop) {
    running.delete(id);
    return await thing[Symbol.asyncDispose]();
  }
  return await thing.call(command.method ?? "", ...command.args ?? []);
}

const server = createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8").on("data", (text: string) => body += text).on("end", async () => {
    let answer: unknown;
    try {
      answer = { value: await obey(JSON.parse(body)) };
    } catch (error) {
      answer = { error: error instanceof Error ? error.stack ?? error.message : String(error) };
    }
    response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
  });
});
server.listen(
  0,
  "127.0.0.1",
  () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
);
process.stdin.on("end", () => process.exit(0)).resume();
