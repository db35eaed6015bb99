import { type Clock, systemClock } from "../base/clock.ts";
import { delay } from "../base/waits.ts";
import { KalshiConfigError, KalshiConnectionError } from "../base/errors.ts";
import { type Transport, type TransportFunction, transportRule } from "../http/transport.ts";
import { createRandom } from "../local_exchange/random.ts";
import {
  type AnyRules,
  assertObject,
  assertValue,
  callable,
  clock,
  group,
  list,
  needed,
  number,
  oneOf,
  type Read,
  readOptions,
  type Rule,
  rule,
  type Rules,
  unknownOption,
  whole,
  withPreset,
} from "../base/options.ts";
import { isPlain } from "../base/plain.ts";
import { asFunction } from "./network.ts";
import type { Bytes } from "../base/web_types.ts";

/**
 * One thing that goes wrong.
 *
 * - `cut-before`: the connection cannot be made; nothing is sent.
 * - `cut-after`: the request is carried out and its answer lost.
 * - `cut-body`: the answer breaks off in the middle of its body.
 * - `status-before`: answered with `status`, and not carried out.
 * - `status-after`: carried out, then answered with `status`.
 * - `malformed`: carried out, then answered with a body that is not what it should be.
 */
export type TransportFault =
  | { readonly kind: "cut-before" | "cut-after" | "cut-body" }
  | {
    readonly kind: "status-before" | "status-after";
    /** HTTP status. */
    readonly status: number;
    /** Text of the body; Kalshi's own for that status unless told. */
    readonly body?: string | undefined;
    /** Header fields, such as `retry-after`. */
    readonly headers?: Readonly<Record<string, string>> | undefined;
  }
  | {
    readonly kind: "malformed";
    /** Half of the JSON, a page of HTML, nothing at all, or bytes that are no text. */
    readonly how: "truncated" | "html" | "empty" | "binary";
  };

/** How often things go wrong: chances from 0 to 1. Those of faults add up to 1 at most. */
export interface FaultRates {
  /** Chance that the connection cannot be made. */
  readonly cutBefore?: number | undefined;
  /** Chance that the answer is lost. */
  readonly cutAfter?: number | undefined;
  /** Chance that the answer breaks off. */
  readonly cutBody?: number | undefined;
  /** Chance of an error status without effect: 429, 500, 502, 503 or 504. */
  readonly statusBefore?: number | undefined;
  /** Chance of an error status although the request was carried out: 500, 502, 503 or 504. */
  readonly statusAfter?: number | undefined;
  /** Chance of a body that is not what it should be. */
  readonly malformed?: number | undefined;
  /** Chance that the request is held up before anything else; independent of the faults. */
  readonly delay?: number | undefined;
  /**
   * Shortest and longest delay in milliseconds.
   *
   * @default [1, 1000]
   */
  readonly delayMs?: readonly [least: number, most: number] | undefined;
}

/** Options of a {@linkcode FaultTransport}. */
export interface FaultTransportOptions {
  /** What carries the requests out: `exchange.fetch` of a local exchange, or any other transport. */
  readonly transport: Transport;
  /**
   * The same seed gives the n-th request the same fault.
   *
   * @default 1
   */
  readonly seed?: number | undefined;
  /** How often things go wrong; never unless told. */
  readonly rates?: FaultRates | undefined;
  /** Faults of the first requests, one each; `undefined` lets one pass. `rates` hold after them. */
  readonly faults?: readonly (TransportFault | undefined)[] | undefined;
  /** Which requests can go wrong and are counted; all unless told. */
  readonly only?: ((request: Request) => boolean) | undefined;
  /** What delays are measured with; the runtime's own unless told. */
  readonly clock?: Clock | undefined;
}

/** What was done to a request. */
export interface InjectedFault {
  /** Which request it was, from 0. */
  readonly index: number;
  /** Its method. */
  readonly method: string;
  /** Its path. */
  readonly path: string;
  /** What went wrong; undefined where it was only held up. */
  readonly fault: TransportFault | undefined;
  /** How long it was held up, in milliseconds. */
  readonly delayMs: number;
}

const chance = (): Rule<number> => number(0, 1, "a chance");

/** What the chances of faults may be. */
export const rateRules = {
  cutBefore: chance(),
  cutAfter: chance(),
  cutBody: chance(),
  statusBefore: chance(),
  statusAfter: chance(),
  malformed: chance(),
  delay: chance(),
  delayMs: withPreset(
    rule<readonly [number, number]>(
      "the shortest and the longest delay, in milliseconds",
      (value) => {
        const [least, most]: readonly unknown[] = Array.isArray(value) && value.length === 2 ? value : [];
        return typeof least === "number" && typeof most === "number" && least >= 0 && most >= least &&
          most < Infinity;
      },
    ),
    [1, 1000],
  ),
} satisfies Rules<FaultRates>;

