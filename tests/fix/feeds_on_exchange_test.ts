/** A client beside orders on the local exchange: market data, quotes, drop copy and settlements of real trades. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { formatMoney, formatPrice } from "../../src/base/fixed_point.ts";
import { KalshiClient } from "../../src/client.ts";
import { FixClient } from "../../src/fix/client.ts";
import { KalshiFixBusinessRejectError } from "../../src/fix/errors.ts";
import { ExecutionLedger } from "../../src/fix/execution_ledger.ts";
import { KalshiEventResendError } from "../../src/fix/feed_errors.ts";
import { quoteAfter, type QuoteState, rfqAfter, type RfqState } from "../../src/fix/rfq_states.ts";
import { MemoryFixStore } from "../../src/fix/store.ts";
import type { FixSessionKind } from "../../src/contract/fix/sessions.ts";
import type { LogonOptions } from "../../src/fix/logon.ts";
import { type FixFault, LocalExchange } from "../../src/local_exchange/mod.ts";
import { KalshiStream } from "../../src/stream/mod.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { there } from "../../tools/there.ts";
import { benches, type FixBench, type RestBook } from "../local_exchange/gateways/fix/support/products.ts";
import { Session } from "../local_exchange/support/session.ts";
import type { LiveOrderBook } from "../../src/books/live_order_book.ts";
import type { BookLevel } from "../../src/books/order_book.ts";

type Account = Awaited<ReturnType<LocalExchange["createAccount"]>>;

async function setUp(bench: FixBench, account: { dropCopy?: boolean } = {}) {
  const clock = new ManualClock(Date.UTC(2026, 10, 29, 17));
  const exchange = LocalExchange.create({ ...bench.exchange, clock });
  const runtime = exchange.createRuntime();
  const mine = await exchange.createAccount({ ...bench.account, ...account });
  const ticker = bench.list(exchange, "M");
  const open = async ({ auth }: Account, session: FixSessionKind, logon: LogonOptions = {}) => {
    const client = await FixClient.connect({
      auth,
      config: bench.config(exchange, session, { logon }),
      runtime,
      clock,
      ...(session === "order-entry-rt" || session === "post-trade" ? { store: new MemoryFixStore() } : {}),
    });
    // The turn after which it hands on what comes.
    await clock.advance(0);
    return client;
  };
  const rest = ({ auth }: Account) => new KalshiClient({ auth, config: exchange.config, runtime, clock });
  const session = new Session(exchange, mine.auth);
  const counter = (side: "bid" | "ask", price: string, count: string) =>
    bench.counter(exchange, { ticker, side, price, count });
  return { exchange, clock, runtime, mine, ticker, open, rest, session, counter };
}

const event = there(benches[0]);

/** The levels of a book as REST has them. */
const levelsOf = (book: LiveOrderBook): RestBook => {
  const plain = (levels: readonly BookLevel[]) =>
    levels.map(({ price, size }): [number, number] => [price / 10_000, size / 100]);
  const { bids, asks } = book.depth();
  return { bids: plain(bids), asks: plain(asks) };
};

test("a book over FIX is the one that a stream and REST have, own orders marked, trades beside it", async () => {
  const { exchange, clock, runtime, mine, ticker, open, rest } = await setUp(event);
  await using _ = exchange;
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.4000", count: "10" });
  await using client = await open(mine, "market-data");
  await using stream = await KalshiStream.connect({
    auth: mine.auth,
    config: exchange.config,
    runtime,
    clock,
  });
  await using book = await client.orderBook(ticker);
  await using other = await stream.orderBook(ticker);
  const trades = client.trades([ticker])[Symbol.asyncIterator]();
  const changes = book.changes()[Symbol.asyncIterator]();
  await using orders = rest(mine);
  await orders.orders.create({
    ticker,
    side: "bid",
    count: "5.00",
    price: "0.4500",
    client_order_id: "mine",
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross",
  });
  const { value: own } = await changes.next();
  assert(own?.type === "delta");
  assertEquals([own.client_order_id, own.price, own.size], ["mine", 4_500, 500]);
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.4500", count: "2" });
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.6000", count: "7" });
  const { value: trade } = await trades.next();
  assert(trade?.type === "trade");
  assertEquals([trade.MDEntryPx, trade.MDEntrySize, trade.atMs], ["0.4500", "2.00", clock.now()]);
  await until(() => book.bestAsk === 6_000 && other.bestAsk === 6_000);
  assertEquals(book.toRest(), other.toRest());
  assertEquals(book.depth(), other.depth());
  assertEquals(formatPrice(book.bestBid ?? 0), "0.4500");
});

