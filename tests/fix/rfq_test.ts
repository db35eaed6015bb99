import { assertEquals, assertThrows } from "@std/assert";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { decodeMessage, encodeMessage } from "../../src/contract/fix/codec.ts";
import type { FixMessage, Quote } from "../../src/contract/fix/messages.ts";
import { FixFields } from "../../src/contract/fix_fields.ts";
import { FixWriter } from "../../src/contract/fix_writer.ts";
import { FixFramer } from "../../src/fix/framer.ts";
import {
  acceptQuoteMessage,
  quoteCancelMessage,
  quoteConfirmMessage,
  quoteMessage,
  quoteRequestMessage,
  rfqCancelMessage,
} from "../../src/fix/rfq_requests.ts";
import {
  quoteAfter,
  type QuoteChange,
  type QuoteState,
  rfqAfter,
  type RfqChange,
  type RfqState,
} from "../../src/fix/rfq_states.ts";
import { test } from "../support/test.ts";
import { plain } from "./peer.ts";

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** The body of a message as it is on the wire. */
function body(message: FixMessage): string {
  const writer = new FixWriter({ beginString: "FIXT.1.1", SenderCompID: "a-key", TargetCompID: "KalshiRT" });
  encodeMessage(writer, { MsgSeqNum: 2, sendingTimeMs: 0 }, message);
  const text = new TextDecoder().decode(writer.bytes.subarray(writer.start, writer.end)).replaceAll(
    "\x01",
    "|",
  );
  return text.replace(/^.*\|52=[^|]*\|/, "").replace(/\|10=.*$/, "");
}

function decoded(message: FixMessage): unknown {
  const writer = new FixWriter({ beginString: "FIXT.1.1", SenderCompID: "a-key", TargetCompID: "KalshiRT" });
  encodeMessage(writer, { MsgSeqNum: 2, sendingTimeMs: 0 }, message);
  const framer = new FixFramer();
  const fields = new FixFields();
  framer.push(writer.bytes.slice(writer.start, writer.end));
  framer.next(fields);
  const { header: _, ...rest } = plain(decodeMessage(fields)) as Record<string, unknown>;
  return rest;
}

test("a request for quotes has its terms inside its entry, subaccount and combo beside it", () => {
  assertEquals(
    body(quoteRequestMessage({
      QuoteReqID: id(1),
      AllocAccount: 3,
      NoRelatedSym: [{
        Symbol: "A",
        CashOrderQty: "25.00",
        TargetCostExcludesFees: "Y",
        ObscureCreatorId: "Y",
      }],
    })),
    `131=${id(1)}|146=1|55=A|152=25.00|21033=Y|21034=Y|79=3`,
  );
  const combo = quoteRequestMessage({
    QuoteReqID: id(1),
    NoRelatedSym: [{ OrderQty: "10.00", ReplaceExisting: "Y" }],
    MultivariateCollectionTicker: "C",
    NoMultivariateSelectedLegs: [
      {
        MultivariateSelectedEventTicker: "E",
        MultivariateSelectedMarketTicker: "M",
        MultivariateSelectedSide: "yes",
      },
    ],
  });
  assertEquals(
    body(combo),
    `131=${id(1)}|146=1|38=10.00|21016=Y|20180=C|20181=1|20182=E|20183=M|20184=yes`,
  );
  assertEquals(decoded(combo), plain(combo));
});

const entry = { Symbol: "A", OrderQty: "10.00" };
const wrongRequests: [string, Record<string, unknown>][] = [
  ["drops it without a word", { NoRelatedSym: [{ Symbol: "A" }], OrderQty: "10.00" }],
  ["drops it without a word", { NoRelatedSym: [entry], RestRemainder: "Y" }],
  ["drops it without a word", { NoRelatedSym: [entry], TargetCostExcludesFees: "Y" }],
  ["beside NoRelatedSym", { NoRelatedSym: [{ ...entry, AllocAccount: 1 }] }],
  ["takes one entry", { NoRelatedSym: [entry, entry] }],
  ["takes one entry", { NoRelatedSym: [] }],
  ["either `OrderQty`, in contracts, or `CashOrderQty`", { NoRelatedSym: [{ Symbol: "A" }] }],
  ["either `OrderQty`, in contracts, or `CashOrderQty`", { NoRelatedSym: [{ ...entry, CashOrderQty: "1" }] }],
  ["goes with `CashOrderQty`", { NoRelatedSym: [{ ...entry, TargetCostExcludesFees: "Y" }] }],
  ["give either `Symbol`", { NoRelatedSym: [{ OrderQty: "1.00" }] }],
  ["give either `Symbol`", { NoRelatedSym: [entry], MultivariateCollectionTicker: "C" }],
  ["a combo takes both", { NoRelatedSym: [{ OrderQty: "1.00" }], MultivariateCollectionTicker: "C" }],
  ["takes a UUID", { QuoteReqID: "mine", NoRelatedSym: [entry] }],
  ["contracts above 0", { NoRelatedSym: [{ Symbol: "A", OrderQty: "0.00" }] }],
  ["contracts above 0", { NoRelatedSym: [{ Symbol: "A", OrderQty: 10 }] }],
  ["from 0 to 63", { NoRelatedSym: [entry], AllocAccount: 64 }],
  ["has no option", { NoRelatedSym: [entry], Symbol2: "A" }],
];
for (const [text, fields] of wrongRequests) {
  test(`a request for quotes is refused: ${JSON.stringify(fields)}`, () => {
    assertThrows(
      () =>
        quoteRequestMessage({ QuoteReqID: id(1), ...fields } as Parameters<typeof quoteRequestMessage>[0]),
      KalshiConfigError,
      text,
    );
  });
}

