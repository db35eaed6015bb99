/**
 * Commands and frames as text, with the functions of the configuration where it has some: what these throw or return
 * wrongly is an error that names the option.
 *
 * @module
 */

import type { WsJsonStringify } from "../config/client_config.ts";
import { KalshiConfigError, KalshiDecodeError } from "../base/errors.ts";
import type { Bytes } from "../base/web_types.ts";

/** What a function returned, in words. */
function nameOf(value: unknown): string {
  if (typeof (value as { then?: unknown } | null | undefined)?.then !== "function") {
    return value === null ? "null" : Array.isArray(value) ? "a list" : `a value of type ${typeof value}`;
  }
  // Nobody waits for it: what it rejects with must not end the process.
  Promise.resolve(value).catch(() => {});
  return "a promise (it must not be async)";
}

/**
 * A command as text.
 *
 * @throws {KalshiConfigError} naming `wsJsonStringify` when that throws, or returns what is not this command
 */
export function writeCommand(
  command: { readonly id: number; readonly cmd: string; readonly params?: unknown },
  stringify: WsJsonStringify | undefined,
): string {
  if (stringify === undefined) return JSON.stringify(command);
  const fail = (what: string, cause?: unknown) =>
    new KalshiConfigError(`"${command.cmd}" was not sent: wsJsonStringify ${what}.`, { cause });
  let written: unknown;
  try {
    written = stringify(command);
  } catch (cause) {
    throw fail(`threw ${String(cause)}`, cause);
  }
  if (typeof written !== "string" && !ArrayBuffer.isView(written)) {
    throw fail(`returned ${nameOf(written)}, and not text or bytes`);
  }
  let text: string;
  let read: Partial<typeof command> | null;
  try {
    text = typeof written === "string"
      ? written
      : new TextDecoder("utf-8", { fatal: true }).decode(written as Bytes);
    read = JSON.parse(text);
  } catch (cause) {
    throw fail("returned what is not JSON in UTF-8", cause);
  }
  // Kalshi would not say whose command it could not read, and nobody would be answered.
  if (read?.id !== command.id || read.cmd !== command.cmd) throw fail("returned JSON of something else");
  return text;
}

/** The error for what `wsJsonParse` threw at a frame. */
export function parserThrew(cause: unknown): KalshiDecodeError {
  return new KalshiDecodeError(`A frame is lost: wsJsonParse threw ${String(cause)}.`, {
    cause,
    outcome: "unknown",
  });
}

/** The error for what `wsJsonParse` returned in the place of a frame. */
export function parserReturned(value: unknown): KalshiDecodeError {
  return new KalshiDecodeError(
    `A frame is lost: wsJsonParse returned ${
      nameOf(value)
    } for it, and not the object that JSON.parse makes of it.`,
    { outcome: "unknown" },
  );
}
