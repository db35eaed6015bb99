/**
 * Files into tables, one after the other.
 *
 * @module
 */
import { KalshiRecordingError } from "../errors.ts";
import { numberOf } from "../format.ts";
import { LineReader } from "../read_line.ts";
import type { FileSource } from "../source.ts";
import type { FileExportOptions } from "./export_file.ts";
import { type Manifest, readManifests } from "./layout.ts";

/** Exports files one after the other, each with what the ones before it tell. */
export class ExportSteps {
  readonly #options: FileExportOptions;
  readonly #reader = new LineReader({ channels: undefined, tickers: undefined });
  #manifests: Promise<Map<number | undefined, Manifest>> | undefined;

  constructor(options: FileExportOptions) {
    this.#options = options;
  }

  /** Exports the next file, unless its tables are there. */
  async export(
    source: FileSource,
    onRows?: (rows: number) => void,
  ): Promise<{ readonly manifest: Manifest; readonly isNew: boolean }> {
    const { files, dir } = this.#options;
    const manifests =
      await (this.#manifests ??= readManifests(files, dir).then((found) =>
        new Map(found.map((manifest) => [numberOf(manifest.file), manifest]))
      ));
    const { name, bytes } = source.file;
    const old = manifests.get(numberOf(name));
    if (old !== undefined && old.file !== name) {
      throw new KalshiRecordingError(
        `${dir} has the tables of another recording: its file ${old.file} is where ${name} would be. Give another folder.`,
      );
    }
    if (old?.bytes === bytes) {
      this.#reader.restore(old.reader);
      return { manifest: old, isNew: false };
    }
    // With an encoder, which nobody needs who exports nothing.
    const { exportFile } = await import("./export_file.ts");
    const manifest = await exportFile({ ...this.#options, onRows }, source, this.#reader, old);
    manifests.set(numberOf(name), manifest);
    return { manifest, isNew: true };
  }
}
