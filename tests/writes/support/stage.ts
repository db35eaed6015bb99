/** A network that answers writes and reads as it is told, on a clock that is moved. */
import { assertRejects } from "@std/assert";
import type { KalshiClientOptions, KalshiConfigOptions } from "../../../mod.ts";
import { KalshiError } from "../../../src/base/errors.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import type { AnyClient } from "../../rest/products.ts";
import type { Recorded } from "../../rest/recording.ts";
import type { Fields, WriteProduct } from "./products.ts";

/** A status, the fields of a JSON answer (of a refusal with `refusedWith`), a text, a broken connection, or no answer at all. */
export type Reply = number | Readonly<Record<string, unknown>> | string | "cut" | "hang";

export const ID = "7f2d7ad2-0c04-4b3a-8f0e-0d4f3f7e1a01";

/** An order to place; each exchange takes it. */
export const wish = {
  ticker: "KX-1",
  side: "bid",
  count: "10.00",
  price: "0.5600",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
  client_order_id: ID,
} as const;

export const created = {
  order_id: "o-1",
  client_order_id: ID,
  fill_count: "0.00",
  remaining_count: "10.00",
  ts_ms: 1,
};

export const listed = (...orders: object[]) => ({ orders, cursor: "" });

export function respond(reply: Reply, { method }: Recorded): Promise<Response> {
  if (reply === "hang") return new Promise(() => {});
  if (reply === "cut") return Promise.reject(new TypeError("the connection broke"));
  const success = method === "POST" ? 201 : 200;
  if (typeof reply === "string") return Promise.resolve(new Response(reply, { status: success }));
  if (typeof reply === "object") {
    const { refusedWith: status = success, ...fields } = reply as { refusedWith?: number };
    return Promise.resolve(Response.json(fields, { status }));
  }
  const code = { 409: "order_already_exists", 404: "not_found", 400: "insufficient_balance" }[reply];
  return Promise.resolve(Response.json({ code }, { status: reply }));
}

export interface Scene {
  readonly client: AnyClient;
  readonly clock: ManualClock;
  /** Methods of the requests so far, such as `POST GET POST`. */
  readonly sent: () => string;
  readonly requests: readonly Recorded[];
}

/** Lets a call run to its end while the clock moves. */
// deno-lint-ignore no-explicit-any -- the client's methods are found by name.
export async function run({ clock }: Scene, promise: Promise<any>): Promise<any> {
  let ended = false;
  const marked = promise.finally(() => ended = true);
  marked.catch(() => {});
  for (let moved = 0; !ended && moved < 600_000; moved += 250) await clock.advance(250);
  return await promise;
}

export function failure(scene: Scene, promise: Promise<unknown>): Promise<KalshiError> {
  return assertRejects(() => run(scene, promise), KalshiError);
}

export const bodies = ({ requests }: Scene) =>
  requests.filter(({ method }) => method !== "GET").map(({ body }) => JSON.parse(body));

/** What the tests of one exchange stage. */
export function stageOf({ rest, wire, stamp }: Pick<WriteProduct, "rest" | "wire" | "stamp">) {
  const orderWith = (fields: Fields): object =>
    wire({
      order_id: "o-1",
      client_order_id: ID,
      ticker: "KX-1",
      side: "bid",
      status: "resting",
      price: "0.5600",
      filled: "3.00",
      remaining: "7.00",
      ...fields,
    });
  /** Says which order it is, in an answer made from the order's state. */
  const identity = { order_id: "o-1", client_order_id: ID, ...stamp };
  return {
    /** The order of the wish, as the exchange shows it. */
    order: orderWith({}),
    orderWith,
    identity,
    found: { ...identity, fill_count: "3.00", remaining_count: "7.00" },
    /** A client whose writes and reads are answered in turn, the last reply of each again and again. */
    stage(
      writes: readonly Reply[],
      reads: readonly Reply[] = [listed()],
      config: KalshiConfigOptions = {},
      options: KalshiClientOptions = {},
    ): Scene {
      const clock = new ManualClock();
      const left = { writes: [...writes], reads: [...reads] };
      const { client, requests } = rest.recordingClient(
        (request) => {
          const replies = request.method === "GET" ? left.reads : left.writes;
          const reply = replies.length > 1 ? replies.shift() : replies[0];
          return respond(reply ?? 500, request);
        },
        { clock, config: { orderRetries: "idempotent", maxRetries: 3, ...config }, ...options },
      );
      return { client, clock, requests, sent: () => requests.map(({ method }) => method).join(" ") };
    },
  };
}
