/** Writes what is generated, of src/contract, the manifests and the docs: `deno task generate`. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { generateContract } from "./generate_contract.ts";
import { generateDocs } from "./generate_docs.ts";
import { generateSpecs } from "./generate_specs.ts";
import { generateManifests } from "./manifests.ts";

for (const [path, text] of generateContract()) {
  writeFileSync(path, text);
  console.log(`${path}: ${text.length} bytes`);
}
for (const [path, text] of [...generateManifests(), ...generateSpecs(), ...generateDocs()]) {
  if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
  writeFileSync(path, text);
  console.log(`${path}: written anew`);
}
