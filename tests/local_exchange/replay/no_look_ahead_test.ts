/** What must hold of any run: the future changes nothing of the past, the same run is the same, nothing is made of nothing. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { RecordedItem } from "../../../src/recordings/mod.ts";
import { test } from "../../support/test.ts";
import {
  randomRecording,
  type RandomRun,
  runAtRandom,
  type RunSetting,
  type Step,
} from "./support/random_run.ts";

const step: fc.Arbitrary<Step> = fc.record({
  // Now and then within the second in which a trade and the book wait for each other.
  waitMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 300 }), fc.integer({ min: 900, max: 3_000 })),
  what: fc.constantFrom("more", "less", "trade", "late-trade", "trade", "late-trade", "snapshot", "gap"),
  side: fc.constantFrom("bid", "ask"),
  depth: fc.integer({ min: 0, max: 3 }),
  count: fc.integer({ min: 1, max: 60 }),
});
const latency = fc.constantFrom(0, 0, 3, 40, 700);
const setting: fc.Arbitrary<RunSetting> = fc.record({
  queue: fc.constantFrom("behind", "pro-rata", "ahead"),
  orderMs: latency,
  answerMs: latency,
  feedMs: latency,
  jitterMs: fc.constantFrom(0, 0, 25),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
});
const steps = fc.array(step, { minLength: 10, maxLength: 50 });
const runs = { numRuns: 10 } as const;

/** What a run had produced before a time. */
const before = ({ produced }: RandomRun, atMs: number) => produced.filter((one) => one.atMs < atMs);

/** Other futures from `from` on: none, the same in another order, others, and the one that comes twice. */
function futures(items: readonly RecordedItem[], from: number, dice: number): readonly RecordedItem[][] {
  const past = items.slice(0, from);
  const future = items.slice(from);
  const shuffled = future.map((_, index) => future[(index * 7 + dice) % future.length] as RecordedItem);
  const inTime = (list: readonly RecordedItem[]) =>
    list.map((item, index) => ({ ...item, atMs: future[Math.min(index, future.length - 1)]?.atMs ?? 0 }));
  return [
    past,
    [...past, ...inTime(shuffled)],
    [...past, ...inTime(future.map(otherwise))],
    [...past, ...inTime(future.toReversed())],
  ];
}

/** The same item with other figures. */
function otherwise(item: RecordedItem): RecordedItem {
  if (item.kind !== "frame") return item;
  const text = item.text.replaceAll(
    /"(-?)(\d+)\.00"/g,
    (_, sign, count) => `"${sign}${Number(count) * 3 + 1}.00"`,
  );
  return { ...item, text, frame: JSON.parse(text) };
}

test("whatever comes after a time changes nothing that a run has produced before it", async () => {
  await fc.assert(
    fc.asyncProperty(steps, setting, fc.nat(), async (given, how, dice) => {
      const items = randomRecording(given);
      const from = 3 + dice % (items.length - 3);
      const whole = await runAtRandom(items, how);
      const fromMs = items[from]?.atMs ?? Infinity;
      for (const other of futures(items, from, dice)) {
        assertEquals(before(await runAtRandom(other, how), fromMs), before(whole, fromMs));
      }
    }),
    runs,
  );
});

test("the same run is the same, byte for byte", async () => {
  await fc.assert(
    fc.asyncProperty(steps, setting, async (given, how) => {
      const items = randomRecording(given);
      assertEquals(await runAtRandom(items, how), await runAtRandom(items, how));
    }),
    runs,
  );
});

