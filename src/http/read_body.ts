/** Reads the body of an answer, within bounds. */

import type { Bytes } from "../base/web_types.ts";
import { BodyTooLongError, readUpTo } from "../runtime/content_coding.ts";
import type { PoolResponse } from "../runtime/types.ts";

/** Whether the length of a body says that it is not too long, so that the runtime may read it in its own way. */
function isKnownToFit({ headers, coding }: PoolResponse, limit: number): boolean {
  const length = headers.get("content-length");
  if (length === null || !(Number(length) <= limit)) return false;
  // Where the runtime unpacks it, the length is that of what came.
  return coding !== undefined || headers.get("content-encoding") === null;
}

/** The whole body, unpacked; where its length is not known, it is read by chunks, and not further than the limit. */
export async function wholeOf(response: PoolResponse, limit: number): Promise<Bytes> {
  const { body, coding, headers } = response;
  // A body of no bytes may still be labelled as compressed.
  if (body === null || headers.get("content-length")?.trim() === "0") {
    body?.cancel().catch(() => {});
    return new Uint8Array();
  }
  if (isKnownToFit(response, limit)) {
    const coded = new Uint8Array(await response.arrayBuffer());
    return coding ? await coding.undo(coded, limit) : coded;
  }
  const { bytes, isWhole } = await readUpTo(body, limit);
  if (!isWhole) throw new BodyTooLongError(limit);
  return coding ? await coding.undo(bytes, limit) : bytes;
}

/** The whole body as text; the runtime reads it in its own way where its length is known to fit. */
export function textOf(response: PoolResponse, limit: number): Promise<string> {
  if (!response.coding && isKnownToFit(response, limit)) return response.text();
  return wholeOf(response, limit).then((bytes) => new TextDecoder().decode(bytes));
}
