/** Settlements and past reports through the gateway, put together by the client's own readers. */
import { assert, assertEquals } from "@std/assert";
import { formatMoney } from "../../../../src/base/fixed_point.ts";
import { KalshiClient } from "../../../../src/client.ts";
import type { ExecutionReport, MarketSettlementReport } from "../../../../src/contract/fix/messages.ts";
import { SettlementCollector, type SettlementItem } from "../../../../src/fix/settlements.ts";
import { MemoryFixStore } from "../../../../src/fix/store.ts";
import { LocalExchange, type LocalExchangeOptions } from "../../../../src/local_exchange/mod.ts";
import { createRandom } from "../../../../src/local_exchange/random.ts";
import { ManualClock } from "../../../../src/testing/manual_clock.ts";
import { test } from "../../../support/test.ts";
import { breath, until } from "../../../support/until.ts";
import { plain } from "../../../fix/peer.ts";
import { FixTester, order, type Seen } from "./support/fix_client.ts";

async function setUp(options: LocalExchangeOptions = {}, account: { dropCopy?: boolean } = {}) {
  const clock = new ManualClock(Date.UTC(2026, 10, 29, 17));
  const exchange = LocalExchange.create({ markets: 0, marketMakers: false, fix: true, clock, ...options });
  const runtime = exchange.createRuntime();
  const { auth, id } = await exchange.createAccount(account);
  const ticker = exchange.listMarket({ ticker: "M" });
  const rest = new KalshiClient({ auth, config: exchange.config, runtime, clock });
  const buy = (market: string, count: string) => {
    exchange.placeCounterOrder({ ticker: market, side: "ask", price: "0.3000", count });
    return rest.orders.create({
      ticker: market,
      side: "bid",
      count,
      price: "0.3000",
      time_in_force: "good_till_canceled",
      self_trade_prevention_type: "taker_at_cross",
    });
  };
  return { exchange, clock, runtime, auth, id, ticker, rest, buy };
}

test("what is paid out while nobody listens comes with the next logon of KalshiPT, and adds up to what REST says", async () => {
  const { exchange, clock, runtime, auth, ticker, rest, buy } = await setUp();
  await using _ = exchange;
  const second = exchange.listMarket({ ticker: "N" });
  await buy(ticker, "12.50");
  await buy(second, "3.00");
  const store = new MemoryFixStore();
  const open = () => FixTester.open(exchange, { auth, runtime, store, session: "post-trade" });
  const first = await open();
  exchange.determine(ticker, "yes", { settle: true });
  const [told] = await first.next();
  first.session.logout();
  await first.ended();
  exchange.determine(second, "no", { settle: true });
  const again = await open();
  const [missed] = await again.next();
  const items: SettlementItem[] = [];
  const collector = new SettlementCollector(clock, 1_000, (item) => void items.push(item));
  for (const report of [told, missed]) collector.take(report as unknown as MarketSettlementReport);
  const { items: settled } = await rest.portfolio.settlements.list();
  assertEquals(
    items.map((item) => {
      assert(item.type === "settlement");
      const { Symbol, MarketResult, totals, parties: [party] } = item;
      return [Symbol, MarketResult, formatMoney(totals.payout), totals.fees, party?.LongQty];
    }),
    [["M", "yes", "12.5000", 0, "12.50"], ["N", "no", "0.0000", 0, "3.00"]],
  );
  assertEquals(settled.map(({ ticker, revenue, yes_count_fp }) => [ticker, revenue, yes_count_fp]), [
    ["N", 0, "3.00"],
    ["M", 1_250, "12.50"],
  ]);
});

test("KalshiNR and KalshiRT tell settlements where they ask for them, KalshiPT unless it does not want them", async () => {
  const { exchange, runtime, auth, ticker, buy } = await setUp();
  await using _ = exchange;
  await buy(ticker, "1.00");
  const cases = [
    ["order-entry", { ReceiveSettlementReports: true }, 1],
    ["order-entry", {}, 0],
    ["order-entry-rt", { ReceiveSettlementReports: true }, 1],
    ["post-trade", { ReceiveSettlementReports: false }, 0],
    ["post-trade", {}, 1],
  ] as const;
  const stores = {
    "order-entry": new MemoryFixStore(),
    "order-entry-rt": new MemoryFixStore(),
    "post-trade": new MemoryFixStore(),
  };
  for (const [index, [session, logon, expected]] of cases.entries()) {
    const market = exchange.listMarket({ ticker: `CASE-${index}` });
    await buy(market, "1.00");
    const store = stores[session];
    const fix = await FixTester.open(exchange, { auth, runtime, session, logon, store });
    exchange.determine(market, "yes", { settle: true });
    // What comes after it shows that nothing came before.
    fix.send({ MsgType: "U1", BeginExecID: "1;1" });
    await until(() => fix.types.some((type) => type === "j" || type === "U3"));
    assertEquals(fix.types.filter((type) => type === "UMS").length, expected, `${session} ${index}`);
    fix.session.logout();
    await fix.ended();
  }
});

