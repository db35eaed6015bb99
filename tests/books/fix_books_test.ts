import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { formatCount, formatPrice } from "../../src/base/fixed_point.ts";
import type { BookChange } from "../../src/books/changes.ts";
import {
  entryTimeMs,
  type FixBookMessage,
  type FixBookProduct,
  readFixBooks,
} from "../../src/books/decoders/fix.ts";
import { KalshiStaleBookError } from "../../src/books/errors.ts";
import { MarketBook } from "../../src/books/market_book.ts";
import { decodeMessage, encodeMessage } from "../../src/contract/fix/codec.ts";
import type {
  MarketDataIncrementalRefresh,
  MarketDataIncrementalRefreshMDEntry,
  MarketDataSnapshotFullRefresh,
} from "../../src/contract/fix/messages.ts";
import { FixFields } from "../../src/contract/fix_fields.ts";
import { FixWriter } from "../../src/contract/fix_writer.ts";
import { FixFramer } from "../../src/fix/framer.ts";
import { test } from "../support/test.ts";

type Message = MarketDataIncrementalRefresh | MarketDataSnapshotFullRefresh;
type Entry = MarketDataIncrementalRefreshMDEntry;

const when = { MDEntryDate: "20261129", MDEntryTime: "09:30:00.007" };
const whenMs = Date.UTC(2026, 10, 29, 9, 30, 0, 7);

/** A message as it comes over the wire. */
function wired(message: Message, MsgSeqNum: number): FixBookMessage<Entry> {
  const writer = new FixWriter({ beginString: "FIXT.1.1", SenderCompID: "KalshiMD", TargetCompID: "a-key" });
  encodeMessage(writer, { MsgSeqNum, sendingTimeMs: whenMs }, message);
  const framer = new FixFramer();
  const fields = new FixFields();
  framer.push(writer.bytes.slice(writer.start, writer.end));
  framer.next(fields);
  return decodeMessage(fields) as unknown as FixBookMessage<Entry>;
}

const level = (side: "0" | "1", price: string, size: string) => ({
  MDEntryType: side,
  MDEntryPx: price,
  MDEntrySize: size,
  ...when,
});
const whole = (Symbol: string, ...NoMDEntries: ReturnType<typeof level>[]): Message => ({
  MsgType: "W",
  Symbol,
  NoMDEntries,
});
const change = (
  action: string,
  side: string,
  price: string,
  size: string,
  more: Partial<Entry> = {},
): Entry => ({
  MDUpdateAction: action,
  Symbol: "M",
  MDEntryType: side,
  MDEntryPx: price,
  MDEntrySize: size,
  ...when,
  ...more,
});
const changes = (...NoMDEntries: Entry[]): Message => ({ MsgType: "X", NoMDEntries });

function watched(product: FixBookProduct = "event") {
  const seen: BookChange[] = [];
  const trades: Entry[] = [];
  const book = new MarketBook("M", { onChange: (change) => seen.push(change) });
  let next = 2;
  return {
    book,
    seen,
    trades,
    feed(message: Message, seq = next++) {
      const read = readFixBooks(wired(message, seq), product);
      trades.push(...read.trades);
      for (const update of read.updates) {
        if (update.ticker === undefined || update.ticker === "M") book.feed(update);
      }
    },
    types: () =>
      seen.map((one) => "reason" in one && one.reason ? `${one.type}:${one.reason}` : one.type).join(" "),
  };
}

test("W is the whole book and X has new sizes of single levels", () => {
  const { book, feed, seen } = watched();
  feed(whole("M", level("0", "0.5600", "10.00"), level("0", "0.4000", "5.00"), level("1", "0.6000", "7.50")));
  assertEquals(book.read().depth(), {
    bids: [{ price: 5600, size: 1000 }, { price: 4000, size: 500 }],
    asks: [{ price: 6000, size: 750 }],
  });
  feed(changes(
    change("1", "0", "0.56", "4", { ClOrdID: "mine", AllocAccount: 3 }),
    change("0", "1", "0.5900", "1.25"),
    change("2", "1", "0.6000", "0.00"),
  ));
  assertEquals(book.read().depth(), {
    bids: [{ price: 5600, size: 400 }, { price: 4000, size: 500 }],
    asks: [{ price: 5900, size: 125 }],
  });
  assertEquals(seen[1], {
    type: "delta",
    side: "bid",
    price: 5600,
    size: 400,
    delta: -600,
    seq: 3,
    ts_ms: whenMs,
    client_order_id: "mine",
    subaccount: 3,
  });
  assertEquals(seen.length, 4);
});

