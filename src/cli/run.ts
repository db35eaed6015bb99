/**
 * Runs the command line as the program of this process.
 *
 * @module
 */
import process from "node:process";
import { main } from "./main.ts";
import { processIo } from "./process_io.ts";

/** Runs the process's arguments, writes out what there is to write, and ends the process. */
export async function runProgram(): Promise<never> {
  const io = processIo();
  const code = await main(process.argv.slice(2), { io });
  await io.flush();
  process.exit(code);
}
