/** An account that talks to an exchange with nothing but its key and `fetch`. */
import type { KalshiAuth } from "../../../src/auth/kalshi_auth.ts";

// deno-lint-ignore no-explicit-any -- answers are looked into freely; their shapes are checked elsewhere
export type Json = any;

/** One answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly value: Json;
}

/** Where a session sends its requests. */
export interface Target {
  readonly baseUrl: string;
  /** In process, where there is no socket. */
  readonly fetch?: (request: Request) => Promise<Response>;
  /** Whose base clock requests are stamped with; the system's when absent. */
  readonly clock?: { readonly base: { now(): number } };
}

/** What a session sees of each exchange of a request and its answer. */
export type Watch = (method: string, path: string, answer: Answer) => void;

/** A session. Paths are below the API root. */
export class Session {
  readonly #baseUrl: string;
  readonly #clock: Target["clock"];
  readonly #auth: KalshiAuth | undefined;
  readonly #fetch: (request: Request) => Promise<Response>;
  readonly #watch: Watch | undefined;

  constructor(
    target: Target,
    auth?: KalshiAuth,
    watch?: Watch,
  ) {
    this.#baseUrl = target.baseUrl;
    this.#clock = target.clock;
    this.#auth = auth;
    this.#fetch = target.fetch ?? ((request) => fetch(request));
    this.#watch = watch;
  }

  get(path: string): Promise<Answer> {
    return this.send("GET", path);
  }
  post(path: string, body?: unknown): Promise<Answer> {
    return this.send("POST", path, body);
  }
  put(path: string, body?: unknown): Promise<Answer> {
    return this.send("PUT", path, body);
  }
  delete(path: string, body?: unknown): Promise<Answer> {
    return this.send("DELETE", path, body);
  }

  /** Signs, unless there is no key, and sends. */
  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const url = new URL(`${this.#baseUrl}${path}`);
    const signed = this.#auth === undefined
      ? {}
      : await this.#auth.headers(method, url.pathname, { timestampMs: this.#clock?.base.now() });
    const response = await this.#fetch(
      new Request(url, {
        method,
        headers: { ...signed, ...headers },
        redirect: "manual",
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    const answer = {
      status: response.status,
      headers: response.headers,
      value: text === "" ? undefined : JSON.parse(text),
    };
    this.#watch?.(method, url.pathname.replace("/trade-api/v2", ""), answer);
    return answer;
  }

  /** Every item of a paged list. */
  async all(path: string, items: string, next = "cursor"): Promise<Json[]> {
    const found: Json[] = [];
    for (let cursor: string | undefined = "";;) {
      const mark = path.includes("?") ? "&" : "?";
      const { value } = await this.get(
        cursor === "" ? path : `${path}${mark}cursor=${encodeURIComponent(cursor)}`,
      );
      found.push(...value[items]);
      cursor = value[next];
      if (cursor === undefined || cursor === "") return found;
    }
  }
}

/** A good-till-canceled order, for the fields that most tests do not care about. */
export function orderBody(fields: Record<string, unknown>): Record<string, unknown> {
  return {
    side: "bid",
    count: "10.00",
    price: "0.5000",
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross",
    ...fields,
  };
}
