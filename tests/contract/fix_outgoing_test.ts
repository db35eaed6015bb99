/** What may be sent over FIX, and what is refused before it is: names, types, codes, prices, what must be there. */
import { assert, assertEquals, assertNotStrictEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { decodeMessage, encodeMessage } from "../../src/contract/fix/codec.ts";
import { kalshiDictionary } from "../../src/contract/fix/dictionary.ts";
import type { FixMessage } from "../../src/contract/fix/messages.ts";
import { otherMessages, outgoingMessages, sessionMessages } from "../../src/contract/fix/outgoing.ts";
import { FixFields } from "../../src/contract/fix_fields.ts";
import { checkOutgoing, type OutgoingContext } from "../../src/contract/fix_outgoing.ts";
import { FixWriter } from "../../src/contract/fix_writer.ts";
import { FieldChecks } from "../../src/fix/checks.ts";
import { FixConfig } from "../../src/fix/config.ts";
import { FixFramer } from "../../src/fix/framer.ts";
import { outgoingContext } from "../../src/fix/outgoing_context.ts";
import { ed25519Pkcs8 } from "../auth/fixtures.ts";
import { outgoingFields } from "../fix/outgoing_messages.ts";
import { plain } from "../fix/peer.ts";
import { test } from "../support/test.ts";

const event: OutgoingContext = { product: "event" };
const dollars: OutgoingContext = { product: "event", useDollars: true };
const margin: OutgoingContext = { product: "margin" };
const uuid = "a952bcbe-ec3b-4b5b-b8f9-11dae589608c";
const order = {
  MsgType: "D",
  ClOrdID: "order-1",
  OrderQty: "10",
  OrdType: "2",
  Price: "56",
  Side: "1",
  Symbol: "KXHIGHNY-26NOV24-T60",
} as const;
const cancel = { MsgType: "F", ClOrdID: "cancel-1", OrigClOrdID: "order-1", Side: "1", Symbol: "X" } as const;
const replace = { ...order, MsgType: "G", OrigClOrdID: "order-1" } as const;
const request = { MsgType: "R", QuoteReqID: uuid, NoRelatedSym: [{ Symbol: "X", OrderQty: "1" }] } as const;
const quote = { MsgType: "S", QuoteID: uuid, QuoteReqID: uuid, Symbol: "X", BidPx: "40" } as const;

function refused(message: object, context: OutgoingContext = event): string {
  return assertThrows(() => checkOutgoing(message, context), KalshiConfigError).message;
}

function assertAll(table: readonly (readonly [object, string, OutgoingContext?])[]): void {
  for (const [message, says, context] of table) assertStringIncludes(refused(message, context), says);
}

test("what is right goes through as a copy of its own", () => {
  const messages: readonly (readonly [object, OutgoingContext])[] = [
    [order, event],
    [{ ...order, Price: "0.5600" }, dollars],
    [{ ...order, Price: "1250.5", OrderQty: "3" }, margin],
    [{ ...order, TimeInForce: "6", ExpireTime: "20261124-12:00:00" }, event],
    [{ ...order, TimeInForce: "3", ExecInst: "E" }, event],
    [{ ...order, TimeInForce: "4", ExecInst: "E", Price: "2" }, margin],
    [{ ...order, NoPartyIDs: [{ PartyID: `${uuid}_A1`, PartyRole: 24 }], SenderSubID: "desk 7" }, event],
    [{ ...order, extra: [[30001, "new"], [30002, new Uint8Array([65])]] }, event],
    [cancel, event],
    [{ ...replace, Price: undefined }, event],
    [{ MsgType: "q", ClOrdID: "all", MassCancelRequestType: "6" }, event],
    [{ MsgType: "UOG", OrderGroupAction: 1, OrderGroupContractsLimit: 100, AllocAccount: 63 }, event],
    [{ MsgType: "UOG", OrderGroupAction: 2, OrderGroupID: uuid }, margin],
    [{ MsgType: "U1", BeginExecID: "1;2" }, event],
    [{ MsgType: "U1", BeginExecID: "1;2", EndExecID: "1;3;0" }, event],
    [
      { MsgType: "V", SubscriptionRequestType: "1", NoRelatedSym: [{ Symbol: "X" }, { Symbol: "Y" }] },
      margin,
    ],
    [{ MsgType: "V", SubscriptionRequestType: "2" }, event],
    [{ MsgType: "e", SubscriptionRequestType: "1", Symbol: "X" }, event],
    [request, event],
    [{ ...quote, OfferPx: "0" }, event],
    [{ MsgType: "UA", QuoteID: uuid, Side: "2", PreferBetterQuote: "Y" }, event],
    [{ MsgType: "U7", QuoteID: "q" }, event],
    [{ MsgType: "Z", QuoteID: "q", RfqId: uuid }, event],
    [{ MsgType: "UE", RfqId: uuid }, event],
  ];
  for (const [message, context] of messages) {
    const copy = checkOutgoing(message, context);
    assertNotStrictEquals(copy, message);
    assertEquals(copy, message);
  }
});

test("a message is read once: what a getter says later is not sent", () => {
  let reads = 0;
  const message = {
    ...order,
    get Price() {
      return ++reads === 1 ? "56" : "99";
    },
  };
  assertEquals(checkOutgoing(message, event).Price, "56");
  assertEquals(checkOutgoing({ ...order }, event).Price, "56");
  const inherited = Object.assign(Object.create({ Price: "56" }), { ...order, Price: undefined });
  assertThrows(() => checkOutgoing(inherited, event), KalshiConfigError, "A message is an object of fields");
});

test("unknown names are refused with the right one", () => {
  assertAll([
    [{ ...order, price: "1" }, "NewOrderSingle: unknown field `price`, did you mean `Price`?"],
    [{ ...order, clOrdId: "1" }, "did you mean `ClOrdID`?"],
    [{ ...order, client_order_id: "1" }, "did you mean `ClOrdID`?"],
    [{ ...order, ticker: "1" }, "did you mean `Symbol`?"],
    [{ ...order, count: "1" }, "did you mean `OrderQty`?"],
    [{ ...order, OrderGroupID: uuid }, "did you mean `SecondaryClOrdID`?"],
    [{ ...order, 44: "1" }, "unknown field 44, did you mean `Price`?"],
    [{ ...order, header: {} }, "what is newer goes into `extra`"],
    [{ ...order, ExDestination: 1 }, "unknown field `ExDestination`", margin],
    [{ ...order, NoPartyIDs: [{ PartyId: "x" }] }, "`NoPartyIDs[0].PartyId`, did you mean `PartyID`?"],
    [
      { MsgType: "UOG", OrderGroupAction: 1, OrderGroupContractsLimit: 1, AllocAccount: 1 },
      "`AllocAccount`",
      margin,
    ],
    [{ ...request, OrderQty: "1" }, "`OrderQty` belongs into the entries of `NoRelatedSym`"],
  ]);
});

test("a MsgType that a client does not send is refused, with what was meant", () => {
  assertAll([
    [{ ...order, MsgType: "NewOrderSingle" }, 'did you mean "D" (NewOrderSingle)?'],
    [{ ...order, MsgType: "d" }, 'did you mean "D" (NewOrderSingle)?'],
    [{ ...order, MsgType: "QQ" }, 'unknown MsgType "QQ": it is one of "D" (NewOrderSingle),'],
    [{ ...order, MsgType: undefined }, "`MsgType` is missing"],
    [{ ...order, MsgType: 8 }, "`MsgType` is missing"],
    [{ ...order, MsgType: "toString" }, "unknown MsgType"],
    [{ MsgType: "8" }, "ExecutionReport(35=8) is sent by Kalshi alone."],
    [{ MsgType: "A" }, "Logon(35=A) is sent by the session itself."],
    [request, "QuoteRequest(35=R) is not known to the margin gateways.", margin],
    [order, 'goes out on "order-entry" or "order-entry-rt"; this session is "drop-copy".', {
      ...event,
      session: "drop-copy",
    }],
    [quote, 'goes out on "rfq"', { ...event, session: "order-entry-rt" }],
    [{ MsgType: "q" }, 'goes out on "order-entry"; this session', { ...event, session: "order-entry-rt" }],
  ]);
  for (const type of Object.keys(otherMessages)) {
    assertStringIncludes(
      refused({ MsgType: type }),
      sessionMessages.includes(type) ? "session itself" : "Kalshi alone",
    );
  }
  for (const wrong of [null, undefined, "D", [order], new Map(Object.entries(order))]) {
    assertStringIncludes(refused(wrong as never), "A message is an object of fields");
  }
});

test("what must be there is missed, always or in its case", () => {
  for (const product of ["event", "margin"] as const) {
    for (const [MsgType, { name, fields }] of Object.entries(outgoingMessages[product])) {
      const [first, field] = Object.entries(fields).find(([, { required }]) => required) ?? [];
      if (first === undefined) continue;
      assertEquals(refused({ MsgType }, { product }), `${name}: \`${first}\`(${field?.tag}) is missing.`);
    }
  }
  assertAll([
    [{ ...order, Price: undefined }, "NewOrderSingle: `Price`(44) is missing."],
    [{ ...order, NoPartyIDs: [{ PartyRole: 24 }] }, "`NoPartyIDs[0].PartyID`(448) is missing."],
    [
      { MsgType: "UOG", OrderGroupAction: 1 },
      "`OrderGroupContractsLimit`(20132) is missing: it goes with OrderGroupAction 1.",
    ],
    [
      { MsgType: "UOG", OrderGroupAction: 5, OrderGroupContractsLimit: 1 },
      "`OrderGroupID`(20130) is missing",
    ],
    [
      { MsgType: "UOG", OrderGroupAction: 3, OrderGroupID: uuid, OrderGroupContractsLimit: 1 },
      "does not go with OrderGroupAction 3",
    ],
    [{ MsgType: "V", SubscriptionRequestType: "1" }, "`NoRelatedSym` is missing"],
    [{ MsgType: "UE" }, "give `QuoteReqID` or `RfqId`"],
    [{ ...quote, BidPx: "0", OfferPx: undefined }, "give `BidPx`, `OfferPx` or both"],
  ]);
});

test("values of the wrong type or form are refused with how to write them", () => {
  assertAll([
    [{ ...order, Price: 56 }, 'got the number 56. Write "56", in quotes.'],
    [{ ...order, OrderQty: 10n }, 'got a bigint. Write "10", in quotes.'],
    [{ ...order, OrderQty: "-1" }, "whether it is bought or sold says `Side`"],
    [{ ...order, OrderQty: "0" }, "`OrderQty` takes contracts above 0"],
    [{ ...order, OrderQty: "1e3" }, "`OrderQty` takes contracts above 0"],
    [{ ...order, OrderQty: "1.005" }, "with at most 2 decimal places"],
    [{ ...order, OrderQty: "1.5", Price: "2" }, "takes whole contracts", margin],
    [{ ...order, ClOrdID: 7 }, 'Write "7", in quotes.'],
    [{ ...order, ClOrdID: "" }, "got empty text"],
    [{ ...order, ClOrdID: "x".repeat(65) }, "of at most 64 characters"],
    [{ ...order, ClOrdID: "ä" }, "printable ASCII"],
    [{ ...order, ClOrdID: "a\x01b" }, "printable ASCII"],
    [{ ...order, ClOrdID: null }, "got null. Leave it out."],
    [{ ...order, SenderSubID: "x".repeat(17) }, "of at most 16 characters"],
    [{ ...order, AllocAccount: 64 }, "takes a whole number from 0 to 63"],
    [{ ...order, AllocAccount: "1" }, "Write 1 without quotes."],
    [{ ...order, ExDestination: 1.5 }, "takes a whole number from 0"],
    [{ ...order, CancelOrderOnPause: "Y" }, 'takes true or false; got "Y". Write true.'],
    [{ ...order, CancelOrderOnPause: "false" }, "Write false without quotes."],
    [{ ...order, SecondaryClOrdID: "group" }, "takes a UUID"],
    [
      { ...order, TimeInForce: "6", ExpireTime: new Date(1e12) },
      'got a Date. Write "20010909-01:46:40.000".',
    ],
    [{ ...order, TimeInForce: "6", ExpireTime: "2026-11-24T12:00:00Z" }, 'Write "20261124-12:00:00.000".'],
    [{ ...order, TimeInForce: "6", ExpireTime: new Date(NaN) }, "takes a UTC time"],
    [{ ...order, TimeInForce: "6", ExpireTime: 1_790_000_000 }, "takes a UTC time"],
    [{ ...order, TimeInForce: "6", ExpireTime: "20260230-12:00:00" }, "takes a UTC time"],
    [{ ...order, TimeInForce: "6", ExpireTime: "20261124-24:00:01" }, "takes a UTC time"],
    [{ MsgType: "U1", BeginExecID: "-1;-1" }, 'the ExecID of a report, such as "1790000000;42"'],
    [{ MsgType: "U1", BeginExecID: "1;2", EndExecID: "3" }, "`EndExecID` takes the ExecID of a report"],
    [{ ...order, MaxExecutionCost: 5 }, "takes dollars above 0"],
    [{ ...order, NoPartyIDs: { PartyID: "x" } }, "takes a list of { PartyID, PartyRole }"],
    [{ ...order, NoPartyIDs: [] }, "is an empty list: leave it out"],
    [{ ...order, NoPartyIDs: ["x"] }, "`NoPartyIDs[0]` takes { PartyID, PartyRole }"],
    [
      { MsgType: "V", SubscriptionRequestType: "1", NoRelatedSym: Array(1001).fill({ Symbol: "X" }) },
      "at most 1000 entries; got 1001",
    ],
  ]);
});

test("codes are refused where their list is closed, and pass where it is open", () => {
  assertAll([
    [{ ...order, Side: "buy" }, '`Side` takes "1" (Buy) or "2" (Sell); got "buy". Did you mean "1" (Buy)?'],
    [{ ...order, Side: 1 }, 'Write "1", in quotes.'],
    [{ ...order, Side: "5" }, '`Side` takes "1" (Buy)'],
    [{ ...order, OrdType: "1" }, '`OrdType` takes "2" (Limit); got "1".'],
    [{ ...order, TimeInForce: "IOC" }, 'Did you mean "3" (IOC)?'],
    [{ ...replace, TimeInForce: "3" }, '`TimeInForce` takes "0" (Day) or "1" (GTC) or "6" (GTD)'],
    [{ MsgType: "UOG", OrderGroupAction: 9 }, "takes 1 (Create) or 2 (Reset)"],
    [
      { ...request, NoRelatedSym: [{ Symbol: "X", OrderQty: "1", RestRemainder: true }] },
      'got true. Write "Y".',
    ],
    [{ MsgType: "e", SubscriptionRequestType: "0", Symbol: "X" }, '"1" (Subscribe) or "2" (Unsubscribe)'],
  ]);
  checkOutgoing({ ...order, ExecInst: "Z", SelfTradePreventionType: 9 }, event);
  checkOutgoing({ ...order, NoPartyIDs: [{ PartyID: "x", PartyRole: 99 }] }, event);
});

test("no price goes out that Kalshi would take for another", () => {
  assertAll([
    [{ ...order, Price: "50.5" }, "Of a fraction Kalshi would take the whole cents without a word"],
    [
      { ...order, Price: "0.56" },
      "Prices of this session are in cents: for dollars, log on with UseDollars.",
    ],
    [{ ...order, Price: "0" }, "whole cents from 1 to 99"],
    [{ ...order, Price: "100" }, "whole cents from 1 to 99"],
    [{ ...order, Price: "-1" }, "whole cents from 1 to 99"],
    [{ ...order, Price: "5 6" }, "whole cents from 1 to 99"],
    [{ ...order, Price: "56" }, 'for cents, write "0.5600"', dollars],
    [{ ...order, Price: "1.0000" }, "below 1", dollars],
    [{ ...order, Price: "0.00001" }, "at most 4 decimal places", dollars],
    [{ ...order, Price: "0.0000" }, "dollars above 0", dollars],
    [{ ...order, Price: ".56" }, "dollars above 0", dollars],
    [{ ...order, Price: "0" }, "dollars above 0", margin],
    [{ ...order, Price: "1.23456" }, "at most 4 decimal places", margin],
    [{ ...quote, BidPx: "40.5" }, "`BidPx` takes whole cents from 0 to 99"],
    [{ ...quote, OfferPx: "0.5" }, "log on with UseDollars"],
  ]);
  for (const Price of ["1", "99", "56.00"]) checkOutgoing({ ...order, Price }, event);
  for (const Price of ["0.0001", "0.9999", "0.56", "0.560000"]) checkOutgoing({ ...order, Price }, dollars);
  // Whatever passes in cents is a whole number of them, and in dollars of a hundredth of one.
  const price = fc.oneof(
    fc.double({ min: 0, max: 120, noNaN: true }).map(String),
    fc.stringMatching(/^[0-9.]{1,7}$/),
  );
  fc.assert(fc.property(price, fc.boolean(), (Price, useDollars) => {
    try {
      checkOutgoing({ ...order, Price }, { product: "event", useDollars });
    } catch (error) {
      assert(error instanceof KalshiConfigError);
      return;
    }
    const [whole = "", fraction = ""] = Price.split(".");
    const ticks = BigInt(whole + fraction.padEnd(12, "0")) / (useDollars ? 10n ** 8n : 10n ** 12n);
    assertEquals(ticks * (useDollars ? 10n ** 8n : 10n ** 12n), BigInt(whole + fraction.padEnd(12, "0")));
    assert(ticks > 0n && ticks < (useDollars ? 10_000n : 100n), Price);
  }));
});

test("fields that do not go together are refused", () => {
  assertAll([
    [{ MsgType: "U1", BeginExecID: "1;2", EndExecID: "1;3;1" }, "of another exchange index"],
    [{ ...order, TimeInForce: "6" }, "`ExpireTime` is missing"],
    [{ ...order, ExpireTime: "20261124-12:00:00" }, 'goes with TimeInForce "6"'],
    [{ ...replace, ExpireTime: "20261124-12:00:00" }, 'goes with TimeInForce "6"'],
    [{ ...replace, TimeInForce: "1", ExpireTime: "20261124-12:00:00" }, 'goes with TimeInForce "6"'],
    [{ ...order, ExecInst: "E" }, 'needs TimeInForce "3" (immediate or cancel).'],
    [{ ...order, ExecInst: "E", TimeInForce: "4" }, 'needs TimeInForce "3"'],
    [{ ...order, ExecInst: "E", TimeInForce: "1" }, 'or "4" (fill or kill)', margin],
    [{ ...order, ExecInst: "E", TimeInForce: "3", QuoteID: uuid }, "does not go with `QuoteID`"],
    [{ ...request, NoRelatedSym: [...request.NoRelatedSym, ...request.NoRelatedSym] }, "takes one entry"],
    [
      { ...request, NoRelatedSym: [{ Symbol: "X" }] },
      "give either `OrderQty`, in contracts, or `CashOrderQty`",
    ],
    [{ ...request, NoRelatedSym: [{ OrderQty: "1" }] }, "give either `Symbol` in the entry"],
    [{ ...request, MultivariateCollectionTicker: "C" }, "a combo takes both"],
    [
      { ...request, NoRelatedSym: [{ Symbol: "X", OrderQty: "1", TargetCostExcludesFees: "Y" }] },
      "goes with `CashOrderQty`",
    ],
  ]);
});

test("`extra` is the way out for what is newer, and no way around what is known", () => {
  checkOutgoing({ ...order, Price: undefined, extra: [[44, "56"]] }, event);
  checkOutgoing({ ...order, TimeInForce: "6", extra: [[126, "20261124-12:00:00"]] }, event);
  assertAll([
    [{ ...order, extra: [[44, "57"]] }, "`Price` is given twice"],
    [{ ...order, Price: undefined, extra: [[44, "56"], [44, "57"]] }, "stands twice"],
    [{ ...order, extra: [[34, "1"]] }, "the session writes 34 itself"],
    [{ ...order, extra: [[49, "me"]] }, "the session writes 49 itself"],
    [{ ...order, extra: [[30001, ""]] }, "FIX knows no field without a value"],
    [{ ...order, extra: [[30001, "a\x01b"]] }, "control character"],
    [{ ...order, extra: [[0, "a"]] }, "a whole number above 0"],
    [{ ...order, extra: [["44", "a"]] }, "a whole number above 0"],
    [{ ...order, extra: [[30001, 5]] }, "a list of [tag, value]"],
    [{ ...order, extra: [[30001]] }, "a list of [tag, value]"],
    [{ ...order, extra: { 30001: "x" } }, "a list of [tag, value]"],
  ]);
});

test("no key is sent, and none is quoted", () => {
  const body = ed25519Pkcs8.split("\n")[1] ?? "";
  for (const name of Object.keys(outgoingMessages.event.D?.fields ?? {})) {
    for (const value of [ed25519Pkcs8, body, [ed25519Pkcs8], { [body]: body }]) {
      const said = refused({ ...order, [name]: value });
      assert(!said.includes(body.slice(0, 12)), said);
    }
  }
  assert(!refused({ ...order, [body]: "1" }).includes(body.slice(0, 12)));
  assert(!refused({ ...order, MsgType: body }).includes(body.slice(0, 12)));
  assert(!refused({ ...order, extra: [[30001, ed25519Pkcs8]] }).includes(body.slice(0, 12)));
});

test("what is let through comes out of a frame as it went in, and is right by the dictionary", () => {
  const strict = new FieldChecks(kalshiDictionary);
  const ids = { beginString: "FIXT.1.1", SenderCompID: "a-key", TargetCompID: "KalshiRT" };
  let passed = 0;
  for (const product of ["event", "margin"] as const) {
    for (const [MsgType, { fields }] of Object.entries(outgoingMessages[product])) {
      fc.assert(
        fc.property(outgoingFields(fields, product, true), (given) => {
          let message: FixMessage;
          try {
            message = checkOutgoing({ MsgType, ...given } as FixMessage, { product, useDollars: true });
          } catch (error) {
            // The rest are fields that do not go together.
            assert(error instanceof KalshiConfigError, String(error));
            return;
          }
          passed++;
          const writer = new FixWriter(ids);
          encodeMessage(writer, { MsgSeqNum: 1, sendingTimeMs: 0 }, message);
          const framer = new FixFramer();
          const frame = new FixFields();
          framer.push(writer.bytes.subarray(writer.start, writer.end));
          assert(framer.next(frame));
          const { header, ...decoded } = decodeMessage(frame);
          frame.session();
          // The entry of a request on a combo begins with its quantity, which this dictionary does not say.
          if (MsgType !== "R") assertEquals(strict.find(frame), undefined);
          assertEquals(plain(decoded), plain(message), header.MsgType);
        }),
        { numRuns: 60 },
      );
    }
  }
  assert(passed > 300, `${passed}`);
});

test("whatever is given, it is refused as a fault of the caller or goes through", () => {
  const value = fc.oneof(fc.anything(), fc.constantFrom("1", "2", "56", 24, true, uuid, [{ Symbol: "X" }]));
  const types = Object.keys(outgoingMessages.event);
  fc.assert(
    fc.property(
      fc.constantFrom(...types),
      fc.dictionary(
        fc.oneof(fc.string(), fc.constantFrom(...Object.keys(order), "extra", "NoPartyIDs", "NoRelatedSym")),
        value,
      ),
      (MsgType, fields) => {
        try {
          checkOutgoing({ ...order, ...fields, MsgType }, event);
        } catch (error) {
          assert(error instanceof KalshiConfigError, String(error));
        }
      },
    ),
  );
});

test("a message of a newer type goes out as what is in `extra`, and as nothing else", () => {
  const newer = { MsgType: "UZZ", extra: [[55, "X"], [30001, new Uint8Array([65])]] };
  assertEquals(checkOutgoing(newer, event), newer);
  assertAll([
    [{ ...newer, Symbol: "X" }, 'unknown MsgType "UZZ"'],
    [{ MsgType: "UZZ" }, 'unknown MsgType "UZZ"'],
    [{ MsgType: "UZZ", extra: [] }, 'unknown MsgType "UZZ"'],
    [{ ...newer, MsgType: "NewOrderSingle" }, 'did you mean "D"'],
    [{ ...newer, MsgType: "a\x01b" }, "unknown MsgType"],
    [{ ...newer, MsgType: "8" }, "sent by Kalshi alone"],
    [{ ...newer, MsgType: "R" }, "not known to the margin gateways", margin],
    [{ ...newer, extra: [[34, "1"]] }, "the session writes 34 itself"],
  ]);
});

test("what a Logon asked for decides what goes together", () => {
  const reserving = { ...event, useCapReservation: true };
  const listening = { ...event, listener: true };
  assertAll([
    [{ ...order, ExDestination: 1 }, "does not go with UseCapReservation", reserving],
    [{ ...replace, ExDestination: 1, OrderID: "o" }, "does not go with UseCapReservation", reserving],
    [replace, "`OrderID` is missing", reserving],
    [order, "a listener's session, which may not trade", listening],
    [cancel, "a listener's session", listening],
  ]);
  checkOutgoing(order, reserving);
  checkOutgoing({ ...replace, OrderID: "o" }, reserving);
  checkOutgoing({ MsgType: "U1", BeginExecID: "1;2" }, listening);
  const logon = {
    UseDollars: true,
    UseCapReservation: true,
    ListenerSession: true,
    SkipPendingExecReports: true,
  };
  assertEquals(outgoingContext(new FixConfig({ product: "event", session: "order-entry-rt", logon })), {
    product: "event",
    session: "order-entry-rt",
    useDollars: true,
    useCapReservation: true,
    listener: true,
  });
});

test("nothing is inherited by a message, and nothing of it changes after the check", () => {
  const polluted = { ExpireTime: "20261124-12:00:00", ExecInst: "E", SenderSubID: "evil" };
  const clean = JSON.stringify(checkOutgoing({ ...order, NoPartyIDs: [{ PartyID: "x" }] }, event));
  for (const [name, value] of Object.entries(polluted)) {
    Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true });
    try {
      const checked = checkOutgoing({ ...order, NoPartyIDs: [{ PartyID: "x" }] }, event);
      assertEquals(JSON.stringify(checked), clean);
      assertEquals((checked as Record<string, unknown>)[name], undefined);
    } finally {
      delete (Object.prototype as unknown as Record<string, unknown>)[name];
    }
  }
  const parties = [{ PartyID: "x" }];
  const checked = checkOutgoing({ ...order, NoPartyIDs: parties }, event);
  parties.push({ PartyID: "y" });
  assertEquals(checked.NoPartyIDs.length, 1);
});

test("the entries of a message that came can go out again", () => {
  const writer = new FixWriter({ beginString: "FIXT.1.1", SenderCompID: "a", TargetCompID: "b" });
  encodeMessage(writer, { MsgSeqNum: 1, sendingTimeMs: 0 }, {
    ...order,
    NoPartyIDs: [{ PartyID: "x", PartyRole: 24 }, { PartyID: "y" }],
  });
  const framer = new FixFramer();
  const frame = new FixFields();
  framer.push(writer.bytes.subarray(writer.start, writer.end));
  assert(framer.next(frame));
  const came = decodeMessage(frame) as unknown as { readonly NoPartyIDs: readonly object[] };
  const { NoPartyIDs } = checkOutgoing({ ...order, NoPartyIDs: came.NoPartyIDs }, event);
  assertEquals(NoPartyIDs, [{ PartyID: "x", PartyRole: 24 }, { PartyID: "y" }]);
});
