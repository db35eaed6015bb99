import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  KalshiConfigError,
  KalshiConnectionError,
  KalshiError,
  KalshiTimeoutError,
} from "../../src/base/errors.ts";
import type {
  ExecutionReport,
  FixMessage,
  NewOrderSingle,
  OrderCancelRequest,
} from "../../src/contract/fix/messages.ts";
import {
  KalshiFixBusinessRejectError,
  KalshiFixCancelRejectError,
  KalshiFixOrderRejectError,
  KalshiFixRejectError,
  KalshiFixRequestRejectError,
  KalshiFixSessionRejectError,
} from "../../src/fix/errors.ts";
import { FixClient } from "../../src/fix/client.ts";
import { MemoryFixStore } from "../../src/fix/store.ts";
import type { LimitedCall } from "../../src/rate_limits/limiter.ts";
import { RateLimiter } from "../../src/rate_limits/rate_limiter.ts";
import { test } from "../support/test.ts";
import { textsOf } from "../support/secrets.ts";
import { configOf, connected, Gateway, optionsFor, SIGNATURE } from "./gateway_bed.ts";

const fields = { Symbol: "KX-A", Side: "1", OrderQty: "10.00", Price: "56" } as const;

/** A report of an order, New unless told. */
function reportOf(
  { ClOrdID, Symbol, Side, OrderQty }: Pick<NewOrderSingle, "ClOrdID"> & Partial<NewOrderSingle>,
  more: Partial<ExecutionReport> = {},
): ExecutionReport {
  return {
    MsgType: "8",
    AvgPx: "0",
    ClOrdID,
    CumQty: "0.00",
    ExecID: "1;1",
    ExecType: "0",
    LeavesQty: "10.00",
    OrderID: `kalshi-${ClOrdID}`,
    OrderQty: OrderQty ?? "10.00",
    OrdStatus: "0",
    Side: Side ?? "1",
    Symbol: Symbol ?? "KX-A",
    ...more,
  };
}

async function closed(gateway: Gateway, client: FixClient): Promise<void> {
  const closing = client.close();
  await gateway.clock.advance(0);
  await closing;
  assertEquals(gateway.clock.pending, 0);
}

/** What a promise fails with, as far as it has. */
function failing(work: Promise<unknown>): { error: KalshiError | undefined } {
  const seen: { error: KalshiError | undefined } = { error: undefined };
  work.then(() => {}, (error) => seen.error = error);
  return seen;
}

/** A message for an order, whichever it is. */
type ForOrder = Omit<NewOrderSingle & Omit<OrderCancelRequest, "MsgType">, "MsgType">;

const last = (gateway: Gateway) => gateway.messages.at(-1) as unknown as ForOrder;

test("an order resolves with its first report that is not pending, and gives the others", async () => {
  const gateway = new Gateway();
  gateway.onMessage = (message) => {
    const sent = message as unknown as NewOrderSingle;
    gateway.says(reportOf(sent, { ExecType: "A", OrdStatus: "A", ExecID: "-1;-1" }));
    gateway.says(reportOf(sent));
    gateway.says(reportOf(sent, { ExecType: "F", OrdStatus: "1", LastQty: "4.00", LeavesQty: "6.00" }));
  };
  const client = await connected(gateway);
  const all = client.executionReports();
  const placing = client.newOrderSingle(fields);
  await gateway.clock.advance(0);
  const order = await placing;
  assertEquals(last(gateway).OrdType, "2");
  assert(/^[0-9a-f-]{36}$/.test(order.ClOrdID));
  assertEquals(order.OrderID, `kalshi-${order.ClOrdID}`);
  assertEquals([order.report.ExecType, order.isOpen], ["F", true]);
  const reports = order.reports();
  gateway.says(reportOf(order.sent, { ExecType: "F", OrdStatus: "2", LastQty: "6.00", LeavesQty: "0.00" }));
  await gateway.clock.advance(0);
  const seen = [];
  for await (const item of reports) seen.push(item.MsgType === "8" ? item.OrdStatus : item.type);
  // Its loop ends with its last report.
  assertEquals(seen, ["1", "2"]);
  assertEquals(order.isOpen, false);
  const types = [];
  for (let k = 0; k < 4; k++) types.push(((await all.next()).value as ExecutionReport).ExecType);
  assertEquals(types, ["A", "0", "F", "F"]);
  await closed(gateway, client);
});

