// Compressed bodies without an end, cheap to send: after its head, the same block again and again.
import { randomBytes } from "node:crypto";
import { constants, deflateRawSync } from "node:zlib";

/** As far as it goes where nobody stops it, in bytes sent. */
const MOST = 256 * 1024 * 1024;
const HEADS = { gzip: [31, 139, 8, 0, 0, 0, 0, 0, 0, 3], deflate: [0x78, 0x9c] };
/** A MiB of zeros in a thousandth of its size, and a text that is hardly shorter, so that bytes sent tell what was read. */
const CONTENTS = {
  zeros: () => new Uint8Array(1024 * 1024),
  text: () => new TextEncoder().encode(randomBytes(512 * 1024).toString("hex")),
};

/**
 * @typedef {{ readonly coding?: "gzip" | "deflate"; readonly content: "zeros" | "text" }} BombOptions
 * @typedef {{ readonly head: Uint8Array; readonly block: Uint8Array }} Bomb
 */

/**
 * A body in this coding (none is as it is) with this content.
 *
 * @param {BombOptions} options
 * @returns {Bomb}
 */
export function bomb({ coding, content }) {
  const bytes = CONTENTS[content]();
  if (coding === undefined) return { head: new Uint8Array(), block: bytes };
  return {
    head: Uint8Array.from(HEADS[coding]),
    // Flushed in full it refers to nothing before it, and can follow itself.
    block: deflateRawSync(bytes, { finishFlush: constants.Z_FULL_FLUSH }),
  };
}

/**
 * Writes a bomb to a stream as fast as it is taken; `count` is told of all that is written.
 *
 * @param {import("node:stream").Writable} stream
 * @param {Bomb} bomb
 * @param {(bytes: number) => void} count
 */
export function explode(stream, { head, block }, count) {
  let sent = 0;
  const write = (bytes) => {
    sent += bytes.length;
    count(bytes.length);
    return stream.write(bytes);
  };
  write(head);
  const more = () => {
    while (!stream.destroyed && sent < MOST) {
      if (!write(block)) return void stream.once("drain", more);
    }
    stream.end();
  };
  more();
}
