import { assert, assertEquals, assertRejects } from "@std/assert";
import { KalshiAbortError, KalshiConfigError, KalshiError } from "../../../src/base/errors.ts";
import { KalshiClient } from "../../../src/client.ts";
import { FixClient, Side } from "../../../src/fix/mod.ts";
import { LocalExchange, type LocalReplayOptions, type ReplayItem } from "../../../src/local_exchange/mod.ts";
import { KalshiStream } from "../../../src/stream/mod.ts";
import { test } from "../../support/test.ts";
import { BEGIN_MS, delta, frame, recorded, snapshot, trade } from "./support/recorded.ts";

const M = "KXTEST-26NOV24-T1";
const rules = { time_in_force: "good_till_canceled", self_trade_prevention_type: "taker_at_cross" } as const;
const book = snapshot(M, 0, [["0.4000", "100.00"]], [["0.4500", "100.00"]]);
const bid = (price: string, count = "10.00") => ({ ...rules, ticker: M, side: "bid", price, count }) as const;
const tick = (atMs: number) => delta(M, atMs, "bid", "0.3000", "1.00");

/** What REST says of a market. */
const facts = (atMs: number, market: object, more: object = {}): ReplayItem => ({
  kind: "market",
  atMs: BEGIN_MS + atMs,
  ticker: M,
  market: { ticker: M, event_ticker: "KXTEST-26NOV24", ...market },
  ...more,
});

async function open(options: LocalReplayOptions, ...items: readonly ReplayItem[]) {
  const replay = await LocalExchange.replay(recorded(...items), options);
  const account = await replay.createAccount();
  const { config, runtime, clock } = replay;
  const made = { auth: account.auth, config, runtime, clock };
  const client = new KalshiClient(made);
  const now = () => clock.now() - BEGIN_MS;
  const close = async () => {
    await client.close();
    await replay.close();
  };
  return { replay, account, made, client, clock, now, close };
}

test("an order takes effect later, its answer comes later still, and so does the feed", async () => {
  const latencyMs = { orderMs: 30, answerMs: 40, feedMs: 50 };
  const items = [book, tick(1_000), delta(M, 1_020, "ask", "0.4200", "10.00"), tick(2_000)];
  const { replay, made, client, now, close } = await open({ latencyMs }, ...items);
  const stream = await KalshiStream.connect(made);
  const told: unknown[] = [];
  const live = await stream.orderBook(M);
  await stream.on(
    "fill",
    (item) => item.type === "fill" && told.push(["fill", now(), item.msg.ts_ms - BEGIN_MS]),
  );
  void (async () => {
    for await (const change of live.changes()) {
      if (change.type !== "delta" || told.length > 0) continue;
      told.push(["heard", now()]);
      // What came at 1,020 is there when this arrives.
      const { fill_count } = await client.orders.create(bid("0.4200", "4.00"));
      told.push(["answered", now(), fill_count]);
    }
  })();
  await replay.run();
  assertEquals(told, [["heard", 1_050], ["answered", 1_120, "4.00"], ["fill", 1_130, 1_080]]);
  await stream.close();
  await close();
});

test("jitter is drawn by the seed: the same seed gives the same times", async () => {
  const run = async (seed: number) => {
    const items = Array.from({ length: 20 }, (_, n) => tick(1_000 * (n + 1)));
    const { replay, client, now, close } = await open(
      { latencyMs: { orderMs: 5, jitterMs: 90 }, seed },
      book,
      ...items,
    );
    const times: number[] = [];
    const ask = async () => {
      while (times.length < 10) {
        await client.orders.list();
        times.push(now());
      }
    };
    const asking = ask();
    await replay.run();
    await asking;
    await close();
    return times;
  };
  const [first, again, other] = [await run(7), await run(7), await run(8)];
  assertEquals(again, first);
  assert(String(other) !== String(first), "another seed draws something else");
  assert(first.every((at, index) => at - (first[index - 1] ?? at) < 200));
});

test("what a bot starts in reaction to a frame has happened before a later frame", async () => {
  const items = [book, delta(M, 1_000, "ask", "0.4200", "10.00"), delta(M, 1_000, "ask", "0.4200", "-10.00")];
  const { replay, made, client, close } = await open({}, ...items);
  const stream = await KalshiStream.connect(made);
  const live = await stream.orderBook(M);
  const filled: string[] = [];
  void (async () => {
    for await (const change of live.changes()) {
      if (change.type !== "delta" || live.bestAsk !== 4_200 || filled.length > 0) continue;
      // A few round trips, and still the first to be there.
      await client.orders.list();
      await client.portfolio.balance();
      filled.push((await client.orders.create(bid("0.4200"))).fill_count);
    }
  })();
  await replay.run();
  assertEquals(filled, ["10.00"]);
  await stream.close();
  await close();
});

