/** Writes what is generated, the part of src/contract and the manifests that name the entries: `deno task generate`. */
import { readFileSync, writeFileSync } from "node:fs";
import { generateContract } from "./generate_contract.ts";
import { generateManifests } from "./manifests.ts";

for (const [path, text] of generateContract()) {
  writeFileSync(path, text);
  console.log(`${path}: ${text.length} bytes`);
}
for (const [path, text] of generateManifests()) {
  if (readFileSync(path, "utf8") === text) continue;
  writeFileSync(path, text);
  console.log(`${path}: the entries as deno.json has them`);
}
