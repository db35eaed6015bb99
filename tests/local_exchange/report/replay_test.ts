/** The report of a replay, worked out by hand. */
import { assertEquals } from "@std/assert";
import { KalshiClient } from "../../../src/client.ts";
import { LocalExchange } from "../../../src/local_exchange/mod.ts";
import { test } from "../../support/test.ts";
import { BEGIN_MS, delta, recorded, snapshot, trade } from "../replay/support/recorded.ts";

const M = "KXTEST-26NOV24-T1";

test("a replay is marked by the recorded market, which a bot's own orders do not move", async () => {
  const recording = recorded(
    snapshot(M, 0, [["0.5000", "100.00"]], [["0.5500", "40.00"], ["0.7000", "100.00"]]),
    delta(M, 1_000, "bid", "0.3000", "1.00"),
    // What the bot took at 0.55 leaves the recording too: on its own exchange nothing changes by that.
    delta(M, 2_000, "ask", "0.5500", "-40.00"),
    { kind: "gap", atMs: BEGIN_MS + 4_000, channel: "orderbook_delta" },
    snapshot(M, 6_000, [["0.4800", "100.00"]], [["0.5200", "100.00"]]),
    trade(M, 8_000, "ask", "0.4800", "5.00"),
    delta(M, 8_001, "bid", "0.4800", "-5.00"),
    delta(M, 30_000, "bid", "0.3000", "1.00"),
  );
  await using replay = await LocalExchange.replay(recording, {
    fromMs: BEGIN_MS + 1,
    results: { [M]: "yes" },
    report: { title: "A test" },
  });
  const { auth, id } = await replay.createAccount();
  const { config, runtime, clock } = replay;
  await using client = new KalshiClient({ auth, config, runtime, clock });
  const order = { ticker: M, side: "bid", self_trade_prevention_type: "taker_at_cross" } as const;
  const rests = { ...order, time_in_force: "good_till_canceled" } as const;
  clock.setTimer(() => {
    void client.orders.create({ ...rests, price: "0.5500", count: "40.00" });
  }, 999);
  const pnlAt = async (ms: number) => (await replay.run({ toMs: BEGIN_MS + ms })).summary.pnl;
  // Taken at 0.55, with a fee of 0.07 * 40 * 0.55 * 0.45 = 0.693. The middle is 0.525, though nothing is left at 0.55.
  assertEquals(await pnlAt(1_500), "-1.693000");
  // Now the recording has nothing there either, and the middle is 0.60: 40 * 0.05 - 0.693.
  assertEquals(await pnlAt(2_500), "1.307000");
  // After the gap it is 0.50: 40 * -0.05 - 0.693.
  assertEquals(await pnlAt(7_000), "-2.693000");
  const report = await replay.run();
  const { summary, adverseSelection, fills, markets } = report;
  // In the end a contract is worth 1.00: 40 - 22 - 0.693.
  assertEquals([summary.pnl, summary.balance, summary.fees], ["17.307000", "1017.307000", "0.693000"]);
  assertEquals([summary.lowestPnl, summary.maxDrawdown.amount], ["-2.693000", "4.000000"]);
  assertEquals(
    adverseSelection.slice(4).map((row) => [row.afterMs, row.fills, row.unknown, row.againstPerContract]),
    [
      [0, 1, 0, "0.000000"],
      [1_000, 1, 0, "-0.075000"],
      [10_000, 1, 0, "0.025000"],
      // The recording had ended.
      [60_000, 0, 1, null],
    ],
  );
  assertEquals(fills.kept.map(({ mid, liquidity }) => [mid, liquidity]), [["0.52500", "taker"]]);
  // From the gap to the snapshot.
  assertEquals([summary.haltedMs, summary.halts, markets[0]?.haltedMs], [2_000, 1, 2_000]);
  assertEquals([markets[0]?.result, markets[0]?.fills], ["1.0000", 1]);
  const { kind, title, settings, fromMs } = report.toJSON();
  assertEquals([kind, title, fromMs], ["replay", "A test", BEGIN_MS + 1]);
  assertEquals(settings, {
    queue: "behind",
    latency: "orders 0 ms, answers 0 ms, feed 0 ms, jitter 0 ms",
    seed: "1",
    fees: "as recorded",
    frames: "7",
    gaps: "1",
    halts: "1",
  });
  // What happens when it is over is no part of it.
  replay.exchange.deposit(id, "5.00");
  assertEquals(JSON.stringify(replay.report()), JSON.stringify(report));
});

test("what stands ahead of an order is without what a trade has taken that the book tells later", async () => {
  const recording = recorded(
    snapshot(M, 0, [["0.5000", "100.00"]], [["0.5500", "40.00"]]),
    delta(M, 1_000, "bid", "0.3000", "1.00"),
    // Told before the order of 100 that it took 60 of.
    trade(M, 2_000, "ask", "0.5100", "60.00"),
    delta(M, 2_001, "bid", "0.5100", "100.00"),
    delta(M, 2_900, "bid", "0.5100", "-60.00"),
    trade(M, 5_000, "ask", "0.5100", "40.00"),
    delta(M, 5_001, "bid", "0.5100", "-40.00"),
    delta(M, 6_000, "bid", "0.5100", "20.00"),
    trade(M, 8_000, "ask", "0.5100", "5.00"),
    delta(M, 8_001, "bid", "0.5100", "-5.00"),
  );
  await using replay = await LocalExchange.replay(recording);
  const { auth } = await replay.createAccount();
  const { config, runtime, clock } = replay;
  await using client = new KalshiClient({ auth, config, runtime, clock });
  const rests = {
    ticker: M,
    side: "bid",
    count: "10.00",
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross",
  } as const;
  const placed: string[] = [];
  clock.setTimer(async () => {
    const { order_id } = await client.orders.create({ ...rests, price: "0.5100" });
    placed.push(await client.orders.queuePosition(order_id));
  }, 2_500);
  const { fills } = await replay.run();
  assertEquals(placed, ["40.00"]);
  assertEquals(fills.kept.map(({ atMs, count, queueAhead }) => [atMs - BEGIN_MS, count, queueAhead]), [
    [8_000, "5.00", "40.00"],
  ]);
});
