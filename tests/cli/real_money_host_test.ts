import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createServer } from "node:tls";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { openAccount } from "./support/account.ts";
import { prepareCli } from "./support/program.ts";

/** A host that is neither Kalshi's demo nor, by its name, this machine. */
const HOST = "127.0.0.2";

/** The exchange on such a host: what it does there counts as real money. */
async function strangeHost(port: number) {
  const folder = mkdtempSync(join(tmpdir(), "kalshi-cli-tls-"));
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  openssl(
    ...[
      "req",
      "-x509",
      ...key,
      "-keyout",
      "ca.key",
      "-out",
      "ca.pem",
      "-days",
      "30",
      "-subj",
      "/CN=Authority",
    ],
    ...["-addext", "basicConstraints=critical,CA:TRUE"],
  );
  openssl("req", ...key, "-keyout", "server.key", "-out", "server.csr", "-subj", `/CN=${HOST}`);
  writeFileSync(join(folder, "names"), `subjectAltName=IP:${HOST}\nbasicConstraints=CA:FALSE\n`);
  openssl(
    ...["x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"],
    ...["-days", "30", "-extfile", "names", "-out", "server.pem"],
  );
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  const sockets = new Set<Socket>();
  const server = createServer({
    key: read("server.key"),
    cert: read("server.pem"),
    ALPNProtocols: ["http/1.1"],
  }, (near) => {
    const far = connect(port, "127.0.0.1");
    for (const [one, other] of [[near, far], [far, near]] as const) {
      sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
      one.pipe(other);
    }
  }).listen(0, HOST);
  await once(server, "listening");
  const ca = join(folder, "ca.pem");
  return {
    env: {
      KALSHI_API_BASE_URL: `https://${HOST}:${(server.address() as AddressInfo).port}/trade-api/v2`,
      KALSHI_ALLOW_UNKNOWN_HOST: "1",
      // As Node and Bun, and as Deno learn of an authority.
      NODE_EXTRA_CA_CERTS: ca,
      DENO_CERT: ca,
    },
    [Symbol.dispose]: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

test("an order with real money is asked about on a terminal, and not sent where nobody can be asked", async () => {
  await using account = await openAccount();
  const { exchange, client, ticker } = account;
  using host = await strangeHost(Number(new URL(exchange.baseUrl).port));
  const env = { ...account.env, ...host.env };
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5600", count: "4" });
  using cli = await prepareCli();
  const order = ["order", ticker, "--side", "bid", "--price", "0.56", "--count", "10"];
  const placed = async () => (await client.orders.list()).items.length;

  const alone = await cli.run(order, { env });
  assertEquals([alone.status, alone.stdout], [7, ""], alone.stderr);
  assertStringIncludes(
    alone.stderr,
    `Buy 10.00 YES of ${ticker} at 0.5600 (good_till_canceled): 4.00 of it takes now`,
  );
  assertMatch(
    alone.stderr,
    /at most \$5\.6000, and about 0\.\d{4} in fees: that is real money on 127\.0\.0\.2/,
  );
  const quotes = await cli.run(["quotes", ticker, "--bid", "0.4", "--count", "1"], { env });
  assertEquals([quotes.status, quotes.stdout], [7, ""], quotes.stderr);
  const cancel = await cli.run(["cancel", "--all"], { env });
  assertEquals([cancel.status, cancel.stdout], [7, ""], cancel.stderr);
  const readOnly = await cli.run([...order, "--yes"], { env: { ...env, KALSHI_READONLY: "1" } });
  assertEquals([readOnly.status, readOnly.stdout], [7, ""], readOnly.stderr);
  const dry = await cli.run([...order, "--dry-run"], { env });
  assertEquals(dry.status, 0, dry.stderr);
  assertEquals(await placed(), 0);
  const sure = await cli.run([...order, "--yes", "--json"], { env });
  assertEquals(sure.status, 0, sure.stderr);
  assertEquals(await placed(), 1);

  const hasScript = execFileSync("sh", ["-c", "script --version 2>&1 || true"], { encoding: "utf8" });
  if (!hasScript.includes("util-linux")) {
    return console.warn("Did not run on a terminal: there is no `script` of util-linux, which makes one.");
  }
  for (const [answer, status, orders] of [["no", 7, 1], ["yes", 0, 2]] as const) {
    const words = [cli.command, ...cli.args, ...order].map((word) => `'${word}'`).join(" ");
    const child = spawn("script", ["-qec", `${words}; echo "ended with $?"`, "/dev/null"], {
      env: { ...process.env, ...env, NO_COLOR: "1", TERM: "xterm" },
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => output += text);
    await until(() => output.includes("Type yes to go on: "));
    assertEquals(await placed(), 1);
    child.stdin.write(`${answer}\n`);
    await until(() => /ended with \d+/.test(output));
    child.stdin.end();
    assertStringIncludes(output, `ended with ${status}`);
    assert(status !== 7 || output.includes("Not confirmed; nothing was sent."), output);
    assertEquals(await placed(), orders);
  }
});
