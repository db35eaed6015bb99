/** The books that a gateway keeps: what of a channel it passes on, and the whole books that it writes itself. */
import { assertEquals } from "@std/assert";
import { MarketBook } from "../../src/books/mod.ts";
import { BookKeeper } from "../../src/nats/book_keeper.ts";
import type { LaneProduct } from "../../src/nats/protocol.ts";
import { eventProduct } from "../../src/stream/event_product.ts";
import type { Frame } from "../../src/stream/frame.ts";
import { perpsProduct } from "../../src/stream/perps_product.ts";
import { test } from "../support/test.ts";

type Levels = readonly (readonly [string, string])[];
const spellings = {
  events: {
    bids: "yes_dollars_fp",
    asks: "no_dollars_fp",
    price: "price_dollars",
    delta: "delta_fp",
    bid: "yes",
  },
  perps: { bids: "bid", asks: "ask", price: "price", delta: "delta", bid: "bid" },
} as const;

function makeKeeper(name: LaneProduct) {
  const product = name === "events" ? eventProduct : perpsProduct;
  const told: string[] = [];
  const keeper = new BookKeeper({
    product,
    sides: name,
    onWhole: (ticker) => told.push(`whole ${ticker}`),
    onWrong: (ticker, reason) => told.push(`wrong ${ticker}: ${reason}`),
  });
  const { bids, asks, price, delta, bid } = spellings[name];
  const whole = (seq: number, of: Levels, id?: number): Frame => ({
    type: "orderbook_snapshot",
    id,
    sid: 1,
    seq,
    msg: { market_ticker: "A", market_id: "id", [bids]: of, [asks]: [["0.6000", "7.00"]] },
  });
  const change = (seq: number, by: string): Frame => ({
    type: "orderbook_delta",
    sid: 1,
    seq,
    msg: { market_ticker: "A", market_id: "id", [price]: "0.5000", [delta]: by, side: bid },
  });
  keeper.add("A");
  return { keeper, told, whole, change, product };
}

for (const name of ["events", "perps"] as const) {
  test(`${name}: changes are passed on, whole books are written anew, and what a book has already is left out`, () => {
    const { keeper, told, whole, change, product } = makeKeeper(name);
    assertEquals([keeper.missing, keeper.snapshot("A")], [["A"], undefined]);
    assertEquals(keeper.take(whole(3, [["0.4900", "1.00"], ["0.5000", "2.00"]])), false);
    assertEquals([told, keeper.missing, keeper.isLive("A")], [["whole A"], [], true]);
    assertEquals(keeper.take(change(4, "3.00")), true);
    // It came late, and is in the whole book.
    assertEquals(keeper.take(change(2, "9.00")), false);
    // Of a market that nobody keeps.
    assertEquals(
      keeper.take({ ...change(5, "1.00"), msg: { ...change(5, "1.00").msg, market_ticker: "B" } }),
      true,
    );

    const book = new MarketBook("A");
    const text = keeper.snapshot("A") ?? "";
    const update = product.books.decoder.decode({ ...JSON.parse(text), seq: 9 });
    if (update !== undefined) book.feed(update);
    assertEquals(book.read().depth(), {
      bids: [{ price: 5_000, size: 500 }, { price: 4_900, size: 100 }],
      asks: [{ price: 6_000, size: 700 }],
    });
    assertEquals(JSON.parse(text).msg.market_id, "id");
  });

  test(`${name}: after a loss only a whole book from after it will do`, () => {
    const { keeper, told, whole, change } = makeKeeper(name);
    keeper.take(whole(1, [["0.5000", "2.00"]]));
    keeper.lost();
    // The channel's own marker has told it.
    assertEquals([told, keeper.missing], [["whole A"], ["A"]]);
    assertEquals(keeper.take(change(5, "1.00")), true);
    keeper.take(whole(3, [["0.5000", "9.00"]]));
    assertEquals(keeper.missing, ["A"]);
    keeper.take(whole(6, [["0.5000", "4.00"]]));
    assertEquals([told, keeper.missing], [["whole A", "whole A"], []]);
    // A check that finds another book, and a change that no book can follow.
    keeper.take(whole(7, [["0.5000", "5.00"]], 9));
    assertEquals(told.slice(2), ["wrong A: mismatch", "whole A"]);
    assertEquals(keeper.take(change(8, "-50.00")), true);
    assertEquals(told.slice(4), ["wrong A: negative-level"]);
    keeper.restart();
    keeper.take(whole(1, []));
    assertEquals([told.at(-1), keeper.missing], ["whole A", []]);
    keeper.remove("A");
    assertEquals(keeper.tickers, []);
  });
}
