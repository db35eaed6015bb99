import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Reader, type ReaderMarket } from "../../src/workers/reader.ts";
import { test } from "../support/test.ts";

/** A market whose book is a number: each change adds one. */
class Counted implements ReaderMarket {
  readonly ticker: string;
  version = 1;
  isLive = true;
  ticked: string | undefined;

  constructor(ticker: string) {
    this.ticker = ticker;
  }

  get snapshot(): string | undefined {
    return this.isLive
      ? JSON.stringify({
        type: "orderbook_snapshot",
        msg: { market_ticker: this.ticker, version: this.version },
      })
      : undefined;
  }
}

interface Sent {
  readonly type: string;
  readonly id?: number;
  readonly msg: { market_ticker: string; version: number; missed: number; n: number };
}

/** The far end: takes frames when it likes, in order, and answers heartbeats as it comes to them. */
class Peer {
  readonly waiting: string[] = [];
  readonly versions = new Map<string, number | "stale">();
  readonly tickers = new Map<string, number>();
  trades = 0;
  isOpen = true;
  reader: Reader<Counted> | undefined;

  readonly socket = {
    send: (text: string) => {
      if (!this.isOpen) throw new TypeError("closed");
      this.waiting.push(text);
    },
    close: () => {},
    serializeAttachment: () => {},
    deserializeAttachment: () => null,
  };

  get underWay(): number {
    return this.waiting.reduce((sum, text) => sum + text.length, 0);
  }

  take(count = Infinity): void {
    for (let left = count; left > 0 && this.waiting.length > 0; left--) {
      const { type, id, msg } = JSON.parse(this.waiting.shift() ?? "") as Sent;
      const before = msg && this.versions.get(msg.market_ticker);
      if (type === "heartbeat") this.reader?.answer(id);
      if (type === "stale") this.versions.set(msg.market_ticker, "stale");
      if (type === "orderbook_snapshot") this.versions.set(msg.market_ticker, msg.version);
      if (type === "orderbook_delta") {
        assertEquals(before, msg.version - 1, "a change that does not follow");
        this.versions.set(msg.market_ticker, msg.version);
      }
      if (type === "trade") this.trades++;
      if (type === "gap") this.trades += msg.missed;
      if (type === "ticker") this.tickers.set(msg.market_ticker, msg.n);
    }
  }
}

function setUp(bufferBytes: number, tickers: readonly string[]) {
  const clock = { now: 1_000_000 };
  const peer = new Peer();
  const markets = tickers.map((ticker) => new Counted(ticker));
  const reader = new Reader<Counted>({
    socket: peer.socket,
    label: undefined,
    bufferBytes,
    now: () => clock.now,
  });
  peer.reader = reader;
  for (const market of markets) reader.owe(market);
  reader.pump();
  const change = (market: Counted, padding = 0) => {
    const msg = { market_ticker: market.ticker, version: ++market.version, padding: "x".repeat(padding) };
    reader.change(market, JSON.stringify({ type: "orderbook_delta", msg }));
  };
  return { clock, peer, markets, reader, change };
}

test("Reader: whatever its pace, little is under way, no book is wrong, and nothing is lost untold", () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant("change" as const), at: fc.nat(3), by: fc.nat(200) }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("take" as const), at: fc.nat(40), by: fc.nat(0) }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constantFrom("trade", "tick", "beat"), at: fc.nat(3), by: fc.nat(200) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom("lose", "renew"), at: fc.nat(3), by: fc.nat(0) }),
    },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), fc.integer({ min: 256, max: 4_096 }), (steps, buffer) => {
      const { peer, markets, reader, change } = setUp(buffer, ["A", "B", "C", "D"]);
      let trades = 0;
      let beats = 0;
      for (const { do: what, at, by } of steps) {
        const market = markets[at % 4] as Counted;
        if (what === "change" && market.isLive) change(market, by);
        if (what === "take") peer.take(at);
        if (what === "trade") {
          trades++;
          reader.trade(JSON.stringify({ type: "trade", msg: { padding: "x".repeat(by) } }));
        }
        if (what === "tick") {
          market.ticked = JSON.stringify({ type: "ticker", msg: { market_ticker: market.ticker, n: by } });
          reader.tick(market);
        }
        if (what === "beat") {
          beats++;
          reader.beat(1e9);
        }
        if (what === "lose" && market.isLive) {
          market.isLive = false;
          reader.stale(market, "gap");
        }
        if (what === "renew" && !market.isLive) {
          market.isLive = true;
          market.version += 5;
          reader.owe(market);
          reader.pump();
        }
        // One frame alone may be larger than the buffer; a word on each book and heartbeats come on top.
        assert(peer.underWay <= Math.max(buffer, 400) + 4 * 80 + (beats + 3) * 70, `${peer.underWay}`);
      }
      peer.take();
      for (const { ticker, version, isLive, ticked } of markets) {
        // A book that never came needs no word.
        const has = peer.versions.get(ticker) ?? "stale";
        assertEquals(has, isLive ? version : "stale");
        if (ticked !== undefined) assertEquals(peer.tickers.get(ticker), JSON.parse(ticked).msg.n);
      }
      assertEquals(peer.trades, trades);
      // What came after the last heartbeat is only known to have arrived after the next.
      reader.beat(1e9);
      peer.take();
      assertEquals(reader.behind, 0);
    }),
    { numRuns: 300 },
  );
});

test("Reader: a heartbeat that is not answered in time is noticed, and answers cannot be made up", () => {
  const { clock, peer, reader } = setUp(1_024, []);
  assert(reader.beat(30_000));
  clock.now += 10_000;
  assert(reader.beat(30_000));
  for (const id of [undefined, null, 0, 1, "1", NaN]) assertEquals(reader.answer(id), false);
  clock.now += 19_999;
  assert(reader.beat(30_000));
  clock.now += 1;
  assertEquals(reader.beat(30_000), false);
  peer.take();
  assert(reader.beat(30_000));
});

test("Reader: a socket that is closed takes nothing, and nobody else suffers", () => {
  const { peer, markets: [market], reader, change } = setUp(1_024, ["A"]);
  peer.isOpen = false;
  if (market !== undefined) { for (let n = 0; n < 100; n++) change(market); }
  reader.trade("{}");
  assert(reader.beat(30_000));
});

test("Reader: twenty commands a second are obeyed", () => {
  const { clock, reader } = setUp(1_024, []);
  const count = () => Array.from({ length: 30 }, () => reader.mayCommand()).filter(Boolean).length;
  assertEquals(count(), 20);
  clock.now += 1_000;
  assertEquals(count(), 20);
});
