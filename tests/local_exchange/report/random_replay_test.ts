/** Whatever is recorded and whatever a bot does, a replay's report is marked and measured by the recording itself. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { RecordedItem } from "../../../src/recordings/mod.ts";
import { randomRecording, runAtRandom, type Step } from "../replay/support/random_run.ts";
import { test } from "../../support/test.ts";

const step: fc.Arbitrary<Step> = fc.record({
  waitMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 300 }), fc.integer({ min: 900, max: 3_000 })),
  what: fc.constantFrom("more", "less", "trade", "late-trade", "more", "less", "snapshot", "gap"),
  side: fc.constantFrom("bid", "ask"),
  depth: fc.integer({ min: 0, max: 3 }),
  count: fc.integer({ min: 1, max: 200 }),
});

type Mid = string | null;

/** Dollars as a whole number. */
const micro = (dollars: number): number => 0 + Math.round(dollars * 1_000_000);

/** The middle of a recording over time, read from its frames and nothing else; null where nobody knows the book. */
function midsOf(items: readonly RecordedItem[]): [atMs: number, mid: Mid][] {
  const book = { bid: new Map<number, number>(), ask: new Map<number, number>() };
  const mids: [number, Mid][] = [];
  let isKnown = false;
  for (const item of items) {
    if (item.kind === "gap" && item.channel === "orderbook_delta") isKnown = false;
    if (item.kind === "frame" && item.frame.type === "orderbook_snapshot") {
      isKnown = true;
      const told = item.frame.msg as Readonly<Record<string, [string, string][] | undefined>>;
      for (const [side, name] of [["bid", "yes_dollars_fp"], ["ask", "no_dollars_fp"]] as const) {
        book[side] = new Map(told[name]?.map(([price, count]) => [Number(price), Number(count)]));
      }
    }
    if (item.kind === "frame" && item.frame.type === "orderbook_delta" && isKnown) {
      const msg = item.frame.msg as Readonly<Record<string, string>>;
      const levels = book[msg.side === "yes" ? "bid" : "ask"];
      const price = Number(msg.price_dollars);
      levels.set(price, (levels.get(price) ?? 0) + Number(msg.delta_fp));
    }
    const there = (side: "bid" | "ask") =>
      [...book[side]].filter(([, count]) => count > 0).map(([price]) => price);
    const [bids, asks] = [there("bid"), there("ask")];
    const mid = (Math.max(...bids) + Math.min(...asks)) / 2;
    mids.push([item.atMs, isKnown && bids.length > 0 && asks.length > 0 ? mid.toFixed(5) : null]);
  }
  return mids;
}

test("P&L is what the balance gained and what the position is worth by the recording, whose middle measures each fill", async () => {
  let fills = 0;
  const setting = fc.record({
    queue: fc.constantFrom("behind", "pro-rata", "ahead"),
    orderMs: fc.constantFrom(0, 5, 400),
    answerMs: fc.constantFrom(0, 5),
    feedMs: fc.constantFrom(0, 5),
    jitterMs: fc.constantFrom(0, 25),
    seed: fc.integer({ min: 1, max: 1_000_000 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 20, maxLength: 60, size: "max" }),
      setting,
      async (steps, how) => {
        const items = randomRecording(steps);
        const { report, cash, position } = await runAtRandom(items, how);
        const { summary, markets: [market], fills: { kept, total } } = report;
        fills += total;
        assertEquals(Math.round(Number(summary.balance) * 10_000), cash);
        const worth = Number(summary.positionsWorth);
        assertEquals(micro(Number(summary.pnl)), micro(cash / 10_000 - 1_000 + worth));
        const mids = midsOf(items);
        if (market?.markedBy === "mid") {
          const last = mids.findLast(([, mid]) => mid !== null)?.[1] ?? null;
          assertEquals(market.mark, last);
          const price = Number(market.mark);
          assertEquals(
            micro(worth),
            micro(position > 0 ? position * price : -position * (1 - price)),
          );
        }
        for (const { atMs, after } of kept) {
          for (const { afterMs, mid } of after) {
            assertEquals(
              mid,
              mids.findLast(([at]) => at <= atMs + afterMs)?.[1] ?? null,
              `${atMs} + ${afterMs}`,
            );
          }
        }
      },
    ),
    { numRuns: 15 },
  );
  // What is measured is there at all.
  assert(fills > 0);
});
