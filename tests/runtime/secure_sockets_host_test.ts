import { assert, assertEquals, assertRejects } from "@std/assert";
import { KalshiConnectionError } from "../../src/base/errors.ts";
import { HandshakeRefusedError } from "../../src/runtime/types.ts";
import { startThing } from "../support/bed.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { adapters } from "./support/adapters.ts";

const unused = { onMessage: () => {}, onClose: () => {} };

for (const { name, make } of await adapters()) {
  test(`${name}: wss: messages, pings, a clean close and one connection only`, async () => {
    await using server = await startThing("ws-server", { tls: true });
    const port = await server.call<number>("port");
    const runtime = make({ caCertificates: [await server.call<string>("ca")] });
    for (const host of ["localhost", "127.0.0.1"]) {
      const got: unknown[] = [];
      const closes: unknown[] = [];
      let pongs = 0;
      const socket = await runtime.connectWebSocket(`wss://${host}:${port}/echo`, {
        onMessage: (data) => void got.push(data),
        onClose: (info) => void closes.push(info),
        onPong: () => void pongs++,
      }, { headers: { "KALSHI-ACCESS-KEY": "k" } });
      const long = "é".repeat(1_000_000);
      socket.send("short");
      socket.send(long);
      socket.ping?.();
      await until(() => got.length === 2 && pongs === 1);
      assert(got[0] === "short" && got[1] === long);
      socket.close(1000, "done");
      await until(() => closes.length > 0);
      assertEquals(closes, [{ code: 1000, reason: "done" }]);
    }
    await until(async () => await server.call("openConnections") === 0);
    assertEquals(await server.call("connections"), 2);
  });

  test(`${name}: wss: a refused handshake tells its status`, async () => {
    await using server = await startThing("ws-server", { tls: true });
    const url = `wss://localhost:${await server.call<number>("port")}/refuse/401`;
    const runtime = make({ caCertificates: [await server.call<string>("ca")] });
    const error = await assertRejects(() => runtime.connectWebSocket(url, unused), HandshakeRefusedError);
    assertEquals(error.status, 401);
    assertEquals(await server.call("connections"), 1);
  });

  test(`${name}: a certificate that nobody vouches for, or for another name, is refused`, async () => {
    await using server = await startThing("ws-server", { tls: true });
    const port = await server.call<number>("port");
    const ca = await server.call<string>("ca");
    const stranger = () => make().connectWebSocket(`wss://localhost:${port}/echo`, unused);
    await assertRejects(stranger, KalshiConnectionError);
    // 127.0.0.1 by a name that is not in the certificate.
    const misnamed = () =>
      make({ caCertificates: [ca] }).connectWebSocket(`wss://ip6-localhost:${port}/`, unused);
    await assertRejects(misnamed, KalshiConnectionError);
    assertEquals(await server.call("handshakes"), []);
  });

  test(`${name}: TLS: bytes come back`, async () => {
    await using server = await startThing("echo-server", { tls: true });
    const port = await server.call<number>("port");
    const runtime = make({ caCertificates: [await server.call<string>("ca")] });
    const stream = await runtime.connectTcp({ hostname: "localhost", port, tls: true });
    const data = new Uint8Array(200_000).map((_, i) => i * 3);
    const writer = stream.writable.getWriter();
    const written = writer.write(data);
    const back: number[] = [];
    const reader = stream.readable.getReader();
    while (back.length < data.length) {
      const { value } = await reader.read();
      for (const byte of value ?? []) back.push(byte);
    }
    await written;
    assertEquals(new Uint8Array(back), data);
    await stream.close();
    await until(async () => await server.call("openConnections") === 0);
  });
}
