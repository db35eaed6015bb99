/**
 * Cassettes: recorded requests and answers, one line of JSON each.
 */
import { KalshiConfigError } from "../base/errors.ts";
import { shown } from "../base/plain.ts";
import type { Scrubber } from "./scrub.ts";
import type { Bytes } from "../base/web_types.ts";

/** A body as a cassette holds it: as JSON where that gives back the same text, else as text, else as base64. */
export type CassetteBody =
  | { readonly json: unknown }
  | { readonly text: string }
  | { readonly base64: string };

/** A request as a cassette holds it: no host, no header, no secret. */
export interface CassetteRequest {
  /** HTTP method. */
  readonly method: string;
  /** Whole path, such as `/trade-api/v2/markets`. */
  readonly path: string;
  /** Names and values of the query, decoded, in the order they were sent. Absent when there was none. */
  readonly query?: readonly (readonly [name: string, value: string])[] | undefined;
  /** Body; absent when there was none. */
  readonly body?: CassetteBody | undefined;
}

/** An answer as a cassette holds it. */
export interface CassetteResponse {
  /** HTTP status. */
  readonly status: number;
  /** The header fields that were kept. */
  readonly headers: Readonly<Record<string, string>>;
  /** Body; absent when there was none. */
  readonly body?: CassetteBody | undefined;
}

/** One line of a cassette. */
export interface CassetteEntry {
  /** What was asked. */
  readonly request: CassetteRequest;
  /** What was answered. */
  readonly response: CassetteResponse;
}

/** Where the lines of a cassette are kept. */
export interface CassetteStore {
  /** How messages call it: a path. */
  readonly name: string;
  /** All of it; empty when there is none yet. */
  read(): Promise<string>;
  /** Adds to its end. Resolves once a crash of this process can lose no byte of it. */
  append(text: string): Promise<void>;
  /** Puts `text` in the place of all of it. */
  replace(text: string): Promise<void>;
}

/**
 * A cassette in memory, for recordings that live as long as a test, or that come from elsewhere: an import, a
 * bundled asset.
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { memoryCassette, RecordingTransport, ReplayTransport } from "@unofficial/kalshi/testing";
 *
 * const cassette = memoryCassette();
 * const live = new KalshiClient({ demo: true, transport: new RecordingTransport({ cassette }) });
 * await live.exchange.status();
 * const replayed = new KalshiClient({ demo: true, transport: new ReplayTransport({ cassette }) });
 * await replayed.exchange.status();
 * ```
 */
export function memoryCassette(text = ""): CassetteStore {
  if (typeof text !== "string") {
    throw new KalshiConfigError(
      `memoryCassette takes the text of a recording, or nothing; got ${shown(text)}.`,
    );
  }
  return {
    name: "the cassette in memory",
    read: () => Promise.resolve(text),
    append(more) {
      text += more;
      return Promise.resolve();
    },
    replace(other) {
      text = other;
      return Promise.resolve();
    },
  };
}

/** The entries of a cassette's text. `torn` is what a crash left of a last line. */
export function parseCassette(name: string, text: string): { entries: CassetteEntry[]; torn: string } {
  const lines = text.split("\n");
  const torn = lines.pop() ?? "";
  const entries = lines.flatMap((line, index) => {
    if (line.trim() === "") return [];
    const entry = parseLine(line);
    if (entry === undefined) {
      throw new KalshiConfigError(`Line ${index + 1} of ${name} is no entry of a cassette. Record it again.`);
    }
    return [entry];
  });
  // A line that an editor left without its newline is whole.
  const last = parseLine(torn);
  return last === undefined ? { entries, torn } : { entries: [...entries, last], torn: "" };
}

function parseLine(line: string): CassetteEntry | undefined {
  try {
    const entry = JSON.parse(line);
    const isEntry = typeof entry?.request?.method === "string" && typeof entry.request.path === "string" &&
      Number.isInteger(entry?.response?.status);
    return isEntry ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** The body for these bytes; undefined when there are none. */
export function encodeBody(bytes: Uint8Array, scrubber: Scrubber): CassetteBody | undefined {
  if (bytes.length === 0) return undefined;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // A letter for each byte: a secret among them reads as it would in a text.
    const letters = scrubber.text(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    return { base64: btoa(letters.replace(/[^\0-\xff]/g, "?")) };
  }
  text = scrubber.text(text);
  try {
    const json = JSON.parse(text);
    // Numbers such as 1.10 and pretty printing would not come back as they were.
    if (JSON.stringify(json) === text.trim()) return { json };
  } catch {
    // Not JSON.
  }
  return { text };
}

/** The bytes that {@linkcode encodeBody} was given, or their text. */
export function decodeBody(body: CassetteBody | undefined): string | Bytes | null {
  if (body === undefined) return null;
  if ("json" in body) return JSON.stringify(body.json);
  if ("text" in body) return body.text;
  return Uint8Array.from(atob(body.base64), (char) => char.charCodeAt(0));
}