test("a run stops at a time and goes on, tells how far it is, and stays over", async () => {
  const items = [book, ...Array.from({ length: 25_000 }, (_, n) => tick(n + 1))];
  const { replay, now, close } = await open({}, ...items);
  const told: number[] = [];
  await replay.run({ toMs: BEGIN_MS + 500 });
  assertEquals([now(), replay.summary().frames], [500, 500]);
  await replay.run({ onProgress: ({ frames }) => void told.push(frames) });
  assertEquals([now(), told], [25_000, [10_500, 20_500, 25_001]]);
  const report = await replay.run();
  assertEquals([report.summary.pnl, replay.summary().frames], ["0.000000", 25_001]);
  await close();
});

test("a run is aborted, and another goes on from there", async () => {
  const { replay, now, close } = await open({}, book, tick(1_000), tick(2_000), tick(3_000));
  const end = new AbortController();
  replay.clock.setTimer(() => end.abort("enough"), 1_500);
  const error = await assertRejects(() => replay.run({ signal: end.signal }), KalshiAbortError);
  assertEquals([error.cause, now()], ["enough", 1_500]);
  await replay.run();
  assertEquals(now(), 3_000);
  await close();
  await assertRejects(() => replay.run(), KalshiConfigError, "closed");
  await replay.close();
});

test("a replay that is closed ends its run", async () => {
  const { replay, close } = await open({}, book, tick(1_000), tick(2_000), tick(3_000));
  replay.clock.setTimer(() => void close(), 1_500);
  await assertRejects(() => replay.run(), KalshiAbortError, "closed");
  await replay.close();
});

test("what cannot be replayed is refused, with what to do", async () => {
  const refused = async (recording: unknown, options: object, ...says: string[]) => {
    const error = await assertRejects(
      async () => {
        await using replay = await LocalExchange.replay(recording as never, options);
        await replay.run();
      },
      KalshiConfigError,
    );
    for (const words of says) assert(error.message.includes(words), error.message);
  };
  await refused(recorded(), {}, "nothing in it");
  await refused("./recordings", {}, "`recording`", "openRecording");
  await refused(recorded(book), { queu: "ahead" }, "Did you mean queue?");
  await refused(recorded(book), { queue: "first" }, '"behind" or "pro-rata" or "ahead"');
  await refused(recorded(book), { latencyMs: { orderMs: -1 } }, "orderMs");
  await refused(recorded(book), { latencyMs: "20" }, "latencyMs");
  await refused(recorded(book), { results: { [M]: "maybe" } }, "results");
  await refused(recorded(book), { fromMs: 5, toMs: 5 }, "`toMs` must be after `fromMs`");
  const perps = frame(0, "orderbook_snapshot", { market_ticker: "KXBTC", bid: [["100.00", "1.00"]] });
  await refused(recorded(perps), {}, "perps", "event contracts");
  const { replay, close } = await open({}, book, tick(1));
  await assertRejects(() => replay.run({ until: 5 } as never), KalshiConfigError, "LocalReplay.run");
  const first = replay.run();
  await assertRejects(() => replay.run(), KalshiConfigError, "runs already");
  await first;
  await close();
});

test("the bot begins at fromMs, with the books of before; markets are those that were chosen", async () => {
  const other = snapshot("KXOTHER-1-A", 0, [["0.1000", "1.00"]], []);
  const { replay, client, now, close } = await open(
    { fromMs: BEGIN_MS + 1_500, toMs: BEGIN_MS + 2_500, tickers: [M] },
    ...[book, other, tick(1_000), tick(2_000), tick(3_000)],
  );
  assertEquals([now(), replay.quote(M)], [1_500, { bid: 4_000, ask: 4_500, mid: 4_250 }]);
  assertEquals(replay.exchange.openTickers(), [M]);
  assertEquals((await client.markets.orderBook(M)).yes_dollars[0], ["0.3000", "1.00"]);
  const { summary } = await replay.run();
  assertEquals([now(), summary.fills, replay.summary().frames], [2_500, 0, 4]);
  await close();
});

test("without facts a market has whole cents, until a price says otherwise, and Kalshi's formula of fees", async () => {
  const { replay, client, close } = await open({}, book, delta(M, 1_000, "bid", "0.4050", "1.00"));
  const off = await assertRejects(() => client.orders.create(bid("0.4110")), KalshiError);
  assertEquals(off.serverCode, "invalid_price");
  const market = await client.markets.get(M);
  assertEquals([market.event_ticker, market.price_level_structure, market.status], [
    "KXTEST-26NOV24",
    "linear_cent",
    "active",
  ]);
  await replay.run();
  assertEquals((await client.orders.create(bid("0.4110"))).remaining_count, "10.00");
  const taken = await client.orders.create(bid("0.4500"));
  // 0.07 x 10 x 0.45 x 0.55 is 0.17325, and to the next 0.0001 it is 0.1733.
  assertEquals([taken.fill_count, taken.average_fee_paid], ["10.00", "0.0173"]);
  await close();
});

