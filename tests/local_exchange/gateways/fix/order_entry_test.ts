import { assert, assertEquals } from "@std/assert";
import { KalshiClient } from "../../../../src/client.ts";
import type { FixMessage, NewOrderSingle } from "../../../../src/contract/fix/messages.ts";
import type { LogonOptions } from "../../../../src/fix/mod.ts";
import type { Market } from "../../../../src/contract/event/types.ts";
import { LocalExchange, type LocalExchangeOptions } from "../../../../src/local_exchange/mod.ts";
import { ManualClock } from "../../../../src/testing/manual_clock.ts";
import { test } from "../../../support/test.ts";
import { there } from "../../../../tools/there.ts";
import { Session } from "../../support/session.ts";
import { FixTester, line, order } from "./support/fix_client.ts";
import { benches, type FixBench } from "./support/products.ts";

async function setUp(bench: FixBench, logon: LogonOptions = {}, options: LocalExchangeOptions = {}) {
  const { product } = bench;
  const exchange = LocalExchange.create({ ...bench.exchange, ...options });
  const account = await exchange.createAccount(bench.account);
  const ticker = bench.list(exchange, "M");
  const runtime = exchange.createRuntime();
  const { auth } = account;
  const fix = await FixTester.open(exchange, {
    auth,
    runtime,
    product,
    logon: { ...bench.dollars, ...logon },
  });
  const rest = new KalshiClient({ auth, config: exchange.config, runtime });
  const session = new Session(exchange, auth);
  const counter = (side: "bid" | "ask", price: string, count: string) =>
    bench.counter(exchange, { ticker, side, price, count });
  return { exchange, account, auth, ticker, runtime, fix, rest, session, counter };
}

/** Event contracts in cents. */
const inCents: FixBench = { ...there(benches[0]), dollars: {} };

/** An order of ten contracts at 0.55 dollars. */
const priced = (ClOrdID: string, Symbol: string, more: Partial<NewOrderSingle> = {}): NewOrderSingle =>
  order(ClOrdID, Symbol, { Price: "0.55", ...more });

const quiet: LogonOptions = { SkipPendingExecReports: true };
const M = "M";
const cancel = (ClOrdID: string, OrigClOrdID: string, more: object = {}): FixMessage => ({
  MsgType: "F",
  ClOrdID,
  OrigClOrdID,
  Side: "1",
  Symbol: M,
  ...more,
});
const replace = (ClOrdID: string, OrigClOrdID: string, OrderQty: string, more: object = {}): FixMessage => ({
  MsgType: "G",
  ClOrdID,
  OrigClOrdID,
  OrderQty,
  OrdType: "2",
  Side: "1",
  Symbol: M,
  ...more,
});

