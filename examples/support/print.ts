/** Readable lines and small tables for a terminal. */

const isTerminal = typeof Deno !== "undefined" && Deno.stdout.isTerminal() && !Deno.noColor;
const paint = (code: number) => (text: string) => isTerminal ? `\x1b[${code}m${text}\x1b[0m` : text;
export const bold = paint(1);
export const dim = paint(2);
export const green = paint(32);
export const red = paint(31);

/** A heading with what is being done. */
export function heading(text: string): void {
  console.log(`\n${bold(text)}`);
}

/** A row of names and values. */
export function facts(rows: Readonly<Record<string, string | number | boolean | undefined>>): void {
  const width = Math.max(...Object.keys(rows).map((name) => name.length));
  for (const [name, value] of Object.entries(rows)) {
    console.log(`  ${dim(name.padEnd(width))}  ${value ?? "-"}`);
  }
}

/** A table; columns whose first row reads as a number are set to the right. */
export function table(names: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = names.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0))
  );
  const isNumber = names.map((_, column) => /^[-+$\d]/.test(rows[0]?.[column] ?? ""));
  const line = (row: readonly string[]) =>
    row.map((cell, column) =>
      isNumber[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)
    )
      .join("  ").trimEnd();
  console.log(`  ${dim(line(names))}`);
  for (const row of rows) console.log(`  ${line(row)}`);
}

/** A line that is written over while work goes on; on anything but a terminal only its last state shows. */
export function progress(): { show: (text: string) => void; done: (text: string) => void } {
  const write = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text));
  return {
    show: (text) => void (isTerminal && write(`\r\x1b[K  ${text}`)),
    done: (text) => void write(isTerminal ? `\r\x1b[K  ${text}\n` : `  ${text}\n`),
  };
}

/** Cut to a width, so that tables stay in a terminal. */
export function short(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}