test("an order that did not rest resolves with what became of it", async () => {
  for (
    const [more, text] of [
      [{ ExecType: "F", OrdStatus: "2", LastQty: "10.00" }, undefined],
      [{ ExecType: "4", OrdStatus: "4", Text: "FOK_INSUFFICIENT_VOLUME" }, "FOK_INSUFFICIENT_VOLUME"],
      [{ ExecType: "C", OrdStatus: "C" }, undefined],
    ] as const
  ) {
    const gateway = new Gateway();
    gateway.onMessage = (message) => void gateway.says(reportOf(message as unknown as NewOrderSingle, more));
    const client = await connected(gateway);
    const placing = client.newOrderSingle({ ...fields, ClOrdID: "mine" });
    await gateway.clock.advance(0);
    const order = await placing;
    assertEquals([order.isOpen, order.report.Text], [false, text]);
    // Its id is free again for this client; whether Kalshi takes it is Kalshi's to say.
    const second = client.newOrderSingle({ ...fields, ClOrdID: "mine" });
    await gateway.clock.advance(0);
    await second;
    await closed(gateway, client);
  }
});

test("every refusal is an error with Kalshi's words, what to do, and what is known of the outcome", async () => {
  const cases: [
    string,
    (sent: NewOrderSingle, number: number) => Parameters<Gateway["says"]>[0],
    unknown,
    string,
    RegExp,
  ][] = [
    [
      "8",
      (sent) =>
        reportOf(sent, { ExecType: "8", OrdStatus: "8", OrdRejReason: 99, Text: "INSUFFICIENT_BALANCE" }),
      KalshiFixOrderRejectError,
      "rejected",
      /cannot pay/,
    ],
    [
      "unavailable",
      (sent) =>
        reportOf(sent, { ExecType: "8", OrdStatus: "8", OrdRejReason: 99, Text: "EXCHANGE_UNAVAILABLE" }),
      KalshiFixOrderRejectError,
      "unknown",
      /drop copy or REST/,
    ],
    [
      "internal",
      (sent) => reportOf(sent, { ExecType: "8", OrdStatus: "8", OrdRejReason: 99, Text: "INTERNAL_ERROR" }),
      KalshiFixOrderRejectError,
      "rejected",
      /can be sent again/,
    ],
    [
      "3",
      (_, RefSeqNum) => ({
        MsgType: "3",
        RefSeqNum,
        Text: "Undefined tag received",
        RefTagID: 9999,
        RefMsgType: "D",
        SessionRejectReason: 3,
      }),
      KalshiFixSessionRejectError,
      "rejected",
      /tag 9999/,
    ],
    [
      "j",
      (_, RefSeqNum) => ({ MsgType: "j", RefSeqNum, BusinessRejectReason: 8, Text: "Rate limit exceeded" }),
      KalshiFixBusinessRejectError,
      "rejected",
      /limiter/,
    ],
    [
      "j by id",
      ({ ClOrdID }) => ({
        MsgType: "j",
        BusinessRejectRefID: ClOrdID,
        RefMsgType: "D",
        BusinessRejectReason: 6,
      }),
      KalshiFixBusinessRejectError,
      "rejected",
      /may not do this/,
    ],
  ];
  for (const [name, answer, Class, outcome, advice] of cases) {
    const gateway = new Gateway();
    gateway.onMessage = (message) =>
      void gateway.says(answer(message as unknown as NewOrderSingle, message.header.MsgSeqNum));
    const client = await connected(gateway);
    const failed = failing(client.newOrderSingle({ ...fields, ClOrdID: "mine" }));
    await gateway.clock.advance(0);
    const { error } = failed;
    assert(
      error instanceof KalshiFixRejectError && error instanceof (Class as typeof KalshiFixOrderRejectError),
      name,
    );
    assertEquals([error.outcome, error.clientIds], [outcome, ["mine"]], name);
    assert(advice.test(error.message), error.message);
    if (name === "3" || name === "j") assertEquals(error.MsgSeqNum, 2);
    assert(JSON.stringify(error).includes(error.code));
    // An order that may be there keeps its id.
    const again = client.newOrderSingle({ ...fields, ClOrdID: "mine" });
    if (outcome === "unknown") await assertRejects(() => again, KalshiConfigError);
    again.catch(() => {});
    await gateway.clock.advance(0);
    await closed(gateway, client);
  }
});

