/** Whatever happens, the figures of a report add up: to the accounts' balances, and to what a plain count says. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Engine } from "../../../src/local_exchange/engine/engine.ts";
import type { Market, Order, Side, Wallet } from "../../../src/local_exchange/engine/model.ts";
import type { AdverseSelection, RunReportData, RunReportOptions } from "../../../src/local_exchange/mod.ts";
import { readOptions } from "../../../src/base/options.ts";
import { RunObserver, RunReport, runReportRules } from "../../../src/local_exchange/report/mod.ts";
import { test } from "../../support/test.ts";
import { addAccount, addMarket, newEngine, place } from "../support/engine.ts";

const cents = fc.integer({ min: 1, max: 99 }).map((price) => price * 100);
const step = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant("place" as const),
      who: fc.nat(3),
      market: fc.nat(1),
      side: fc.constantFrom<Side>("bid", "ask"),
      price: fc.integer({ min: 42, max: 58 }).map((price) => price * 100),
      count: fc.integer({ min: 1, max: 3_000 }),
      timeInForce: fc.constantFrom("good_till_canceled", "immediate_or_cancel", "fill_or_kill"),
      selfTradePrevention: fc.constantFrom("taker_at_cross", "maker"),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("cancel" as const), which: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("amend" as const),
      which: fc.nat(),
      price: cents,
      more: fc.integer({ min: -200, max: 500 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 900 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("settle" as const),
      market: fc.nat(1),
      value: fc.constantFrom(0, 10_000, 3_333),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const options = (given: RunReportOptions = {}) =>
  readOptions<RunReportOptions, typeof runReportRules>(
    "a report",
    { horizonsMs: [300, 1_000], ...given },
    runReportRules,
  );

interface Run {
  readonly engine: Engine;
  readonly markets: readonly Market[];
  /** The first two are watched. */
  readonly wallets: readonly Wallet[];
  readonly observer: RunObserver;
}

/** An engine with two markets and four accounts, whose steps are told one by one. */
function newRun(given: RunReportOptions = {}): Run {
  const engine = newEngine(1_000);
  const markets = [addMarket(engine, "A"), addMarket(engine, "B", "quadratic_with_maker_fees", 10)];
  const wallets = [200, 90, 300, 50].map((dollars, index) =>
    addAccount(engine, dollars * 1_000_000, index === 1 ? 10_000 : 100)
  );
  const observer = new RunObserver(
    {
      engine,
      catalog: { series: new Map(), events: new Map(), markets: new Map(), listed: [] },
      watch: (watcher) => engine.watch(watcher),
    },
    {
      kind: "exchange",
      accounts: wallets.slice(0, 2).map(({ account }) => account),
    },
    options(given),
  );
  return { engine, markets, wallets, observer };
}

function take({ engine, markets, wallets }: Run, next: Step, placed: Order[]): void {
  const market = markets["market" in next ? next.market : 0];
  assert(market);
  if (next.kind === "place") {
    const wallet = wallets[next.who];
    assert(wallet);
    const { side, price, count, timeInForce, selfTradePrevention } = next;
    const result = place(engine, { wallet, market, side, price, count, timeInForce, selfTradePrevention });
    if ("order" in result) placed.push(result.order);
  } else if (next.kind === "wait") engine.runUntil(engine.now + next.ms);
  else if (next.kind === "settle") {
    if (market.status !== "active") return;
    engine.setStatus(market, "determined", "determined");
    engine.settle(market, next.value);
  } else {
    const order = placed[next.which % Math.max(1, placed.length)];
    if (order?.status !== "resting") return;
    if (next.kind === "cancel") engine.cancel(order);
    else engine.amend(order, { price: next.price, count: order.initial + next.more });
  }
}

/** The middle by the orders themselves, one by one, without those of the watched accounts; doubled. */
function midOf({ wallets }: Run, market: Market): number | undefined {
  const watched = wallets.slice(0, 2).map(({ account }) => account);
  const prices = (side: Side) =>
    market.book.levels(side).flatMap(({ first, price }) => {
      for (let order = first; order !== undefined; order = order.behind) {
        if (!watched.includes(order.account)) return price;
      }
      return [];
    });
  const [bids, asks] = [prices("bid"), prices("ask")];
  return bids.length === 0 || asks.length === 0 ? undefined : Math.max(...bids) + Math.min(...asks);
}

const micro = (dollars: string): number => Math.round(Number(dollars) * 1_000_000);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