test("a deletion removes the level whatever size it names", () => {
  const { book, feed } = watched();
  feed(whole("M", level("0", "0.5600", "10.00")));
  feed(changes(change("2", "0", "0.5600", "10.00")));
  assertEquals(book.read().levels, 0);
});

test("levels of one message are one step: in the middle of it the book may be crossed", () => {
  const { book, feed, types } = watched();
  feed(whole("M", level("0", "0.5600", "10.00"), level("1", "0.5700", "3.00")));
  feed(changes(change("0", "0", "0.5800", "2.00"), change("2", "1", "0.5700", "0.00")));
  assertEquals(book.read().bestBid, 5800);
  assertEquals(types(), "snapshot delta delta");
  feed(changes(change("0", "1", "0.5800", "2.00")));
  assertEquals([book.state, book.reason], ["stale", "crossed"]);
});

test("trades stand apart and change no book", () => {
  const { book, feed, trades } = watched();
  feed(whole("M", level("0", "0.5600", "10.00")));
  feed(changes(
    change("0", "2", "0.5600", "3.00", { AggressorSide: "2", TradeID: "t-1", TrdType: 1 }),
    change("1", "0", "0.5600", "7.00"),
  ));
  assertEquals(trades.map(({ TradeID, TrdType, MDEntrySize }) => [TradeID, TrdType, MDEntrySize]), [[
    "t-1",
    1,
    "3.00",
  ]]);
  assertEquals(book.read().sizeAt("bid", 5600), 700);
});

test("what cannot be read makes its book stale, and the next W heals it", () => {
  const wrong: [string, Message][] = [
    ["an unknown side", changes(change("0", "9", "0.5600", "1.00"))],
    ["an unknown action", changes(change("7", "0", "0.5600", "1.00"))],
    ["a price over a dollar", changes(change("0", "0", "1.0100", "1.00"))],
    ["a price with too many places", changes(change("0", "0", "0.56001", "1.00"))],
    ["a size that is none", changes(change("0", "0", "0.5600", "many"))],
    ["a size below zero", changes(change("0", "0", "0.5600", "-1.00"))],
    ["a level that comes twice", whole("M", level("0", "0.5600", "1.00"), level("0", "0.5600", "2.00"))],
  ];
  for (const [name, message] of wrong) {
    const { book, feed, types } = watched();
    feed(whole("M", level("0", "0.5600", "10.00")));
    feed(message);
    assertEquals([name, book.state, book.reason], [name, "stale", "unreadable"]);
    assertThrows(() => book.read(), KalshiStaleBookError);
    book.asked();
    feed(whole("M", level("0", "0.5500", "1.00")));
    assertEquals([name, book.read().bestBid], [name, 5500]);
    assertEquals(types(), "snapshot stale:unreadable snapshot:unreadable");
  }
});

test("an empty W is an empty book", () => {
  assertEquals(wired(whole("M"), 2).NoMDEntries, []);
  const { book, feed } = watched();
  feed(whole("M"));
  assertEquals([book.state, book.read().levels], ["live", 0]);
});

test("a margin book has prices of any height", () => {
  const { book, feed } = watched("margin");
  feed(whole("M", level("0", "94123.5000", "0.50")));
  assertEquals(book.read().bestBid, 941_235_000);
});

