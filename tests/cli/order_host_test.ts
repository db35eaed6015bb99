import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { test } from "../support/test.ts";
import { lines, objects, openAccount } from "./support/account.ts";
import { prepareCli } from "./support/program.ts";

test("an order is placed once, and its fills are printed", async () => {
  await using account = await openAccount();
  const { exchange, client, ticker, env } = account;
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5500", count: "3" });
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5600", count: "4" });
  using cli = await prepareCli();

  // The first answer is lost, after the order was taken.
  exchange.fail({ status: 500, method: "POST", path: "/portfolio/events/orders", afterProcessing: true });
  const json = await cli.run(
    ["order", ticker, "--side", "bid", "--price", "0.56", "--count", "10", "--json"],
    { env },
  );
  assertEquals([json.status, json.stderr], [0, ""]);
  const [placed] = objects(json.stdout);
  assertEquals(
    [placed.ticker, placed.side, placed.price, placed.count, placed.fill_count, placed.remaining_count],
    [ticker, "bid", "0.5600", "10.00", "7.00", "3.00"],
  );
  assertEquals(placed.fills_are_complete, true);
  assertEquals(
    placed.fills.map((fill: { yes_price_dollars: string; count_fp: string }) => [
      fill.yes_price_dollars,
      fill.count_fp,
    ]).sort(),
    [["0.5500", "3.00"], ["0.5600", "4.00"]],
  );
  const { items } = await client.orders.list({ ticker });
  assertEquals(items.map(({ order_id }) => order_id), [placed.order_id]);

  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.5000", count: "2" });
  const table = await cli.run(
    [
      "order",
      ticker,
      "--side",
      "ask",
      "--price",
      "0.5",
      "--count",
      "2",
      "--tif",
      "ioc",
      "--self-trade",
      "maker",
    ],
    { env },
  );
  assertEquals([table.status, table.stderr], [0, ""]);
  assertMatch(table.stdout, /^fill count +2\.00$/m);
  assertMatch(table.stdout, /\nfill id +count +yes price +fee +is taker +time\n/);

  const rest = await cli.run(
    [
      ...["order", ticker, "--side", "ask", "--price", "0.99", "--count", "1.50", "--expires", "+1h"],
      ...["--post-only", "--client-order-id", "mine-1", "--cancel-on-pause", "--csv"],
    ],
    { env },
  );
  assertEquals([rest.status, rest.stderr], [0, ""]);
  const [heading = "", row = ""] = lines(rest.stdout);
  assert(heading.startsWith("order_id,client_order_id,ticker,"));
  const order = await client.orders.get(row.split(",")[0] ?? "");
  assertEquals(
    [order.client_order_id, order.status, order.remaining_count_fp, order.cancel_order_on_pause],
    ["mine-1", "resting", "1.50", true],
  );
  assert(Date.parse(order.expiration_time ?? "") > exchange.clock.now() + 3_000_000);

  const again = await cli.run(
    ["order", ticker, "--side", "ask", "--price", "0.99", "--count", "1", "--client-order-id", "mine-1"],
    { env },
  );
  assertEquals([again.status, again.stdout], [4, ""]);
  assertStringIncludes(again.stderr, "409");
});

test("a dry run says what an order would come to, and sends nothing", async () => {
  await using account = await openAccount();
  const { exchange, client, ticker, env } = account;
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5500", count: "3" });
  using cli = await prepareCli();
  const order = ["order", ticker, "--side", "bid", "--price", "0.56", "--count", "10", "--dry-run"];

  const json = await cli.run([...order, "--json"], { env });
  assertEquals([json.status, json.stderr], [0, ""]);
  const [preview] = objects(json.stdout);
  assertEquals({ ...preview, exchange_index: undefined }, {
    dry_run: true,
    ticker,
    client_order_id: null,
    side: "bid",
    count: "10.00",
    price: "0.5600",
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross",
    exchange_index: undefined,
    takes_now: "3.00",
    takes_for_dollars: "1.6500",
    rests: "7.00",
    cost_at_most_dollars: "5.6000",
    fee_estimate_dollars: "0.1728",
    balance_dollars: "1000.0000",
  });
  const table = await cli.run(order, { env });
  assertEquals(table.status, 0);
  assertMatch(table.stdout, /^cost at most dollars +5\.6000$/m);
  assertMatch(table.stderr, /^Nothing was sent\. Buy 10\.00 YES of /);
  assertEquals((await client.orders.list()).items, []);
});