for (const bench of benches) {
  test(`${bench.product}: an order rests, trades and is filled; one that trades at once is told as a trade`, async () => {
    const { exchange, fix, counter } = await setUp(bench);
    await using _ = exchange;
    fix.send(priced("a", M));
    assertEquals(await fix.lines(2), ["AA a 10/0/10", "00 a 10/0/10"]);
    counter("ask", "0.5500", "4");
    assertEquals(await fix.lines(1), ["F1 a 10/4/6"]);
    counter("ask", "0.5500", "6");
    assertEquals(await fix.lines(1), ["F2 a 10/10/0"]);
    counter("ask", "0.5000", "3");
    fix.send(priced("b", M));
    assertEquals(await fix.lines(2), ["AA b 10/0/10", "F1 b 10/3/7"]);
  });

  test(`${bench.product}: prices are dollars with four decimals for who asked for dollars`, async () => {
    const { exchange, fix, counter } = await setUp(bench, { ...quiet, UseDollars: true });
    await using _ = exchange;
    counter("ask", "0.5000", "10");
    fix.send(priced("a", M, { Price: "0.55" }));
    const [trade] = await fix.next();
    assertEquals([trade?.Price, trade?.LastPx, trade?.AvgPx], ["0.5500", "0.5000", "0.5000"]);
  });

  test(`${bench.product}: an order is canceled by FIX, and by others`, async () => {
    const { exchange, fix, session } = await setUp(bench);
    await using _ = exchange;
    fix.send(priced("a", M));
    await fix.next(2);
    fix.send(cancel("b", "a"));
    assertEquals(await fix.lines(2), ["66 b<a 10/0/10", "44 b<a 0/0/0"]);
    fix.send(priced("c", M));
    const [, rested] = await fix.next(2);
    await bench.rest.cancel(session, String(rested?.OrderID));
    assertEquals(await fix.lines(1), ["44 c<c 0/0/0"]);
  });

  test(`${bench.product}: OrderQty stays what was asked for, where that was asked for`, async () => {
    const { exchange, fix, counter } = await setUp(bench, { ...quiet, PreserveOriginalOrderQty: true });
    await using _ = exchange;
    fix.send(priced("a", M));
    await fix.next();
    counter("ask", "0.5500", "4");
    fix.send(cancel("b", "a"));
    assertEquals(await fix.lines(2), ["F1 a 10/4/6", "44 b<a 10/4/0"]);
  });

  test(`${bench.product}: what an IOC does not get is canceled: told when nothing was filled, else for who asked`, async () => {
    for (const asked of [false, true]) {
      const { exchange, fix, counter } = await setUp(bench, { ...quiet, EnableIocCancelReport: asked });
      await using _ = exchange;
      fix.send(priced("a", M, { TimeInForce: "3" }));
      assertEquals(await fix.lines(1), ["44 a<a 0/0/0 IMMEDIATE_OR_CANCELLED"]);
      counter("ask", "0.5400", "3");
      counter("ask", "0.5500", "1");
      fix.send(priced("b", M, { TimeInForce: "3" }));
      fix.send(priced("c", M, { TimeInForce: "1", Price: "0.10" }));
      const seen = asked
        ? ["F1 b 10/3/7", "F1 b 10/4/6", "44 b<b 4/4/0 IMMEDIATE_OR_CANCELLED"]
        : ["F1 b 10/3/7", "F1 b 4/4/0"];
      assertEquals(await fix.lines(seen.length + 1), [...seen, "00 c 10/0/10"]);
    }
  });

  test(`${bench.product}: what Kalshi takes and cancels is canceled, not refused`, async () => {
    const { exchange, fix, counter } = await setUp(bench, quiet);
    await using _ = exchange;
    counter("ask", "0.5500", "3");
    fix.send(priced("fok", M, { TimeInForce: "4" }));
    assertEquals(await fix.lines(1), ["44 fok<fok 0/0/0 FOK_INSUFFICIENT_VOLUME"]);
    fix.send(priced("post", M, { ExecInst: "6" }));
    assertEquals(await fix.lines(1), ["44 post<post 0/0/0 POST_ONLY_CROSS"]);
    fix.send(priced("own", M, { Price: "0.50" }));
    fix.send(priced("cross", M, { Side: "2", Price: "0.50" }));
    assertEquals(await fix.lines(2), ["00 own 10/0/10", "44 cross<cross 0/0/0 SELF_CROSS_ATTEMPT"]);
    fix.send(priced("taker", M, { Side: "2", Price: "0.50", SelfTradePreventionType: 1 }));
    assertEquals(await fix.lines(1), ["44 taker<taker 0/0/0 TAKER_CANCEL_FOR_SELF_TRADE_PREVENTION"]);
    fix.send(priced("maker", M, { Side: "2", Price: "0.50", SelfTradePreventionType: 2 }));
    assertEquals(await fix.lines(2), [
      "44 own<own 0/0/0 MAKER_CANCEL_FOR_SELF_TRADE_PREVENTION",
      "00 maker 10/0/10",
    ]);
    counter("bid", "0.2000", "3");
    fix.send(priced("long", M, { OrderQty: "2", TimeInForce: "3" }));
    assertEquals(await fix.lines(1), ["44 long<long 0/0/0 SELF_CROSS_ATTEMPT"]);
  });

  test(`${bench.product}: an order that only reduces is cut to the position, and the rest canceled`, async () => {
    const { exchange, fix, counter } = await setUp(bench, quiet);
    await using _ = exchange;
    counter("ask", "0.5500", "2");
    fix.send(priced("open", M, { OrderQty: "2" }));
    await fix.next();
    counter("bid", "0.5000", "9");
    fix.send(priced("less", M, { Side: "2", Price: "0.50", OrderQty: "5", TimeInForce: "3", ExecInst: "E" }));
    assertEquals(await fix.lines(2), ["F1 less 2/2/0", "44 less<less 2/2/0 REDUCE_ONLY"]);
    fix.send(priced("gtc", M, { Side: "2", Price: "0.50", ExecInst: "E" }));
    assertEquals(await fix.lines(1), ["88 gtc 10/0/0 INVALID_ORDER"]);
  });

  test(`${bench.product}: an order is replaced: size, price, deadline; it may trade then`, async () => {
    const { exchange, fix, counter } = await setUp(bench);
    await using _ = exchange;
    fix.send(priced("a", M));
    await fix.next(2);
    fix.send(replace("b", "a", "8"));
    const [pending, replaced] = await fix.next(2);
    assertEquals([pending, replaced].map((report) => report && line(report)), [
      "EE b<a 10/0/10",
      "55 b<a 8/0/8",
    ]);
    assertEquals([pending?.ExecID, replaced?.TimeInForce, replaced?.ExpireTime], ["-1;-1", "1", undefined]);
    counter("ask", "0.6000", "5");
    fix.send(replace("c", "b", "8", { Price: "0.60" }));
    assertEquals(await fix.lines(3), ["EE c<b 8/0/8", "55 c<b 8/0/8", "F1 c 8/5/3"]);
    fix.send(replace("d", "c", "8", { TimeInForce: "0" }));
    const [, day] = await fix.next(2);
    assertEquals(day?.TimeInForce, "6");
    assert(/^\d{8}-0[34]:59:59\.999$/.test(String(day?.ExpireTime)));
    fix.send(replace("e", "d", "5"));
    assertEquals(await fix.lines(2), ["EE e<d 8/5/3", "44 e<d 5/5/0"]);
  });

  test(`${bench.product}: a replace or a cancel that cannot be is refused with its text`, async () => {
    const { exchange, fix, counter } = await setUp(bench, quiet);
    await using _ = exchange;
    fix.send(priced("a", M));
    await fix.next();
    counter("ask", "0.5500", "4");
    await fix.next();
    const asks: [FixMessage, string, number, string][] = [
      [replace("x", "a", "3"), "INVALID_AMEND_QTY_FOR_ORDER", 2, "1"],
      [replace("x", "a", "10", { Side: "2" }), "ORDER_ATTRIBUTES_MISMATCH", 1, "1"],
      [replace("x", "a", "10", { ExpireTime: "20990101-00:00:00" }), "INVALID_ORDER", 99, "1"],
      [replace("x", "a", "10", { TimeInForce: "6" }), "INVALID_ORDER", 99, "1"],
      [cancel("x", "nobody"), "ORDER_NOT_FOUND", 1, "8"],
      [cancel("x", "a", { OrderID: "another" }), "ORDER_ATTRIBUTES_MISMATCH", 1, "1"],
      [cancel("x", "a", { AllocAccount: 1 }), "ORDER_ATTRIBUTES_MISMATCH", 1, "1"],
    ];
    // Of perps it is told as another reason than the pages list.
    const numberOf = (reason: number) => bench.product === "margin" && reason === 2 ? 99 : reason;
    for (const [message, text, reason, status] of asks) {
      const [refusal] = await fix.ask(message);
      assertEquals(
        [
          refusal?.MsgType,
          refusal?.Text,
          refusal?.CxlRejReason,
          refusal?.OrdStatus,
          refusal?.CxlRejResponseTo,
        ],
        ["9", text, numberOf(reason), status, message.MsgType === "F" ? "1" : "2"],
      );
    }
    counter("ask", "0.5500", "6");
    await fix.next();
    const [filled] = await fix.ask(cancel("x", "a"));
    assertEquals([filled?.Text, filled?.OrdStatus], ["CANNOT_UPDATE_FILLED_ORDER", "2"]);
  });

  test(`${bench.product}: an order that cannot be is refused with its text and its reason`, async () => {
    const { exchange, fix } = await setUp(bench, quiet);
    await using _ = exchange;
    fix.send(priced("a", M));
    await fix.next();
    const asks: [FixMessage, string, number][] = [
      [priced("a", M), "ORDER_ALREADY_EXISTS", 6],
      [priced("b", "NONE"), "MARKET_NOT_FOUND", 1],
      [priced("b", M, { OrderQty: "100000" }), "INSUFFICIENT_BALANCE", 3],
      [priced("b", M, { OrderQty: "0" }), "INVALID_ORDER_SIZE", 13],
      [priced("b", M, { Price: "0.00" }), "INVALID_PRICE", 99],
      [priced("b", M, { AllocAccount: 5 }), "CUSTOMER_ACCOUNT_NOT_FOUND", 15],
      [priced("b", M, { TimeInForce: "6" }), "INVALID_ORDER", 11],
      [priced("b", M, { SecondaryClOrdID: crypto.randomUUID() }), "ORDER_GROUP_NOT_FOUND", 11],
    ];
    const onlyThere: [FixMessage, string, number][] = bench.product === "event"
      ? [
        [priced("b", M, { ExDestination: 2 }), "MARKET_NOT_FOUND", 1],
        [priced("b", M, { QuoteID: crypto.randomUUID() }), "EXPIRED", 8],
      ]
      : [
        [priced("b", M, { OrderQty: "2.50" }), "INVALID_ORDER_SIZE", 13],
        [priced("b", M, { Price: "0.55001" }), "INVALID_PRICE", 99],
        [priced("b", M, { TimeInForce: "1", ExecInst: "E" }), "INVALID_ORDER", 11],
      ];
    asks.push(...onlyThere);
    for (const [message, text, reason] of asks) {
      const [refusal] = await fix.ask(message);
      assertEquals([refusal?.ExecType, refusal?.Text, refusal?.OrdRejReason], ["8", text, reason]);
    }
    bench.pause(exchange, "trading");
    assertEquals(await fix.ask(priced("c", M)).then(([refusal]) => refusal?.Text), "TRADING_PAUSED");
  });

  test(`${bench.product}: the ClOrdID of an order that is over can be used again`, async () => {
    const { exchange, fix } = await setUp(bench, quiet);
    await using _ = exchange;
    fix.send(priced("a", M));
    fix.send(cancel("b", "a"));
    fix.send(priced("a", M));
    assertEquals(await fix.lines(3), ["00 a 10/0/10", "44 b<a 0/0/0", "00 a 10/0/10"]);
  });

  test(`${bench.product}: a deadline ends an order: canceled, or expired for who asked for that`, async () => {
    for (const asked of [false, true]) {
      const { exchange, fix } = await setUp(bench, { ...quiet, UseExpiredOrdStatus: asked });
      await using _ = exchange;
      fix.send(priced("day", M, { TimeInForce: "0" }));
      const [rested] = await fix.next();
      assert(/-0[34]:59:59\.999$/.test(String(rested?.ExpireTime)));
      exchange.clock.advance(86_400_000);
      assertEquals(await fix.lines(1), [`${asked ? "CC" : "44"} day<day 0/0/0`]);
      fix.send(priced("past", M, { TimeInForce: "6", ExpireTime: "20200101-00:00:00.000" }));
      assertEquals(await fix.lines(1), ["44 past<past 0/0/0 IMMEDIATE_OR_CANCELLED"]);
    }
  });

  test(`${bench.product}: order groups: made, used by both tags, triggered, reset, changed, deleted`, async () => {
    const { exchange, fix } = await setUp(bench, quiet);
    await using _ = exchange;
    const [made] = await fix.ask({ MsgType: "UOG", OrderGroupAction: 1, OrderGroupContractsLimit: 100 });
    const OrderGroupID = String(made?.OrderGroupID);
    // Of perps the answer repeats nothing.
    const limit = bench.product === "event" ? 100 : undefined;
    assertEquals([made?.MsgType, made?.OrderGroupContractsLimit], ["UOH", limit]);
    fix.send(priced("a", M, { SecondaryClOrdID: OrderGroupID }));
    fix.send(priced("b", M, { extra: [[20_130, OrderGroupID]] }));
    await fix.next(2);
    fix.send({ MsgType: "UOG", OrderGroupAction: 4, OrderGroupID });
    assertEquals(await fix.lines(3), [
      "44 a<a 0/0/0 ORDER_GROUP_CANCEL",
      "44 b<b 0/0/0 ORDER_GROUP_CANCEL",
      `UOH ${OrderGroupID}`,
    ]);
    const [full] = await fix.ask(priced("c", M, { SecondaryClOrdID: OrderGroupID }));
    assertEquals([full?.Text, full?.OrdRejReason], ["EXCEEDED_ORDER_GROUP_RISK_LIMIT", 3]);
    for (const OrderGroupAction of [2, 3]) {
      const [answer] = await fix.ask({ MsgType: "UOG", OrderGroupAction, OrderGroupID });
      assertEquals([answer?.MsgType, answer?.OrderGroupContractsLimit], ["UOH", undefined]);
    }
    const [gone] = await fix.ask({ MsgType: "UOG", OrderGroupAction: 2, OrderGroupID });
    assertEquals([gone?.MsgType, gone?.Text, gone?.BusinessRejectReason], ["j", "ORDER_GROUP_NOT_FOUND", 1]);
    fix.send({ MsgType: "UOG", OrderGroupAction: 2, OrderGroupID: "no-uuid" });
    await fix.ask({ MsgType: "UOG", OrderGroupAction: 1, OrderGroupContractsLimit: 7 });
    const rejects = fix.events.flatMap((event) => event.type === "rejected" ? [event.reject] : []);
    assertEquals(rejects.map(({ RefTagID, SessionRejectReason }) => [RefTagID, SessionRejectReason]), [[
      20_130,
      5,
    ]]);
  });

  test(`${bench.product}: a mass cancel is answered first, then a report comes for each order of the session`, async () => {
    const { exchange, fix, session } = await setUp(bench, quiet);
    await using _ = exchange;
    fix.send(priced("a", M));
    fix.send(priced("b", M));
    await fix.next(2);
    await bench.rest.place(session, { ticker: M, count: "1.00", price: "0.5000" });
    fix.send({ MsgType: "q", ClOrdID: "all", MassCancelRequestType: "6" });
    assertEquals(await fix.lines(3), ["r all", "44 a<a 0/0/0", "44 b<b 0/0/0"]);
    const left = (await bench.rest.orders(session)).filter(({ rests }) => rests);
    assertEquals(left.length, 1);
  });
}

