/**
 * The world of a process: its streams, its environment, its signals. Node, Deno and Bun alike.
 *
 * @module
 */
import process from "node:process";
import { createInterface } from "node:readline";
import { systemClock } from "../base/clock.ts";
import { onAborted } from "../base/waits.ts";
import { type CliInput, type CliIo, CliStop, type CliWriter } from "./io.ts";

type Stream = typeof process.stdout | typeof process.stderr;

/** Writes to a stream of the process; what nobody reads any more is told once, and then swallowed. */
class StreamWriter implements CliWriter {
  readonly #stream: Stream;
  #isClosed = false;
  /** Those who wait until more can be written. */
  readonly #waiting = new Set<() => void>();

  constructor(stream: Stream, onClosed: () => void) {
    this.#stream = stream;
    const proceed = () => {
      for (const go of this.#waiting) go();
      this.#waiting.clear();
    };
    stream.on("drain", proceed);
    stream.on("error", () => {
      // EPIPE and the like: whatever it is, nothing more can be said there.
      if (!this.#isClosed) onClosed();
      this.#isClosed = true;
      proceed();
    });
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY === true;
  }

  get columns(): number {
    return this.#stream.columns || 80;
  }

  get lines(): number {
    return this.#stream.rows || 24;
  }

  write(text: string): Promise<void> {
    if (this.#isClosed || text === "" || this.#stream.write(text)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  /** Resolves when everything has been handed to the system. */
  flush(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      this.#stream.write("", () => resolve());
    });
  }
}

const input: CliInput = {
  get isTerminal() {
    return process.stdin.isTTY === true;
  },
  readLine(signal) {
    return new Promise((resolve, reject) => {
      const lines = createInterface({ input: process.stdin });
      const unheard = onAborted(signal, () => {
        // First: closing tells of the end of the input.
        reject(signal.reason);
        lines.close();
      });
      lines.once("line", (line) => {
        unheard();
        resolve(line);
        lines.close();
      });
      lines.once("close", () => {
        unheard();
        resolve(undefined);
      });
    });
  },
};

/** The world of this process, and what hands over the last of its output. */
export interface ProcessIo extends CliIo {
  /** Resolves when all output has been handed to the system. */
  flush(): Promise<void>;
}

/**
 * Opens the world of this process. From here on Ctrl-C does not end it at once: a command does, cleanly. A second
 * Ctrl-C does.
 */
export function processIo(): ProcessIo {
  const stop = new AbortController();
  const signals = { SIGINT: "interrupted", SIGTERM: "terminated" } as const;
  for (const [name, why] of Object.entries(signals)) {
    try {
      process.on(name, () => {
        if (stop.signal.aborted) process.exit(why === "interrupted" ? 130 : 143);
        stop.abort(new CliStop(why));
      });
    } catch {
      // A system without this signal.
    }
  }
  const stdout = new StreamWriter(process.stdout, () => stop.abort(new CliStop("unread")));
  const stderr = new StreamWriter(process.stderr, () => {});
  return {
    stdout,
    stderr,
    stdin: input,
    env: process.env,
    signal: stop.signal,
    clock: systemClock,
    flush: async () => {
      await Promise.all([stdout.flush(), stderr.flush()]);
    },
  };
}
