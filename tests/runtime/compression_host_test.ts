/** `permessage-deflate` against a server that compresses everything. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { KalshiConfigError } from "../../src/base/errors.ts";
import type { RuntimeOptions, WebSocketCloseInfo } from "../../src/runtime/types.ts";
import { workersRuntime } from "../../src/runtime/workers.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { adapters } from "./support/adapters.ts";

/** Tells what was agreed on, gives back texts, and sends the bytes that a number asks for. */
async function startServer() {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: { threshold: 0 } });
  await new Promise<void>((resolve) => server.on("listening", resolve));
  // deno-lint-ignore no-explicit-any -- the package has no types of its own
  server.on("connection", (socket: any) => {
    socket.on("error", () => {});
    socket.on("message", (data: Uint8Array) => {
      const text = new TextDecoder().decode(data);
      if (text === "agreed?") socket.send(String(socket.extensions));
      else socket.send(/^\d+$/.test(text) ? new Uint8Array(Number(text)) : text);
    });
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      for (const client of server.clients) client.terminate();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

for (const { name, make } of await adapters()) {
  const connect = async (url: string, options: RuntimeOptions) => {
    const messages: (string | Uint8Array)[] = [];
    const closes: WebSocketCloseInfo[] = [];
    const socket = await make(options).connectWebSocket(url, {
      onMessage: (data) => void messages.push(data),
      onClose: (info) => void closes.push(info),
    });
    return { socket, messages, closes };
  };

  test(`${name}: webSocketCompression is agreed on and read, and is off unless asked for`, async () => {
    await using server = await startServer();
    for (const webSocketCompression of [true, false]) {
      const { socket, messages } = await connect(
        server.url,
        webSocketCompression ? { webSocketCompression } : {},
      );
      const texts = ["", "é€😀", "x".repeat(200_000), JSON.stringify({ type: "trade", seq: 1 })];
      for (const text of ["agreed?", ...texts]) socket.send(text);
      await until(() => messages.length === texts.length + 1);
      assertEquals(String(messages[0]).includes("permessage-deflate"), webSocketCompression);
      assertEquals(messages.slice(1), texts);
      socket.terminate();
    }
  });

  test(`${name}: what inflates beyond 64 MiB ends the socket`, async () => {
    await using server = await startServer();
    const { socket, messages, closes } = await connect(server.url, { webSocketCompression: true });
    socket.send(String(64 * 1024 * 1024 + 1));
    await until(() => closes.length > 0);
    assertEquals([messages.length, closes[0]?.code], [0, 1006]);
    assert(closes[0]?.reason !== "");
  });
}

test("webSocketCompression is refused where it cannot be honoured, and when it is no boolean", async () => {
  assertThrows(
    () => workersRuntime({ webSocketCompression: true }),
    KalshiConfigError,
    "`webSocketCompression` cannot be honoured by Cloudflare Workers",
  );
  for (const { make } of await adapters()) {
    assertThrows(() => make({ webSocketCompression: "yes" as unknown as boolean }), KalshiConfigError);
  }
});