test("New comes before a Trade for who asked for it", async () => {
  const { exchange, fix, counter } = await setUp(inCents, { ...quiet, AlwaysEmitNewBeforeTrade: true });
  await using _ = exchange;
  counter("ask", "0.5000", "3");
  fix.send(order("b", M));
  assertEquals(await fix.lines(2), ["00 b 10/0/10", "F1 b 10/3/7"]);
});

test("a trade says all that it did, whatever the side: the price is that of YES", async () => {
  const { exchange, fix, counter } = await setUp(inCents, { ...quiet, SplitCollateralReturn: true });
  await using _ = exchange;
  counter("bid", "0.6000", "5");
  fix.send(order("a", M, { Side: "2", Price: "55.9", OrderQty: "5" }));
  const [trade] = await fix.next();
  assert(trade !== undefined);
  const { ExecID, OrderID, TrdMatchID, TransactTime, header: _header, ...rest } = trade;
  assertEquals(JSON.parse(JSON.stringify(rest)), {
    MsgType: "8",
    AvgPx: "60",
    ClOrdID: "a",
    CumQty: "5.00",
    LastPx: "60",
    LastQty: "5.00",
    OrderQty: "5.00",
    OrdStatus: "2",
    Price: "55",
    Side: "2",
    Symbol: "M",
    ExecType: "F",
    LeavesQty: "0.00",
    LongQty: "0.00",
    ShortQty: "5.00",
    NoMiscFees: [{ MiscFeeAmt: "0.084000", MiscFeeCurr: "USD", MiscFeeType: "4", MiscFeeBasis: 0 }],
    AggressorIndicator: true,
    NoCollateralAmountChanges: [{
      CollateralAmountChange: "-2.084000",
      CollateralAmountType: "BALANCE",
    }],
    SingleMarketCollateralReturn: "0.000000",
    RangedMarketCollateralReturn: "0.000000",
    ClearingBusinessDate: businessDay(String(TransactTime)),
  });
  assert(/^\d{13};\d+$/.test(String(ExecID)));
  assert(OrderID !== undefined && TrdMatchID !== undefined);
});