test("what refuses an order and quotes the signature of the Logon shows it nowhere", async () => {
  const quoted = (text: string) => `seen 96=${text}`;
  const answers: ((sent: NewOrderSingle, RefSeqNum: number) => FixMessage)[] = [
    (sent) => reportOf(sent, { ExecType: "8", OrdStatus: "8", OrdRejReason: 99, Text: quoted(SIGNATURE) }),
    (_, RefSeqNum) => ({ MsgType: "3", RefSeqNum, SessionRejectReason: 5, Text: quoted(btoa(SIGNATURE)) }),
    (_, RefSeqNum) => ({
      ...{ MsgType: "j", RefSeqNum, RefMsgType: "D", BusinessRejectReason: 0 },
      Text: quoted(encodeURIComponent(SIGNATURE)),
    }),
  ];
  for (const answer of answers) {
    const gateway = new Gateway();
    gateway.onMessage = (message) =>
      void gateway.says(answer(message as unknown as NewOrderSingle, message.header.MsgSeqNum));
    const told: unknown[] = [];
    const client = await connected(gateway, {
      log: (line) => void told.push(line),
      onEvent: (event) => void told.push(event),
    });
    const failed = failing(client.newOrderSingle(fields));
    await gateway.clock.advance(0);
    await closed(gateway, client);
    assert(failed.error instanceof KalshiFixRejectError);
    const texts = [failed.error, ...told].flatMap((item) => textsOf(item)).join("\n");
    assert(texts.includes("[redacted]"), texts);
    for (const secret of [SIGNATURE, btoa(SIGNATURE)]) {
      for (let at = 0; at + 12 < secret.length - 6; at += 4) {
        assert(!texts.includes(secret.slice(at, at + 12)), secret.slice(at, at + 12));
      }
    }
  }
});

test("the ClOrdID of an order that is open is not sent a second time", async () => {
  const gateway = new Gateway();
  gateway.onMessage = (message) => void gateway.says(reportOf(message as unknown as NewOrderSingle));
  const client = await connected(gateway);
  const first = client.newOrderSingle({ ...fields, ClOrdID: "mine" });
  const waiting = await assertRejects(
    () => client.newOrderSingle({ ...fields, ClOrdID: "mine" }),
    KalshiConfigError,
    "mine",
  );
  assertEquals(waiting.outcome, "not-sent");
  await gateway.clock.advance(0);
  const order = await first;
  for (
    const send of [
      () => client.newOrderSingle({ ...fields, ClOrdID: "mine" }),
      () => client.orderCancelRequest({ ...fields, ClOrdID: "mine", OrigClOrdID: "mine" } as never),
    ]
  ) await assertRejects(send, KalshiConfigError, "mine");
  assertEquals(gateway.messages.length, 1);
  gateway.says(reportOf(order.sent, { ExecType: "4", OrdStatus: "4" }));
  await gateway.clock.advance(0);
  const second = client.newOrderSingle({ ...fields, ClOrdID: "mine" });
  await gateway.clock.advance(0);
  await second;
  assertEquals(gateway.messages.length, 2);
  await closed(gateway, client);
});

test("a cancel and a replace resolve with their report, and the order goes by its new id", async () => {
  const gateway = new Gateway();
  gateway.onMessage = (message) => {
    const sent = message as unknown as ForOrder;
    const { ClOrdID, OrigClOrdID } = sent;
    const OrderID = "the-order";
    if (message.MsgType === "D") gateway.says(reportOf(sent, { OrderID }));
    else if (message.MsgType === "G") {
      gateway.says(reportOf(sent, { OrderID, OrigClOrdID, ExecType: "E", OrdStatus: "E" }));
      gateway.says(reportOf(sent, { OrderID, OrigClOrdID, ExecType: "5", OrdStatus: "0" }));
    } else {
      gateway.says(reportOf({ ClOrdID }, { OrderID, OrigClOrdID, ExecType: "6", OrdStatus: "6" }));
      gateway.says(
        reportOf({ ClOrdID }, { OrderID, OrigClOrdID, ExecType: "4", OrdStatus: "4", LeavesQty: "0.00" }),
      );
    }
  };
  const client = await connected(gateway);
  const placing = client.newOrderSingle({ ...fields, ClOrdID: "one" });
  await gateway.clock.advance(0);
  const order = await placing;
  const replacing = client.orderCancelReplaceRequest({
    ...fields,
    ClOrdID: "two",
    OrigClOrdID: order.ClOrdID,
    OrderQty: "12.00",
  });
  await gateway.clock.advance(0);
  assertEquals((await replacing).ExecType, "5");
  assertEquals([order.ClOrdID, order.report.ExecType], ["two", "5"]);
  await assertRejects(() => client.newOrderSingle({ ...fields, ClOrdID: "two" }), KalshiConfigError);
  const canceling = client.orderCancelRequest({
    Symbol: fields.Symbol,
    Side: fields.Side,
    OrigClOrdID: order.ClOrdID,
  });
  await gateway.clock.advance(0);
  assertEquals((await canceling).ExecType, "4");
  assertEquals([order.isOpen, order.ClOrdID], [false, "two"]);
  const seen = [];
  for await (const item of order.reports()) seen.push((item as ExecutionReport).ExecType);
  assertEquals(seen, ["E", "5", "6", "4"]);
  await closed(gateway, client);
});

