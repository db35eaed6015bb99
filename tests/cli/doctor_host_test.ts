import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { test } from "../support/test.ts";
import { prepareCli } from "./support/program.ts";

interface Finding {
  readonly check: string;
  readonly state: string;
  readonly detail: string;
  readonly cure?: string;
}

/** What the doctor finds in an environment. */
async function examine(env: Readonly<Record<string, string>>) {
  using cli = await prepareCli();
  const { status, stdout, stderr } = await cli.run(["doctor", "--json"], { env });
  const findings: Finding[] = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert(!stdout.includes("PRIVATE KEY-"), stdout);
  return {
    status,
    stderr,
    states: Object.fromEntries(findings.map(({ check, state }) => [check, state])),
    of: (name: string) => findings.find(({ check }) => check === name),
  };
}

const ALL_WELL = {
  "variables": "ok",
  "exchange": "ok",
  "key": "ok",
  "host": "ok",
  "clock": "ok",
  "signed call": "ok",
  "scopes": "ok",
  "limits": "ok",
  "writes": "ok",
  "stream": "ok",
};

test("the doctor finds everything well: key, kind, host, clock, scopes, tier, limits, stream", async () => {
  await using exchange = await LocalExchange.start({ marketMakers: false });
  const { id, keyId, privateKey } = await exchange.createAccount({ usageTier: "advanced" });
  const env = { KALSHI_API_BASE_URL: exchange.baseUrl, KALSHI_KEY_ID: keyId, KALSHI_PRIVATE_KEY: privateKey };
  const { status, stderr, states, of } = await examine(env);
  assertEquals([status, stderr, states], [0, "", ALL_WELL]);
  assertEquals(of("key")?.detail, `${keyId}, Ed25519`);
  assertEquals(of("scopes")?.detail, "read, write");
  assertMatch(
    of("limits")?.detail ?? "",
    /^tier advanced; reads: \d+ tokens a second, \d+ at most; writes: /,
  );
  assertMatch(of("host")?.detail ?? "", /^answers in \d+ ms; trading is open$/);

  const key = await exchange.createKey(id, { scopes: ["read"], keyType: "rsa" });
  const reader = await examine({ ...env, KALSHI_KEY_ID: key.keyId, KALSHI_PRIVATE_KEY: key.privateKey });
  assertEquals([reader.status, reader.states], [0, { ...ALL_WELL, writes: "warning" }]);
  assertMatch(reader.of("key")?.detail ?? "", /, RSA/);

  const readOnly = await examine({ ...env, KALSHI_READONLY: "1" });
  assertEquals(readOnly.of("writes")?.detail, "refused here: KALSHI_READONLY=1");
});

test("the doctor works without a key, and says what is not looked at", async () => {
  await using exchange = await LocalExchange.start({ marketMakers: false });
  const { status, states, of } = await examine({ KALSHI_API_BASE_URL: exchange.baseUrl });
  const { variables, exchange: place, host, clock, key, ...signed } = states;
  assertEquals([status, variables, place, host, clock, key], [0, "ok", "ok", "ok", "ok", "skipped"]);
  assertEquals([...new Set(Object.values(signed))], ["skipped"]);
  assertStringIncludes(of("key")?.cure ?? "", "set KALSHI_KEY_ID");
});

test("the doctor names a clock that is off, and a key that is refused, with their cures", async () => {
  await using exchange = await LocalExchange.start({ marketMakers: false });
  const { keyId, privateKey } = await exchange.createAccount();
  const env = { KALSHI_API_BASE_URL: exchange.baseUrl, KALSHI_KEY_ID: keyId, KALSHI_PRIVATE_KEY: privateKey };
  exchange.setClockSkew(60_000);
  const late = await examine(env);
  assertEquals([late.status, late.states["clock"], late.states["signed call"]], [1, "failed", "failed"]);
  assertMatch(late.of("clock")?.detail ?? "", /^(59|60|61) s behind the exchange's$/);
  assertStringIncludes(late.of("clock")?.cure ?? "", "NTP");
  assertEquals(late.states["stream"], "skipped");
  assertStringIncludes(late.stderr, "2 checks failed.");

  exchange.setClockSkew(0);
  const stranger = await examine({ ...env, KALSHI_KEY_ID: "5d1ba1ce-2f4b-4b8e-9d8c-0d7ff3f5a111" });
  assertEquals([stranger.status, stranger.states["signed call"]], [1, "failed"]);
  assertStringIncludes(stranger.of("signed call")?.detail ?? "", "check the key id");
});

test("the doctor names a key that cannot be read, and goes on with what needs none", async () => {
  await using exchange = await LocalExchange.start({ marketMakers: false });
  const { keyId, privateKey } = await exchange.createAccount();
  const folder = mkdtempSync(join(tmpdir(), "kalshi-doctor-"));
  try {
    const path = join(folder, "key.pem");
    const env = {
      KALSHI_API_BASE_URL: exchange.baseUrl,
      KALSHI_KEY_ID: keyId,
      KALSHI_PRIVATE_KEY_PATH: path,
    };
    const missing = await examine(env);
    assertEquals([missing.status, missing.states["key"], missing.states["host"]], [1, "failed", "ok"]);
    assertStringIncludes(missing.of("key")?.detail ?? "", "Cannot read the private key file");

    writeFileSync(path, privateKey, { mode: 0o644 });
    chmodSync(path, 0o644);
    const open = await examine(env);
    if (process.platform !== "win32") {
      assertEquals([open.status, open.states["key"]], [0, "warning"]);
      assertStringIncludes(open.of("key")?.cure ?? "", `chmod 600 ${path}`);
    }
    chmodSync(path, 0o600);
    assertEquals((await examine(env)).states, ALL_WELL);

    writeFileSync(path, "no key at all");
    const broken = await examine(env);
    assertEquals([broken.status, broken.states["key"], broken.states["host"]], [1, "failed", "ok"]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("the doctor names a host that does not answer, and variables that are wrong, one line each", async () => {
  const exchange = await LocalExchange.start({ marketMakers: false });
  const { baseUrl } = exchange;
  await exchange.close();
  const gone = await examine({ KALSHI_API_BASE_URL: baseUrl });
  assertEquals([gone.status, gone.states["host"], gone.states["clock"]], [1, "failed", "skipped"]);
  assertStringIncludes(gone.of("host")?.cure ?? "", "KALSHI_API_BASE_URL");

  const wrong = await examine({ KALSHI_DEMO: "maybe" });
  assertEquals([wrong.status, wrong.states["exchange"], wrong.states["host"]], [1, "failed", "skipped"]);

  using cli = await prepareCli();
  const { stdout } = await cli.run(["doctor"], { env: { KALSHI_API_BASE_URL: baseUrl } });
  const lines = stdout.trimEnd().split("\n");
  assertEquals(lines.length, 11, stdout);
  assertMatch(stdout, /^failed +host +.*Check network, proxy/m);
});
