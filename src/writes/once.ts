/**
 * Writes that take effect once, whatever happens to requests and answers on the way: what can be sent again is
 * sent again, and what may have happened is looked up. One loop serves a single write and each item of a batch.
 *
 * @module
 */

import { withContext } from "../base/error_classes.ts";
import { KalshiError } from "../base/errors.ts";
import { assertObject, assertValue } from "../base/options.ts";
import { endOf, limitOf } from "../http/build_call.ts";
import { writeRules } from "../http/call_options.ts";
import type { Attempts, WriteAttempt } from "../http/call.ts";
import type { CallOptions, WriteOptions } from "../http/call_options.ts";
import type { HttpPipeline } from "../http/pipeline.ts";
import { Secrets } from "../base/redact.ts";
import { isTransient } from "../http/retry.ts";
import { readOwn } from "../base/plain.ts";
import { stepsOf } from "./steps.ts";

/**
 * What the exchange said of an item.
 *
 * - `done`: it has taken effect.
 * - `taken`: refused, since its id is known already.
 * - `missing`: refused, since what it is about is not there.
 * - `refused`: refused for another reason.
 * - `unknown`: the exchange failed on it.
 */
export type Verdict = "done" | "taken" | "missing" | "refused" | "unknown";

/** The exchange's answer to one item. */
export interface Answer<R> {
  readonly verdict: Verdict;
  readonly value: R;
}

/** What a look for the effect of a write goes by. */
export interface Look {
  /** Options of its requests. */
  readonly options: CallOptions;
  /** How the last attempt failed, where it did. */
  readonly error: KalshiError | undefined;
  /** Between two attempts: at most so many entries of a list are looked at, since the exchange refuses what it has. */
  readonly maxItems?: number | undefined;
}

/** A write of one or more items, and how to find out what became of them. */
export interface Write<I, R> {
  readonly items: readonly I[];
  /** The ids that the exchange knows them by, for errors. */
  readonly clientIds?: readonly string[] | undefined;
  /** It must not be sent again while its outcome is unknown: twice is more than once. */
  readonly onlyRefused?: boolean | undefined;
  /**
   * Whether this refusal can be the work of the write itself: something on the way may send a request twice and hand
   * the second answer back.
   */
  readonly isEcho?: ((item: I, verdict: Verdict) => boolean) | undefined;
  /** Whether a refusal of the only attempt can be its own work, where no verdict says so. */
  readonly mayBeOwn?: ((error: KalshiError) => boolean) | undefined;
  /** Whether what was refused with this, so that nothing was written, may be accepted a moment later. */
  readonly mayPass?: ((error: KalshiError) => boolean) | undefined;
  /** Sends these items: one answer for each, in their order. */
  readonly send: (
    items: readonly I[],
    options: WriteOptions,
    attempt: WriteAttempt,
  ) => Promise<readonly Answer<R>[]>;
  /** The results of those items that have taken effect. */
  readonly lookUp: (items: readonly I[], look: Look) => Promise<ReadonlyMap<I, R>>;
}

/** What became of a write. */
export interface Written<I, R> {
  /** The last answer to each item that has one. */
  readonly answers: ReadonlyMap<I, Answer<R>>;
  /** The items that may have taken effect, though nothing shows it. */
  readonly unknown: ReadonlySet<I>;
  /** How the last attempt failed, where it did. */
  readonly last: KalshiError | undefined;
}

/** How far a quick look goes through a list. */
const QUICK_ITEMS = 200;

/** Whether this call may be sent again. */
export function isIdempotent(http: HttpPipeline, options: WriteOptions): boolean {
  const { orderRetries = http.config.orderRetries } = options;
  assertValue("A write", "orderRetries", orderRetries, writeRules.orderRetries);
  return orderRetries === "idempotent";
}

/** The options of a look-up: what is added to a write has no place there. */
export function lookUpOptions<O extends CallOptions>(
  { extraQuery: _, extraBody: __, onResponse: ___, ...options }: O,
): Omit<O, "extraQuery" | "extraBody" | "onResponse"> {
  return options;
}

/**
 * Whether a 409 says that its id was used before. It may also be of an order that could not be filled; one without a
 * code, such as one whose body was cut off, may be either.
 */
export const isOfId = (serverCode: string | undefined): boolean =>
  serverCode === undefined || /exist|duplicate/i.test(serverCode);

/** What an error says of all items of its request. */
function verdictOf({ outcome, code, serverCode }: KalshiError): Verdict {
  if (code === "CONFLICT") return isOfId(serverCode) ? "taken" : "refused";
  if (outcome !== "rejected") return "unknown";
  return code === "NOT_FOUND" ? "missing" : "refused";
}

/** Whether the caller still waits. */
const isAwaited = ({ code }: KalshiError): boolean => code !== "ABORTED" && code !== "CLOSED";

