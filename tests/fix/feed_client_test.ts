import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { KalshiConfigError, KalshiConnectionError } from "../../src/base/errors.ts";
import type {
  EventResendRequest,
  ExecutionReport,
  FixMessage,
  QuoteRequest,
} from "../../src/contract/fix/messages.ts";
import type { FixClient } from "../../src/fix/client.ts";
import { KalshiFixRequestRejectError, KalshiFixSessionRejectError } from "../../src/fix/errors.ts";
import { ExecutionLedger } from "../../src/fix/execution_ledger.ts";
import { KalshiEventResendError } from "../../src/fix/feed_errors.ts";
import { test } from "../support/test.ts";
import { configOf, connected, Gateway } from "./gateway_bed.ts";
import { report } from "./peer.ts";

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

async function settle(gateway: Gateway, ms = 0): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await gateway.clock.advance(turn === 0 ? ms : 0);
}

async function of<T>(gateway: Gateway, work: Promise<T>): Promise<T> {
  work.catch(() => {});
  await settle(gateway);
  return await work;
}

const executed = (ExecID: string) => ({ ...report(`order of ${ExecID}`), ExecID }) as ExecutionReport;

/** A gateway whose drop copy has these reports. */
function dropCopyOf(gateway: Gateway, reports: readonly string[]): void {
  gateway.onMessage = (message) => {
    if (message.MsgType !== "U1") return;
    const { BeginExecID } = message as EventResendRequest;
    const index = BeginExecID.split(";")[2];
    const found = reports.filter((one) => one.split(";")[2] === index && one >= BeginExecID);
    for (const ExecID of found) gateway.says(executed(ExecID));
    gateway.says({ MsgType: "U2", RefSeqNum: message.header.MsgSeqNum, ResendEventCount: found.length });
  };
}

for (const session of ["order-entry", "drop-copy"] as const) {
  test(`${session}: a gap is filled with what a ledger has not seen`, async () => {
    const gateway = new Gateway(session);
    const client = await connected(gateway);
    dropCopyOf(gateway, ["1;1", "1;2", "1;3", "2;1;1", "2;2;1"]);
    const ledger = new ExecutionLedger();
    for (const ExecID of ["1;1", "1;2", "2;1;1"]) ledger.take({ ExecID });
    const found = await of(gateway, client.fillGap(ledger));
    assertEquals(found.map(({ ExecID }) => ExecID), ["1;3", "2;2;1"]);
    assertEquals(await of(gateway, client.fillGap(ledger)), []);
    const other = new ExecutionLedger();
    await assertRejects(() => client.fillGap(other), KalshiConfigError, "give `from`");
    assertEquals((await of(gateway, client.fillGap(other, { from: { 1: "2;1;1" } }))).length, 2);
    await of(gateway, client.close());
  });
}

test("a gap that is filled in part only is not taken for seen", async () => {
  const gateway = new Gateway("drop-copy");
  const client = await connected(gateway);
  let isRefused = true;
  gateway.onMessage = (message) => {
    if (message.MsgType !== "U1") return;
    const RefSeqNum = message.header.MsgSeqNum;
    const { BeginExecID } = message as EventResendRequest;
    if (isRefused && BeginExecID.endsWith(";1;1")) {
      return void gateway.says({ MsgType: "U3", RefSeqNum, EventResendRejectReason: 2 });
    }
    gateway.says(executed(BeginExecID.replace("1;1", "1;2")));
    gateway.says({ MsgType: "U2", RefSeqNum, ResendEventCount: 1 });
  };
  const ledger = new ExecutionLedger();
  for (const ExecID of ["1;1", "1;1;1"]) ledger.take({ ExecID });
  await assertRejects(() => of(gateway, client.fillGap(ledger)), KalshiEventResendError, "could not answer");
  isRefused = false;
  const found = await of(gateway, client.fillGap(ledger));
  assertEquals(found.map(({ ExecID }) => ExecID), ["1;2", "1;2;1"]);
  await of(gateway, client.close());
});

