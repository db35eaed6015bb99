import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KalshiValueError } from "../../src/base/errors.ts";
import { decodeMessage, encodeMessage, type ReceivedMessage } from "../../src/contract/fix/codec.ts";
import { kalshiDictionary } from "../../src/contract/fix/dictionary.ts";
import type { FixMessage, NewOrderSingle } from "../../src/contract/fix/messages.ts";
import { FixFields } from "../../src/contract/fix_fields.ts";
import { FixWriter } from "../../src/contract/fix_writer.ts";
import { FieldChecks } from "../../src/fix/checks.ts";
import { FixFramer, type FrameFault } from "../../src/fix/framer.ts";
import { eventDictionary } from "../../src/local_exchange/gateways/fix/dictionary.ts";
import { test } from "../support/test.ts";
import { allowedValue, anyValue, messageKinds } from "./arbitrary_messages.ts";
import { plain } from "./peer.ts";
import { there } from "../../tools/there.ts";

const ids = { beginString: "FIXT.1.1", SenderCompID: "a-key", TargetCompID: "KalshiRT" };
const at = Date.UTC(2026, 10, 29, 9, 30, 0, 7);

function encoded(message: FixMessage, MsgSeqNum = 1): Uint8Array {
  const writer = new FixWriter(ids);
  encodeMessage(writer, { MsgSeqNum, sendingTimeMs: at }, message);
  return writer.bytes.slice(writer.start, writer.end);
}

function framed(text: string): Uint8Array {
  return framedBytes(new TextEncoder().encode(`${text}|`.replaceAll("|", "\x01")));
}

function framedBytes(bytes: Uint8Array): Uint8Array {
  const head = new TextEncoder().encode(`8=FIXT.1.1\x019=${bytes.length}\x01`);
  let sum = 0;
  for (const byte of [...head, ...bytes]) sum += byte;
  const tail = new TextEncoder().encode(`10=${String(sum % 256).padStart(3, "0")}\x01`);
  const all = new Uint8Array(head.length + bytes.length + tail.length);
  all.set(head);
  all.set(bytes, head.length);
  all.set(tail, head.length + bytes.length);
  return all;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let to = 0;
  for (const part of parts) {
    all.set(part, to);
    to += part.length;
  }
  return all;
}

function received(bytes: Uint8Array): ReceivedMessage[] {
  const framer = new FixFramer();
  const fields = new FixFields();
  framer.push(bytes);
  const messages: ReceivedMessage[] = [];
  while (framer.next(fields)) messages.push(decodeMessage(fields));
  return messages;
}

const messages = messageKinds(anyValue, true);
const extras = fc.array(
  fc.tuple(fc.integer({ min: 30_000, max: 99_999 }), fc.stringMatching(/^[ -~]{1,20}$/)),
  { minLength: 1, maxLength: 3 },
);

test("an entry of a request for market data is a symbol", () => {
  const message = { MsgType: "V", SubscriptionRequestType: "1", NoRelatedSym: [{}] } as unknown as FixMessage;
  assertThrows(() => encoded(message), KalshiValueError, "begins with Symbol");
});

test("every message and variant is read back as it was written", () => {
  for (const { name, arbitrary } of messages) {
    fc.assert(
      fc.property(arbitrary, fc.option(extras, { nil: undefined }), (message, extra) => {
        const sent = extra === undefined ? message : { ...message, extra };
        const [back, ...more] = received(encoded(sent));
        assertEquals(more.length, 0);
        const { header: _, ...rest } = plain(back) as Record<string, unknown>;
        assertEquals(rest, plain(sent), name);
      }),
      { numRuns: 40 },
    );
  }
});

test("what the dictionary allows passes the strict checks", () => {
  const fields = new FixFields();
  const plainly = new FieldChecks(kalshiDictionary);
  const asGateway = new FieldChecks(eventDictionary);
  for (const { name, arbitrary } of messageKinds(allowedValue)) {
    // A combo has no Symbol to begin its entry with, which only the gateway takes.
    const judges = / combo /.test(name) ? [asGateway] : [plainly, asGateway];
    fc.assert(
      fc.property(arbitrary, (message) => {
        const framer = new FixFramer();
        framer.push(encoded(message));
        assert(framer.next(fields), name);
        fields.session();
        for (const checks of judges) assertEquals(checks.find(fields), undefined, name);
      }),
      { numRuns: 20 },
    );
  }
});