test("a market that is not there has an empty book; one that settles says so and ends", async () => {
  const { exchange, mine, ticker, open } = await setUp(event);
  await using _ = exchange;
  await using client = await open(mine, "market-data");
  const NoRelatedSym = [{ Symbol: ticker }, { Symbol: "NOPE" }];
  const { snapshots, empty } = await client.marketDataRequest({ SubscriptionRequestType: "0", NoRelatedSym });
  assertEquals([snapshots.length, empty], [2, [ticker, "NOPE"]]);
  const unknown = client.securityStatus("NOPE")[Symbol.asyncIterator]();
  await assertRejects(() => unknown.next(), KalshiFixBusinessRejectError);
  const statuses = client.securityStatus(ticker)[Symbol.asyncIterator]();
  // Nothing answers a request for the status: the next request does.
  await client.marketDataRequest({ SubscriptionRequestType: "0", NoRelatedSym });
  exchange.determine(ticker, "yes", { settle: true });
  const seen: unknown[] = [];
  for (let item = await statuses.next(); !item.done; item = await statuses.next()) {
    if (item.value.MsgType === "f") seen.push(item.value.SecurityTradingStatus);
  }
  assertEquals(seen, [100, 101]);
});

test("one asks for quotes, another quotes, and both see it through to the fill", async () => {
  const { exchange, clock, mine, ticker, open, rest } = await setUp(event);
  await using _ = exchange;
  const theirs = await exchange.createAccount();
  await using creator = await open(mine, "order-entry-rt");
  await using maker = await open(theirs, "rfq");
  const requests = maker.quoteRequests()[Symbol.asyncIterator]();
  const reports = maker.quoteStatusReports()[Symbol.asyncIterator]();
  const quotes = creator.quotes()[Symbol.asyncIterator]();

  const ack = await creator.quoteRequest({ NoRelatedSym: [{ Symbol: ticker, OrderQty: "100.00" }] });
  let rfq: RfqState = rfqAfter({ name: "requested", QuoteReqID: ack.QuoteReqID }, ack);
  const { value: request } = await requests.next();
  assert(request?.MsgType === "R");
  const pending = await maker.quote({
    QuoteReqID: request.QuoteReqID,
    Symbol: ticker,
    BidPx: "40",
    OfferPx: "55",
  });
  const { QuoteID, QuoteReqID } = pending;
  let quote: QuoteState = quoteAfter({ name: "sent", QuoteID, QuoteReqID }, pending);
  const { value: offered } = await quotes.next();
  assert(offered?.MsgType === "S");
  rfq = rfqAfter(rfq, offered);
  assert(rfq.name === "open" && rfq.quotes.has(QuoteID));

  rfq = rfqAfter(rfq, { MsgType: "UA", QuoteID });
  const accepted = await creator.acceptQuote({ QuoteID, RfqId: ack.RfqId, Side: "2", ClOrdID: "sold" });
  rfq = rfqAfter(rfq, accepted);
  assertEquals([rfq.name, "ClOrdID" in rfq && rfq.ClOrdID], ["accepted", "sold"]);
  const executions = creator.executionReports()[Symbol.asyncIterator]();
  for (let next = await reports.next(); !next.done; next = await reports.next()) {
    if (next.value.MsgType === "AI") quote = quoteAfter(quote, next.value);
    if (quote.name === "accepted") break;
  }
  quote = quoteAfter(quote, { MsgType: "U7", QuoteID });
  quote = quoteAfter(quote, await maker.quoteConfirm({ QuoteID, RfqId: ack.RfqId }));
  assertEquals(quote.name, "confirmed");
  await clock.advance(15_000);
  for (let next = await executions.next(); !next.done; next = await executions.next()) {
    if (next.value.MsgType === "8") rfq = rfqAfter(rfq, next.value);
    if (rfq.name === "executed") break;
  }
  await using looking = rest(mine);
  const { items: [fill] } = await looking.portfolio.fills.list();
  assertEquals(fill?.count_fp, "100.00");
});

