/** Small runs whose figures are worked out by hand. */
import { assertEquals } from "@std/assert";
import { test } from "../../support/test.ts";
import { reportBed, START_MS } from "./support/bed.ts";

test("a maker buys, the market goes against it and comes half back, and it sells as a taker", async () => {
  await using bed = await reportBed();
  // The middle is 0.50, and stays it: one's own bid is no part of the market.
  await bed.order("bid", "0.45", "10", { client_order_id: "mine" });
  bed.at(1_000);
  // 10 at 0.45 are worth 0.50 each: +0.50.
  bed.others(["ask", "0.45", "10"]);
  assertEquals(bed.observer.report().summary.pnl, "0.500000");
  bed.at(1_500);
  // The middle falls to 0.43: 10 * (0.43 - 0.45) = -0.20.
  bed.others(["ask", "0.46", "50"]);
  assertEquals(bed.observer.report().summary.pnl, "-0.200000");
  bed.at(5_000);
  // And rises to 0.45: nothing is gained or lost.
  bed.others(["bid", "0.44", "50"]);
  assertEquals(bed.observer.report().summary.pnl, "0.000000");
  bed.at(20_000);
  // Sold at 0.44 with a fee of 0.07 * 10 * 0.44 * 0.56 = 0.17248, rounded up to 0.1725.
  await bed.order("ask", "0.44", "10", { time_in_force: "immediate_or_cancel" });
  bed.at(100_000);
  const { summary, fills, adverseSelection, markets, curve } = bed.observer.report();
  assertEquals(summary, {
    pnl: "-0.272500",
    realized: "-0.272500",
    unrealized: "0.000000",
    fees: "0.172500",
    startBalance: "1000.000000",
    balance: "999.727500",
    paidIn: "0.000000",
    positionsWorth: "0.000000",
    startPositionsWorth: "0.000000",
    lowestPnl: "-0.272500",
    highestPnl: "0.500000",
    // From +0.50 to -0.2725.
    maxDrawdown: { amount: "0.772500", fromMs: START_MS + 1_000, toMs: START_MS + 20_000 },
    // 4.50 for 19 of 100 seconds.
    cashAtRisk: { now: "0.000000", most: "4.500000", average: "0.855000" },
    // 4.50 for 1 of 100 seconds.
    setAside: { now: "0.000000", most: "4.500000", average: "0.045000" },
    haltedMs: 0,
    halts: 0,
    orders: {
      placed: 2,
      rested: 1,
      amended: 0,
      decreased: 0,
      filled: 2,
      filledWholly: 2,
      canceled: 0,
      canceledBy: {},
      rejected: 0,
      rejectedBy: {},
    },
    fills: 2,
    makerFills: 1,
    contractsOrdered: "20.00",
    contractsFilled: "20.00",
    contractsMade: "10.00",
    fillRatio: "1.0000",
  });
  const [bought, sold] = fills.kept;
  assertEquals({ ...bought, orderId: "", account: "" }, {
    atMs: START_MS + 1_000,
    ticker: "RAIN",
    side: "bid",
    price: "0.4500",
    count: "10.00",
    liquidity: "maker",
    fee: "0.000000",
    mid: "0.50000",
    queueAhead: "0.00",
    position: "10.00",
    after: [
      { afterMs: 1_000, mid: "0.43000" },
      { afterMs: 10_000, mid: "0.45000" },
      { afterMs: 60_000, mid: "0.45000" },
    ],
    orderId: "",
    clientOrderId: "mine",
    account: "",
  });
  assertEquals([sold?.side, sold?.liquidity, sold?.fee, sold?.mid, sold?.queueAhead, sold?.position], [
    "ask",
    "taker",
    "0.172500",
    "0.45000",
    null,
    "0.00",
  ]);
  const rows = adverseSelection.map((row) => [
    row.liquidity,
    row.afterMs,
    row.fills,
    row.unknown,
    row.againstPerContract,
    row.keptPerContract,
  ]);
  assertEquals(rows, [
    // Bought 0.05 below the middle, which then falls by 0.07, and is 0.05 below after that.
    ["maker", 0, 1, 0, "0.000000", "0.050000"],
    ["maker", 1_000, 1, 0, "0.070000", "-0.020000"],
    ["maker", 10_000, 1, 0, "0.050000", "0.000000"],
    ["maker", 60_000, 1, 0, "0.050000", "0.000000"],
    // Sold 0.01 below the middle, which stays.
    ["taker", 0, 1, 0, "0.000000", "-0.010000"],
    ["taker", 1_000, 1, 0, "0.000000", "-0.010000"],
    ["taker", 10_000, 1, 0, "0.000000", "-0.010000"],
    ["taker", 60_000, 1, 0, "0.000000", "-0.010000"],
  ]);
  assertEquals(markets.length, 1);
  assertEquals(markets[0]?.mids.map(({ atMs, mid }) => [atMs - START_MS, mid]), [
    [0, "0.50000"],
    [1_500, "0.43000"],
    [5_000, "0.45000"],
  ]);
  assertEquals(curve.points.map(({ atMs, pnl, cashAtRisk }) => [atMs - START_MS, pnl, cashAtRisk]), [
    [0, "0.000000", "0.000000"],
    // Two states in one second: the last one, with both in its range.
    [1_500, "-0.200000", "4.500000"],
    [5_000, "0.000000", "4.500000"],
    [20_000, "-0.272500", "0.000000"],
  ]);
  assertEquals([curve.points[1]?.lowestPnl, curve.points[1]?.highestPnl], ["-0.200000", "0.500000"]);
});

