import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { test } from "../support/test.ts";
import { lines, objects, openAccount } from "./support/account.ts";
import { prepareCli } from "./support/program.ts";

test("markets are filtered, searched, sorted and cut, as a table, as JSON and as CSV", async () => {
  await using account = await openAccount({ marketMakers: true, history: { days: 2 } });
  const { exchange, publicEnv: env, client } = account;
  exchange.step(3);
  using cli = await prepareCli();
  const open = exchange.openTickers();

  // Kalshi's own objects, of every page.
  const all = await cli.run(["markets", "--all", "--json"], { env });
  assertEquals([all.status, all.stderr], [0, ""]);
  assertEquals(objects(all.stdout).map(({ ticker }) => ticker).sort(), [...open].sort());
  assertEquals(objects(all.stdout)[0], await client.markets.get(objects(all.stdout)[0].ticker));

  const few = await cli.run(["markets", "--limit", "2"], { env });
  assertEquals([few.status, lines(few.stdout).length], [0, 3]);
  assertMatch(few.stdout, /^ticker +title +yes bid +yes ask +last price +volume +close time\n/);
  assertEquals(few.stderr, "There are more than 2: --limit and --all show them.\n");

  const sorted = await cli.run(
    ["markets", "--status", "any", "--columns", "volume,ticker", "--sort", "volume", "--csv", "--limit", "4"],
    { env },
  );
  assertEquals([sorted.status, sorted.stderr], [0, ""]);
  const [heading, ...rows] = lines(sorted.stdout).map((line) => line.split(","));
  assertEquals(heading, ["volume", "ticker"]);
  const volumes = rows.map(([volume]) => Number(volume));
  assertEquals(volumes, [...volumes].sort((a, b) => b - a));
  let most = 0;
  for await (const { volume_fp } of client.markets.listAll()) most = Math.max(most, Number(volume_fp));
  assertEquals(volumes[0], most);

  const [wanted = ""] = open.filter((ticker) => ticker.includes("-B"));
  const word = wanted.slice(wanted.indexOf("-B") + 1).toLowerCase();
  const found = await cli.run(["markets", "--search", `${word} HIGHEST`, "--columns", "ticker", "--json"], {
    env,
  });
  const names = objects(found.stdout).map((row) => row.ticker as string);
  assert(names.includes(wanted), found.stdout);
  assert(names.every((name) => name.toLowerCase().includes(word)));
  assertEquals(Object.keys(objects(found.stdout)[0]), ["ticker"]);

  const none = await cli.run(["markets", "--search", "no such thing"], { env });
  assertEquals([none.status, none.stdout], [0, ""]);
  assertMatch(none.stderr, /^No market matches, of \d+ seen\.\n$/);

  const settled = await cli.run(["markets", "--status", "settled", "--json", "--limit", "3"], { env });
  assert(objects(settled.stdout).every(({ status }) => status === "finalized"));
  const soon = await cli.run(["markets", "--closes-before", "+1m", "--closes-after", "now", "--csv"], {
    env,
  });
  assertEquals([soon.status, lines(soon.stdout).length], [0, 1]);
});

test("a market is shown with its spread, its fees, its grid and its rules", async () => {
  await using account = await openAccount();
  const { exchange, ticker, publicEnv: env } = account;
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.5400", count: "20" });
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5600", count: "7.50" });
  using cli = await prepareCli();

  const table = await cli.run(["market", ticker], { env });
  assertEquals([table.status, table.stderr], [0, ""]);
  assertMatch(table.stdout, /^yes bid +0\.5400 \(20\.00 contracts\)$/m);
  assertMatch(table.stdout, /^spread +0\.0200$/m);
  assertMatch(
    table.stdout,
    /^fees +quadratic, multiplier 1 \(series \S+\): 1\.7248 to take 100 contracts at 0\.5600$/m,
  );
  assertMatch(table.stdout, /^price grid +0\.0000 to 1\.0000 by 0\.0100 \(linear_cent\)$/m);
  assertMatch(table.stdout, /^close time +\S+Z \(in .+\)$/m);

  const json = await cli.run(["market", ticker, "--json"], { env });
  const [market] = objects(json.stdout);
  assertEquals([market.ticker, market.spread_dollars, market.fee_type], [ticker, "0.0200", "quadratic"]);
});

test("a book is a ladder with one's own orders, or rows", async () => {
  await using account = await openAccount();
  const { exchange, ticker, env, publicEnv, client } = account;
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.5400", count: "20" });
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5600", count: "7.50" });
  await client.orders.create({
    ticker,
    side: "bid",
    count: "5.00",
    price: "0.5400",
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross",
  });
  using cli = await prepareCli();

  const ladder = await cli.run(["book", ticker], { env });
  assertEquals([ladder.status, ladder.stderr], [0, ""]);
  assertMatch(
    ladder.stdout,
    /\n {2}0\.5600 +7\.50 +7\.50 +█+\n.*spread 0\.0200.*\n {2}0\.5400 +25\.00 +25\.00 +\*5\.00 +█+\n/,
  );
  assertStringIncludes(ladder.stdout, "as it was a moment ago");

  const rows = await cli.run(["book", ticker, "--json", "--depth", "1"], { env });
  assertEquals(objects(rows.stdout), [
    { ticker, side: "bid", price: "0.5400", size: "25.00", total: "25.00", own: "5.00" },
    { ticker, side: "ask", price: "0.5600", size: "7.50", total: "7.50", own: "0.00" },
  ]);
  const unknown = await cli.run(["book", ticker, "--csv"], { env: publicEnv });
  assertEquals(lines(unknown.stdout).slice(0, 2), [
    "ticker,side,price,size,total,own",
    `${ticker},bid,0.5400,25.00,25.00,`,
  ]);
});