test("changes before the first W wait for it, and those that it holds already are left out", () => {
  const { book, feed, types } = watched();
  feed(changes(change("0", "0", "0.5600", "1.00")), 2);
  assertEquals([book.state, book.reason], ["stale", "early-delta"]);
  feed(whole("M", level("0", "0.5600", "2.00")), 3);
  assertEquals(book.read().sizeAt("bid", 5600), 200);
  assertEquals(types(), "stale:early-delta snapshot:early-delta");
});

test("an X of many markets is an update for each of them", () => {
  const { updates } = readFixBooks(
    wired(
      changes(
        change("0", "0", "0.1000", "1.00", { Symbol: "A" }),
        change("0", "0", "0.2000", "1.00", { Symbol: "B" }),
        change("0", "0", "0.3000", "1.00", { Symbol: "A" }),
      ),
      2,
    ),
    "event",
  );
  assertEquals(updates.map(({ ticker, type }) => [ticker, type]), [["A", "levels"], ["B", "levels"]]);
});

test("times of entries are read to the millisecond", () => {
  assertEquals(entryTimeMs(when), whenMs);
  assertEquals(entryTimeMs({ ...when, MDEntryTime: "09:30:00.007999" }), whenMs);
  assertEquals(entryTimeMs({ ...when, MDEntryTime: "09:30:00" }), whenMs - 7);
  assertEquals(entryTimeMs({ ...when, MDEntryTime: "soon" }), undefined);
});

/** The price of an ask is above that of every bid, so that no book is crossed. */
const place = fc.record({
  isBid: fc.boolean(),
  tick: fc.integer({ min: 1, max: 40 }),
  size: fc.integer({ min: 0, max: 500_000 }),
  symbol: fc.constantFrom("M", "N"),
  how: fc.constantFrom("0", "1"),
});
const step = fc.oneof(
  { weight: 8, arbitrary: fc.array(place, { minLength: 1, maxLength: 6 }) },
  { weight: 1, arbitrary: fc.constant("refresh" as const) },
  { weight: 1, arbitrary: fc.constant("reconnect" as const) },
);

test("books read from W and X through the codec are the books that were written", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const truth = { M: new Map<string, number>(), N: new Map<string, number>() };
      const books = { M: new MarketBook("M"), N: new MarketBook("N") };
      let seq = 2;
      const feed = (message: Message) => {
        for (const update of readFixBooks(wired(message, seq++), "event").updates) {
          books[update.ticker as "M" | "N"].feed(update);
        }
      };
      const refresh = (symbol: "M" | "N") =>
        feed(whole(
          symbol,
          ...[...truth[symbol]].filter(([, size]) => size > 0).map(([key, size]) => {
            const [side = "", price] = key.split(" ");
            return level(side as "0" | "1", formatPrice(Number(price)), formatCount(size));
          }),
        ));
      const refreshAll = () => (["M", "N"] as const).forEach(refresh);
      refreshAll();
      for (const one of steps) {
        if (one === "refresh") refreshAll();
        else if (one === "reconnect") {
          for (const book of [books.M, books.N]) book.restart();
          assertEquals([books.M.state, books.N.state], ["stale", "stale"]);
          seq = 2;
          refreshAll();
        } else {
          feed(changes(...one.map(({ isBid, tick, size, symbol, how }) => {
            const price = isBid ? tick * 100 : 5000 + tick * 100;
            truth[symbol as "M" | "N"].set(`${isBid ? 0 : 1} ${price}`, size);
            const action = size === 0 ? "2" : how;
            return change(action, isBid ? "0" : "1", formatPrice(price), formatCount(size), {
              Symbol: symbol,
            });
          })));
        }
        for (const symbol of ["M", "N"] as const) {
          const depth = books[symbol].read().depth();
          const held = [
            ...depth.bids.map(({ price, size }) => [`0 ${price}`, size]),
            ...depth.asks.map(
              ({ price, size }) => [`1 ${price}`, size],
            ),
          ].map(([key, size]) => `${key}=${size}`).sort();
          const meant = [...truth[symbol]].filter(([, size]) => size > 0).map(([key, size]) =>
            `${key}=${size}`
          ).sort();
          assertEquals(held, meant);
        }
      }
    }),
    { numRuns: 300 },
  );
});
