/**
 * The command line: reads arguments, runs a command, says how it ended.
 *
 * @module
 */
import { Command, CommanderError } from "commander";
import { hasColours, printableLines } from "./colours.ts";
import { commands } from "./commands.ts";
import { type CliContext, makeContext } from "./context.ts";
import { exitCodes, type ExitName } from "./exit_codes.ts";
import { tellFailure } from "./failure.ts";
import { withoutKeys } from "./hide_keys.ts";
import { type CliIo, CliStop } from "./io.ts";
import { processIo } from "./process_io.ts";
import { VERSION } from "../base/version.ts";

/** What {@linkcode main} is given beside the arguments. */
export interface MainOptions {
  /** The world of the command; that of the process unless told. */
  readonly io?: CliIo | undefined;
}

/** What a failure of the parser is told with: no key, and nothing that stands behind an `=`, which may be one. */
const withoutValues = (text: string): string =>
  printableLines(withoutKeys(text.replace(/(unknown option '[^'=]*)=[^\n]*(?=')/, "$1")));

/** The program with every command; what the parser has to say is kept in `said`. */
export function makeProgram(context: CliContext, said: { out: string; err: string }): Command {
  const { stdout, stderr } = context.io;
  const program = new Command("kalshi")
    .description("Kalshi on the command line: a local exchange, markets, orders, recordings.")
    .version(VERSION, "--version", "print the version")
    .helpOption("-h, --help", "print how it is used")
    // Options belong to the command that they follow: a command and its parts may have the same ones.
    .enablePositionalOptions()
    .showHelpAfterError("--help says how it is used.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => said.out += text,
      writeErr: (text) => said.err += withoutValues(text),
      getOutHelpWidth: () => stdout.columns,
      getErrHelpWidth: () => stderr.columns,
      getOutHasColors: () => hasColours(context.io, stdout),
      getErrHasColors: () => hasColours(context.io, stderr),
    });
  for (const add of commands) add(program, context);
  program.addHelpText(
    "after",
    "\nKeys come from the environment, or from --env-file: KALSHI_KEY_ID and KALSHI_PRIVATE_KEY_PATH.",
  );
  return program;
}

/** How it ended for the parser: help and version are no failures. */
async function tellParser(
  { stdout, stderr }: CliIo,
  said: { out: string; err: string },
  isOk: boolean,
): Promise<ExitName> {
  await stdout.write(said.out);
  await stderr.write(said.err.replace(/^error: /, "kalshi: "));
  return isOk ? "ok" : "usage";
}

/** Whether an error only says that the command was told to end. */
function isStop(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  const { code, outcome, method } = Object(error) as { code?: unknown; outcome?: unknown; method?: unknown };
  if (code === "ABORTED") return outcome !== "unknown" || method === "GET";
  return error === signal.reason || error instanceof Error && error.name === "AbortError";
}

async function run(args: readonly string[], context: CliContext): Promise<ExitName> {
  const said = { out: "", err: "" };
  const program = makeProgram(context, said);
  let isJson = false;
  program.hook("preAction", (_, command) => {
    isJson = command.opts()["json"] === true;
  });
  try {
    if (args.length === 0) program.help({ error: true });
    await program.parseAsync([...args], { from: "user" });
    return await tellParser(context.io, said, true);
  } catch (error) {
    if (error instanceof CommanderError) {
      return await tellParser(context.io, said, error.exitCode === 0);
    }
    if (isStop(error, context.signal)) return "ok";
    return await tellFailure(context.io, error, isJson);
  }
}

/**
 * Runs a command line. Ends no process and touches no global: what it writes, reads and is stopped by is that of `io`.
 *
 * @param args what follows the program's name, such as `["market", "KXHIGHNY-26NOV24-T60", "--json"]`
 * @returns the exit code, one of {@linkcode exitCodes}
 *
 * @example
 * ```ts
 * import { main } from "@unofficial/kalshi/cli";
 *
 * const code = await main(["markets", "--status", "open", "--json"]);
 * if (code !== 0) console.error(`It ended with ${code}.`);
 * ```
 */
export async function main(args: readonly string[], options: MainOptions = {}): Promise<number> {
  const io = options.io ?? processIo();
  const exit = await run(args, makeContext(io));
  const { reason } = io.signal;
  if (exit === "ok" && reason instanceof CliStop && reason.why !== "unread") {
    return exitCodes[reason.why].code;
  }
  return exitCodes[exit].code;
}