/** What a recording has offered at each price of a side in all, and what was traded and offered, by side. */
function supplyOf(items: readonly RecordedItem[]) {
  const offered: Record<"bid" | "ask", Map<number, number>> = { bid: new Map(), ask: new Map() };
  const now: Record<"bid" | "ask", Map<number, number>> = { bid: new Map(), ask: new Map() };
  const traded = { bid: 0, ask: 0 };
  const cents = (price: string) => Math.round(Number(price) * 100);
  const more = (side: "bid" | "ask", price: number, count: number) =>
    offered[side].set(price, (offered[side].get(price) ?? 0) + Math.max(0, count));
  for (const item of items) {
    if (item.kind !== "frame") continue;
    const msg = item.frame.msg as Readonly<Record<string, string>>;
    if (item.frame.type === "trade") {
      traded[msg.taker_book_side === "bid" ? "bid" : "ask"] += Number(msg.count_fp);
    }
    if (item.frame.type === "orderbook_snapshot") {
      for (const [side, name] of [["bid", "yes_dollars_fp"], ["ask", "no_dollars_fp"]] as const) {
        const told = new Map<number, number>(
          ((msg[name] ?? []) as unknown as [string, string][]).map((
            [price, count],
          ) => [cents(price), Number(count)]),
        );
        for (const [price, count] of told) more(side, price, count - (now[side].get(price) ?? 0));
        now[side] = told;
      }
    }
    if (item.frame.type === "orderbook_delta") {
      const side = msg.side === "yes" ? "bid" : "ask";
      const [price, delta] = [cents(msg.price_dollars ?? ""), Number(msg.delta_fp)];
      more(side, price, delta);
      now[side].set(price, (now[side].get(price) ?? 0) + delta);
    }
  }
  return { offered, traded, now };
}

test("no contract of the crowd is taken twice, and cash and positions are what was traded", async () => {
  let filled = 0;
  await fc.assert(
    fc.asyncProperty(steps, setting, async (given, how) => {
      const items = randomRecording(given);
      const { fills, cash, position } = await runAtRandom(items, how);
      const { offered, traded } = supplyOf(items);
      filled += fills.length;
      const sum = (side: "bid" | "ask", isTaker?: boolean, price?: number) =>
        fills.filter((fill) =>
          fill.side === side && (isTaker === undefined || fill.isTaker === isTaker) &&
          (price === undefined || fill.price === price)
        ).reduce((total, { count }) => total + count, 0);
      for (const [side, other] of [["bid", "ask"], ["ask", "bid"]] as const) {
        let all = 0;
        for (const [price, count] of offered[other]) {
          assert(sum(side, true, price) <= count, `more is bought at ${price} than was ever offered`);
          all += count;
        }
        // Who makes is met by trades that were recorded, and by offers that came against it.
        assert(sum(side) <= all + traded[other], "more is filled than came");
      }
      assertEquals(position, sum("bid") - sum("ask"));
      assertEquals(cash, cashAfter(fills));
    }),
    // In many a run nothing is filled: of so many some are.
    { numRuns: 40 },
  );
  // Runs in which nothing happens would show nothing.
  assert(filled > 5, `only ${filled} fills`);
});

/** What is left of 1000 dollars, in ten-thousandths: YES costs its price, NO the rest of a dollar, a pair pays a dollar. */
function cashAfter(fills: RandomRun["fills"]): number {
  let cash = 10_000_000;
  let held = 0;
  for (const { side, price, count, fee } of fills) {
    const cost = side === "bid" ? price : 100 - price;
    const closes = Math.min(count, Math.max(0, side === "bid" ? -held : held));
    cash += closes * (100 - cost) * 100 - (count - closes) * cost * 100 - fee;
    held += side === "bid" ? count : -count;
  }
  return cash;
}

/** The book that a recording ends with, by side; undefined where nobody knows it. */
function lastBook(items: readonly RecordedItem[]): Record<"bid" | "ask", [number, number][]> | undefined {
  const { now } = supplyOf(items);
  const isKnown = items.findLastIndex(({ kind }) => kind === "gap") <=
    items.findLastIndex((item) => item.kind === "frame" && item.frame.type === "orderbook_snapshot");
  const levels = (side: "bid" | "ask") =>
    [...now[side]].filter(([, count]) => count > 0).toSorted(([a], [b]) => a - b);
  return isKnown ? { bid: levels("bid"), ask: levels("ask") } : undefined;
}

test("where a bot only looks, the book is the recorded one", async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(steps, setting, async (given, how) => {
      const items = randomRecording(given);
      const { book } = await runAtRandom(items, { ...how, isStill: true });
      const last = lastBook(items);
      if (last === undefined) return;
      compared++;
      assertEquals(book, last);
    }),
    { numRuns: 25 },
  );
  assert(compared > 0, `only ${compared} books`);
});