test("a cancel that comes too late is an error, and the order is what it was", async () => {
  const gateway = new Gateway();
  gateway.onMessage = (message) => {
    const { ClOrdID, OrigClOrdID } = message as unknown as OrderCancelRequest;
    gateway.says({
      MsgType: "9",
      OrderID: "x",
      ClOrdID,
      OrigClOrdID,
      OrdStatus: "2",
      CxlRejResponseTo: "1",
      CxlRejReason: 0,
      Text: "TOO_LATE",
    });
  };
  const client = await connected(gateway);
  const rejects = client.orderCancelRejects();
  const failed = failing(client.orderCancelRequest({ Symbol: "KX-A", Side: "1", OrigClOrdID: "gone" }));
  await gateway.clock.advance(0);
  assert(failed.error instanceof KalshiFixCancelRejectError);
  assert(/has filled, expired or was cancelled/.test(failed.error.message));
  assertEquals(failed.error.text, "TOO_LATE");
  assertEquals((await rejects.next()).value?.MsgType, "9");
  await closed(gateway, client);
});

test("a mass cancel gives its report first and then one for each order; a second one waits a second", async () => {
  const gateway = new Gateway();
  const open: NewOrderSingle[] = [];
  gateway.onMessage = (message) => {
    if (message.MsgType === "D") {
      open.push(message as unknown as NewOrderSingle);
      return void gateway.says(reportOf(open.at(-1) as NewOrderSingle));
    }
    const { ClOrdID } = message as unknown as NewOrderSingle;
    gateway.says({ MsgType: "r", ClOrdID, OrderID: "an-operation", MassCancelResponse: "6" });
    for (const sent of open.splice(0)) gateway.says(reportOf(sent, { ExecType: "4", OrdStatus: "4" }));
  };
  const client = await connected(gateway);
  const placing = ["a", "b"].map((ClOrdID) => client.newOrderSingle({ ...fields, ClOrdID }));
  await gateway.clock.advance(0);
  await Promise.all(placing);
  // One of which nobody ever hears again keeps nothing waiting.
  const answer = gateway.onMessage;
  gateway.onMessage = () => {};
  failing(client.newOrderSingle({ ...fields, ClOrdID: "never" }, { timeoutMs: 1 }));
  await gateway.clock.advance(1);
  gateway.onMessage = answer;
  const sweeping = client.orderMassCancelRequest();
  await gateway.clock.advance(0);
  const { report, canceled } = await sweeping;
  assertEquals([report.OrderID, report.MassCancelResponse], ["an-operation", "6"]);
  const ids = [];
  for await (const item of canceled) ids.push((item as ExecutionReport).ClOrdID);
  assertEquals(ids, ["a", "b"]);

  gateway.onMessage = (message) => {
    const { ClOrdID } = message as unknown as NewOrderSingle;
    gateway.says({
      MsgType: "r",
      ClOrdID,
      OrderID: "x",
      MassCancelResponse: "0",
      MassCancelRejectReason: 99,
    });
  };
  const refused = failing(client.orderMassCancelRequest());
  await gateway.clock.advance(999);
  assertEquals(gateway.messages.filter(({ MsgType }) => MsgType === "q").length, 1);
  await gateway.clock.advance(1);
  assert(refused.error instanceof KalshiFixRequestRejectError);
  await closed(gateway, client);
});

