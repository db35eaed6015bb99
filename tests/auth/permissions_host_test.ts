/** What Deno may not read is an error that says how to allow it, in processes with exactly these permissions. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "../support/test.ts";
import { ed25519Pkcs8 } from "./fixtures.ts";

// Without KALSHI_SIGN_PUBLIC_CALLS and KALSHI_LOG, which may be hidden: then public calls are signed, and nothing is logged.
const variables = [
  "KALSHI_KEY_ID",
  "KALSHI_PRIVATE_KEY",
  "KALSHI_PRIVATE_KEY_PATH",
  "KALSHI_PRIVATE_KEY_PASSPHRASE",
  "KALSHI_DEMO",
  "KALSHI_API_BASE_URL",
  "KALSHI_ALLOW_UNKNOWN_HOST",
  "KALSHI_READONLY",
];
const ofKey = variables.filter((name) => name.includes("KEY"));
const key = { KALSHI_KEY_ID: "key-1", KALSHI_PRIVATE_KEY: ed25519Pkcs8, KALSHI_DEMO: "true" };

interface Result {
  readonly isAuthenticated?: boolean;
  readonly environment?: string;
  readonly keyId?: string;
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly outcome?: string;
}

/** Runs the script with these flags; of KALSHI_* it has these variables alone. */
async function run(
  what: string,
  flags: readonly string[],
  env: Readonly<Record<string, string>> = key,
): Promise<Result> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("KALSHI_"));
  const script = "tests/auth/support/environment_script.ts";
  // Not through node:child_process, where Deno adds permissions to a child that was given none.
  const child = new Deno.Command("node_modules/deno/deno", {
    args: ["run", "--no-prompt", "--no-lock", ...flags, script, what],
    env: { ...Object.fromEntries(inherited), ...env, NO_COLOR: "1" },
    clearEnv: true,
    stdin: "null",
  });
  const { stdout, stderr } = await child.output();
  const [output, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert(output, errors);
  return JSON.parse(output);
}

/** The variables that the docs name for a call, as a flag. */
function documented(call: string): string {
  const row = readFileSync("docs/runtimes.md", "utf8").split("\n").find((line) =>
    line.startsWith(`| ${call} `)
  );
  return `--allow-env=${[...row?.matchAll(/`(KALSHI_\w+)`/g) ?? []].map(([, name]) => name).join(",")}`;
}

const all = `--allow-env=${variables.join(",")}`;
const allBut = (name: string) => `--allow-env=${variables.filter((other) => other !== name).join(",")}`;

function assertNames({ name, code, message = "" }: Result, variable: string): void {
  assertEquals([name, code], ["KalshiConfigError", "CONFIG"], message);
  assertStringIncludes(message, variable);
  assertStringIncludes(message, `--allow-env=${variable.startsWith("KALSHI_") ? "KALSHI_*" : variable}`);
  assert(!message.includes("BEGIN"), message);
}

const options = { on: ["deno"], timeoutMs: 120_000 } as const;

test(
  "with leave to read every variable there is a client, by a pattern, by names, and for everything",
  options,
  async () => {
    assertEquals(documented("`KalshiClient.fromEnv()`"), all);
    for (const flag of ["--allow-env=KALSHI_*", all, "--allow-env"]) {
      assertEquals(await run("client", [flag]), { isAuthenticated: true, environment: "demo" }, flag);
      assertEquals(await run("auth", [flag]), { keyId: "key-1" }, flag);
      const ofProcess = await run("client of process.env", [flag]);
      assertEquals(ofProcess, { isAuthenticated: true, environment: "demo" }, flag);
    }
  },
);

test(
  "each variable that may not be read, denied or ignored, is named, and there is no client",
  options,
  async () => {
    for (const name of variables) {
      for (
        const flags of [
          [allBut(name)],
          ["--allow-env", `--deny-env=${name}`],
          ["--allow-env=KALSHI_*", `--ignore-env=${name}`],
        ]
      ) {
        assertNames(await run("client", flags), name);
      }
      const { name: error, message = "" } = await run("client of process.env", [allBut(name)]);
      assertEquals(error, "KalshiConfigError");
      assertStringIncludes(message, name);
      assertStringIncludes(message, "--allow-env");
    }
  },
);

