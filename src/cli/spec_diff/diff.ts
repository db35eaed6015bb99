/**
 * Says how a specification differs from the one that this version follows, or from another.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { CliError } from "../exit_codes.ts";
import type { CliIo } from "../io.ts";
import { type Column, openOutput, type OutputOptions } from "../output.ts";
import { compareSpecs, kindOf, likeness } from "./compare.ts";
import type { Change, Json } from "./schema.ts";
import { specs } from "./specs.ts";

const columns: readonly Column<Change>[] = [
  { name: "breaking", value: ({ breaking }) => breaking },
  { name: "kind", value: ({ kind }) => kind },
  { name: "where", value: ({ where }) => where },
  { name: "what", value: ({ what }) => what },
];

interface Named {
  readonly name: string;
  readonly doc: Json;
}

const wordsOf = (error: unknown): string => error instanceof Error ? error.message : String(error);

async function read(path: string): Promise<Named> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new CliError("usage", `Cannot read ${path}: ${wordsOf(error)}`);
  }
  let doc: Json;
  try {
    doc = /^\s*\{/.test(text) ? JSON.parse(text) : parse(text, { merge: true });
  } catch (error) {
    throw new CliError("usage", `${path} is neither JSON nor YAML: ${wordsOf(error)}`);
  }
  if (kindOf(doc) === undefined) {
    throw new CliError("usage", `${path} is neither an OpenAPI nor an AsyncAPI document.`);
  }
  return { name: path, doc };
}

/** Of the specifications that this version follows, the one that has most in common with a document. */
function nearest(doc: Json): Named {
  const own = Object.entries(specs).map(([name, text]) => ({ name, doc: JSON.parse(text) }));
  own.sort((a, b) => likeness(b.doc, doc) - likeness(a.doc, doc));
  const [best] = own;
  if (best === undefined || likeness(best.doc, doc) === 0) {
    throw new CliError("usage", "No spec in use has anything in common with this file.");
  }
  return best;
}

function line({ breaking, kind, where, what }: Change): string {
  return `${breaking ? "BREAKING" : "        "}  ${kind}: ${where}${what === "" ? "" : `: ${what}`}`;
}

/**
 * Prints each change on a line of its own.
 *
 * @throws {CliError} `failed`, without a word, where a change breaks something; `usage` for a file that is none
 */
export async function diffSpecs(
  io: CliIo,
  newFile: string,
  baseFile: string | undefined,
  options: OutputOptions,
): Promise<void> {
  const output = openOutput(io, options);
  const after = await read(newFile);
  const before = baseFile === undefined ? nearest(after.doc) : await read(baseFile);
  if (kindOf(before.doc) !== kindOf(after.doc)) {
    throw new CliError("usage", `${before.name} and ${after.name} are not documents of the same kind.`);
  }
  let changes: Change[];
  try {
    changes = compareSpecs(before.doc, after.doc);
  } catch (error) {
    throw new CliError("usage", `Cannot compare: ${wordsOf(error)}`);
  }
  const breaking = changes.filter((change) => change.breaking).length;
  if (output.format === "table") {
    const total = `${changes.length} changes, ${breaking} breaking: ` +
      `${before.name} ${before.doc.info?.version} -> ${after.name} ${after.doc.info?.version}`;
    await io.stdout.write(
      changes.map((change) => `${output.paint(change.breaking ? "red" : undefined, line(change))}\n`).join(
        "",
      ) +
        `${total}\n`,
    );
  } else {
    const printer = output.rows(columns);
    for (const change of changes) await printer.add(change);
    await printer.end();
  }
  if (breaking > 0) throw new CliError("failed", "");
}