test("grid, fees, close and result are those of the recording", async () => {
  const ranges = [{ start: "0.0000", end: "1.0000", step: "0.0050" }];
  const closes = { close_time: new Date(BEGIN_MS + 5_000).toISOString(), price_ranges: ranges };
  const series = { ticker: "KXTEST", fee_type: "quadratic", fee_multiplier: 0 };
  const { replay, client, close } = await open(
    {},
    facts(0, { status: "active", price_level_structure: "center_half_edge_half_cent", ...closes }, {
      series,
    }),
    ...[book, tick(1_000), tick(9_000)],
    facts(10_000, { status: "finalized", result: "yes", ...closes }),
  );
  assertEquals((await client.orders.create(bid("0.4450", "1.00"))).remaining_count, "1.00");
  const { average_fee_paid } = await client.orders.create({
    ...bid("0.4500"),
    time_in_force: "immediate_or_cancel",
  });
  assertEquals(average_fee_paid, "0.0000");
  const { summary } = await replay.run();
  const market = await client.markets.get(M);
  assertEquals([market.status, market.result], ["finalized", "yes"]);
  assertEquals([summary.fees, summary.pnl, summary.orders.canceledBy.market_closed], [
    "0.000000",
    "5.500000",
    1,
  ]);
  await close();
});

test("a result that is told pays out when the recording is over, and told fees are the fees", async () => {
  const options = { results: { [M]: "0.2500" }, fees: { multiplier: 0 } };
  const series = { ticker: "KXTEST", fee_type: "flat", fee_multiplier: 3 };
  const { replay, client, close } = await open(
    options,
    facts(0, { status: "active" }, { series }),
    book,
    tick(1),
  );
  await client.orders.create(bid("0.4500"));
  const { summary } = await replay.run();
  assertEquals([summary.fees, summary.pnl, summary.positionsWorth], ["0.000000", "-2.000000", "0.000000"]);
  await close();
});

test("over a gap a market stands still, says so, and goes on with its next snapshot; what rests stays", async () => {
  const gap: ReplayItem = { kind: "gap", channel: "orderbook_delta", atMs: BEGIN_MS + 2_000 };
  const { replay, client, now, close } = await open(
    {},
    ...[
      book,
      tick(1_000),
      gap,
      delta(M, 3_000, "bid", "0.4000", "-100.00"),
      trade(M, 3_500, "ask", "0.4100", "5.00"),
    ],
    ...[snapshot(M, 5_000, [["0.3900", "7.00"]], [["0.4500", "1.00"]]), tick(6_000)],
  );
  await client.orders.create(bid("0.4100"));
  await replay.run({ toMs: BEGIN_MS + 4_000 });
  const refused = await assertRejects(() => client.orders.create(bid("0.3000")), KalshiError);
  assertEquals([refused.serverCode, (await client.markets.get(M)).status], ["market_inactive", "inactive"]);
  await replay.run();
  assertEquals(now(), 6_000);
  assertEquals((await client.orders.list({ status: "resting" })).items.map((one) => one.remaining_count_fp), [
    "10.00",
  ]);
  assertEquals(replay.quote(M).bid, 3_900);
  const { halts, skipped, gaps } = replay.summary();
  assertEquals([skipped, gaps], [2, 1]);
  assertEquals(halts, [{
    ticker: M,
    reason: "frames of orderbook_delta are missing: gap",
    fromMs: BEGIN_MS + 2_000,
    toMs: BEGIN_MS + 5_000,
  }]);
  await close();
});

test("a snapshot that crosses what rests fills it, and a loss of the recorder stops every market", async () => {
  const lost: ReplayItem = { kind: "damaged", atMs: BEGIN_MS + 1_000 };
  const { replay, client, close } = await open(
    {},
    ...[
      book,
      tick(500),
      lost,
      snapshot(M, 2_000, [["0.3000", "5.00"]], [["0.3500", "4.00"], ["0.3600", "20.00"]]),
      tick(3_000),
    ],
  );
  await client.orders.create(bid("0.3600", "10.00"));
  const { summary } = await replay.run();
  // The order was the better one, and is the maker at its own price.
  assertEquals([summary.contractsMade, replay.summary().halts.length], ["10.00", 1]);
  assertEquals((await client.markets.orderBook(M)).no_dollars, [["0.6400", "14.00"]]);
  await close();
});