test("a trade of perps says what it paid, in dollars, with the day of clearing that ends at 16:00 in New York", async () => {
  const perps = there(benches[1]);
  for (
    const [at, day] of [
      [Date.UTC(2026, 10, 27, 20, 59), "20261127"],
      [Date.UTC(2026, 10, 27, 21), "20261128"],
      [Date.UTC(2026, 10, 28, 4, 59), "20261128"],
    ] as const
  ) {
    const clock = new ManualClock(at);
    const { exchange, fix, counter } = await setUp(perps, quiet, { clock });
    await using _ = exchange;
    counter("bid", "0.6000", "5");
    fix.send(priced("a", M, { Side: "2", OrderQty: "5" }));
    const [trade] = await fix.next();
    assert(trade !== undefined);
    const { ExecID, OrderID, TrdMatchID, TransactTime, header: _header, ...rest } = trade;
    assertEquals(JSON.parse(JSON.stringify(rest)), {
      MsgType: "8",
      AvgPx: "0.6000",
      ClOrdID: "a",
      CumQty: "5.00",
      LastPx: "0.6000",
      LastQty: "5.00",
      OrderQty: "5.00",
      OrdStatus: "2",
      Price: "0.5500",
      Side: "2",
      Symbol: "M",
      ExecType: "F",
      LeavesQty: "0.00",
      LongQty: "0.00",
      ShortQty: "5.00",
      // 0.05 % of three dollars, and no cent of what was sold: that is paid when it is bought back.
      NoMiscFees: [{ MiscFeeAmt: "0.001500", MiscFeeCurr: "USD", MiscFeeType: "4", MiscFeeBasis: 0 }],
      AggressorIndicator: true,
      NoCollateralAmountChanges: [{
        CollateralAmountChange: "-0.001500",
        CollateralAmountType: "BALANCE",
      }],
      ClearingBusinessDate: day,
    });
    assert(ExecID !== undefined && OrderID !== undefined && TrdMatchID !== undefined);
    assertEquals(
      String(TransactTime).slice(0, 8),
      new Date(at).toISOString().slice(0, 10).replaceAll("-", ""),
    );
  }
});

