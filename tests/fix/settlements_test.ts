import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatMoney } from "../../src/base/fixed_point.ts";
import { decodeMessage, encodeMessage } from "../../src/contract/fix/codec.ts";
import type { MarketSettlementReport } from "../../src/contract/fix/messages.ts";
import { FixFields } from "../../src/contract/fix_fields.ts";
import { FixWriter } from "../../src/contract/fix_writer.ts";
import { FixFramer } from "../../src/fix/framer.ts";
import { SettlementCollector, type SettlementItem } from "../../src/fix/settlements.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";

/** A report as it comes over the wire. */
function report(id: string, Symbol: string, more: Partial<MarketSettlementReport> = {}, payout = "1.500000") {
  const writer = new FixWriter({ beginString: "FIXT.1.1", SenderCompID: "KalshiPT", TargetCompID: "a-key" });
  encodeMessage(writer, { MsgSeqNum: 2, sendingTimeMs: 1_790_000_000_000 }, {
    MsgType: "UMS",
    MarketSettlementReportID: id,
    Symbol,
    ClearingBusinessDate: "20261129",
    MarketResult: "yes",
    SettlementPrice: "100.00",
    NoMarketSettlementPartyIDs: [{
      MarketSettlementPartyID: `party of ${id}`,
      MarketSettlementPartyRole: 24,
      LongQty: "2.00",
      NoCollateralAmountChanges: [
        { CollateralAmountChange: payout, CollateralAmountType: "PAYOUT" },
        { CollateralAmountChange: "-0.500000", CollateralAmountType: "BALANCE" },
      ],
      NoMiscFees: [{ MiscFeeAmt: "0.00001", MiscFeeCurr: "USD", MiscFeeType: "4", MiscFeeBasis: 0 }],
    }],
    ...more,
  });
  const framer = new FixFramer();
  const fields = new FixFields();
  framer.push(writer.bytes.slice(writer.start, writer.end));
  framer.next(fields);
  return decodeMessage(fields) as unknown as MarketSettlementReport;
}

function collector() {
  const clock = new ManualClock();
  const items: SettlementItem[] = [];
  const collector = new SettlementCollector(clock, 60_000, (item) => items.push(item));
  const told = () =>
    items.splice(0).map((item) => {
      if (item.type === "unreadable") return `unreadable ${item.report.MarketSettlementReportID}`;
      const ids = item.reports.map(({ MarketSettlementReportID }) => MarketSettlementReportID).join("+");
      const why = item.type === "incomplete" ? `:${item.reason}` : "";
      return `${item.type}${why} ${item.Symbol} ${ids} ${formatMoney(item.totals.payout)}`;
    });
  return { clock, items, collector, told };
}

test("a report without fragments is a settlement, its money exact", () => {
  const { collector: one, items } = collector();
  one.take(report("r1", "A", { SettlementPrice: "33.25", MarketResult: "scalar" }));
  const [item] = items;
  if (item?.type !== "settlement") throw new Error("no settlement");
  assertEquals([item.price, item.totals], [3325, { payout: 1_500_000, balance: -500_000, fees: 10 }]);
  assertEquals(item.parties.map(({ MarketSettlementPartyID }) => MarketSettlementPartyID), ["party of r1"]);
});

test("fragments are put together by Symbol, whatever comes between them", () => {
  const { clock, collector: one, told } = collector();
  one.take(report("a1", "A", { LastFragment: false }));
  one.take(report("b1", "B", { LastFragment: false }));
  one.take(report("a2", "A", { LastFragment: false }));
  assertEquals(told(), []);
  one.take(report("b2", "B", { LastFragment: true }));
  one.take(report("a3", "A", { LastFragment: true }));
  assertEquals(told(), ["settlement B b1+b2 3.0000", "settlement A a1+a2+a3 4.5000"]);
  assertEquals(clock.pending, 0);
});

