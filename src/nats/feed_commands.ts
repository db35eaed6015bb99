/**
 * Reading what a stream commands over a socket in process.
 *
 * @module
 */

import { errorCodes, errorMeanings } from "../contract/event/channels.ts";

/** The parameters of a command. */
export type Params = Readonly<Record<string, unknown>>;

/** A command cannot be obeyed. */
export class CommandError extends Error {
  /** Kalshi's number for it. */
  readonly code: number;
  constructor(code: number, text: string = errorMeanings[code] ?? "Refused") {
    super(text);
    this.code = code;
  }
}

/** An object as JSON has them. */
export const isRecord = (value: unknown): value is Params =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A list of texts; undefined where there is none. */
export function readList(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.some((item) => typeof item !== "string")) {
    throw new CommandError(errorCodes.unableToProcessMessage);
  }
  return value;
}

/** A command. */
export function readCommand(text: string): Params {
  try {
    const command: unknown = JSON.parse(text);
    if (isRecord(command)) return command;
  } catch {
    // It is no object either.
  }
  throw new CommandError(errorCodes.unableToProcessMessage);
}