test("reports of perps have their time, those of what is under way as well; the index of a message is ignored", async () => {
  const { exchange, fix } = await setUp(there(benches[1]));
  await using _ = exchange;
  fix.send(priced("a", M, { ExDestination: 7 }));
  fix.send(replace("b", "a", "8", { ExDestination: 7 }));
  fix.send(cancel("c", "b", { ExDestination: 7 }));
  const reports = await fix.next(6);
  assertEquals(reports.map(({ ExecType }) => ExecType), ["A", "0", "E", "5", "6", "4"]);
  for (const { TransactTime } of reports) assert(/^\d{8}-/.test(String(TransactTime)));
});

test("what only event contracts have is no part of a message of perps", async () => {
  const { exchange, fix } = await setUp(there(benches[1]), quiet);
  await using _ = exchange;
  const QuoteID = crypto.randomUUID();
  fix.send(priced("a", M, { QuoteID }));
  fix.send(priced("a", M, { MaxExecutionCost: "5" }));
  fix.send({ MsgType: "UOG", OrderGroupAction: 1, OrderGroupContractsLimit: 1, AllocAccount: 0 });
  fix.send({ MsgType: "e", SubscriptionRequestType: "1", Symbol: M });
  fix.send({ MsgType: "UA", QuoteID, Side: "1" });
  fix.send(priced("b", M));
  assertEquals(await fix.lines(1), ["00 b 10/0/10"]);
  const rejects = fix.events.flatMap((event) => event.type === "rejected" ? [event.reject] : []);
  assertEquals(
    rejects.map((
      { RefMsgType, RefTagID, SessionRejectReason },
    ) => [RefMsgType, RefTagID, SessionRejectReason]),
    [["D", 117, 2], ["D", 21_009, 2], ["UOG", 79, 2], ["e", undefined, 11], ["UA", undefined, 11]],
  );
});

