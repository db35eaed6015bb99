/**
 * The acceptance scripts of QuickFIX against a session on either side. They are kept outside the project: where their
 * folder is not there, nothing is played, which is said.
 */
import { assertEquals } from "@std/assert";
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { onFreePort } from "../support/free_port.ts";
import { test } from "../support/test.ts";
import { startEchoAcceptor, startEchoInitiator } from "./echo_engine.ts";
import { readQuickfixDictionary } from "./quickfix_dictionary.ts";

const kit = process.env.FIX_KIT ?? "";

/** Plays scripts with the kit's runner, on Node; resolves to its last line, behind what failed. */
function play(args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(
      "node",
      [`${kit}/run-defs.mjs`, "127.0.0.1", ...args],
      { timeout: 300_000 },
      (error, out, err) => {
        const lines = `${out}${err}`.trim().split("\n").filter((line) => !line.startsWith("ok "));
        // A port that is taken is tried again elsewhere.
        if (error !== null && /EADDRINUSE/.test(err)) lines.unshift("EADDRINUSE");
        resolve(lines.join("\n").replace(/ {2}\(\d+ s\)$/, ""));
      },
    );
  });
}

/** Scripts in groups that take about as long; two of them wait for heartbeats. */
function groups(scripts: readonly string[]): string[][] {
  const slow = scripts.filter((name) => /^(4a|6)_/.test(name));
  const quick = scripts.filter((name) => !slow.includes(name));
  const half = Math.ceil(quick.length / 2);
  return [...slow.map((name) => [name]), quick.slice(0, half), quick.slice(half)];
}

if (existsSync(`${kit}/run-defs.mjs`)) {
  const strict = readQuickfixDictionary(
    ["at-FIXT11.xml", "at-FIX50SP2.xml"].map((name) => readFileSync(`${kit}/quickfix/${name}`, "utf8")),
  );
  const all = readdirSync(`${kit}/definitions`).filter((name) => name.endsWith(".def"));
  const files = (names: readonly string[]) => names.map((name) => `${kit}/definitions/${name}`);

  const accept = async (names: readonly string[]) => {
    const acceptor = await startEchoAcceptor(strict);
    try {
      return await play([String(acceptor.port), "--loose", ...files(names)]);
    } finally {
      await acceptor.close();
    }
  };
  const initiate = (names: readonly string[]) =>
    onFreePort(async (port) => {
      const initiator = startEchoInitiator(port, strict);
      try {
        const result = await play([String(port), "--loose", "--listen", ...files(names)]);
        if (result.startsWith("EADDRINUSE")) throw new Error(result);
        return result;
      } finally {
        initiator.close();
      }
    });

  // Beside each other: most of the time goes into waiting for heartbeats.
  test(
    "an acceptor passes all 60 acceptance scripts, and an initiator the 48 that are about one",
    { timeoutMs: 300_000 },
    async () => {
      const ofInitiators = all.filter((name) => !/^(1[a-e]_|AlreadyLoggedOn|SessionReset)/.test(name));
      const [accepted, initiated] = await Promise.all([
        Promise.all(groups(all).map(accept)),
        Promise.all(groups(ofInitiators).map(initiate)),
      ]);
      assertEquals(accepted, groups(all).map((names) => `${names.length} passed, 0 failed`));
      assertEquals(initiated, groups(ofInitiators).map((names) => `${names.length} passed, 0 failed`));
      assertEquals([all.length, ofInitiators.length], [60, 48]);
    },
  );
} else {
  test("the acceptance scripts did not run: their folder is not here (FIX_KIT names it)", () => {});
}
