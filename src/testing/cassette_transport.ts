/** Transports that record what a client asks and is answered, and that answer from such a recording. */
import { KalshiConfigError, KalshiError } from "../base/errors.ts";
import { type Transport, transportRule } from "../http/transport.ts";
import {
  callable,
  flag,
  group,
  having,
  list,
  needed,
  oneOf,
  readOptions,
  type Rule,
  type Rules,
} from "../base/options.ts";
import {
  type CassetteEntry,
  type CassetteRequest,
  type CassetteResponse,
  type CassetteStore,
  decodeBody,
  encodeBody,
  parseCassette,
} from "./cassette.ts";
import { Matcher, type MatchRules } from "./matching.ts";
import { asFunction, hasNoBody, networkTransport, pick } from "./network.ts";
import { isNeverKept, Scrubber, scrubQuery } from "./scrub.ts";

/**
 * Where the answers of a {@linkcode CassetteTransport} come from.
 *
 * - `replay`: from the cassette only. A request that is not in it fails.
 * - `record`: from the network only. The cassette is emptied first.
 * - `record-missing`: from the cassette, and what is not in it from the network, which adds it.
 * - `passthrough`: from the network only; the cassette is neither read nor written.
 */
export type CassetteMode = "replay" | "record" | "record-missing" | "passthrough";

/** Options of a {@linkcode ReplayTransport}. */
export interface ReplayTransportOptions {
  /** The recording: `fileCassette(path)`, `memoryCassette(text)` or a store of your own. */
  readonly cassette: CassetteStore;
  /** What must be equal for a request to be the recorded one: method, path, query and body unless told. */
  readonly match?: MatchRules | undefined;
  /**
   * What happens when a request comes more often than it was recorded: with `never` (the default) it fails,
   * with `last` it gets the last recorded answer again.
   */
  readonly repeat?: "never" | "last" | undefined;
  /**
   * Runs over every path, query, request body and answer body before it is written, and over every request
   * before it is looked up, after keys and signatures were taken out: for what else must not be in a cassette.
   */
  readonly redact?: ((text: string) => string) | undefined;
}

/** Options of a {@linkcode RecordingTransport}. */
export interface RecordingTransportOptions extends ReplayTransportOptions {
  /** What is recorded; the network of this runtime unless told. */
  readonly transport?: Transport | undefined;
  /**
   * Names of the answer's header fields to keep; `content-type` and `retry-after` unless told. Cookies and
   * authorization fields cannot be kept.
   */
  readonly keepHeaders?: readonly string[] | undefined;
}

/** Options of a {@linkcode CassetteTransport}. */
export interface CassetteTransportOptions extends RecordingTransportOptions {
  /** Where answers come from. */
  readonly mode: CassetteMode;
}

/** A request that is in no cassette. `details` names the nearest one that is. */
export class UnmatchedRequestError extends KalshiError {
  /** The class name. */
  override readonly name = "UnmatchedRequestError";
  /** The code of this class. */
  override readonly code = "UNMATCHED";
  /** Made by the transports. */
  constructor(message: string, request: CassetteRequest, nearest: CassetteRequest | undefined) {
    super(message, { method: request.method, path: request.path, details: { request, nearest } });
  }
}

interface Recorded {
  readonly entry: CassetteEntry;
  used: boolean;
}

/** The recordings of one request, and how many of them have answered. */
interface Recordings {
  readonly recorded: Recorded[];
  used: number;
}

const names: Rule<readonly string[]> = list("a list of names", (item) => typeof item === "string");

/** What must be equal may be. */
export const matchRules: Rules<MatchRules> = {
  method: flag(),
  path: flag(),
  query: flag(),
  body: flag(),
  ignoreQuery: names,
  ignoreBody: names,
};

/** What the options of a transport that replays may be. */
export const replayRules: Rules<ReplayTransportOptions> = {
  cassette: needed(
    having("fileCassette(path), memoryCassette() or a store of your own", "read", "append", "replace"),
  ),
  match: group(matchRules),
  repeat: oneOf("never", "last"),
  redact: callable("a function from text to text"),
};

/** What the options of a transport that records may be. */
export const recordingRules: Rules<RecordingTransportOptions> = {
  ...replayRules,
  transport: transportRule(),
  keepHeaders: names,
};

/** What the options of a transport that does both may be. */
export const cassetteRules: Rules<CassetteTransportOptions> = {
  ...recordingRules,
  mode: needed(oneOf("replay", "record", "record-missing", "passthrough")),
};

