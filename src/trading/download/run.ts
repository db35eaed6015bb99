/**
 * Downloads: kind after kind, span after span, and what has come to the disk in between.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { KalshiConfigError } from "../../base/errors.ts";
import { tell } from "../../base/tell.ts";
import type { KalshiClient } from "../../client.ts";
import { tableError } from "../../tables/errors.ts";
import { loadNodeFiles, makeFolder, type NodeFiles } from "../../tables/node_files.ts";
import { type CandleInterval, Periods } from "../history/times.ts";
import { FeeFacts } from "./fee_facts.ts";
import { Journal, type JournalFile, type Plan, type Scope, type Span, type Stand } from "./journal.ts";
import type { HistoryKind, HistoryRowOf } from "./kinds.ts";
import type { DownloadProgress } from "./options.ts";
import { assertKnown, Parts, remove, sweep } from "./parts.ts";
import { dayOfFile, journalOf, pathOf } from "./paths.ts";
import { readTickers } from "./read_rows.ts";
import { scopesOf, type Wanted } from "./scopes.ts";
import { walkMarkets } from "./settled_markets.ts";
import { type Piece, walkCandles, walkTrades } from "./walks.ts";

/** A download, by options that were checked. */
export interface DownloadWork {
  readonly client: KalshiClient;
  readonly dir: string;
  readonly kinds: readonly HistoryKind[];
  readonly wanted: Wanted;
  readonly fromMs: number | undefined;
  readonly toMs: number;
  readonly interval: CandleInterval;
  readonly fillGaps: boolean;
  readonly batchRows: number;
  readonly onProgress: ((progress: DownloadProgress) => void) | undefined;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
}

/** What a folder holds of one kind. */
export interface DownloadedKind {
  /** What it is. */
  readonly kind: HistoryKind;
  /** Until when it is whole, not included, in Unix milliseconds. */
  readonly toMs: number;
  /** Its rows, those of earlier runs as well. */
  readonly rows: number;
  /** Its files. */
  readonly files: number;
}

/** What a download has come to. */
export interface DownloadedHistory {
  /** The folder. */
  readonly dir: string;
  /** What it holds. */
  readonly kinds: readonly DownloadedKind[];
  /** Pages that this run has read. */
  readonly calls: number;
}

/** Rows come to the disk after so many calls, however few they are. */
const BATCH_CALLS = 500;
/** Settled markets are long: a hundred times as much as a trade. */
const BATCH_MARKETS = 5_000;

/** Downloads every kind that was asked for. */
export async function runDownload(work: DownloadWork): Promise<DownloadedHistory> {
  const files = await loadNodeFiles("Downloads");
  const { dir, kinds } = work;
  try {
    await makeFolder(files, dir);
  } catch (cause) {
    throw tableError(`${dir} cannot be written`, cause);
  }
  for (const kind of kinds) await assertKnown(files, dir, kind);
  const course = new Course(work);
  const done: DownloadedKind[] = [];
  for (const kind of kinds) {
    const journal = await Journal.open(files, files.path.join(dir, journalOf(kind)));
    try {
      done.push(await new KindDownload(work, kind, files, journal, course).run());
    } finally {
      await journal.close();
    }
    course.endKind();
  }
  return { dir, kinds: done, calls: course.calls };
}

/** How far all of it is, and how long the rest takes. */
class Course {
  readonly #work: DownloadWork;
  readonly #startedMs: number;
  #kindsDone = 0;
  /** What part was done when this run began. */
  #before: number | undefined;
  calls = 0;

  constructor(work: DownloadWork) {
    this.#work = work;
    this.#startedMs = work.clock.monotonic();
  }

  endKind(): void {
    this.#kindsDone++;
  }