test("order groups are made, changed and refused, each answer to its own request", async () => {
  const gateway = new Gateway();
  const sent: { OrderGroupAction: number; OrderGroupID?: string; OrderGroupContractsLimit?: number }[] = [];
  gateway.onMessage = (message) => void sent.push(message as never);
  const client = await connected(gateway);
  const old = "a952bcbe-ec3b-4b5b-b8f9-11dae589608c";
  const none = old.replace("a", "b");
  const first = client.orderGroupRequest({ OrderGroupAction: 1, OrderGroupContractsLimit: 10 });
  const second = client.orderGroupRequest({ OrderGroupAction: 1, OrderGroupContractsLimit: 20 });
  const update = client.orderGroupRequest({
    OrderGroupAction: 5,
    OrderGroupID: old,
    OrderGroupContractsLimit: 5,
  });
  await gateway.clock.advance(0);
  assertEquals(sent.map(({ OrderGroupAction }) => OrderGroupAction), [1, 1, 5]);
  gateway.says({ MsgType: "UOH", OrderGroupID: "g1", OrderGroupContractsLimit: 10 });
  gateway.says({ MsgType: "UOH", OrderGroupID: old, OrderGroupContractsLimit: 5 });
  gateway.says({ MsgType: "UOH", OrderGroupID: "g2", OrderGroupContractsLimit: 20 });
  await gateway.clock.advance(0);
  assertEquals(
    (await Promise.all([first, second, update])).map(({ OrderGroupID }) => OrderGroupID),
    ["g1", "g2", old],
  );
  const failed = failing(client.orderGroupRequest({ OrderGroupAction: 3, OrderGroupID: none }));
  await gateway.clock.advance(0);
  gateway.says({
    MsgType: "j",
    RefSeqNum: gateway.messages.at(-1)?.header.MsgSeqNum,
    RefMsgType: "UOG",
    BusinessRejectReason: 1,
    Text: "ORDER_GROUP_NOT_FOUND",
  });
  await gateway.clock.advance(0);
  assert(failed.error instanceof KalshiFixBusinessRejectError);
  assert(/AllocAccount/.test(failed.error.message));
  await closed(gateway, client);
});

test("a signal before an order is sent leaves it unsent, and after it the outcome is unknown", async () => {
  const gateway = new Gateway();
  const client = await connected(gateway);
  const before = await assertRejects(
    () => client.newOrderSingle(fields, { signal: AbortSignal.abort(new Error("no")) }),
    KalshiError,
  );
  assertEquals([before.code, before.outcome, gateway.messages.length], ["ABORTED", "not-sent", 0]);
  const abort = new AbortController();
  const failed = failing(client.newOrderSingle({ ...fields, ClOrdID: "mine" }, { signal: abort.signal }));
  await gateway.clock.advance(0);
  abort.abort();
  await gateway.clock.advance(0);
  assertEquals([failed.error?.code, failed.error?.outcome, failed.error?.clientIds], ["ABORTED", "unknown", [
    "mine",
  ]]);
  // It may be open: its id is not used again.
  await assertRejects(() => client.newOrderSingle({ ...fields, ClOrdID: "mine" }), KalshiConfigError);
  gateway.says(reportOf({ ClOrdID: "mine" }, { ExecType: "4", OrdStatus: "4" }));
  await gateway.clock.advance(0);
  failing(client.newOrderSingle({ ...fields, ClOrdID: "mine" }));
  await gateway.clock.advance(0);
  assertEquals(gateway.messages.length, 2);
  await closed(gateway, client);
});

test("no answer in time: the outcome is unknown", async () => {
  const gateway = new Gateway();
  const client = await connected(gateway);
  const failed = failing(client.newOrderSingle(fields, { timeoutMs: 3_000 }));
  await gateway.clock.advance(2_999);
  assertEquals(failed.error, undefined);
  await gateway.clock.advance(1);
  assert(failed.error instanceof KalshiTimeoutError);
  assertEquals(failed.error.outcome, "unknown");
  await closed(gateway, client);
});

test("a connection that ends leaves the outcome unknown where nothing is sent again", async () => {
  const gateway = new Gateway();
  const client = await connected(gateway);
  const failed = failing(client.newOrderSingle({ ...fields, ClOrdID: "mine" }));
  await gateway.clock.advance(20_000 - gateway.clock.monotonic() % 1);
  const late = failing(client.newOrderSingle({ ...fields, ClOrdID: "late" }));
  await gateway.cut();
  assert(late.error instanceof KalshiConnectionError);
  assertEquals([late.error.outcome, late.error.clientIds], ["unknown", ["late"]]);
  assert(failed.error instanceof KalshiTimeoutError);
  const meanwhile = await assertRejects(() => client.newOrderSingle(fields), KalshiConnectionError);
  assertEquals(meanwhile.outcome, "not-sent");
  await closed(gateway, client);
});

