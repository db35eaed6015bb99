/**
 * Rows as CSV, as RFC 4180 has it: https://www.rfc-editor.org/rfc/rfc4180
 *
 * @module
 */

/** What a cell may hold. */
export type Cell = string | number | boolean | null | undefined;

/** One line, with its end. */
export function csvLine(cells: readonly Cell[]): string {
  return `${
    cells.map((cell) => {
      const text = cell === null || cell === undefined ? "" : String(cell);
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    }).join(",")
  }\r\n`;
}
