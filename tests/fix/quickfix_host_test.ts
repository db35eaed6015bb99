/**
 * QuickFIX C++, with dictionaries that other code made of Kalshi's pages, against this engine: its verdict on every
 * message, and sessions with it on either side, plain and TLS. Where it cannot be made, nothing is played, which is said.
 */
import { assert, assertEquals } from "@std/assert";
import type { FixMessage } from "../../src/contract/fix/messages.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { kfixKit, missingForKfix } from "./kfix.ts";
import { order, plain } from "./peer.ts";
import { oneOfEach, samples } from "./quickfix_samples.ts";
import { Meeting } from "./quickfix_sessions.ts";

const missing = missingForKfix();
const symbol = "KXHIGHNY-26NOV29-T50";

if (missing !== undefined) {
  test(`QuickFIX did not run: ${missing}`, () => {});
} else {
  test("QuickFIX takes every message and variant as it is written", { timeoutMs: 300_000 }, () => {
    const judged = samples(kfixKit(), 60);
    const refused = judged.filter(({ name, message, event, margin }) => {
      const { OrdRejReason, HeartBtInt, MsgType } = message as FixMessage & Record<string, unknown>;
      // Drawn from both products at once: a reason of margin's in a report of event's, a Logon without its interval.
      if (OrdRejReason === 5 || MsgType === "A" && HeartBtInt === undefined) return false;
      // A combo has no Symbol, which QuickFIX remarks on.
      if (/ combo /.test(name) && event.endsWith("delimiter is 55]")) return false;
      return event !== "OK" && margin !== "OK";
    });
    assertEquals(
      refused.slice(0, 20).map(({ name, event, margin, body }) => [name, event, margin, body]),
      [],
    );
    assert(judged.length > 2000);
  });

  for (const tls of [false, true]) {
    const over = tls ? "TLS" : "TCP";
    const both = [
      ["our initiator and QuickFIX's acceptor", () => Meeting.asInitiator(kfixKit(), tls)],
      ["our acceptor and QuickFIX's initiator", () => Meeting.asAcceptor(kfixKit(), tls)],
    ] as const;

    test(`${over}: QuickFIX verifies our Logon, refuses it with a text, and answers orders`, {
      timeoutMs: 300_000,
    }, async () => {
      await using met = await Meeting.asInitiator(kfixKit(), tls);
      await met.kfix.does("refuse already exists");
      assertEquals(await met.tryLogOn(), { kind: "refused", text: "already exists" });
      await met.kfix.does("accept");
      await met.logOn();
      await met.kfix.heard(["VERIFIED "]);
      await takesOrders(met);
    });

    for (const [sides, meet] of both) {
      test(`${over}: ${sides} say every message to each other`, { timeoutMs: 300_000 }, async () => {
        await using met = await meet();
        await met.logOn();
        await saysEverything(met);
      });

      test(`${over}: ${sides} close every gap`, { timeoutMs: 300_000 }, async () => {
        await using met = await meet();
        await met.logOn();
        await met.kfix.does("auto off");
        await closesGaps(met);
      });

      test(`${over}: ${sides} go on with their numbers, and log out`, { timeoutMs: 300_000 }, async () => {
        await using met = await meet();
        await met.logOn();
        await met.kfix.does("auto off");
        await goesOn(met);
      });
    }
  }
}

