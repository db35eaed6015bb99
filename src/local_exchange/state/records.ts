/**
 * What a state file holds: the world that an exchange began as, and everything that was asked of it since, in the order
 * it happened. An exchange has no other source of chance than its seed, and no other clock than what is written here, so
 * that the same commands make the same exchange again, ids and all.
 *
 * @module
 */
import { crc32 } from "../../fix/store_records.ts";
import type { Command } from "../command.ts";
import type { PerpsFacts } from "../options.ts";

/** What an exchange begins as. */
export interface WorldFacts {
  readonly seed: number;
  readonly markets: number;
  readonly shards: boolean;
  readonly marketMakers: boolean;
  /** Null where the makers wait to be told. */
  readonly stepMs: number | null;
  readonly pastDays: number;
  /** Null for none, as it is in files from before there were any. */
  readonly perps?: PerpsFacts | null;
}

/** The first line of a state file. */
export interface StateHead extends WorldFacts {
  /** Version of the format, which is also that of the engine: what is written by one version is read by that one. */
  readonly version: number;
  /** When it began, in Unix milliseconds. */
  readonly startedAt: number;
}

/** A command, and what the exchange was when it came. */
export interface StateRecord {
  /** The engine's time. */
  readonly at: number;
  /** Its {@linkcode Exchange.progress}, which tells whether it is the same exchange. */
  readonly n: number;
  readonly command: Command;
}

/** The version that is written. */
export const STATE_VERSION = 1;

const FORMAT = "kalshi-local-exchange";
/** Check in hexadecimal digits, and a space. */
const CHECK_LENGTH = 9;
export const NEWLINE = 10;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** A line: its check, and what it says as JSON. */
export function lineOf(value: object): Uint8Array {
  const text = encoder.encode(JSON.stringify(value));
  const line = new Uint8Array(CHECK_LENGTH + text.length + 1);
  line.set(encoder.encode(`${crc32(0, text).toString(16).padStart(8, "0")} `));
  line.set(text, CHECK_LENGTH);
  line[line.length - 1] = NEWLINE;
  return line;
}

/** What a line says, without its end; undefined where it is not what was written. */
export function readLine(line: Uint8Array): unknown {
  try {
    const text = line.subarray(CHECK_LENGTH);
    const check = decoder.decode(line.subarray(0, CHECK_LENGTH));
    if (check !== `${crc32(0, text).toString(16).padStart(8, "0")} `) return undefined;
    return JSON.parse(decoder.decode(text));
  } catch {
    return undefined;
  }
}

/** The first line of a file. */
export function headLine(head: StateHead): Uint8Array {
  return lineOf({ format: FORMAT, ...head });
}

/** Reads it; undefined where it is none. */
export function readHead(line: Uint8Array): StateHead | undefined {
  const value = readLine(line);
  return typeof value === "object" && value !== null && "format" in value && value.format === FORMAT
    ? value as unknown as StateHead
    : undefined;
}

/** A command's line. */
export function recordLine({ at, n, command }: StateRecord): Uint8Array {
  return lineOf({ at, n, ...command });
}

/** Reads it; undefined where it is none. */
export function readRecord(line: Uint8Array): StateRecord | undefined {
  const value = readLine(line);
  if (typeof value !== "object" || value === null || !("do" in value)) return undefined;
  const { at, n, ...command } = value as { at: number; n: number } & Command;
  return { at, n, command: command as Command };
}
