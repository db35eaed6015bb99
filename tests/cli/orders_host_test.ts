import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { type Account, lines, objects, openAccount } from "./support/account.ts";
import { prepareCli } from "./support/program.ts";

const place = async ({ client }: Account, ticker: string, price: string, count = "5.00") => {
  const { order_id } = await client.orders.create({
    ticker,
    side: "bid",
    count,
    price,
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross",
  });
  return order_id;
};
const resting = async ({ client }: Account) => {
  const { items } = await client.orders.list({ status: "resting" });
  return items.map(({ order_id }) => order_id).sort();
};

test("orders are canceled by id, on a market or all, and it is looked whether they are gone", async () => {
  await using account = await openAccount();
  const { exchange, ticker, env } = account;
  const other = exchange.listMarket({ ticker: "KXRAIN-26NOV30-T2" });
  using cli = await prepareCli();
  const [first, second, third, fourth] = [
    await place(account, ticker, "0.1000"),
    await place(account, ticker, "0.2000"),
    await place(account, ticker, "0.3000"),
    await place(account, other, "0.1000"),
  ];

  const one = await cli.run(["cancel", first, "--json"], { env });
  assertEquals([one.status, one.stderr], [0, ""]);
  const [outcome] = objects(one.stdout);
  assert(outcome.client_order_id.length > 0);
  assertEquals({ ...outcome, client_order_id: undefined }, {
    order_id: first,
    client_order_id: undefined,
    ticker,
    side: "bid",
    price: "0.1000",
    canceled: "5.00",
    remaining: "0.00",
    status: "canceled",
    error: null,
  });
  assertEquals(await resting(account), [second, third, fourth].sort());

  // One that is gone and one that never was do not keep the third from being canceled.
  const some = await cli.run(["cancel", first, "no-such-order", second, "--csv"], { env });
  assertEquals(some.status, 4);
  assertStringIncludes(some.stderr, "no-such-order: there is no such order.");
  const [heading, ...rows] = lines(some.stdout).map((line) => line.split(","));
  assertEquals(heading?.join(), "order_id,client_order_id,ticker,side,price,canceled,remaining,status,error");
  assertEquals(rows.map((row) => [row[0], row[5], row[7]]), [
    [first, "0.00", "canceled"],
    [second, "5.00", "canceled"],
    ["no-such-order", "0.00", "unknown"],
  ]);

  // The answer is lost: the exchange is asked what became of the order.
  exchange.fail({
    status: 500,
    method: "DELETE",
    path: "/portfolio/events/orders/batched",
    afterProcessing: true,
  });
  const there = await cli.run(["cancel", "--all", "--market", ticker], { env });
  assertEquals([there.status, there.stderr], [0, `No order rests on ${ticker}: the exchange shows none.\n`]);
  assertMatch(
    there.stdout,
    new RegExp(`^${third} +${ticker} +bid +0\\.3000 +5\\.00 +0\\.00 +canceled$`, "m"),
  );
  assertEquals(await resting(account), [fourth]);

  const fifth = await place(account, ticker, "0.4000");
  const all = await cli.run(["cancel", "--all", "--json"], { env });
  assertEquals([all.status, all.stderr], [0, ""]);
  assertEquals(objects(all.stdout).map(({ order_id }) => order_id).sort(), [fourth, fifth].sort());
  assertEquals(await resting(account), []);
  const none = await cli.run(["cancel", "--all"], { env });
  assertEquals([none.status, none.stdout, none.stderr], [
    0,
    "",
    "No order rests: the exchange shows none.\n",
  ]);
});

test("orders that rest still are told, and are no success", async () => {
  await using account = await openAccount();
  const { exchange, ticker, env } = account;
  const order = await place(account, ticker, "0.1000");
  using cli = await prepareCli();
  // An exchange that says that all is canceled, and is not as good as its word.
  exchange.fail({ status: 204, method: "DELETE", path: "/portfolio/events/orders", times: 1 });
  const left = await cli.run(["cancel", "--all"], { env });
  assertEquals(left.status, 1);
  assertMatch(left.stdout, new RegExp(`^${order} +${ticker} +bid +0\\.1000 +0\\.00 +5\\.00 +resting$`, "m"));
  assertStringIncludes(left.stderr, "1 order rests still");
  assertEquals(await resting(account), [order]);
});

