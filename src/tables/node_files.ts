/**
 * Node's modules, which Deno, Bun and Node have. They are loaded by whoever opens a recording or writes a table, so
 * that the entries can be imported everywhere.
 *
 * @module
 */
import { KalshiConfigError } from "../base/errors.ts";

/** Node's files. */
export type Fs = typeof import("node:fs/promises");
/** An open file. */
export type FileHandle = Awaited<ReturnType<Fs["open"]>>;

/** What recordings and tables are written and read with. */
export interface NodeFiles {
  readonly fs: Fs;
  readonly plain: typeof import("node:fs");
  readonly zlib: typeof import("node:zlib");
  readonly os: typeof import("node:os");
  readonly path: typeof import("node:path");
}

/**
 * Loads them.
 *
 * @param what what needs them, for the error
 * @throws {KalshiConfigError} in a runtime without files
 */
export async function loadNodeFiles(what = "Recordings"): Promise<NodeFiles> {
  // Not for bundlers: where there are no files there are no such modules.
  const load = async <T>(name: string): Promise<T> => await import(`node:${name}`) as T;
  try {
    return {
      fs: await load("fs/promises"),
      plain: await load("fs"),
      zlib: await load("zlib"),
      os: await load("os"),
      path: await load("path"),
    };
  } catch (cause) {
    throw new KalshiConfigError(`${what} need a runtime with files: Deno, Bun or Node.`, { cause });
  }
}

/** Makes a folder, and those above it, where they are not there. */
export async function makeFolder(files: NodeFiles, dir: string): Promise<void> {
  const { fs, path } = files;
  try {
    await fs.mkdir(dir);
  } catch (cause) {
    const isFolder = (at: string) => fs.stat(at).then((found) => found.isDirectory(), () => false);
    if (await isFolder(dir)) return;
    const { code } = cause as { readonly code?: unknown };
    const parent = path.dirname(path.resolve(dir));
    // Node 20 never comes back from `recursive` where the parent is there and takes no folder, as in /proc.
    if (code !== "ENOENT" || parent === path.resolve(dir) || await isFolder(parent)) throw cause;
    await makeFolder(files, parent);
    await fs.mkdir(dir);
  }
}

/** Has the names in a folder on the disk, where the system knows how. */
export async function syncFolder({ fs }: NodeFiles, dir: string): Promise<void> {
  // Windows opens no folders, and has no need to.
  const handle = await fs.open(dir, "r").catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
