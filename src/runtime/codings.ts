/** What the `fetch` of a runtime leaves of a body's content codings. */

import type { PoolResponse } from "./types.ts";

/** Names on the answer the codings that `fetch` has not undone: all that `undone` does not match. */
export function withCoding(response: Response, undone: RegExp): PoolResponse {
  const coding = response.headers.get("content-encoding");
  return coding === null || undone.test(coding.trim()) ? response : Object.assign(response, { coding });
}
