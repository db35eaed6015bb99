import { assertEquals } from "@std/assert";
import { BookReplay } from "../../src/books/mod.ts";
import { test } from "../support/test.ts";
import { type BookProduct, bookProducts, changeOf, levelsOf } from "./support/products.ts";

for (const product of bookProducts) replayTests(product);

function replayTests(product: BookProduct): void {
  const { decoder } = product;
  const snapshot = (sid: number, seq: number, market_ticker: string, count = "10.00") => ({
    type: "orderbook_snapshot",
    sid,
    seq,
    msg: { market_ticker, ...levelsOf(product, [["0.5600", count]]) },
  });
  const delta = (sid: number, seq: number, market_ticker: string, change = "1.00") => ({
    type: "orderbook_delta",
    sid,
    seq,
    msg: { market_ticker, ...changeOf(product, "bid", "0.5600", change) },
  });
  const states = (replay: BookReplay) =>
    Object.fromEntries(
      [...replay.books].map(([ticker, book]) => [
        ticker,
        book.state === "live" ? book.read().bestBidSize : book.reason,
      ]),
    );

  test(`${product.name}: a recording is replayed, as text or parsed, and other channels do not disturb it`, () => {
    const changes: string[] = [];
    const replay = new BookReplay({
      decoder,
      onChange: (ticker, { type }) => changes.push(`${ticker} ${type}`),
    });
    for (
      const frame of [
        { id: 1, type: "subscribed", msg: { channel: "orderbook_delta", sid: 3 } },
        snapshot(3, 1, "A"),
        { type: "trade", sid: 4, seq: 77, msg: { market_ticker: "A" } },
        JSON.stringify(snapshot(3, 2, "B")),
        { id: 2, type: "ok", sid: 3, seq: 3 },
        delta(3, 4, "A"),
        delta(3, 4, "A"),
        { type: "ticker", sid: 5, msg: {} },
      ]
    ) replay.feed(frame);
    assertEquals(states(replay), { A: 1_100, B: 1_000 });
    assertEquals(changes, ["A snapshot", "B snapshot", "A delta"]);
  });

  test(`${product.name}: a hole in the recording makes its books stale until their next snapshot`, () => {
    const replay = new BookReplay({ decoder });
    for (const frame of [snapshot(3, 1, "A"), snapshot(3, 2, "B"), snapshot(9, 1, "C"), delta(3, 9, "A")]) {
      replay.feed(frame);
    }
    assertEquals(states(replay), { A: "gap", B: "gap", C: 1_000 });
    replay.feed(snapshot(3, 10, "A", "20.00"));
    assertEquals(states(replay), { A: 2_000, B: "gap", C: 1_000 });
    replay.feed("{");
    assertEquals(states(replay), { A: "unreadable", B: "gap", C: "unreadable" });
  });

  test(`${product.name}: what is known to be missing is told to a replay, and a connection that is another one begins its numbers anew`, () => {
    const replay = new BookReplay({ decoder });
    for (const frame of [snapshot(3, 7, "A"), snapshot(3, 8, "B")]) replay.feed(frame);
    replay.lost();
    assertEquals(states(replay), { A: "gap", B: "gap" });
    replay.feed(snapshot(3, 9, "A"));
    replay.feed(delta(3, 10, "A"));
    assertEquals(states(replay), { A: 1_100, B: "gap" });
    replay.lost("disconnected");
    assertEquals(states(replay), { A: "disconnected", B: "disconnected" });
    for (const frame of [snapshot(3, 1, "A"), delta(3, 2, "A"), snapshot(3, 3, "B")]) replay.feed(frame);
    assertEquals(states(replay), { A: 1_100, B: 1_000 });
  });

  test(`${product.name}: a recording goes on over reconnects, with other sids or the same ones`, () => {
    const replay = new BookReplay({ decoder });
    for (const frame of [snapshot(3, 1, "A"), delta(3, 2, "A"), delta(4, 1, "A")]) replay.feed(frame);
    assertEquals(states(replay), { A: "disconnected" });
    replay.feed(snapshot(4, 2, "A"));
    replay.feed(delta(4, 3, "A"));
    assertEquals(states(replay), { A: 1_100 });
    replay.feed({ type: "subscribed", msg: { channel: "orderbook_delta", sid: 4 } });
    assertEquals(states(replay), { A: "disconnected" });
    replay.feed(snapshot(4, 1, "A"));
    replay.feed(delta(4, 2, "A"));
    assertEquals(states(replay), { A: 1_100 });
  });
}
