/** A session over real sockets whose peer does not read, or reads late. */
import { assert, assertEquals } from "@std/assert";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { FixSession } from "../../src/fix/session.ts";
import { connectSession, type FixSocketLimits } from "../../src/fix/socket.ts";
import { MemoryFixStore } from "../../src/fix/store.ts";
import { detectRuntime } from "../../src/runtime/detect.ts";
import type { ByteStream, TcpConnectOptions } from "../../src/runtime/types.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { logon, order, Peer } from "./peer.ts";

/** Bytes of the counterparty; what it sends is made by hand. */
const counterparty = new Peer();
const framesOf = (messages: readonly Parameters<Peer["frame"]>[0][]) =>
  messages.map((message, n) => counterparty.frame(message, { MsgSeqNum: n + 1 }));

interface Met {
  readonly session: FixSession;
  readonly ended: Promise<{ readonly kind: string; readonly text: string }>;
  readonly socket: Socket;
  /** How often the stream was closed. */
  readonly closed: () => number;
}

/** A session that is logged on, and the other end of its connection, which reads nothing unless told. */
async function meet(limits: FixSocketLimits, body: (met: Met) => Promise<void>): Promise<void> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  let socket: Socket | undefined;
  let closes = 0;
  try {
    server.on("connection", (accepted: Socket) => {
      socket = accepted;
      accepted.on("error", () => {});
      accepted.write(framesOf([logon()])[0] as Uint8Array);
    });
    const session = new FixSession({
      role: { side: "initiator", logon: () => logon({ HeartBtInt: 0 }) },
      SenderCompID: "a-key",
      TargetCompID: "KalshiRT",
      store: new MemoryFixStore({ keep: 1 }),
      retransmission: true,
      onMessage: () => {},
    });
    const connectTcp = async (options: TcpConnectOptions): Promise<ByteStream> => {
      const stream = await detectRuntime().connectTcp(options);
      const close = (): Promise<void> => {
        closes++;
        return stream.close();
      };
      return { readable: stream.readable, writable: stream.writable, close };
    };
    const { port } = server.address() as AddressInfo;
    const at = { hostname: "127.0.0.1", port, tls: false };
    const connection = await connectSession(session, { connectTcp }, at, undefined, limits);
    await connection.loggedOn;
    await body({ session, ended: connection.ended, socket: socket as Socket, closed: () => closes });
    session.abandon("the test is over");
  } finally {
    socket?.destroy();
    server.close();
  }
}

/** Sends until so many bytes wait that no buffer on the way takes more, or the session ends. */
async function fill(session: FixSession, bytes: number): Promise<void> {
  for (let sent = 0; sent < bytes && session.active; sent += 50_000) {
    session.send(order("x".repeat(50_000)));
    // wall clock: the socket takes what it can between two messages
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

test("a connection whose peer reads nothing ends when too much waits, and says so", () =>
  meet({ maxWaitingBytes: 1_000_000 }, async ({ session, ended, closed }) => {
    await fill(session, 100_000_000);
    const { kind, text } = await ended;
    assertEquals(kind, "lost");
    assert(/^the peer does not read: 1\d{6} bytes wait to be sent$/.test(text), text);
    assertEquals([session.state, closed() > 0], ["disconnected", true]);
  }));

test("a connection that ends waits for its last bytes until the deadline, and no longer", async () => {
  const clock = new ManualClock();
  await meet({ closeTimeoutMs: 700, clock }, async ({ session, ended, closed }) => {
    await fill(session, 12_000_000);
    session.abandon("enough");
    assertEquals((await ended).text, "enough");
    await clock.advance(699);
    assertEquals(closed(), 0);
    await clock.advance(1);
    assertEquals([closed() > 0, clock.pending], [true, 0]);
  });
});

test("a peer that reads late still gets the last words", () =>
  meet({ closeTimeoutMs: 60_000 }, async ({ ended, socket }) => {
    const frames = framesOf([logon(), { MsgType: "5", Text: "maintenance" }, { MsgType: "0" }]);
    // The Logout, and more than anybody reads behind it.
    socket.write(frames[1] as Uint8Array);
    for (let n = 0; n < 200; n++) socket.write(frames[2] as Uint8Array);
    assertEquals((await ended).kind, "peer-logout");
    let read = "";
    socket.on("data", (bytes) => read += new TextDecoder().decode(bytes));
    let over = false;
    socket.on("end", () => over = true);
    socket.resume();
    await until(() => over);
    assert(read.includes("\x0135=5\x01"), "the answer to the Logout arrived");
    socket.end();
  }));
