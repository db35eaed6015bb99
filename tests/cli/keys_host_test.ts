/** A key that was put where something else belongs is in nothing that the command line says. */
import { assert, assertEquals } from "@std/assert";
import type { Command } from "commander";
import { makeContext } from "../../src/cli/context.ts";
import { withoutKeys } from "../../src/cli/hide_keys.ts";
import type { CliIo, CliWriter } from "../../src/cli/io.ts";
import { main, makeProgram } from "../../src/cli/main.ts";
import { ed25519Pkcs8 } from "../auth/fixtures.ts";
import { test } from "../support/test.ts";

const KEYS: Readonly<Record<string, string>> = {
  "PEM": ed25519Pkcs8,
  "PEM on one line": ed25519Pkcs8.replaceAll("\n", "\\n"),
  "PEM without its ends": ed25519Pkcs8.replace(/-----[^-]*-----|\s/g, ""),
  "the secret part of a JWK": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
  "hexadecimal": "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
};

function listen(): { io: CliIo; said: () => string } {
  let said = "";
  const writer: CliWriter = {
    isTerminal: false,
    columns: 80,
    lines: 24,
    write(text) {
      said += text;
      return Promise.resolve();
    },
  };
  const stdin = { isTerminal: false, readLine: () => Promise.resolve(undefined) };
  const { signal } = new AbortController();
  return { io: { stdout: writer, stderr: writer, stdin, env: {}, signal }, said: () => said };
}

/** Every command with the words that call it. */
function* commandsOf(
  command: Command,
  words: readonly string[] = [],
): Iterable<[readonly string[], Command]> {
  yield [words, command];
  for (const part of command.commands) yield* commandsOf(part, [...words, part.name()]);
}

async function assertHidden(args: readonly string[], key: string, what: string): Promise<void> {
  const { io, said } = listen();
  const exit = await main(args, { io });
  assert(exit !== 0 && said() !== "", what);
  for (const [part] of key.matchAll(/[\w+/=]{16,}/g)) assert(!said().includes(part.slice(0, 16)), said());
}

const program = makeProgram(makeContext(listen().io), { out: "", err: "" });

for (const [form, key] of Object.entries(KEYS)) {
  test(`no command quotes a key (${form}): in an option, as one, and in the place of a file`, async () => {
    let tried = 0;
    for (const [words, command] of commandsOf(program)) {
      const what = words.join(" ");
      if (words.length > 0) await assertHidden([...words, `--${key}`], key, what);
      else await assertHidden([key], key, "a command");
      for (const { long, parseArg } of command.options) {
        // Whatever else is a text of any kind.
        const isFile = long === "--env-file" && /^(doctor|markets|order)/.test(what);
        if (long === undefined || parseArg === undefined && !isFile) continue;
        const needed = command.registeredArguments.filter(({ required }) => required).map(() => "KX-1");
        await assertHidden([...words, ...needed, `${long}=${key}`], key, `${what} ${long}`);
        tried++;
      }
    }
    assert(tried > 50, `${tried}`);
  });
}

test("names, paths, tickers and ids are no keys", () => {
  const said = [
    "There is no file /srv/Alice/Kalshi2026/recordings/KXHIGHNY-26NOV24-T60/part-2026-11-30T09.parquet.",
    "option '--self-trade-prevention <which>' argument 'taker_at_Cross' is invalid.",
    `no order a952bcbe-ec3b-4b5b-b8f9-11dae589608c: KXMVESPORTSMULTIGAMEEXTENDED-S2025A3F`,
    "/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T/kalshi-AbC123/out.jsonl cannot be written (ENOENT)",
    "/srv/git/3f786850e387550fdab836ed7e6dc881de23001b/env: line 2",
  ].join("\n");
  assertEquals(withoutKeys(said), said);
});