test("with retransmission an order stays pending over connections until its report comes", async () => {
  const gateway = new Gateway("order-entry-rt");
  const client = await connected(gateway, {
    config: configOf("order-entry-rt", { requestTimeoutMs: 60_000 }),
  });
  const placing = client.newOrderSingle({ ...fields, ClOrdID: "mine" });
  await gateway.clock.advance(20_000);
  // It has arrived; what the gateway says of it gets lost.
  const lost = gateway.lines.at(-1);
  gateway.session.send(reportOf({ ClOrdID: "mine" }));
  lost?.cut();
  await gateway.clock.advance(1_000);
  const order = await placing;
  assertEquals([order.report.ExecType, gateway.messages.length], ["0", 1]);
  assertEquals(gateway.logons.length, 2);
  await closed(gateway, client);
});

test("an order that never arrived is filled over after the reconnect, and that is told for certain", async () => {
  const gateway = new Gateway("order-entry-rt");
  const client = await connected(gateway, {
    config: configOf("order-entry-rt", { requestTimeoutMs: 60_000 }),
  });
  await gateway.clock.advance(20_000);
  gateway.deaf = true;
  const lost = failing(client.newOrderSingle({ ...fields, ClOrdID: "lost" }));
  await gateway.clock.advance(0);
  gateway.lines.at(-1)?.cut();
  gateway.deaf = false;
  await gateway.clock.advance(0);
  assertEquals(lost.error, undefined);
  await gateway.clock.advance(1_000);
  assert(lost.error instanceof KalshiConnectionError);
  assertEquals([lost.error.outcome, lost.error.clientIds], ["not-sent", ["lost"]]);
  assert(/never take effect/.test(lost.error.message));
  assertEquals(gateway.messages.length, 0);
  // The numbers go on, and the same id may be sent again.
  const again = client.newOrderSingle({ ...fields, ClOrdID: "lost" });
  await gateway.clock.advance(0);
  assertEquals(gateway.messages.length, 1);
  gateway.says(reportOf({ ClOrdID: "lost" }));
  await gateway.clock.advance(0);
  assertEquals((await again).ClOrdID, "lost");
  await closed(gateway, client);
});

test("nothing is sent after a reconnect before Kalshi has asked for what it missed: no order is filled over on its way", async () => {
  const gateway = new Gateway("order-entry-rt");
  const client = await connected(gateway, {
    config: configOf("order-entry-rt", { requestTimeoutMs: 60_000 }),
  });
  await gateway.clock.advance(20_000);
  gateway.deaf = true;
  failing(client.newOrderSingle({ ...fields, ClOrdID: "lost" }));
  await gateway.clock.advance(0);
  await gateway.cut();
  gateway.deaf = false;
  // As soon as it can be sent, another order is.
  let refused = 0;
  let second: Promise<unknown> | undefined;
  for (let step = 0; second === undefined; step++) {
    assert(step < 2_000);
    const placing = client.newOrderSingle({ ...fields, ClOrdID: "second" });
    const seen = failing(placing);
    for (let turn = 0; turn < 30; turn++) await Promise.resolve();
    if (seen.error === undefined) second = placing;
    else {
      assertEquals(seen.error.outcome, "not-sent");
      refused++;
      await gateway.clock.advance(1);
    }
  }
  assert(refused > 0);
  await gateway.clock.advance(0);
  assertEquals(gateway.messages.map((message) => (message as unknown as NewOrderSingle).ClOrdID), ["second"]);
  assertEquals(gateway.session.active, true);
  assertEquals(
    client.told.flatMap((event) => event.type === "never-arrived" ? [event.ClOrdID] : []),
    ["lost"],
  );
  await closed(gateway, client);
});

