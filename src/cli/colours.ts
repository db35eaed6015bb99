/**
 * Colours, on a terminal alone, and never where NO_COLOR is set: https://no-color.org
 *
 * @module
 */
import type { CliIo, CliWriter } from "./io.ts";

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 } as const;

/** A colour, or a weight. */
export type Colour = keyof typeof codes;

/** Paints text, where it is to be painted. */
export type Paint = (colour: Colour | undefined, text: string) => string;

/** Whether text that goes there may be painted. */
export function hasColours({ env }: Pick<CliIo, "env">, writer: CliWriter): boolean {
  return writer.isTerminal && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}

/** What paints text that goes there. */
export function painter(io: Pick<CliIo, "env">, writer: CliWriter): Paint {
  if (!hasColours(io, writer)) return (_, text) => text;
  return (colour, text) => colour === undefined ? text : `\x1b[${codes[colour]}m${text}\x1b[0m`;
}

/** What moves a cursor, hides a line or turns the direction of writing. */
// deno-lint-ignore no-control-regex
const CONTROLS = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const RUNS = new RegExp(`(?:${CONTROLS.source})+`, "g");

/** Text from outside as a terminal may be given it: nothing in it moves a cursor or hides a line. */
export function printable(text: string): string {
  return text.replace(RUNS, " ");
}

/** The same of a text of several lines. */
export const printableLines = (text: string): string => text.split("\n").map(printable).join("\n");

/** JSON that a terminal may be given: it says the same. */
export function printableJson(value: unknown): string {
  const escaped = (one: string) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return String(JSON.stringify(value)).replace(CONTROLS, escaped);
}
