import { assertEquals } from "@std/assert";
import type { MarketBook } from "../../../src/books/mod.ts";
import { Feed } from "../../../src/local_exchange/page/ui/feed.ts";
import { eventBookDecoder } from "../../../src/books/mod.ts";
import { test } from "../../support/test.ts";
import { until } from "../../support/until.ts";

/** A WebSocket whose other end is the test. */
class FakeSocket {
  static readonly OPEN = 1;
  static last: FakeSocket | undefined;
  readyState = 0;
  readonly said: { readonly cmd: string; readonly params?: { readonly market_tickers: string[] } }[] = [];
  onopen?: () => void;
  onclose?: () => void;
  onmessage?: (event: { readonly data: string }) => void;
  readonly protocols: readonly string[];

  constructor(_url: string, protocols: readonly string[]) {
    this.protocols = protocols;
    FakeSocket.last = this;
  }
  open(): void {
    this.readyState = FakeSocket.OPEN;
    this.onopen?.();
  }
  tell(frame: unknown): void {
    this.onmessage?.({ data: typeof frame === "string" ? frame : JSON.stringify(frame) });
  }
  send(text: string): void {
    this.said.push(JSON.parse(text));
  }
  close(): void {
    this.readyState = 3;
    this.onclose?.();
  }
}

const snapshot = (seq: number) => ({
  type: "orderbook_snapshot",
  seq,
  msg: { market_ticker: "A", yes_dollars_fp: [["0.4800", "10.00"]], no_dollars_fp: [["0.5200", "10.00"]] },
});
const delta = (seq: number) => ({
  type: "orderbook_delta",
  seq,
  msg: { market_ticker: "A", price_dollars: "0.4800", delta_fp: "1.00", side: "yes" },
});

interface Bed {
  readonly socket: FakeSocket;
  readonly book: MarketBook;
  readonly connections: string[];
  gaps: number;
}

/** A feed that follows the book of one market; no connection is tried again. */
async function withFeed(body: (bed: Bed) => void): Promise<void> {
  const global = globalThis as { WebSocket?: unknown };
  const before = global.WebSocket;
  global.WebSocket = FakeSocket;
  const bed = { gaps: 0, connections: [] as string[] };
  const nothing = () => {};
  const feed = new Feed({ url: "ws://page/feed", token: "secret", decoder: eventBookDecoder() }, {
    onConnection: ({ kind }) => bed.connections.push(kind),
    onBook: nothing,
    onTicker: nothing,
    onTrade: nothing,
    onFill: nothing,
    onOrder: nothing,
    onPosition: nothing,
    onGap: () => bed.gaps++,
    onRefused: nothing,
  }, () => Promise.resolve(false));
  try {
    feed.want("orderbook_delta", ["A"]);
    const book = feed.book("A");
    feed.open();
    const socket = FakeSocket.last;
    if (socket === undefined) throw new Error("no socket");
    assertEquals(socket.protocols, ["kalshi-feed", "token.secret"]);
    socket.open();
    body(Object.assign(bed, { socket, book }));
    socket.close();
    assertEquals(book.state === "live", false);
    await until(() => bed.connections.at(-1) === "refused");
  } finally {
    global.WebSocket = before;
  }
}

test("a hole in a book's numbers makes it stale, and it is asked for anew", async () => {
  await withFeed(({ socket, book }) => {
    assertEquals(socket.said.map(({ cmd }) => cmd), ["subscribe"]);
    socket.tell(snapshot(4));
    socket.tell(delta(5));
    assertEquals([book.state, book.seq, book.lastKnown.bestBidSize], ["live", 5, 1_100]);
    socket.tell(delta(7));
    assertEquals([book.state, book.lastKnown.bestBidSize], ["stale", 1_100]);
    assertEquals(socket.said.map(({ cmd }) => cmd), ["subscribe", "unsubscribe", "subscribe"]);
    // What comes before the snapshot is in it.
    socket.tell(delta(8));
    assertEquals(book.state, "stale");
    socket.tell(snapshot(8));
    socket.tell(delta(9));
    assertEquals([book.state, book.seq, book.lastKnown.bestBidSize], ["live", 9, 1_100]);
  });
});

test("what cannot be read, and what the feed calls stale, is not shown as live", async () => {
  await withFeed(({ socket, book }) => {
    socket.tell(snapshot(1));
    socket.tell({ type: "stale", msg: { market_ticker: "A", reason: "gap" } });
    assertEquals(book.state, "stale");
    socket.tell(snapshot(2));
    socket.tell({ ...delta(3), msg: { ...delta(3).msg, price_dollars: "0.48000001" } });
    assertEquals(book.state, "stale");
    socket.tell(snapshot(4));
    socket.tell({ ...delta(5), msg: { ...delta(5).msg, delta_fp: "-11.00" } });
    assertEquals(book.state, "stale", "less than nothing");
    socket.tell(snapshot(6));
    socket.tell({ ...delta(7), msg: { ...delta(7).msg, price_dollars: "0.5300" } });
    assertEquals(book.state, "stale", "crossed");
  });
  await withFeed(({ socket, book, connections }) => {
    socket.tell(snapshot(1));
    socket.tell('{"type":');
    assertEquals([book.state, connections.at(-1)], ["stale", "lost"]);
  });
});

test("heartbeats are answered, and a gap is told", async () => {
  await withFeed((bed) => {
    bed.socket.tell({ type: "status", msg: { state: "open", heartbeat_ms: 5_000 } });
    bed.socket.tell({ type: "heartbeat", id: 77 });
    assertEquals(bed.socket.said.at(-1), { cmd: "heartbeat", id: 77 } as never);
    bed.socket.tell({ type: "gap", msg: { channel: "trade", missed: 2 } });
    assertEquals(bed.gaps, 1);
  });
});