/** The day in New York, where this test does not run near midnight in either. */
function businessDay(time: string): string {
  const iso = `${time.slice(0, 4)}-${time.slice(4, 6)}-${time.slice(6, 8)}T${time.slice(9)}Z`;
  return new Date(iso).toLocaleDateString("en-CA", { timeZone: "America/New_York" }).replaceAll("-", "");
}

test("over the rate limit orders are refused, and the budget is the one of REST", async () => {
  const { exchange, account, fix } = await setUp(inCents, quiet, { rateLimits: true });
  await using _ = exchange;
  for (let n = 0; n < 12; n++) fix.send(order(`o${n}`, M, { OrderQty: "1" }));
  const lines = await fix.lines(12);
  assertEquals(lines.filter((text) => text.startsWith("00")).length, 10);
  assertEquals(lines.at(-1), "j rate limit exceeded");
  assert((exchange.rateTokens(account.id).write ?? 100) < 10);
});

test("subaccounts and shards: named, checked, and told", async () => {
  const { exchange, account, fix, rest, runtime } = await setUp(inCents, quiet, {
    shards: true,
    markets: 240,
  });
  await using _ = exchange;
  await rest.subaccounts.create();
  exchange.deposit(account.id, "100.00", { subaccount: 1 });
  const [own] = await fix.ask(order("sub", M, { AllocAccount: 1 }));
  assertEquals([own?.ExecType, own?.AllocAccount], ["0", 1]);
  const { auth } = await exchange.createKey(account.id, { subaccount: 1 });
  await using bound = await FixTester.open(exchange, { auth, runtime, logon: quiet });
  const [elsewhere] = await bound.ask(order("x", M, { AllocAccount: 0 }));
  assertEquals([elsewhere?.Text, elsewhere?.OrdRejReason], ["PERMISSION_DENIED_FOR_CUSTOMER_ACCOUNT", 15]);
  const [inside] = await bound.ask(order("x", M));
  assertEquals(inside?.AllocAccount, 1);

  let crypto: Market | undefined;
  for await (const market of rest.markets.listAll({ status: "open" })) {
    if (market.exchange_index === 2) crypto ??= market;
  }
  assert(crypto !== undefined);
  exchange.deposit(account.id, "100.00", { exchangeIndex: 2 });
  const [far] = await fix.ask(order("far", crypto.ticker, { ExDestination: 2, Price: "1", OrderQty: "1" }));
  assertEquals([far?.ExecType, String(far?.ExecID).split(";")[2]], ["0", "2"]);
});