test("NO is bought, halves of ticks are exact, and the result is paid", async () => {
  await using bed = await reportBed();
  bed.others(["ask", "0.59", "3"]);
  // The middle is 0.495. Selling YES at 0.40 is buying NO at 0.60: 100 at 60.00, and 25 rest at 0.40.
  await bed.order("ask", "0.40", "125");
  // The fee is 0.07 * 100 * 0.4 * 0.6 = 1.68. No bid is left: marked by the last middle, which the ask allows.
  const early = bed.observer.report();
  // 100 NO are worth 100 * (1 - 0.495) = 50.50, for 60.00.
  assertEquals(early.summary.unrealized, "-9.500000");
  assertEquals(early.summary.realized, "-1.680000");
  assertEquals(early.summary.pnl, "-11.180000");
  assertEquals([early.markets[0]?.mark, early.markets[0]?.markedBy, early.markets[0]?.no], [
    "0.49500",
    "last-mid",
    "100.00",
  ]);
  // What is set aside for 25 NO at 0.60.
  assertEquals(early.summary.setAside.now, "15.000000");
  bed.at(2_000);
  bed.exchange.determine(bed.ticker, "no");
  // Known to be worth 1.00 each, and not yet paid.
  const known = bed.observer.report();
  assertEquals([known.summary.unrealized, known.markets[0]?.markedBy, known.markets[0]?.result], [
    "40.000000",
    "result",
    "0.0000",
  ]);
  assertEquals(known.summary.orders.canceledBy, { market_closed: 1 });
  bed.exchange.settle(bed.ticker);
  bed.at(100_000);
  const { summary, settlements, adverseSelection } = bed.observer.report();
  // 100.00 for 60.00 and a fee of 1.68.
  assertEquals([summary.pnl, summary.realized, summary.balance, summary.fees], [
    "38.320000",
    "38.320000",
    "1038.320000",
    "1.680000",
  ]);
  assertEquals(settlements.kept, [{
    atMs: START_MS + 2_000,
    ticker: "RAIN",
    position: "-100.00",
    cost: "60.000000",
    revenue: "100.000000",
    fee: "0.000000",
    value: "0.0000",
  }]);
  // After a second there was no bid, and later no market.
  assertEquals(
    adverseSelection.filter(({ liquidity }) => liquidity === "taker").map((row) => [row.fills, row.unknown]),
    [
      [1, 0],
      [0, 1],
      [0, 1],
      [0, 1],
    ],
  );
});

test("fills count once each, and once a contract", async () => {
  await using bed = await reportBed({ horizonsMs: [500] });
  // Two bids of 1 and 3 at 0.45 and 0.44: both are filled against a middle of 0.50.
  await bed.order("bid", "0.45", "1");
  bed.others(["bid", "0.44", "7"]);
  // Seven are ahead of it, and the middle without one's own is 0.52.
  await bed.order("bid", "0.44", "3");
  bed.others(["ask", "0.44", "11"]);
  bed.at(400);
  bed.others(["ask", "0.42", "1"]);
  bed.at(1_000);
  const { adverseSelection, fills, summary } = bed.observer.report();
  assertEquals(fills.kept.map(({ count, mid, queueAhead }) => [count, mid, queueAhead]), [
    ["1.00", "0.52000", "0.00"],
    // It came with the same order, so that the same middle was before it.
    ["3.00", "0.52000", "7.00"],
  ]);
  // The middle went to (0.40 + 0.42) / 2 = 0.41: 0.11 against each.
  const [at, later] = adverseSelection;
  assertEquals([later?.againstPerFill, later?.againstPerContract], ["0.110000", "0.110000"]);
  // At the fill 0.07 and 0.08 were gained, (1 * 0.07 + 3 * 0.08) / 4 = 0.0775 a contract, and later 0.11 less.
  assertEquals([at?.keptPerFill, at?.keptPerContract], ["0.075000", "0.077500"]);
  assertEquals([later?.keptPerFill, later?.keptPerContract], ["-0.035000", "-0.032500"]);
  assertEquals(summary.contractsMade, "4.00");
});

