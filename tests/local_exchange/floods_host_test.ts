/** What a stranger sends without end, and what a client does that reads nothing. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { connect, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { encodeFrame, OPCODE } from "../../src/local_exchange/gateways/ws/framing.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { Session } from "./support/session.ts";

const MiB = 1024 * 1024;
const ORDERS = "/trade-api/v2/portfolio/events/orders";

/** What came back until the exchange closed the connection, and how many bytes it took before. */
interface Ending {
  readonly answer: string;
  readonly taken: number;
}

/** Sends a head, and then the same bytes again and again for as long as they are taken. */
function flood(exchange: LocalExchange, head: string | Uint8Array, more: Uint8Array): Promise<Ending> {
  const { hostname, port } = new URL(exchange.baseUrl);
  return new Promise((resolve) => {
    const socket: Socket = connect(Number(port), hostname);
    const received: Uint8Array[] = [];
    let taken = 0;
    const send = () =>
      socket.destroyed || more.length === 0 ||
      socket.write(more, (error) => error || (taken += more.length, send()));
    socket.on("connect", () => socket.write(head, send));
    socket.on("data", (bytes: Uint8Array) => received.push(bytes));
    socket.on("error", () => {});
    socket.on("close", () => resolve({ answer: new TextDecoder().decode(join(received)), taken }));
  });
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

const text = (value: string) => new TextEncoder().encode(value);
const block = new Uint8Array(65_536).fill(97);
const chunk = join([text("10000\r\n"), block, text("\r\n")]);
const request = (method: string, path: string, ...headers: string[]) =>
  [`${method} ${path} HTTP/1.1`, "Host: x", ...headers, "", ""].join("\r\n");
const long = `Content-Length: ${200 * MiB}`;
const chunked = "Transfer-Encoding: chunked";

const bodies: Record<string, readonly [string, Uint8Array]> = {
  "a content-length of 200 MiB": [request("POST", ORDERS, long), block],
  "chunks without end": [request("POST", ORDERS, chunked), chunk],
  "chunks without end to a path that is none": [request("POST", "/", chunked), chunk],
  "a DELETE with a body": [request("DELETE", `${ORDERS}/1`, long), block],
  "a GET with a body": [request("GET", "/trade-api/v2/exchange/status", chunked), chunk],
  "a preflight with a body": [
    request("OPTIONS", ORDERS, long, "Origin: http://localhost:1", "Access-Control-Request-Method: POST"),
    block,
  ],
};

for (const [name, [head, more]] of Object.entries(bodies)) {
  test(`a body that is too long is refused before anybody is asked who sends it: ${name}`, async () => {
    await using exchange = await LocalExchange.start({ marketMakers: false, cors: ["http://localhost:1"] });
    const { answer, taken } = await flood(exchange, head, more);
    assertMatch(answer, /^HTTP\/1\.1 413 /);
    assertMatch(answer, /connection: close\r\n/i);
    assertMatch(answer, /\{"code":"request_too_large",.*\}$/);
    assertEquals(answer.includes("access-control-allow-origin"), head.includes("Origin: "));
    // What networks hold on the way is taken as well.
    assert(taken < 100 * MiB, `${taken} bytes were taken`);
    assertEquals((await new Session(exchange).get("/exchange/status")).status, 200);
  });
}

test("a body in a great many pieces is refused, however short they are", async () => {
  await using exchange = await LocalExchange.start({ marketMakers: false });
  const pieces = text("1\r\na\r\n".repeat(10_000));
  const { answer, taken } = await flood(exchange, request("POST", ORDERS, chunked), pieces);
  assertMatch(answer, /^HTTP\/1\.1 413 /);
  assert(taken < 100 * MiB, `${taken} bytes were taken`);
});

test("bodies that never end hold no more than so much, and keep nobody out: the oldest is given up", async () => {
  await using exchange = await LocalExchange.start({ marketMakers: false });
  const { auth } = await exchange.createAccount();
  const { hostname, port } = new URL(exchange.baseUrl);
  const body = new Uint8Array(MiB - 1);
  const answers: string[] = [];
  const sockets = Array.from({ length: 72 }, () => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(request("POST", ORDERS, `Content-Length: ${MiB}`));
      socket.write(body);
    });
    socket.on("data", (bytes: Uint8Array) => answers.push(new TextDecoder().decode(bytes)));
    socket.on("error", () => {});
    return socket;
  });
  await until(() => answers.length >= 8);
  for (const answer of answers) assertMatch(answer, /^HTTP\/1\.1 503 /);
  const session = new Session(exchange, auth);
  const { status } = await session.post("/portfolio/events/orders", { ticker: "A".repeat(MiB / 2) });
  assertEquals(status, 400);
  for (const socket of sockets) socket.destroy();
});

test("a compressed body is taken as it is, and never inflated", async () => {
  await using exchange = await LocalExchange.start({ marketMakers: false });
  const { auth } = await exchange.createAccount();
  const path = "/trade-api/v2/portfolio/events/orders";
  const body = gzipSync(new Uint8Array(100 * MiB));
  const headers = { ...await auth.headers("POST", path), "content-encoding": "gzip" };
  const response = await fetch(new URL(path, exchange.baseUrl), { method: "POST", headers, body });
  assertEquals([response.status, (await response.json()).details], [400, "the body is not JSON"]);
});

