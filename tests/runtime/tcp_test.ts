import { detectRuntime } from "#runtime";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { KalshiConnectionError } from "../../src/base/errors.ts";
import { startThing } from "../support/bed.ts";
import { runtimeName, test } from "../support/test.ts";
import { until } from "../support/until.ts";

/** Reads until as many bytes as asked for have come. */
async function take(reader: ReadableStreamDefaultReader<Uint8Array>, count: number): Promise<Uint8Array> {
  const parts: number[] = [];
  while (parts.length < count) {
    const { done, value } = await reader.read();
    if (done) break;
    for (const byte of value) parts.push(byte);
  }
  return new Uint8Array(parts);
}

for (const tls of [false, true]) {
  // The tests' certificate authority can be given to a runtime's own adapter, not to the detected one.
  if (tls && runtimeName !== "workers") continue;

  test(`${tls ? "TLS" : "TCP"}: what is written comes back, a little and a lot`, async () => {
    await using server = await startThing("echo-server", { tls });
    const port = await server.call<number>("port");
    const stream = await detectRuntime().connectTcp({ hostname: "localhost", port, tls });
    const writer = stream.writable.getWriter();
    const reader = stream.readable.getReader();
    for (const length of [1, 200, 300_000]) {
      const data = new Uint8Array(length).map((_, i) => i * 7);
      const back = take(reader, length);
      await writer.write(data);
      assertEquals(await back, data);
    }
    await stream.close();
    await stream.close();
    await until(async () => await server.call("openConnections") === 0);
  });
}

test("closing our side lets the other finish", async () => {
  await using server = await startThing("echo-server");
  const port = await server.call<number>("port");
  const stream = await detectRuntime().connectTcp({ hostname: "localhost", port, tls: false });
  const writer = stream.writable.getWriter();
  await writer.write(new Uint8Array([1, 2, 3]));
  await writer.close();
  const reader = stream.readable.getReader();
  assertEquals([...await take(reader, 4)], [1, 2, 3]);
  assert((await reader.read()).done);
  await stream.close();
});

test("a connection that is refused, or reset, is an error", async () => {
  await using server = await startThing("echo-server");
  const port = await server.call<number>("port");
  const stream = await detectRuntime().connectTcp({ hostname: "localhost", port, tls: false });
  const reading = stream.readable.getReader().read().then(
    ({ done }) => done ? "ended" : "read",
    () => "failed",
  );
  await until(async () => await server.call("openConnections") === 1);
  await server.call("reset");
  assertEquals(await reading, runtimeName === "workers" ? "ended" : "failed");
  const writer = stream.writable.getWriter();
  writer.closed.catch(() => {});
  await until(() => writer.write(new Uint8Array(1)).then(() => false, () => true));
  await stream.close();

  await using refusing = await startThing("refusing-port");
  const closed = await refusing.call<number>("port");
  await assertRejects(
    () => detectRuntime().connectTcp({ hostname: "localhost", port: closed, tls: false }),
    KalshiConnectionError,
    `localhost:${closed}`,
  );
});

test("a server without TLS, or with a certificate of a stranger, is refused", async () => {
  await using plain = await startThing("echo-server");
  const port = await plain.call<number>("port");
  const controller = new AbortController();
  // The echo answers a TLS greeting with itself, which is no TLS.
  await assertRejects(() =>
    detectRuntime().connectTcp({ hostname: "localhost", port, tls: true, signal: controller.signal })
  );
  if (runtimeName === "workers") return; // There the tests' authority is trusted.
  await using strange = await startThing("echo-server", { tls: true });
  await assertRejects(
    async () =>
      detectRuntime().connectTcp({
        hostname: "localhost",
        port: await strange.call<number>("port"),
        tls: true,
      }),
    KalshiConnectionError,
  );
});

test("a signal ends an attempt to connect", async () => {
  const connect = () =>
    detectRuntime().connectTcp({
      hostname: "localhost",
      port: 9,
      tls: false,
      signal: AbortSignal.abort(new Error("enough")),
    });
  assertEquals((await assertRejects(connect) as Error).message, "enough");
});

test("an attempt that is aborted in the handshake ends at once, and its socket goes", async () => {
  await using server = await startThing("tls-server", { manners: "mute" });
  const port = await server.call<number>("port");
  const open = async () => (await server.call<{ open: number }>("seen")).open;
  const controller = new AbortController();
  const connecting = detectRuntime().connectTcp({
    hostname: "localhost",
    port,
    tls: true,
    signal: controller.signal,
  });
  await until(async () => await open() === 1);
  controller.abort(new Error("enough"));
  assertEquals((await assertRejects(() => connecting) as Error).message, "enough");
  // workerd keeps the socket of a TLS handshake that nobody answers until the request is over.
  if (runtimeName !== "workers") await until(async () => await open() === 0);
});

test("a connection whose peer reads nothing closes, whatever waits to be sent", async () => {
  await using server = await startThing("echo-server", { deaf: true });
  const port = await server.call<number>("port");
  const stream = await detectRuntime().connectTcp({ hostname: "localhost", port, tls: false });
  const writer = stream.writable.getWriter();
  writer.closed.catch(() => {});
  let ended = 0;
  for (let part = 0; part < 40; part++) {
    writer.write(new Uint8Array(1 << 20)).finally(() => ended++).catch(() => {});
  }
  await stream.close();
  await until(() => ended === 40);
  await server.call("hear");
  // workerd keeps the socket of a write that is stuck until the request is over.
  if (runtimeName !== "workers") await until(async () => await server.call("openConnections") === 0);
});
