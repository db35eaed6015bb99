/**
 * `kalshi export DIR --out DIR`
 *
 * @module
 */
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { addOutputOptions, wholeNumber } from "../options.ts";
import type { ExportOptions } from "../recordings/run_export.ts";

/** Adds the command `export`. */
export function addExport(program: Command, context: CliContext): void {
  const command = program.command("export <dir>")
    .description("make tables of Parquet of what was recorded")
    .requiredOption("--out <dir>", "the folder of the tables; made where it is missing, and gone on with")
    .option("--level <n>", "how hard gzip tries, 1 to 9", wholeNumber(1, 9), 4);
  addOutputOptions(command);
  command.action(async (dir: string, options: ExportOptions) => {
    const { runExport } = await import("../recordings/run_export.ts");
    await runExport(context, dir, options);
  });
}
