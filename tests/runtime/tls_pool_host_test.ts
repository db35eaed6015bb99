import { assert, assertEquals, assertRejects } from "@std/assert";
import type { HttpPool, HttpPoolOptions, HttpPoolRequest } from "../../src/runtime/types.ts";
import { startThing, type Thing } from "../support/bed.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { type Adapter, adapters } from "./support/adapters.ts";

interface Request {
  readonly method: string;
  readonly path: string;
  readonly version: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly connection: number;
}

interface Bed extends AsyncDisposable {
  readonly server: Thing;
  readonly pool: HttpPool;
  readonly url: string;
}

async function start(adapter: Adapter, poolOptions: HttpPoolOptions, options: unknown = {}): Promise<Bed> {
  const server = await startThing("https-server", options);
  const runtime = adapter.make({ caCertificates: [await server.call<string>("ca")] });
  const pool = runtime.createHttpPool(poolOptions);
  return {
    server,
    pool,
    url: `https://localhost:${await server.call<number>("port")}/trade-api/v2/x`,
    async [Symbol.asyncDispose]() {
      await pool.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

const get: HttpPoolRequest = { method: "GET", headers: {} };
const writes: readonly HttpPoolRequest[] = ["POST", "PUT", "PATCH", "DELETE"].flatMap((method) => [
  { method, headers: { "content-type": "application/json" }, body: `{"a":"${method}"}` },
  { method, headers: {} },
]);

async function read({ pool, url }: Bed, request = get): Promise<{ version: string }> {
  const response = await pool.fetch(url, request);
  return JSON.parse(await response.text());
}

const requests = ({ server }: Bed) => server.call<Request[]>("requests");
const connections = ({ server }: Bed) => server.call<number>("connections");
const burst = (bed: Bed, count: number) => Promise.all(Array.from({ length: count }, () => read(bed)));

for (const adapter of await adapters()) {
  const { name } = adapter;
  const { capabilities } = adapter.make();
  const versions = capabilities.http2 ? [false, true] : [false];
  const testHttp2 = (title: string, body: () => Promise<void>) => {
    if (capabilities.http2) test(`${name}: HTTP/2 ${title}`, body);
  };

  test(`${name}: HTTP/1.1 unless HTTP/2 is asked for`, async () => {
    await using bed = await start(adapter, { http2: false });
    assertEquals(await read(bed), { version: "1.1" });
    assertEquals(await read(bed, writes[0]), { version: "1.1" });
  });

  testHttp2(`where asked for: many requests, one connection`, async () => {
    await using bed = await start(adapter, { http2: true }, { answers: [{ delayMs: 10 }] });
    assertEquals(await read(bed), { version: "2.0" });
    const before = await bed.server.call<number>("openConnections");
    const answers = await burst(bed, 50);
    assert(answers.every(({ version }) => version === "2.0"));
    assertEquals(await bed.server.call<number>("openConnections"), before);
    for (const write of writes) assertEquals(await read(bed, write), { version: "2.0" });
    const bodies = (await requests(bed)).slice(-writes.length).map(({ method, body }) => ({ method, body }));
    assertEquals(bodies, writes.map(({ method, body }) => ({ method, body: body ?? "" })));
  });

  testHttp2(`asked of a server without it: HTTP/1.1`, async () => {
    await using bed = await start(adapter, { http2: true }, { http2: false });
    for (const request of [writes[0], get]) assertEquals(await read(bed, request), { version: "1.1" });
  });

  testHttp2(`stays within the streams that a server allows`, async () => {
    await using bed = await start(adapter, { http2: true }, {
      answers: [{ delayMs: 10 }],
      settings: { maxConcurrentStreams: 10 },
    });
    assertEquals((await burst(bed, 50)).length, 50);
  });

  for (const http2 of versions) {
    for (const then of ["fin", "rst"]) {
      const version = http2 ? "HTTP/2" : "HTTP/1.1";
      test(`${name}: ${version}: writes arrive once when a reused connection breaks (${then})`, async () => {
        for (const request of writes) {
          await using bed = await start(adapter, { http2 });
          // A connection may have been idle for too long: then there is a new one, which proves nothing.
          for (let isReused = false; !isReused;) {
            await bed.server.call("setAnswers", [{}]);
            for (let i = 0; i < 3; i++) await read(bed);
            const before = await connections(bed);
            await bed.server.call("setAnswers", [{ then }]);
            const error = await assertRejects(() => read(bed, request));
            assert(!bed.pool.isNotSent(error), String(error));
            assertEquals((await requests(bed)).map(({ method }) => method), [request.method]);
            isReused = await connections(bed) === before;
          }
        }
      });
    }

    test(`${name}: HTTP/${http2 ? 2 : 1.1}: twenty writes at once arrive once each when all connections break`, async () => {
      await using bed = await start(adapter, { http2 });
      await Promise.all(Array.from({ length: 20 }, () => read(bed)));
      await bed.server.call("setAnswers", [{ then: "rst", delayMs: 300 }]);
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) => {
          const request = writes[i % writes.length];
          return bed.pool.fetch(`${bed.url}/${i}`, request ?? get);
        }),
      );
      assert(results.every(({ status }) => status === "rejected"));
      const paths = (await requests(bed)).map(({ path }) => path).sort();
      assertEquals(paths.length, new Set(paths).size, paths.join(" "));
      // What never arrived was never sent; what arrived is not said to be unsent.
      for (const [i, result] of results.entries()) {
        if (result.status !== "rejected" || !bed.pool.isNotSent(result.reason)) continue;
        assert(!paths.some((path) => path.endsWith(`/${i}`)), `${i} arrived: ${result.reason}`);
      }
    });
  }

  testHttp2(`streams: a refused one is known to be unsent, a reset one is not`, async () => {
    await using bed = await start(adapter, { http2: true }, { answers: [{}] });
    await read(bed);
    for (const [then, unsent] of [["refuse-stream", true], ["reset-stream", false]] as const) {
      await bed.server.call("setAnswers", [{ then }]);
      for (const request of writes) {
        const error = await assertRejects(() => read(bed, request));
        assertEquals(bed.pool.isNotSent(error), unsent, String(error));
      }
      assertEquals((await requests(bed)).length, writes.length);
    }
  });

  testHttp2(`and a server that says goodbye: it gets no write twice`, async () => {
    for (const request of writes) {
      await using bed = await start(adapter, { http2: true });
      await read(bed);
      await bed.server.call("setAnswers", [{ then: "goaway", delayMs: 20 }]);
      await read(bed, request).catch((error) => assert(!bed.pool.isNotSent(error), String(error)));
      assertEquals((await requests(bed)).length, 1);
    }
  });

  test(`${name}: a certificate that nobody vouches for, or for another name, sends nothing`, async () => {
    const server = await startThing("https-server");
    await using _ = server;
    const port = await server.call<number>("port");
    const strange = adapter.make().createHttpPool({ http2: false });
    const known = adapter.make({ caCertificates: [await server.call<string>("ca")] }).createHttpPool({
      http2: false,
    });
    for (const [pool, host] of [[strange, "localhost"], [known, "127.0.0.2"]] as const) {
      for (const request of [get, ...writes.slice(0, 2)]) {
        const error = await assertRejects(() => pool.fetch(`https://${host}:${port}/`, request));
        // The server listens on 127.0.0.1 alone, so that both ways a connection cannot be had.
        assert(pool.isNotSent(error), `${error} ${(error as Error).cause}`);
      }
      await pool.close();
    }
    assertEquals(await server.call("requests"), []);
  });

  test(`${name}: a name that does not exist sends nothing`, async () => {
    const pool = adapter.make().createHttpPool({ http2: false });
    const error = await assertRejects(() =>
      pool.fetch("https://no-such-host.invalid/", { ...get, method: "POST" })
    );
    assert(pool.isNotSent(error), `${error} ${(error as Error).cause}`);
    await pool.close();
  });

  for (const http2 of versions) {
    test(`${name}: HTTP/${http2 ? 2 : 1.1}: close ends idle and busy connections`, async () => {
      await using bed = await start(adapter, { http2 });
      await burst(bed, 3);
      assert(await bed.server.call<number>("openConnections") > 0);
      await bed.server.call("setAnswers", [{ hold: true }]);
      const controller = new AbortController();
      const busy = assertRejects(() => read(bed, { ...get, signal: controller.signal }));
      await until(async () => (await requests(bed)).length > 0);
      controller.abort();
      await bed.pool.close();
      await bed.pool.close();
      await until(async () => await bed.server.call<number>("openConnections") === 0);
      await busy;
      await assertRejects(() => read(bed));
    });
  }

  if (capabilities.keepaliveExpiryMs) {
    test(`${name}: keepaliveExpiryMs bounds how long an idle connection stays open`, async () => {
      await using patient = await start(adapter, { http2: false, limits: { keepaliveExpiryMs: 60_000 } });
      await read(patient);
      await using bed = await start(adapter, { http2: false, limits: { keepaliveExpiryMs: 1000 } });
      await read(bed);
      await until(async () => await bed.server.call("openConnections") === 0);
      assertEquals(await patient.server.call("openConnections"), 1, "they ended for another reason");
    });
  }
}
