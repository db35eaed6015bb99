/**
 * Runs the command line as the program of this process.
 *
 * @module
 */
import process from "node:process";
import { main } from "./main.ts";
import { processIo } from "./process_io.ts";

/** Runs arguments, those of the process unless told, writes out what there is to write, and ends the process. */
export async function runProgram(args: readonly string[] = process.argv.slice(2)): Promise<never> {
  const io = processIo();
  const code = await main(args, { io });
  await io.flush();
  process.exit(code);
}