/**
 * Runs a write: as it is where `orderRetries` is `never`, else so that each of its items takes effect once.
 *
 * @throws {KalshiError} when nothing is known of any item
 */
export function write<I, R>(
  http: HttpPipeline,
  given: WriteOptions,
  what: Write<I, R>,
): Promise<Written<I, R>> {
  assertObject("A write", given);
  const options = readOwn(given);
  return isIdempotent(http, options) ? new Once(http, options, what).run() : sendAsIs(options, what);
}

/** Runs a write of one item and gives its result. */
export async function writeOne<R>(
  http: HttpPipeline,
  options: WriteOptions,
  one: Pick<Write<unknown, R>, "clientIds" | "onlyRefused" | "mayBeOwn" | "mayPass"> & {
    readonly isEcho?: ((verdict: Verdict) => boolean) | undefined;
    readonly send: (options: WriteOptions, attempt: WriteAttempt) => Promise<R>;
    /** Its result where it has taken effect; undefined where nothing shows that. */
    readonly lookUp: (look: Look) => Promise<R | undefined>;
  },
): Promise<R> {
  const item = {};
  const { answers } = await write<object, R>(http, options, {
    ...one,
    items: [item],
    isEcho: (_, verdict) => one.isEcho?.(verdict) ?? false,
    send: async (_, options, attempt) => [{ verdict: "done", value: await one.send(options, attempt) }],
    lookUp: async (_, look) => {
      const value = await one.lookUp(look);
      return new Map(value === undefined ? [] : [[item, value]]);
    },
  });
  return (answers.get(item) as Answer<R>).value;
}

/** One request, with no look at what it did. */
async function sendAsIs<I, R>(options: WriteOptions, what: Write<I, R>): Promise<Written<I, R>> {
  const { items, clientIds, isEcho, mayBeOwn, send } = what;
  const isOurs = (item: I, verdict: Verdict) => verdict === "taken" && isEcho?.(item, verdict) === true;
  try {
    const sent = await send(items, options, { clientIds });
    const answers = new Map(sent.map((answer, index) => [items[index] as I, answer]));
    const unknown = [...answers].filter(([item, { verdict }]) => isOurs(item, verdict));
    return { answers, unknown: new Set(unknown.map(([item]) => item)), last: undefined };
  } catch (error) {
    if (!(error instanceof KalshiError) || error.outcome !== "rejected") throw error;
    const verdict = verdictOf(error);
    // A write of one thing that is gone may have ended it.
    const isUnknown = mayBeOwn?.(error) ||
      items.every((item) => isOurs(item, verdict) || verdict === "missing" && isEcho?.(item, verdict));
    throw isUnknown ? withContext(error, { outcome: "unknown" }) : error;
  }
}

/** A write under `orderRetries: "idempotent"`. */
class Once<I, R> {
  readonly #http: HttpPipeline;
  readonly #what: Write<I, R>;
  readonly #options: WriteOptions;
  readonly #step: () => WriteOptions;
  /** How many attempts there may be. */
  readonly #most: number;
  readonly #answers = new Map<I, Answer<R>>();
  #attempts: Attempts;
  /** An attempt before the last one has reached the exchange. */
  #repeated = false;
  /** Items whose refusal may come from what the write did before. */
  readonly #doubtful: I[] = [];
  /** Whether the last look failed, so that it shows nothing. */
  #isBlind = false;

