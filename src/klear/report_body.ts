/**
 * Reads the file of a report: piece by piece, and not further than it may go.
 *
 * @module
 */
import { KalshiDecodeError } from "../base/errors.ts";
import { tell } from "../base/tell.ts";
import type { Bytes } from "../base/web_types.ts";
import { wholeOf } from "../http/read_body.ts";
import { BodyTooLongError } from "../runtime/content_coding.ts";
import type { PoolResponse } from "../runtime/types.ts";

/** How far a download has come. */
export interface DownloadProgress {
  /** Bytes that have come. */
  readonly bytes: number;
  /** Bytes of the whole file; undefined where the server does not say. */
  readonly total: number | undefined;
}

/** How a file is read. */
export interface FileReading {
  /** The most bytes that it may have. */
  readonly maxBytes: number;
  /** Told of each piece. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/** The pieces of a file, in order. */
export interface FilePieces {
  /** Bytes of the whole file, where the server says. */
  readonly total: number | undefined;
  /** The next piece; undefined after the last one. */
  next(): Promise<Bytes | undefined>;
  /** Lets go of what is left. */
  cancel(): void;
}

const tooLong = (limit: number) =>
  new KalshiDecodeError(
    `The file of the report has more than ${limit} bytes, the most that \`maxBytes\` allows: the rest was not read.`,
    { method: "GET", status: 200, outcome: "unknown" },
  );

/** How long a file is; what is compressed is longer than that. */
function lengthOf({ headers, coding }: PoolResponse): number | undefined {
  const length = headers.get("content-length");
  if (length === null || coding !== undefined || headers.get("content-encoding") !== null) return undefined;
  return /^\d+$/.test(length) ? Number(length) : undefined;
}

/**
 * The pieces of an answer's body.
 *
 * @throws {KalshiDecodeError} when it has more bytes than it may have
 */
export function piecesOf(response: PoolResponse, { maxBytes, onProgress }: FileReading): FilePieces {
  const total = lengthOf(response);
  if (total !== undefined && total > maxBytes) {
    response.body?.cancel().catch(() => {});
    throw tooLong(maxBytes);
  }
  // What is still packed is unpacked as a whole.
  const reader = response.coding === undefined ? response.body?.getReader() : undefined;
  let packed = response.coding;
  let bytes = 0;
  const counted = (piece: Bytes): Bytes => {
    bytes += piece.byteLength;
    if (bytes > maxBytes) {
      reader?.cancel().catch(() => {});
      throw tooLong(maxBytes);
    }
    tell(onProgress, () => ({ bytes, total }));
    return piece;
  };
  return {
    total,
    async next() {
      if (packed !== undefined) {
        packed = undefined;
        try {
          return counted(await wholeOf(response, Math.min(maxBytes, Number.MAX_SAFE_INTEGER)));
        } catch (error) {
          throw error instanceof BodyTooLongError ? tooLong(maxBytes) : error;
        }
      }
      const { done = true, value } = await reader?.read() ?? {};
      return done || value === undefined ? undefined : counted(value as Bytes);
    },
    cancel: () => void (reader ?? response.body)?.cancel().catch(() => {}),
  };
}

/** All pieces as one. */
export async function joined(pieces: FilePieces): Promise<Bytes> {
  const parts: Bytes[] = [];
  let length = 0;
  for (let piece = await pieces.next(); piece !== undefined; piece = await pieces.next()) {
    parts.push(piece);
    length += piece.byteLength;
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
