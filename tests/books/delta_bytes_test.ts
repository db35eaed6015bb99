/** Changes of books read from the bytes of their frames: what `JSON.parse` makes of them, or nothing. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { eventBookDecoder } from "../../src/books/mod.ts";
import { test } from "../support/test.ts";
import { type BookProduct, bookProducts } from "./support/products.ts";

// deno-lint-ignore no-explicit-any
type Untyped = any;

const encoder = new TextEncoder();

const whole = fc.integer({ min: 1, max: 1_790_000_000_000 });
const decimal = (most: number, places: number) =>
  fc.tuple(fc.integer({ min: 0, max: most }), fc.integer({ min: 0, max: 10 ** places - 1 })).map(
    ([units, rest]) => `${units}.${String(rest).padStart(places, "0")}`,
  );
const optional = (arb: fc.Arbitrary<unknown>) => fc.option(arb, { nil: undefined });

/** Values that a field may have on a server that has changed. */
const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    "",
    "0",
    "00.5600",
    "0.56",
    "1",
    "1.0000",
    "1.0001",
    ".5",
    "5.",
    "1.2.3",
    "-",
  ),
  fc.constantFrom<unknown>(
    "-0.00",
    "123456789012345",
    "1234567890123456",
    "900719925474.0991",
    "900719925474.0992",
    "1e3",
    "+1.00",
    "90071992547409.91",
    "90071992547409.93",
    "٣",
    'a"b',
    "a\\b",
  ),
  fc.constantFrom<unknown>(
    "\n",
    "\u0000",
    "\u2028",
    "\ud800",
    "yes",
    "no",
    "bid",
    "orderbook_snapshot",
    "ok",
  ),
  fc.constantFrom<unknown>(
    0,
    -1,
    1.5,
    1e21,
    2 ** 53,
    999_999_999_999_999,
    0.56,
    true,
    [],
    [["0.56", "1.00"]],
    {},
    {
      a: { b: [] },
    },
  ),
);
/** How a value is written: spaces, escapes, other numbers, the order of keys, keys that come twice. */
interface Spelling {
  readonly space: string;
  readonly escapes: boolean;
  readonly turn: number;
  readonly twice: boolean;
}