test("a report that comes again counts once, before the settlement is complete and after it", () => {
  const { collector: one, told } = collector();
  const [first, last] = [
    report("a1", "A", { LastFragment: false }),
    report("a2", "A", { LastFragment: true }),
  ];
  for (const again of [first, first, last, first, last]) one.take(again);
  assertEquals(told(), ["settlement A a1+a2 3.0000"]);
});

test("fewer reports than were told are no settlement: the last one alone is not the whole", async () => {
  const { clock, collector: one, told } = collector();
  const of3 = { TotNumMarketSettlementReports: 3 };
  one.take(report("a2", "A", { ...of3, LastFragment: false }));
  one.take(report("a3", "A", { ...of3, LastFragment: true }));
  assertEquals(told(), []);
  one.take(report("a1", "A", { ...of3, LastFragment: false }));
  assertEquals(told(), ["settlement A a2+a3+a1 4.5000"]);
  one.take(report("b3", "B", { ...of3, LastFragment: true }));
  await clock.advance(59_999);
  assertEquals(told(), []);
  await clock.advance(1);
  assertEquals(told(), ["incomplete:late B b3 1.5000"]);
});

test("what is incomplete is told when it ends", () => {
  const { clock, collector: one, told } = collector();
  one.take(report("a1", "A", { LastFragment: false }));
  one.take(report("b1", "B", { LastFragment: false }));
  one.end("disconnected");
  assertEquals(told(), ["incomplete:disconnected A a1 1.5000", "incomplete:disconnected B b1 1.5000"]);
  one.end("closed");
  assertEquals([told(), clock.pending], [[], 0]);
});

test("a report of the same market that says something else begins another settlement", () => {
  const { collector: one, told } = collector();
  one.take(report("a1", "A", { LastFragment: false }));
  one.take(report("a2", "A", { LastFragment: true, MarketResult: "no", SettlementPrice: "0.00" }));
  assertEquals(told(), ["incomplete:replaced A a1 1.5000", "settlement A a2 1.5000"]);
});

test("a report that cannot be read is told, and what it belongs to is not complete without it", () => {
  const { clock, collector: one, told } = collector();
  one.take(report("a1", "A", { LastFragment: false }));
  one.take(report("a2", "A", { LastFragment: false }, "much"));
  one.take(report("a3", "A", { LastFragment: true }));
  assertEquals(told(), ["unreadable a2", "incomplete:unreadable A a1+a3 3.0000"]);
  one.take(report("b1", "B", { SettlementPrice: "1e2" }));
  assertEquals([told(), clock.pending], [["unreadable b1"], 0]);
});

test("in any order and however often they come, each settlement is told once with all its money", () => {
  const shuffled = fc.uniqueArray(fc.constantFrom("A", "B", "C"), { minLength: 1 }).chain((symbols) =>
    fc.tuple(...symbols.map((symbol) => fc.integer({ min: 1, max: 5 }).map((count) => ({ symbol, count }))))
      .chain(
        (markets) => {
          const all = markets.flatMap(({ symbol, count }) =>
            Array.from({ length: count }, (_, index) => ({ symbol, index, count }))
          );
          return fc.record({
            markets: fc.constant(markets),
            order: fc.shuffledSubarray([...all, ...all], {
              minLength: 2 * all.length,
              maxLength: 2 * all.length,
            }),
          });
        },
      )
  );
  fc.assert(
    fc.property(shuffled, ({ markets, order }) => {
      const { collector: one, items, clock } = collector();
      for (const { symbol, index, count } of order) {
        one.take(report(`${symbol}${index}`, symbol, {
          LastFragment: index === count - 1,
          TotNumMarketSettlementReports: count,
        }));
      }
      assertEquals(
        items.map((item) => item.type === "settlement" ? [item.Symbol, item.totals.payout] : [item.type])
          .sort(),
        markets.map(({ symbol, count }) => [symbol, count * 1_500_000]).sort(),
      );
      assertEquals(clock.pending, 0);
    }),
    { numRuns: 100 },
  );
});