test("an FCM's orders say for whom they are and who entered them", async () => {
  const { exchange, fix, rest } = await setUp(inCents, quiet);
  await using _ = exchange;
  const id = await rest.fcm.subtraders.create({ subtrader_suffix: "One" });
  const parties = { NoPartyIDs: [{ PartyID: id, PartyRole: 24 }] };
  const [mine] = await fix.ask(order("a", M, { ...parties, SenderSubID: "ann" }));
  const roles = (message: typeof mine) =>
    (message?.NoPartyIDs as { PartyID: string; PartyRole: number }[]).map((party) => [
      party.PartyID,
      party.PartyRole,
    ]);
  assertEquals(roles(mine), [[id, 24], ["ann", 12]]);
  const [gone] = await fix.ask(cancel("b", "a", { SenderSubID: "bob" }));
  assertEquals(roles(gone), [[id, 24], ["bob", 12]]);
  const [nobody] = await fix.ask(order("c", M, { NoPartyIDs: [{ PartyID: "x", PartyRole: 24 }] }));
  assertEquals([nobody?.Text, nobody?.OrdRejReason], ["CUSTOMER_ACCOUNT_NOT_FOUND", 15]);
});

test("each message costs what its call of REST costs", async () => {
  const { exchange, account, fix } = await setUp(inCents, quiet, {
    rateLimits: true,
    clock: new ManualClock(),
  });
  await using _ = exchange;
  exchange.setUsageTier(account.id, "prime");
  const left = () => exchange.rateTokens(account.id);
  const full = 14_400;
  const [made] = await fix.ask({ MsgType: "UOG", OrderGroupAction: 1, OrderGroupContractsLimit: 9 });
  assertEquals(left().write, full - 10);
  await fix.ask(order("a", M));
  assertEquals(left().write, full - 20);
  await fix.ask(replace("b", "a", "9"));
  assertEquals(left().write, full - 30);
  await fix.ask(cancel("c", "b"));
  assertEquals(left().write, full - 32);
  await fix.ask({ MsgType: "UOG", OrderGroupAction: 3, OrderGroupID: String(made?.OrderGroupID) });
  assertEquals(left().write, full - 42);
  await fix.ask({ MsgType: "q", ClOrdID: "all", MassCancelRequestType: "6" });
  assertEquals(left().write, full - 44);
  const [often] = await fix.ask({ MsgType: "q", ClOrdID: "all", MassCancelRequestType: "6" });
  assertEquals([often?.MsgType, often?.BusinessRejectReason, often?.Text], ["j", 8, "rate limit exceeded"]);
  await fix.ask(order("far", M, { ExDestination: 2 }));
  assertEquals([left().write, left()["write:2"]], [full - 44, full - 10]);
  fix.session.logout();
  await fix.ended();
});
