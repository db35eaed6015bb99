import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { CliStop } from "../../src/cli/io.ts";
import { main } from "../../src/cli/main.ts";
import { test } from "../support/test.ts";
import { lines, objects, openAccount } from "./support/account.ts";
import { memoryIo } from "./support/memory_io.ts";
import { prepareCli } from "./support/program.ts";

function withResolvers() {
  let resolve: () => void = () => {};
  const promise = new Promise<void>((done) => resolve = done);
  return { promise, resolve };
}

/** Stands before an exchange, and holds the answers of writes until it is told to hand them over. */
async function holdingProxy(baseUrl: string) {
  const taken = withResolvers();
  const released = withResolvers();
  const { port } = new URL(baseUrl);
  const server = createServer((near, answer) => {
    const { method = "GET", url, headers } = near;
    const far = request({ host: "127.0.0.1", port, method, path: url, headers }, (response) => {
      const chunks: Uint8Array[] = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", async () => {
        if (method !== "GET") {
          taken.resolve();
          await released.promise;
        }
        answer.writeHead(response.statusCode ?? 500, { "content-type": "application/json" });
        for (const chunk of chunks) answer.write(chunk);
        answer.end();
      });
    });
    near.pipe(far);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/trade-api/v2`,
    taken: taken.promise,
    release: released.resolve,
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

test("Ctrl-C while an order is on its way waits for the answer, and tells what became of it", async () => {
  await using account = await openAccount();
  const { exchange, client, ticker, env } = account;
  using proxy = await holdingProxy(exchange.baseUrl);
  const stop = new AbortController();
  const io = memoryIo({ env: { ...env, KALSHI_API_BASE_URL: proxy.url }, signal: stop.signal });
  const args = ["order", ticker, "--side", "bid", "--price", "0.50", "--count", "2", "--json"];
  const ended = main(args, { io });
  await proxy.taken;
  // Here and not by a signal to a process, which may come after the answer.
  stop.abort(new CliStop("interrupted"));
  proxy.release();
  assertEquals([await ended, io.stderr.text()], [130, ""]);
  const [placed] = objects(io.stdout.text());
  const { items } = await client.orders.list();
  assertEquals(items.map(({ order_id }) => order_id), [placed.order_id]);
});

test("a reader that leaves ends a long list, and nobody complains", async () => {
  await using account = await openAccount({ history: { days: 3 }, marketMakers: true });
  using cli = await prepareCli();
  for (const command of [["trades", "--all", "--csv"], ["markets", "--status", "any", "--all", "--json"]]) {
    const words = [cli.command, ...cli.args, ...command].map((word) => `'${word}'`).join(" ");
    const shell = spawn("sh", ["-c", `{ ${words}; echo "ended with $?" >&2; } | head -1`], {
      env: { ...process.env, ...account.publicEnv },
    });
    let output = "";
    let errors = "";
    shell.stdout.on("data", (data) => output += data);
    shell.stderr.on("data", (data) => errors += data);
    await once(shell, "close");
    assertEquals(lines(output).length, 1);
    assertEquals(errors, "ended with 0\n");
  }
});

test("long work says on a terminal how far it is, and leaves no trace of that", async () => {
  await using account = await openAccount({ history: { days: 3 }, marketMakers: true });
  const { publicEnv: env } = account;
  for (const args of [["trades", "--all"], ["markets", "--status", "any", "--all"]]) {
    const io = memoryIo({ isTerminal: true, env });
    assertEquals(await main(args, { io }), 0);
    const said = io.stderr.text();
    assert(/\d+ trades, back to 20\d\d-|\d+ markets seen, \d+ found/.test(said), said.slice(0, 200));
    assert(said.endsWith("\r\u001b[2K"), JSON.stringify(said.slice(-80)));
    assertStringIncludes(io.stdout.text(), "ticker");
  }
});

test("Ctrl-C ends a long list cleanly, with what was found until then", async () => {
  await using account = await openAccount({ history: { days: 3 }, marketMakers: true });
  const { publicEnv: env } = account;
  const stop = new AbortController();
  const memory = memoryIo({ env, signal: stop.signal });
  let rows = 0;
  const stdout = {
    ...memory.stdout,
    write: (text: string) => {
      if (++rows === 10) stop.abort(new CliStop("interrupted"));
      return memory.stdout.write(text);
    },
  };
  assertEquals(await main(["trades", "--all", "--json"], { io: { ...memory, stdout } }), 130);
  assertEquals(memory.stderr.text(), "");
  // What is left of the page may still come; no further one is asked for.
  const printed = objects(memory.stdout.text());
  assert(printed.length >= 10 && printed.length <= 1_000, `${printed.length}`);
});
