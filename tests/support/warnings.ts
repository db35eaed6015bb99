import process from "node:process";
import { breath } from "./until.ts";

/** What the process warns of while `run` runs. */
export async function warningsOf(run: () => Promise<unknown>): Promise<Error[]> {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => void warnings.push(warning);
  process.on("warning", onWarning);
  try {
    await run();
    await breath();
  } finally {
    process.off("warning", onWarning);
  }
  return warnings;
}