test("an order that cannot be is refused with what to do, and nothing is sent", async () => {
  await using account = await openAccount();
  const { exchange, client, ticker, env, publicEnv } = account;
  using cli = await prepareCli();
  const valid = { side: "bid", price: "0.50", count: "1" };
  const refusals: [Record<string, string>, RegExp, number?][] = [
    [
      { price: "0.505" },
      /0\.5050 is not on the price grid of \S+ \(0\.0000 to 1\.0000 by 0\.0100\)\. Nearest: 0\.5000 and 0\.5100\./,
    ],
    [{ price: "0.001" }, /Nearest: 0\.0100\./],
    [{ price: "56" }, /--price takes the YES price in dollars, such as 0\.56.*got "56"/],
    [{ price: "0" }, /--price takes/],
    [{ price: "1.00" }, /--price takes/],
    [{ price: "56c" }, /--price takes/],
    [{ price: "0.56001" }, /--price takes/],
    [{ count: "0" }, /--count takes contracts/],
    [{ count: "1.005" }, /--count takes contracts/],
    [{ count: "-5" }, /--count takes contracts/],
    [{ side: "yes" }, /--side.*Allowed choices are bid, ask/],
    [{ tif: "day" }, /Allowed choices are gtc, ioc, fok/],
    [{ tif: "ioc", expires: "+1h" }, /--expires goes with --tif gtc alone/],
    [{ expires: "1h" }, /--expires lies in the past/],
    [{ expires: "soon" }, /--expires takes now, a span/],
    [{ tif: "fok", "post-only": "" }, /--post-only rests and never takes/],
    [{ "reduce-only": "" }, /--reduce-only needs --tif ioc/],
    [{ subaccount: "64" }, /from 0 to 63/],
    [{ size: "1" }, /unknown option '--size'/],
  ];
  for (const [change, says, status = 2] of refusals) {
    const args = Object.entries({ ...valid, ...change }).flatMap(([name, value]) =>
      value === "" ? [`--${name}`] : [`--${name}`, value]
    );
    const refused = await cli.run(["order", ticker, ...args], { env });
    assertEquals([refused.status, refused.stdout], [status, ""], refused.stderr);
    assertMatch(refused.stderr, says);
  }
  const bare = await cli.run(["order", ticker, "--side", "bid", "--count", "1"], { env });
  assertEquals(bare.status, 2);
  assertMatch(bare.stderr, /required option '--price <dollars>' not specified/);

  const keyless = await cli.run(["order", ticker, "--side", "bid", "--price", "0.5", "--count", "1"], {
    env: publicEnv,
  });
  assertEquals([keyless.status, keyless.stdout], [3, ""]);
  exchange.setMarketActive(ticker, false);
  const paused = await cli.run(["order", ticker, "--side", "bid", "--price", "0.5", "--count", "1"], { env });
  assertEquals([paused.status, paused.stdout], [4, ""]);
  assertMatch(paused.stderr, /is inactive: it takes no orders\. Nothing was sent\./);
  assertEquals((await client.orders.list()).items, []);
});

test("an order of which nobody knows what became is told so, with the id to look for it", async () => {
  await using account = await openAccount();
  const { exchange, client, ticker, env } = account;
  using cli = await prepareCli();
  for (
    const [method, path] of [["POST", "/portfolio/events/orders"], ["GET", "/portfolio/orders"]] as const
  ) {
    exchange.fail({ status: 503, method, path, times: Infinity, afterProcessing: true });
  }
  const args = ["order", ticker, "--side", "bid", "--price", "0.5", "--count", "1"];
  const lost = await cli.run(args, { env });
  assertEquals([lost.status, lost.stdout], [6, ""], lost.stderr);
  exchange.clearFaults();
  const { items: [order] } = await client.orders.list();
  const id = order?.client_order_id ?? "";
  assertStringIncludes(lost.stderr, `Its client_order_id: ${id}\n`);
  assertStringIncludes(lost.stderr, "kalshi portfolio orders --client-order-id ID");

  const found = await cli.run(["portfolio", "orders", "--client-order-id", id, "--json"], { env });
  assertEquals([found.status, objects(found.stdout)], [0, [order]]);
  const none = await cli.run(["portfolio", "orders", "--client-order-id", "another"], { env });
  assertEquals([none.status, none.stdout], [4, ""]);
});
