import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { KalshiConfigError, KalshiConnectionError } from "../../src/base/errors.ts";
import type { HttpPoolRequest, ProxyOptions, Runtime } from "../../src/runtime/types.ts";
import { startThing, type Thing } from "../support/bed.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { adapters } from "./support/adapters.ts";

interface Seen {
  readonly line: string;
  readonly headers: Readonly<Record<string, string>>;
}

const post: HttpPoolRequest = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
const credentials = { username: "trader", password: "pä:ss@wörd" };

interface Bed extends AsyncDisposable {
  readonly proxy: Thing;
  readonly options: ProxyOptions;
  readonly https: Thing;
  readonly url: string;
  readonly ca: string;
}

async function start(secret = false): Promise<Bed> {
  const proxy = await startThing("proxy", secret ? credentials : {});
  const https = await startThing("https-server");
  return {
    proxy,
    https,
    options: { url: `http://127.0.0.1:${await proxy.call<number>("port")}`, ...(secret && credentials) },
    url: `https://localhost:${await https.call<number>("port")}/x`,
    ca: await https.call<string>("ca"),
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await https[Symbol.asyncDispose]();
    },
  };
}

const lines = async (proxy: Thing) => (await proxy.call<Seen[]>("seen")).map(({ line }) => line);

async function post1(runtime: Runtime, url: string, http2 = false): Promise<unknown> {
  const pool = runtime.createHttpPool({ http2 });
  try {
    return JSON.parse(await (await pool.fetch(url, post)).text());
  } finally {
    await pool.close();
  }
}

