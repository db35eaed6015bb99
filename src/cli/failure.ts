/**
 * How a failure is told: on stderr, with what to do, and never with a key.
 *
 * @module
 */
import { KalshiError } from "../base/errors.ts";
import { painter, printable, printableJson } from "./colours.ts";
import { CliError, type ExitName, exitOf } from "./exit_codes.ts";
import { withoutKeys } from "./hide_keys.ts";
import type { CliIo } from "./io.ts";

const CURES: Partial<Record<ExitName, string>> = {
  key: "`kalshi doctor` says what is wrong with the key.",
  unreachable: "`kalshi doctor` says what can be reached.",
  unknown:
    "It may have been taken: look with `kalshi portfolio orders --client-order-id ID` before you send it again.",
  fault: "This is a mistake of the program, not yours.",
};

/** What to do next, where a command of this program helps. */
function cureOf(error: unknown, exit: ExitName): string | undefined {
  if (error instanceof KalshiError && error.serverCode === "market_not_found") {
    return "`kalshi markets` lists the markets that there are.";
  }
  return CURES[exit];
}

/** What is said of a failure; of an error of the program itself its stack as well. */
function wordsOf(error: unknown, exit: ExitName): string {
  if (!(error instanceof Error)) return withoutKeys(String(error));
  return withoutKeys(exit === "fault" ? error.stack ?? error.message : error.message);
}

/** Tells a failure; returns the name of the exit code. */
export async function tellFailure(io: CliIo, error: unknown, isJson: boolean): Promise<ExitName> {
  const exit = exitOf(error);
  // Everything has been said.
  if (error instanceof CliError && error.message === "") return exit;
  if (isJson) {
    const facts = error instanceof KalshiError ? error.toJSON() : undefined;
    await io.stderr.write(
      `${
        printableJson({
          error: {
            exit,
            ...facts,
            message: facts === undefined ? wordsOf(error, exit) : withoutKeys(facts.message),
          },
        })
      }\n`,
    );
    return exit;
  }
  const paint = painter(io, io.stderr);
  const lines = wordsOf(error, exit).split("\n").map(printable);
  const cure = cureOf(error, exit);
  const ids = exit === "unknown" && error instanceof KalshiError ? error.clientIds : [];
  if (ids.length > 0) lines.push(`Its client_order_id: ${ids.map(printable).join(", ")}`);
  await io.stderr.write(
    `${paint("red", "kalshi:")} ${lines.join("\n")}\n${cure === undefined ? "" : `${cure}\n`}`,
  );
  return exit;
}
