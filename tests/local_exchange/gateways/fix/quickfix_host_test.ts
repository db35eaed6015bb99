/** QuickFIX C++ judges what the exchange sends: every frame of a day at all of its sessions. */
import { detectRuntime } from "#runtime";
import { assertEquals } from "@std/assert";
import { LocalExchange } from "../../../../src/local_exchange/mod.ts";
import { kfixKit, missingForKfix, verdicts } from "../../../fix/kfix.ts";
import { test } from "../../../support/test.ts";
import { until } from "../../../support/until.ts";
import { there } from "../../../../tools/there.ts";
import type { FixProduct, FixSessionKind } from "../../../../src/contract/fix/sessions.ts";
import { FixTester, order } from "./support/fix_client.ts";
import { benches } from "./support/products.ts";

/** Goes through every kind of session; returns what the exchange sent, frame by frame. */
async function day(): Promise<string[]> {
  await using exchange = await LocalExchange.start({ marketMakers: false, fix: true });
  const { id } = await exchange.createAccount({ dropCopy: true });
  const other = await exchange.createAccount();
  const ticker = exchange.listMarket({ ticker: "M" });
  const frames: string[] = [];
  const onFrame = (direction: "in" | "out", frame: Uint8Array) => {
    if (direction === "in") frames.push(new TextDecoder().decode(frame));
  };
  const open = async (session: Parameters<typeof exchange.fixConfig>[0], logon = {}) => {
    const { auth } = session === "rfq" ? other : await exchange.createKey(id);
    return FixTester.open(exchange, { auth, runtime: detectRuntime(), session, logon, more: { onFrame } });
  };
  const data = await open("market-data");
  const trader = await open("order-entry-rt", { UseDollars: true, AlwaysEmitNewBeforeTrade: true });
  const maker = await open("rfq");
  const settlements = await open("post-trade");
  const copy = await open("drop-copy");
  data.send({ MsgType: "e", SubscriptionRequestType: "1", Symbol: ticker });
  await data.ask({ MsgType: "V", SubscriptionRequestType: "1", NoRelatedSym: [{ Symbol: ticker }] });
  await data.ask({ MsgType: "V", SubscriptionRequestType: "7" });
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5500", count: "4" });
  trader.send(order("a", ticker, { Price: "0.55" }));
  trader.send({ MsgType: "F", ClOrdID: "b", OrigClOrdID: "a", Side: "1", Symbol: ticker });
  await until(() => trader.messages.at(-1)?.ExecType === "4");
  const begin = String(trader.messages.find(({ ExecType }) => ExecType === "F")?.ExecID);
  trader.messages.length = 0;
  const [ack] = await trader.ask({
    MsgType: "R",
    QuoteReqID: "request",
    NoRelatedSym: [{ Symbol: ticker, CashOrderQty: "50" }],
  });
  await trader.ask({ MsgType: "R", QuoteReqID: "again", NoRelatedSym: [{ Symbol: ticker, OrderQty: "1" }] });
  const QuoteID = crypto.randomUUID();
  const QuoteReqID = String(ack?.RfqId);
  await maker.ask({ MsgType: "S", QuoteID, QuoteReqID, Symbol: ticker, BidPx: "40", OfferPx: "55" }, 2);
  await trader.next();
  await trader.ask({ MsgType: "UA", QuoteID, Side: "1", ClOrdID: "taken" });
  await maker.next();
  await maker.ask({ MsgType: "U7", QuoteID });
  exchange.clock.advance(15_000);
  const second = exchange.listMarket({ ticker: "N" });
  await trader.next(2);
  const [next] = await trader.ask({
    MsgType: "R",
    QuoteReqID: "b",
    NoRelatedSym: [{ Symbol: second, OrderQty: "5" }],
  });
  const Z = { MsgType: "Z", QuoteID: crypto.randomUUID() } as const;
  maker.send({
    MsgType: "S",
    QuoteID: Z.QuoteID,
    QuoteReqID: String(next?.RfqId),
    Symbol: second,
    BidPx: "9",
  });
  maker.send(Z);
  await maker.next(4);
  await trader.next();
  await trader.ask({ MsgType: "UE", QuoteReqID: "b" });
  copy.send({ MsgType: "U1", BeginExecID: begin });
  copy.send({ MsgType: "U1", BeginExecID: "1;1" });
  await until(() => copy.messages.at(-1)?.MsgType === "U3");
  exchange.determine(ticker, "yes", { settle: true });
  await settlements.next();
  await until(() => data.messages.at(-1)?.SecurityTradingStatus === 101);
  return frames;
}