/** What the options of such a transport may be. */
export const faultTransportRules = {
  transport: needed(transportRule()),
  seed: withPreset(whole(Number.MIN_SAFE_INTEGER), 1),
  rates: group<FaultRates>(rateRules),
  faults: list<TransportFault | undefined>("a list of faults", () => true),
  only: callable("a function that says whether a request can go wrong"),
  clock: clock(),
} satisfies Rules<FaultTransportOptions>;

const SERVER_STATUSES = [500, 502, 503, 504];
const MALFORMED = ["truncated", "html", "empty", "binary"] as const;
const HTML = "<!doctype html><title>Bad gateway</title><h1>Bad gateway</h1>";

/**
 * A transport that lets things go wrong, the same each time it is run with the same seed.
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { LocalExchange } from "@unofficial/kalshi/local-exchange";
 * import { FaultTransport } from "@unofficial/kalshi/testing";
 *
 * await using exchange = await LocalExchange.start();
 * const transport = new FaultTransport({
 *   transport: exchange.fetch,
 *   seed: 7,
 *   rates: { cutAfter: 0.1, statusBefore: 0.1, delay: 0.2, delayMs: [5, 50] },
 * });
 * const { auth } = await exchange.createAccount();
 * await using client = new KalshiClient({ auth, config: exchange.config, transport });
 * console.log(await client.portfolio.balance(), transport.injected);
 * ```
 */
export class FaultTransport {
  readonly #send: TransportFunction;
  readonly #options: Read<FaultTransportOptions, typeof faultTransportRules>;
  readonly #clock: Clock;
  readonly #injected: InjectedFault[] = [];
  #count = 0;

  /** Throws a `KalshiConfigError` for an option that is unknown or cannot be. */
  constructor(given: FaultTransportOptions) {
    const options = readOptions("FaultTransport", given, faultTransportRules);
    const { delay: _, delayMs: __, ...chances } = options.rates ?? {};
    const sum = Object.values(chances).reduce<number>((sum, chance = 0) => sum + chance, 0);
    if (sum > 1 + 1e-9) {
      throw new KalshiConfigError(`The chances of faults add up to ${sum}, which is over 1.`);
    }
    const faults = options.faults?.map((fault, index) =>
      fault === undefined ? undefined : readFault(`FaultTransport.faults[${index}]`, fault)
    );
    this.#options = Object.assign(options, { faults });
    this.#send = asFunction(options.transport);
    this.#clock = options.clock ?? systemClock;
  }

  /** What went wrong so far, in the order of the requests. */
  get injected(): readonly InjectedFault[] {
    return this.#injected;
  }

  /** Carries a request out, or not. */
  async fetch(request: Request): Promise<Response> {
    const { only } = this.#options;
    if (only !== undefined && !only(request)) return await this.#send(request);
    const index = this.#count++;
    const { fault, delayMs } = this.#choose(index);
    if (fault !== undefined || delayMs > 0) {
      const path = new URL(request.url).pathname;
      this.#injected.push({ index, method: request.method, path, fault, delayMs });
    }
    if (delayMs > 0) await this.#wait(delayMs, request.signal);
    return fault === undefined ? await this.#send(request) : await this.#inject(fault, request);
  }

