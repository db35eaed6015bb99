/**
 * What becomes of an answer whatever its body is like: compressed in any way, cut, stalled, mislabelled. Run over
 * every runtime's network and both versions of HTTP.
 */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type ClientHooks, KalshiClient, type KalshiConfigOptions, KalshiError } from "../../../mod.ts";
import type { Clock } from "../../../src/base/clock.ts";
import type { Runtime } from "../../../src/runtime/types.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import { CODED, type CodedBody, CONTENTS } from "../../support/coded_bodies.ts";
import { type Answer, startRawServer } from "../../support/raw_server.ts";
import { order } from "../../support/order.ts";
import { runtimeName, test } from "../../support/test.ts";

/** What the server sends back. */
export interface WireAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body's bytes. */
  readonly base64: string;
  /** Or a body without an end. */
  readonly bomb?: Answer["bomb"];
  /** Break the connection in the middle of the body, or send no more of it. */
  readonly then?: "cut" | "stall";
}

/** A server, and clients of it over the network under test. */
export interface Origin extends AsyncDisposable {
  answer(answer: WireAnswer): Promise<void>;
  /** How many bytes of an endless body were written since the last {@linkcode answer}. */
  sent(): Promise<number>;
  /** The methods of the requests since the last {@linkcode answer}. */
  requests(): Promise<readonly string[]>;
  client(
    config?: KalshiConfigOptions,
    more?: Pick<ClientHooks, "onResponse"> & { readonly clock?: Clock },
  ): KalshiClient;
}

/** Signs for the clients of an origin. */
export const auth = { keyId: "key-1", sign: (text: string) => Promise.resolve(btoa(text)) };

