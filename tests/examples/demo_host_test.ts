import { spawn } from "node:child_process";
import process from "node:process";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { test } from "../support/test.ts";

/** Runs the demo as a process of its own, with these variables and none of KALSHI_* besides. */
async function runDemo(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; output: string; errors: string }> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("KALSHI_"));
  const child = spawn(process.execPath, ["run", "-A", "examples/demo.ts", ...args], {
    env: { ...Object.fromEntries(inherited), ...env, NO_COLOR: "1" },
    timeout: 100_000,
    killSignal: "SIGKILL",
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (bytes) => output += bytes);
  child.stderr.on("data", (bytes) => errors += bytes);
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, output, errors };
}

function assertInOrder(text: string, parts: readonly string[]): void {
  let at = 0;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    assert(found >= 0, `"${part}" is not there, or too early, in:\n${text}`);
    at = found + part.length;
  }
}

const options = { on: ["deno"], timeoutMs: 300_000 } as const;

test("the demo trades on a local exchange from start to end", options, async () => {
  const { code, output, errors } = await runDemo([]);
  assertEquals([code, errors], [0, ""]);
  assertInOrder(output, [
    "A session on a local exchange",
    "Is the exchange open?",
    "Open markets, page by page",
    "Order book of ",
    "Buy 10 YES at the ask",
    "Its fills",
    "Cancel what rests",
    "A live order book of ",
    "fill",
    "not to be trusted: disconnected",
    "after a new connection",
    "Balance and positions",
    "An error says what to do",
    "NOT_FOUND",
    "A read is repeated when the exchange stumbles",
    "attempt 2 got 503",
    "A backtest: 10 minutes are recorded",
    "behind",
    "ahead",
    "Done.",
  ]);
});

test("the demo shows a past that is asked for", options, async () => {
  const { code, output, errors } = await runDemo(["--history", "5"]);
  assertEquals([code, errors], [0, ""]);
  assertInOrder(output, [
    "A session on a local exchange",
    "The last days of ",
    "What the account was paid",
    "KX",
    "Buy 10 YES at the ask",
    "Done.",
  ]);
});

test("the demo's live part reads, and only reads, what KALSHI_API_BASE_URL leads to", options, async () => {
  await using exchange = await LocalExchange.start({ port: 0, seed: 3, markets: 120 });
  const { keyId, privateKey } = await exchange.createAccount({ balance: "77.00" });
  const { code, output, errors } = await runDemo(["--live-demo"], {
    KALSHI_API_BASE_URL: exchange.baseUrl,
    KALSHI_KEY_ID: keyId,
    KALSHI_PRIVATE_KEY: privateKey,
  });
  assertEquals([code, errors], [0, ""]);
  assertInOrder(output, [
    "A read-only session",
    "Is the exchange open?",
    "Open markets, page by page",
    "Order book of ",
    "Balance and positions",
    "$77.0",
    "no position",
    "An error says what to do",
    "NOT_FOUND",
  ]);
  assert(!output.includes("Buy"), output);
});

test(
  "the demo says what it lacks or does not know, and exits with 2",
  options,
  async () => {
    const cases: [string[], Record<string, string>, string][] = [
      [["--live"], {}, "--live-demo"],
      [["--history"], {}, "--history takes the days"],
      [["--history", "0"], {}, "from 1 to 365; got 0"],
      [["--history=1e2"], {}, "got 1e2"],
      [["--history", "366"], {}, "got 366"],
      [["--history", "5", "--live-demo"], {}, "leave it out"],
      [["--live-demo"], {}, "KALSHI_KEY_ID"],
      [
        ["--live-demo"],
        { KALSHI_API_BASE_URL: "https://api.elections.kalshi.com/trade-api/v2" },
        "production",
      ],
    ];
    for (const [args, env, says] of cases) {
      const { code, output, errors } = await runDemo(args, env);
      assertEquals(code, 2, output);
      assertStringIncludes(errors, says);
    }
  },
);