async function takesOrders({ session, kfix, messages }: Meeting): Promise<void> {
  const reports = () => messages.map((message) => plain(message) as Record<string, unknown>);
  const last = async (count: number) => {
    await until(() => messages.length >= count);
    return reports()[count - 1] as Record<string, unknown>;
  };
  session.send({ ...order("c-1"), Symbol: symbol } as FixMessage);
  assertEquals((await last(1)).ExecType, "0");
  kfix.say("fill c-1 4");
  const trade = await last(2);
  assertEquals([trade.ExecType, trade.LastQty, trade.LeavesQty], ["F", "4.00", "6.00"]);
  assertEquals(trade.NoMiscFees, [{
    MiscFeeAmt: "0.07",
    MiscFeeCurr: "USD",
    MiscFeeType: "4",
    MiscFeeBasis: 0,
  }]);
  assertEquals(trade.NoCollateralAmountChanges, [
    { CollateralAmountChange: "-5.50", CollateralAmountType: "BALANCE" },
    { CollateralAmountChange: "4.00", CollateralAmountType: "PAYOUT" },
  ]);
  const change = { Side: "1", Symbol: symbol } as const;
  session.send({
    MsgType: "G",
    ClOrdID: "c-2",
    OrigClOrdID: "c-1",
    OrderQty: "20.00",
    OrdType: "2",
    Price: "0.5600",
    ...change,
  });
  const replaced = await last(3);
  assertEquals([replaced.ExecType, replaced.OrigClOrdID, replaced.Price], ["5", "c-1", "0.5600"]);
  session.send({ MsgType: "F", ClOrdID: "c-3", OrigClOrdID: "c-2", ...change });
  assertEquals((await last(4)).ExecType, "4");
  session.send({ MsgType: "F", ClOrdID: "c-4", OrigClOrdID: "nothing", ...change });
  const unknown = await last(5);
  assertEquals([unknown.MsgType, unknown.CxlRejReason, unknown.Text], ["9", 1, "ORDER_ATTRIBUTES_MISMATCH"]);
  for (const id of ["m-1", "m-2"]) session.send({ ...order(id), Symbol: symbol } as FixMessage);
  await last(7);
  session.send({ MsgType: "q", ClOrdID: "m-3", MassCancelRequestType: "6" });
  await last(10);
  assertEquals(reports().slice(7).map(({ MsgType, ClOrdID }) => [MsgType, ClOrdID]), [
    ["r", "m-3"],
    ["8", "m-1"],
    ["8", "m-2"],
  ]);
  session.send({
    MsgType: "V",
    SubscriptionRequestType: "0",
    NoRelatedSym: [{ Symbol: "A" }, { Symbol: "B" }],
  });
  const book = await last(12);
  assertEquals([book.MsgType, book.Symbol, (book.NoMDEntries as unknown[]).length], ["W", "B", 2]);
}

async function saysEverything(met: Meeting): Promise<void> {
  const { session, kfix, messages, events } = met;
  await kfix.does("auto off");
  const all = oneOfEach(kfixKit());
  assert(all.length > 40, `${all.length} kinds of messages`);
  for (const { message } of all) session.send(message);
  await met.agree();
  assertEquals(kfix.count("FROMAPP "), all.length);
  assertEquals(kfix.count("OUT ", "|35=3|"), 0);
  for (const { body } of all) kfix.say(`send ${body}`);
  await until(() => messages.length === all.length);
  all.forEach(({ name, message }, n) => {
    const { header: _, ...got } = plain(messages[n]) as Record<string, unknown>;
    assertEquals(got, plain(message), name);
  });
  // Nobody refused anything, or missed a number.
  assertEquals(events.map(({ type }) => type).filter((type) => type !== "logged-on"), []);
  assertEquals(kfix.lines.filter((line) => /^ERROR|Rejected/.test(line)), []);
}

const grouped: FixMessage = {
  MsgType: "UMS",
  MarketSettlementReportID: "s-1",
  Symbol: symbol,
  ClearingBusinessDate: "20261129",
  MarketResult: "yes",
  SettlementPrice: "100.00",
  NoMarketSettlementPartyIDs: [{
    MarketSettlementPartyID: "p-1",
    MarketSettlementPartyRole: 24,
    NoCollateralAmountChanges: [
      { CollateralAmountChange: "-5.50", CollateralAmountType: "BALANCE" },
      { CollateralAmountChange: "4.00", CollateralAmountType: "PAYOUT" },
    ],
    NoMiscFees: [{ MiscFeeAmt: "0.07", MiscFeeCurr: "USD", MiscFeeType: "4", MiscFeeBasis: 0 }],
  }, { MarketSettlementPartyID: "p-2", MarketSettlementPartyRole: 24 }],
};
const groupedBody = "35=UMS|20105=s-1|55=A|715=20261129|20107=yes|730=100.00|" +
  "20108=2|20109=p-1|20110=24|1703=2|1704=-5.50|1705=BALANCE|1704=4.00|1705=PAYOUT|20109=p-2|20110=24";