test("a loop over reports that fills each gap has every report once", async () => {
  const gateway = new Gateway("order-entry");
  const client = await connected(gateway);
  dropCopyOf(gateway, ["1;1", "1;2", "1;3", "1;4"]);
  const ledger = new ExecutionLedger();
  const seen: string[] = [];
  const loop = (async () => {
    for await (const item of client.executionReports()) {
      const found = item.MsgType === undefined
        ? await client.fillGap(ledger)
        : [item].filter((one) => ledger.take(one));
      seen.push(...found.map(({ ExecID }) => ExecID));
    }
  })();
  gateway.says(executed("1;1"));
  gateway.says(executed("1;2"));
  await settle(gateway);
  await gateway.cut();
  await settle(gateway, 1_000);
  gateway.says(executed("1;5"));
  await settle(gateway);
  await of(gateway, client.close());
  await loop;
  assertEquals(seen.toSorted(), ["1;1", "1;2", "1;3", "1;4", "1;5"]);
});

test("a query of the drop copy fails by its refusal, by number and with its connection", async () => {
  const gateway = new Gateway("drop-copy");
  const client = await connected(gateway);
  const ask = async () => {
    const asked = client.eventResendRequest({ BeginExecID: "1;1" });
    asked.catch(() => {});
    await settle(gateway);
    return { asked, RefSeqNum: gateway.messages.at(-1)?.header.MsgSeqNum ?? 0 };
  };
  const notAllowed = await ask();
  gateway.says({ MsgType: "U3", RefSeqNum: notAllowed.RefSeqNum, EventResendRejectReason: 5 });
  const error = await assertRejects(
    () => of(gateway, notAllowed.asked),
    KalshiEventResendError,
    "on request",
  );
  assertEquals([error.reason, error.outcome], [5, "rejected"]);
  const malformed = await ask();
  gateway.says({ MsgType: "3", RefSeqNum: malformed.RefSeqNum, Text: "no such tag", SessionRejectReason: 3 });
  await assertRejects(() => of(gateway, malformed.asked), KalshiEventResendError, "no such tag");
  const lost = await ask();
  await gateway.cut();
  await assertRejects(() => lost.asked, KalshiConnectionError, "ask again");
  await settle(gateway, 1_000);
  await assertRejects(
    () => client.eventResendRequest({ BeginExecID: "1;1", EndExecID: "1;2;1" }),
    KalshiConfigError,
    "one exchange index",
  );
  await of(gateway, client.close());
  assertEquals(gateway.clock.pending, 0);
});

const settlement = (reportId: string, Symbol: string, LastFragment?: boolean): FixMessage => ({
  MsgType: "UMS",
  MarketSettlementReportID: reportId,
  Symbol,
  ClearingBusinessDate: "20261129",
  MarketResult: "yes",
  SettlementPrice: "100.00",
  LastFragment,
  NoMarketSettlementPartyIDs: [{
    MarketSettlementPartyID: "me",
    MarketSettlementPartyRole: 24,
    NoCollateralAmountChanges: [{ CollateralAmountChange: "1.000000", CollateralAmountType: "PAYOUT" }],
  }],
});

async function told(client: FixClient): Promise<() => Promise<string[]>> {
  const seen: string[] = [];
  const loop = (async () => {
    for await (const item of client.settlements()) {
      seen.push("Symbol" in item ? `${item.type} ${item.Symbol} ${item.totals.payout}` : item.type);
    }
  })();
  await Promise.resolve();
  return () => loop.then(() => seen);
}

test("post-trade: the parts of a settlement that a broken connection held back complete it on the next", async () => {
  const gateway = new Gateway("post-trade");
  const client = await connected(gateway);
  const seen = await told(client);
  gateway.says(settlement("a1", "A", false));
  await settle(gateway);
  await gateway.cut();
  await settle(gateway, 1_000);
  gateway.says(settlement("a2", "A", true));
  await settle(gateway);
  await of(gateway, client.close());
  assertEquals(await seen(), ["settlement A 2000000"]);
});