test("a quote has whole cents, or dollars after a Logon with UseDollars", () => {
  const quote = { QuoteID: id(2), QuoteReqID: id(1), Symbol: "A" };
  assertEquals(
    body(quoteMessage({ ...quote, BidPx: "56", OfferPx: "0" }, false)),
    `117=${id(2)}|131=${id(1)}|55=A|132=56|133=0`,
  );
  assertEquals(quoteMessage({ ...quote, OfferPx: "0.4325" }, true).OfferPx, "0.4325");
  const wrong: [string, Record<string, string>, boolean][] = [
    ["whole cents from 0 to 99", { BidPx: "56.5" }, false],
    ["whole cents from 0 to 99", { BidPx: "0.56" }, false],
    ["whole cents from 0 to 99", { BidPx: "100" }, false],
    ["dollars below 1", { BidPx: "56" }, true],
    ["dollars below 1", { BidPx: "0.56001" }, true],
    ["at least one of them above 0", { BidPx: "0" }, false],
    ["at least one of them above 0", {}, true],
    ["has no option", { BidPx: "56", OrderQty: "1.00" }, false],
  ];
  for (const [text, fields, useDollars] of wrong) {
    assertThrows(() => quoteMessage({ ...quote, ...fields }, useDollars), KalshiConfigError, text);
  }
});

test("the other messages are refused where Kalshi would refuse them", () => {
  assertEquals(
    body(acceptQuoteMessage({ QuoteID: id(2), Side: "1", ClOrdID: "mine" })),
    `117=${id(2)}|54=1|11=mine`,
  );
  assertEquals(body(quoteConfirmMessage({ QuoteID: id(2), RfqId: id(3) })), `117=${id(2)}|21023=${id(3)}`);
  assertEquals(body(quoteCancelMessage({ QuoteID: id(2) })), `117=${id(2)}`);
  assertEquals(body(rfqCancelMessage({ RfqId: id(3) })), `21023=${id(3)}`);
  assertThrows(() => rfqCancelMessage({}), KalshiConfigError, "give `QuoteReqID` or `RfqId`");
  assertThrows(() => acceptQuoteMessage({ QuoteID: id(2), Side: "3" }), KalshiConfigError, "Side");
  assertThrows(
    () => acceptQuoteMessage({ QuoteID: id(2), Side: "1", ClOrdID: "x".repeat(65) }),
    KalshiConfigError,
    "at most 64",
  );
});

const quoted = (n: number, maker?: string): Quote => ({
  MsgType: "S",
  QuoteID: id(n),
  QuoteReqID: id(1),
  Symbol: "A",
  BidPx: "0.5600",
  ...(maker === undefined ? {} : { NoPartyIDs: [{ PartyID: maker, PartyRole: 35 }] }),
});
const ack: RfqChange = {
  MsgType: "b",
  QuoteReqID: id(1),
  QuoteRequestType: 1,
  RfqId: id(9),
  Symbol: "A",
  ExDestination: 1,
};
const fill = (ClOrdID: string, ExecType = "F") => ({ MsgType: "8", ExecType, ClOrdID }) as RfqChange;

function walked(...changes: RfqChange[]): RfqState[] {
  const states: RfqState[] = [{ name: "requested", QuoteReqID: id(1) }];
  for (const change of changes) states.push(rfqAfter(states.at(-1) as RfqState, change));
  return states;
}