test("a field that nobody knows is kept wherever it stands, in a group too, and moves nothing else", () => {
  const grouped = messages.filter(({ MsgType }) =>
    ["8", "D", "W", "X", "V", "UMS", "R", "S", "AG"].includes(MsgType)
  );
  for (const { name, arbitrary } of grouped) {
    fc.assert(
      fc.property(arbitrary, fc.nat(), (message, place) => {
        const bytes = encoded(message);
        const plainly = received(bytes)[0];
        const bounds: number[] = [];
        // Behind any field of the body, from the last of the header on.
        const header = new TextDecoder("latin1").decode(bytes).indexOf("\x0152=");
        for (let i = bytes.indexOf(1, header + 1); i < bytes.length - 7; i++) {
          if (bytes[i] === 1) bounds.push(i + 1);
        }
        const at = there(bounds[place % bounds.length]);
        const body = bytes.subarray(bytes.indexOf(1, 11) + 1, bytes.length - 7);
        const from = at - (bytes.length - 7 - body.length);
        const unknown = new TextEncoder().encode("29999=new\x01");
        const [back] = received(framedBytes(joined([body.subarray(0, from), unknown, body.subarray(from)])));
        const { header: _, extra, ...rest } = plain(back) as Record<string, unknown>;
        const { header: __, ...known } = plain(plainly) as Record<string, unknown>;
        assertEquals(rest, known, name);
        assertEquals(extra, [[29999, "new"]], name);
      }),
      { numRuns: 40 },
    );
  }
});

test("frames are found however the stream is cut", () => {
  const some = messages.flatMap(({ arbitrary }) => fc.sample(arbitrary, { numRuns: 2, seed: 7 }));
  const parts = some.map((message, i) => encoded(message, i + 1));
  const all = joined(parts);
  const whole = received(all).map(plain);
  assertEquals(whole.length, parts.length);
  const cut = (sizes: () => number) => {
    const framer = new FixFramer();
    const fields = new FixFields();
    const found: unknown[] = [];
    for (let from = 0; from < all.length;) {
      const to = from + sizes();
      framer.push(all.subarray(from, to));
      from = to;
      while (framer.next(fields)) found.push(plain(decodeMessage(fields)));
    }
    assertEquals(framer.waiting, 0);
    assertEquals(found, whole);
  };
  cut(() => 1);
  cut(() => 7);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 50 }), (sizes) => {
      let turn = 0;
      cut(() => there(sizes[turn++ % sizes.length]));
    }),
    { numRuns: 20 },
  );
});

test("garbage between frames and a damaged frame cost nothing but themselves, and are told", () => {
  const good = [1, 2, 3].map((MsgSeqNum) =>
    encoded({ MsgType: "1", TestReqID: `id ${MsgSeqNum}` }, MsgSeqNum)
  );
  const numbers = (bytes: Uint8Array) => {
    const faults: FrameFault[] = [];
    let passedOver = 0;
    const framer = new FixFramer({
      onFault: (fault, skipped) => {
        faults.push(fault);
        passedOver += skipped.length;
      },
    });
    const fields = new FixFields();
    framer.push(bytes);
    const found: number[] = [];
    let taken = 0;
    while (framer.next(fields)) {
      found.push(decodeMessage(fields).header.MsgSeqNum);
      taken += fields.end - fields.start;
    }
    assertEquals(taken + passedOver + framer.waiting, bytes.length);
    return { found, faults };
  };
  const noise = new TextEncoder().encode("hello\x0110=000\x018=FI");
  assertEquals(numbers(joined([good[0] as Uint8Array, noise, good[1] as Uint8Array])), {
    found: [1, 2],
    faults: ["garbage"],
  });
  const [first, second, third] = good as [Uint8Array, Uint8Array, Uint8Array];
  for (let place = 0; place < second.length; place++) {
    for (const value of [0, 1, 48, 57, 61, 255]) {
      const damaged = second.slice();
      if (damaged[place] === value) continue;
      damaged[place] = value;
      const { found, faults } = numbers(joined([first, damaged, third, third]));
      // A BodyLength that tells too much waits for bytes that may be on their way.
      if (faults.length === 0) continue;
      assertEquals(found[0], 1, `byte ${place} is ${value}`);
      assertEquals(found.at(-1), 3, `byte ${place} is ${value}`);
      assert(!found.includes(2) || faults.length > 0, `byte ${place} is ${value}`);
    }
  }
});

test("members of a group are read in any order, a repeated one begins the next entry", () => {
  const [message] = received(framed(
    "35=X|49=KalshiMD|56=a-key|34=2|52=20261129-09:30:00.000|268=2|55=A|279=0|269=0|270=0.4500|271=3.00|" +
      "273=09:30:00.000|272=20261129|1003=t|279=2|269=1|55=B|270=0.5500|271=0.00|272=20261129|273=09:30:00.000|58=no",
  ));
  assertEquals(plain(message), {
    MsgType: "X",
    header: plain(message?.header),
    NoMDEntries: [
      {
        MDUpdateAction: "0",
        Symbol: "A",
        MDEntryType: "0",
        MDEntryPx: "0.4500",
        MDEntrySize: "3.00",
        MDEntryDate: "20261129",
        MDEntryTime: "09:30:00.000",
        TradeID: "t",
      },
      {
        MDUpdateAction: "2",
        Symbol: "B",
        MDEntryType: "1",
        MDEntryPx: "0.5500",
        MDEntrySize: "0.00",
        MDEntryDate: "20261129",
        MDEntryTime: "09:30:00.000",
      },
    ],
    extra: [[58, "no"]],
  });
});