test("order-entry: a settlement that a broken connection cut is told as incomplete", async () => {
  const gateway = new Gateway("order-entry");
  const config = configOf("order-entry", { logon: { ReceiveSettlementReports: true } });
  const client = await connected(gateway, { config });
  const seen = await told(client);
  gateway.says(settlement("a1", "A", false));
  await settle(gateway);
  await gateway.cut();
  await settle(gateway, 1_000);
  gateway.says(settlement("b1", "B"));
  gateway.says(settlement("c1", "C", false));
  await settle(gateway);
  await of(gateway, client.close());
  assertEquals(await seen(), [
    "incomplete A 1000000",
    "reconnected",
    "settlement B 1000000",
    "incomplete C 1000000",
  ]);
  assertEquals(gateway.clock.pending, 0);
});

test("settlements are refused where Kalshi sends none", async () => {
  const gateway = new Gateway("order-entry");
  const client = await connected(gateway);
  assertThrows(() => client.settlements(), KalshiConfigError, "ReceiveSettlementReports: true");
  assertThrows(() => client.trades(["A"]), KalshiConfigError, '"market-data" (KalshiMD)');
  await of(gateway, client.close());
});

/** A gateway that answers as it is told. */
async function answering(
  session: "order-entry-rt" | "rfq",
  answer: (message: FixMessage & { header: { MsgSeqNum: number } }) => readonly FixMessage[],
): Promise<{ gateway: Gateway; client: FixClient }> {
  const gateway = new Gateway(session);
  const client = await connected(gateway);
  gateway.onMessage = (message) => {
    for (const one of answer(message as never)) gateway.says(one);
  };
  return { gateway, client };
}

const rejectedBy = (MsgType: "UC" | "U8" | "U9", Text: string): FixMessage =>
  MsgType === "UC"
    ? { MsgType, QuoteID: id(2), AcceptQuoteStatus: 1, Text }
    : MsgType === "U8"
    ? { MsgType, QuoteID: id(2), QuoteConfirmStatus: 1, Text }
    : { MsgType, QuoteID: id(2), QuoteCancelStatus: 1, Text };

test("a creator asks for quotes, accepts one, cancels", async () => {
  const { gateway, client } = await answering("order-entry-rt", (message) => {
    switch (message.MsgType) {
      case "R":
        return [
          { MsgType: "b", QuoteReqID: id(77), QuoteRequestType: 1, ExDestination: 1 },
          {
            MsgType: "b",
            QuoteReqID: (message as QuoteRequest).QuoteReqID,
            QuoteRequestType: 1,
            ExDestination: 1,
            RfqId: id(9),
            Symbol: "A",
          },
          { MsgType: "S", QuoteID: id(2), QuoteReqID: id(1), Symbol: "A", BidPx: "0.5600" },
        ];
      case "UA":
        return [{
          MsgType: "UC",
          QuoteID: id(2),
          AcceptQuoteStatus: 0,
          AcceptedQuoteId: id(2),
          ClOrdID: "mine",
        }];
      case "UE":
        return [{ MsgType: "UB", QuoteReqID: id(1), RFQCancelStatus: 0, RfqId: id(9) }];
      default:
        return [];
    }
  });
  const quotes = client.quotes()[Symbol.asyncIterator]();
  const ack = await of(
    gateway,
    client.quoteRequest({ QuoteReqID: id(1), NoRelatedSym: [{ Symbol: "A", OrderQty: "10.00" }] }),
  );
  assertEquals([ack.RfqId, ack.Symbol], [id(9), "A"]);
  const { value } = await quotes.next();
  assert(value?.MsgType === "S" && value.BidPx === "0.5600");
  const accepted = await of(
    gateway,
    client.acceptQuote({ QuoteID: id(2), RfqId: id(9), Side: "2", ClOrdID: "mine" }),
  );
  assertEquals(accepted.AcceptedQuoteId, id(2));
  for (const by of [{ QuoteReqID: id(1) }, { RfqId: id(9) }]) {
    assertEquals((await of(gateway, client.rfqCancel(by))).RFQCancelStatus, 0);
  }
  await of(gateway, client.close());
});

