/** One request: found, authenticated, handled, answered. Everything that speaks REST comes through here. */
import { ApiError } from "../../api_error.ts";
import { REST_ROOT } from "../../paths.ts";
import { marginRest } from "./margin/mod.ts";
import { eventRest } from "./mod.ts";
import { authenticate, type Caller, callerFor } from "../../signatures.ts";
import type { Command } from "../../command.ts";
import { readBody } from "./read.ts";
import { assertRequest } from "./request_check.ts";
import { type Call, type Match, Router } from "./route.ts";
import { authorize } from "../../scopes.ts";
import type { Exchange } from "../../exchange.ts";

/** The most bytes that a request's body may have: many times what the largest batch of orders needs. */
export const MOST_BODY_BYTES = 1024 * 1024;

/** Why a body was not read to its end. */
export type BodyRefusal = "too-long" | "crowded-out";

/** A request as the gateway needs it. */
export interface Incoming {
  readonly method: string;
  /** Path and query as they came. */
  readonly target: string;
  /** One header by its name in lower case. */
  header(name: string): string | undefined;
  readonly body: string;
  /** Who asks, where that is known without a signature; faults are not for those. */
  readonly caller?: Caller | undefined;
}

/** What is kept of a request. */
type Kept = Extract<Command, { do: "rest" }>;

/** An answer to be written. */
export interface Outgoing {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
}

/** What an API beside the exchange's answers; text goes out as it is. */
export interface BesideAnswer {
  readonly status: number;
  readonly value: unknown;
  readonly headers?: Record<string, string>;
}

/** An API on the same port, below paths of its own. */
export interface Beside {
  /** Whether a path is one of them. */
  owns(path: string): boolean;
  answer(incoming: Incoming, path: string, query: URLSearchParams): Promise<BesideAnswer>;
}

/** The REST API of one exchange. */
export class RestGateway {
  readonly #exchange: Exchange;
  readonly #router: Router;
  readonly #beside: Beside | undefined;

  constructor(exchange: Exchange, beside?: Beside) {
    this.#exchange = exchange;
    this.#beside = beside;
    this.#router = new Router(exchange.margin === undefined ? [eventRest] : [eventRest, marginRest]);
  }

  /** The answer to a request whose body was not read to its end: it says why, whoever asks. */
  refuseBody({ header }: Pick<Incoming, "header">, why: BodyRefusal): Outgoing {
    const { status, headers, body } = this.#refuse(
      why === "too-long"
        ? new ApiError("request_too_large", `a body has at most ${MOST_BODY_BYTES} bytes, in few pieces`)
        : new ApiError(
          "service_unavailable",
          "too many bodies are on their way, and this one took longest",
        ),
    );
    return { status, headers: { ...this.#exchange.cors.answer(header, headers), ...headers }, body };
  }

  /** Answers a request; never rejects. */
  async answer(incoming: Incoming): Promise<Outgoing> {
    const { cors } = this.#exchange;
    const { method, header, body: sent } = incoming;
    if (isTooLong(sent)) return this.refuseBody(incoming, "too-long");
    const preflight = cors.preflight(method, header);
    if (preflight !== undefined) return this.#write(204, undefined, preflight);
    const { status, headers, body } = await this.#answer(incoming);
    return { status, headers: { ...cors.answer(header, headers), ...headers }, body };
  }

  /** Answers a request in process, as a `fetch` does. */
  async fetch(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const { status, headers, body } = await this.answer({
      method: request.method,
      target: pathname + search,
      header: (name) => request.headers.get(name) ?? undefined,
      body: await request.text(),
    });
    return new Response(body ?? null, { status, headers });
  }

  async #answer(incoming: Incoming): Promise<Outgoing> {
    const exchange = this.#exchange;
    exchange.tick();
    const fault = incoming.caller === undefined
      ? exchange.faults.take(incoming.method, incoming.target)
      : undefined;
    if (fault?.delayMs) await exchange.wait(fault.delayMs);
    if (fault !== undefined && fault.status !== undefined && !fault.afterProcessing) {
      return this.#write(fault.status, fault.body, fault.headers);
    }
    const answer = await this.#process(incoming);
    if (fault?.status !== undefined) return this.#write(fault.status, fault.body, fault.headers);
    return answer;
  }