test("an order of an earlier process that never arrived is told when its store is used again", async () => {
  const gateway = new Gateway("order-entry-rt");
  const store = new MemoryFixStore();
  const first = await connected(gateway, { store });
  gateway.deaf = true;
  failing(first.newOrderSingle({ ...fields, ClOrdID: "lost" }));
  await gateway.clock.advance(0);
  gateway.lines.at(-1)?.cut();
  const abort = new AbortController();
  abort.abort();
  await first.close({ signal: abort.signal });
  gateway.deaf = false;
  const second = await connected(gateway, { store });
  const told = second.told.filter(({ type }) => type === "never-arrived");
  assertEquals(told, [{ type: "never-arrived", MsgType: "D", MsgSeqNum: 3, ClOrdID: "lost" }]);
  assertEquals(gateway.messages.length, 0);
  await closed(gateway, second);
});

test("a gateway that logs on and then says nothing is left", async () => {
  const gateway = new Gateway("order-entry-rt");
  const accept = gateway.answer;
  gateway.answer = (logon) => {
    gateway.deaf = true;
    return accept(logon);
  };
  const connecting = FixClient.connect(optionsFor(gateway));
  await gateway.clock.advance(9_000);
  assertEquals([gateway.connects, gateway.open], [1, 1]);
  gateway.answer = accept;
  await gateway.clock.advance(1_000);
  gateway.deaf = false;
  await gateway.clock.advance(1_000);
  const client = await connecting;
  assertEquals([client.state.name, gateway.connects], ["active", 2]);
  await closed(gateway, client);
});

test("with resendOrders an order that never arrived is sent again, and resolves with its report", async () => {
  const gateway = new Gateway("order-entry-rt");
  gateway.onMessage = (message) => void gateway.says(reportOf(message as unknown as NewOrderSingle));
  const client = await connected(gateway, {
    config: configOf("order-entry-rt", { requestTimeoutMs: 60_000, resendOrders: true }),
  });
  await gateway.clock.advance(20_000);
  gateway.deaf = true;
  const placing = client.newOrderSingle({ ...fields, ClOrdID: "lost" });
  await gateway.clock.advance(0);
  gateway.lines.at(-1)?.cut();
  gateway.deaf = false;
  await gateway.clock.advance(1_000);
  assertEquals((await placing).report.ExecType, "0");
  assertEquals(gateway.messages.map(({ header }) => header.PossDupFlag), [true]);
  await closed(gateway, client);
});

test("an order of this connection that Kalshi asks for again may still be on its way: nothing is told of it", async () => {
  const gateway = new Gateway("order-entry-rt");
  const client = await connected(gateway);
  const seen = failing(client.newOrderSingle({ ...fields, ClOrdID: "mine" }));
  gateway.says({ MsgType: "2", BeginSeqNo: 2, EndSeqNo: 0 });
  await gateway.clock.advance(0);
  assertEquals(seen.error, undefined);
  gateway.says(reportOf({ ClOrdID: "mine" }));
  await gateway.clock.advance(0);
  assertEquals(seen.error, undefined);
  await closed(gateway, client);
});

test("when numbers begin anew, what waited for an answer under the old ones is unknown", async () => {
  const gateway = new Gateway("order-entry-rt");
  const client = await connected(gateway, {
    config: configOf("order-entry-rt", { requestTimeoutMs: 60_000, onSequenceMismatch: "reset" }),
  });
  const waiting = failing(client.newOrderSingle({ ...fields, ClOrdID: "mine" }));
  await gateway.clock.advance(20_000);
  gateway.store.setIncoming(900);
  await gateway.cut();
  await gateway.clock.advance(2_000);
  assertEquals(client.state.name, "active");
  assertEquals(waiting.error?.outcome, "unknown");
  await closed(gateway, client);
});

