/**
 * What every command is given.
 *
 * @module
 */
import type { CliIo } from "./io.ts";

/** What every command is given. */
export interface CliContext {
  /** Its world. */
  readonly io: CliIo;
  /**
   * Aborts when the command is to end: to be handed to every call and to be looked at by every loop. What is thrown
   * since it aborted is no failure.
   */
  readonly signal: AbortSignal;
}