/** An origin without TLS, over HTTP/1.1, asked through the runtime as it is found or another. */
export async function rawOrigin(runtime?: Runtime): Promise<Origin> {
  const server = await startRawServer();
  return {
    answer({ status, headers = {}, base64, bomb, then }) {
      const length = atob(base64).length + (then === undefined ? 0 : 40);
      const framing = bomb === undefined ? { "content-length": String(length) } : { connection: "close" };
      const fields = Object.entries({ ...headers, ...framing });
      const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
      return server.setAnswers({
        write: `HTTP/1.1 ${status} Status\r\n${lines}\r\n`,
        base64,
        ...bomb && { bomb },
        then: then === "cut" ? "end" : "keep",
      });
    },
    sent: () => server.thing.call("sent"),
    requests: async () => (await server.received()).map(({ head }) => head.split(" ")[0] ?? ""),
    client: (config, more) =>
      new KalshiClient({ auth, runtime, config: { ...config, baseUrl: server.baseUrl }, ...more }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const STATUSES = [302, 400, 401, 403, 404, 408, 409, 429, 500, 503, 504];
const NAMES: Readonly<Record<number, string>> = {
  302: "REDIRECT",
  401: "AUTH_REJECTED",
  403: "AUTH_REJECTED",
  404: "NOT_FOUND",
  408: "TIMEOUT",
  409: "CONFLICT",
  429: "RATE_LIMITED",
  504: "TIMEOUT",
};
const codeOf = (status: number) => NAMES[status] ?? (status >= 500 ? "SERVER" : "BAD_REQUEST");
const outcomeOf = (status: number) => status >= 500 || status === 408 ? "unknown" : "rejected";
/** A conflict may be of the id that a write has itself used: without its body nobody knows. */
const isOpen = (method: string, status: number, isRead: boolean) =>
  method === "POST" && (outcomeOf(status) === "unknown" || status === 409 && !isRead);

interface Globals {
  readonly process?: {
    getBuiltinModule?(name: string): Readonly<Record<string, unknown>> | undefined;
  };
}
const zlib = (globalThis as Globals).process?.getBuiltinModule?.("node:zlib");

function isReadable({ needs }: CodedBody): boolean {
  if (needs === undefined) return true;
  // A Worker has what its DecompressionStream has.
  if (runtimeName === "workers") return false;
  return needs === "brotli-in-a-list" || runtimeName === "bun" || typeof zlib?.zstdDecompress === "function";
}

async function failure(call: Promise<unknown>): Promise<KalshiError> {
  return await assertRejects(() => call, KalshiError);
}

/** What must not depend on how the body was sent. */
function known(error: KalshiError) {
  const { name, code, status, serverCode, details, outcome, retryAfterMs, message } = error;
  return { name, code, status, serverCode, details, outcome, retryAfterMs, message };
}

const json = { "content-type": "application/json", "retry-after": "7" };

/** Declares the tests. `readsFirstMemberOnly`: its `fetch` unpacks gzip itself, and stops after one member. */
export function testAnswers(
  name: string,
  start: () => Promise<Origin>,
  readsFirstMemberOnly = false,
): void {
  test(`${name}: a refusal is the same under every content coding, and asked for once`, async () => {
    await using origin = await start();
    // A refused order is refused, also for a client that would send one again.
    await using client = origin.client({ maxRetries: 0, orderRetries: "idempotent" });
    for (const status of STATUSES) {
      for (const method of ["GET", "POST"] as const) {
        const plain = new Map<string, unknown>();
        for (const [title, body] of Object.entries(CODED)) {
          if (body.of !== "refused" || isOpen(method, status, isReadable(body))) continue;
          await origin.answer({
            status,
            headers: {
              ...json,
              location: "/elsewhere",
              ...body.coding && { "content-encoding": body.coding },
            },
            base64: body.base64,
          });
          const error = await failure(
            method === "GET" ? client.request("GET", "/x") : client.orders.create(order),
          );
          const what = `${title}: ${method} ${status}: ${error.message}`;
          assertEquals(
            [error.code, error.outcome, error.status],
            [codeOf(status), outcomeOf(status), status],
            what,
          );
          const retryAfterMs = [408, 429, 503, 504].includes(status) ? 7_000 : undefined;
          if (status !== 302) assertEquals(error.retryAfterMs, retryAfterMs, what);
          assertEquals(await origin.requests(), [method], what);
          const isWhole = !(readsFirstMemberOnly && method === "GET" && title.startsWith("gzip of two"));
          if (!isReadable(body) || !isWhole) continue;
          if (status !== 302) {
            assertEquals([error.serverCode, error.details], ["invalid_order", "post only cross"], what);
            assertStringIncludes(error.message, "invalid_order: invalid order: post only cross");
          }
          const first = plain.get(method) ?? known(error);
          plain.set(method, first);
          assertEquals<unknown>(known(error), first, what);
        }
      }
    }
  });

  test(`${name}: a result is the same under every content coding`, async () => {
    await using origin = await start();
    await using client = origin.client({ maxRetries: 0 });
    await using parsing = origin.client({
      maxRetries: 0,
      restJsonParse: (bytes) => JSON.parse(new TextDecoder().decode(bytes)),
    });
    for (const [title, body] of Object.entries(CODED)) {
      const headers = { ...json, ...body.coding && { "content-encoding": body.coding } };
      await origin.answer({ status: 200, headers, base64: body.base64 });
      for (const each of [client, parsing]) {
        for (const method of ["GET", "POST"] as const) {
          const call = each.request(method, "/x");
          const isWhole = !(readsFirstMemberOnly && method === "GET" && title.startsWith("gzip of two"));
          if (body.of === "done" && isReadable(body) && isWhole) {
            assertEquals<unknown>(await call, JSON.parse(CONTENTS.done), title);
            continue;
          }
          // An error in it is one, and what cannot be read is no result.
          const error = await failure(call);
          assertEquals([error.code, error.status, error.outcome], ["DECODE", 200, "unknown"], title);
          if (isReadable(body) && isWhole) assertEquals(error.serverCode, "invalid_order", title);
        }
      }
    }
  });

  const plain = CODED["none, refused"]?.base64 ?? "";
  const gzip = CODED["gzip, refused"]?.base64 ?? "";
  const half = (base64: string) => base64.slice(0, base64.length / 8 * 4);
  const broken: Readonly<Record<string, Omit<WireAnswer, "status">>> = {
    "cut": { base64: half(plain), then: "cut" },
    "cut before its first byte": { base64: "", then: "cut" },
    "cut while compressed": { headers: { "content-encoding": "gzip" }, base64: half(gzip), then: "cut" },
    "short though whole": { headers: { "content-encoding": "gzip" }, base64: half(gzip) },
    "plain and called gzip": { headers: { "content-encoding": "gzip" }, base64: plain },
    "plain and called br": { headers: { "content-encoding": "br" }, base64: plain },
    "plain and called deflate": { headers: { "content-encoding": "deflate" }, base64: plain },
    "plain and called zstd": { headers: { "content-encoding": "zstd" }, base64: plain },
    "gzip and called deflate": { headers: { "content-encoding": "deflate" }, base64: gzip },
    "gzip and called x-gzip, gzip": { headers: { "content-encoding": "x-gzip, gzip" }, base64: gzip },
    "of an unknown coding": { headers: { "content-encoding": "snappy" }, base64: "AQJzbmFwcHk=" },
    "of too many codings": { headers: { "content-encoding": "gzip, gzip, gzip, gzip, gzip" }, base64: gzip },
    "gzip and called nothing": { base64: gzip },
    "of bytes that are no text": { base64: "//79/Pv6" },
    "an HTML page": { headers: { "content-type": "text/html" }, base64: btoa("<html>no</html>") },
  };

  test(`${name}: whatever is wrong with the body of a refusal, its status stands`, async () => {
    await using origin = await start();
    await using client = origin.client({ maxRetries: 0, orderRetries: "idempotent" });
    for (const [title, answer] of Object.entries(broken)) {
      for (const status of STATUSES) {
        for (const method of ["GET", "POST"] as const) {
          if (isOpen(method, status, false)) continue;
          await origin.answer({ ...answer, status, headers: { ...json, ...answer.headers } });
          const error = await failure(
            method === "GET" ? client.request("GET", "/x") : client.orders.create(order),
          );
          const what = `${title}: ${method} ${status}: ${error.message}`;
          assertEquals([error.code, error.outcome, error.status, error.serverCode], [
            codeOf(status),
            outcomeOf(status),
            status,
            undefined,
          ], what);
          assertStringIncludes(error.message, `answered ${status}`);
          if (status === 429) assertEquals(error.retryAfterMs, 7_000, what);
          assertEquals(await origin.requests(), [method], what);
        }
      }
    }
  });

  test(`${name}: a refusal whose body breaks off is repeated where its status says so`, async () => {
    await using origin = await start();
    await using client = origin.client({ maxRetries: 2, retryBaseDelayMs: 0 });
    for (const [status, times] of [[404, 1], [503, 3]] as const) {
      await origin.answer({ status, base64: half(plain), then: "cut" });
      assertEquals((await failure(client.request("GET", "/x"))).status, status);
      assertEquals((await origin.requests()).length, times);
    }
  });

  test(`${name}: a 2xx that breaks off leaves the outcome of a write unknown, and its status is told`, async () => {
    await using origin = await start();
    await using client = origin.client({ maxRetries: 2, retryBaseDelayMs: 0 });
    for (const [title, answer] of Object.entries(broken)) {
      if (answer.then !== "cut") continue;
      for (
        const [call, method] of [
          [() => client.orders.create(order), "POST"],
          [() => client.orderGroups.delete("id"), "DELETE"],
        ] as const
      ) {
        await origin.answer({ ...answer, status: 201, headers: { ...json, ...answer.headers } });
        const error = await failure(call());
        assertEquals([error.code, error.outcome, error.status], ["CONNECTION", "unknown", 201], title);
        assertEquals(await origin.requests(), [method], title);
      }
      // A read is harmless.
      await origin.answer({ ...answer, status: 200, headers: { ...json, ...answer.headers } });
      assertEquals((await failure(client.request("GET", "/x"))).status, 200);
      assertEquals((await origin.requests()).length, 3, title);
    }
  });

  test(`${name}: a 2xx with a body that cannot be read is no success`, async () => {
    await using origin = await start();
    await using client = origin.client({ maxRetries: 0 });
    for (const [title, answer] of Object.entries(broken)) {
      if (answer.then === "cut") continue;
      await origin.answer({ ...answer, status: 200, headers: { ...json, ...answer.headers } });
      for (const call of [() => client.orders.create(order), () => client.orderGroups.delete("id")]) {
        const error = await failure(call());
        assertEquals([error.outcome, error.status], ["unknown", 200], title);
        assert(error.code === "DECODE" || error.code === "CONNECTION", `${title}: ${error}`);
      }
    }
  });

  /** Runs a call whose answer stalls; `strike` comes once its head is there. */
  async function stalled(
    status: number,
    config: KalshiConfigOptions,
    strike: (clock: ManualClock, client: KalshiClient, abort: AbortController) => unknown,
    body: Pick<WireAnswer, "headers" | "base64"> = { base64: half(plain), headers: json },
  ) {
    await using origin = await start();
    const clock = new ManualClock();
    let answered = () => {};
    const head = new Promise<void>((resolve) => answered = resolve);
    await using client = origin.client({ maxRetries: 0, ...config }, { clock, onResponse: () => answered() });
    await origin.answer({ status, ...body, then: "stall" });
    const abort = new AbortController();
    const failing = failure(client.orders.create(order, { signal: abort.signal }));
    await head;
    await strike(clock, client, abort);
    const error = await failing;
    assertEquals(await origin.requests(), ["POST"]);
    return error;
  }

  test(`${name}: a body that stalls is not waited for longer than an error's should take`, async () => {
    for (const status of [400, 404, 409, 429, 503]) {
      const error = await stalled(status, {}, (clock) => clock.advance(5_000));
      const outcome = isOpen("POST", status, false) ? "unknown" : outcomeOf(status);
      assertEquals([error.code, error.outcome, error.status], [codeOf(status), outcome, status]);
      assertStringIncludes(error.message, "5000 ms");
      if (status === 429) assertEquals(error.retryAfterMs, 7_000);
    }
  });

  test(`${name}: a body that stalls past timeoutMs or totalTimeoutMs leaves the status`, async () => {
    for (const config of [{ timeoutMs: 1_000 }, { totalTimeoutMs: 1_000 }]) {
      for (const status of [404, 429, 503]) {
        const error = await stalled(status, config, (clock) => clock.advance(1_000));
        assertEquals([error.code, error.outcome, error.status], [codeOf(status), outcomeOf(status), status]);
        if (status !== 404) assertEquals(error.retryAfterMs, 7_000);
      }
      const done = await stalled(201, config, (clock) => clock.advance(1_000));
      assertEquals([done.code, done.outcome, done.status], ["TIMEOUT", "unknown", 201]);
    }
  });

  test(`${name}: who ends a call while a refusal is read still learns what it was`, async () => {
    for (const [status, outcome] of [[404, "rejected"], [503, "unknown"], [201, "unknown"]] as const) {
      const aborted = await stalled(status, {}, (_, __, abort) => abort.abort());
      assertEquals([aborted.code, aborted.outcome, aborted.status], ["ABORTED", outcome, status]);
      const closed = await stalled(status, {}, (_, client) => client.close());
      assertEquals([closed.code, closed.outcome, closed.status], ["CLOSED", outcome, status]);
    }
  });

  test(`${name}: an answer without a body may be labelled as compressed`, async () => {
    await using origin = await start();
    await using client = origin.client({ maxRetries: 0 });
    for (const coding of ["gzip", "br", "deflate", "zstd"]) {
      await origin.answer({ status: 200, base64: "", headers: { "content-encoding": coding } });
      assertEquals(await client.orderGroups.delete("id"), undefined, coding);
      await origin.answer({ status: 404, base64: "", headers: { "content-encoding": coding } });
      const error = await failure(client.orderGroups.delete("id"));
      assertEquals([error.code, error.message], [
        "NOT_FOUND",
        "DELETE /portfolio/order_groups/id answered 404.",
      ]);
    }
  });

  const MIB = 1024 * 1024;
  /** What sockets on both sides hold, and what a runtime reads ahead. */
  const UNDERWAY = 48 * MIB;
  const bombs = [
    { coding: "gzip", content: "zeros" },
    { coding: "gzip", content: "text" },
    { coding: "deflate", content: "zeros" },
    { content: "text" },
  ] as const;

  test(
    `${name}: no more is read of a body without an end than maxBodyBytes`,
    { timeoutMs: 300_000 },
    async () => {
      await using origin = await start();
      for (const bomb of bombs) {
        const headers = { ...json, ..."coding" in bomb && { "content-encoding": bomb.coding } };
        // Bytes that hardly shrink tell by a small bound alone what was read.
        for (const maxBodyBytes of bomb.content === "zeros" ? [undefined, MIB] : [MIB]) {
          await using client = origin.client({ maxRetries: 2, retryBaseDelayMs: 0, maxBodyBytes });
          for (
            const [status, method] of [[200, "GET"], [201, "POST"], [404, "GET"], [400, "POST"]] as const
          ) {
            await origin.answer({ status, headers, base64: "", bomb });
            const error = await failure(
              method === "GET" ? client.request("GET", "/x") : client.orders.create(order),
            );
            const what = `${JSON.stringify(bomb)} ${maxBodyBytes} ${status}: ${error.message}`;
            if (status < 300) {
              assertEquals([error.code, error.status, error.outcome], ["DECODE", status, "unknown"], what);
              assertStringIncludes(
                error.message,
                `a body of more than ${
                  maxBodyBytes ?? 64 * MIB
                } bytes when unpacked, the most that maxBodyBytes`,
              );
            } else {
              assertEquals(
                [error.code, error.status, error.outcome],
                [codeOf(status), status, "rejected"],
                what,
              );
              assertStringIncludes(error.message, "it is longer than 65536 bytes", what);
            }
            assertEquals(await origin.requests(), [method], what);
            const most = (status < 300 ? maxBodyBytes ?? 64 * MIB : 0) + UNDERWAY;
            assert(await origin.sent() < most, `${what}: ${await origin.sent()} bytes were sent`);
          }
        }
      }
    },
  );

  test(`${name}: a body as long as maxBodyBytes is read, and one of a byte more is not`, async () => {
    await using origin = await start();
    const { length } = CONTENTS.done;
    for (const [title, body] of Object.entries(CODED)) {
      if (body.of !== "done" || !isReadable(body) || title.startsWith("gzip of two")) continue;
      const headers = { ...json, ...body.coding && { "content-encoding": body.coding } };
      await origin.answer({ status: 200, headers, base64: body.base64 });
      await using enough = origin.client({
        maxRetries: 0,
        maxBodyBytes: Math.max(length, atob(body.base64).length),
      });
      assertEquals<unknown>(await enough.request("GET", "/x"), JSON.parse(CONTENTS.done), title);
      await using few = origin.client({ maxRetries: 0, maxBodyBytes: length - 1 });
      const error = await failure(few.request("GET", "/x"));
      assertEquals([error.code, error.status, error.outcome], ["DECODE", 200, "unknown"], title);
      assertStringIncludes(
        error.message,
        `a body of more than ${length - 1} bytes when unpacked, the most that maxBodyBytes`,
        title,
      );
    }
  });

  test(`${name}: a compressed body that stalls is cut at timeoutMs`, async () => {
    for (const [status, code] of [[201, "TIMEOUT"], [404, "NOT_FOUND"]] as const) {
      const error = await stalled(
        status,
        { timeoutMs: 1_000 },
        (clock) => clock.advance(1_000),
        { headers: { ...json, "content-encoding": "gzip" }, base64: half(gzip) },
      );
      assertEquals([error.code, error.status], [code, status]);
    }
  });
}
