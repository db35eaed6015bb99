import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { test } from "../support/test.ts";
import { prepareCli } from "./support/program.ts";

function withResolvers<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => resolve = done);
  return { promise, resolve };
}

const lines = (text: string) => text.trimEnd().split("\n");

test("the program prints its version, its help, and what was mistyped", async () => {
  using cli = await prepareCli();
  const { version } = JSON.parse(readFileSync("deno.json", "utf8"));
  assertEquals(await cli.run(["--version"]), { status: 0, stdout: `${version}\n`, stderr: "" });

  const help = await cli.run(["--help"]);
  assertEquals([help.status, help.stderr], [0, ""]);
  assertMatch(help.stdout, /^Usage: kalshi /);
  assertStringIncludes(help.stdout, "market ");
  assertEquals(await cli.run([]), { ...help, status: 2, stdout: "", stderr: help.stdout });

  const wrong = await cli.run(["markt", "T"]);
  assertEquals([wrong.status, wrong.stdout], [2, ""]);
  assertMatch(wrong.stderr, /^kalshi: unknown command 'markt'\n\(Did you mean market/);

  // Somebody tried to give a key: it is not said again.
  const key = await cli.run(["market", "T", "--private-key=MIIEowIBAAKCAQEA7Q"]);
  assertEquals([key.status, key.stdout], [2, ""]);
  assertMatch(key.stderr, /^kalshi: unknown option '--private-key/);
  assert(!key.stderr.includes("MIIE"), key.stderr);
  for (const args of [["markets"], []]) {
    const pem = await cli.run([...args, "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA7Q\n-----END"]);
    assertEquals([pem.status, pem.stdout], [2, ""]);
    assert(!pem.stderr.includes("MIIE"), pem.stderr);
  }
  assert(!(await cli.run(["--\x1b[2Jx"])).stderr.includes("\x1b"));
});

test("a market is printed as lines, as JSON and as CSV, from a local exchange", async () => {
  await using exchange = await LocalExchange.start({ seed: 1 });
  exchange.step(5);
  const [ticker = ""] = exchange.openTickers();
  using cli = await prepareCli();
  const env = { KALSHI_API_BASE_URL: exchange.baseUrl };

  const table = await cli.run(["market", ticker], { env });
  assertEquals([table.status, table.stderr], [0, ""]);
  assertMatch(lines(table.stdout)[0] ?? "", new RegExp(`^ticker +${ticker}$`));
  assertMatch(table.stdout, /^status +active$/m);

  const json = await cli.run(["market", ticker, "--json"], { env });
  assertEquals([json.status, json.stderr, lines(json.stdout).length], [0, "", 1]);
  const market = JSON.parse(json.stdout);
  assertEquals(market.ticker, ticker);

  const csv = await cli.run(["market", ticker, "--csv"], { env });
  assertEquals([csv.status, csv.stderr], [0, ""]);
  const [heading = "", row = "", ...rest] = csv.stdout.split("\r\n");
  assertEquals(rest, [""]);
  assert(heading.startsWith("ticker,event_ticker,"), heading);
  assert(row.startsWith(`${ticker},${market.event_ticker},`), row);
});

test("a failure says what to do, and its exit code says what kind it is", async () => {
  await using exchange = await LocalExchange.start({ seed: 1, marketMakers: false });
  using cli = await prepareCli();
  const env = { KALSHI_API_BASE_URL: exchange.baseUrl };

  const missing = await cli.run(["market", "NO-SUCH"], { env });
  assertEquals([missing.status, missing.stdout], [4, ""]);
  assertMatch(missing.stderr, /^kalshi: .*404/);
  assertStringIncludes(missing.stderr, "`kalshi markets` lists the markets that there are.");

  const asJson = await cli.run(["market", "NO-SUCH", "--json"], { env });
  assertEquals([asJson.status, asJson.stdout], [4, ""]);
  const { error } = JSON.parse(asJson.stderr);
  assertEquals([error.exit, error.code, error.status], ["refused", "NOT_FOUND", 404]);

  const halfKey = await cli.run(["market", "T"], { env: { ...env, KALSHI_KEY_ID: "an-id" } });
  assertEquals(halfKey.status, 3);
  assertStringIncludes(halfKey.stderr, "KALSHI_PRIVATE_KEY");
  assertStringIncludes(halfKey.stderr, "kalshi doctor");

  const badVariable = await cli.run(["market", "T"], { env: { ...env, KALSHI_DEMO: "perhaps" } });
  assertEquals([badVariable.status, badVariable.stdout], [2, ""]);
  assertStringIncludes(badVariable.stderr, "KALSHI_DEMO must be true or false");

  const { baseUrl } = exchange;
  await exchange.close();
  const gone = await cli.run(["market", "T"], { env: { KALSHI_API_BASE_URL: baseUrl } });
  assertEquals([gone.status, gone.stdout], [5, ""]);
  assertMatch(gone.stderr, /^kalshi: /);
});

test("with --env-file the variables are those of the file, and none of the process beside them", async () => {
  await using exchange = await LocalExchange.start({ seed: 1, marketMakers: false });
  const [ticker = ""] = exchange.openTickers();
  const folder = mkdtempSync(join(tmpdir(), "kalshi-cli-"));
  try {
    const path = join(folder, "local.env");
    writeFileSync(path, `# A local exchange.\nexport KALSHI_API_BASE_URL="${exchange.baseUrl}"\n`);
    using cli = await prepareCli();
    // What the process has is half a key, and leads elsewhere.
    const env = {
      KALSHI_KEY_ID: "of-another-account",
      KALSHI_API_BASE_URL: "http://127.0.0.1:9/trade-api/v2",
    };
    const found = await cli.run(["market", ticker, "--env-file", path, "--json"], { env });
    assertEquals([found.status, found.stderr], [0, ""]);
    assertEquals(JSON.parse(found.stdout).ticker, ticker);

    const absent = await cli.run(["market", ticker, "--env-file", join(folder, "no.env")]);
    // Node 20 looks for this option behind the program's name too, and ends by itself.
    if (absent.status !== 9) {
      assertEquals(absent.status, 2);
      assertMatch(absent.stderr, /no\.env cannot be read \(ENOENT\)/);
    } else assertMatch(absent.stderr, /no\.env: not found/);

    writeFileSync(path, "KALSHI_DEMO=true\nMIIEowIBAAKCAQEA7Q\n");
    const wrong = await cli.run(["market", ticker, "--env-file", path]);
    assertEquals(wrong.status, 2);
    assertMatch(wrong.stderr, /local\.env, line 2: write NAME=value/);
    assert(!wrong.stderr.includes("MIIE"), wrong.stderr);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** A server that says when it was asked, and answers when it is told to. */
async function holdingServer() {
  const { promise: asked, resolve: isAsked } = withResolvers<ServerResponse>();
  const server = createServer((_, response) => isAsked(response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    env: { KALSHI_API_BASE_URL: `http://127.0.0.1:${port}/trade-api/v2` },
    asked,
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  test(`${signal} ends a call that waits with ${status}, and without a word`, async () => {
    using server = await holdingServer();
    using cli = await prepareCli();
    const started = cli.start(["market", "T"], { env: server.env });
    await server.asked;
    started.signal(signal);
    assertEquals(await started.ended, { status, stdout: "", stderr: "" });
  });
}

test("output that nobody reads ends a command, and it does not complain", async () => {
  using server = await holdingServer();
  using cli = await prepareCli();
  const started = cli.start(["market", "T", "--json"], { env: server.env });
  const response = await server.asked;
  started.child.stdout?.destroy();
  await once(started.child.stdout ?? started.child, "close");
  response.writeHead(200, { "content-type": "application/json" });
  // More than a pipe holds.
  response.end(JSON.stringify({ market: { ticker: "T", title: "T".repeat(1_000_000) } }));
  assertEquals(await started.ended, { status: 0, stdout: "", stderr: "" });
});

test("KALSHI_LOG=debug logs to stderr, so that a program can read the result", async () => {
  await using exchange = await LocalExchange.start({ seed: 1, marketMakers: false });
  const [ticker = ""] = exchange.openTickers();
  using cli = await prepareCli();
  const env = { KALSHI_API_BASE_URL: exchange.baseUrl, KALSHI_LOG: "debug" };
  const { status, stdout, stderr } = await cli.run(["market", ticker, "--json"], { env });
  assertEquals([status, JSON.parse(stdout).ticker], [0, ticker]);
  assertStringIncludes(stderr, `/markets/${ticker}`);
});
