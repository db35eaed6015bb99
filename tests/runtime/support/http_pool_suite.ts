import { assert, assertEquals, assertRejects } from "@std/assert";
import type { HttpPool, HttpPoolRequest, Runtime } from "../../../src/runtime/types.ts";
import { startThing, type Thing } from "../../support/bed.ts";
import { runtimeName, test } from "../../support/test.ts";
import { until } from "../../support/until.ts";

interface Received {
  readonly connection: number;
  readonly head: string;
  readonly body: string;
}

const ok = { write: "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}" };

async function start(answers: unknown[]): Promise<[Thing, string]> {
  const server = await startThing("raw-server", { answers });
  return [server, `http://127.0.0.1:${await server.call<number>("port")}/trade-api/v2/x`];
}

async function read(pool: HttpPool, url: string, request: HttpPoolRequest): Promise<string> {
  const response = await pool.fetch(url, request);
  return await response.text();
}

const json = { "content-type": "application/json" };
const writes: readonly HttpPoolRequest[] = ["POST", "PUT", "PATCH", "DELETE"].flatMap((method) => [
  { method, headers: json, body: `{"é":"${method}"}` },
  { method, headers: {} },
]);

/** What the pool of every runtime must do over HTTP/1.1, on the loopback. */
export function testHttpPool(name: string, make: () => Runtime): void {
  for (const then of ["end", "reset"] as const) {
    for (const request of writes) {
      const what = `${request.method} ${request.body ? "with" : "without"} a body`;
      test(`${name}: ${what} arrives once when a reused connection ends (${then}) before the answer`, async () => {
        const [server, url] = await start([ok]);
        await using _ = server;
        const pool = make().createHttpPool({ http2: false });
        // A connection may still be putting itself away when the write comes, or have been idle for too long: then
        // there is a new one, which proves nothing.
        for (let isReused = false; !isReused;) {
          await server.call("setAnswers", [ok]);
          for (let i = 0; i < 3; i++) await read(pool, url, { method: "GET", headers: {} });
          const connections = await server.call<number>("connections");
          await server.call("setAnswers", [{ write: null, then }]);

          const error = await assertRejects(() => read(pool, url, request));
          const received = await server.call<Received[]>("received");

          assertEquals(received.length, 1, JSON.stringify(received));
          assert(!pool.isNotSent(error));
          isReused = await server.call<number>("connections") === connections;
        }
        await pool.close();
      });
    }
  }

  test(`${name}: a write arrives as it was given: method, path, headers and body`, async () => {
    const [server, url] = await start([ok]);
    await using _ = server;
    const pool = make().createHttpPool({ http2: false });
    for (const { method, headers, body } of writes) {
      await read(pool, `${url}?a=%2F&b=1`, {
        method,
        headers: { ...headers, "KALSHI-ACCESS-KEY": "k" },
        body,
      });
    }
    const received = await server.call<Received[]>("received");
    assertEquals(received.length, writes.length);
    for (const [index, { head, body }] of received.entries()) {
      const sent = writes[index];
      assertEquals(head.split("\r\n")[0], `${sent?.method} /trade-api/v2/x?a=%2F&b=1 HTTP/1.1`);
      assert(/^kalshi-access-key: k$/im.test(head), head);
      assertEquals(new TextDecoder().decode(Uint8Array.from(body, (c) => c.charCodeAt(0))), sent?.body ?? "");
      if (sent?.body) assert(/^content-type: application\/json$/im.test(head), head);
    }
    // Deno cannot send a length with a body that it must not repeat.
    const framing = received.map(({ head }) =>
      /^content-length|^transfer-encoding/im.exec(head)?.[0].toLowerCase()
    );
    const expected = runtimeName === "deno" ? "transfer-encoding" : "content-length";
    for (const [index, field] of framing.entries()) {
      if (writes[index]?.body || runtimeName === "deno") assertEquals(field, expected);
      else assert(field !== "transfer-encoding");
    }
    await pool.close();
  });

  test(`${name}: a redirect is not followed`, async () => {
    const [server, url] = await start([{
      write: "HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n",
    }]);
    await using _ = server;
    const pool = make().createHttpPool({ http2: false });
    const response = await pool.fetch(url, { method: "GET", headers: {} });
    await response.text();
    assertEquals(response.status, 302);
    assertEquals(response.headers.get("location"), "/elsewhere");
    assertEquals((await server.call<Received[]>("received")).length, 1);
    await pool.close();
  });

  test(`${name}: a refused connection is known to have sent nothing, where the runtime tells`, async () => {
    await using refusing = await startThing("refusing-port");
    const url = `http://127.0.0.1:${await refusing.call<number>("port")}/trade-api/v2/x`;
    const pool = make().createHttpPool({ http2: false });
    for (const request of writes) {
      const error = await assertRejects(() => pool.fetch(url, request));
      assertEquals(pool.isNotSent(error), runtimeName !== "workers", String(error));
    }
    await pool.close();
  });

  test(`${name}: an answer that ends too early is no proof that nothing was sent`, async () => {
    const [server, url] = await start([
      { write: "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{", then: "end" },
      { write: "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{", then: "reset" },
      { write: "what?\r\n\r\n", then: "end" },
    ]);
    await using _ = server;
    const pool = make().createHttpPool({ http2: false });
    for (let i = 0; i < 3; i++) {
      const error = await assertRejects(() => read(pool, url, { method: "POST", headers: json, body: "{}" }));
      assert(!pool.isNotSent(error), String(error));
    }
    await pool.close();
  });

  test(`${name}: a signal ends a request that waits, with its reason`, async () => {
    const [server, url] = await start([{ ...ok, hold: true }]);
    await using _ = server;
    const pool = make().createHttpPool({ http2: false });
    for (const method of ["GET", "DELETE"]) {
      const controller = new AbortController();
      const reason = new Error("enough");
      const pending = pool.fetch(url, { method, headers: {}, signal: controller.signal });
      const failed = assertRejects(() => pending);
      await until(async () => (await server.call<Received[]>("received")).length > 0);
      controller.abort(reason);
      // A Worker gets a copy.
      assertEquals((await failed as Error).message, reason.message);
      await server.call("setAnswers", [{ ...ok, hold: true }]);
    }
    await pool.close();
  });

  test(`${name}: a closed pool has closed its connections, and closes again without harm`, async () => {
    const [server, url] = await start([ok]);
    await using _ = server;
    const pool = make().createHttpPool({ http2: false });
    await Promise.all(Array.from({ length: 3 }, () => read(pool, url, { method: "GET", headers: {} })));
    await pool.close();
    await pool.close();
    if (runtimeName === "workers") return; // The platform's own connections.
    await until(async () => await server.call<number>("openConnections") === 0);
    await assertRejects(() => pool.fetch(url, { method: "GET", headers: {} }));
  });

  test(`${name}: options that a runtime cannot honour are refused when the pool is made`, () => {
    const runtime = make();
    const { capabilities } = runtime;
    const names = ["maxConnections", "maxKeepaliveConnections", "keepaliveExpiryMs"] as const;
    const refused = (make: () => HttpPool) => {
      try {
        void make().close();
        return false;
      } catch (error) {
        assert(error instanceof Error && error.name === "KalshiConfigError", String(error));
        assert(error.message.includes(runtime.name), error.message);
        return true;
      }
    };
    assertEquals(refused(() => runtime.createHttpPool({ http2: true })), !capabilities.http2);
    for (const name of names) {
      const make = () => runtime.createHttpPool({ http2: false, limits: { [name]: 4000 } });
      assertEquals(refused(make), !capabilities[name], name);
    }
  });
}
