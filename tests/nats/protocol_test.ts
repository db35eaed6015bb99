/** The names that a gateway and its readers agree on, and frames without the numbers of a connection. */
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KalshiConfigError } from "../../src/base/errors.ts";
import {
  assertAccountName,
  frameSubject,
  type Lane,
  laneStream,
  markerSubject,
  numberFrame,
  readSubject,
  snapshotSubject,
  stripFrame,
  typeOf,
} from "../../src/nats/protocol.ts";
import { test } from "../support/test.ts";

const open: Lane = { environment: "demo", product: "events" };
const own: Lane = { environment: "demo", product: "perps", account: "main" };

test("a lane is named by environment, product and account", () => {
  assertEquals(laneStream(open), "KALSHI_DEMO_EVENTS");
  assertEquals(laneStream(own), "KALSHI_DEMO_PERPS_PRIVATE_main");
  assertEquals(
    frameSubject(open, "trade", "KXBTC-26NOV24-T60.5"),
    "kalshi.demo.events.public.trade.KXBTC-26NOV24-T60%2E5",
  );
  assertEquals(frameSubject(own, "fill", undefined), "kalshi.demo.perps.private.main.fill.@all");
  for (const name of ["", "a.b", "a b", "é", "x".repeat(65)]) {
    assertThrows(() => assertAccountName("NatsGateway", name), KalshiConfigError, "`account`");
  }
});

test("a subject says what was put into it, whatever the names are", () => {
  const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter((text) =>
    text.isWellFormed()
  );
  fc.assert(fc.property(name, name, (channel, market) => {
    for (const lane of [open, own]) {
      const subjects = [
        frameSubject(lane, channel, market),
        snapshotSubject(lane, channel, market),
        markerSubject(lane, channel),
        frameSubject(lane, channel, undefined),
      ];
      for (const subject of subjects) assertEquals(/[\s*>]|\.\.|^\.|\.$/.test(subject), false, subject);
      assertEquals(subjects.map((subject) => readSubject(lane, subject)), [
        { kind: "frame", channel, market },
        { kind: "snapshot", channel, market },
        { kind: "marker", channel, market: undefined },
        { kind: "frame", channel, market: undefined },
      ]);
      assertEquals(new Set(subjects).size, 4);
    }
  }));
  assertEquals(readSubject(open, "kalshi.demo.events.public.trade"), undefined);
  assertEquals(readSubject(open, frameSubject(own, "fill", "A")), undefined);
});

test("a frame travels without the numbers of its connection, to the letter", () => {
  const msg = '{"market_ticker":"A","price":"0.5000","big":12345678901234567890,"text":"\\"sid\\":3,}"}';
  const stripped = `{"type":"orderbook_delta","msg":${msg}}`;
  for (
    const text of [
      `{"type":"orderbook_delta","sid":3,"seq":17,"msg":${msg}}`,
      `{"type":"orderbook_delta","sid":3,"msg":${msg}}`,
      `{ "sid": 3, "msg":${msg}, "seq": 17, "type" : "orderbook_delta" }`,
      `{"seq":17,"type":"orderbook_delta","msg":${msg},"sid":3}`,
    ]
  ) assertEquals(stripFrame(text), stripped, text);
  assertEquals(numberFrame(stripped, 8, 1), `{"type":"orderbook_delta","sid":8,"seq":1,"msg":${msg}}`);
  assertEquals(numberFrame(stripped, 8, undefined), `{"type":"orderbook_delta","sid":8,"msg":${msg}}`);
  assertEquals(numberFrame('{"type":"odd"}', 8, 1), '{"type":"odd","sid":8,"seq":1}');
  assertEquals(typeOf(stripped), "orderbook_delta");
  for (const text of ["", "[]", "7", '{"sid":3}', '{"type":7}', '{"type":"a b"}', "{"]) {
    assertEquals(stripFrame(text), undefined, text);
  }
});
