/**
 * One file of a recording into its tables. It is either all there, with its manifest, or it is not there.
 *
 * @module
 */
import { type NodeFiles, syncFolder } from "../../tables/node_files.ts";
import type { LineReader } from "../read_line.ts";
import { assertGoesOn, type FileSource } from "../source.ts";
import { FileTables } from "./file_tables.ts";
import { type Manifest, MANIFESTS, removeManifest, writeManifest } from "./layout.ts";

/** How files are exported. */
export interface FileExportOptions {
  readonly files: NodeFiles;
  /** The folder of the lines. */
  readonly from: string;
  /** The folder of the tables. */
  readonly dir: string;
  readonly level: number;
  readonly signal?: AbortSignal | undefined;
  /** How many rows are encoded at once, at most. */
  readonly groupRows?: number | undefined;
  /** Lets others have a turn. */
  readonly pause?: (() => Promise<void> | undefined) | undefined;
  /** Told of rows now and then. */
  readonly onRows?: ((rows: number) => void) | undefined;
}

/** How many items are between two words of progress. */
const TOLD = 10_000;
/** How many items are between two looks at the time. */
const LOOKED = 64;

/**
 * Exports a file; `reader` knows what came before it, and then what comes behind it. What an attempt that was killed has
 * left is written over.
 *
 * @param old what the file became before it was what it is now
 */
export async function exportFile(
  options: FileExportOptions,
  { file, read }: FileSource,
  reader: LineReader,
  old: Manifest | undefined,
): Promise<Manifest> {
  const { files, from, dir, level, signal, groupRows, pause, onRows } = options;
  const { path, fs } = files;
  if (old !== undefined) await removeManifest(files, dir, old.file);
  const mode = (await fs.stat(path.join(from, file.name))).mode & 0o666;
  const tables = new FileTables({ files, dir, file: file.name, mode, level, groupRows, pause });
  try {
    let items = 0;
    for await (const run of read(reader, { fromMs: -Infinity, toMs: Infinity, signal })) {
      for (const item of run) {
        const adding = tables.add(item);
        if (adding !== undefined) await adding;
        if (++items % TOLD === 0) onRows?.(tables.rows);
        const pausing = items % LOOKED === 0 ? pause?.() : undefined;
        if (pausing !== undefined) await pausing;
      }
    }
    assertGoesOn(signal);
    const places = await tables.close();
    const manifest = {
      file: file.name,
      bytes: file.bytes,
      header: file.header ?? null,
      reader: reader.state,
    };
    const written = new Set(places.map((place) => place.path));
    for (const { path: stale } of old?.tables ?? []) {
      if (!written.has(stale)) await fs.rm(path.join(dir, ...stale.split("/")), { force: true });
    }
    const whole = await writeManifest(files, dir, { ...manifest, tables: places }, mode);
    await syncFolder(files, path.join(dir, MANIFESTS));
    onRows?.(tables.rows);
    return whole;
  } finally {
    await tables.discard();
  }
}
