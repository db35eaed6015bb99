/**
 * Says how a spec differs from the contract in use: `deno task spec:diff FILE [BASE]`. FILE is an OpenAPI or
 * AsyncAPI document, JSON or YAML, as Kalshi publishes it. With BASE, that file stands for the contract in use.
 * One line for each change; the exit code is 1 when a change breaks something, 2 when a file cannot be read.
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { parse } from "yaml";
import { readFacts } from "./generate_spec.ts";
import { compareSpecs, kindOf, likeness } from "./spec_diff_compare.ts";
import type { Change, Json } from "./spec_diff_schema.ts";

const ownSpecs = ["openapi.json", "perps-openapi.json", "asyncapi.json", "perps-asyncapi.json"];

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

function read(path: string): Json {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    return fail(`Cannot read ${path}: ${error instanceof Error ? error.message : error}`);
  }
  let doc: Json;
  try {
    doc = /^\s*\{/.test(text) ? JSON.parse(text) : parse(text, { merge: true });
  } catch (error) {
    return fail(`${path} is neither JSON nor YAML: ${error instanceof Error ? error.message : error}`);
  }
  if (kindOf(doc) === undefined) fail(`${path} is neither an OpenAPI nor an AsyncAPI document.`);
  return doc;
}

function nearest(doc: Json): { name: string; doc: Json } {
  const own = ownSpecs.map((name) => ({ name, doc: JSON.parse(readFacts(name)) }));
  own.sort((a, b) => likeness(b.doc, doc) - likeness(a.doc, doc));
  const [best] = own;
  if (best === undefined || likeness(best.doc, doc) === 0) {
    fail("No spec in use has anything in common with this file.");
  }
  return best;
}

function line({ breaking, kind, where, what }: Change): string {
  return `${breaking ? "BREAKING" : "        "}  ${kind}: ${where}${what === "" ? "" : `: ${what}`}`;
}

const [file, base] = process.argv.slice(2);
if (file === undefined) fail("Usage: deno task spec:diff FILE [BASE]");
const after = read(file);
const { name, doc: before } = base === undefined ? nearest(after) : { name: base, doc: read(base) };
if (kindOf(before) !== kindOf(after)) fail(`${name} and ${file} are not documents of the same kind.`);
let changes: Change[];
try {
  changes = compareSpecs(before, after);
} catch (error) {
  fail(`Cannot compare: ${error instanceof Error ? error.message : error}`);
}
const breaking = changes.filter((change) => change.breaking).length;
for (const change of changes) console.log(line(change));
console.log(
  `${changes.length} changes, ${breaking} breaking: ${name} ${before.info?.version} -> ${file} ${after.info?.version}`,
);
process.exitCode = breaking > 0 ? 1 : 0;
