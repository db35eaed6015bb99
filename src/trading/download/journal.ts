/**
 * What a folder of history holds, as a file of lines that only grows. Rows count when a line says so, with the files that
 * hold them and where to go on, so that a process may be killed at any moment: what no line names is deleted and
 * downloaded again. Each run begins with a line of its own, and lines of the runs before it count no more from there on,
 * so that of two processes in one folder the later one goes on and the other ends.
 *
 * @module
 */
import { KalshiConfigError } from "../../base/errors.ts";
import type { FileHandle, NodeFiles } from "../../tables/node_files.ts";
import { tableError } from "../../tables/errors.ts";

/** A time of one market, or of all of them, that is read at one go. */
export interface Scope {
  /** Market ticker; of settled markets some, with commas; all of them where it is left out. */
  readonly ticker?: string;
  /** A series, where its markets are asked for. */
  readonly series?: string;
  /** Which of Kalshi's two lists is asked; both unless told. */
  readonly tier?: "live" | "historical";
  /** Of the historical list: since when markets were in the live one when the download began. */
  readonly cutoffMs?: number;
  /** From when on, in Unix milliseconds; from the beginning unless told. */
  readonly fromMs?: number;
  /** Until when, not included. */
  readonly toMs: number;
}

/** A time that was asked for, and what is to be read for it. */
export interface Span {
  readonly fromMs?: number;
  readonly toMs: number;
  readonly scopes: readonly Scope[];
}

/** Where to go on: in which scope, and what its walk needs to know. */
export interface Stand {
  readonly scope: number;
  /** What the walk of the scope has to say of itself. */
  readonly at?: unknown;
}

/** What must be the same in each run of a folder. */
export type Plan = Readonly<Record<string, unknown>>;

/** A file of rows, by its path below the folder. */
export interface JournalFile {
  readonly name: string;
  readonly rows: number;
}

/** What the lines say. */
export interface JournalState {
  plan: Plan | undefined;
  /** The last time that was asked for. */
  span: Span | undefined;
  /** Where to go on in it; undefined where it is done. */
  stand: Stand | undefined;
  readonly files: JournalFile[];
  /** The names of all runs, which the names of their files begin with. */
  readonly runs: Set<string>;
}

type Line =
  & { readonly run: string }
  & (
    | { readonly type: "run" }
    | { readonly type: "plan"; readonly plan: Plan }
    | { readonly type: "span"; readonly span: Span }
    | {
      readonly type: "rows";
      readonly files: readonly (readonly [name: string, rows: number])[];
      readonly stand: Stand | null;
    }
  );

function* linesOf(text: string): Generator<Line, void, undefined> {
  for (const line of text.split("\n")) {
    if (line === "") continue;
    try {
      yield JSON.parse(line) as Line;
    } catch {
      // A line that was being written when the power failed: what it would have said does not count.
    }
  }
}

function read(text: string): JournalState {
  const state: JournalState = {
    plan: undefined,
    span: undefined,
    stand: undefined,
    files: [],
    runs: new Set(),
  };
  let run: string | undefined;
  for (const line of linesOf(text)) {
    if (line.type === "run") state.runs.add(run = line.run);
    if (line.run !== run) continue;
    if (line.type === "plan") state.plan = line.plan;
    if (line.type === "span") {
      state.span = line.span;
      state.stand = { scope: 0 };
    }
    if (line.type === "rows") {
      for (const [name, rows] of line.files) state.files.push({ name, rows });
      state.stand = line.stand ?? undefined;
    }
  }
  return state;
}

/** What the lines of a folder say, for whoever reads it; undefined where there are none. */
export async function readJournal({ fs }: NodeFiles, path: string): Promise<JournalState | undefined> {
  try {
    return read(await fs.readFile(path, "utf8"));
  } catch (cause) {
    if ((cause as { readonly code?: unknown }).code === "ENOENT") return undefined;
    throw tableError(`${path} cannot be read`, cause);
  }
}