/**
 * A transport with a cassette, in any of the four {@linkcode CassetteMode}s. {@linkcode ReplayTransport} and
 * {@linkcode RecordingTransport} are the same with the mode chosen.
 *
 * An entry answers one request, in the order of recording. Header fields of requests are never written: no key
 * id, no signature. Private keys and fields named like secrets are taken out of bodies, and key ids out of paths.
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { type CassetteMode, CassetteTransport, fileCassette } from "@unofficial/kalshi/testing";
 *
 * declare const mode: CassetteMode; // "record-missing" on your machine, "replay" in CI
 *
 * await using transport = new CassetteTransport({ cassette: fileCassette("tests/markets.jsonl"), mode });
 * await using client = new KalshiClient({ demo: true, transport });
 * await client.markets.list({ limit: 5 });
 * await transport.assertAllUsed();
 * ```
 */
export class CassetteTransport implements AsyncDisposable {
  readonly #options: CassetteTransportOptions;
  readonly #matcher: Matcher;
  readonly #scrubber: Scrubber;
  readonly #keepHeaders: readonly string[];
  readonly #network: ReturnType<typeof networkTransport>;
  readonly #recorded: Recorded[] = [];
  readonly #byKey = new Map<string, Recordings>();
  #opened: Promise<void> | undefined;
  #written: Promise<void> = Promise.resolve();