async function traded() {
  const made = await setUp({}, { dropCopy: true });
  const { exchange, auth, runtime, ticker } = made;
  const fix = await FixTester.open(exchange, { auth, runtime });
  fix.send(order("a", ticker));
  await until(() => fix.messages.at(-1)?.ExecType === "0");
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5500", count: "4" });
  fix.send({ MsgType: "F", ClOrdID: "b", OrigClOrdID: "a", Side: "1", Symbol: ticker });
  await until(() => fix.messages.at(-1)?.ExecType === "4");
  const live = fix.messages.filter(({ ExecID }) => ExecID !== "-1;-1");
  return { ...made, fix, live };
}

/** A report without what is new when it is sent again. */
const body = ({ header: _, ...report }: Seen) => plain(report);

test("the drop copy gives the same reports again, from one ExecID to another, and says how many", async () => {
  const { exchange, auth, runtime, live, fix } = await traded();
  await using _ = exchange;
  const ids = live.map(({ ExecID }) => String(ExecID));
  const [first = "", , last = ""] = ids;
  assertEquals(live.map(({ ExecType }) => ExecType), ["0", "F", "4"]);
  fix.session.logout();
  await fix.ended();
  const copy = await FixTester.open(exchange, { auth, runtime, session: "drop-copy" });
  const all = await copy.ask({ MsgType: "U1", BeginExecID: first }, 4);
  assertEquals(all.slice(0, 3).map(body), live.map(body));
  assertEquals([all[3]?.MsgType, all[3]?.ResendEventCount, all[3]?.RefSeqNum], ["U2", 3, 2]);
  const one = await copy.ask({ MsgType: "U1", BeginExecID: last, EndExecID: last }, 2);
  assertEquals([one[0]?.ExecID, one[1]?.ResendEventCount], [last, 1]);
  copy.session.logout();
  await copy.ended();
  fix.messages.length = 0;
  await fix.logOn();
  const onOrderEntry = await fix.ask({ MsgType: "U1", BeginExecID: first, EndExecID: first }, 2);
  assertEquals(onOrderEntry.map(({ MsgType }) => MsgType), ["8", "U2"]);
  assertEquals((onOrderEntry[0] as unknown as ExecutionReport).ClOrdID, "a");
});

test("whatever happens to orders, a listener hears it once and the drop copy says the same", async () => {
  const { exchange, auth, runtime, id, ticker } = await setUp({}, { dropCopy: true });
  await using _ = exchange;
  const key = async () => (await exchange.createKey(id)).auth;
  const listener = await FixTester.open(exchange, {
    auth: await key(),
    runtime,
    logon: { ListenerSession: true, SkipPendingExecReports: true },
  });
  const fix = await FixTester.open(exchange, { auth, runtime });
  const random = createRandom(11);
  for (let step = 0; step < 300; step++) {
    const price = 45 + random.int(10);
    const name = `order-${step}`;
    const some = `order-${random.int(step + 1)}`;
    const what = random.int(6);
    if (what === 0) {
      exchange.placeCounterOrder({
        ticker,
        side: random.int(2) === 0 ? "bid" : "ask",
        price: `0.${price}00`,
        count: String(1 + random.int(20)),
      });
    } else if (what === 1) {
      fix.send({ MsgType: "F", ClOrdID: name, OrigClOrdID: some, Side: "1", Symbol: ticker });
    } else if (what === 2) {
      const change = { OrigClOrdID: some, Side: "1", OrdType: "2", Symbol: ticker, Price: String(price) };
      fix.send({ MsgType: "G", ClOrdID: name, OrderQty: String(1 + random.int(15)), ...change });
    } else {
      const TimeInForce = ["0", "1", "3", "4"][random.int(4)];
      fix.send(order(name, ticker, { Price: String(price), Side: String(1 + random.int(2)), TimeInForce }));
    }
    if (step % 10 === 0) await breath();
  }
  fix.send(order("the-last", ticker, { Price: "1" }));
  await until(() => listener.messages.at(-1)?.ClOrdID === "the-last");
  const heard = listener.messages.filter(({ ExecType }) => ExecType !== "8");
  const places = heard.map(({ ExecID }) => String(ExecID).split(";").map(Number));
  assertEquals(new Set(places.map(String)).size, heard.length);
  assert(heard.length > 100, `${heard.length}`);

  const copy = await FixTester.open(exchange, { auth: await key(), runtime, session: "drop-copy" });
  const [first] = places.toSorted(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d);
  copy.send({ MsgType: "U1", BeginExecID: first?.join(";") ?? "" });
  await until(() => copy.messages.at(-1)?.MsgType === "U2");
  const done = copy.messages.pop();
  assertEquals(done?.ResendEventCount, copy.messages.length);
  const byId = (reports: readonly Seen[]) =>
    new Map(reports.map((report) => [report.ExecID, body(report)]).sort() as [unknown, unknown][]);
  assertEquals([...byId(copy.messages)], [...byId(heard)]);
});