test("a request for quotes and a quote are cancelled; what is not there is refused", async () => {
  const { exchange, mine, ticker, open } = await setUp(event);
  await using _ = exchange;
  const theirs = await exchange.createAccount();
  await using creator = await open(mine, "order-entry-rt");
  await using maker = await open(theirs, "rfq");
  const requests = maker.quoteRequests()[Symbol.asyncIterator]();
  const ack = await creator.quoteRequest({ NoRelatedSym: [{ Symbol: ticker, OrderQty: "10.00" }] });
  const { value: request } = await requests.next();
  assert(request?.MsgType === "R");
  const { QuoteID } = await maker.quote({ QuoteReqID: request.QuoteReqID, Symbol: ticker, BidPx: "40" });
  await maker.quoteCancel({ QuoteID });
  assertEquals((await creator.rfqCancel({ RfqId: ack.RfqId })).RFQCancelStatus, 0);
  const none = crypto.randomUUID();
  await assertRejects(() => creator.rfqCancel({ QuoteReqID: none }));
  await assertRejects(
    () => maker.quote({ QuoteReqID: none, Symbol: ticker, BidPx: "40" }),
    Error,
    "RFQ_NOT_FOUND",
  );
  await assertRejects(() => maker.quoteConfirm({ QuoteID: none }));
  await assertRejects(() => creator.quoteRequest({ NoRelatedSym: [{ Symbol: "NOPE", OrderQty: "1.00" }] }));
});

test("settlements come whole, with the money that REST says", async () => {
  const { exchange, mine, ticker, open, rest } = await setUp(event);
  await using _ = exchange;
  await using orders = rest(mine);
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.3000", count: "12.50" });
  await orders.orders.create({
    ticker,
    side: "bid",
    count: "12.50",
    price: "0.3000",
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross",
  });
  await using client = await open(mine, "post-trade");
  const settlements = client.settlements()[Symbol.asyncIterator]();
  exchange.determine(ticker, "yes", { settle: true });
  const { value: item } = await settlements.next();
  assert(item?.type === "settlement");
  const { items: [settled] } = await orders.portfolio.settlements.list();
  assertEquals([item.Symbol, item.MarketResult, item.price], [ticker, "yes", 10_000]);
  assertEquals([formatMoney(item.totals.payout), settled?.revenue], ["12.5000", 1_250]);
});

test("a book of perps has bids and asks, own orders marked, whole trades beside it", async () => {
  const bench = there(benches[1]);
  const { exchange, clock, mine, ticker, open, session, counter } = await setUp(bench);
  await using _ = exchange;
  counter("bid", "0.5000", "10");
  await using client = await open(mine, "market-data");
  await using book = await client.orderBook(ticker);
  const trades = client.trades([ticker])[Symbol.asyncIterator]();
  const changes = book.changes()[Symbol.asyncIterator]();
  await bench.rest.place(session, { ticker, count: "5.00", price: "0.5100", id: "mine" });
  const { value: own } = await changes.next();
  assert(own?.type === "delta");
  assertEquals([own.client_order_id, own.price, own.size], ["mine", 5_100, 500]);
  counter("ask", "0.5100", "2");
  counter("ask", "0.6000", "7");
  const { value: trade } = await trades.next();
  assert(trade?.type === "trade");
  assertEquals([trade.MDEntryPx, trade.MDEntrySize, trade.AggressorSide, trade.atMs], [
    "0.5100",
    "2.00",
    "2",
    clock.now(),
  ]);
  await until(() => book.bestAsk === 6_000);
  assertEquals(levelsOf(book), { bids: [[0.51, 3], [0.5, 10]], asks: [[0.6, 7]] });
  assertEquals(levelsOf(book), await bench.rest.book(session, ticker));
});

