/** Asks before a write, as a command does, in a process with a real terminal or without one. */
import process from "node:process";
import { CliError } from "../../../src/cli/exit_codes.ts";
import { openClient } from "../../../src/cli/open_client.ts";
import { processIo } from "../../../src/cli/process_io.ts";

const io = processIo();
const { confirm, close } = await openClient(io, { live: true, yes: process.argv.includes("--yes") });
try {
  await confirm("Buy 10 KXHIGHNY-26NOV24-T60 at 0.56");
  await io.stdout.write("WRITTEN\n");
} catch (error) {
  await io.stdout.write(error instanceof CliError ? `${error.exit}\n` : "STOPPED\n");
} finally {
  await close();
}
await io.flush();
process.exit();