/** The journal of one run. */
export class Journal {
  readonly #files: NodeFiles;
  readonly #path: string;
  readonly #handle: FileHandle;
  /** What it says. */
  readonly state: JournalState;
  /** The name of this run, which its files begin with. */
  readonly run: string;
  /** Up to where it was read. */
  #readTo: number;
  /** Whether a later run has begun: what this one says does not count any more. */
  #isSuperseded: boolean;

  private constructor(
    files: NodeFiles,
    path: string,
    handle: FileHandle,
    run: string,
    text: string,
  ) {
    this.#files = files;
    this.#path = path;
    this.#handle = handle;
    this.run = run;
    this.state = read(text);
    this.#readTo = new TextEncoder().encode(text).length;
    const runs = [...linesOf(text)].filter(({ type }) => type === "run");
    this.#isSuperseded = runs.at(-1)?.run !== run;
  }

  /** Begins a run: from here on, lines of earlier ones count no more. */
  static async open(files: NodeFiles, path: string): Promise<Journal> {
    const run = crypto.randomUUID().slice(0, 8);
    try {
      const handle = await files.fs.open(path, "a", 0o666);
      await handle.appendFile(`\n${JSON.stringify({ run, type: "run" } satisfies Line)}\n`);
      await handle.datasync();
      return new Journal(files, path, handle, run, await files.fs.readFile(path, "utf8"));
    } catch (cause) {
      throw tableError(`${path} cannot be written`, cause);
    }
  }

  /** Says what each run of the folder must ask for. */
  async setPlan(plan: Plan): Promise<void> {
    if (!await this.#append({ run: this.run, type: "plan", plan })) throw this.superseded();
    this.state.plan = plan;
  }

  /** Says what time is downloaded from now on. */
  async setSpan(span: Span): Promise<void> {
    if (!await this.#append({ run: this.run, type: "span", span })) throw this.superseded();
    this.state.span = span;
    this.state.stand = { scope: 0 };
  }

  /**
   * Says that files count, and where to go on; undefined where the time is done. False where a later run has begun, for
   * which they do not count.
   */
  async add(files: readonly JournalFile[], stand: Stand | undefined): Promise<boolean> {
    const names = files.map(({ name, rows }) => [name, rows] as const);
    if (!await this.#append({ run: this.run, type: "rows", files: names, stand: stand ?? null })) {
      return false;
    }
    this.state.files.push(...files);
    this.state.stand = stand;
    return true;
  }

  /** A second call is harmless. */
  async close(): Promise<void> {
    await this.#handle.close().catch(() => {});
  }

  /** Whether another run has begun, so that this one must end. */
  async isSuperseded(): Promise<boolean> {
    this.#look(await this.#new());
    return this.#isSuperseded;
  }

  /** Writes a line. False where it does not count, since another run began before it. */
  async #append(line: Line): Promise<boolean> {
    if (this.#isSuperseded) return false;
    try {
      await this.#handle.appendFile(`${JSON.stringify(line)}\n`);
      await this.#handle.datasync();
      return this.#look(await this.#new());
    } catch (cause) {
      throw tableError(`${this.#path} cannot be written`, cause);
    }
  }

  /** Looks at what was written: whether there is a line of ours that counts. */
  #look(text: string): boolean {
    let counts = false;
    for (const { type, run } of linesOf(text)) {
      if (run === this.run) counts = !this.#isSuperseded;
      else if (type === "run") this.#isSuperseded = true;
    }
    return counts;
  }

  /** The error of a run that another one has taken over. */
  superseded(): KalshiConfigError {
    return new KalshiConfigError(
      `${this.#path}: another process began to download into this folder, and goes on; this one ends. ` +
        "Have one process for each folder.",
    );
  }

  /** What was written since the last look. */
  async #new(): Promise<string> {
    const handle = await this.#files.fs.open(this.#path, "r");
    try {
      const { size } = await handle.stat();
      const bytes = new Uint8Array(Math.max(0, size - this.#readTo));
      let length = 0;
      while (length < bytes.length) {
        const { bytesRead } = await handle.read(bytes, length, bytes.length - length, this.#readTo + length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      this.#readTo += length;
      return new TextDecoder().decode(bytes.subarray(0, length));
    } finally {
      await handle.close();
    }
  }
}
