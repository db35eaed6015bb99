/** The error of recordings. */
import { KalshiError } from "../base/errors.ts";

/**
 * A recording cannot be written or read, or another recorder writes into its folder. The message says what to do;
 * `cause` has what the system said.
 */
export class KalshiRecordingError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiRecordingError";
  /** The code of this class. */
  override readonly code = "RECORDING";
}

/** What to do about what the system says. */
const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: "Make room on the disk.",
  EFBIG: "Make room, or raise the limit of a file's size.",
  EDQUOT: "Make room on the disk.",
  EACCES: "Give a folder that this process may write to.",
  EPERM: "Give a folder that this process may write to.",
  EROFS: "Give a folder that this process may write to.",
  ENOTDIR: "Give a folder: there is a file of this name.",
  EEXIST: "Give a folder: there is a file of this name.",
  ENOENT: "There is no such folder, or it was removed: make it, or give another.",
  EMFILE: "Raise the limit of open files.",
};

/** The error for what a system call threw. */
export function recordingError(what: string, cause: unknown): KalshiRecordingError {
  if (cause instanceof KalshiRecordingError) return cause;
  const { code, name, message } = (cause ?? {}) as Partial<Error> & { readonly code?: unknown };
  const advice = name === "NotCapable"
    ? "Allow it: --allow-read and --allow-write for the folder."
    : ADVICE[String(code)] ?? "";
  return new KalshiRecordingError(`${what} (${message ?? String(cause)}). ${advice}`.trim(), { cause });
}
