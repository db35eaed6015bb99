import { detectRuntime } from "#runtime";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { KalshiConnectionError } from "../../src/base/errors.ts";
import {
  HandshakeRefusedError,
  type RuntimeWebSocket,
  type WebSocketCloseInfo,
  type WebSocketConnectOptions,
} from "../../src/runtime/types.ts";
import { startThing } from "../support/bed.ts";
import { runtimeName, test } from "../support/test.ts";
import { until } from "../support/until.ts";

interface Listening {
  readonly socket: RuntimeWebSocket;
  readonly messages: (string | Uint8Array)[];
  readonly closes: WebSocketCloseInfo[];
  readonly pongs: () => number;
}

async function connect(url: string, options?: WebSocketConnectOptions): Promise<Listening> {
  const messages: (string | Uint8Array)[] = [];
  const closes: WebSocketCloseInfo[] = [];
  let pongs = 0;
  let handed = false;
  const early = () => assert(handed, "a handler was called before the socket was handed over");
  const socket = await detectRuntime().connectWebSocket(url, {
    onMessage(data) {
      early();
      assertEquals(closes.length, 0, "a message after the end");
      messages.push(data);
    },
    onClose(info) {
      early();
      closes.push(info);
    },
    onPong: () => void pongs++,
  }, options);
  handed = true;
  return { socket, messages, closes, pongs: () => pongs };
}

const unused: Parameters<ReturnType<typeof detectRuntime>["connectWebSocket"]>[1] = {
  onMessage: () => {
    throw new Error("a message for a socket that never opened");
  },
  onClose: () => {
    throw new Error("an end for a socket that never opened");
  },
};

for (const tls of [false, true]) {
  const startServer = async () => {
    const server = await startThing("ws-server", { tls });
    const port = await server.call<number>("port");
    return {
      server,
      url: `${tls ? "wss" : "ws"}://localhost:${port}`,
      [Symbol.asyncDispose]: server[Symbol.asyncDispose],
    };
  };
  // The tests' certificate authority can be given to a runtime's own adapter, not to the detected one.
  if (tls && runtimeName !== "workers") continue;
  const over = tls ? "wss" : "ws";

  test(`${over}: messages come back whole, in order, text as text and bytes as bytes`, async () => {
    await using bed = await startServer();
    const { socket, messages, closes } = await connect(`${bed.url}/echo`);
    const texts = ["", "a", "é€😀", "x".repeat(125), "x".repeat(126), "x".repeat(65_535), "x".repeat(65_536)];
    for (const text of texts) socket.send(text);
    await until(() => messages.length === texts.length);
    assertEquals(messages, texts);
    socket.close(1000, "done");
    await until(() => closes.length > 0);
    assertEquals(closes, [{ code: 1000, reason: "done" }]);
  });

  test(`${over}: a message of five million characters comes back`, async () => {
    await using bed = await startServer();
    const { socket, messages } = await connect(`${bed.url}/echo`);
    const long = "0123456789".repeat(500_000);
    socket.send(long);
    await until(() => messages.length > 0);
    assert(messages[0] === long);
    socket.terminate();
  });

  test(`${over}: headers of the handshake arrive`, async () => {
    await using bed = await startServer();
    const headers = { "KALSHI-ACCESS-KEY": "key id", "kalshi-access-signature": "a+b/c==" };
    const { socket } = await connect(`${bed.url}/echo?a=1`, { headers });
    socket.terminate();
    const [handshake] = await bed.server.call<{ path: string; headers: Record<string, string> }[]>(
      "handshakes",
    );
    assertEquals(handshake?.path, "/echo?a=1");
    assertEquals(handshake?.headers["kalshi-access-key"], "key id");
    assertEquals(handshake?.headers["kalshi-access-signature"], "a+b/c==");
    assertEquals(handshake?.headers.host, new URL(bed.url).host);
    assertEquals(handshake?.headers["sec-websocket-extensions"], undefined);
  });

  for (const status of [401, 403, 429, 503]) {
    test(`${over}: a handshake refused with ${status} says so`, async () => {
      await using bed = await startServer();
      const error = await assertRejects(
        () => detectRuntime().connectWebSocket(`${bed.url}/refuse/${status}`, unused),
        HandshakeRefusedError,
        `status ${status}`,
      );
      assertEquals(error.status, status);
      assert(error.message.includes('"code":"refused"'), error.message);
      assertEquals(await bed.server.call("connections"), 1);
    });
  }
}

