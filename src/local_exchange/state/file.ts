/**
 * The file of an exchange's state: a log that is only appended to. What is asked of the exchange is written before it is
 * done and answered, so that a process that is killed at any moment loses nothing that anybody was told. It is handed to
 * the system with each command, and to the disk itself when the exchange closes: a machine that loses power may lose the
 * last seconds.
 *
 * @module
 */
import { KalshiConfigError } from "../../base/errors.ts";
import { type Fs, writeAll } from "../../fix/store_records.ts";
import type { Command } from "../command.ts";
import type { Journal } from "../exchange.ts";
import {
  headLine,
  NEWLINE,
  readHead,
  readRecord,
  recordLine,
  type StateHead,
  type StateRecord,
} from "./records.ts";

const PIECE_BYTES = 1 << 20;

/** A line of a file, without its end. */
interface Line {
  readonly bytes: Uint8Array;
  /** Where it begins. */
  readonly at: number;
  /** Whether there is an end behind it. */
  readonly isWhole: boolean;
}

interface Host {
  readonly navigator?: { readonly userAgent?: string };
  readonly process?: { getBuiltinModule?(name: "node:fs"): Fs | undefined };
}

/** Node's module of files, where files are kept. */
function filesOf(): Fs {
  const { navigator, process } = globalThis as unknown as Host;
  // Its files are gone with the request.
  const isWorkers = navigator?.userAgent === "Cloudflare-Workers";
  const fs = isWorkers ? undefined : process?.getBuiltinModule?.("node:fs");
  if (fs !== undefined) return fs;
  throw new KalshiConfigError(
    `LocalExchange: \`state\` needs a runtime that keeps files: Deno, Bun or Node. ${
      isWorkers ? "Cloudflare Workers keep" : "This one keeps"
    } none: leave it out.`,
  );
}

const reasonOf = (error: unknown) => error instanceof Error ? error.message : String(error);

/** The state file of one exchange, which has it until it closes or another one opens it. */
export class StateFile implements Journal {
  readonly #fs: Fs;
  readonly #path: string;
  #file: number;
  /** Where it ends, as far as this exchange wrote or read it. */
  #end = 0;
  #broken: string | undefined;
  #isClosed = false;
  /** How many bytes at its end were no command that had been written to its end. */
  cutBytes = 0;

  private constructor(fs: Fs, path: string, file: number) {
    this.#fs = fs;
    this.#path = path;
    this.#file = file;
  }

  /** Opens a file, or says that there is none yet. Nothing of it is changed. */
  static open(path: string): { readonly file: StateFile; readonly head: StateHead } | undefined {
    const fs = filesOf();
    let handle: number;
    try {
      // What is there and empty holds nothing yet: a file that `mktemp` made, for one.
      if (!fs.existsSync(path) || fs.statSync(path).size === 0) return undefined;
      handle = fs.openSync(path, "r+");
    } catch (cause) {
      throw new KalshiConfigError(`LocalExchange: \`state\` ${path} cannot be opened: ${reasonOf(cause)}`, {
        cause,
      });
    }
    const file = new StateFile(fs, path, handle);
    const [first] = file.#lines();
    const head = first?.isWhole ? readHead(first.bytes) : undefined;
    if (head !== undefined) return { file, head };
    file.close();
    throw new KalshiConfigError(
      `LocalExchange: \`state\` ${path} is no state of a local exchange, or its beginning is damaged. It was left as it is; give another path.`,
    );
  }

  /** Makes a file: whole, or not at all. */
  static create(path: string, head: StateHead): StateFile {
    const fs = filesOf();
    // A name of its own, and made anew: what somebody else keeps beside the state is not written over.
    const fresh = `${path}.${crypto.randomUUID()}.new`;
    try {
      const handle = fs.openSync(fresh, "wx+");
      const file = new StateFile(fs, path, handle);
      file.#end = writeAll(fs, handle, headLine(head), 0);
      fs.fsyncSync(handle);
      fs.renameSync(fresh, path);
      return file;
    } catch (cause) {
      try {
        fs.rmSync(fresh, { force: true });
      } catch {
        // What may not be made may not be removed either.
      }
      throw new KalshiConfigError(`LocalExchange: \`state\` ${path} cannot be made: ${reasonOf(cause)}`, {
        cause,
      });
    }
  }

