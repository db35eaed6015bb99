/** Makes a PNG smaller without changing a pixel: browsers write theirs in a hurry. */
import { deflateSync, inflateSync } from "node:zlib";

const SIGNATURE_BYTES = 8;

function crcOf(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc >>> 1 ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(data.length + 8, crcOf(bytes.subarray(4, data.length + 8)));
  return bytes;
}

/** Undoes what each row was filtered with: https://www.w3.org/TR/png/#9Filters */
function unfilter(data: Uint8Array, rowBytes: number, pixelBytes: number): Uint8Array {
  const rows = data.length / (rowBytes + 1);
  const out = new Uint8Array(rows * rowBytes);
  for (let row = 0; row < rows; row++) {
    const filter = data[row * (rowBytes + 1)];
    const [from, to] = [row * (rowBytes + 1) + 1, row * rowBytes];
    for (let at = 0; at < rowBytes; at++) {
      const left = at < pixelBytes ? 0 : out[to + at - pixelBytes] ?? 0;
      const up = row === 0 ? 0 : out[to + at - rowBytes] ?? 0;
      const corner = row === 0 || at < pixelBytes ? 0 : out[to + at - rowBytes - pixelBytes] ?? 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter ?? 0] ?? 0;
      out[to + at] = (data[from + at] ?? 0) + guess;
    }
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/** Compresses the pixels of an RGB or RGBA picture as they are, which suits flat areas and text. */
export function smallerPng(png: Uint8Array): Uint8Array {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const parts: Uint8Array[] = [];
  let header = new Uint8Array();
  for (let at = SIGNATURE_BYTES; at < png.length; at += view.getUint32(at) + 12) {
    const type = new TextDecoder().decode(png.subarray(at + 4, at + 8));
    const data = png.subarray(at + 8, at + 8 + view.getUint32(at));
    if (type === "IHDR") header = new Uint8Array(data);
    if (type === "IDAT") parts.push(data);
  }
  const width = new DataView(header.buffer).getUint32(0);
  const pixelBytes = header[9] === 6 ? 4 : 3;
  const packed = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => (packed.set(part, at), at + part.length), 0);
  const pixels = unfilter(inflateSync(packed), width * pixelBytes, pixelBytes);
  const rows = pixels.length / (width * pixelBytes);
  const plain = new Uint8Array(pixels.length + rows);
  for (let row = 0; row < rows; row++) {
    plain.set(
      pixels.subarray(row * width * pixelBytes, (row + 1) * width * pixelBytes),
      row * (width * pixelBytes + 1) + 1,
    );
  }
  const idat = chunk("IDAT", deflateSync(plain, { level: 9, memLevel: 9 }));
  const whole = [
    png.subarray(0, SIGNATURE_BYTES),
    chunk("IHDR", header),
    idat,
    chunk("IEND", new Uint8Array()),
  ];
  const out = new Uint8Array(whole.reduce((sum, { length }) => sum + length, 0));
  whole.reduce((at, part) => (out.set(part, at), at + part.length), 0);
  return out.length < png.length ? out : png;
}