  #choose(index: number): { fault: TransportFault | undefined; delayMs: number } {
    const { seed, faults = [], rates = {} } = this.#options;
    // A generator for each request: what others do meanwhile changes nothing.
    const random = createRandom(Math.imul(seed, 0x9e3779b1) + index);
    const chance = () => random.int(0x1_0000_0000) / 0x1_0000_0000;
    const pick = <T>(list: readonly T[]): T | undefined => list[random.int(list.length)];
    const isDelayed = chance() < (rates.delay ?? 0);
    const [least, most] = rates.delayMs ?? rateRules.delayMs.preset;
    const delayMs = isDelayed ? least + chance() * (most - least) : 0;
    if (index < faults.length) return { fault: faults[index], delayMs };
    let drawn = chance();
    const hits = (rate = 0) => (drawn -= rate) < 0;
    const draw = (): TransportFault | undefined => {
      if (hits(rates.cutBefore)) return { kind: "cut-before" };
      if (hits(rates.cutAfter)) return { kind: "cut-after" };
      if (hits(rates.cutBody)) return { kind: "cut-body" };
      if (hits(rates.statusBefore)) {
        return { kind: "status-before", status: pick([429, ...SERVER_STATUSES]) ?? 500 };
      }
      if (hits(rates.statusAfter)) return { kind: "status-after", status: pick(SERVER_STATUSES) ?? 500 };
      if (hits(rates.malformed)) return { kind: "malformed", how: pick(MALFORMED) ?? "empty" };
      return undefined;
    };
    return { fault: draw(), delayMs };
  }

  async #wait(delayMs: number, signal: AbortSignal): Promise<void> {
    await delay(this.#clock, delayMs, signal);
    signal.throwIfAborted();
  }

  async #inject(fault: TransportFault, request: Request): Promise<Response> {
    switch (fault.kind) {
      case "cut-before":
        throw new KalshiConnectionError(
          "FaultTransport: the connection could not be made, nothing was sent.",
          {
            method: request.method,
            path: new URL(request.url).pathname,
            outcome: "not-sent",
          },
        );
      case "status-before":
        return statusResponse(fault.status, fault.body, fault.headers);
    }
    const answer = await this.#send(request);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    switch (fault.kind) {
      case "cut-after":
        // As `fetch` fails: the client has to find out by itself what is known.
        throw new TypeError("FaultTransport: the connection broke before the answer.");
      case "cut-body":
        return cutResponse(answer, bytes);
      case "status-after":
        return statusResponse(fault.status, fault.body, fault.headers);
      case "malformed":
        return malformedResponse(answer, bytes, fault.how);
    }
  }
}

const statusRules: AnyRules = {
  status: needed(whole(200, 599)),
  body: rule("text", (value) => typeof value === "string"),
  headers: rule("a plain object of header fields", isPlain),
};

/** What each fault takes beside its kind. */
export const transportFaultRules: Readonly<Record<TransportFault["kind"], AnyRules>> = {
  "cut-before": {},
  "cut-after": {},
  "cut-body": {},
  "status-before": statusRules,
  "status-after": statusRules,
  "malformed": { how: needed(oneOf(...MALFORMED)) },
};
const kindRule: Rule<TransportFault["kind"]> = oneOf(
  ...Object.keys(transportFaultRules) as TransportFault["kind"][],
);

/** A copy of a fault; refuses one that could not strike. */
function readFault(owner: string, given: TransportFault): TransportFault {
  assertObject(owner, given);
  const { kind } = given;
  if (kind === undefined) {
    const known = ["kind", ...Object.values(transportFaultRules).flatMap((rules) => Object.keys(rules))];
    const unknown = Object.keys(given).find((name) => !known.includes(name));
    if (unknown !== undefined) throw unknownOption(owner, unknown, [...new Set(known)]);
  }
  assertValue(owner, "kind", kind, kindRule);
  const rules = { kind: kindRule, ...transportFaultRules[kind] };
  return readOptions(owner, given, rules as unknown as Rules<TransportFault>);
}

function statusResponse(
  status: number,
  body: string | undefined,
  headers: Readonly<Record<string, string>> | undefined,
): Response {
  const code = status === 503 ? "service_unavailable" : "internal_server_error";
  const text = body ??
    JSON.stringify(status === 429 ? { error: "too many requests" } : { code, message: "injected fault" });
  return new Response(text, { status, headers: { "content-type": "application/json", ...headers } });
}

function cutResponse(answer: Response, bytes: Uint8Array): Response {
  const half = bytes.slice(0, bytes.length >> 1);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      if (half.length > 0) controller.enqueue(half);
    },
    pull(controller) {
      controller.error(new TypeError("FaultTransport: the connection broke in the middle of the answer."));
    },
  });
  // An answer without a body cannot break off in it: it is cut where its head would end.
  const status = answer.status === 204 ? 200 : answer.status;
  return new Response(body, { status, headers: answer.headers });
}

function malformedResponse(
  answer: Response,
  bytes: Bytes,
  how: (typeof MALFORMED)[number],
): Response {
  const { headers } = answer;
  const status = answer.status === 204 ? 200 : answer.status;
  switch (how) {
    case "truncated":
      return new Response(bytes.slice(0, Math.max(1, bytes.length >> 1)), { status, headers });
    case "html":
      return new Response(HTML, { status, headers: { "content-type": "text/html" } });
    case "empty":
      return new Response("", { status, headers });
    case "binary":
      return new Response(new Uint8Array([0xff, 0xfe, 0x00, 0x80]), { status, headers });
  }
}
