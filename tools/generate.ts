/** Writes the generated part of src/contract: `deno task generate`. */
import { writeFileSync } from "node:fs";
import { generateContract } from "./generate_contract.ts";

for (const [path, text] of generateContract()) {
  writeFileSync(path, text);
  console.log(`${path}: ${text.length} bytes`);
}
