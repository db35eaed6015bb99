/** Positions of a client that are kept up: marks, losses, restarts, FIX. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { KalshiAbortError, KalshiError } from "../../src/base/errors.ts";
import { FixClient, MemoryFixStore } from "../../src/fix/mod.ts";
import { Positions } from "../../src/trading/mod.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { Desk, randomFrom } from "./support/desk.ts";

test("fills of a broken connection are not missed, and none counts twice", async () => {
  await using desk = await Desk.open();
  await desk.list("A", "linear_cent", "quadratic_with_maker_fees");
  await desk.list("B", "deci_cent");
  await using positions = await Positions.open(desk.client);
  const random = randomFrom(7);
  for (let n = 0; n < 12; n++) {
    for (let m = 0; m < 3; m++) await desk.round(random);
    if (n % 3 === 0) desk.exchange.sockets.fail({ fault: "cut" });
    if (n % 3 === 1) desk.exchange.sockets.fail({ fault: "repeat", channel: "fill", times: 3 });
    if (n % 3 === 2) desk.exchange.sockets.fail({ fault: "reorder", channel: "fill" });
  }
  desk.exchange.sockets.clearFaults();
  let made = 0;
  for await (const _ of desk.client.fills.listAll({ limit: 1_000 })) made++;
  await until(() => positions.stats.fills === made);
  // The order of what was missed within a millisecond is looked up after it.
  const isRight = () => desk.compare(positions.list()).then(() => true, () => false);
  await until(isRight);
  await desk.compare(positions.list());
  assert(positions.stats.gaps > 0);
});

test("a fill that was lost without a trace is found by the next one, and asked for", async () => {
  await using desk = await Desk.open();
  await desk.list("A", "linear_cent");
  await desk.list("B", "linear_cent");
  await desk.place("A", "bid", "0.5000", "100.00");
  await desk.place("B", "bid", "0.5000", "100.00");
  await using positions = await Positions.open(desk.client);
  desk.counter("A", "ask", "0.5000", "1.00");
  await until(() => positions.stats.fills === 1);
  desk.exchange.sockets.fail({ fault: "withhold", channel: "fill" });
  desk.counter("A", "ask", "0.5000", "2.00");
  const changes = positions.changes();
  desk.counter("A", "ask", "0.5000", "4.00");
  await until(() => positions.stats.doubts === 1);
  await until(() => positions.stats.snapshots === 2);
  await desk.compare(positions.list());
  desk.counter("A", "ask", "0.5000", "8.00");
  desk.counter("B", "ask", "0.5000", "8.00");
  await until(() => positions.stats.fills === 4);
  await desk.compare(positions.list());
  await positions.close();
  const seen = [];
  for await (const change of changes) seen.push(change.type);
  assertEquals(seen, ["fill", "doubt", "snapshot", "fill", "fill"]);
});

test("what cannot be asked for is told, and asked for again", async () => {
  await using desk = await Desk.open();
  await desk.list("A", "linear_cent");
  await desk.list("B", "linear_cent");
  await desk.place("A", "bid", "0.5000", "100.00");
  await desk.place("B", "bid", "0.5000", "100.00");
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  await using positions = await Positions.open(desk.client, { everyMs: 1_000, onError });
  desk.exchange.fail({ status: 403, path: "/trade-api/v2/portfolio/positions", times: 2 });
  desk.exchange.fail({ status: 403, path: "/trade-api/v2/markets", times: 1 });
  desk.exchange.sockets.fail({ fault: "withhold", channel: "fill" });
  desk.counter("A", "ask", "0.5000", "2.00");
  desk.counter("A", "ask", "0.5000", "4.00");
  desk.counter("B", "ask", "0.5000", "4.00");
  // Once by the doubt, and once a look; or the look for fills that were lost without a trace is faster.
  await until(() => positions.list().length === 2 && positions.list().every(({ isDoubtful }) => !isDoubtful));
  await until(() => positions.events().length === 2);
  desk.exchange.clearFaults();
  await desk.compare(positions.list());
  assert(errors.length > 0 && errors.every((error) => error instanceof KalshiError));
});

test("what is held is marked by live books; when they are stale, nothing is", async () => {
  await using desk = await Desk.open();
  await desk.list("A", "linear_cent");
  await desk.list("B", "linear_cent");
  desk.counter("A", "bid", "0.4000", "50.00");
  desk.counter("A", "ask", "0.4400", "50.00");
  await desk.place("A", "bid", "0.4400", "10.00");
  await using byMid = await Positions.open(desk.client, { mark: "mid" });
  await using byClose = await Positions.open(desk.client, { mark: "close" });
  await using byLast = await Positions.open(desk.client, { mark: "last" });
  const prices = () =>
    [byMid, byClose, byLast].map((positions) => {
      const { mark } = positions.get("A") ?? {};
      return mark?.state === "known"
        ? mark.priceMicros
        : mark?.state === "unknown"
        ? mark.reason
        : mark?.state;
    });
  assertEquals(prices(), [420_000, 400_000, 440_000]);
  const arePrices = (...wanted: unknown[]) =>
    until(() => JSON.stringify(prices()) === JSON.stringify(wanted));
  desk.counter("A", "bid", "0.4100", "50.00");
  await arePrices(425_000, 410_000, 440_000);
  await desk.place("A", "ask", "0.4100", "5.00");
  await arePrices(425_000, 410_000, 410_000);
  assertEquals(byMid.totals().unmarked, []);
  // A market that is first traded later is followed as well.
  desk.counter("B", "bid", "0.3000", "50.00");
  desk.counter("B", "ask", "0.3200", "50.00");
  await desk.place("B", "ask", "0.3000", "10.00");
  await until(() => byMid.get("B")?.mark.state === "known" && byClose.get("B")?.mark.state === "known");
  assertEquals(byMid.get("B")?.unrealizedMicros, -100_000);

  desk.exchange.sockets.refuse({ status: 503, times: 1_000 });
  desk.exchange.sockets.restart();
  await until(() => prices()[0] === "stale-book" && prices()[1] === "stale-book");
  assertEquals(byMid.totals().netMicros, undefined);
  assertEquals(byMid.totals().unmarked, ["A", "B"]);
});

test("settlements are asked for, events are found, and the worst case with them", async () => {
  await using desk = await Desk.open({ exchange: { markets: 240 } });
  const events = [];
  for await (const event of desk.client.events.listAll({ with_nested_markets: true, status: "open" })) {
    if (event.mutually_exclusive && (event.markets?.length ?? 0) > 2) events.push(event);
  }
  const [event] = events;
  assert(event?.markets !== undefined);
  const tickers = event.markets.slice(0, 3).map(({ ticker }) => ticker);
  for (const ticker of tickers) {
    desk.counter(ticker, "bid", "0.4000", "10.00");
    await desk.place(ticker, "ask", "0.4000", "10.00");
  }
  await using positions = await Positions.open(desk.client, { everyMs: 1_000 });
  const found = positions.event(event.event_ticker);
  assertEquals([found?.isMutuallyExclusive, found?.positions.length], [true, 3]);
  assertEquals(found?.worst.payoutMicros, 20_000_000);
  desk.exchange.determine(tickers[0] ?? "", "no", { settle: true });
  await until(() => positions.stats.settlements === 1);
  await desk.compare(positions.list());
  assertEquals(positions.list().filter(({ isSettled }) => isSettled).length, 1);
});

test("from its whole history, archived fills and settlements too, an account has the figures of the exchange", async () => {
  await using desk = await Desk.open({
    exchange: { markets: 60, history: { days: 4 }, marketMakers: true },
    account: { history: true },
  });
  desk.exchange.setHistoricalCutoff(desk.exchange.clock.now() - 2 * 86_400_000);
  await using positions = await Positions.open(desk.client, { from: "history" });
  const archived: string[] = [];
  for await (const row of desk.client.historical.positions.listAll({ limit: 1_000 })) {
    archived.push(row.ticker);
  }
  assert(archived.length > 0);
  const live = positions.list().filter(({ ticker }) => !archived.includes(ticker));
  await desk.compare(live);
  assert(live.length < positions.list().length);
});

test("reports of FIX and frames of the stream are the same fills", async () => {
  await using desk = await Desk.open({ exchange: { fix: true } });
  await desk.list("A", "deci_cent", "quadratic_with_maker_fees");
  const { auth } = await desk.exchange.createKey(desk.accountId);
  const runtime = desk.exchange.createRuntime();
  await using session = await FixClient.connect({
    auth,
    runtime,
    config: desk.exchange.fixConfig("order-entry", {
      logon: { UseDollars: true, ListenerSession: true, SkipPendingExecReports: true },
    }),
  });
  await using positions = await Positions.open(desk.client, { fixPrices: "dollars" });
  const byFix = new Positions({ fixPrices: "dollars" });
  const reading = byFix.follow(session.executionReports());
  const random = randomFrom(3);
  for (let n = 0; n < 20; n++) await desk.round(random);
  const made = [];
  for await (const row of desk.client.fills.listAll({ limit: 1_000 })) made.push(row);
  await until(() => byFix.stats.fills === made.length && positions.stats.fills === made.length);
  await desk.compare(byFix.list());
  await session.close();
  await reading;
});

test("settlements that FIX tells of are those of the exchange", async () => {
  await using desk = await Desk.open({ exchange: { fix: true } });
  await desk.list("A", "linear_cent");
  await desk.list("B", "linear_cent");
  const { auth } = await desk.exchange.createKey(desk.accountId);
  await using session = await FixClient.connect({
    auth,
    runtime: desk.exchange.createRuntime(),
    config: desk.exchange.fixConfig("post-trade", { onSequenceMismatch: "reset" }),
    store: new MemoryFixStore(),
  });
  await using positions = new Positions();
  const reading = positions.follow(session.settlements());
  desk.counter("A", "ask", "0.4000", "10.00");
  desk.counter("B", "bid", "0.4000", "3.37");
  await desk.place("A", "bid", "0.4000", "10.00");
  await desk.place("B", "ask", "0.4000", "3.37");
  await positions.follow(desk.client.fills.listAll());
  for (const ticker of ["A", "B"]) desk.exchange.determine(ticker, "0.3355", { settle: true });
  await until(() => positions.stats.settlements === 2);
  await desk.compare(positions.list());
  await session.close();
  await reading;
});

test("opening ends with its signal, and closing leaves nothing behind", async () => {
  await using desk = await Desk.open();
  const stop = new AbortController();
  stop.abort();
  await assertRejects(() => Positions.open(desk.client, { signal: stop.signal }), KalshiAbortError);
  desk.exchange.fail({ status: 403, path: "/portfolio/positions", times: 99 });
  await assertRejects(() => Positions.open(desk.client), KalshiError, "403");
  desk.exchange.clearFaults();
  const positions = await Positions.open(desk.client);
  await positions.close();
  await positions.close();
  assertEquals(positions.state.name, "closed");
  const stream = await desk.client.stream();
  const other = await Positions.open(desk.client, { stream });
  await stream.close();
  await until(() => other.state.name === "ended");
  await other.close();
});
