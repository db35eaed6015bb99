/**
 * What the command line has of the world: where it writes, what it reads, and what ends it. Commands use nothing else,
 * so that a test can give them another world.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";

/** Where text goes. */
export interface CliWriter {
  /** Whether a person looks at it: colours, progress and live views are for terminals alone. */
  readonly isTerminal: boolean;
  /** How many letters a line of it holds, now; 80 where that is not known. */
  readonly columns: number;
  /** How many lines it holds, now; 24 where that is not known. */
  readonly lines: number;
  /**
   * Resolves when more can be written, so that whoever awaits it fills no memory with what is not read. Where nobody
   * reads any more (`kalshi trades | head`), it resolves as well, and the signal of {@linkcode CliIo} aborts.
   */
  write(text: string): Promise<void>;
}

/** Where answers of a person come from. */
export interface CliInput {
  /** Whether a person types. */
  readonly isTerminal: boolean;
  /** The next line; undefined at the end of the input. Rejects with the signal's reason when that aborts first. */
  readLine(signal: AbortSignal): Promise<string | undefined>;
}

/** Everything that a command has of the world. */
export interface CliIo {
  /** What was asked for. */
  readonly stdout: CliWriter;
  /** Everything else: progress, notes, questions, errors. */
  readonly stderr: CliWriter;
  /** For confirmations. */
  readonly stdin: CliInput;
  /** Environment variables by their names. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts with a {@linkcode CliStop} at Ctrl-C, when the process is told to end, and when nobody reads stdout. */
  readonly signal: AbortSignal;
  /** Time; the system's where it is left out. */
  readonly clock?: Clock | undefined;
}

/** Why a command is to end before it is done. */
export type StopReason = "interrupted" | "terminated" | "unread";

/** The reason with which the signal of {@linkcode CliIo} aborts. */
export class CliStop extends Error {
  /** The class name. */
  override readonly name: string = "CliStop";
  /** Ctrl-C, SIGTERM, or an output that nobody reads. */
  readonly why: StopReason;

  /** Made by whoever owns the signal. */
  constructor(why: StopReason) {
    super({ interrupted: "Ctrl-C.", terminated: "Told to end.", unread: "Nobody reads the output." }[why]);
    this.why = why;
  }
}
