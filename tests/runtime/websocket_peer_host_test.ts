/** What a peer can do wrong during and after the handshake, byte by byte. */
import { detectRuntime } from "#runtime";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { KalshiConnectionError } from "../../src/base/errors.ts";
import {
  HandshakeRefusedError,
  type RuntimeWebSocket,
  type WebSocketCloseInfo,
} from "../../src/runtime/types.ts";
import { test } from "../support/test.ts";
import { breath, until } from "../support/until.ts";

interface Peer extends AsyncDisposable {
  readonly url: string;
  /** All that the client sent. */
  readonly received: () => Uint8Array;
  readonly sockets: Socket[];
}

/** Listens, and answers each request head with what `answer` makes of it. */
async function peer(
  answer: (accept: string, socket: Socket) => string | Uint8Array | undefined,
): Promise<Peer> {
  const sockets: Socket[] = [];
  const chunks: Uint8Array[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    let head = "";
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      if (head.includes("\r\n\r\n")) return;
      head += chunk.toString("latin1");
      const key = /^sec-websocket-key: (.*)$/im.exec(head)?.[1]?.trim();
      if (!head.includes("\r\n\r\n") || key === undefined) return;
      const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
      const bytes = answer(accept, socket);
      if (bytes !== undefined) socket.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`,
    received: () => Buffer.concat(chunks),
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const head = (accept: string, more = "") =>
  `HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n${more}\r\n`;

async function connect(url: string): Promise<{
  socket: RuntimeWebSocket;
  messages: unknown[];
  closes: WebSocketCloseInfo[];
}> {
  const messages: unknown[] = [];
  const closes: WebSocketCloseInfo[] = [];
  const socket = await detectRuntime().connectWebSocket(url, {
    onMessage: (data) => void messages.push(data),
    onClose: (info) => void closes.push(info),
  });
  return { socket, messages, closes };
}

const wrongAnswers: [string, (accept: string) => string][] = [
  ["another accept key", () => head("AAAAAAAAAAAAAAAAAAAAAAAAAAA=")],
  ["no upgrade", (accept) => head(accept).replace("upgrade: WebSocket\r\n", "")],
  [
    "an extension that was not offered",
    (accept) => head(accept, "sec-websocket-extensions: permessage-deflate\r\n"),
  ],
  ["a subprotocol that was not offered", (accept) => head(accept, "sec-websocket-protocol: chat\r\n")],
  ["something that is no HTTP", () => "+OK ready\r\n\r\n"],
  ["HTTP/2", () => "HTTP/2.0 101 x\r\n\r\n"],
  ["a head without an end", () => `HTTP/1.1 200 OK\r\nx: ${"y".repeat(100_000)}`],
];
for (const [what, answer] of wrongAnswers) {
  test(`a handshake answered with ${what} fails`, async () => {
    await using server = await peer(answer);
    await assertRejects(() => connect(server.url), KalshiConnectionError, "handshake");
    await until(() => server.sockets[0]?.destroyed ?? false);
  });
}

test("a handshake that the peer ends, or resets, fails", async () => {
  await using ends = await peer((_, socket) => void socket.end());
  await assertRejects(() => connect(ends.url), KalshiConnectionError);
  await using resets = await peer((_, socket) => void socket.resetAndDestroy());
  await assertRejects(() => connect(resets.url), KalshiConnectionError);
});

for (
  const [what, body] of [
    ["with a body in pieces", "content-length: 4\r\n\r\nno"],
    ["with a body that never comes", "content-length: 4\r\n\r\n"],
    ["without a length", "\r\n"],
    ["in chunks", "transfer-encoding: chunked\r\n\r\n2\r\nno\r\n"],
  ] as const
) {
  test(`a refusal ${what} tells its status`, async () => {
    await using server = await peer(() => `HTTP/1.1 403 Forbidden\r\n${body}`);
    const error = await assertRejects(() => connect(server.url), HandshakeRefusedError);
    assertEquals(error.status, 403);
  });
}

const refused = JSON.stringify({ error: { code: "authentication_error", details: "NOT_FOUND" } });
const inChunks = (text: string) =>
  `${
    [text.slice(0, 7), text.slice(7)].map((part) => `${part.length.toString(16)};x=1\r\n${part}\r\n`).join("")
  }0\r\n\r\n`;
for (
  const [what, body, isForeign] of [
    ["with a length", `content-length: ${refused.length}\r\n\r\n${refused}`, false],
    ["in chunks", `transfer-encoding: chunked\r\n\r\n${inChunks(refused)}`, false],
    ["up to the end of the connection", `connection: close\r\n\r\n${refused}`, false],
    ["with a length that is never reached", `content-length: 4000\r\n\r\n${refused}`, false],
    ["of a page", "content-type: text/html\r\ncontent-length: 18\r\n\r\n<html>no</html>   ", true],
    ["of a page in chunks", `transfer-encoding: chunked\r\n\r\n${inChunks("<html>no</html>")}`, true],
    ["of nothing", "content-length: 0\r\n\r\n", true],
    ["of JSON without a code", 'content-length: 23\r\n\r\n{"message":"Forbidden"}', true],
    [
      "of something else than its coding",
      `content-encoding: gzip\r\ncontent-length: ${refused.length}\r\n\r\n${refused}`,
      true,
    ],
  ] as const
) {
  test(`a refusal ${what}: whether it is Kalshi's is known`, async () => {
    await using server = await peer((_, socket) => {
      socket.write(`HTTP/1.1 401 Unauthorized\r\n${body}`);
      if (/connection: close/.test(body)) socket.end();
    });
    const error = await assertRejects(() => connect(server.url), HandshakeRefusedError);
    assertEquals([error.status, error.isForeign], [401, isForeign]);
    assertEquals(
      [error.serverCode, error.details],
      isForeign ? [undefined, error.details] : ["authentication_error", "NOT_FOUND"],
    );
  });
}