test("no leave at all, or for too few: never a client, with a key or without", options, async () => {
  for (const env of [key, {}]) {
    assertNames(await run("client", [], env), "KALSHI_KEY_ID");
    assertNames(await run("client", ["--ignore-env"], env), "KALSHI_KEY_ID");
    assertNames(
      await run("client", ["--allow-env=KALSHI_KEY_ID,KALSHI_PRIVATE_KEY_PATH"], env),
      "KALSHI_PRIVATE_KEY",
    );
    assertNames(await run("client", [`--allow-env=${ofKey.join(",")}`], env), "KALSHI_DEMO");
  }
});

test(
  "what a call does not need it does not ask leave for: the exchange's for a key, or where the code names one",
  options,
  async () => {
    const flag = `--allow-env=${ofKey.join(",")}`;
    assertEquals(documented("`KalshiAuth.fromEnv()`, `KalshiAuth.tryFromEnv()`"), flag);
    assertEquals(documented("the same with `demo: true` or a `config` with a URL"), flag);
    assertEquals(await run("auth", [flag]), { keyId: "key-1" });
    assertEquals(await run("demo client", [flag]), { isAuthenticated: true, environment: "demo" });
    for (const name of ofKey) {
      assertNames(await run("auth", [allBut(name)]), name);
      assertNames(await run("demo client", [allBut(name)]), name);
    }
  },
);

test(
  "an unknown host is allowed by a variable that was read, and the refusal says when it could not be",
  options,
  async () => {
    const env = { KALSHI_ALLOW_UNKNOWN_HOST: "1" };
    const what = "config of an unknown host";
    assertEquals(await run(what, [all], env), { environment: "unknown" });
    for (const flags of [[], [allBut("KALSHI_ALLOW_UNKNOWN_HOST")], ["--ignore-env"]]) {
      const refused = await run(what, flags, env);
      assertNames(refused, "KALSHI_ALLOW_UNKNOWN_HOST");
      assertStringIncludes(refused.message ?? "", "proxy.example");
    }
  },
);

test("a key file needs leave to read it, and ~/ the home folder's variable", options, async () => {
  const folder = mkdtempSync(join(tmpdir(), "kalshi-key-"));
  try {
    const path = join(folder, "key.pem");
    writeFileSync(path, ed25519Pkcs8);
    const env = { KALSHI_KEY_ID: "key-1", KALSHI_PRIVATE_KEY_PATH: path, KALSHI_DEMO: "true" };
    assertEquals((await run("client", [all, `--allow-read=${path}`], env)).isAuthenticated, true);
    const refused = await run("client", [all], env);
    assertEquals([refused.name, refused.code], ["KalshiAuthKeyError", "AUTH_KEY"]);
    assertStringIncludes(refused.message ?? "", path);
    assertStringIncludes(refused.message ?? "", "--allow-read");

    const home = { ...env, KALSHI_PRIVATE_KEY_PATH: "~/key.pem", HOME: folder };
    const read = `--allow-read=${folder}`;
    assertEquals((await run("client", [`${all},HOME`, read], home)).isAuthenticated, true);
    const homeless = await run("client", [all, read], home);
    assertEquals([homeless.name, homeless.code], ["KalshiAuthKeyError", "AUTH_KEY"]);
    assertStringIncludes(homeless.message ?? "", "--allow-env=HOME");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("without leave for the network nothing was sent, and the error names the flag", options, async () => {
  for (const what of ["call", "call through nodeRuntime"]) {
    const { code, outcome, message = "" } = await run(what, []);
    assertEquals([code, outcome], ["CONNECTION", "not-sent"], message);
    assertStringIncludes(message, "demo-api.kalshi.co");
    if (what === "call") assertStringIncludes(message, "--allow-net");
  }
});
