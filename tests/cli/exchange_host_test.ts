import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { execFile } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { KalshiClient } from "../../mod.ts";
import { parseEnvFile } from "../../src/cli/env_file.ts";
import { prepareScript } from "../support/run_script.ts";
import { runtimeName, test } from "../support/test.ts";
import { prepareCli, type Program } from "./support/program.ts";

/** A folder of its own, and the program. */
async function inFolder(body: (folder: string, cli: Program) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "kalshi-exchange-"));
  using cli = await prepareCli();
  try {
    await body(folder, cli);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the bot with the runtime's own reading of files of variables. */
async function runTrader(path: string): Promise<Record<string, unknown>> {
  using trader = await prepareScript("tests/cli/support/trader.ts");
  const args = [...trader.args];
  args.splice(runtimeName === "deno" ? 1 : 0, 0, `--env-file=${path}`);
  const { PATH = "", HOME = "" } = process.env;
  const options = { env: { PATH, HOME, NODE_NO_WARNINGS: "1" } };
  return await new Promise((resolve, reject) =>
    execFile(trader.command, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout));
      else reject(new Error(`${error.message}\n${stdout}${stderr}`));
    })
  );
}

test("bots in other processes trade on an exchange by the file that it writes", () =>
  inFolder(async (folder, cli) => {
    const started = cli.start(["exchange", "--fix", "--balance", "250.00", "--json"], { cwd: folder });
    await started.says(/\}\n/);
    const said = JSON.parse(started.stdout());
    const path = join(folder, ".env");
    assertEquals(said.env, ".env");
    if (process.platform !== "win32") assertEquals(statSync(path).mode & 0o777, 0o600);
    const variables = parseEnvFile(readFileSync(path, "utf8"), path);
    assertEquals([variables["KALSHI_API_BASE_URL"], variables["KALSHI_KEY_ID"]], [said.rest, said.key_id]);
    assert(!started.stdout().includes("PRIVATE KEY"));
    assertEquals(variables["KALSHI_PAGE_URL"], said.page);
    const page = await fetch(said.page);
    assertMatch(await page.text(), /^<!doctype html>/i);

    assertEquals(await runTrader(path), { balance_dollars: "250.0000", bids: 1, fix: "active" });
    // And so does the next command.
    const ticker = await client(
      path,
      async (client) => (await client.markets.list({ limit: 1 })).items[0]?.ticker ?? "",
    );
    const market = await cli.run(["market", ticker, "--env-file", ".env", "--json"], { cwd: folder });
    assertEquals([market.status, market.stderr, JSON.parse(market.stdout).ticker], [0, "", ticker]);

    started.signal("SIGINT");
    assertEquals((await started.ended).status, 130);
  }));

async function client<T>(path: string, use: (client: KalshiClient) => Promise<T>): Promise<T> {
  await using client = await KalshiClient.fromEnv(parseEnvFile(readFileSync(path, "utf8"), path));
  return await use(client);
}

test("an exchange that starts again has the ports and keys of the last time, and keeps what was added", () =>
  inFolder(async (folder, cli) => {
    const path = join(folder, "local.env");
    const once = async () => {
      const started = cli.start(["exchange", "--fix", "--env", path, "--json"]);
      await started.says(/\}\n/);
      const text = readFileSync(path, "utf8");
      await client(path, (client) => client.portfolio.balance());
      started.signal("SIGINT");
      assertEquals((await started.ended).status, 130);
      return text;
    };
    const first = await once();
    appendFileSync(path, "MY_BOT=1\n");
    assertEquals(await once(), `${first}MY_BOT=1\n`);
  }));