const faults: readonly FixFault[] = [
  { fault: "cut" },
  { fault: "drop", msgType: "X" },
  { fault: "corrupt", msgType: "X" },
  { fault: "length", msgType: "X" },
  { fault: "jump", by: 1 },
  { fault: "logout", text: "maintenance" },
];
for (const bench of benches) {
  for (const fault of faults) {
    test(`${bench.product}: a book over a line with a fault is never wrong, and right again by itself: ${JSON.stringify(fault)}`, async () => {
      const { exchange, clock, mine, ticker, open, counter } = await setUp(bench);
      await using _ = exchange;
      counter("bid", "0.4000", "10");
      await using client = await open(mine, "market-data");
      await using book = await client.orderBook(ticker);
      bench.fix(exchange).fail(fault);
      counter("bid", "0.4100", "3");
      counter("bid", "0.4200", "1");
      await until(() => book.state !== "live");
      for (let waits = 0; waits < 90 && book.state !== "live"; waits++) await clock.advance(1_000);
      assertEquals(book.depth().bids.map(({ price, size }) => `${price} ${size}`), [
        "4200 100",
        "4100 300",
        "4000 1000",
      ]);
    });
  }

  test(`${bench.product}: what a broken line kept back comes from the drop copy, each report once`, async () => {
    const { exchange, clock, mine, ticker, open, session, counter } = await setUp(bench, { dropCopy: true });
    const begin = clock.now();
    await using _ = exchange;
    await using client = await open(mine, "order-entry", bench.dollars);
    const ledger = new ExecutionLedger();
    const seen: string[] = [];
    void (async () => {
      for await (const item of client.executionReports()) {
        const found = item.MsgType === undefined
          ? await client.fillGap(ledger)
          : [item].filter((one) => ledger.take(one));
        seen.push(...found.map(({ ClOrdID, ExecType }) => `${ClOrdID} ${ExecType}`));
      }
    })();
    const order = { Symbol: ticker, Side: "1", OrderQty: "10", Price: "0.55" } as const;
    const first = await client.newOrderSingle({ ...order, ClOrdID: "first" });
    const second = await client.newOrderSingle({ ...order, ClOrdID: "second" });
    bench.fix(exchange).fail({ fault: "cut" });
    await until(() => client.state.name !== "active");
    counter("ask", "0.5500", "15");
    for (let waits = 0; waits < 90 && client.state.name !== "active"; waits++) await clock.advance(1_000);
    await until(() => seen.filter((line) => line.endsWith("F")).length === 2);
    assertEquals(seen.filter((line) => !line.endsWith(" A")).toSorted(), [
      "first 0",
      "first F",
      "second 0",
      "second F",
    ]);
    // The client's own orders know of it as well.
    assertEquals([first.isOpen, first.report.CumQty], [false, "10.00"]);
    assertEquals([second.isOpen, second.report.CumQty, second.report.LeavesQty], [true, "5.00", "5.00"]);
    // And what was told of fills is what REST has of them.
    const trades = (await client.eventResendRequest({ BeginExecID: `${begin};1` })).reports
      .filter(({ ExecType }) => ExecType === "F");
    assertEquals(
      trades.map(({ OrderID, LastPx, LastQty, AggressorIndicator, NoMiscFees = [] }) => ({
        orderId: OrderID,
        price: Number(LastPx),
        count: Number(LastQty),
        isTaker: AggressorIndicator,
        fee: Number(NoMiscFees[0]?.MiscFeeAmt),
      })),
      (await bench.rest.fills(session)).toReversed(),
    );
  });

  test(`${bench.product}: an account that is not on the list is told so`, async () => {
    const { exchange, mine, open } = await setUp(bench);
    await using _ = exchange;
    await using client = await open(mine, "drop-copy");
    const error = await assertRejects(
      () => client.eventResendRequest({ BeginExecID: "1;1" }),
      KalshiEventResendError,
      "on request",
    );
    assertEquals(error.reason, 5);
  });

  test(`${bench.product}: the books of a busy exchange are those that REST shows, through faults`, async () => {
    const clock = new ManualClock(Date.UTC(2026, 10, 29, 17));
    await using exchange = LocalExchange.create({ ...bench.busy, clock });
    const runtime = exchange.createRuntime();
    const { auth } = await exchange.createAccount();
    const rest = new Session(exchange, auth);
    const tickers = bench.tickers(exchange);
    await using client = await FixClient.connect({
      auth,
      config: bench.config(exchange, "market-data"),
      runtime,
      clock,
    });
    const books = await client.orderBooks(tickers);
    let changes = 0;
    for (const book of books) {
      void (async () => {
        for await (const change of book.changes()) if (change.type === "delta") changes++;
      })();
    }
    const turns: (FixFault | undefined)[] = [undefined, { fault: "drop", msgType: "X" }, undefined, {
      fault: "cut",
    }, undefined];
    for (const fault of turns) {
      if (fault !== undefined) bench.fix(exchange).fail(fault);
      for (let seconds = 0; seconds < 20; seconds++) await clock.advance(1_000);
      for (let waits = 0; waits < 90 && books.some(({ state }) => state !== "live"); waits++) {
        await clock.advance(1_000);
      }
      for (const book of books) {
        assertEquals(levelsOf(book), await bench.rest.book(rest, book.ticker), book.ticker);
      }
    }
    assert(tickers.length > 0);
    assert(changes > 100, `${changes} changes`);
  });
}