test("an unknown tag inside a group is kept apart, and the group goes on", () => {
  const [message] = received(framed(
    "35=8|49=KalshiRT|56=a-key|34=2|52=20261129-09:30:00.000|453=2|448=one|29999=new|452=24|448=two|452=12|37=order",
  ));
  const { NoPartyIDs, extra, OrderID } = plain(message) as Record<string, unknown>;
  assertEquals(NoPartyIDs, [{ PartyID: "one", PartyRole: 24 }, { PartyID: "two", PartyRole: 12 }]);
  assertEquals(extra, [[29999, "new"]]);
  assertEquals(OrderID, "order");
});

test("what is no number or no flag is kept as it came", () => {
  const [message] = received(framed(
    "35=8|49=KalshiRT|56=a-key|34=2|52=20261129-09:30:00.000|103=many|1057=maybe|79=99999999999999999999|137=lost",
  ));
  const { extra, ...rest } = plain(message) as Record<string, unknown>;
  assertEquals(extra, [[103, "many"], [1057, "maybe"], [79, "99999999999999999999"], [137, "lost"]]);
  assertEquals(Object.keys(rest), ["MsgType", "header"]);
});

test("bytes that are no UTF-8 survive in fields that nobody knows", () => {
  const bytes = framed("35=0|49=KalshiRT|56=a-key|34=2|52=20261129-09:30:00.000|29999=ab|29998=é");
  bytes[bytes.findIndex((byte, i) => byte === 97 && bytes[i + 1] === 98)] = 0xff;
  const sum = bytes.subarray(0, -7).reduce((total, byte) => total + byte, 0) & 255;
  bytes.set(new TextEncoder().encode(String(sum).padStart(3, "0")), bytes.length - 4);
  const [message] = received(bytes);
  assertEquals(plain(message?.extra), [[29999, [0xff, 98]], [29998, "é"]]);
  const back = received(encoded(message as FixMessage));
  assertEquals(plain(back[0]?.extra), plain(message?.extra));
});

test("data holds any byte, SOH too, and its length is written before it", () => {
  const RawData = Uint8Array.of(1, 49, 48, 61, 1, 56, 61, 70, 73, 88, 0, 255);
  const logon: FixMessage = {
    MsgType: "A",
    EncryptMethod: 0,
    RawData,
    HeartBtInt: 30,
    DefaultApplVerID: "9",
  };
  const bytes = encoded(logon);
  assert(new TextDecoder().decode(bytes).includes("\x0195=12\x0196="));
  assertEquals(plain((received(bytes)[0] as { RawData: Uint8Array }).RawData), [...RawData]);
  const [without] = received(
    framed("35=A|49=a-key|56=KalshiRT|34=1|52=20261129-09:30:00.000|98=0|96=c2ln|108=30|1137=9"),
  );
  assertEquals((without as { RawData: Uint8Array }).RawData, new TextEncoder().encode("c2ln"));
});

test("what cannot be written is refused with its field", () => {
  const order: NewOrderSingle = {
    MsgType: "D",
    ClOrdID: "id",
    OrderQty: "10.00",
    OrdType: "2",
    Price: "0.5500",
    Side: "1",
    Symbol: "A",
  };
  const refused = (change: Record<string, unknown>, words: string) =>
    assertThrows(() => encoded({ ...order, ...change } as FixMessage), KalshiValueError, words);
  refused({ Price: 0.55 }, "Field 44 must be a string");
  refused({ ClOrdID: "a\x01b" }, "Field 11 holds SOH");
  refused({ Symbol: "é\x01" }, "Field 55 holds SOH");
  refused({ AllocAccount: 1.5 }, "Field 79 must be a whole number");
  refused({ CancelOrderOnPause: "Y" }, "Field 21006 must be true or false");
  refused({ NoPartyIDs: [{ PartyRole: 24 }] }, "begins with PartyID");
  refused({ extra: [[0, "a"]] }, "above 0");
  refused({ extra: [[30000, 5]] }, "Field 30000 must be a string or bytes");
});

test("frames of any length are written", () => {
  for (const length of [1, 20, 60, 70, 900, 940, 3000, 70_000, 200_000]) {
    const message: FixMessage = { MsgType: "1", TestReqID: "x".repeat(length) };
    const [back] = received(encoded(message));
    assertEquals((back as { TestReqID: string }).TestReqID.length, length);
  }
});

test("several frames lie side by side, and an earlier buffer is never overwritten", () => {
  const writer = new FixWriter(ids);
  const first = () => writer.bytes.subarray(writer.start, writer.end);
  encodeMessage(writer, { MsgSeqNum: 1, sendingTimeMs: at }, { MsgType: "1", TestReqID: "one" });
  const kept = first();
  const copy = kept.slice();
  const begun = writer.start;
  const buffer = writer.bytes;
  let sent = 1;
  while (writer.bytes === buffer) {
    encodeMessage(writer, { MsgSeqNum: ++sent, sendingTimeMs: at }, { MsgType: "1", TestReqID: "more" });
  }
  assertEquals(kept, copy);
  assertEquals(received(buffer.subarray(begun)).length, sent - 1);
});