test("a request for quotes stays pending over a broken line on KalshiRT; a quote on KalshiRFQ is unknown", async () => {
  const { gateway, client } = await answering("order-entry-rt", (message) => {
    if (message.MsgType !== "R") return [];
    // It is kept for the next connection.
    gateway.lines.at(-1)?.cut();
    return [];
  });
  const asked = client.quoteRequest({ QuoteReqID: id(1), NoRelatedSym: [{ Symbol: "A", OrderQty: "1.00" }] });
  asked.catch(() => {});
  await settle(gateway);
  await settle(gateway, 1_000);
  assertEquals(client.state.name, "active");
  gateway.says({ MsgType: "b", QuoteReqID: id(1), QuoteRequestType: 1, ExDestination: 1, RfqId: id(9) });
  assertEquals((await of(gateway, asked)).RfqId, id(9));
  await of(gateway, client.close());

  const maker = await answering("rfq", (message) => {
    if (message.MsgType === "S") maker.gateway.lines.at(-1)?.cut();
    return [];
  });
  const quoting = maker.client.quote({ QuoteID: id(2), QuoteReqID: id(1), Symbol: "A", BidPx: "56" });
  quoting.catch(() => {});
  await settle(maker.gateway);
  const error = await assertRejects(() => quoting, KalshiConnectionError);
  assertEquals(error.outcome, "unknown");
  await of(maker.gateway, maker.client.close());
});

test("what Kalshi refuses of a creator is an error with its words", async () => {
  const { gateway, client } = await answering("order-entry-rt", (message) => {
    switch (message.MsgType) {
      case "R":
        return [{
          MsgType: "AG",
          QuoteReqID: (message as QuoteRequest).QuoteReqID,
          Text: "OTHER",
          QuoteRequestRejectReason: 99,
          MVEValidationReasonCode: "duplicated_legs",
          NoMVEOffendingLegs: [{ MVEOffendingMarketTicker: "M" }],
        }];
      case "UA":
        return [rejectedBy("UC", "EXPIRED")];
      case "UE":
        return [{ MsgType: "UB", QuoteReqID: id(1), RFQCancelStatus: 1, Text: "NOT_FOUND" }];
      default:
        return [];
    }
  });
  const asked = client.quoteRequest({ QuoteReqID: id(1), NoRelatedSym: [{ Symbol: "A", OrderQty: "1.00" }] });
  const error = await assertRejects(
    () => of(gateway, asked),
    KalshiFixRequestRejectError,
    "duplicated_legs; legs M",
  );
  assertEquals((error.details as { QuoteRequestRejectReason: number }).QuoteRequestRejectReason, 99);
  const accepting = client.acceptQuote({ QuoteID: id(2), Side: "1" });
  await assertRejects(() => of(gateway, accepting), KalshiFixRequestRejectError, "EXPIRED");
  const canceling = client.rfqCancel({ QuoteReqID: id(1) });
  await assertRejects(() => of(gateway, canceling), KalshiFixRequestRejectError, "NOT_FOUND");
  await of(gateway, client.close());
});

const status = (QuoteStatus: number, more: object = {}): FixMessage => ({
  MsgType: "AI",
  QuoteID: id(2),
  QuoteReqID: id(1),
  QuoteStatus,
  ...more,
});