test("a creator's request goes from requested to executed", () => {
  const states = walked(
    ack,
    quoted(2, "one"),
    quoted(3, "other"),
    quoted(4, "one"),
    { MsgType: "UA", QuoteID: id(3) },
    { MsgType: "UC", QuoteID: id(3), AcceptQuoteStatus: 0, AcceptedQuoteId: id(4), ClOrdID: "mine" },
    fill("another"),
    fill("mine", "0"),
    fill("mine"),
  );
  assertEquals(
    states.map(({ name }) => name).join(" "),
    "requested open open open open accepting accepted accepted accepted executed",
  );
  const open = states[4];
  assertEquals(open?.name === "open" && [...open.quotes.keys()], [id(3), id(4)]);
  assertEquals(states[9], {
    name: "executed",
    QuoteReqID: id(1),
    RfqId: id(9),
    Symbol: "A",
    QuoteID: id(4),
    ClOrdID: "mine",
  });
});

test("a refused acceptance opens the request again, without that quote", () => {
  const states = walked(
    ack,
    quoted(2),
    quoted(3),
    { MsgType: "UA", QuoteID: id(2) },
    { MsgType: "UC", QuoteID: id(2), AcceptQuoteStatus: 1, Text: "EXPIRED" },
  );
  const last = states.at(-1);
  assertEquals(last?.name === "open" && [...last.quotes.keys()], [id(3)]);
});

test("a request ends by refusal, cancellation and expiry; what comes after that changes nothing", () => {
  const rejected: RfqChange = {
    MsgType: "AG",
    QuoteReqID: id(1),
    Text: "INSUFFICIENT",
    QuoteRequestRejectReason: 11,
  };
  const ended = (status: number): RfqChange => ({
    MsgType: "UB",
    QuoteReqID: id(1),
    RFQCancelStatus: status,
  });
  assertEquals(walked(rejected, ack).at(-1), {
    name: "refused",
    QuoteReqID: id(1),
    Text: "INSUFFICIENT",
    reason: 11,
  });
  assertEquals(walked(ack, ended(1), ended(2), quoted(2)).map(({ name }) => name), [
    "requested",
    "open",
    "open",
    "expired",
    "expired",
  ]);
  assertEquals(walked(ack, ended(0)).at(-1)?.name, "canceled");
  assertEquals(walked({ ...ack, QuoteReqID: id(7) } as RfqChange).at(-1)?.name, "requested");
});

function quotedThen(...changes: QuoteChange[]): QuoteState[] {
  const states: QuoteState[] = [{ name: "sent", QuoteID: id(2), QuoteReqID: id(1) }];
  for (const change of changes) states.push(quoteAfter(states.at(-1) as QuoteState, change));
  return states;
}
const status = (QuoteStatus: number, more = {}): QuoteChange => ({
  MsgType: "AI",
  QuoteID: id(2),
  QuoteReqID: id(1),
  QuoteStatus,
  ...more,
});

test("a maker's quote goes from sent to confirmed", () => {
  const states = quotedThen(
    status(10),
    status(0, { Side: "1", OrderQty: "10.00" }),
    { MsgType: "U7", QuoteID: id(2) },
    { MsgType: "U8", QuoteID: id(2), QuoteConfirmStatus: 0 },
  );
  assertEquals(states.map(({ name }) => name), ["sent", "pending", "accepted", "confirming", "confirmed"]);
  assertEquals(states.at(-1), {
    name: "confirmed",
    QuoteID: id(2),
    QuoteReqID: id(1),
    Side: "1",
    OrderQty: "10.00",
  });
});

test("a refusal without a QuoteID is about the quote that was not answered", () => {
  const refusal = status(5, { QuoteID: "", Text: "QUOTE_TOO_LATE" });
  assertEquals(quotedThen(refusal).at(-1), {
    name: "refused",
    QuoteID: id(2),
    QuoteReqID: id(1),
    Text: "QUOTE_TOO_LATE",
  });
  assertEquals(quotedThen(status(10), refusal).at(-1)?.name, "pending");
});

test("a quote ends by cancellation, and by a refused confirmation", () => {
  assertEquals(quotedThen(status(10), status(17), status(0)).at(-1)?.name, "canceled");
  const canceled = (QuoteCancelStatus: number): QuoteChange => ({
    MsgType: "U9",
    QuoteID: id(2),
    QuoteCancelStatus,
  });
  assertEquals(quotedThen(status(10), canceled(1), canceled(0)).map(({ name }) => name), [
    "sent",
    "pending",
    "pending",
    "canceled",
  ]);
  const states = quotedThen(status(0), { MsgType: "U7", QuoteID: id(2) }, {
    MsgType: "U8",
    QuoteID: id(2),
    QuoteConfirmStatus: 1,
    Text: "EXPIRED",
  });
  assertEquals(states.at(-1), { name: "refused", QuoteID: id(2), QuoteReqID: id(1), Text: "EXPIRED" });
});
