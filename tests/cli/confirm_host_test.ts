import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError } from "../../src/cli/exit_codes.ts";
import { type ConnectionOptions, openClient } from "../../src/cli/open_client.ts";
import { test } from "../support/test.ts";
import { memoryIo, type MemoryIoOptions } from "./support/memory_io.ts";

const WHAT = "Buy 10 KXHIGHNY-26NOV24-T60 at 0.56";

/** What a command asks before it writes; no request is made here. */
async function confirm(world: MemoryIoOptions, options: ConnectionOptions) {
  const io = memoryIo(world);
  const { client, confirm, isRealMoney, close } = await openClient(io, options);
  try {
    await confirm(WHAT);
    await confirm(WHAT);
    return { place: client.config.environment, isRealMoney, asked: io.stderr.text() };
  } finally {
    await close();
  }
}

test("production is asked about on a terminal, once, and only yes is yes", async () => {
  for (const options of [{ live: true }, {}]) {
    const { place, isRealMoney, asked } = await confirm({ isTerminal: true, answers: ["yes"] }, options);
    assertEquals([place, isRealMoney], ["production", true]);
    assertEquals(
      asked,
      `${WHAT}, with real money on api.elections.kalshi.com. Type yes to go on: `,
    );
    for (const answers of [["y"], ["no"], [""], []]) {
      const error = await assertRejects(() => confirm({ isTerminal: true, answers }, options), CliError);
      assertEquals([error.exit, error.message], ["unconfirmed", "Not confirmed; nothing was sent."]);
    }
  }
});

test("where nobody can be asked, real money needs --yes", async () => {
  const error = await assertRejects(() => confirm({ answers: ["yes"] }, { live: true }), CliError);
  assertEquals(error.exit, "unconfirmed");
  assertStringIncludes(error.message, "Nothing was sent. Say --yes in a script, or --demo");
  assertEquals((await confirm({}, { live: true, yes: true })).asked, "");
});

test("demo and this machine are not asked about; a host that is not known is", async () => {
  assertEquals(await confirm({}, { demo: true }), { place: "demo", isRealMoney: false, asked: "" });
  assertEquals((await confirm({ env: { KALSHI_DEMO: "true" } }, {})).place, "demo");
  const local = { KALSHI_API_BASE_URL: "http://127.0.0.1:9/trade-api/v2" };
  assertEquals((await confirm({ env: local }, {})).isRealMoney, false);
  const unknown = {
    KALSHI_API_BASE_URL: "https://kalshi.example/trade-api/v2",
    KALSHI_ALLOW_UNKNOWN_HOST: "1",
  };
  const error = await assertRejects(() => confirm({ env: unknown }, {}), CliError);
  assertStringIncludes(error.message, "real money on kalshi.example");
});

test("an exchange that is told twice, and differently, is refused", async () => {
  const refused = async (env: Readonly<Record<string, string>>, options: ConnectionOptions) => {
    const error = await assertRejects(() => confirm({ env }, options), CliError);
    assertEquals(error.exit, "usage");
    return error.message;
  };
  assertStringIncludes(await refused({ KALSHI_DEMO: "True" }, { live: true }), "KALSHI_DEMO=true says demo");
  const local = { KALSHI_API_BASE_URL: "http://127.0.0.1:9/trade-api/v2" };
  for (const options of [{ live: true }, { demo: true }]) {
    assertStringIncludes(await refused(local, options), "leave one of them out");
  }
});

test("a shell that says demo is not led to real money by a file that does not say", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kalshi-demo-"));
  const envFile = join(folder, "keys.env");
  const env = { KALSHI_DEMO: "True" };
  try {
    writeFileSync(envFile, "KALSHI_LOG=\n");
    const error = await assertRejects(() => confirm({ env }, { envFile, yes: true }), CliError);
    assertEquals(error.exit, "usage");
    assertStringIncludes(error.message, "does not say where to go: give --demo or --live");
    assertEquals((await confirm({ env }, { envFile, demo: true })).place, "demo");
    assertEquals((await confirm({ env }, { envFile, live: true, yes: true })).place, "production");
    writeFileSync(envFile, "KALSHI_DEMO=false\n");
    assertEquals((await confirm({ env }, { envFile, yes: true })).place, "production", "the file says it");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a question has no more lines than its own", async () => {
  const io = memoryIo({ isTerminal: true, answers: ["yes"] });
  const { confirm, close } = await openClient(io, { live: true });
  await confirm("Buy 10 A\x1b[1A\rSell 1 B");
  await close();
  assertStringIncludes(io.stderr.text(), "Buy 10 A [1A Sell 1 B, with real money on");
});
