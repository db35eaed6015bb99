/** Fills that are looked up, whatever REST and the stream call them: each is delivered once. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { MarginFill } from "../../src/contract/perps/types.ts";
import type { Frame } from "../../src/stream/frame.ts";
import { perpsRecovery } from "../../src/stream/perps_recovery.ts";
import { recoveryPlan } from "../../src/stream/recovery_plans.ts";
import { test } from "../support/test.ts";

interface Happened {
  readonly n: number;
  readonly order: number;
  readonly price: number;
  readonly ms: number;
  /** Whether its live frame comes, is lost, or waits behind a marker. */
  readonly fate: "live" | "lost" | "held";
}

const live = ({ n, order, price, ms }: Happened): Frame => ({
  type: "fill",
  msg: {
    trade_id: `trade-${n}`,
    order_id: `order-${order}`,
    market_ticker: "A",
    is_taker: false,
    side: "bid",
    price: `10.0${price}00`,
    count: "1.00",
    ts_ms: ms,
  },
});

const listed = (idOf: (n: number) => string) => ({ n, order, price, ms }: Happened): MarginFill => ({
  fill_id: idOf(n),
  order_id: `order-${order}`,
  ticker: "A",
  is_taker: false,
  side: "bid",
  price: `10.0${price}00`,
  count: "1.00",
  created_time: new Date(ms).toISOString(),
  entry_price: "10.0000",
  fees: "0.0000",
  realized_pnl: "0.0000",
});

const what = ({ msg }: Frame) => [msg.order_id, msg.price, msg.ts_ms].join();

const happened = fc.array(
  fc.record({
    order: fc.integer({ min: 1, max: 2 }),
    price: fc.integer({ min: 1, max: 2 }),
    // Few milliseconds, so that many fills say the same.
    ms: fc.integer({ min: 0, max: 2 }),
    fate: fc.constantFrom("live" as const, "live" as const, "lost" as const, "held" as const),
  }),
  { maxLength: 30 },
);

const worlds = {
  "REST and the stream have the same ids": (n: number) => `trade-${n}`,
  "REST has ids of its own": (n: number) => `fill-${n}`,
};
for (const [world, idOf] of Object.entries(worlds)) {
  test(`where ${world}, each fill is delivered once, whatever was lost or held back`, async () => {
    await fc.assert(
      fc.asyncProperty(happened, fc.integer({ min: 1, max: 4 }), async (drawn, rounds) => {
        const size = Math.ceil(drawn.length / rounds);
        // REST tells all of a millisecond that it tells of.
        const all = drawn.map((one, n): Happened => ({
          ...one,
          n,
          ms: 1_790_000_000_000 + Math.floor(n / size) * 1_000 + one.ms,
        }));
        let there: readonly Happened[] = [];
        const plan = recoveryPlan("fill", perpsRecovery, {
          async *fills() {
            yield* [...there].reverse().map(listed(idOf));
          },
          async *orders() {},
          order: () => Promise.reject(new Error("none")),
        }, () => {});
        const delivered: string[] = [];
        for (let round = 0; round < rounds; round++) {
          const now = all.slice(round * size, (round + 1) * size);
          there = all.slice(0, (round + 1) * size);
          for (const one of now.filter(({ fate }) => fate === "live")) {
            if (plan.isNew(live(one).msg)) delivered.push(what(live(one)));
          }
          const held = now.filter(({ fate }) => fate === "held").map(live);
          for (const frame of plan.pick(await plan.fetch(0), held)) delivered.push(what(frame));
          for (const frame of held) if (plan.isNew(frame.msg)) delivered.push(what(frame));
        }
        assertEquals(delivered.sort(), all.map((one) => what(live(one))).sort());
      }),
      { numRuns: 2_000 },
    );
  });
}

test("what was there before the subscription is not taken for missed, and a frame that comes twice counts once", async () => {
  const one: Happened = { n: 1, order: 1, price: 1, ms: 1_790_000_000_000, fate: "live" };
  for (const idOf of Object.values(worlds)) {
    const plan = recoveryPlan("fill", perpsRecovery, {
      async *fills() {
        yield listed(idOf)(one);
      },
      async *orders() {},
      order: () => Promise.reject(new Error("none")),
    }, () => {});
    assertEquals(plan.pick(await plan.fetch(0), []).length, 1);
    assertEquals(plan.pick(await plan.fetch(0), []), []);
    // Its live frame comes late.
    assertEquals([plan.isNew(live(one).msg), plan.isNew(live(one).msg)], [false, false]);
  }
});
