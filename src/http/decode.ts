/** From the body of a 2xx to a value. */

import { errorIn, excerpt, readErrorBody } from "../base/error_body.ts";
import { KalshiDecodeError, type KalshiErrorContext } from "../base/errors.ts";
import type { RequestIdentity } from "../base/request_identity.ts";
import type { HttpSettings } from "../config/client_config.ts";
import { BodyTooLongError, UnknownCodingError } from "../runtime/content_coding.ts";
import type { PoolResponse } from "../runtime/types.ts";
import { textOf, wholeOf } from "./read_body.ts";
import { MAX_ERROR_BYTES } from "./status_error.ts";

/** How answers are read, as the configuration says. */
type Reading = Pick<HttpSettings, "restJsonParse" | "maxBodyBytes">;

/** Makes the error for an answer with this. */
type Wrong = (what: string, more?: KalshiErrorContext) => KalshiDecodeError;

/** The value of a 2xx answer; undefined where it has no body, and for a success that says nothing. */
export async function decodeResponse(
  response: PoolResponse,
  request: RequestIdentity,
  empty: boolean | "maybe",
  reading: Reading,
): Promise<unknown> {
  const { status } = response;
  const wrong: Wrong = (what, more) =>
    new KalshiDecodeError(`${request.method} ${request.path} answered ${status} with ${what}`, {
      ...request,
      status,
      outcome: "unknown",
      ...more,
    });
  const content = await contentOf(response, empty === true, reading, wrong);
  const value = content.length === 0 ? undefined : parse(content, reading, response, wrong);
  refuseError(value, empty, wrong);
  if (value === undefined && !empty) throw wrong("an empty body where one is due.");
  return empty === true ? undefined : value;
}

/** The content of a body, as what is to be parsed: bytes where the caller parses them himself. */
async function contentOf(
  response: PoolResponse,
  isEmpty: boolean,
  { restJsonParse, maxBodyBytes }: Reading,
  wrong: Wrong,
): Promise<string | Uint8Array> {
  try {
    // It should say nothing; should it say something, it is an error.
    if (isEmpty) return (await textOf(response, Math.min(MAX_ERROR_BYTES, maxBodyBytes))).trim();
    return restJsonParse === undefined
      ? (await textOf(response, maxBodyBytes)).trimEnd()
      : await wholeOf(response, maxBodyBytes);
  } catch (error) {
    if (error instanceof BodyTooLongError) {
      const { limit } = error;
      const why = limit === maxBodyBytes ? ", the most that maxBodyBytes allows" : "";
      throw wrong(`a body of more than ${limit} bytes when unpacked${why}. The rest was not read.`);
    }
    if (error instanceof UnknownCodingError) throw wrong(`a body that cannot be read: ${error.message}.`);
    throw error;
  }
}

function parse(
  content: string | Uint8Array,
  { restJsonParse }: Reading,
  { headers }: PoolResponse,
  wrong: Wrong,
): unknown {
  let value: unknown;
  try {
    value = typeof content === "string" ? JSON.parse(content) : restJsonParse?.(content);
  } catch (cause) {
    const type = headers.get("content-type") ?? "no content type";
    if (typeof content !== "string") {
      throw wrong(`a body that restJsonParse could not read (${type}): see \`cause\`.`, { cause });
    }
    // What JSON.parse throws says no more than this.
    throw wrong(`a body that is not JSON (${type}): ${excerpt(content, 200)}`);
  }
  if (typeof (value as { then?: unknown } | null | undefined)?.then === "function") {
    // Nobody waits for it: what it rejects with must not end the process.
    Promise.resolve(value).catch(() => {});
    throw wrong("a body for which restJsonParse returned a promise: it must not be async.");
  }
  return value;
}

/** Throws when a value is an error, whatever its status said. */
function refuseError(value: unknown, empty: boolean | "maybe", wrong: Wrong): void {
  // A text where there should be nothing is no success either.
  const isError = empty === true && typeof value === "string" || errorIn(value) !== undefined;
  if (!isError) return;
  const { code, texts, details } = readErrorBody(JSON.stringify(value, plainly));
  const said = texts.join(": ") || excerpt(JSON.stringify(details));
  throw wrong(
    `an error instead of a result: ${said}. Whether it took effect is not known: look before you send it again.`,
    { serverCode: code, details },
  );
}

/** What a parser of the caller's may give that JSON does not know. */
function plainly(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
