/**
 * What every command is given.
 *
 * @module
 */
import type { CliIo } from "./io.ts";
import { openProgress, type Progress } from "./progress.ts";

/** What every command is given. */
export interface CliContext {
  /** Its world. */
  readonly io: CliIo;
  /**
   * Aborts when the command is to end: to be handed to every call and to be looked at by every loop. What is thrown
   * since it aborted is no failure.
   */
  readonly signal: AbortSignal;
  /** Opens a line that says how far long work has come: on stderr, where that is a terminal. */
  progress(): Progress;
}

/** What the commands of one run are given. */
export function makeContext(io: CliIo): CliContext {
  return { io, signal: io.signal, progress: () => openProgress(io) };
}
