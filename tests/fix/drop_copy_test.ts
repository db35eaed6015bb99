import { assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { KalshiConfigError, KalshiConnectionError, KalshiTimeoutError } from "../../src/base/errors.ts";
import type { EventResendRequest, ExecutionReport } from "../../src/contract/fix/messages.ts";
import { type EventResend, EventResends } from "../../src/fix/event_resends.ts";
import { compareExecIds, readExecId } from "../../src/fix/exec_ids.ts";
import { ExecutionLedger } from "../../src/fix/execution_ledger.ts";
import { KalshiEventResendError } from "../../src/fix/feed_errors.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";
import { report } from "./peer.ts";

const executed = (ExecID: string) => ({ ...report(`order of ${ExecID}`), ExecID }) as ExecutionReport;
const complete = (RefSeqNum: number, ResendEventCount: number) =>
  ({ MsgType: "U2", RefSeqNum, ResendEventCount }) as const;

function queries() {
  const clock = new ManualClock();
  const sent: EventResendRequest[] = [];
  const resends = new EventResends(clock, (request) => sent.push(request) + 1);
  return { clock, sent, resends };
}

const ids = ({ reports }: EventResend) => reports.map(({ ExecID }) => ExecID);

test("an ExecID has a clock, an event and an exchange index; that of a pending report is none", () => {
  assertEquals(readExecId("12345678901234567890;7;2"), {
    clock: 12345678901234567890n,
    event: 7n,
    exchangeIndex: 2,
  });
  assertEquals(readExecId("9;10")?.exchangeIndex, 0);
  for (const wrong of ["-1;-1", "", "9", "9;", "a;b", "9;1;2;3", 9, undefined]) {
    assertEquals(readExecId(wrong), undefined);
  }
  const sorted = ["10;1", "9;2", "9;10"].map((id) => readExecId(id)).filter((id) => id !== undefined)
    .sort(compareExecIds).map(({ clock, event }) => `${clock};${event}`);
  assertEquals(sorted, ["9;2", "9;10", "10;1"]);
});

test("a query is the reports of its range in their order, without those of this moment", async () => {
  const { resends, sent, clock } = queries();
  const asked = resends.request({ BeginExecID: "100;1", EndExecID: "200;9" }, 1_000);
  assertEquals(sent, [{ MsgType: "U1", BeginExecID: "100;1", EndExecID: "200;9" }]);
  for (const id of ["150;2", "100;1", "900;1", "150;2", "-1;-1", "150;2;1"]) resends.take(executed(id));
  resends.take(complete(77, 5));
  resends.take(complete(2, 2));
  assertEquals(ids(await asked), ["100;1", "150;2"]);
  assertEquals(clock.pending, 0);
});

test("one query after the other, each with the answers of its own number", async () => {
  const { resends, sent } = queries();
  const asked = ["1;1", "2;1;1"].map((BeginExecID) => resends.request({ BeginExecID }, 1_000));
  assertEquals(sent.length, 1);
  resends.take(executed("1;5"));
  resends.take(complete(2, 1));
  assertEquals(sent.length, 2);
  resends.take(executed("2;5;1"));
  resends.take({ MsgType: "U3", RefSeqNum: 2, EventResendRejectReason: 2 });
  resends.take(complete(3, 1));
  assertEquals((await Promise.all(asked)).map(ids), [["1;5"], ["2;5;1"]]);
});

test("a refusal is an error with Kalshi's reason and what to do", async () => {
  for (
    const [reason, advice] of [[5, "on request"], [3, "3 hours"], [4, "leave it out"], [
      9,
      "no meaning",
    ]] as const
  ) {
    const { resends } = queries();
    const asked = resends.request({ BeginExecID: "1;1" }, 1_000);
    resends.take({ MsgType: "U3", RefSeqNum: 2, EventResendRejectReason: reason });
    const error = await assertRejects(() => asked, KalshiEventResendError, advice);
    assertEquals([error.reason, error.outcome, error.code], [reason, "rejected", "EVENT_RESEND"]);
  }
  const { resends } = queries();
  const asked = resends.request({ BeginExecID: "1;1" }, 1_000);
  resends.take({ MsgType: "j", RefSeqNum: 2, BusinessRejectReason: 8, Text: "RATE_LIMIT" });
  await assertRejects(() => asked, KalshiEventResendError, "RATE_LIMIT");
  const unnumbered = resends.request({ BeginExecID: "1;1" }, 1_000);
  resends.take({ MsgType: "j", RefMsgType: "D", BusinessRejectReason: 4, Text: "another" });
  resends.take({ MsgType: "j", RefMsgType: "U1", BusinessRejectReason: 4, Text: "not now" });
  await assertRejects(() => unnumbered, KalshiEventResendError, "not now");
});

test("fewer reports than Kalshi says that it sent are told, not taken for all", async () => {
  const { resends } = queries();
  const asked = resends.request({ BeginExecID: "1;1" }, 1_000);
  resends.take(executed("1;2"));
  resends.take(complete(2, 2));
  const error = await assertRejects(() => asked, KalshiEventResendError, "sent 2 reports, and 1 came");
  assertEquals(error.outcome, "unknown");
});

test("the time to answer begins anew with each report", async () => {
  const { resends, clock } = queries();
  const asked = resends.request({ BeginExecID: "1;1" }, 1_000);
  const next = resends.request({ BeginExecID: "1;1" }, 1_000);
  const failed = assertRejects(() => asked, KalshiTimeoutError, "nothing for 1000 ms, 2 reports before");
  await clock.advance(900);
  resends.take(executed("1;1"));
  await clock.advance(900);
  resends.take(executed("1;2"));
  await clock.advance(1_000);
  await failed;
  resends.take(complete(3, 0));
  assertEquals(await next, { reports: [], ResendEventCount: 0 });
  assertEquals(clock.pending, 0);
});

test("a lost connection ends what is under way and what waits", async () => {
  const { resends, clock } = queries();
  const asked = [1, 2].map(() => resends.request({ BeginExecID: "1;1" }, 1_000));
  resends.interrupted(new KalshiConnectionError("gone", { outcome: "unknown" }));
  for (const one of asked) assertInstanceOf(await one.catch((error) => error), KalshiConnectionError);
  assertEquals(clock.pending, 0);
});

test("a range that is none is refused before anything is sent", () => {
  const { resends, sent } = queries();
  const wrong: [Record<string, string>, string][] = [
    [{}, "BeginExecID takes the ExecID of a report"],
    [{ BeginExecID: "-1;-1" }, "Pending reports have no ExecID of their own"],
    [{ BeginExecID: "1;1", EndExecID: "soon" }, "EndExecID takes"],
    [{ BeginExecID: "1;1", EndExecID: "2;1;1" }, "One request asks for one exchange index"],
    [{ BeginExecID: "2;1", EndExecID: "1;9" }, "comes before"],
  ];
  for (const [fields, text] of wrong) {
    assertThrows(
      () => void resends.request(fields as { BeginExecID: string }, 1_000),
      KalshiConfigError,
      text,
    );
  }
  assertEquals(sent, []);
});

test("a ledger knows each report once and the highest of each exchange index", () => {
  const ledger = new ExecutionLedger();
  const taken = ["5;1", "5;1", "4;9", "7;1;1", "-1;-1", "-1;-1"].map((ExecID) => ledger.take({ ExecID }));
  assertEquals(taken, [true, false, true, true, true, true]);
  assertEquals([ledger.exchangeIndexes, ledger.latest(), ledger.latest(1), ledger.latest(2)], [
    [0, 1],
    "5;1",
    "7;1;1",
    undefined,
  ]);
  const small = new ExecutionLedger({ remember: 2 });
  assertEquals(["1;1", "2;1", "3;1", "1;1", "3;1"].map((ExecID) => small.take({ ExecID })), [
    true,
    true,
    true,
    true,
    false,
  ]);
  assertThrows(() => new ExecutionLedger({ remember: 0 }), KalshiConfigError, "remember");
});