test("a request is of one exchange index, and reports of the others are not among its answers", async () => {
  const { exchange, auth, runtime, id, rest, ticker: own } = await setUp(
    { markets: 120, shards: true },
    { dropCopy: true },
  );
  await using _ = exchange;
  exchange.deposit(id, "100.00", { exchangeIndex: 2 });
  const tickers = exchange.openTickers();
  const shardOf = async (ticker: string) => (await rest.markets.get(ticker)).exchange_index;
  const bitcoin = tickers.find((ticker) => ticker.startsWith("KXBTC")) ?? "";
  assertEquals([await shardOf(own), await shardOf(bitcoin)], [0, 2]);
  const fix = await FixTester.open(exchange, { auth, runtime, logon: { SkipPendingExecReports: true } });
  for (const [index, ticker] of [own, bitcoin, own, bitcoin, bitcoin].entries()) {
    fix.send(order(`order-${index}`, ticker, { Price: "1" }));
  }
  const reports = await fix.next(5);
  assertEquals(reports.map(({ ExecID }) => String(ExecID).split(";")[2]), [
    undefined,
    "2",
    undefined,
    "2",
    "2",
  ]);
  const ask = async (BeginExecID: unknown) => {
    fix.send({ MsgType: "U1", BeginExecID: String(BeginExecID) });
    await until(() => fix.messages.at(-1)?.MsgType === "U2");
    return fix.messages.splice(0).map(({ ClOrdID, ResendEventCount }) => ClOrdID ?? ResendEventCount);
  };
  assertEquals(await ask(reports[0]?.ExecID), ["order-0", "order-2", 2]);
  assertEquals(await ask(reports[3]?.ExecID), ["order-3", "order-4", 2]);
});

test("the drop copy says why not: not on the list, too old, too new, another index, no ExecID, too often", async () => {
  const { exchange, auth, runtime, clock, live } = await traded();
  await using _ = exchange;
  const copy = await FixTester.open(exchange, { auth, runtime, session: "drop-copy" }).catch(() => undefined);
  assertEquals(copy, undefined, "the key is online");
  const first = String(live[0]?.ExecID);
  const other = await exchange.createAccount({ dropCopy: true });
  const fix = await FixTester.open(exchange, {
    auth: other.auth,
    runtime,
    session: "drop-copy",
    heartbeatSeconds: 300,
  });
  const ask = async (BeginExecID: string, EndExecID?: string) => {
    fix.send({ MsgType: "U1", BeginExecID, EndExecID });
    const before = fix.types.length;
    await until(() => fix.types.length > before);
    return fix.messages.splice(0).map(({ MsgType, EventResendRejectReason, ResendEventCount }) => [
      MsgType,
      EventResendRejectReason ?? ResendEventCount,
    ]);
  };
  assertEquals(await ask(first), [["U2", 0]], "reports of others are not told");
  assertEquals(await ask(first, first), [["U3", 4]]);
  assertEquals(await ask("1;1"), [["U3", 3]]);
  assertEquals([await ask(first, `${first};1`), fix.types.at(-1)], [[], "3"]);
  assertEquals([await ask("no id"), fix.types.at(-1)], [[], "3"]);
  await clock.advance(60_000);
  exchange.clock.advance(3 * 3_600_000);
  assertEquals(await ask(first), [["U3", 3]]);
  const stranger = await exchange.createAccount();
  const unlisted = await FixTester.open(exchange, { auth: stranger.auth, runtime, session: "drop-copy" });
  const [refused] = await unlisted.ask({ MsgType: "U1", BeginExecID: first });
  assertEquals([refused?.MsgType, refused?.EventResendRejectReason, refused?.RefSeqNum], ["U3", 5, 2]);
  const { exchange: busy, auth: hasty, runtime: itsOwn, clock: time } = await setUp(
    { rateLimits: true },
    { dropCopy: true },
  );
  await using __ = busy;
  const asking = await FixTester.open(busy, { auth: hasty, runtime: itsOwn, session: "drop-copy" });
  const again = { MsgType: "U1", BeginExecID: `${time.now()};1` } as const;
  asking.send(again);
  asking.send(again);
  await asking.next(2).then(([answer, tooSoon]) =>
    assertEquals([answer?.MsgType, tooSoon?.EventResendRejectReason], ["U2", 1])
  );
  await time.advance(1_000);
  const [later] = await asking.ask(again);
  assertEquals(later?.MsgType, "U2");
});
