import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Argument, Command, Option } from "commander";
import { completionScript } from "../../src/cli/completions/script.ts";
import { makeContext } from "../../src/cli/context.ts";
import { makeProgram } from "../../src/cli/main.ts";
import { test } from "../support/test.ts";
import { memoryIo } from "./support/memory_io.ts";
import { prepareCli } from "./support/program.ts";

/** A program with everything that completions have to do with, whatever commands the real one has. */
function sample(): Command {
  const program = new Command("kalshi").version("1.0.0", "--version", "print the version");
  program.command("book").description("it's a book: live").argument("<ticker>")
    .addOption(new Option("--side <side>", "which side").choices(["bid", "ask"]))
    .option("-o, --out <dir>", "where to").option("--depth <n>", "how deep").option("--watch", "go on");
  program.command("completions").description("a script").addArgument(
    new Argument("<shell>").choices(["bash", "zsh"]),
  );
  const spec = program.command("spec").description("specifications");
  spec.command("diff <new-file>").description("what changed").option("--json", "as JSON");
  program.command("secret", { hidden: true });
  return program;
}

/** Lines to complete, and what they may go on with; `FILE` is a file of the folder. */
const cases: readonly (readonly [line: string, words: readonly string[]])[] = [
  ["kalshi ", ["book", "completions", "spec"]],
  ["kalshi bo", ["book"]],
  ["kalshi book --w", ["--watch"]],
  ["kalshi book KX --side ", ["ask", "bid"]],
  ["kalshi book --side b", ["bid"]],
  ["kalshi book --out a f", ["FILE"]],
  ["kalshi book --depth ", []],
  ["kalshi completions ", ["bash", "zsh"]],
  ["kalshi spec ", ["diff"]],
  ["kalshi spec diff --j", ["--json"]],
  ["kalshi spec diff a f", ["FILE"]],
];
const FILE = "a file.json";

/** Runs lines in a shell; without the shell it says that nothing was tried. */
function inShell(shell: string, args: readonly string[], cwd: string): string | undefined {
  const { status, stdout, stderr, error } = spawnSync(shell, args, {
    cwd,
    encoding: "utf8",
    timeout: 60_000,
  });
  if ((error as { code?: string } | undefined)?.code === "ENOENT") {
    console.log(`There is no ${shell} on this machine: its completions were not tried.`);
    return undefined;
  }
  assertEquals(status, 0, `${error?.message ?? ""}${stdout}${stderr}`);
  return stdout;
}

/** Has each line completed by a shell. */
function complete(
  shell: "bash" | "zsh" | "fish",
  ask: (script: string, line: string) => readonly string[],
): void {
  const folder = mkdtempSync(join(tmpdir(), "kalshi-completions-"));
  try {
    writeFileSync(join(folder, FILE), "");
    writeFileSync(join(folder, "script"), completionScript(shell, sample()));
    for (const [line, words] of cases) {
      const wanted = words.map((word) => word === "FILE" ? FILE : word);
      const typed = line.endsWith(" f") ? `${line.slice(0, -4)} a` : line;
      const said = inShell(shell, ask("script", typed), folder);
      if (said === undefined) return;
      const found = said.split("\n").map((one) => one.trim()).filter((one) => one !== "");
      // What begins with a dash is offered beside commands by some shells.
      const plain = typed.includes("-") ? found : found.filter((one) => !one.startsWith("-"));
      assertEquals(plain.sort(), wanted, `${shell}: ${typed}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("bash completes commands, options, values and files", () => {
  complete("bash", (script, line) => [
    "--norc",
    "-c",
    `source ./${script}; COMP_WORDS=(${line}); [[ ${JSON.stringify(line)} == *" " ]] && COMP_WORDS+=("")
     COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _kalshi; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ]);
});

test("fish completes commands, options, values and files", () => {
  complete("fish", (script, line) => [
    "--no-config",
    "-c",
    `source ./${script}; complete -C ${JSON.stringify(line)} | string replace -r '\\t.*' ''; true`,
  ]);
});

test("zsh completes commands, options, values and files", () => {
  // What the functions of its completion system are given: those themselves need a terminal.
  const system = `
    compdef() { :; }
    compadd() { shift; local one; for one in "$@"; do [[ $one == \${words[CURRENT]}* ]] && print -r -- $one; done; }
    _describe() { [[ $1 == -o ]] && shift; local one; for one in "\${(@P)2}"; do one=\${one%%:*}
      [[ $one == $words[CURRENT]* ]] && print -- $one; done; }
    _files() { local one; for one in *; do [[ $one == $words[CURRENT]* ]] && print -- $one; done; }
    _message() { :; }`;
  complete("zsh", (script, line) => [
    "-f",
    "-c",
    `${system}
     source ./${script}
     line=${JSON.stringify(line)}; words=(\${(z)line}); [[ $line == *" " ]] && words+=("")
     CURRENT=$#words; _kalshi; true`,
  ]);
});

test("zsh's own completion system takes the script", () => {
  const folder = mkdtempSync(join(tmpdir(), "kalshi-zsh-"));
  try {
    writeFileSync(join(folder, "_kalshi"), completionScript("zsh", sample()));
    const said = inShell("zsh", [
      "-f",
      "-c",
      `zmodload zsh/zpty
       zpty shell "PS1=READY TERM=dumb zsh -f -i"
       typed() { zpty -w shell "$1"; }
       until zpty -r shell out "*READY*"; do :; done
       typed "fpath=($PWD $fpath); autoload -U compinit; compinit -u -D; stty -echo; PS1=NOW"
       until zpty -r shell out "*NOW*"; do :; done
       zpty -n -w shell $'kalshi spec di\\t\\cA\\cKprint DONE\\n'
       zpty -r shell out "*DONE*DONE*"
       print -r -- $out`,
    ], folder);
    if (said !== undefined) assertStringIncludes(said, "diff");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("the program prints completions of itself for each shell, and refuses others", async () => {
  using cli = await prepareCli();
  const program = makeProgram(makeContext(memoryIo()), { out: "", err: "" });
  for (const shell of ["bash", "zsh", "fish", "powershell"] as const) {
    const { status, stdout, stderr } = await cli.run(["completions", shell]);
    assertEquals([status, stderr], [0, ""]);
    assertEquals(stdout, completionScript(shell, program));
    for (const { name } of program.commands.map((command) => ({ name: command.name() }))) {
      assertStringIncludes(stdout, name);
    }
    assert(!completionScript(shell, sample()).includes("secret"));
  }
  const { status, stderr } = await cli.run(["completions", "tcsh"]);
  assertEquals(status, 2);
  assertStringIncludes(stderr, "Allowed choices are bash, zsh, fish, powershell.");
});
