import { assert, assertEquals } from "@std/assert";
import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { makeContext } from "../../src/cli/context.ts";
import { exitCodes } from "../../src/cli/exit_codes.ts";
import { makeProgram } from "../../src/cli/main.ts";
import { test } from "../support/test.ts";
import { memoryIo } from "./support/memory_io.ts";

const page = readFileSync("docs/cli.md", "utf8");
const program = makeProgram(makeContext(memoryIo()), { out: "", err: "" });

/** What the page says of a command: from its heading to the next one of the same kind. */
function sectionOf(name: string): string {
  const start = page.indexOf(`\n## \`${name}\`\n`);
  assert(start >= 0, `docs/cli.md has no section "## \`${name}\`".`);
  const end = page.indexOf("\n## ", start + 1);
  return page.slice(start, end < 0 ? undefined : end);
}

function missing(command: Command, name: string): string[] {
  const section = sectionOf(name.split(" ")[0] ?? "");
  const own = command.options.flatMap(({ long }) => long && !section.includes(`\`${long}`) ? [long] : []);
  const nested = command.commands.flatMap((one) => [
    ...(section.includes(`${name} ${one.name()}`) ? [] : [one.name()]),
    ...missing(one, `${name} ${one.name()}`),
  ]);
  return [...own, ...nested].map((what) => what.startsWith("-") ? `${name} ${what}` : what);
}

test("every command and every option of the program stands in docs/cli.md", () => {
  assert(program.commands.length > 0);
  assertEquals(program.commands.flatMap((command) => missing(command, command.name())), []);
});

test("every command of docs/cli.md is one of the program", () => {
  const named = [...page.matchAll(/^## `(\w+)`$/gm)].map(([, name]) => name);
  assertEquals(named.sort(), program.commands.map((command) => command.name()).sort());
});

test("the exit codes of docs/cli.md are those of the program", () => {
  const rows = [...page.matchAll(/^\| +(\d+) \| (.+?) +\|$/gm)].map((
    [, code, meaning],
  ) => [Number(code), meaning]);
  assertEquals(rows, Object.values(exitCodes).map(({ code, meaning }) => [code, meaning]));
});
