/**
 * Files into tables, one after the other.
 *
 * @module
 */
import { KalshiTableError } from "../../tables/errors.ts";
import { KalshiRecordingError } from "../errors.ts";
import { numberOf } from "../format.ts";
import { LineReader } from "../read_line.ts";
import type { FileSource } from "../source.ts";
import type { FileExportOptions } from "./export_file.ts";
import { type BadManifest, type Manifest, readManifests, tablesIn } from "./layout.ts";

/** What is in the folder of the tables. */
interface Found {
  readonly manifests: Map<number | undefined, Manifest>;
  readonly bad: ReadonlyMap<number | undefined, BadManifest>;
  /** Tables by their numbers, those of no manifest among them. */
  readonly tables: ReadonlyMap<number | undefined, readonly string[]>;
}

/** Exports files one after the other, each with what the ones before it tell. */
export class ExportSteps {
  readonly #options: FileExportOptions;
  readonly #reader = new LineReader({ channels: undefined, tickers: undefined });
  #found: Found | undefined;

  constructor(options: FileExportOptions) {
    this.#options = options;
  }

  /** The manifests that cannot be read, and so cost their tables. */
  async bad(): Promise<readonly BadManifest[]> {
    return [...(await this.#look()).bad.values()];
  }

  /**
   * Exports the next file, unless its tables are there.
   *
   * @throws {KalshiRecordingError} where other tables are where its own would be
   */
  async export(
    source: FileSource,
    onRows?: (rows: number) => void,
  ): Promise<{ readonly manifest: Manifest; readonly isNew: boolean }> {
    const { manifests, bad } = await this.#look();
    const { name, bytes } = source.file;
    const number = numberOf(name);
    const old = manifests.get(number);
    const other = old?.file ?? bad.get(number)?.file;
    // The name of a manifest does not tell whether its lines were packed.
    if (other !== undefined && stemOf(other) !== stemOf(name)) {
      throw await this.#taken(`its file ${other}`, source);
    }
    if (old?.bytes === bytes) {
      this.#reader.restore(old.reader);
      return { manifest: old, isNew: false };
    }
    await this.#assertOwn(source, old);
    // With an encoder, which nobody needs who exports nothing.
    const { exportFile } = await import("./export_file.ts");
    const manifest = await exportFile({ ...this.#options, onRows }, source, this.#reader, old);
    manifests.set(number, manifest);
    return { manifest, isNew: true };
  }

  async #look(): Promise<Found> {
    const { files, dir } = this.#options;
    if (this.#found !== undefined) return this.#found;
    const { good, bad } = await readManifests(files, dir);
    return this.#found = {
      manifests: new Map(good.map((manifest) => [numberOf(manifest.file), manifest])),
      bad: new Map(bad.map((found) => [numberOf(found.file), found])),
      tables: await tablesIn(files, dir),
    };
  }

  /** Tables without a manifest are written over where they say themselves that they are of the same file. */
  async #assertOwn(source: FileSource, old: Manifest | undefined): Promise<void> {
    const { files, dir } = this.#options;
    const { tables } = await this.#look();
    const { name } = source.file;
    const known = new Set(old?.tables.map(({ path }) => path));
    for (const place of tables.get(numberOf(name)) ?? []) {
      if (known.has(place)) continue;
      const { TableReader } = await import("../../tables/mod.ts");
      let of = "";
      try {
        const table = await TableReader.open(files.path.join(dir, ...place.split("/")));
        of = table.metadata.recording ?? "";
        await table.close();
      } catch (error) {
        if (!(error instanceof KalshiTableError)) throw error;
      }
      if (stemOf(of) !== stemOf(name)) throw await this.#taken(place, source);
    }
  }

  async #taken(what: string, source: FileSource): Promise<KalshiRecordingError> {
    const { name } = source.file;
    // The files after it are read as those that come after it.
    const everything = { fromMs: -Infinity, toMs: Infinity, signal: this.#options.signal };
    for await (const run of source.read(this.#reader, everything)) {
      for (const _ of run);
    }
    return new KalshiRecordingError(
      `${this.#options.dir} has the tables of another recording: ${what} is where ${name} would be. Give another folder.`,
    );
  }
}

const stemOf = (file: string) => file.replace(/\.jsonl(\.gz)?$/, "");
