/** Runs `body` and returns what it wrote with `console.warn`. */
export function consoleWarnings(body: () => void): string[] {
  const lines: string[] = [];
  const { warn } = console;
  console.warn = (...values: unknown[]) => void lines.push(values.join(" "));
  try {
    body();
  } finally {
    console.warn = warn;
  }
  return lines;
}