  tell(kindDone: number, facts: Omit<DownloadProgress, "calls" | "done" | "restMs">): void {
    const { kinds, clock, onProgress } = this.#work;
    const done = Math.min(1, (this.#kindsDone + kindDone) / kinds.length);
    this.#before ??= done;
    const made = done - this.#before;
    const tookMs = clock.monotonic() - this.#startedMs;
    const restMs = done === 1 ? 0 : made > 0 ? Math.round(tookMs * (1 - done) / made) : undefined;
    tell(onProgress, () => ({ ...facts, calls: this.calls, done, restMs }));
  }
}

/** The download of one kind. */
class KindDownload<Kind extends HistoryKind> {
  readonly #work: DownloadWork;
  readonly #kind: Kind;
  readonly #files: NodeFiles;
  readonly #journal: Journal;
  readonly #course: Course;
  readonly #parts: Parts<Kind>;
  readonly #fees: FeeFacts;
  #commits = 0;
  /** Whether rows did not come to the disk: where to go on is not known beyond them. */
  #hasFailed = false;
  /** Calls since rows came to the disk. */
  #calls = 0;

  constructor(work: DownloadWork, kind: Kind, files: NodeFiles, journal: Journal, course: Course) {
    this.#work = work;
    this.#kind = kind;
    this.#files = files;
    this.#journal = journal;
    this.#course = course;
    this.#parts = new Parts(kind);
    this.#fees = new FeeFacts(work.client, work.clock.now(), work.signal);
  }

  async run(): Promise<DownloadedKind> {
    const { state } = this.#journal;
    await this.#plan();
    await sweep(this.#files, this.#work.dir, this.#kind, state);
    // What was begun is ended first, and then it goes on to the time that is asked for now.
    if (state.stand !== undefined) await this.#span();
    const toMs = this.#until();
    if (state.span === undefined || state.span.toMs < toMs) {
      // The folder's own beginning, which may be earlier than what is asked for now.
      const { fromMs } = state.plan as { readonly fromMs?: number };
      await this.#journal.setSpan(await this.#makeSpan(state.span?.toMs ?? fromMs, toMs));
      await this.#span();
    }
    await sweep(this.#files, this.#work.dir, this.#kind, state);
    return {
      kind: this.#kind,
      toMs: state.span?.toMs ?? toMs,
      rows: this.#rows(),
      files: state.files.length,
    };
  }

  /** Refuses a folder that holds something else, of which nobody could say what is missing. */
  async #plan(): Promise<void> {
    const { wanted, fromMs, interval, fillGaps, dir, client } = this.#work;
    const plan: Plan = {
      kind: this.#kind,
      exchange: client.config.baseUrl,
      wanted,
      ...fromMs !== undefined && { fromMs },
      ...this.#kind === "candles" && { interval, fillGaps },
    };
    const { plan: before } = this.#journal.state;
    if (before === undefined) return await this.#journal.setPlan(plan);
    const other = Object.keys({ ...before, ...plan })
      .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(plan[name]))
      // Who asks for less than there is has it.
      .filter((name) => name !== "fromMs" || Number(before.fromMs ?? 0) > (fromMs ?? 0));
    if (other.length === 0) return;
    throw new KalshiConfigError(
      `downloadHistory: ${dir} holds ${this.#kind} that were asked for in another way (${
        other.map((name) => ({ wanted: "tickers or series", fromMs: "from" })[name] ?? name).join(", ")
      }). Ask for the same, or give another folder.`,
    );
  }

  /** Until when: of candles, as far as whole periods go. */
  #until(): number {
    const { toMs, interval } = this.#work;
    return this.#kind === "candles" ? new Periods(interval).beginOf(toMs) : toMs;
  }

  async #makeSpan(fromMs: number | undefined, toMs: number): Promise<Span> {
    const { client, wanted, signal } = this.#work;
    const time = { fromMs, toMs };
    const scopes = await scopesOf(this.#kind, client, wanted, time, signal);
    return { ...fromMs !== undefined && { fromMs }, toMs, scopes };
  }

  /** Goes through the scopes of the last span, from where it stands. */
  async #span(): Promise<void> {
    const { span, stand: begun } = this.#journal.state;
    if (span === undefined || begun === undefined) return;
    let stand: Stand | undefined = begun;
    try {
      for (const [scope, of] of span.scopes.entries()) {
        if (scope < begun.scope) continue;
        // It leaves out what the files hold.
        if (of.tier === "historical") await this.#commit(stand);
        const from: unknown = stand.scope === scope ? stand.at : undefined;
        for await (const { rows, isLast, at, done } of this.#walk(of, from)) {
          this.#parts.add(rows);
          stand = isLast ? { scope: scope + 1 } : { scope, at };
          this.#calls++;
          this.#course.calls++;
          if (this.#isFull()) await this.#commit(stand);
          this.#tell(span, scope, done);
        }
        stand = { scope: scope + 1 };
        if (this.#isFull()) await this.#commit(stand);
      }
      stand = undefined;
    } finally {
      // Also where a call has failed, or it was told to end: what has come is kept.
      await this.#commit(stand);
    }
    this.#tell(span, span.scopes.length, 0);
  }

  #isFull(): boolean {
    const { batchRows } = this.#work;
    const most = this.#kind === "markets" ? Math.min(batchRows, BATCH_MARKETS) : batchRows;
    return this.#parts.length >= most || this.#calls >= BATCH_CALLS;
  }

  /** Has the rows that wait on the disk, and says where to go on behind them. */
  async #commit(stand: Stand | undefined): Promise<void> {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const prefix = `${this.#journal.run}-${this.#commits++}`;
    let files: readonly JournalFile[] = [];
    try {
      files = await this.#parts.write(this.#files, this.#work.dir, prefix);
    } catch (error) {
      // Another process has begun, and cleared what does not count for it.
      throw await this.#journal.isSuperseded() ? this.#journal.superseded() : error;
    }
    if (!await this.#journal.add(files, stand)) {
      // The process that goes on downloads them again.
      await remove(this.#files, this.#work.dir, files);
      throw this.#journal.superseded();
    }
    this.#calls = 0;
    this.#hasFailed = false;
  }

  #walk(scope: Scope, at: unknown): AsyncGenerator<Piece<HistoryRowOf[Kind]>, void, undefined> {
    const { interval, fillGaps } = this.#work;
    const walk = this.#kind === "trades"
      ? walkTrades(this.#work, scope, at)
      : this.#kind === "candles"
      ? walkCandles(this.#work, scope, at, interval, fillGaps)
      : walkMarkets(
        { ...this.#work, fees: this.#fees, known: (from, to) => this.#known(from, to) },
        scope,
        at,
      );
    return walk as AsyncGenerator<Piece<HistoryRowOf[Kind]>, void, undefined>;
  }

  /** The tickers of the files of a time. */
  async #known(fromMs: number, toMs: number): Promise<ReadonlySet<string>> {
    const known = new Set<string>();
    for (const { name } of this.#journal.state.files) {
      const dayMs = Date.parse(dayOfFile(name));
      if (dayMs + 86_400_000 <= fromMs || dayMs >= toMs) continue;
      const path = pathOf(this.#files, this.#work.dir, name);
      for (const ticker of await readTickers(path)) known.add(ticker);
    }
    return known;
  }

  #rows(): number {
    return this.#journal.state.files.reduce((sum, { rows }) => sum + rows, 0);
  }

  #tell(span: Span, scope: number, done: number): void {
    const { length } = span.scopes;
    const { ticker } = span.scopes[scope] ?? {};
    this.#course.tell(length === 0 ? 1 : (scope + done) / length, {
      kind: this.#kind,
      ticker,
      rows: this.#rows(),
      files: this.#journal.state.files.length,
      spans: length,
      spansDone: done === 1 ? scope + 1 : scope,
    });
  }
}