test("a maker quotes, confirms, cancels; what becomes of another quote is no answer", async () => {
  const { gateway, client } = await answering("rfq", (message) => {
    switch (message.MsgType) {
      case "S":
        return [status(17, { QuoteID: id(3) }), status(10)];
      case "U7":
        return [{ MsgType: "U8", QuoteID: id(2), QuoteConfirmStatus: 0 }];
      case "Z":
        return [status(17), { MsgType: "U9", QuoteID: id(2), QuoteCancelStatus: 0 }];
      default:
        return [];
    }
  });
  const requests = client.quoteRequests()[Symbol.asyncIterator]();
  const reports = client.quoteStatusReports()[Symbol.asyncIterator]();
  gateway.says({ MsgType: "R", QuoteReqID: id(1), NoRelatedSym: [{ Symbol: "A", OrderQty: "10.00" }] });
  await settle(gateway);
  assertEquals((await requests.next()).value?.MsgType, "R");
  const fields = { QuoteID: id(2), QuoteReqID: id(1), Symbol: "A", BidPx: "56" };
  assertEquals((await of(gateway, client.quote(fields))).QuoteStatus, 10);
  assertEquals((await of(gateway, client.quoteConfirm({ QuoteID: id(2) }))).QuoteConfirmStatus, 0);
  assertEquals((await of(gateway, client.quoteCancel({ QuoteID: id(2) }))).MsgType, "AI");
  const { value } = await reports.next();
  assert(value?.MsgType === "AI" && value.QuoteID === id(3));
  await of(gateway, client.close());
});

test("what Kalshi refuses of a maker is an error; its refusal of a quote names none", async () => {
  const { gateway, client } = await answering("rfq", (message) => {
    switch (message.MsgType) {
      case "S":
        // Nothing that this library writes is empty: it goes as `extra`.
        return [{
          MsgType: "3",
          RefSeqNum: message.header.MsgSeqNum,
          Text: "bad tag",
          SessionRejectReason: 5,
        }];
      case "U7":
        return [rejectedBy("U8", "EXPIRED")];
      case "Z":
        return [rejectedBy("U9", "NOT_FOUND")];
      default:
        return [];
    }
  });
  const fields = { QuoteID: id(2), QuoteReqID: id(1), Symbol: "A", BidPx: "56" };
  await assertRejects(() => of(gateway, client.quote(fields)), KalshiFixSessionRejectError, "bad tag");
  await assertRejects(
    () => of(gateway, client.quoteConfirm({ QuoteID: id(2) })),
    KalshiFixRequestRejectError,
    "EXPIRED",
  );
  await assertRejects(
    () => of(gateway, client.quoteCancel({ QuoteID: id(2) })),
    KalshiFixRequestRejectError,
    "NOT_FOUND",
  );
  gateway.onMessage = (message) => {
    if (message.MsgType === "S") gateway.says(status(5, { QuoteID: "", Text: "QUOTE_TOO_LATE" }));
  };
  await assertRejects(() => of(gateway, client.quote(fields)), KalshiFixRequestRejectError, "QUOTE_TOO_LATE");
  await of(gateway, client.close());
});

test("what Kalshi would drop without a word is refused before anything is sent", async () => {
  const { gateway, client } = await answering("order-entry-rt", () => []);
  const outside: [string, Record<string, unknown>][] = [
    ["belongs into the entries of `NoRelatedSym`", { OrderQty: "10.00" }],
    ["belongs into the entries of `NoRelatedSym`", { RestRemainder: "Y" }],
    ["belongs into the entries of `NoRelatedSym`", { TargetCostExcludesFees: "Y" }],
    ["belongs into the entries of `NoRelatedSym`", { extra: [[21016, "Y"]] }],
    ["belongs beside `NoRelatedSym`", { NoRelatedSym: [{ Symbol: "A", OrderQty: "1.00", AllocAccount: 1 }] }],
  ];
  for (const [text, more] of outside) {
    const fields = { NoRelatedSym: [{ Symbol: "A", OrderQty: "1.00" }], ...more };
    await assertRejects(() => client.quoteRequest(fields), KalshiConfigError, text);
  }
  assertEquals(gateway.messages, []);
  await of(gateway, client.close());
});
