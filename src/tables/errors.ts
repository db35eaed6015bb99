/** The error of tables, and what to do about what the system says of files. */
import { KalshiError } from "../base/errors.ts";

/**
 * A table in Parquet cannot be written or read: the disk failed, a value is not of its column's type, or a file is not
 * what it should be. The message says what to do; `cause` has what the system said.
 */
export class KalshiTableError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiTableError";
  /** The code of this class. */
  override readonly code = "TABLE";
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

/** What failed, what the system said of it, and what to do. */
export function failureText(what: string, cause: unknown): string {
  const { code, name, message } = (cause ?? {}) as Partial<Error> & { readonly code?: unknown };
  const advice = name === "NotCapable"
    ? "Allow it: --allow-read and --allow-write for the folder."
    : ADVICE[String(code)] ?? "";
  return `${what} (${message ?? String(cause)}). ${advice}`.trim();
}

/** The error for what a system call threw. */
export function tableError(what: string, cause: unknown): KalshiTableError {
  if (cause instanceof KalshiTableError) return cause;
  return new KalshiTableError(failureText(what, cause), { cause });
}
