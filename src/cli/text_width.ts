/**
 * How wide text is on a terminal, where some characters take two columns and some none.
 *
 * @module
 */

const MARK = /\p{Mark}/u;

/** The ranges of characters that take two columns. */
const wide: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f9ff],
  [0x20000, 0x3fffd],
];

function widthOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (MARK.test(character)) return 0;
  return wide.some(([from, to]) => code >= from && code <= to) ? 2 : 1;
}

/** How many columns it takes. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

/** The text if it fits, else as much as does, with an ellipsis at its end. */
export function cutText(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let cut = "";
  let room = columns - 1;
  for (const character of text) {
    room -= widthOf(character);
    if (room < 0) break;
    cut += character;
  }
  return columns > 0 ? `${cut}…` : "";
}

/** Padded to a width, on its left (for figures) or on its right. */
export function padText(text: string, columns: number, side: "left" | "right"): string {
  const padding = " ".repeat(Math.max(0, columns - textWidth(text)));
  return side === "left" ? padding + text : text + padding;
}
