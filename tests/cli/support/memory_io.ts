/** A world of a command line that is made of memory. */
import type { CliIo, CliWriter } from "../../../src/cli/io.ts";
import { untilAborted } from "../../../src/base/waits.ts";

export interface MemoryWriter extends CliWriter {
  readonly text: () => string;
}

export interface MemoryIo extends CliIo {
  readonly stdout: MemoryWriter;
  readonly stderr: MemoryWriter;
}

export interface MemoryIoOptions {
  readonly isTerminal?: boolean;
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** What the person types, line by line. */
  readonly answers?: readonly string[];
  readonly signal?: AbortSignal;
}

function writer(isTerminal: boolean, columns: number): MemoryWriter {
  let text = "";
  return {
    isTerminal,
    columns,
    lines: 24,
    text: () => text,
    write: (more) => {
      text += more;
      return Promise.resolve();
    },
  };
}

/** Makes one. */
export function memoryIo(
  { isTerminal = false, columns = 80, env = {}, answers = [], signal = new AbortController().signal }:
    MemoryIoOptions = {},
): MemoryIo {
  const lines = [...answers];
  return {
    stdout: writer(isTerminal, columns),
    stderr: writer(isTerminal, columns),
    stdin: { isTerminal, readLine: (signal) => untilAborted(Promise.resolve(lines.shift()), signal) },
    env,
    signal,
  };
}
