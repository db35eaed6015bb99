/**
 * Reading what is commanded over Kalshi's WebSocket, for whoever answers as Kalshi does.
 *
 * @module
 */
import { type Fields, isRecord } from "../base/plain.ts";
import { errorCodes, errorMeanings } from "./event/channels.ts";

/** The parameters of a command. */
export type CommandParams = Fields;

/** A command cannot be obeyed. */
export class CommandError extends Error {
  /** Kalshi's number for it. */
  readonly code: number;

  constructor(code: number, text: string = errorMeanings[code] ?? "Refused") {
    super(text);
    this.code = code;
  }

  /** One that says more than the number means. */
  static because(code: number, why: string): CommandError {
    return new CommandError(code, `${errorMeanings[code]}: ${why}`);
  }
}

/** A command: an object as JSON has them. */
export function readCommand(text: string): CommandParams {
  try {
    const command: unknown = JSON.parse(text);
    if (isRecord(command)) return command;
  } catch {
    // It is no object either.
  }
  throw new CommandError(errorCodes.unableToProcessMessage);
}

/** A list of texts; undefined where there is none. */
export function readTexts(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.some((item) => typeof item !== "string")) {
    throw new CommandError(errorCodes.unableToProcessMessage);
  }
  return value;
}