async function closesGaps(met: Meeting): Promise<void> {
  const { session, store, kfix, messages, events } = met;
  // QuickFIX leaves numbers out, we ask, it fills.
  await kfix.does("skip 3");
  kfix.say(`send ${groupedBody}`);
  await until(() => messages.length === 1);
  await met.agree();
  assertEquals(events.filter(({ type }) => type.startsWith("gap")).map(({ type }) => type), [
    "gap",
    "gap-filled",
  ]);
  // We leave numbers out, QuickFIX asks, we fill.
  store.setOutgoing(store.nextOutgoing + 2);
  session.send(grouped);
  await kfix.heard(["FROMAPP ", "|35=UMS|"]);
  await met.agree();
  await kfix.heard(["IN ", "|35=4|", "|123=Y|"]);
  // Both ask at the same time.
  await kfix.does("skip 2");
  store.setOutgoing(store.nextOutgoing + 2);
  kfix.say(`send ${groupedBody}`);
  session.send(grouped);
  await until(() => messages.length === 2);
  await kfix.heard(["FROMAPP ", "|35=UMS|"], 2);
  await met.agree();
  // What we sent, once more: marked, and with its groups as they were.
  const asked = kfix.count("IN ", "|43=Y|", "|35=UMS|");
  kfix.say("resend 2");
  const again = await kfix.heard(["IN ", "|43=Y|", "|122=", "|35=UMS|"], asked + 2);
  assert(again.includes("|1703=2|1704=-5.50|1705=BALANCE|1704=4.00|1705=PAYOUT|136=1|137=0.07|"), again);
  // What QuickFIX sent, once more: we lost count.
  const before = messages.length;
  await met.agree();
  store.setIncoming(2);
  kfix.say(`send ${groupedBody}`);
  await until(() => messages.length === before + 3);
  await met.agree();
  const groups = messages.map((message) =>
    (message as unknown as { NoMarketSettlementPartyIDs: { NoCollateralAmountChanges?: unknown[] }[] })
      .NoMarketSettlementPartyIDs.map(({ NoCollateralAmountChanges }) => NoCollateralAmountChanges?.length)
  );
  assertEquals(groups, Array.from({ length: 5 }, () => [2, undefined]));
  assertEquals([messages[2], messages[3]].map((message) => message?.header.PossDupFlag), [true, true]);
  await resets(met);
}

/** A SequenceReset each way. */
async function resets(met: Meeting): Promise<void> {
  const { session, store, kfix, messages } = met;
  const before = messages.length;
  await kfix.does("seqreset 500");
  kfix.say(`send ${groupedBody}`);
  await until(() => messages.length === before + 1);
  assertEquals([messages.at(-1)?.header.MsgSeqNum, store.nextIncoming], [500, 501]);
  session.send({ MsgType: "4", NewSeqNo: 700 });
  store.setOutgoing(700);
  session.send(grouped);
  await kfix.heard(["FROMAPP ", "|34=700|"]);
  kfix.say("test PING");
  await kfix.heard(["FROMADMIN ", "|35=0|", "|112=PING|"]);
  await met.agree();
  assertEquals([session.state, kfix.count("OUT ", "|35=3|"), kfix.count("OUT ", "|35=5|")], ["active", 0, 0]);
}

async function goesOn(met: Meeting): Promise<void> {
  const { session, store, kfix, messages, events } = met;
  const ends = () => events.flatMap((event) => event.type === "ended" ? [event.end] : []);
  session.send(grouped);
  kfix.say(`send ${groupedBody}`);
  await until(() => messages.length === 1);
  await met.agree();
  const numbers = [store.nextOutgoing, store.nextIncoming];
  kfix.say("drop");
  await until(() => ends().length === 1);
  assertEquals(ends()[0]?.kind, "lost");
  await met.logOn();
  assert(store.nextOutgoing > (numbers[0] as number) && store.nextIncoming > (numbers[1] as number));
  await met.killAndRestart();
  await met.logOn();
  met.kfix.say(`send ${groupedBody}`);
  await until(() => messages.length === 2);
  assertEquals(events.filter(({ type }) => type === "reset" || type === "refused"), []);
  const before = ends().length;
  session.logout("bye");
  await met.kfix.heard(["IN ", "|35=5|", "|58=bye|"]);
  await until(() => ends().length === before + 1);
  assertEquals(ends().at(-1), { kind: "logout", text: "bye" });
  await met.logOn();
  met.kfix.say("logout enough");
  await until(() => ends().length === before + 2);
  assertEquals(ends().at(-1), { kind: "peer-logout", text: "enough" });
}