test("what cannot be canceled is refused before anything is sent", async () => {
  await using account = await openAccount();
  const { ticker, env } = account;
  const order = await place(account, ticker, "0.1000");
  using cli = await prepareCli();
  const refusals: [string[], RegExp][] = [
    [[], /Name the ids of orders, or say --all/],
    [[order, "--all"], /not both/],
    [[order, "--market", ticker], /--market goes with --all/],
    [[order, "--subaccount", "1"], /--subaccount goes with --all/],
    [["--all", "--subaccount", "64"], /from 0 to 63/],
    [[""], /An order id is empty/],
  ];
  for (const [args, says] of refusals) {
    const refused = await cli.run(["cancel", ...args], { env });
    assertEquals([refused.status, refused.stdout], [2, ""], refused.stderr);
    assertMatch(refused.stderr, says);
  }
  const readOnly = await cli.run(["cancel", order], { env: { ...env, KALSHI_READONLY: "1" } });
  assertEquals([readOnly.status, readOnly.stdout], [7, ""], readOnly.stderr);
  assertEquals(await resting(account), [order]);
});

test("quotes are kept until Ctrl-C, then canceled, which is proven", async () => {
  await using account = await openAccount();
  const { exchange, client, ticker, env } = account;
  using cli = await prepareCli();
  const args = ["quotes", ticker, "--bid", "0.40", "--ask", "0.60", "--count", "10", "--json"];
  const started = cli.start(args, { env });
  await until(async () => (await resting(account)).length === 2);
  const { items } = await client.orders.list({ status: "resting" });
  assertEquals(
    items.map((order) => [order.book_side, order.yes_price_dollars, order.remaining_count_fp]).sort(),
    [["ask", "0.6000", "10.00"], ["bid", "0.4000", "10.00"]],
  );
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.4000", count: "4" });
  await started.says(/"type":"filled"/);
  // Another order of the account is not the quotes' to cancel.
  const own = await place(account, ticker, "0.1000");
  started.signal("SIGINT");
  const { status, stdout, stderr } = await started.ended;
  assertEquals([status, stderr], [130, ""]);
  const told = objects(stdout);
  assertEquals(told.filter(({ type }) => type === "placed").length, 2);
  const filled = told.find(({ type }) => type === "filled");
  assertEquals([filled.side, filled.price, filled.filled, filled.position], [
    "bid",
    "0.4000",
    "4.00",
    "4.00",
  ]);
  assertEquals(told.at(-1).type, "proven");
  assert(told.every((line) => Object.keys(line).join() === Object.keys(told[0]).join()), stdout);
  assertEquals(await resting(account), [own]);

  // What a process that was killed has left is found and canceled by the next one.
  const killed = cli.start(args, { env });
  await until(async () => (await resting(account)).length === 3);
  killed.child.kill("SIGKILL");
  await killed.ended;
  const next = cli.start(args, { env });
  await next.says(/"detail":"adopted"/);
  await until(() => next.stdout().split('"placed"').length === 3);
  next.signal("SIGTERM");
  assertEquals((await next.ended).status, 143);
  assertEquals(await resting(account), [own]);
});

test("quotes that cannot be are refused, and without a ticker those on requests are listed", async () => {
  await using account = await openAccount();
  const { exchange, ticker, env } = account;
  using cli = await prepareCli();
  const refusals: [string[], RegExp][] = [
    [[ticker], /Give --bid, --ask or both/],
    [[ticker, "--bid", "0.4"], /Give --count/],
    [[ticker, "--bid", "0.4", "--ask", "0.4", "--count", "1"], /--bid must be below --ask/],
    [[ticker, "--bid", "0.405", "--count", "1"], /--bid: 0\.4050 is not on the price grid/],
    [[ticker, "--ask", "1.2", "--count", "1"], /--ask takes the YES price/],
    [[ticker, "--bid", "0.4", "--count", "1", "--refill"], /--refill .* needs --max-position/],
    [[ticker, "--bid", "0.4", "--count", "1", "--name", "a name"], /--name takes 1 to 16 letters/],
    [["--bid", "0.4"], /--bid needs the ticker of a market/],
  ];
  for (const [args, says] of refusals) {
    const refused = await cli.run(["quotes", ...args], { env });
    assertEquals([refused.status, refused.stdout], [2, ""], refused.stderr);
    assertMatch(refused.stderr, says);
  }
  assertEquals(await resting(account), []);

  const { auth } = await exchange.createAccount({ balance: "1000.00" });
  const { KalshiClient } = await import("../../src/client.ts");
  await using requester = new KalshiClient({ auth, config: exchange.config });
  const rfq_id = await requester.communications.rfqs.create({
    market_ticker: ticker,
    contracts_fp: "10.00",
    rest_remainder: false,
  });
  const id = await account.client.communications.quotes.create({
    rfq_id,
    yes_bid: "0.4000",
    no_bid: "0.5000",
    rest_remainder: false,
  });
  const listed = await cli.run(["quotes", "--csv"], { env });
  assertEquals([listed.status, listed.stderr], [0, ""]);
  assertEquals(lines(listed.stdout)[1]?.split(",").slice(0, 7), [
    id,
    rfq_id,
    ticker,
    "open",
    "10.00",
    "0.4000",
    "0.5000",
  ]);
});
