import { assertEquals } from "@std/assert";
import type { Quote } from "../../src/contract/fix/messages.ts";
import {
  quoteAfter,
  type QuoteChange,
  type QuoteState,
  rfqAfter,
  type RfqChange,
  type RfqState,
} from "../../src/fix/rfq_states.ts";
import { test } from "../support/test.ts";

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

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

test("a quote names the request by the id of its creator, or by Kalshi's", () => {
  const byRfqId = { ...quoted(3), QuoteReqID: id(9) };
  const last = walked(ack, quoted(2), byRfqId, { ...quoted(4), QuoteReqID: id(8) }).at(-1);
  assertEquals(last?.name === "open" && [...last.quotes.keys()], [id(2), id(3)]);
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