for (const { name, make } of await adapters()) {
  /** Deno's own client shows them to the exchange. */
  const takesCredentials = name !== "denoRuntime";

  for (const secret of takesCredentials ? [false, true] : [false]) {
    const with_ = secret ? "a proxy with a password" : "a proxy";

    test(`${name}: ${with_}: requests go through it, and the exchange sees no trace`, async () => {
      await using bed = await start(secret);
      const runtime = make({ proxy: bed.options, caCertificates: [bed.ca] });
      assertEquals(await post1(runtime, bed.url), { version: "1.1" });
      assertEquals(await lines(bed.proxy), [`CONNECT ${new URL(bed.url).host}`]);
      const [request] = await bed.https.call<{ method: string; headers: Record<string, string> }[]>(
        "requests",
      );
      assertEquals(request?.method, "POST");
      for (const field of Object.keys(request?.headers ?? {})) assert(!field.startsWith("proxy-"), field);
    });

    test(`${name}: ${with_}: WebSockets and TCP go through it`, async () => {
      await using bed = await start(secret);
      const runtime = make({ proxy: bed.options, caCertificates: [bed.ca] });
      for (const tls of [false, true]) {
        await using sockets = await startThing("ws-server", { tls });
        const authority = `localhost:${await sockets.call<number>("port")}`;
        const got: unknown[] = [];
        const socket = await runtime.connectWebSocket(`${tls ? "wss" : "ws"}://${authority}/echo`, {
          onMessage: (data) => void got.push(data),
          onClose: () => {},
        });
        socket.send("through");
        await until(() => got.length > 0);
        assertEquals(got, ["through"]);
        socket.terminate();
        const [handshake] = await sockets.call<{ headers: Record<string, string> }[]>("handshakes");
        for (const field of Object.keys(handshake?.headers ?? {})) assert(!field.startsWith("proxy-"), field);

        await using echo = await startThing("echo-server", { tls });
        const port = await echo.call<number>("port");
        const stream = await runtime.connectTcp({ hostname: "localhost", port, tls });
        await stream.writable.getWriter().write(new Uint8Array([7]));
        assertEquals([...(await stream.readable.getReader().read()).value ?? []], [7]);
        await stream.close();

        assertEquals((await lines(bed.proxy)).slice(-2), [
          `CONNECT ${authority}`,
          `CONNECT localhost:${port}`,
        ]);
      }
    });
  }

  const { capabilities } = make({ proxy: { url: "http://127.0.0.1:1" } });
  if (capabilities.http2) {
    test(`${name}: HTTP/2 through a proxy`, async () => {
      await using bed = await start(takesCredentials);
      const runtime = make({ proxy: bed.options, caCertificates: [bed.ca] });
      assertEquals(await post1(runtime, bed.url, true), { version: "2.0" });
      const seen = await lines(bed.proxy);
      assert(
        seen.length > 0 && seen.every((line) => line === `CONNECT ${new URL(bed.url).host}`),
        seen.join(),
      );
      const [request] = await bed.https.call<{ headers: Record<string, string> }[]>("requests");
      for (const field of Object.keys(request?.headers ?? {})) assert(!field.startsWith("proxy-"), field);
    });
  } else if (name === "bunRuntime") {
    test("bunRuntime: HTTP/2 and a proxy exclude one another", () => {
      const runtime = make({ proxy: { url: "http://127.0.0.1:1" } });
      assertThrows(() => runtime.createHttpPool({ http2: true }), KalshiConfigError, "http2");
    });
  }

  test(`${name}: a proxy that wants a password refuses us, and nothing is sent`, async () => {
    await using bed = await start(true);
    const runtime = make({ proxy: { url: bed.options.url }, caCertificates: [bed.ca] });
    const pool = runtime.createHttpPool({ http2: false });
    const error = await assertRejects(() => pool.fetch(bed.url, post));
    assert(pool.isNotSent(error), `${error} ${(error as Error).cause}`);
    await pool.close();
    const unused = { onMessage: () => {}, onClose: () => {} };
    const refused = await assertRejects(
      () => runtime.connectWebSocket(bed.url.replace("https", "wss"), unused),
      KalshiConnectionError,
      "407",
    );
    assert(!JSON.stringify(refused).includes(credentials.password));
    assertEquals(await bed.https.call("requests"), []);
  });

  test(`${name}: a proxy that is not there is known to have been sent nothing`, async () => {
    const runtime = make({ proxy: { url: "http://127.0.0.1:1" } });
    const pool = runtime.createHttpPool({ http2: false });
    const error = await assertRejects(() => pool.fetch("https://localhost:2/", post));
    assert(pool.isNotSent(error), `${error} ${(error as Error).cause}`);
    await pool.close();
  });

  test(`${name}: options that make no sense are refused, and no message has the password`, () => {
    const pem = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----";
    const wrong: unknown[] = [
      { proxy: { url: "proxy:3128" } },
      { proxy: { url: "https://proxy:3128" } },
      { proxy: { url: "socks5://proxy:3128" } },
      { proxy: { url: "http://u:secret@proxy:3128/path" } },
      { proxy: { url: "http://u:secret@proxy:3128?x" } },
      { proxy: { url: "http://u:secret@ proxy" } },
      { caCertificates: ["not a certificate"] },
      { caCertificates: [pem, "/etc/ca.pem"] },
      { ca: pem },
      { proxies: {} },
    ];
    for (const options of wrong) {
      const error = assertThrows(() => make(options as never), KalshiConfigError);
      assert(!error.message.includes("secret"), error.message);
    }
  });

  test(`${name}: credentials may stand in the proxy's URL`, async () => {
    await using bed = await start(true);
    const url = new URL(bed.options.url);
    url.username = credentials.username;
    url.password = encodeURIComponent(credentials.password);
    const options = { proxy: { url: url.href }, caCertificates: [bed.ca] };
    if (!takesCredentials) {
      const error = assertThrows(() => make(options), KalshiConfigError, "nodeRuntime");
      assert(!error.message.includes("ss" + "%40") && !error.message.includes("wörd"));
      assertThrows(() => make({ proxy: { ...bed.options } }), KalshiConfigError, "nodeRuntime");
      return;
    }
    assertEquals(await post1(make(options), bed.url), { version: "1.1" });
  });
}

test("Deno's proxy variables with credentials are refused: Deno would show them to the exchange", {
  on: ["deno"],
}, async () => {
  const { denoRuntime } = await import("../../src/runtime/deno.ts");
  const { env } = (globalThis as unknown as {
    Deno: { env: { set(name: string, value: string): void; delete(name: string): void } };
  }).Deno;
  for (const name of ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"]) {
    env.set(name, "http://me:secret@127.0.0.1:1");
    try {
      const error = assertThrows(
        () => denoRuntime().createHttpPool({ http2: false }),
        KalshiConfigError,
        name,
      );
      assert(!error.message.includes("secret"));
    } finally {
      env.delete(name);
    }
  }
});