test("the orders of whoever recorded are not part of the crowd", async () => {
  const own = { client_order_id: "mine", subaccount: 0 };
  const { replay, client, close } = await open(
    {},
    ...[book, delta(M, 1_000, "bid", "0.4100", "50.00", own), delta(M, 2_000, "bid", "0.4100", "5.00")],
    ...[trade(M, 3_000, "ask", "0.4100", "20.00"), delta(M, 3_000, "bid", "0.4100", "-20.00", own)],
    ...[snapshot(M, 4_000, [["0.4100", "35.00"], ["0.4000", "100.00"]], [["0.4500", "100.00"]]), tick(5_000)],
  );
  await replay.run();
  const { yes_dollars } = await client.markets.orderBook(M);
  assertEquals(yes_dollars.at(-1), ["0.4100", "5.00"]);
  await close();
});

test("frames that come as text, in runs, say what parsed ones say, however they are written", async () => {
  const own = { client_order_id: "mine" };
  const items = [
    ...[
      book,
      tick(1_000),
      delta(M, 1_100, "ask", "0.4400", "7.00"),
      delta(M, 1_200, "ask", "0.4500", "-60.00"),
    ],
    ...[delta(M, 1_300, "bid", "0.4100", "9.00", own), trade(M, 1_400, "ask", "0.4000", "5.00")],
    ...[delta(M, 1_400, "bid", "0.4000", "-5.00"), delta('KX\\"1-A', 1_500, "bid", "0.2000", "1.00")],
  ];
  const texts = items.map((item, index): ReplayItem => {
    if (item.kind !== "frame" || item.frame === undefined) return item;
    const { type, msg } = item.frame;
    const { market_ticker, side, ...rest } = msg as Readonly<Record<string, unknown>>;
    // Kalshi writes them one way; others may not.
    const written = index % 2 === 0 ? { type, msg } : { msg: { side, ...rest, market_ticker }, type };
    return { kind: "frame", atMs: item.atMs, text: JSON.stringify(written) };
  });
  const torn: ReplayItem = {
    kind: "frame",
    atMs: BEGIN_MS + 1_600,
    text: '{"type":"orderbook_delta","msg":{',
  };
  const runs = [texts.slice(0, 3), [], texts.slice(3), [torn]];
  const results: unknown[] = [];
  for (
    const recording of [recorded(...items, { ...torn, frame: { type: "trade", msg: {} } }), {
      ...recorded(),
      async *readRuns() {
        yield* runs;
      },
    }]
  ) {
    await using replay = await LocalExchange.replay(recording);
    const { auth } = await replay.createAccount();
    const { config, runtime, clock } = replay;
    await using client = new KalshiClient({ auth, config, runtime, clock });
    await client.orders.create({ ...bid("0.4000", "3.00"), client_order_id: "one" });
    await replay.run();
    results.push([replay.summary(), await client.markets.orderBook(M), await client.orders.list()]);
  }
  assertEquals(JSON.stringify(results[1]), JSON.stringify(results[0]));
  assertEquals((results[0] as { unreadable: number }[])[0]?.unreadable, 1);
});

test("the private key of an account signs as its auth does, and a stranger's is refused", async () => {
  const { replay, account, made, close } = await open({}, book, tick(1_000));
  const { config, runtime, clock } = made;
  const { keyId, privateKey } = account;
  await using byPem = new KalshiClient({ keyId, privateKey, config, runtime, clock });
  assertEquals((await byPem.portfolio.balance()).balance, 100_000);
  const other = await replay.createAccount();
  await using stranger = new KalshiClient({ keyId, privateKey: other.privateKey, config, runtime, clock });
  const error = await assertRejects(() => stranger.portfolio.balance(), KalshiError);
  assertEquals(error.code, "AUTH_REJECTED");
  await close();
});

test("orders go over FIX in process as well, and take as long", async () => {
  const { replay, account, made, now, close } = await open(
    { fix: true, latencyMs: 25 },
    ...[book, tick(1_000), tick(2_000)],
  );
  const client = await FixClient.connect({
    ...made,
    config: replay.exchange.fixConfig("order-entry", { logon: { UseDollars: true } }),
  });
  const told: unknown[] = [];
  replay.clock.setTimer(() => {
    client.newOrderSingle({ Symbol: M, Side: Side.Buy, OrderQty: "3", Price: "0.4500" })
      .then(({ report }) => told.push(now(), report.OrdStatus), (error: unknown) => told.push(error));
  }, 1_200);
  await replay.run();
  assertEquals(told, [1_250, "2"]);
  assertEquals(account.keyId.length, 36);
  await client.close();
  await close();
});