test("orders are counted by what became of them, refusals by why, and pauses by how long", async () => {
  await using bed = await reportBed();
  const first = await bed.order("bid", "0.30", "10");
  const amend = (count: string, price: string) =>
    bed.session.post(`/portfolio/events/orders/${first}/amend`, {
      ticker: bed.ticker,
      side: "bid",
      price,
      count,
    });
  assertEquals((await amend("15", "0.31")).status, 200);
  // More than there is cash for.
  assertEquals((await amend("9000", "0.31")).status, 400);
  assertEquals(
    (await bed.session.post("/portfolio/events/orders", {
      ticker: bed.ticker,
      side: "bid",
      price: "0.30",
      count: "9000",
      time_in_force: "good_till_canceled",
      self_trade_prevention_type: "taker_at_cross",
    })).status,
    400,
  );
  await bed.order("bid", "0.35", "4", { time_in_force: "immediate_or_cancel" });
  await bed.session.delete(`/portfolio/events/orders/${first}`);
  await bed.order("bid", "0.60", "5");
  bed.at(1_000);
  bed.exchange.pause("trading");
  bed.at(3_000);
  bed.exchange.pause("exchange");
  bed.at(4_000);
  bed.exchange.pause("nothing");
  bed.at(9_000);
  bed.exchange.pause("trading");
  bed.at(9_500);
  const { summary, rejections } = bed.observer.report();
  assertEquals(summary.orders, {
    placed: 3,
    rested: 1,
    amended: 1,
    decreased: 0,
    filled: 1,
    filledWholly: 1,
    canceled: 2,
    canceledBy: { immediate_or_cancel: 1, user: 1 },
    rejected: 2,
    rejectedBy: { insufficient_balance: 2 },
  });
  assertEquals([summary.halts, summary.haltedMs], [2, 3_500]);
  // A market that stands still beside the pause of all: from 9.5 s to 12 s, of which the pause lasts until 11 s.
  bed.exchange.setMarketActive(bed.ticker, false);
  bed.at(11_000);
  bed.exchange.pause("nothing");
  bed.at(12_000);
  bed.exchange.setMarketActive(bed.ticker, true);
  bed.at(20_000);
  const later = bed.observer.report();
  assertEquals([later.summary.halts, later.summary.haltedMs, later.markets[0]?.haltedMs], [2, 6_000, 2_500]);
  // 10 and 5 more, 4, 5: of these, 5.
  assertEquals([summary.contractsOrdered, summary.contractsFilled, summary.fillRatio], [
    "24.00",
    "5.00",
    "0.2083",
  ]);
  assertEquals(rejections.kept.map(({ what, price, count, reason }) => [what, price, count, reason]), [
    ["amendment", "0.3100", "9000.00", "insufficient_balance"],
    ["order", "0.3000", "9000.00", "insufficient_balance"],
  ]);
});

test("cash that is paid in is no profit", async () => {
  await using bed = await reportBed();
  bed.exchange.deposit(bed.accountId, "50.00");
  await bed.order("bid", "0.60", "1");
  const { summary } = bed.observer.report();
  // 0.07 * 0.6 * 0.4 = 0.0168; the middle is 0.50.
  assertEquals([summary.paidIn, summary.pnl, summary.balance], ["50.000000", "-0.116800", "1049.383200"]);
});

test("where one side is missing, a position is marked by the last middle, moved to what the other side allows", async () => {
  await using bed = await reportBed();
  // Taken at 0.60, the only ask: 100 are there. A bid of 0.40 is left, which lets the middle of before be 0.50.
  await bed.order("bid", "0.60", "100");
  const mark = () => {
    const [market] = bed.observer.report().markets;
    return [market?.mark, market?.markedBy];
  };
  assertEquals(mark(), ["0.50000", "last-mid"]);
  // Somebody bids 0.55: it is worth no less than that.
  bed.others(["bid", "0.55", "10"]);
  assertEquals(mark(), ["0.55000", "last-mid"]);
  // It is sold to, with a fee of 0.07 * 10 * 0.55 * 0.45 = 0.17325, rounded up to 0.1733.
  await bed.order("ask", "0.55", "10", { time_in_force: "immediate_or_cancel" });
  assertEquals(mark(), ["0.50000", "last-mid"]);
  // An ask again, and with it a middle.
  bed.others(["ask", "0.70", "10"]);
  assertEquals(mark(), ["0.55000", "mid"]);
  // 100 at 0.60 with a fee of 1.68, 10 of them sold, and 90 worth 0.55 each: -60 - 1.68 + 5.5 - 0.1733 + 49.5.
  assertEquals(bed.observer.report().summary.pnl, "-6.853300");
});

test("a position that nobody has ever quoted is marked by what it cost", async () => {
  await using bed = await reportBed();
  const ticker = bed.exchange.listMarket({ ticker: "SNOW" });
  const body = { ticker, side: "bid", price: "0.30", count: "5", time_in_force: "good_till_canceled" };
  await bed.session.post("/portfolio/events/orders", {
    ...body,
    self_trade_prevention_type: "taker_at_cross",
  });
  bed.exchange.placeCounterOrder({ ticker, side: "ask", price: "0.30", count: "5" });
  const report = bed.observer.report();
  assertEquals([report.summary.pnl, report.summary.positionsWorth], ["0.000000", "1.500000"]);
  assertEquals([report.markets[0]?.mark, report.markets[0]?.markedBy], [null, "cost"]);
  assertEquals(report.adverseSelection.map(({ unknown }) => unknown), [1, 1, 1, 1, 0, 0, 0, 0]);
});
