/** The programs of docs/first-hour.md and docs/how-to/deno-permissions.md, run as the pages say. */
import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseEnvFile } from "../../src/cli/env_file.ts";
import { prepareCli, type Program, type Started } from "../cli/support/program.ts";
import { test } from "../support/test.ts";

/** The programs of a page, whose first line names their file, in a folder that knows the package by its name. */
function programsOf(page: string): { folder: string; names: string[] } & Disposable {
  mkdirSync(".build", { recursive: true });
  const folder = mkdtempSync(".build/pages-");
  const programs = [
    ...readFileSync(page, "utf8").matchAll(/^```ts\n\/\/ ([\w-]+\.m?ts|[\w-]+\.mjs)\n([^]*?)^```/gm),
  ];
  for (const [, name = "", code = ""] of programs) writeFileSync(join(folder, name), code);
  return {
    folder,
    names: programs.map(([, name = ""]) => name),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The variables that an exchange has written. */
function readVariables(file: string): Record<string, string> {
  const given = Object.entries(parseEnvFile(readFileSync(file, "utf8"), file));
  return Object.fromEntries(given.map(([name, value]) => [name, value ?? ""]));
}

async function startExchange(cli: Program, file: string): Promise<Started> {
  const exchange = cli.start(["exchange", "--env", file]);
  await exchange.says(/Ctrl-C ends it/);
  return exchange;
}

async function stop(program: Started): Promise<void> {
  program.signal("SIGINT");
  await program.ended;
}

test(
  "the first hour goes as its page says, over a restart of the exchange",
  { timeoutMs: 300_000 },
  async () => {
    using pages = programsOf("docs/first-hour.md");
    assertEquals(pages.names, ["first-order.mjs", "positions.mjs", "follow.mjs"]);
    using cli = await prepareCli();
    const file = resolve(pages.folder, "local.env");
    const first = await startExchange(cli, file);
    const env = () => readVariables(file);
    const run = async (name: string) => {
      using program = await prepareCli(join(pages.folder, name));
      const { status, stdout, stderr } = await program.run([], { env: env() });
      assertEquals(status, 0, stderr);
      return stdout;
    };
    assertStringIncludes(await run("first-order.mjs"), "bought 10.00 of KX");
    const positions = await run("positions.mjs");
    assertStringIncludes(positions, "10.00 contracts for ");

    using program = await prepareCli(join(pages.folder, "follow.mjs"));
    const follow = program.start([], { env: env() });
    await follow.says(/filled: 1\.00 at 0\.\d/);
    await stop(first);
    await follow.says(/wait: disconnected/);
    const second = await startExchange(cli, file);
    await follow.says(/fills: reconnected/);
    await follow.says(/ snapshot 0\.\d/);
    await stop(follow);
    await stop(second);
  },
);

/** The commands of the page: the flags, and the program. */
function commandsOf(page: string): { flags: string[]; program: string }[] {
  return [...readFileSync(page, "utf8").matchAll(/^deno run (.*) ([\w-]+\.ts)$/gm)].map(
    ([, flags = "", program = ""]) => ({
      flags: flags.replaceAll('"', "").replaceAll("demo-api.kalshi.co", "127.0.0.1").split(" "),
      program,
    }),
  );
}

async function runDeno(
  flags: readonly string[],
  program: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<{ code: number; said: string }> {
  const { HOME = "", DENO_DIR } = Deno.env.toObject();
  // Not through node:child_process, where Deno adds permissions to a child that was given none.
  const child = new Deno.Command(resolve("node_modules/deno/deno"), {
    args: ["run", "--no-prompt", "--no-lock", ...flags, program],
    cwd,
    env: { HOME, NO_COLOR: "1", ...DENO_DIR === undefined ? {} : { DENO_DIR }, ...env },
    clearEnv: true,
    stdin: "null",
  });
  const { code, stdout, stderr } = await child.output();
  return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

test(
  "each command with permissions is enough, and not without any one of its flags",
  { on: ["deno"], timeoutMs: 300_000 },
  async () => {
    using pages = programsOf("docs/how-to/deno-permissions.md");
    const commands = commandsOf("docs/how-to/deno-permissions.md");
    assertEquals(commands.map(({ program }) => program), pages.names);
    using cli = await prepareCli();
    const file = resolve(pages.folder, "local.env");
    const exchange = await startExchange(cli, file);
    const { KALSHI_PRIVATE_KEY = "", KALSHI_KEY_ID = "", ...others } = readVariables(file);
    writeFileSync(join(pages.folder, "key.pem"), KALSHI_PRIVATE_KEY);
    const key = { KALSHI_KEY_ID, KALSHI_PRIVATE_KEY_PATH: "key.pem" };
    for (const { flags, program } of commands) {
      const env = { ...others, ...flags.includes("--allow-read=key.pem") ? key : {} };
      const { code, said } = await runDeno(flags, program, pages.folder, env);
      assertEquals(code, 0, `${program}: ${said}`);
      assert(said.trim() !== "", program);
      for (const flag of flags) {
        const fewer = await runDeno(flags.filter((other) => other !== flag), program, pages.folder, env);
        assertNotEquals(fewer.code, 0, `${program} runs without ${flag}`);
      }
    }
    await stop(exchange);
  },
);
