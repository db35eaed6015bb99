/** Content codings by `node:zlib`, on Node, Deno and Bun: it reads all members of a gzip file. */

import { builtin } from "./builtin.ts";
import { BodyTooLongError, type Codings } from "./content_coding.ts";

const NAMES = {
  gzip: "gunzip",
  deflate: "inflate",
  "deflate-raw": "inflateRaw",
  br: "brotliDecompress",
  zstd: "zstdDecompress",
} as const;

/** What this host can undo. */
export const nodeCodings: Codings = (name) => {
  const undo = Object.hasOwn(NAMES, name)
    ? builtin("node:zlib")[NAMES[name as keyof typeof NAMES]]
    : undefined;
  if (undo === undefined) return undefined;
  return (bytes, maxOutputLength) =>
    new Promise((resolve, reject) => {
      undo(bytes, { maxOutputLength }, (error, result) => {
        if (error) {
          const { code } = error as { code?: unknown };
          return reject(code === "ERR_BUFFER_TOO_LARGE" ? new BodyTooLongError(maxOutputLength) : error);
        }
        // Deno takes what is cut in its first bytes for empty.
        if (result.length === 0 && name === "br" && bytes.length > 3) {
          return reject(new Error("unexpected end of file"));
        }
        resolve(result);
      });
    });
};
