/** The command line as a program of its own, on the runtime that runs the test. */
import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import process from "node:process";
import { prepareScript } from "../../support/run_script.ts";
import { until } from "../../support/until.ts";

export interface ProgramResult {
  /** The exit code; -1 where a signal ended it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Its whole environment, beside what a process needs to start. */
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads; nothing unless told. */
  readonly input?: string;
  /** Its folder, as an absolute path. */
  readonly cwd?: string;
}

/** A program that runs. */
export interface Started {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly ended: Promise<ProgramResult>;
  /** Sends it a signal, as a terminal does. */
  signal(name: "SIGINT" | "SIGTERM"): void;
  /** Waits until its output has this; fails when it ends without. */
  says(what: RegExp): Promise<RegExpExecArray>;
}

export interface Program extends Disposable {
  readonly command: string;
  readonly args: readonly string[];
  start(args: readonly string[], options?: RunOptions): Started;
  run(args: readonly string[], options?: RunOptions): Promise<ProgramResult>;
}

const inherited = ["PATH", "HOME", "TMPDIR", "DENO_DIR"].flatMap((name) => {
  const value = process.env[name];
  return value === undefined ? [] : [[name, value] as const];
});

/** Makes the program ready to run, or another file of TypeScript as one. */
export async function prepareCli(script = "src/cli/bin.ts"): Promise<Program> {
  const { command, args: before } = await prepareScript(script);
  const root = process.cwd();
  const absolute = (part: string) => /^(src|\.build|node_modules)\//.test(part) ? `${root}/${part}` : part;
  const program = absolute(command);
  const first = before.map(absolute);
  const start = (args: readonly string[], { env = {}, input = "", cwd = root }: RunOptions = {}): Started => {
    const child = spawn(program, [...first, ...args], {
      cwd,
      env: { ...Object.fromEntries(inherited), NODE_NO_WARNINGS: "1", ...env },
    });
    const said = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => said.stdout += text);
    child.stderr.setEncoding("utf8").on("data", (text: string) => said.stderr += text);
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    let isOver = false;
    const ended = new Promise<ProgramResult>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => {
        isOver = true;
        resolve({ status: code ?? -1, ...said });
      });
    });
    return {
      child,
      stdout: () => said.stdout,
      stderr: () => said.stderr,
      ended,
      signal(name) {
        if (child.pid === undefined) throw new Error("It did not start.");
        // By its number: Deno's own `kill` of a child does not wait for the child's exit code.
        process.kill(child.pid, name);
      },
      async says(what) {
        const found = () => what.exec(said.stdout + said.stderr);
        await until(() => isOver || found() !== null);
        const match = found();
        if (match === null) throw new Error(`It ended, and said:\n${said.stdout}${said.stderr}`);
        return match;
      },
    };
  };
  return {
    command: program,
    args: first,
    start,
    run: (args, options) => start(args, options).ended,
    [Symbol.dispose]: () => {
      const bundle = first.find((part) => part.includes("/.build/script-"));
      if (bundle !== undefined) rmSync(bundle, { force: true });
    },
  };
}