  constructor(http: HttpPipeline, options: WriteOptions, what: Write<I, R>) {
    this.#http = http;
    this.#what = what;
    this.#options = options;
    const endsAt = endOf(options, http.config, http.clock);
    this.#step = stepsOf(http, options, endsAt);
    this.#most = 1 + limitOf("maxRetries", options, http.config);
    this.#attempts = {
      callId: http.nextCall(),
      count: 0,
      endsAt,
      ambiguous: false,
      last: undefined,
      secrets: new Secrets(),
      asked: { method: "", path: "" },
    };
  }

  /** The whole write; whoever listens is told of it as one call. */
  run(): Promise<Written<I, R>> {
    const ended = this.#http.watchEnd();
    return ended === undefined ? this.#run() : this.#runTold(ended);
  }

  async #runTold(ended: NonNullable<ReturnType<HttpPipeline["watchEnd"]>>): Promise<Written<I, R>> {
    const tellEnd = (error?: KalshiError) => {
      const { callId, count, asked } = this.#attempts;
      // What could not be built is no call.
      if (asked.method !== "") ended({ callId, attempts: count, ...asked, ...(error && { error }) });
    };
    try {
      const written = await this.#run();
      tellEnd();
      return written;
    } catch (error) {
      if (error instanceof KalshiError) tellEnd(error);
      throw error;
    }
  }

  async #run(): Promise<Written<I, R>> {
    let open = this.#what.items;
    for (;;) {
      open = await this.#send(open);
      if (open.length === 0 || !this.#mayRepeat()) break;
      this.#repeated ||= this.#attempts.last?.outcome !== "not-sent";
      await this.#http.pause(this.#attempts, this.#step());
      if (this.#attempts.ambiguous) open = await this.#lookUp(open, true);
      if (open.length === 0) break;
    }
    const left = [...open, ...this.#doubtful];
    return this.#written(left.length === 0 ? left : await this.#lookLast(left));
  }

  /** One attempt; gives the items of which nothing is known. */
  async #send(items: readonly I[]): Promise<readonly I[]> {
    const { clientIds, send } = this.#what;
    const before = this.#attempts;
    try {
      const answers = await send(items, this.#options, { clientIds, before });
      const unknown: I[] = [];
      for (let index = 0; index < answers.length; index++) {
        const answer = answers[index] as Answer<R>;
        const item = items[index] as I;
        this.#answers.set(item, answer);
        if (answer.verdict === "unknown") unknown.push(item);
        else if (this.#isDoubtful(item, answer.verdict)) this.#doubtful.push(item);
      }
      const ambiguous = before.ambiguous || unknown.length > 0;
      this.#attempts = { ...before, count: before.count + 1, ambiguous, last: undefined };
      return unknown;
    } catch (error) {
      if (!(error instanceof KalshiError)) throw error;
      this.#attempts = {
        ...before,
        count: Math.max(before.count, error.attempts),
        ambiguous: before.ambiguous || error.outcome === "unknown",
        last: error,
      };
      if (!this.#mayRepeat() && !this.#isOpen(error, items)) throw error;
      return items;
    }
  }

  /** Whether this answer may come from what the write itself did before. */
  #isDoubtful(item: I, verdict: Verdict): boolean {
    return verdict !== "done" && (this.#repeated || this.#what.isEcho?.(item, verdict) === true);
  }

  /** Whether a write that failed may have taken effect, and the caller still waits for it. */
  #isOpen(error: KalshiError, items: readonly I[]): boolean {
    if (!isAwaited(error)) return false;
    if (error.outcome !== "rejected") return error.outcome === "unknown";
    return error.code !== "RATE_LIMITED" && items.some((item) => this.#isDoubtful(item, verdictOf(error)));
  }

  #mayRepeat(): boolean {
    const { count, ambiguous, last } = this.#attempts;
    if (count >= this.#most || this.#step().totalTimeoutMs === 0) return false;
    if (ambiguous && this.#what.onlyRefused) return false;
    if (last === undefined) return true;
    return isAwaited(last) && (isTransient(last) || this.#what.mayPass?.(last) === true);
  }

  /** Gives the items that are not found; where the look itself fails, all of them. */
  async #lookUp(items: readonly I[], quick: boolean): Promise<readonly I[]> {
    const options = lookUpOptions(this.#step());
    const look = quick
      ? { options: { ...options, maxRetries: 0 }, maxItems: QUICK_ITEMS + items.length }
      : { options };
    try {
      const found = await this.#what.lookUp(items, { ...look, error: this.#attempts.last });
      this.#isBlind = false;
      for (const [item, value] of found) this.#answers.set(item, { verdict: "done", value });
      return items.filter((item) => !found.has(item));
    } catch {
      // What is known of the write says more than why the look failed.
      this.#isBlind = true;
      return items;
    }
  }

  /** Looks once, and again as long as an answer shows that an item is there: what lists it may lag behind. */
  async #lookLast(items: readonly I[]): Promise<readonly I[]> {
    let missing = items;
    for (let look = 0; look < this.#most && missing.length > 0; look++) {
      if (look > 0) {
        if (!missing.some((item) => this.#isThere(item))) break;
        await this.#http.pause({ ...this.#attempts, count: look + 1, last: undefined }, this.#step());
      }
      missing = await this.#lookUp(missing, false);
    }
    return missing;
  }

  /** Whether the last answer shows that an item has landed. */
  #isThere(item: I): boolean {
    const { last } = this.#attempts;
    const verdict = this.#answers.get(item)?.verdict ?? (last && verdictOf(last));
    if (verdict === "taken" || last?.code === "DECODE") return true;
    return last !== undefined && verdictOf(last) === "taken";
  }

  #written(missing: readonly I[]): Written<I, R> {
    const { ambiguous, last } = this.#attempts;
    const isUnknown = (item: I) => {
      const verdict = this.#answers.get(item)?.verdict ?? (last && verdictOf(last)) ?? "unknown";
      // The look shows what a write without an id has come to; of an id that is taken, nothing says by whom else.
      return ambiguous ||
        this.#what.isEcho?.(item, verdict) === true && (verdict === "taken" || this.#isBlind);
    };
    const unknown = new Set(missing.filter(isUnknown));
    if (last !== undefined && this.#answers.size === 0) {
      throw unknown.size === 0 || last.outcome === "unknown"
        ? last
        : withContext(last, { outcome: "unknown" });
    }
    return { answers: this.#answers, unknown, last };
  }
}
