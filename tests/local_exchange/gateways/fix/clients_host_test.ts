/** FIX clients at every session of a local exchange beside order entry, over real sockets. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { formatMoney } from "../../../../src/base/fixed_point.ts";
import { KalshiClient } from "../../../../src/client.ts";
import { KalshiEventResendError, KalshiFixRejectError, MemoryFixStore } from "../../../../src/fix/mod.ts";
import { LocalExchange } from "../../../../src/local_exchange/mod.ts";
import { test } from "../../../support/test.ts";
import { until } from "../../../support/until.ts";

async function setUp() {
  const exchange = await LocalExchange.start({ markets: 0, marketMakers: false, fix: true });
  const account = await exchange.createAccount({ dropCopy: true });
  const rest = new KalshiClient({ auth: account.auth, config: exchange.config });
  const ticker = exchange.listMarket({ ticker: "M" });
  return { exchange, account, rest, ticker };
}

test("a client's book, trades and status are what the exchange's are, also after a reconnect", async () => {
  const { exchange, rest, ticker } = await setUp();
  await using _ = exchange;
  await using __ = rest;
  await using client = await rest.fix({ config: exchange.fixConfig("market-data") });
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.4000", count: "10" });
  const trades = client.trades([ticker])[Symbol.asyncIterator]();
  const statuses = client.securityStatus(ticker)[Symbol.asyncIterator]();
  await using book = await client.orderBook(ticker);
  assertEquals([book.bestBid, book.bestAsk], [4_000, undefined]);
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.6000", count: "2" });
  await rest.orders.create({
    ticker,
    side: "ask",
    count: "4.00",
    price: "0.4000",
    time_in_force: "immediate_or_cancel",
    self_trade_prevention_type: "taker_at_cross",
  });
  const { value: trade } = await trades.next();
  assert(trade !== undefined && "MDEntryPx" in trade);
  const { items: [printed] } = await rest.markets.trades.list({ ticker });
  assertEquals([trade.TradeID, trade.MDEntryPx, trade.MDEntrySize, trade.AggressorSide], [
    printed?.trade_id,
    "0.4000",
    "4.00",
    "2",
  ]);
  const hundredths = (levels: readonly (readonly string[])[]) =>
    levels.map(([, size]) => Number(size) * 100).reverse();
  const same = async () => {
    const { yes_dollars, no_dollars } = await rest.markets.orderBook(ticker);
    const { bids, asks } = book.depth();
    assertEquals(bids.map(({ size }) => size), hundredths(yes_dollars));
    assertEquals(asks.map(({ size }) => size), hundredths(no_dollars));
  };
  await until(() => book.bestAsk === 6_000 && book.depth().bids[0]?.size === 600);
  await same();

  exchange.setMarketActive(ticker, false);
  exchange.setMarketActive(ticker, true);
  for (const expected of [2, 3]) {
    const { value: status } = await statuses.next();
    assert(status !== undefined && "SecurityTradingStatus" in status);
    assertEquals(status.SecurityTradingStatus, expected);
  }
  await until(() => book.bestBid === undefined && book.bestAsk === undefined);
  await same();

  // It may be stale for less time than anybody who asks now and then would notice.
  const changes = book.changes();
  exchange.fix.restart();
  for await (const { type } of changes) if (type === "stale") break;
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.4100", count: "1" });
  await until(() => book.state === "live" && book.bestBid === 4_100);
  await same();

  const other = exchange.listMarket({ ticker: "N" });
  const ending = client.securityStatus(other);
  const seen: unknown[] = [];
  const ended = (async () => {
    for await (const status of ending) {
      seen.push("SecurityTradingStatus" in status && status.SecurityTradingStatus);
    }
  })();
  // What was sent before has arrived when this is answered.
  await client.marketDataRequest({ SubscriptionRequestType: "0", NoRelatedSym: [{ Symbol: other }] });
  exchange.determine(other, "yes", { settle: true });
  await ended;
  assertEquals(seen, [100, 101]);
});

test("one client asks for quotes and another makes them; both fill", async () => {
  const { exchange, rest, ticker } = await setUp();
  await using _ = exchange;
  await using __ = rest;
  const { auth } = await exchange.createAccount();
  await using makerRest = new KalshiClient({ auth, config: exchange.config });
  await using creator = await rest.fix({
    config: exchange.fixConfig("order-entry-rt"),
    store: new MemoryFixStore(),
  });
  await using maker = await makerRest.fix({ config: exchange.fixConfig("rfq") });
  const requests = maker.quoteRequests()[Symbol.asyncIterator]();
  const statuses = maker.quoteStatusReports()[Symbol.asyncIterator]();
  const quotes = creator.quotes()[Symbol.asyncIterator]();

  const { RfqId = "" } = await creator.quoteRequest({ NoRelatedSym: [{ Symbol: ticker, OrderQty: "20" }] });
  const { value: request } = await requests.next();
  assert(request?.MsgType === "R");
  assertEquals(request.QuoteReqID, RfqId);
  const pending = await maker.quote({ QuoteReqID: RfqId, Symbol: ticker, BidPx: "40", OfferPx: "55" });
  const { value: quote } = await quotes.next();
  assert(quote?.MsgType === "S");
  assertEquals([quote.QuoteID, quote.OfferPx], [pending.QuoteID, "0.5500"]);
  const taken = await creator.acceptQuote({ QuoteID: quote.QuoteID, RfqId, Side: "1", ClOrdID: "bought" });
  assertEquals(taken.AcceptedQuoteId, quote.QuoteID);
  await statuses.next();
  const { value: accepted } = await statuses.next();
  assert(accepted?.MsgType === "AI");
  assertEquals([accepted.QuoteStatus, accepted.Side], [0, "2"]);
  await maker.quoteConfirm({ QuoteID: quote.QuoteID, RfqId });
  exchange.clock.advance(15_000);
  const { items: [fill] } = await rest.portfolio.fills.list();
  assertEquals([fill?.count_fp, fill?.yes_price_dollars, fill?.book_side], ["20.00", "0.4500", "bid"]);

  const again = await creator.quoteRequest({ NoRelatedSym: [{ Symbol: ticker, OrderQty: "20" }] });
  const doubled = await assertRejects(
    () => creator.quoteRequest({ NoRelatedSym: [{ Symbol: ticker, OrderQty: "30" }] }),
    KalshiFixRejectError,
  );
  assertEquals(doubled.message.includes("RFQ already exists"), true);
  const second = await maker.quote({ QuoteReqID: again.RfqId ?? "", Symbol: ticker, BidPx: "30" });
  await maker.quoteCancel({ QuoteID: second.QuoteID });
  await assertRejects(() => maker.quoteConfirm({ QuoteID: second.QuoteID }), KalshiFixRejectError);
  const gone = await creator.rfqCancel({ RfqId: again.RfqId ?? "" });
  assertEquals(gone.RFQCancelStatus, 0);
  await assertRejects(
    () => maker.quote({ QuoteReqID: again.RfqId ?? "", Symbol: ticker, BidPx: "30" }),
    KalshiFixRejectError,
    "RFQ_CLOSED",
  );
});

test("settlements in several reports are put together, and reports are asked for again", async () => {
  const { exchange, account, rest, ticker } = await setUp();
  await using _ = exchange;
  await using __ = rest;
  const buy = async (subaccount: number) => {
    exchange.placeCounterOrder({ ticker, side: "ask", price: "0.3000", count: "1.50" });
    await rest.orders.create({
      ticker,
      subaccount,
      side: "bid",
      count: "1.50",
      price: "0.3000",
      time_in_force: "good_till_canceled",
      self_trade_prevention_type: "taker_at_cross",
    });
  };
  for (let subaccount = 1; subaccount <= 25; subaccount++) {
    await rest.portfolio.subaccounts.create();
    exchange.deposit(account.id, "10.00", { subaccount });
    await buy(subaccount);
  }
  {
    await using client = await rest.fix({
      config: exchange.fixConfig("post-trade"),
      store: new MemoryFixStore(),
    });
    const settlements = client.settlements()[Symbol.asyncIterator]();
    exchange.determine(ticker, "yes", { settle: true });
    const { value: settlement } = await settlements.next();
    assert(settlement?.type === "settlement");
    assertEquals([
      settlement.reports.length,
      settlement.parties.length,
      formatMoney(settlement.totals.payout),
    ], [
      2,
      25,
      "37.5000",
    ]);
  }
  let revenue = 0;
  for await (const settled of rest.portfolio.settlements.listAll()) revenue += settled.revenue;
  assertEquals(revenue, 3_750);

  await using copy = await rest.fix({ config: exchange.fixConfig("drop-copy") });
  const { items: fills } = await rest.portfolio.fills.list({ limit: 100 });
  const from = Math.min(...fills.map(({ created_time }) => Date.parse(created_time ?? "")));
  const { reports } = await copy.eventResendRequest({ BeginExecID: `${from};1` });
  assertEquals(reports.map(({ ExecType }) => ExecType), Array.from({ length: 25 }, () => "F"));
  assertEquals(
    new Set(reports.map(({ TrdMatchID }) => TrdMatchID)).size,
    25,
  );
  const refused = await assertRejects(
    () => copy.eventResendRequest({ BeginExecID: "1;1" }),
    KalshiEventResendError,
  );
  assertEquals(refused.reason, 3);
});
