/**
 * Files of environment variables, `NAME=value` a line.
 *
 * @module
 */
import { CliError } from "./exit_codes.ts";

/** Variables by their names. */
export type Variables = Readonly<Record<string, string | undefined>>;

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\", $: "$" };

/** The end of a quoted value: the next quote that no backslash stands before. */
function quoteEnd(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === "\\" && quote === '"') at++;
    else if (text[at] === quote) return at;
  }
  return -1;
}

/**
 * Reads such a file: `#` begins a comment, `export` may stand before a name, quotes keep spaces and line breaks, and in
 * double quotes `\n` is a line break. Nothing is put in the place of `$NAME`.
 *
 * @throws {CliError} for a line that is none, with its number and without what it holds: that may be a key
 */
export function parseEnvFile(text: string, path: string): Variables {
  const found: Record<string, string> = Object.create(null);
  let at = 0;
  const refuse = (why: string) => {
    const number = text.slice(0, at).split("\n").length;
    return new CliError("usage", `${path}, line ${number}: ${why}`);
  };
  while (at < text.length) {
    const end = text.indexOf("\n", at) === -1 ? text.length : text.indexOf("\n", at);
    const line = text.slice(at, end);
    const start = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=[^\S\n]*/.exec(line);
    if (start === null) {
      if (!/^\s*(#.*)?$/.test(line)) throw refuse("write NAME=value, or # before a comment.");
      at = end + 1;
      continue;
    }
    const [opening, name = ""] = start;
    const from = at + opening.length;
    const quote = text[from] ?? "";
    if (quote !== '"' && quote !== "'") {
      found[name] = text.slice(from, end).replace(/(^|\s)#.*$/, "").trim();
      at = end + 1;
      continue;
    }
    const close = quoteEnd(text, from + 1, quote);
    if (close === -1) throw refuse(`a quote is opened for ${name} and not closed.`);
    const value = text.slice(from + 1, close);
    found[name] = quote === "'" ? value : value.replace(/\\([nrt"\\$])/g, (_, one) => ESCAPES[one] ?? one);
    const rest = text.indexOf("\n", close) === -1 ? text.length : text.indexOf("\n", close);
    if (!/^\s*(#.*)?$/.test(text.slice(close + 1, rest))) {
      throw refuse(`something follows the value of ${name}.`);
    }
    at = rest + 1;
  }
  return found;
}

/**
 * The variables that a command goes by: those of the process, or, with `--env-file`, those of the file and none of the
 * process's beside them, so that no key of one account gets to the exchange of another. KALSHI_READONLY and KALSHI_LOG
 * of the process hold in both cases.
 *
 * @throws {CliError} where the file cannot be read
 */
export async function chooseEnv(env: Variables, path: string | undefined): Promise<Variables> {
  if (path === undefined) return env;
  const { readFile } = await import("node:fs/promises");
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const { code = "unreadable" } = error as { code?: string };
    throw new CliError("usage", `--env-file: ${path} cannot be read (${code}).`);
  }
  const file = parseEnvFile(text, path);
  const kept: Record<string, string | undefined> = { ...file };
  for (const name of ["KALSHI_READONLY", "KALSHI_LOG"]) {
    const value = env[name]?.trim() ?? "";
    // Read-only is what either says.
    if (value === "" || value === "0" && (file[name] ?? "") !== "") continue;
    kept[name] = value;
  }
  return kept;
}
