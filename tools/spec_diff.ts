/** Says how a spec differs from the contract in use: `deno task spec:diff FILE [BASE]`, which is `kalshi spec diff`. */
import process from "node:process";
import { runProgram } from "../src/cli/run.ts";

void runProgram(["spec", "diff", ...process.argv.slice(2)]);