test("a client that sends one is told, and so is one in memory", async () => {
  await using exchange = await LocalExchange.start({ marketMakers: false });
  const { auth } = await exchange.createAccount();
  const session = new Session(exchange, auth);
  const body = { ticker: "A".repeat(MiB) };
  const { status, value } = await session.post("/portfolio/events/orders", body);
  assertEquals([status, value.code], [413, "request_too_large"]);
  const fits = await session.post("/portfolio/events/orders", { ticker: "A".repeat(MiB - 100) });
  assertEquals(fits.status, 400);
});

const many = Array.from({ length: 5_000 }, (_, index) => `X-${index}: b`);

const heads: Record<string, string> = {
  "one header": request("GET", "/trade-api/v2/exchange/status", "X-A: ").trimEnd(),
  "a path": "GET /trade-api/v2/",
  "a great many headers": request("GET", "/trade-api/v2/exchange/status", ...many).trimEnd() + "\r\nX-A: ",
  "the header of a handshake": request("GET", "/trade-api/ws/v2", "Upgrade: websocket", "X-A: ").trimEnd(),
};

for (const [name, head] of Object.entries(heads)) {
  test(`headers without end are not kept: ${name}`, async () => {
    await using exchange = await LocalExchange.start({ marketMakers: false });
    const { answer, taken } = await flood(exchange, head, block);
    assert(answer === "" || /^HTTP\/1\.1 4\d\d /.test(answer), answer.slice(0, 100));
    assert(taken < 100 * MiB, `${taken} bytes were taken`);
  });
}

const handshake = (...headers: string[]) =>
  request(
    "GET",
    "/trade-api/ws/v2",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
  );

test("who is refused a WebSocket keeps no connection, whatever else comes", async () => {
  await using exchange = await LocalExchange.start({ marketMakers: false });
  for (const more of [block, new Uint8Array(0)]) {
    const { answer } = await flood(exchange, handshake(), more);
    assertMatch(answer, /^HTTP\/1\.1 401 /);
  }
});

async function signedHandshake(exchange: LocalExchange): Promise<string> {
  const { auth } = await exchange.createAccount();
  const headers = await auth.headers("GET", "/trade-api/ws/v2");
  return handshake(...Object.entries(headers).map(([name, value]) => `${name}: ${value}`));
}

/** A frame's head as a client sends it: masked with zeros, which change nothing. */
function clientHead(first: number, length: bigint): Uint8Array {
  const head = new Uint8Array(14);
  head.set([first, 0xff]);
  new DataView(head.buffer).setBigUint64(2, length);
  return head;
}

const broken: Record<string, readonly [Uint8Array, number]> = {
  "a frame of 200 MiB": [clientHead(0x81, BigInt(200 * MiB)), 1009],
  "a frame of 2^63 bytes": [clientHead(0x81, 1n << 63n), 1009],
  "a ping of 200 MiB": [clientHead(0x89, BigInt(200 * MiB)), 1009],
  "a frame that is not masked": [encodeFrame(OPCODE.text, "{}"), 1002],
};

for (const [name, [start, code]] of Object.entries(broken)) {
  test(`what is no frame, or too long, ends the connection, and nothing after it is read: ${name}`, async () => {
    await using exchange = await LocalExchange.start({ marketMakers: false });
    const { hostname, port } = new URL(exchange.baseUrl);
    const head = await signedHandshake(exchange);
    const received: Uint8Array[] = [];
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.write(head));
      const send = () => socket.destroyed || socket.write(block, (error) => error || send());
      socket.on("data", (bytes: Uint8Array) => {
        received.push(bytes);
        if (received.length === 1) socket.write(start, send);
      });
      socket.on("error", () => {});
      socket.on("close", () => resolve());
    });
    const bytes = join(received);
    const answer = new TextDecoder("latin1").decode(bytes);
    assertMatch(answer, /^HTTP\/1\.1 101 /);
    const frame = bytes.subarray(answer.indexOf("\r\n\r\n") + 4);
    assertEquals([frame[0], (frame[2] ?? 0) << 8 | (frame[3] ?? 0)], [0x88, code]);
    await until(() => exchange.sockets.open === 0);
  });
}

test("pings and commands of a client that never reads the answers end its connection", async () => {
  await using exchange = await LocalExchange.start({ marketMakers: false });
  const { hostname, port } = new URL(exchange.baseUrl);
  const head = await signedHandshake(exchange);
  const ping = join([new Uint8Array([0x89, 0xfd, 0, 0, 0, 0]), new Uint8Array(125)]);
  const pings = join(Array.from({ length: 500 }, () => ping));
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(head));
    const send = () => socket.destroyed || socket.write(pings, (error) => error || send());
    socket.once("data", () => {
      socket.pause();
      send();
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve());
  });
});