  /**
   * What it holds, oldest first. What has no end at the end of the file was never answered, for a command is written before
   * it is done: that is cut off. What is damaged otherwise throws.
   */
  *records(): Generator<StateRecord> {
    let number = 0;
    for (const { bytes, at, isWhole } of this.#lines()) {
      if (!isWhole) this.cutBytes = bytes.length;
      else {
        const record = ++number === 1 ? undefined : readRecord(bytes) ?? this.refuse(number, "is damaged");
        this.#end = at + bytes.length + 1;
        if (record !== undefined) yield record;
      }
    }
  }

  /** Throws for a line that cannot be followed. */
  refuse(line: number, what: string): never {
    throw new KalshiConfigError(
      `LocalExchange: line ${line} of the \`state\` ${this.#path} ${what}. The file was left as it is: mend it, or give another path.`,
    );
  }

  /** Everything was read and done: what is damaged at the end is kept beside the file, and what comes is appended. */
  begin(): void {
    const fs = this.#fs;
    try {
      if (this.cutBytes > 0) {
        const cut = new Uint8Array(this.cutBytes);
        fs.readSync(this.#file, cut, 0, cut.length, this.#end);
        fs.appendFileSync(`${this.#path}.cut`, cut);
        fs.ftruncateSync(this.#file, this.#end);
      }
    } catch (cause) {
      throw new KalshiConfigError(
        `LocalExchange: \`state\` ${this.#path} cannot be written: ${reasonOf(cause)}`,
        { cause },
      );
    }
  }

  /** Writes a command. When that fails nothing more is written: what was half written must stay the end. */
  keep(at: number, n: number, command: Command): void {
    if (this.#broken !== undefined) throw new KalshiConfigError(this.#broken);
    try {
      const { size, nlink } = this.#fs.fstatSync(this.#file);
      if (size !== this.#end) throw new Error("another exchange has opened it, or it was changed");
      if (nlink === 0) throw new Error("it was deleted");
      this.#end = writeAll(this.#fs, this.#file, recordLine({ at, n, command }), this.#end);
    } catch (cause) {
      this.#broken = `The state ${this.#path} cannot be written: ${
        reasonOf(cause)
      }. Nothing is done any longer that would be lost: start the exchange again.`;
      throw new KalshiConfigError(this.#broken, { cause });
    }
  }

  /** Takes it away again: nothing was done with it. */
  remove(): void {
    this.close();
    this.#fs.rmSync(this.#path, { force: true });
  }

  /** Hands it over to the disk, and closes it. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#broken ??= `The state ${this.#path} is closed.`;
    try {
      this.#fs.fsyncSync(this.#file);
    } catch {
      // A file that was opened to be read alone, or a disk that is gone: what was written was written.
    }
    this.#fs.closeSync(this.#file);
  }

  /** Its lines, read piece by piece. */
  *#lines(): Generator<Line> {
    let rest = new Uint8Array(0);
    let at = 0;
    for (let from = 0;;) {
      const piece = new Uint8Array(PIECE_BYTES);
      const read = this.#fs.readSync(this.#file, piece, 0, PIECE_BYTES, from);
      if (read === 0) break;
      from += read;
      const joined = new Uint8Array(rest.length + read);
      joined.set(rest);
      joined.set(piece.subarray(0, read), rest.length);
      let begins = 0;
      for (let ends = joined.indexOf(NEWLINE); ends !== -1; ends = joined.indexOf(NEWLINE, begins)) {
        yield { bytes: joined.subarray(begins, ends), at: at + begins, isWhole: true };
        begins = ends + 1;
      }
      at += begins;
      rest = joined.slice(begins);
    }
    if (rest.length > 0) yield { bytes: rest, at, isWhole: false };
  }
}
