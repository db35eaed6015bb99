/** What Kalshi sends of a book when its market closes: an empty snapshot that nobody asked for. */
import { assertEquals } from "@std/assert";
import { BookReplay, eventBookDecoder } from "../../src/books/mod.ts";
import type { BookChange } from "../../src/stream/mod.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { startTimed } from "./support/timed_exchange.ts";

test("at the close of its market a book becomes empty by a change, and nothing is resynchronised", async () => {
  await using timed = await startTimed();
  const { exchange, clock } = timed;
  const [ticker = "", other = ""] = exchange.openTickers();
  for (const one of [ticker, other]) {
    exchange.placeCounterOrder({ ticker: one, side: "bid", price: "0.4000", count: "3.00" });
    exchange.placeCounterOrder({ ticker: one, side: "ask", price: "0.6000", count: "2.00" });
  }
  const frames: string[] = [];
  const wsJsonParse = (text: string) => {
    frames.push(text);
    return JSON.parse(text);
  };
  const stream = await timed.connect({}, { wsJsonParse });
  const books = await stream.orderBooks([ticker, other]);
  const changes: BookChange[] = [];
  void (async () => {
    for await (const change of books.get(ticker)?.changes() ?? []) changes.push(change);
  })();
  exchange.setCloseTime(ticker, clock.now());
  await until(() => changes.length > 0);
  exchange.placeCounterOrder({ ticker: other, side: "bid", price: "0.4100", count: "1.00" });
  await until(() => books.get(other)?.bestBid === 4_100);
  assertEquals(changes.map(({ type }) => type), ["snapshot"]);
  assertEquals(changes[0]?.type === "snapshot" && changes[0].resynced, false);
  const book = books.get(ticker);
  assertEquals([book?.state, book?.bestBid, book?.bestAsk], ["live", undefined, undefined]);
  const { resyncs, gaps, books: states } = stream.stats();
  assertEquals([resyncs, gaps, states.live], [0, 0, 2]);

  // The same from a recording of it.
  const seen: string[] = [];
  const replay = new BookReplay({
    decoder: eventBookDecoder(),
    onChange: (name, { type }) => name === ticker && seen.push(type),
  });
  for (const text of frames) replay.feed(text);
  assertEquals(seen, ["snapshot", "snapshot"]);
  assertEquals(replay.books.get(ticker)?.read().depth(), { bids: [], asks: [] });
});