  async #process(incoming: Incoming): Promise<Outgoing> {
    const { method, target } = incoming;
    const mark = target.indexOf("?");
    const path = mark === -1 ? target : target.slice(0, mark);
    try {
      if (this.#beside?.owns(path)) {
        const query = new URLSearchParams(mark === -1 ? "" : target.slice(mark + 1));
        const { status, value, headers } = await this.#beside.answer(incoming, path, query);
        return this.#write(status, value, headers);
      }
      if (!path.startsWith(`${REST_ROOT}/`)) throw new ApiError("not_found");
      const below = path.slice(REST_ROOT.length);
      if (below.length > 1 && below.endsWith("/")) {
        return this.#write(301, undefined, { location: target.replace(/\/+(\?|$)/, "$1") });
      }
      const match = this.#router.find(method, below);
      if (match === undefined) throw new ApiError("not_found");
      if (match === "wrong-method") throw new ApiError("method_not_allowed");
      const { product, route: { operation, handle, keepsItself } } = match;
      const key = operation.auth === "none"
        ? undefined
        : await this.#authenticate(incoming, path, operation.auth);
      const query = new URLSearchParams(mark === -1 ? "" : target.slice(mark + 1));
      const body = readBody(incoming);
      if (key !== undefined) authorize(key, operation);
      const { enforcesLimits, clock } = this.#exchange;
      if (enforcesLimits) {
        // A public call that is signed all the same is the account's too.
        const payer = key ?? await this.#authenticate(incoming, path, "optional").catch(() => undefined);
        if (payer !== undefined) {
          product.limits(this.#exchange).take(payer.account, operation, query, body, clock.now());
        }
      }
      if (this.#exchange.requests === "strict") assertRequest(operation, match.path, query, body);
      const call = this.#callOf(match, key, query, body);
      if (operation.method !== undefined && !keepsItself) this.#keep(incoming, key);
      const value = await handle(call);
      const status = operation.status ?? 200;
      return this.#write(status, operation.empty || status === 204 ? undefined : value);
    } catch (error) {
      return this.#refuse(error);
    }
  }

  /** Does again what was kept of a request; its answer was given long ago. */
  replay({ by, method, target, body }: Kept): void {
    const [path = "", query] = target.split("?");
    const match = this.#router.find(method, path.slice(REST_ROOT.length));
    if (match === undefined || match === "wrong-method") throw new Error(`There is no ${method} ${path}.`);
    const key = by === undefined ? undefined : this.#callerOf(by);
    try {
      match.route.handle(this.#callOf(match, key, new URLSearchParams(query ?? ""), readBody({ body })));
    } catch (error) {
      // It was refused then as it is now.
      if (!(error instanceof ApiError)) this.#exchange.onInternalError(error);
    }
  }

  #callOf(
    { product, route: { operation }, path }: Match,
    signer: Caller | undefined,
    query: URLSearchParams,
    body: unknown,
  ): Call {
    const exchange = this.#exchange;
    const key = signer && product.callerOf(exchange, signer, operation);
    return { exchange, side: product.side(exchange), key, path, query, body };
  }

  #callerOf(by: string): Caller {
    const { keys, engine } = this.#exchange;
    const account = by.startsWith("@") ? engine.accounts.get(by.slice(1)) : undefined;
    const caller = account === undefined ? keys.get(by) : callerFor(account);
    if (caller === undefined) throw new Error(`There is no key ${by}.`);
    return caller;
  }

  /** Keeps a request that changes something, where there is a journal, before it is done. */
  #keep({ method, target, body, caller }: Incoming, key: Caller | undefined): void {
    const by = caller === undefined ? key?.id : `@${caller.account.id}`;
    try {
      this.#exchange.keep({ do: "rest", by, method, target, body });
    } catch (error) {
      this.#exchange.onInternalError(error);
      throw new ApiError("service_unavailable", "what was asked could not be kept, and was not done");
    }
  }

  /** Who signed a request; undefined where nobody did and nobody must. */
  async #authenticate(
    { method, header, caller }: Incoming,
    path: string,
    auth: "optional" | undefined,
  ): Promise<Caller | undefined> {
    if (caller !== undefined) return caller;
    if (auth === "optional" && !header("kalshi-access-key")) return undefined;
    return await authenticate(this.#exchange, header, method, path);
  }

  #refuse(error: unknown): Outgoing {
    if (error instanceof ApiError) {
      const { status, code, message, details } = error;
      if (status === 429) return this.#write(status, { error: message });
      const body = { code, message, ...(details === undefined ? {} : { details }) };
      return this.#write(status, this.#exchange.errorBodies === "nested" ? { error: body } : body);
    }
    this.#exchange.onInternalError(error);
    return this.#write(500, { code: "internal_server_error", message: "internal server error" });
  }

  #write(status: number, value: unknown, extra: Record<string, string> = {}): Outgoing {
    const headers: Record<string, string> = {
      date: new Date(this.#exchange.wallClock()).toUTCString(),
      ...extra,
    };
    if (value === undefined) return { status, headers, body: undefined };
    headers["content-type"] ??= "application/json";
    return { status, headers, body: typeof value === "string" ? value : JSON.stringify(value) };
  }
}

// A character is up to three bytes.
function isTooLong(body: string): boolean {
  return body.length * 3 > MOST_BODY_BYTES && new TextEncoder().encode(body).length > MOST_BODY_BYTES;
}