function spell(value: unknown, how: Spelling): string {
  const { space, escapes, turn, twice } = how;
  const text = (raw: string) => {
    const plain = JSON.stringify(raw);
    return escapes ? plain.replace(/[a-z]/, (char) => `\\u00${char.charCodeAt(0).toString(16)}`) : plain;
  };
  if (typeof value === "string") return text(value);
  if (typeof value === "number" && turn === 2) return `${value}${Number.isInteger(value) ? ".0" : ""}`;
  if (typeof value === "number" && turn === 3) return value.toExponential();
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map((one) => spell(one, how)).join(`${space},`)}]`;
  const members = Object.entries(value).filter(([, one]) => one !== undefined);
  const turned = [...members.slice(turn), ...members.slice(0, turn)];
  const all = twice ? [...turned, ...turned.slice(0, 1)] : turned;
  return `{${
    all.map(([key, one]) => `${space}${text(key)}${space}:${space}${spell(one, how)}`).join(",")
  }${space}}`;
}

const spelling: fc.Arbitrary<Spelling> = fc.record({
  space: fc.constantFrom("", "", "", " ", "\n\t"),
  escapes: fc.constantFrom(false, false, true),
  turn: fc.constantFrom(0, 0, 0, 1, 2, 3),
  twice: fc.constantFrom(false, false, true),
});

for (const product of bookProducts) textTests(product);

function textTests(product: BookProduct): void {
  const { name } = product;
  const decoders = name === "event"
    ? [product.decoder, eventBookDecoder({ useYesPrice: false })]
    : [product.decoder];
  const scanners = decoders.map((decoder) => ({ decoder, scan: decoder.scanner?.() }));

  /** True when it was read from its bytes; whatever was read is what the parsed frame says, if it is JSON at all. */
  function agrees(text: string): boolean {
    const bytes = encoder.encode(text);
    const [isRead = false] = scanners.map(({ decoder, scan }) => {
      const scanned = scan?.(bytes);
      if (scanned === undefined) return false;
      const frame: Untyped = JSON.parse(text);
      assertEquals(scanned, {
        sid: frame.sid,
        sentAtMs: frame.sending_ts_ms,
        update: decoder.decode(frame),
      } as Untyped);
      assert(frame.id === undefined && frame.seq >= 1 && Number.isSafeInteger(frame.seq));
      return true;
    });
    return isRead;
  }

  /** A frame as Kalshi sends it, fields in the order of the contract. */
  const usual = fc.record({
    sid: fc.integer({ min: 1, max: 1_000 }),
    seq: whole,
    msg: fc.record({
      market_ticker: fc.constantFrom("KXHIGHNY-26NOV24-T60", "A.B-1", "É", "A B"),
      market_id: optional(fc.uuid()),
      [product.price]: decimal(name === "event" ? 0 : 100_000, 4),
      [product.delta]: fc.tuple(fc.constantFrom("", "-"), decimal(100_000, 2)).map(([sign, text]) =>
        sign + text
      ),
      side: fc.constantFrom(product.bid, product.ask),
      last_update_reason: optional(fc.constantFrom("Trade", "Decrease", "")),
      client_order_id: optional(fc.constantFrom("mine", "", "7f-é")),
      subaccount: optional(fc.integer({ min: 0, max: 64 })),
      ts: optional(fc.constant("2026-11-22T20:44:01Z")),
      ts_ms: optional(whole),
    }),
    sending_ts_ms: optional(whole),
  }).map((frame) => ({ type: "orderbook_delta", ...frame }));

  test(`${name}: a change as Kalshi spells it is read from its bytes, where they are ASCII`, () => {
    const isAscii = (text: string) => /^[\x20-\x7e]*$/.test(text);
    fc.assert(
      fc.property(usual, (frame) => {
        const text = JSON.stringify(frame);
        return agrees(text) === isAscii(text);
      }),
      { numRuns: 1_000 },
    );
  });

  const names = [
    product.price,
    product.delta,
    ..."type sid seq msg sending_ts_ms id market_ticker market_id side last_update_reason".split(" "),
    ..."client_order_id subaccount ts ts_ms __proto__ toString new_field".split(" "),
  ];

  test(`${name}: whatever a frame says and however it is spelled, its bytes are read as JSON.parse reads them, or not at all`, () => {
    const change = fc.record({ name: fc.constantFrom(...names), value: oddValue, isInPayload: fc.boolean() });
    let read = 0;
    fc.assert(
      fc.property(usual, fc.array(change, { maxLength: 2 }), spelling, (frame, changes, how) => {
        const odd: Untyped = { ...frame, msg: { ...frame.msg } };
        for (const { name, value, isInPayload } of changes) {
          const target = isInPayload && typeof odd.msg === "object" && odd.msg !== null ? odd.msg : odd;
          // A copy, since the next change may be one of its fields, and the frames after this one use it again.
          const own = { value: structuredClone(value), enumerable: true, writable: true, configurable: true };
          Object.defineProperty(target, name, own);
        }
        if (agrees(spell(odd, how))) read++;
      }),
      { numRuns: 5_000 },
    );
    assert(read > 100, `${read} were read from their bytes`);
  });

  test(`${name}: a frame in which some characters were changed is read as JSON.parse reads it, or not at all`, () => {
    const edit = fc.record({
      at: fc.nat(),
      drop: fc.integer({ min: 0, max: 3 }),
      insert: fc.constantFrom(
        ..."\"\\,:{}[]0159.-+eE \n\u0000\u007fé'".split(""),
        "",
        '","',
        `"side":"${product.ask}",`,
        "}}",
        "null",
      ),
    });
    let read = 0;
    fc.assert(
      fc.property(usual, fc.array(edit, { minLength: 1, maxLength: 3 }), (frame, edits) => {
        let text = JSON.stringify(frame);
        for (const { at, drop, insert } of edits) {
          const where = at % (text.length + 1);
          text = text.slice(0, where) + insert + text.slice(where + drop);
        }
        if (agrees(text)) read++;
      }),
      { numRuns: 20_000 },
    );
    assert(read > 100, `${read} were read from their bytes`);
  });

  test(`${name}: a frame that is cut off anywhere, or goes on, is not read`, () => {
    const more = fc.constantFrom("}", "}}", '"}}', "}}}", '"}},"a":"b"}}', " ", "\0");
    fc.assert(
      fc.property(usual, fc.nat(), more, (frame, cut, end) => {
        const text = JSON.stringify(frame);
        assert(!agrees(text + end));
        const kept = text.slice(0, cut % text.length);
        assert(!agrees(kept));
        // It may have become whole again.
        agrees(kept + end);
      }),
      { numRuns: 2_000 },
    );
  });

  test(`${name}: what stands in a text that needs a parser is not taken for the rest of the frame`, () => {
    const [usualFrame] = fc.sample(usual, { numRuns: 1, seed: 1 });
    const fields = ["market_ticker", "market_id", "last_update_reason", "client_order_id", "ts"];
    for (const field of fields) {
      for (const inside of ["}}", '\\"}}', `"side":"${product.bid}"}}`, "}}\n", "}}\u007f", "}}é"]) {
        const msg = { ...usualFrame?.msg, market_ticker: "A", [field]: inside };
        const text = JSON.stringify({ ...usualFrame, msg });
        agrees(text);
        for (let end = 1; end < text.length; end++) assert(!agrees(text.slice(0, end)));
        // As no JSON can have it: without the escapes.
        agrees(text.replace(JSON.stringify(inside), `"${inside}"`));
      }
    }
  });

  test(`${name}: names are told apart, also those that look alike to a hash, and however many there are`, () => {
    const msg = { [product.price]: "0.5600", [product.delta]: "1.00", side: product.bid };
    const seen = (market_ticker: string) =>
      agrees(JSON.stringify({ type: "orderbook_delta", sid: 1, seq: 1, msg: { market_ticker, ...msg } }));
    for (let round = 0; round < 2; round++) {
      for (const ticker of ["Aa", "BB", "AaAa", "BBBB", "AaBB", ""]) assert(seen(ticker));
    }
    for (let number = 0; number < 20_001; number++) seen(`T${number}`);
    assert(seen("Aa") && seen("T1") && seen("T20000"));
  });

  test(`${name}: other frames of books, and none at all, are left to the parser`, () => {
    for (
      const text of [
        "",
        "{",
        "null",
        '{"type":"trade"}',
        '{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{}}',
      ]
    ) {
      assert(!agrees(text));
    }
  });
}
