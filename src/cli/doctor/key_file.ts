/**
 * Who may read the file of a key.
 *
 * @module
 */
import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import process from "node:process";

/** What to do where others than its owner may read the file; undefined where nothing is wrong, or not known. */
export async function keyFileWarning(path: string | undefined): Promise<string | undefined> {
  if (path === undefined || path === "" || process.platform === "win32") return undefined;
  const file = path.startsWith("~/") ? homedir() + path.slice(1) : path;
  try {
    const { mode } = await stat(file);
    return (mode & 0o077) === 0 ? undefined : `Others on this machine may read its file: chmod 600 ${path}`;
  } catch {
    // A URL, or a file that is no more: the key itself has been read.
    return undefined;
  }
}