/** The same at the sessions of perps. */
async function marginDay(): Promise<string[]> {
  const bench = there(benches[1]);
  await using exchange = await LocalExchange.start({ ...bench.exchange, rateLimits: true });
  const { id, auth } = await exchange.createAccount({ ...bench.account, dropCopy: true });
  const ticker = bench.list(exchange, "M");
  const frames: string[] = [];
  const onFrame = (direction: "in" | "out", frame: Uint8Array) => {
    if (direction === "in") frames.push(new TextDecoder().decode(frame));
  };
  const runtime = detectRuntime();
  const open = async (session: FixSessionKind, logon = {}) => {
    const { auth } = await exchange.createKey(id);
    return FixTester.open(exchange, { auth, runtime, product: "margin", session, logon, more: { onFrame } });
  };
  const data = await open("market-data");
  await data.ask({ MsgType: "V", SubscriptionRequestType: "1", NoRelatedSym: [{ Symbol: ticker }] });
  await data.ask({ MsgType: "V", SubscriptionRequestType: "7" });
  const trader = await open("order-entry", { UseDollars: true, EnableIocCancelReport: true });
  const copy = await open("drop-copy");
  const dollars = { Price: "0.5500" };
  bench.counter(exchange, { ticker, side: "ask", price: "0.5500", count: "4" });
  trader.send(order("a", ticker, dollars));
  trader.send({
    MsgType: "G",
    ClOrdID: "b",
    OrigClOrdID: "a",
    OrderQty: "8",
    OrdType: "2",
    Side: "1",
    Symbol: ticker,
    TimeInForce: "6",
    ExpireTime: "20991231-00:00:00.000",
  });
  trader.send({ ...replaceOf("c", "b", ticker), OrderQty: "1" });
  trader.send({ MsgType: "F", ClOrdID: "d", OrigClOrdID: "b", Side: "1", Symbol: ticker });
  trader.send({ MsgType: "F", ClOrdID: "e", OrigClOrdID: "b", Side: "1", Symbol: ticker });
  trader.send(order("ioc", ticker, { ...dollars, TimeInForce: "3", SelfTradePreventionType: 2 }));
  trader.send(order("none", "NOPE", dollars));
  trader.send(order("much", ticker, { ...dollars, OrderQty: "900000" }));
  await until(() => trader.messages.some(({ ClOrdID, ExecType }) => ClOrdID === "much" && ExecType === "8"));
  const begin = String(trader.messages.find(({ ExecType }) => ExecType === "F")?.ExecID);
  exchange.clock.advance(60_000);
  trader.messages.length = 0;
  const [made] = await trader.ask({ MsgType: "UOG", OrderGroupAction: 1, OrderGroupContractsLimit: 100 });
  const OrderGroupID = String(made?.OrderGroupID);
  trader.send(order("grouped", ticker, { ...dollars, SecondaryClOrdID: OrderGroupID }));
  await trader.ask({ MsgType: "UOG", OrderGroupAction: 4, OrderGroupID });
  await trader.ask({ MsgType: "UOG", OrderGroupAction: 3, OrderGroupID });
  trader.send({ MsgType: "UOG", OrderGroupAction: 3, OrderGroupID });
  trader.send({ MsgType: "q", ClOrdID: "all", MassCancelRequestType: "6" });
  // The second one within a second is too much.
  trader.send({ MsgType: "q", ClOrdID: "again", MassCancelRequestType: "6" });
  await until(() => trader.messages.filter(({ MsgType }) => MsgType === "j").length === 2);
  copy.send({ MsgType: "U1", BeginExecID: begin });
  copy.send({ MsgType: "U1", BeginExecID: "1;1" });
  await until(() => copy.messages.at(-1)?.MsgType === "U3");
  const hears = await FixTester.open(exchange, {
    auth,
    runtime,
    product: "margin",
    logon: { ListenerSession: true, SkipPendingExecReports: true },
    more: { onFrame },
  });
  await hears.ask(order("no", ticker, dollars));
  const rt = await open("order-entry-rt", { MessageRetentionPeriod: 24 });
  await rt.ask(order("kept", ticker, dollars), 2);
  return frames;
}

const replaceOf = (ClOrdID: string, OrigClOrdID: string, Symbol: string) =>
  ({ MsgType: "G", ClOrdID, OrigClOrdID, OrderQty: "1", OrdType: "2", Side: "1", Symbol }) as const;

const missing = missingForKfix();

const days: readonly (readonly [FixProduct, () => Promise<string[]>, readonly string[]])[] = [
  ["event", day, [
    "8",
    "AG",
    "AI",
    "R",
    "S",
    "U2",
    "U3",
    "U8",
    "U9",
    "UB",
    "UC",
    "UMS",
    "W",
    "X",
    "Y",
    "b",
    "f",
  ]],
  ["margin", marginDay, ["8", "9", "U2", "U3", "UOH", "W", "X", "Y", "j", "r"]],
];

for (const [product, make, expected] of days) {
  test(
    missing === undefined
      ? `${product}: QuickFIX takes every frame that the exchange sends`
      : `${product}: QuickFIX did not run: ${missing}`,
    { timeoutMs: 300_000 },
    async () => {
      const frames = await make();
      const types = new Set(frames.map((frame) => frame.split("\x0135=")[1]?.split("\x01")[0]));
      assertEquals(expected.filter((type) => !types.has(type)), []);
      if (missing !== undefined) return;
      const judged = verdicts(kfixKit(), frames.map((frame) => new TextEncoder().encode(frame)), product);
      assertEquals(
        judged.flatMap((verdict, index) => verdict === "OK" ? [] : [[verdict, frames[index]]]),
        [],
      );
    },
  );
}
