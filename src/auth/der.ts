/**
 * As much of DER as private keys need: reading one element after another, and wrapping.
 *
 * @module
 */

import type { Bytes } from "../base/web_types.ts";

/** Tag of an INTEGER. */
export const INTEGER = 0x02;
/** Tag of an OCTET STRING. */
export const OCTETS = 0x04;
/** Tag of an OBJECT IDENTIFIER. */
export const OID = 0x06;
/** Tag of a SEQUENCE. */
export const SEQUENCE = 0x30;

/** Takes the element with this tag from the front: its content, and what follows. Throws where there is none. */
export function take(der: Bytes, tag: number): [content: Bytes, rest: Bytes] {
  let start = 2;
  let length = der[1] ?? NaN;
  if (length > 0x7f) {
    const end = start + (length & 0x7f);
    // An indefinite length has no place in DER, and no key needs four gigabytes.
    length = end === start || end > start + 4 ? NaN : 0;
    while (start < end) length = length * 256 + (der[start++] ?? NaN);
  }
  const end = start + length;
  if (der[0] !== tag || !(end <= der.length)) throw new RangeError("This is not the DER of a key.");
  return [der.subarray(start, end), der.subarray(end)];
}

/** One element of these parts. */
export function wrap(tag: number, ...parts: Bytes[]): Bytes {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head = [tag];
  if (length < 0x80) head.push(length);
  else if (length < 0x100) head.push(0x81, length);
  else head.push(0x82, length >> 8, length & 0xff);
  const whole = new Uint8Array(head.length + length);
  whole.set(head);
  let at = head.length;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Bytes of base64; white space does not matter. */
export function fromBase64(text: string): Bytes {
  return Uint8Array.from(atob(text.replace(/\s/g, "")), (character) => character.charCodeAt(0));
}

/** Bytes as lower-case hexadecimal digits. */
export function toHex(bytes: Bytes): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Bytes of hexadecimal digits. */
export function fromHex(hex: string): Bytes {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