test("P&L is what the balances gained and what the positions are worth, and every table adds up to it", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60, size: "max" }), (steps) => {
      const run = newRun();
      const { wallets, markets, observer } = run;
      const own = wallets.slice(0, 2);
      const start = sum(own.map(({ cash }) => cash));
      const placed: Order[] = [];
      let fees = 0;
      run.engine.watch((event) => {
        if (event.type === "settlement" && own.includes(event.settlement.holding.wallet)) {
          fees += event.settlement.fee;
        }
      });
      for (const next of steps) {
        take(run, next, placed);
        const { summary, markets: rows, fills, curve } = observer.report().toJSON();
        const balance = sum(own.map(({ cash }) => cash));
        assertEquals(micro(summary.balance), balance);
        assertEquals(micro(summary.paidIn), 0);
        // What each market's position is worth, by the mark that its row tells; the middle is that of the book.
        let worth = 0;
        for (const row of rows) {
          const market = markets.find(({ ticker }) => ticker === row.ticker);
          assert(market);
          const held = own.map((wallet) => wallet.holding(market));
          const [yes, no] = [
            sum(held.map(({ position }) => Math.max(0, position))),
            sum(held.map(({ position }) => Math.max(0, -position))),
          ];
          assertEquals([row.yes, row.no], [(yes / 100).toFixed(2), (no / 100).toFixed(2)]);
          const mid = midOf(run, market);
          if (row.markedBy === "mid") assertEquals(row.mark, ((mid ?? 0) / 20_000).toFixed(5));
          else assertEquals(mid, undefined);
          const cost = sum(held.map(({ exposure }) => exposure));
          assertEquals(micro(row.cost), cost);
          const mark = row.mark === null ? undefined : Math.round(Number(row.mark) * 20_000);
          worth += mark === undefined ? cost : Math.floor((yes * mark + no * (20_000 - mark)) / 2);
        }
        assertEquals(micro(summary.positionsWorth), worth);
        assertEquals(micro(summary.pnl), balance - start + worth);
        assertEquals(micro(summary.pnl), micro(summary.realized) + micro(summary.unrealized));
        for (const figure of ["pnl", "realized", "unrealized", "fees"] as const) {
          assertEquals(sum(rows.map((row) => micro(row[figure]))), micro(summary[figure]), figure);
        }
        // Fees as they were booked on the accounts' fills.
        const booked = own.flatMap(({ account }) => account.fills);
        assertEquals(micro(summary.fees), sum(booked.map(({ fee }) => fee)) + fees);
        assertEquals(fills.total, booked.length);
        assertEquals(curve.points.at(-1)?.pnl, summary.pnl);
        assertExtremes(summary, curve);
      }
    }),
    { numRuns: 120 },
  );
});

function assertExtremes(summary: RunReportData["summary"], { points }: RunReportData["curve"]): void {
  assertEquals(Math.min(0, ...points.map(({ lowestPnl }) => micro(lowestPnl))), micro(summary.lowestPnl));
  assertEquals(Math.max(0, ...points.map(({ highestPnl }) => micro(highestPnl))), micro(summary.highestPnl));
  assert(micro(summary.maxDrawdown.amount) <= micro(summary.highestPnl) - micro(summary.lowestPnl));
  assertEquals(
    Math.max(...points.map(({ cashAtRisk }) => micro(cashAtRisk))) <= micro(summary.cashAtRisk.most),
    true,
  );
}