test("a refused connection is a connection error", async () => {
  await using refusing = await startThing("refusing-port");
  const url = `ws://localhost:${await refusing.call<number>("port")}/echo`;
  const error = await assertRejects(
    () => detectRuntime().connectWebSocket(url, unused),
    KalshiConnectionError,
  );
  assert(error.message.includes(new URL(url).host), error.message);
});

test("a signal ends a handshake that gets no answer", async () => {
  await using server = await startThing("ws-server");
  const url = `ws://localhost:${await server.call<number>("port")}/hang`;
  const controller = new AbortController();
  const failed = assertRejects(() =>
    detectRuntime().connectWebSocket(url, unused, { signal: controller.signal })
  );
  await until(async () => (await server.call<unknown[]>("handshakes")).length > 0);
  controller.abort(new Error("enough"));
  assertEquals((await failed as Error).message, "enough");
  await until(async () => await server.call("openConnections") === 0);

  const before = await assertRejects(() =>
    detectRuntime().connectWebSocket(url, unused, { signal: AbortSignal.abort(new Error("too late")) })
  );
  assertEquals((before as Error).message, "too late");
});

test("a signal that ends after the handshake leaves the socket alone", async () => {
  await using server = await startThing("ws-server");
  const url = `ws://localhost:${await server.call<number>("port")}/echo`;
  const controller = new AbortController();
  const { socket, messages, closes } = await connect(url, { signal: controller.signal });
  controller.abort();
  socket.send("still there");
  await until(() => messages.length > 0);
  assertEquals(closes, []);
  socket.terminate();
});

for (const code of [1000, 1001, 1008, 1011, 4000]) {
  test(`a server's close with ${code} is told`, async () => {
    await using server = await startThing("ws-server");
    const { socket, closes } = await connect(
      `ws://localhost:${await server.call<number>("port")}/close/${code}`,
    );
    socket.send("go");
    await until(() => closes.length > 0);
    assertEquals(closes, [{ code, reason: "told to" }]);
    socket.send("too late");
    socket.close();
    socket.terminate();
    await until(async () => await server.call("openConnections") === 0);
    assertEquals(closes.length, 1);
  });
}

test("a connection that breaks is told once, as 1006", async () => {
  await using server = await startThing("ws-server");
  const { socket, closes } = await connect(`ws://localhost:${await server.call<number>("port")}/destroy`);
  socket.send("go");
  await until(() => closes.length > 0);
  assertEquals(closes[0]?.code, 1006);
  socket.terminate();
  assertEquals(closes.length, 1);
});

test("messages sent along with the answer to the handshake are not lost", async () => {
  await using server = await startThing("ws-server");
  const { socket, messages } = await connect(`ws://localhost:${await server.call<number>("port")}/greet`);
  await until(() => messages.length === 3);
  assertEquals(messages, ["one", "two", "three"]);
  socket.terminate();
});

test("terminate ends a socket whose peer says nothing, at once", async () => {
  await using server = await startThing("ws-server");
  const { socket, closes } = await connect(`ws://localhost:${await server.call<number>("port")}/silent`);
  socket.send("anyone?");
  socket.close();
  assertEquals(closes, []);
  socket.terminate();
  assertEquals(closes, [{ code: 1006, reason: "" }]);
  socket.terminate();
  socket.close();
  assertEquals(closes.length, 1);
});

test("a server's pings are answered, and seen where the runtime shows them", async () => {
  await using server = await startThing("ws-server");
  const { socket, pongs } = await connect(`ws://localhost:${await server.call<number>("port")}/ping`);
  await until(async () => await server.call<number>("pongs") >= 2);
  if (detectRuntime().capabilities.ping) assert(pongs() > 0);
  socket.terminate();
});

test("a ping of ours is answered, where the runtime can send one", async () => {
  await using server = await startThing("ws-server");
  const { socket, pongs } = await connect(`ws://localhost:${await server.call<number>("port")}/echo`);
  assertEquals(socket.ping !== undefined, detectRuntime().capabilities.ping);
  if (socket.ping) {
    socket.ping();
    await until(() => pongs() > 0);
    assertEquals(await server.call("pings"), 1);
  }
  socket.terminate();
});

test("a header that HTTP does not allow is refused and not sent", async () => {
  await using server = await startThing("ws-server");
  const url = `ws://localhost:${await server.call<number>("port")}/echo`;
  for (const headers of [{ "x-a": "1\r\nx-b: 2" }, { "x a": "1" }, { "x:": "1" }]) {
    const error = await assertRejects(() => detectRuntime().connectWebSocket(url, unused, { headers }));
    assertInstanceOf(error, Error);
  }
  assertEquals(await server.call("handshakes"), []);
});
