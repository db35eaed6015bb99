/** The records that a store's file is made of. */

/** Node's module of files. */
export type Fs = typeof import("node:fs");

/** A record: kind, number, length of its bytes, check of it all; then the bytes. */
export const HEAD_BYTES = 17;
export const kinds = { sent: 1, outgoing: 2, incoming: 3, reset: 4, owner: 5 } as const;
/** What a file begins with. */
export const magic = new TextEncoder().encode("kalshi-fix-1\n");

/** Writes all of it; returns where the file goes on behind it. */
export function writeAll(fs: Fs, file: number, bytes: Uint8Array, at: number): number {
  for (let written = 0; written < bytes.length;) {
    written += fs.writeSync(file, bytes, written, bytes.length - written, at + written);
  }
  return at + bytes.length;
}

/** A record of its own. */
export function record(kind: number, number: number, bytes: Uint8Array = new Uint8Array(0)): Uint8Array {
  const made = new Uint8Array(HEAD_BYTES + bytes.length);
  fill(made, kind, number, bytes);
  return made;
}

/** Writes a record into its place. */
export function fill(record: Uint8Array, kind: number, number: number, bytes: Uint8Array): void {
  const view = new DataView(record.buffer, record.byteOffset);
  record[0] = kind;
  view.setFloat64(1, number);
  view.setUint32(9, bytes.length);
  view.setUint32(13, crc32(crc32(0, record.subarray(0, 13)), bytes));
  record.set(bytes, HEAD_BYTES);
}

const table: Uint32Array = /* @__PURE__ */ (() => {
  const made = new Uint32Array(256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = (c & 1) === 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    made[n] = c;
  }
  return made;
})();

/** The check of some bytes, going on from that of those before. */
export function crc32(before: number, bytes: Uint8Array): number {
  let c = ~before;
  for (let i = 0; i < bytes.length; i++) c = (table[(c ^ (bytes[i] as number)) & 255] as number) ^ (c >>> 8);
  return ~c >>> 0;
}