test("the status of a refusal whose connection breaks in the body is told", async () => {
  await using server = await peer((_, socket) => {
    socket.write("HTTP/1.1 403 Forbidden\r\ncontent-length: 4000\r\n\r\n{", () => {
      void breath().then(() => socket.resetAndDestroy());
    });
    return undefined;
  });
  const error = await assertRejects(() => connect(server.url), HandshakeRefusedError);
  assertEquals(error.status, 403);
});

test("a compressed refusal is read", async () => {
  const { gzipSync } = await import("node:zlib");
  const body = gzipSync(refused);
  await using server = await peer((_, socket) => {
    socket.write(
      `HTTP/1.1 403 Forbidden\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    socket.write(body);
  });
  const error = await assertRejects(() => connect(server.url), HandshakeRefusedError);
  assertEquals([error.serverCode, error.isForeign], ["authentication_error", false]);
});

test("an answer and frames that come byte by byte are understood", async () => {
  await using server = await peer((accept, socket) => {
    const bytes = Buffer.concat([Buffer.from(head(accept)), Buffer.from([0x81, 2, 104, 105, 0x82, 1, 7])]);
    socket.setNoDelay(true);
    let at = 0;
    const next = () => {
      if (at < bytes.length) socket.write(bytes.subarray(at, ++at), () => void breath().then(next));
    };
    next();
  });
  const { socket, messages } = await connect(server.url);
  await until(() => messages.length === 2);
  assertEquals(messages, ["hi", new Uint8Array([7])]);
  socket.terminate();
});

const wrongFrames: [string, number[], number][] = [
  ["a text that is not UTF-8", [0x81, 2, 0xc3, 0x28], 1007],
  ["a masked frame", [0x81, 0x82, 0, 0, 0, 0, 104, 105], 1002],
  ["a reserved bit", [0xc1, 0], 1002],
  ["a message beyond all measure", [0x82, 127, 0, 0, 255, 0, 0, 0, 0, 0], 1009],
  ["a close of one byte", [0x88, 1, 3], 1002],
  ["a close with a code that no peer may send", [0x88, 2, 3, 237], 1002],
];
for (const [what, bytes, code] of wrongFrames) {
  test(`${what} ends the socket, and tells the peer ${code}`, async () => {
    await using server = await peer((accept) =>
      Buffer.concat([Buffer.from(head(accept)), new Uint8Array(bytes)])
    );
    const { messages, closes } = await connect(server.url);
    await until(() => closes.length > 0);
    assertEquals(closes[0]?.code, 1006);
    assert(closes[0]?.reason !== "");
    assertEquals(messages, []);
    await until(() => server.sockets[0]?.destroyed ?? false);
    const sent = server.received();
    const at = new TextDecoder("latin1").decode(sent).indexOf("\r\n\r\n") + 4;
    assertEquals(sent[at], 0x88);
    const mask = sent.subarray(at + 2, at + 6);
    const told = ((sent[at + 6] ?? 0) ^ (mask[0] ?? 0)) << 8 | ((sent[at + 7] ?? 0) ^ (mask[1] ?? 0));
    assertEquals(told, code);
  });
}

test("a close without a code is 1005", async () => {
  await using server = await peer((accept) =>
    Buffer.concat([Buffer.from(head(accept)), new Uint8Array([0x88, 0])])
  );
  const { closes } = await connect(server.url);
  await until(() => closes.length > 0);
  assertEquals(closes, [{ code: 1005, reason: "" }]);
});

test("a peer that ends the connection without a close is 1006", async () => {
  await using server = await peer((accept, socket) => void socket.end(head(accept)));
  const { closes } = await connect(server.url);
  await until(() => closes.length > 0);
  assertEquals(closes, [{ code: 1006, reason: "" }]);
});

test("messages that come after our close are not delivered", async () => {
  await using server = await peer((accept) => head(accept));
  const { socket, messages, closes } = await connect(server.url);
  socket.close();
  server.sockets[0]?.write(new Uint8Array([0x81, 1, 97, 0x88, 2, 3, 232]));
  await until(() => closes.length > 0);
  assertEquals(messages, []);
  assertEquals(closes, [{ code: 1000, reason: "" }]);
});

test("bufferedAmount grows while the peer does not read, and a dead peer can be left", async () => {
  await using server = await peer((accept, socket) => {
    queueMicrotask(() => socket.pause());
    return head(accept);
  });
  const { socket, closes } = await connect(server.url);
  const long = "x".repeat(1_000_000);
  for (let i = 0; i < 20; i++) socket.send(long);
  assert(socket.bufferedAmount > 1_000_000, `${socket.bufferedAmount}`);
  socket.close();
  socket.terminate();
  assertEquals(closes, [{ code: 1006, reason: "" }]);
});