test("the drawdown, and where the middle went after each fill, are those of a plain count", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 60, size: "max" }), (steps) => {
      const run = newRun();
      const placed: Order[] = [];
      // The middle of each market at the end of each moment, and the P&L.
      const mids = new Map(
        run.markets.map((market) => [market.ticker, [] as [at: number, mid: number | undefined][]]),
      );
      let [high, drawdown] = [0, 0];
      const endMoment = () => {
        for (const market of run.markets) {
          const isOpen = market.status === "active";
          mids.get(market.ticker)?.push([run.engine.now, isOpen ? midOf(run, market) : undefined]);
        }
        const pnl = micro(run.observer.report().summary.pnl);
        high = Math.max(high, pnl);
        drawdown = Math.max(drawdown, high - pnl);
      };
      for (const next of steps) {
        if (next.kind === "wait") endMoment();
        take(run, next, placed);
      }
      endMoment();
      run.engine.runUntil(run.engine.now + 700);
      endMoment();
      const { summary, fills, adverseSelection } = run.observer.report();
      assertEquals(micro(summary.maxDrawdown.amount), drawdown);
      const expected: string[] = [];
      for (const liquidity of ["maker", "taker"] as const) {
        for (const [index, afterMs] of [300, 1_000].entries()) {
          let [known, unknown, contracts, against, weighted] = [0, 0, 0, 0, 0];
          for (const fill of fills.kept.filter((one) => one.liquidity === liquidity)) {
            const due = fill.atMs + afterMs;
            const later = due > run.engine.now
              ? undefined
              : mids.get(fill.ticker)?.findLast(([at]) => at <= due)?.[1];
            assertEquals(
              fill.after[index]?.mid ?? undefined,
              later === undefined ? undefined : (later / 20_000).toFixed(5),
            );
            if (later === undefined || fill.mid === null) {
              unknown++;
              continue;
            }
            const moved = (Math.round(Number(fill.mid) * 20_000) - later) * (fill.side === "bid" ? 1 : -1);
            const count = Math.round(Number(fill.count) * 100);
            [known, contracts, against, weighted] = [
              known + 1,
              contracts + count,
              against + moved,
              weighted + moved * count,
            ];
          }
          expected.push(
            [liquidity, afterMs, known, unknown, average(against, known), average(weighted, contracts)]
              .join(),
          );
        }
      }
      const told = (row: AdverseSelection) =>
        [row.liquidity, row.afterMs, row.fills, row.unknown, row.againstPerFill, row.againstPerContract]
          .join();
      assertEquals(adverseSelection.filter(({ afterMs }) => afterMs > 0).map(told), expected);
    }),
    { numRuns: 120 },
  );
});

/** Doubled ticks as dollars. */
function average(doubled: number, count: number): string {
  if (count === 0) return "";
  const rounded = Math.round(Math.abs(doubled) * 50 / count);
  return `${doubled < 0 && rounded > 0 ? "-" : ""}${(rounded / 1_000_000).toFixed(6)}`;
}

test("a long run keeps what it was told to keep, and no sum loses anything", () => {
  const full = newRun();
  const short = newRun({ curvePoints: 10, midPoints: 10, keptFills: 5, keptRejections: 3 });
  for (const run of [full, short]) {
    const placed: Order[] = [];
    for (let round = 0; round < 400; round++) {
      const who = round % 4;
      const price = 4_500 + (round * 37 % 11) * 100;
      const side = round % 3 === 0 ? "bid" : "ask";
      take(run, {
        kind: "place",
        who,
        market: 0,
        side,
        price,
        count: 100,
        timeInForce: "good_till_canceled",
        selfTradePrevention: "maker",
      }, placed);
      take(run, { kind: "wait", ms: 431 }, placed);
    }
  }
  const [whole, part] = [full.observer.report().toJSON(), short.observer.report().toJSON()];
  assert(whole.fills.total > 20, `${whole.fills.total}`);
  assertEquals(part.summary, whole.summary);
  assertEquals(part.adverseSelection, whole.adverseSelection);
  assertEquals(part.fills.kept, whole.fills.kept.slice(-5));
  assertEquals([part.fills.total, part.fills.leftOut], [whole.fills.total, whole.fills.total - 5]);
  assertEquals(part.curve.points.length <= 10, true);
  // The points that there are are those of the whole, with the lows and highs of what they stand for.
  const { intervalMs, points } = part.curve;
  assertEquals(Number.isInteger(Math.log2(intervalMs / 1_000)), true);
  for (const point of points) {
    assert(whole.curve.points.some(({ atMs, pnl }) => atMs === point.atMs && pnl === point.pnl));
  }
  assertEquals(
    Math.min(...points.map(({ lowestPnl }) => micro(lowestPnl))),
    Math.min(...whole.curve.points.map(({ lowestPnl }) => micro(lowestPnl))),
  );
  assertEquals((part.markets[0]?.mids.length ?? 0) <= 10, true);
});

test("the same run gives the same bytes, and a report read back is the same report", () => {
  const made = [1, 2].map(() => {
    const run = newRun();
    const placed: Order[] = [];
    for (let round = 0; round < 60; round++) {
      take(run, {
        kind: "place",
        who: round % 4,
        market: round % 2,
        side: round % 3 === 0 ? "bid" : "ask",
        price: 5_000,
        count: 100 + round,
        timeInForce: "good_till_canceled",
        selfTradePrevention: "maker",
      }, placed);
      take(run, { kind: "wait", ms: 200 }, placed);
    }
    const report = run.observer.report();
    return { json: JSON.stringify(report), csv: report.toCSV(), page: report.toHTML() };
  });
  assertEquals(made[0], made[1]);
  const again = new RunReport(JSON.parse(made[0]?.json ?? "") as RunReportData);
  assertEquals([again.toCSV(), again.toHTML()], [made[0]?.csv, made[0]?.page]);
});
