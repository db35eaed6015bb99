import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "../support/test.ts";
import { lines, objects, openAccount } from "./support/account.ts";
import { prepareCli } from "./support/program.ts";

test("a portfolio is balance, positions with mark and P&L, resting orders and fills", async () => {
  await using account = await openAccount();
  const { exchange, client, ticker, env } = account;
  using cli = await prepareCli();
  const empty = await cli.run(["portfolio"], { env });
  assertEquals(empty.status, 0);
  assertMatch(empty.stdout, /^balance dollars +1000\.0000$/m);
  assertEquals(lines(empty.stderr), ["Nothing is held.", "No resting orders.", "No fills."]);

  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5600", count: "4" });
  const { order_id } = await client.orders.create({
    ticker,
    side: "bid",
    count: "10.00",
    price: "0.5600",
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross",
  });
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.5000", count: "50" });
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.6000", count: "1" });

  const positions = await cli.run(["portfolio", "positions", "--json"], { env });
  assertEquals([positions.status, positions.stderr], [0, ""]);
  const [position] = objects(positions.stdout);
  // Bought 4 at 0.56. The best bid is our own, at 0.56: nobody sells to that; that of others is 0.50.
  assertEquals(
    [position.ticker, position.position, position.average_cost_dollars, position.cost_dollars],
    [ticker, "4.00", "0.5600", "2.2400"],
  );
  assertEquals([position.mark_state, position.mark_dollars, position.value_dollars], [
    "close",
    "0.5000",
    "2.0000",
  ]);
  assertEquals([position.unrealized_dollars, position.realized_dollars], ["-0.2400", "0.0000"]);
  assertEquals(position.net_dollars, (-0.24 - Number(position.fees_dollars)).toFixed(4));
  const mid = await cli.run(["portfolio", "positions", "--mark", "mid", "--csv"], { env });
  const [heading = "", row = ""] = lines(mid.stdout);
  assertEquals(row.split(",")[heading.split(",").indexOf("mark_dollars")], "0.5500");

  const orders = await cli.run(["portfolio", "orders", "--json"], { env });
  assertEquals(objects(orders.stdout), [await client.orders.get(order_id)]);
  const fills = await cli.run(["portfolio", "fills", "--order", order_id, "--json"], { env });
  assertEquals(objects(fills.stdout), [...(await client.fills.list()).items]);
  const early = await cli.run(["portfolio", "fills", "--to", "1d", "--csv"], { env });
  assertEquals([early.status, lines(early.stdout).length], [0, 1]);
  const balance = await cli.run(["portfolio", "balance", "--csv"], { env });
  assertEquals(lines(balance.stdout)[0], "balance_dollars,portfolio_value_dollars,updated_ts");

  // For people, without a number of Unix seconds.
  assertEquals(lines((await cli.run(["portfolio", "balance"], { env })).stdout).length, 2);

  const all = await cli.run(["portfolio", "--json"], { env });
  assertEquals(objects(all.stdout).map(({ kind }) => kind), ["balance", "position", "order", "fill"]);
});

test("what a portfolio does not have is refused, and so is one without a key", async () => {
  await using account = await openAccount();
  const { env, publicEnv } = account;
  using cli = await prepareCli();
  for (
    const [args, status] of [
      [["nothing"], 2],
      [["positions", "--mark", "last"], 2],
      [["orders", "--status", "open"], 2],
      [["fills", "--from", "soon"], 2],
      [["fills", "--limit", "0"], 2],
      [["--csv"], 2],
    ] as const
  ) {
    const refused = await cli.run(["portfolio", ...args], { env });
    assertEquals([refused.status, refused.stdout], [status, ""], refused.stderr);
  }
  const keyless = await cli.run(["portfolio", "orders"], { env: publicEnv });
  assertEquals([keyless.status, keyless.stdout], [3, ""]);
});

test("a long list comes page by page, and ends where it is to end", async () => {
  await using account = await openAccount({ history: { days: 3 }, marketMakers: true });
  const { exchange, env } = account;
  using cli = await prepareCli();
  const trades = await cli.run(["trades", "--all", "--csv"], { env });
  assertEquals([trades.status, trades.stderr], [0, ""]);
  assert(lines(trades.stdout).length > 1_000);
  const few = await cli.run(["trades", "--limit", "3"], { env });
  assertEquals([few.status, lines(few.stdout).length], [0, 4]);
  assertEquals(few.stderr, "There are more than 3: --limit and --all show them.\n");
  const times = objects((await cli.run(["trades", "--limit", "20", "--json"], { env })).stdout)
    .map(({ created_time }) => Date.parse(created_time));
  assertEquals(times, [...times].sort((a, b) => b - a));
  const old = await cli.run(["trades", exchange.openTickers()[0] ?? "", "--to", "2001-01-01"], { env });
  assertEquals([old.status, old.stdout, old.stderr], [0, "", "No trades.\n"]);
});

test("trades are followed, and what the stream has lost is told and looked up", async () => {
  await using account = await openAccount();
  const { exchange, client, ticker, env } = account;
  const trade = async (count: string) => {
    exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5600", count });
    await client.orders.create({
      ticker,
      side: "bid",
      count,
      price: "0.5600",
      time_in_force: "immediate_or_cancel",
      self_trade_prevention_type: "taker_at_cross",
    });
  };
  await trade("1.00");
  await trade("2.00");
  using cli = await prepareCli();
  const started = cli.start(["trades", ticker, "--follow", "--limit", "1", "--json"], { env });
  await started.says(/"count_fp":"2\.00"/);
  await trade("3.00");
  await started.says(/"count_fp":"3\.00"/);
  exchange.sockets.fail({ fault: "drop", channel: "trade" });
  await trade("4.00");
  await trade("5.00");
  await started.says(/"count_fp":"4\.00"/);
  await started.says(/"count_fp":"5\.00"/);
  exchange.sockets.restart();
  await started.says(/"type":"reconnected"/);
  started.signal("SIGINT");
  const { status, stdout, stderr } = await started.ended;
  assertEquals([status, stderr], [130, ""]);
  const told = objects(stdout);
  const keys = Object.keys(told[0]).sort().join();
  assert(told.every((line) => Object.keys(line).sort().join() === keys), stdout);
  // In their order, each once.
  assertEquals(
    told.map(({ type, count_fp, recovered, missed }) => [type, count_fp, recovered, missed]).slice(0, 3),
    [["trade", "2.00", false, null], ["trade", "3.00", false, null], ["gap", null, false, 1]],
  );
  assertEquals(told.filter(({ type }) => type === "trade").map(({ count_fp }) => count_fp), [
    "2.00",
    "3.00",
    "4.00",
    "5.00",
  ]);
  assertEquals(told.find(({ count_fp }) => count_fp === "4.00").recovered, true);
  assert(told[2].found >= 1);

  for (const args of [["--follow", "--to", "now"], ["--from", "1d", "--to", "2d"], ["--limit", "x"]]) {
    const refused = await cli.run(["trades", ticker, ...args], { env });
    assertEquals([refused.status, refused.stdout], [2, ""], refused.stderr);
  }
  assertEquals((await cli.run(["trades", "NO-SUCH"], { env })).status, 4);
});