test("orders draw on the account's buckets, cancels first, and what waits there can still be left unsent", async () => {
  const gateway = new Gateway();
  const limiter = new RateLimiter({
    read: { tokensPerSecond: 200 },
    write: { tokensPerSecond: 100, capacity: 100 },
    cancelReserve: 0,
    marginMs: 0,
    clock: gateway.clock,
  });
  const calls: LimitedCall[] = [];
  const admit = limiter.tryAdmit.bind(limiter);
  limiter.tryAdmit = (call) => {
    calls.push(call);
    return admit(call);
  };
  gateway.onMessage = (message) => void gateway.says(reportOf(message as unknown as NewOrderSingle));
  const client = await connected(gateway, { limiter });
  const orders = Array.from({ length: 12 }, () => client.newOrderSingle(fields));
  const abort = new AbortController();
  const left = failing(client.newOrderSingle(fields, { signal: abort.signal }));
  await gateway.clock.advance(0);
  assertEquals(gateway.messages.length, 10);
  abort.abort();
  await gateway.clock.advance(0);
  assertEquals([left.error?.code, left.error?.outcome], ["ABORTED", "not-sent"]);
  await gateway.clock.advance(250);
  assertEquals(gateway.messages.length, 12);
  await Promise.all(orders);
  const sharded = client.newOrderSingle({ ...fields, ExDestination: 2 });
  await gateway.clock.advance(0);
  await sharded;
  failing(client.orderCancelRequest({ Symbol: "KX-A", Side: "1", OrigClOrdID: "x" }));
  await gateway.clock.advance(100);
  assertEquals(
    calls.slice(-2).map((
      { method, template, options },
    ) => [method, template.cost, options.params?.exchange_index]),
    [["POST", undefined, 2], ["DELETE", 2, 0]],
  );
  const waiting = failing(client.orderCancelRequest({ Symbol: "KX-A", Side: "1", OrigClOrdID: "y" }));
  assertEquals(waiting.error, undefined);
  await closed(gateway, client);
});

test("a message that is refused for its rate empties the bucket that REST draws on too", async () => {
  const gateway = new Gateway();
  const budget = { tokensPerSecond: 100, capacity: 100 };
  const limiter = new RateLimiter({ read: budget, write: budget, marginMs: 0, clock: gateway.clock });
  gateway.onMessage = ({ header }) =>
    void gateway.says({ MsgType: "j", RefSeqNum: header.MsgSeqNum, BusinessRejectReason: 8 });
  const client = await connected(gateway, { limiter });
  const failed = failing(client.newOrderSingle(fields));
  await gateway.clock.advance(0);
  assert(failed.error instanceof KalshiFixBusinessRejectError);
  const { tokens = NaN, rateLimited } = limiter.stats().write ?? {};
  assertEquals([tokens < 1, rateLimited], [true, 1]);
  await closed(gateway, client);
});

test("no answer comes to a request that was not registered: it is there before a byte goes out", async () => {
  const gateway = new Gateway();
  gateway.onMessage = (message) => void gateway.says(reportOf(message as unknown as NewOrderSingle));
  const client = await connected(gateway);
  for (let k = 0; k < 200; k++) {
    const placing = client.newOrderSingle(fields);
    await placing;
  }
  assertEquals(gateway.messages.length, 200);
  await closed(gateway, client);
});

test("what Kalshi would refuse, or take for something else, is not sent", async () => {
  const gateway = new Gateway();
  const client = await connected(gateway);
  const wrong: [() => unknown, string][] = [
    [() => client.newOrderSingle({ ...fields, Price: "0.56" }), "UseDollars"],
    [() => client.newOrderSingle({ ...fields, price: "56" } as never), "Price"],
    [() => client.newOrderSingle({ ...fields, ClOrdID: "x".repeat(65) }), "ClOrdID"],
    [() => client.newOrderSingle({ ...fields, Side: "buy" }), "Side"],
    [() => client.newOrderSingle(undefined as never), "object"],
    [() => client.orderCancelRequest({ Side: "1", Symbol: "KX-A" } as never), "OrigClOrdID"],
    [() => client.orderGroupRequest({ OrderGroupAction: 3 } as never), "OrderGroupID"],
    [() => client.newOrderSingle(fields, { timeoutMS: 1 } as never), "timeoutMs"],
    [
      () => client.send({ MsgType: "A", EncryptMethod: 0, RawData: new Uint8Array(), DefaultApplVerID: "9" }),
      "Logon",
    ],
    [() => client.send({ MsgType: "NewOrderSingle", extra: [[11, "a"]] }), 'did you mean "D"'],
    [() => client.send({ ...fields, MsgType: "UZZ" }), "unknown MsgType"],
  ];
  for (const [send, word] of wrong) {
    const error = await assertRejects(async () => await send(), KalshiConfigError, word);
    assertEquals(error.outcome, "not-sent");
  }
  await gateway.clock.advance(0);
  assertEquals(gateway.messages.length, 0);
  // What Kalshi's pages do not have goes out as it is.
  client.send({ MsgType: "UZZ", extra: [[9999, "new"]] });
  await gateway.clock.advance(0);
  assertEquals(gateway.messages.map(({ MsgType }) => MsgType), ["UZZ"]);
  await closed(gateway, client);
});