test("with --state orders and cash outlive Ctrl-C and kill -9, and another exchange cannot take them", () =>
  inFolder(async (folder, cli) => {
    const path = join(folder, ".env");
    const start = async (...more: string[]) => {
      const started = cli.start(["exchange", "--state", "kept.state", ...more], { cwd: folder });
      await started.says(/Ctrl-C ends it/);
      return started;
    };
    const first = await start("--seed", "7", "--pace", "0", "--balance", "500.00");
    const order = await client(path, async (client) => {
      const [market] = (await client.markets.list({ status: "open", limit: 1 })).items;
      return await client.orders.create({
        ticker: market?.ticker ?? "",
        side: "bid",
        count: "3.00",
        price: "0.0100",
        time_in_force: "good_till_canceled",
        self_trade_prevention_type: "taker_at_cross",
      });
    });
    const look = () =>
      client(path, async (client) => {
        const { remaining_count_fp } = await client.orders.get(order.order_id);
        return [remaining_count_fp, (await client.portfolio.balance()).balance_dollars];
      });
    const before = await look();
    assertEquals(before[0], "3.00");
    // One that is told to use the same files leaves them alone.
    const taken = await cli.run(["exchange", "--state", "kept.state"], { cwd: folder });
    assertEquals([taken.status, taken.stdout], [1, ""]);
    assertEquals(await look(), before);
    first.child.kill("SIGKILL");
    await first.ended;

    const second = await start();
    assertMatch(second.stderr(), /kept\.state: \d+ commands, done again\./);
    assertEquals(await look(), before);
    second.signal("SIGINT");
    assertEquals((await second.ended).status, 130);

    const other = await cli.run(["exchange", "--state", "kept.state", "--seed", "8"], { cwd: folder });
    assertEquals([other.status, other.stdout], [2, ""]);
    assertStringIncludes(other.stderr, "is that of an exchange with seed 7");

    const third = await start();
    assertEquals(await look(), before);
    third.signal("SIGTERM");
    assertEquals((await third.ended).status, 143);
  }));

test("an exchange never writes over a file that it did not write", () =>
  inFolder(async (folder, cli) => {
    const path = join(folder, ".env");
    writeFileSync(path, "MY_SECRET=1\n");
    const result = await cli.run(["exchange"], { cwd: folder });
    assertEquals([result.status, result.stdout], [2, ""]);
    assertMatch(result.stderr, /^kalshi: \.env is there, and kalshi exchange did not write it/m);
    assertEquals(readFileSync(path, "utf8"), "MY_SECRET=1\n");
    const one = await cli.run(["exchange", "--env", "both", "--state", "./both"], { cwd: folder });
    assertEquals([one.status, existsSync(join(folder, "both"))], [2, false]);
    assertStringIncludes(one.stderr, "--env and --state name one file");
  }));

test("an exchange whose port is taken says so, and leaves the file of the other one alone", () =>
  inFolder(async (folder, cli) => {
    const path = join(folder, ".env");
    const started = cli.start(["exchange", "--json"], { cwd: folder });
    await started.says(/\}\n/);
    const text = readFileSync(path, "utf8");
    const second = await cli.run(["exchange"], { cwd: folder });
    assertEquals([second.status, second.stdout], [1, ""]);
    assertMatch(second.stderr, /The port of \.env is taken/);
    assertEquals(readFileSync(path, "utf8"), text);
    // With a file of its own it has keys and a port of its own.
    const third = cli.start(["exchange", "--env", "other.env", "--seed", "2", "--json"], { cwd: folder });
    await third.says(/\}\n/);
    assertNotEquals(JSON.parse(third.stdout()).rest, JSON.parse(started.stdout()).rest);
    for (const one of [started, third]) {
      one.signal("SIGTERM");
      assertEquals((await one.ended).status, 143);
    }
  }));

test("with a history the account has traded, and a person sees where everything is", () =>
  inFolder(async (folder, cli) => {
    const started = cli.start(["exchange", "--history", "3"], { cwd: folder });
    await started.says(/Ctrl-C ends it/);
    assertMatch(started.stdout(), /^rest +http:\/\/127\.0\.0\.1:\d+\/trade-api\/v2\nstream +ws:/);
    assertStringIncludes(started.stderr(), "Opening a local exchange with a past of 3 days");
    await client(join(folder, ".env"), async (client) => {
      const fills = await client.portfolio.fills.list({ limit: 5 });
      assert(fills.items.length > 0);
    });
    started.signal("SIGINT");
    assertEquals((await started.ended).status, 130);
  }));

test("an exchange refuses what its options cannot be", () =>
  inFolder(async (_, cli) => {
    for (
      const [args, why] of [
        [["--port", "70000"], "It takes a whole number from 0 to 65535."],
        [["--history", "0"], "It takes a whole number from 1 to 365."],
        [["--balance", "much"], "It takes dollars, such as 1000.00."],
      ] as const
    ) {
      const { status, stderr } = await cli.run(["exchange", ...args]);
      assertEquals(status, 2);
      assertStringIncludes(stderr, why);
    }
  }));
