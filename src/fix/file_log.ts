/** A log of a FIX session in a file, on Deno, Bun and Node. */
import { KalshiConfigError } from "../base/errors.ts";
import { readOptions, type Rules, text } from "../base/options.ts";
import { needed } from "../base/options.ts";
import type { FixLog, FixLogLine } from "./log.ts";

type Fs = typeof import("node:fs");

/** Where {@linkcode fileLog} writes. */
export interface FileLogOptions {
  /** The file: made when it is missing, appended to when it is there. */
  readonly path: string;
}

/** What the options of a file log may be. */
export const fileLogRules = { path: needed(text("the path of a file")) } satisfies Rules<FileLogOptions>;

/** A {@linkcode FixLog} in a file. */
export interface FileFixLog extends FixLog {
  /** Writes what is left, has it on the disk, and closes the file. A second call is harmless. */
  close(): void;
}

/**
 * Opens a log in a file, for `log` of `FixClient.connect`: a line for each frame and event, with its time in UTC. All
 * lines of one turn of the event loop are written at once, and are with the operating system when it ends; the client
 * closes the log.
 *
 * @throws {KalshiConfigError} where the file cannot be opened, and in a runtime without files
 *
 * @example
 * ```ts
 * import { fileLog } from "@unofficial/kalshi/fix";
 *
 * const log = await fileLog({ path: "kalshi-nr.log" });
 * log.close();
 * ```
 */
export async function fileLog(given: FileLogOptions): Promise<FileFixLog> {
  const { path } = readOptions("fileLog", given, fileLogRules);
  const fs = await loadFs();
  let file: number | undefined;
  try {
    file = fs.openSync(path, "a");
  } catch (cause) {
    throw new KalshiConfigError(`The log ${path} cannot be opened: see \`cause\`.`, { cause });
  }
  let waiting = "";
  const flush = () => {
    const lines = waiting;
    waiting = "";
    if (file !== undefined && lines !== "") fs.appendFileSync(file, lines);
  };
  const write = ({ kind, atMs, text }: FixLogLine) => {
    if (file === undefined) return;
    if (waiting === "") queueMicrotask(() => safely(flush));
    waiting += `${new Date(atMs).toISOString()} ${kind} ${oneLine(text)}\n`;
  };
  const close = () => {
    if (file === undefined) return;
    const open = file;
    try {
      flush();
      fs.fsyncSync(open);
    } finally {
      file = undefined;
      fs.closeSync(open);
    }
  };
  return Object.assign(write, { close });
}

/** A Text(58) with a line break in it must not look like lines of the log's own. */
const oneLine = (text: string): string => text.replaceAll("\r", "\\r").replaceAll("\n", "\\n");

/** A full disk stops no trading. */
function safely(write: () => void): void {
  try {
    write();
  } catch (error) {
    console.error("The FIX log could not be written:", error);
  }
}

async function loadFs(): Promise<Fs> {
  // Not for bundlers: where there are no files there is no such module.
  const specifier = "node:fs";
  try {
    return await import(specifier) as Fs;
  } catch (cause) {
    throw new KalshiConfigError("A FIX log in a file needs a runtime with files: Deno, Bun or Node.", {
      cause,
    });
  }
}