  /** Reads nothing yet. Throws a `KalshiConfigError` for an option that is unknown or cannot be. */
  constructor(given: CassetteTransportOptions) {
    const options = readOptions("CassetteTransport", given, cassetteRules);
    const secret = options.keepHeaders?.find(isNeverKept);
    if (secret !== undefined) {
      throw new KalshiConfigError(`keepHeaders: ${secret} carries secrets and is never written.`);
    }
    this.#options = options;
    this.#matcher = new Matcher(options.match);
    this.#scrubber = new Scrubber(options.redact);
    this.#keepHeaders = options.keepHeaders ?? ["content-type", "retry-after"];
    const { transport } = options;
    this.#network = transport === undefined
      // The pipeline reads the date and the target of a redirect.
      ? networkTransport([...this.#keepHeaders, "date", "location"])
      : { fetch: asFunction(transport), close: () => Promise.resolve() };
  }

  /**
   * Answers a request. Throws an {@linkcode UnmatchedRequestError} when it is not in the cassette and may not
   * be recorded, and what the network throws.
   */
  async fetch(request: Request): Promise<Response> {
    const { mode } = this.#options;
    if (mode === "passthrough") return await this.#network.fetch(request);
    await this.#open();
    request.signal.throwIfAborted();
    this.#scrubber.add(request.headers);
    const asked = await describeRequest(request.clone(), this.#scrubber);
    const key = this.#matcher.keyOf(asked);
    if (mode !== "record") {
      const response = this.#replay(key);
      if (response !== undefined) return toResponse(response);
      if (mode === "replay") throw this.#unmatched(asked, key);
    }
    return await this.#record(request, asked, key);
  }

  /** The entries that answered no request. */
  async unused(): Promise<CassetteEntry[]> {
    await this.#open();
    return this.#recorded.filter(({ used }) => !used).map(({ entry }) => entry);
  }

  /** Throws a `KalshiConfigError` that lists the entries which answered no request. */
  async assertAllUsed(): Promise<void> {
    const unused = await this.unused();
    if (unused.length === 0) return;
    const lines = unused.map(({ request }) => `\n  ${describe(request)}`);
    throw new KalshiConfigError(
      `${this.#options.cassette.name} holds ${unused.length} of ${this.#recorded.length} requests that nobody ` +
        `made:${lines.join("")}`,
    );
  }

  /** Waits for what is being written and closes the connections it opened. A second call is harmless. */
  async close(): Promise<void> {
    await this.#written;
    await this.#network.close();
  }

  /** The same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #open(): Promise<void> {
    return this.#opened ??= this.#load();
  }

  async #load(): Promise<void> {
    const { cassette, mode } = this.#options;
    if (mode === "passthrough") return;
    if (mode === "record") return await cassette.replace("");
    const text = await cassette.read();
    const { entries, torn } = parseCassette(cassette.name, text);
    for (const entry of entries) this.#keep(this.#matcher.keyOf(entry.request), entry, false);
    if (mode === "record-missing" && text !== "" && !text.endsWith("\n")) {
      const whole = text.slice(0, text.length - torn.length);
      await cassette.replace(whole === "" || whole.endsWith("\n") ? whole : `${whole}\n`);
    }
  }

  #keep(key: string, entry: CassetteEntry, used: boolean): void {
    const recorded = { entry, used };
    this.#recorded.push(recorded);
    const series = this.#byKey.get(key) ?? { recorded: [], used: 0 };
    series.recorded.push(recorded);
    if (used) series.used = series.recorded.length;
    this.#byKey.set(key, series);
  }

  #replay(key: string): CassetteResponse | undefined {
    const series = this.#byKey.get(key);
    if (series === undefined) return undefined;
    const next = series.recorded[series.used] ??
      (this.#options.repeat === "last" ? series.recorded.at(-1) : undefined);
    if (next === undefined) return undefined;
    series.used++;
    next.used = true;
    return next.entry.response;
  }

  async #record(
    request: Request,
    asked: CassetteRequest,
    key: string,
  ): Promise<Response> {
    const answer = await this.#network.fetch(request);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const kept = Object.entries(pick(answer.headers, this.#keepHeaders));
    const headers = Object.fromEntries(kept.map(([name, value]) => [name, this.#scrubber.text(value)]));
    const body = encodeBody(bytes, this.#scrubber);
    const entry = { request: asked, response: { status: answer.status, headers, ...(body && { body }) } };
    this.#keep(key, entry, true);
    const { cassette } = this.#options;
    const written = this.#written.then(() => cassette.append(`${JSON.stringify(entry)}\n`));
    // One line that could not be written fails its own request, not those after it.
    this.#written = written.catch(() => {});
    await written;
    return new Response(hasNoBody(answer.status) ? null : bytes, {
      status: answer.status,
      headers: answer.headers,
    });
  }

  #unmatched(asked: CassetteRequest, key: string): UnmatchedRequestError {
    const { cassette } = this.#options;
    const what = `${describe(asked)} is not in ${cassette.name}`;
    const times = this.#byKey.get(key)?.recorded.length ?? 0;
    if (times > 0) {
      return new UnmatchedRequestError(
        `${what} any more: it was recorded ${
          times === 1 ? "once" : `${times} times`
        } and asked for more often. ` +
          'Record it anew, or let the last answer be given again with repeat: "last".',
        asked,
        asked,
      );
    }
    let nearest: { request: CassetteRequest; distance: number; differences: string[] } | undefined;
    for (const { entry: { request } } of this.#recorded) {
      const compared = this.#matcher.compare(request, asked);
      if (nearest === undefined || compared.distance < nearest.distance) nearest = { request, ...compared };
    }
    const advice = 'Record it with mode: "record-missing", or let less count with `match`.';
    if (nearest === undefined) {
      return new UnmatchedRequestError(`${what}: it is empty. ${advice}`, asked, undefined);
    }
    const lines = nearest.differences.map((line) => `\n  ${line}`);
    return new UnmatchedRequestError(
      `${what}. ${advice} The nearest is ${describe(nearest.request)}, where these differ:${lines.join("")}`,
      asked,
      nearest.request,
    );
  }
}

/**
 * Answers from a recording and uses no network.
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { fileCassette, ReplayTransport } from "@unofficial/kalshi/testing";
 *
 * await using transport = new ReplayTransport({ cassette: fileCassette("tests/status.jsonl") });
 * await using client = new KalshiClient({ demo: true, transport });
 * console.log(await client.exchange.status());
 * await transport.assertAllUsed();
 * ```
 */
export class ReplayTransport extends CassetteTransport {
  /** Reads nothing yet. Throws a `KalshiConfigError` for an option that is unknown or cannot be. */
  constructor(options: ReplayTransportOptions) {
    super({ ...readOptions("ReplayTransport", options, replayRules), mode: "replay" });
  }
}

/**
 * Sends every request to the network and records it. The cassette is emptied first. Each answer is in the
 * cassette before the client sees it, so that a crash loses nothing.
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { fileCassette, RecordingTransport } from "@unofficial/kalshi/testing";
 *
 * await using transport = new RecordingTransport({ cassette: fileCassette("tests/status.jsonl") });
 * await using client = new KalshiClient({ demo: true, transport });
 * console.log(await client.exchange.status());
 * ```
 */
export class RecordingTransport extends CassetteTransport {
  /** Writes nothing yet. Throws a `KalshiConfigError` for an option that is unknown or cannot be. */
  constructor(options: RecordingTransportOptions) {
    super({ ...readOptions("RecordingTransport", options, recordingRules), mode: "record" });
  }
}

async function describeRequest(request: Request, scrubber: Scrubber): Promise<CassetteRequest> {
  const { pathname, searchParams } = new URL(request.url);
  const query = scrubQuery(
    [...searchParams].map(([name, value]) => [scrubber.text(name), scrubber.text(value)] as const),
  );
  const body = encodeBody(new Uint8Array(await request.arrayBuffer()), scrubber);
  return {
    method: request.method,
    path: scrubber.text(pathname),
    ...(query.length > 0 && { query }),
    ...(body && { body }),
  };
}

function describe({ method, path, query }: CassetteRequest): string {
  return `${method} ${path}${query === undefined ? "" : `?${query.map((pair) => pair.join("=")).join("&")}`}`;
}

function toResponse({ status, headers, body }: CassetteResponse): Response {
  return new Response(hasNoBody(status) ? null : decodeBody(body), { status, headers: { ...headers } });
}
