/** KalshiMD through the gateway: read by the client's own books, beside what REST says. */
import { assertEquals } from "@std/assert";
import { type FixBookMessage, readFixBooks } from "../../../../src/books/decoders/fix.ts";
import { MarketBook } from "../../../../src/books/market_book.ts";
import { LocalExchange } from "../../../../src/local_exchange/mod.ts";
import { ManualClock } from "../../../../src/testing/manual_clock.ts";
import { test } from "../../../support/test.ts";
import { until } from "../../../support/until.ts";
import { orderBody, Session } from "../../support/session.ts";
import { FixTester, type Seen } from "./support/fix_client.ts";

async function setUp() {
  const exchange = LocalExchange.create({ marketMakers: false, fix: true, clock: new ManualClock() });
  const { auth } = await exchange.createAccount();
  const ticker = exchange.listMarket({ ticker: "M" });
  const runtime = exchange.createRuntime();
  const fix = await FixTester.open(exchange, { auth, runtime, session: "market-data" });
  return { exchange, fix, ticker, rest: new Session(exchange, auth), auth, runtime };
}

test("a book from W and X is the one that REST shows, with trades and one's own orders named", async () => {
  const { exchange, fix, ticker, rest } = await setUp();
  await using _ = exchange;
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.4000", count: "10" });
  fix.send({ MsgType: "V", SubscriptionRequestType: "1", NoRelatedSym: [{ Symbol: ticker }] });
  const [whole] = await fix.next();
  await rest.post(
    "/portfolio/events/orders",
    orderBody({ ticker, price: "0.4500", client_order_id: "mine" }),
  );
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.4500", count: "4" });
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.6000", count: "2.50" });
  const updates = await fix.next(4);
  const book = new MarketBook(ticker);
  const trades: unknown[] = [];
  for (const message of [whole, ...updates]) {
    const read = readFixBooks(message as unknown as FixBookMessage, "event");
    for (const update of read.updates) book.feed(update);
    trades.push(...read.trades);
  }
  const { value: { orderbook_fp } } = await rest.get(`/markets/${ticker}/orderbook`);
  assertEquals(orderbook_fp, {
    yes_dollars: [["0.4000", "10.00"], ["0.4500", "6.00"]],
    no_dollars: [["0.4000", "2.50"]],
  });
  const { bids, asks } = book.lastKnown.depth();
  assertEquals([book.state, bids, asks], [
    "live",
    [{ price: 4_500, size: 600 }, { price: 4_000, size: 1_000 }],
    [{ price: 6_000, size: 250 }],
  ]);
  const { value: { trades: [printed] } } = await rest.get("/markets/trades");
  assertEquals(
    trades.map((trade) => {
      const { TradeID, MDEntryPx, MDEntrySize, AggressorSide } = trade as Seen;
      return { TradeID, MDEntryPx, MDEntrySize, AggressorSide };
    }),
    [{ TradeID: printed.trade_id, MDEntryPx: "0.4500", MDEntrySize: "4.00", AggressorSide: "2" }],
  );
  const own = updates.map(({ NoMDEntries }) => (NoMDEntries as { ClOrdID?: string }[])[0]?.ClOrdID);
  assertEquals(own, ["mine", undefined, "mine", undefined]);
});

test("what the gateway does not do is said in the words of market data, not by a Reject", async () => {
  const { exchange, fix, ticker } = await setUp();
  await using _ = exchange;
  const [unsupported] = await fix.ask({
    MsgType: "V",
    SubscriptionRequestType: "7",
    NoRelatedSym: [{ Symbol: ticker }],
  });
  assertEquals([unsupported?.MsgType, unsupported?.MDReqRejReason], ["Y", "4"]);
  const NoRelatedSym = Array.from({ length: 1_001 }, (_, index) => ({ Symbol: `S${index}` }));
  const [tooMany] = await fix.ask({ MsgType: "V", SubscriptionRequestType: "1", NoRelatedSym });
  assertEquals([tooMany?.MsgType, tooMany?.MDReqRejReason], ["Y", "2"]);
  const [unknown] = await fix.ask({
    MsgType: "V",
    SubscriptionRequestType: "0",
    NoRelatedSym: [{ Symbol: "NOBODY" }],
  });
  assertEquals([unknown?.MsgType, unknown?.Symbol, unknown?.NoMDEntries], ["W", "NOBODY", []]);
  const [nothing] = await fix.ask({ MsgType: "V", SubscriptionRequestType: "1" });
  assertEquals([nothing?.MsgType, nothing?.BusinessRejectReason, nothing?.RefMsgType], ["j", 5, "V"]);
  const [stranger] = await fix.ask({ MsgType: "e", SubscriptionRequestType: "1", Symbol: "NOBODY" });
  assertEquals([stranger?.MsgType, stranger?.BusinessRejectReason, stranger?.BusinessRejectRefID], [
    "j",
    2,
    "NOBODY",
  ]);
  fix.send({ MsgType: "e", SubscriptionRequestType: "0", Symbol: ticker });
  await until(() => fix.types.at(-1) === "3");
  const [order] = await fix.ask({
    MsgType: "D",
    ClOrdID: "a",
    OrderQty: "1",
    OrdType: "2",
    Price: "50",
    Side: "1",
    Symbol: ticker,
  });
  assertEquals([order?.MsgType, order?.BusinessRejectReason], ["j", 3]);
});

test("a market's life is told as it happens; a new connection follows nothing of the old one", async () => {
  const { exchange, fix, ticker, auth, runtime } = await setUp();
  await using _ = exchange;
  fix.send({ MsgType: "e", SubscriptionRequestType: "1", Symbol: ticker });
  fix.send({ MsgType: "V", SubscriptionRequestType: "1", NoRelatedSym: [{ Symbol: ticker }] });
  await fix.next();
  exchange.setMarketActive(ticker, false);
  exchange.setMarketActive(ticker, true);
  exchange.determine(ticker, "yes", { settle: true });
  const told = await fix.next(4);
  assertEquals(told.map(({ Symbol, SecurityTradingStatus }) => [Symbol, SecurityTradingStatus]), [
    [ticker, 2],
    [ticker, 3],
    [ticker, 100],
    [ticker, 101],
  ]);
  const other = exchange.listMarket({ ticker: "N" });
  fix.send({ MsgType: "V", SubscriptionRequestType: "1", NoRelatedSym: [{ Symbol: other }] });
  await fix.next();
  fix.session.logout();
  await fix.ended();
  const again = await FixTester.open(exchange, { auth, runtime, session: "market-data" });
  exchange.placeCounterOrder({ ticker: other, side: "bid", price: "0.4000", count: "10" });
  again.send({ MsgType: "V", SubscriptionRequestType: "0", NoRelatedSym: [{ Symbol: other }] });
  const [only] = await again.next();
  assertEquals([only?.MsgType, fix.messages.length, again.messages.length], ["W", 0, 0]);
});
