/**
 * The command line `kalshi`, as a program and as a function.
 *
 * ```sh
 * deno run -A jsr:@unofficial/kalshi/cli --help
 * npx @unofficial/kalshi --help
 * ```
 *
 * How it is made. A command is a file in `commands/`, which exports `add<Name>(program, context)` and stands in the list
 * of `commands.ts`. It puts itself on the program of commander with the options that it heeds (`addOutputOptions`,
 * `addConnectionOptions`, `addWriteOptions` of `options.ts`), and its action
 *
 * - opens a client with `openClient(context.io, options)` and closes it; awaits its `confirm("Buy 10 …")` before a write
 * - prints with `openOutput(context.io, options)`: `rows(columns)` for many, `record(columns, row)` for one, `note` for
 *   what is no result; shows how far it is with `context.progress()`
 * - hands `context.signal` to every call, and ends its loops when that aborts; what it then throws is no failure
 * - throws: `CliError` with the name of an exit code, or whatever the library throws; `main` tells it and chooses the
 *   exit code
 * - loads what is heavy with `import()` inside the action, so that every other command starts fast
 *
 * `commands/market.ts` is the pattern.
 *
 * @module
 */
import { runProgram } from "./run.ts";

export type { Bot, BotContext } from "./backtest/bot.ts";
export { main, type MainOptions } from "./main.ts";
export { type ExitCode, exitCodes, type ExitName } from "./exit_codes.ts";
export { type CliInput, type CliIo, CliStop, type CliWriter, type StopReason } from "./io.ts";

// Node tells it from 24.2 on; the program of the npm package is bin.ts.
if ((import.meta as { readonly main?: boolean }).main === true) void runProgram();
