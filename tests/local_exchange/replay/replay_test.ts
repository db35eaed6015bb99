import { assertEquals } from "@std/assert";
import { KalshiClient } from "../../../src/client.ts";
import { LocalExchange } from "../../../src/local_exchange/mod.ts";
import { KalshiStream } from "../../../src/stream/mod.ts";
import { test } from "../../support/test.ts";
import { BEGIN_MS, delta, recorded, snapshot, trade } from "./support/recorded.ts";

const M = "KXTEST-26NOV24-T1";
const order = { time_in_force: "good_till_canceled", self_trade_prevention_type: "taker_at_cross" } as const;

test("a bot meets a recorded market: its book, its place in the queue, its fills", async () => {
  const recording = recorded(
    snapshot(M, 0, [["0.5000", "100.00"]], [["0.5500", "40.00"]]),
    delta(M, 1_000, "bid", "0.4900", "10.00"),
    trade(M, 2_000, "ask", "0.5000", "30.00"),
    delta(M, 2_001, "bid", "0.5000", "-30.00"),
    trade(M, 3_000, "ask", "0.5000", "75.00"),
    delta(M, 3_001, "bid", "0.5000", "-70.00"),
    delta(M, 5_000, "ask", "0.5500", "10.00"),
  );
  await using replay = await LocalExchange.replay(recording);
  const { config, runtime, clock } = replay;
  const { auth } = await replay.createAccount();
  assertEquals(clock.now(), BEGIN_MS);
  await using client = new KalshiClient({ auth, config, runtime, clock });
  await using stream = await KalshiStream.connect({ auth, config, runtime, clock });
  const book = await stream.orderBook(M);
  assertEquals([book.bestBid, book.bestAsk], [5_000, 5_500]);
  const fills: unknown[] = [];
  await stream.on("fill", (item) => {
    if (item.type === "fill") {
      fills.push([clock.now() - BEGIN_MS, item.msg.count_fp, item.msg.yes_price_dollars]);
    }
  });
  const placed = await client.orders.create({
    ...order,
    ticker: M,
    side: "bid",
    count: "10.00",
    price: "0.5000",
  });
  assertEquals(placed.fill_count, "0.00");
  await replay.run();
  const { frames, trades, halts } = replay.summary();
  assertEquals([frames, trades, halts], [7, 2, []]);
  // 100 ahead: 30 and 70 of the trades take them, and 5 of the last 75 are ours.
  assertEquals(fills, [[3_000, "5.00", "0.5000"]]);
  assertEquals(book.sizeAt("bid", 5_000), 500);
  assertEquals(book.sizeAt("ask", 5_500), 5_000);
  const { orders } = { orders: [...await client.orders.list({ status: "resting" })] };
  assertEquals(orders.map(({ remaining_count_fp }) => remaining_count_fp), ["5.00"]);
});
