/** Undoes the content codings that a network left on a body. */

import type { ContentCoding, PoolResponse } from "./types.ts";
import type { Bytes } from "../base/web_types.ts";

/** Undoes one coding; undefined where it is not known here. */
export type Undo = (bytes: Bytes, limit: number) => Promise<Bytes>;

/** What a runtime can undo, by the names of content codings; "deflate-raw" is what some send as "deflate". */
export type Codings = (name: string) => Undo | undefined;

/** More in a row is no answer but an attack. */
const MOST_CODINGS = 4;

/** The body has a coding that cannot be undone here. */
export class UnknownCodingError extends TypeError {
  /** Takes the coding. */
  constructor(coding: string) {
    super(`its content coding "${coding.slice(0, 40)}" cannot be read here`);
  }
}

/** The body is longer than it may be. */
export class BodyTooLongError extends RangeError {
  /** The most bytes that it may have. */
  readonly limit: number;
  /** Takes the most bytes that it may have. */
  constructor(limit: number) {
    super(`it is longer than ${limit} bytes`);
    this.limit = limit;
  }
}

/** Reads a stream's first bytes, and lets go of what is left, so that the connection is freed. */
export async function readUpTo(
  stream: ReadableStream<Uint8Array>,
  limit: number,
): Promise<{ bytes: Bytes; isWhole: boolean }> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  let isWhole = false;
  while (size <= limit) {
    const { done, value } = await reader.read();
    if (done) {
      isWhole = true;
      break;
    }
    chunks.push(value);
    size += value.byteLength;
  }
  // Nothing waits for that: who sends without end may not let go either.
  if (!isWhole) reader.cancel().catch(() => {});
  const bytes = new Uint8Array(Math.min(size, limit));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk.subarray(0, bytes.length - at), at);
    at = Math.min(bytes.length, at + chunk.byteLength);
  }
  return { bytes, isWhole };
}

/** What every runtime can undo, and some a little more. */
export const webCodings: Codings = (name) => {
  const format = name === "br" ? "brotli" : name;
  let stream: DecompressionStream;
  try {
    stream = new DecompressionStream(format as CompressionFormat);
  } catch {
    return undefined;
  }
  return async (coded, limit) => {
    const { bytes, isWhole } = await readUpTo(new Blob([coded]).stream().pipeThrough(stream), limit);
    if (!isWhole) throw new BodyTooLongError(limit);
    return bytes;
  };
};

/** "deflate" means the zlib format, but some send what is in it alone. */
function nameOf(name: string, [first = 0, second = 0]: Uint8Array): string {
  if (name === "x-gzip") return "gzip";
  if (name !== "deflate") return name;
  return (first & 15) === 8 && (first << 8 | second) % 31 === 0 ? "deflate" : "deflate-raw";
}

/** The codings that `Content-Encoding` lists, to be undone from the last one on; undefined for none. */
export function contentCoding(field: string | null, codings: Codings): ContentCoding | undefined {
  const names = (field ?? "").toLowerCase().split(",").map((name) => name.trim())
    .filter((name) => name !== "" && name !== "identity");
  if (names.length === 0) return undefined;
  return {
    async undo(coded, limit) {
      // No body has no coding.
      if (coded.length === 0) return coded;
      if (names.length > MOST_CODINGS) throw new UnknownCodingError(names.join(", "));
      let bytes = coded;
      for (const name of [...names].reverse()) {
        const undo = codings(nameOf(name, bytes));
        if (undo === undefined) throw new UnknownCodingError(name);
        bytes = await undo(bytes, limit);
      }
      return bytes;
    },
  };
}

/** Tells of a `fetch`'s answer which codings are still on its body: all lists that `undone` does not match. */
export function withCoding(response: Response, undone: RegExp, codings: Codings): PoolResponse {
  const field = response.headers.get("content-encoding");
  if (field === null || undone.test(field.trim())) return response;
  return Object.assign(response, { coding: contentCoding(field, codings) });
}
