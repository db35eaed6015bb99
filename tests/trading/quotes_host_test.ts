/** Quotes at a local exchange, over REST and over FIX: what rests is what is wished. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { KalshiConfigError, KalshiNotFoundError, KalshiValueError } from "../../src/base/errors.ts";
import {
  KalshiQuoteRefusedError,
  KalshiQuotesLeftError,
  type QuoteWish,
} from "../../src/trading/quotes/mod.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { startQuoting, ways } from "./support/quoting.ts";

const level = (price: string, count: string) => ({ price, count });

for (const way of ways) {
  test(`${way}: a wish is placed, changed and taken away; a smaller size keeps its place`, async () => {
    await using scene = await startQuoting(way);
    const { quotes, ticker, resting, events } = scene;
    await quotes.set(ticker, { bid: level("0.4000", "10.00"), ask: level("0.6000", "5.00") });
    await quotes.settled();
    assertEquals(resting(), ["ask 6000 500", "bid 4000 1000"]);

    // Somebody else comes behind, and stays behind when the quote gets smaller.
    scene.exchange.counter(ticker, "bid", 4_000, 100);
    await quotes.set(ticker, { bid: level("0.4000", "4.00") });
    await quotes.settled();
    assertEquals(resting(), ["ask 6000 500", "bid 4000 400"]);
    const smaller = events.findLast((event) => event.type === "amended");
    assert(smaller?.type === "amended" && smaller.kept && smaller.why === "smaller");
    scene.exchange.counter(ticker, "ask", 4_000, 100);
    await until(() => quotes.position(ticker) === "1.00");
    assertEquals(resting(), ["ask 6000 500", "bid 4000 300"]);

    // Without `refill` what has filled is not placed anew; said again, it is.
    await quotes.settled();
    await quotes.set(ticker, { bid: level("0.4000", "4.00") });
    await quotes.settled();
    assertEquals(resting(), ["ask 6000 500", "bid 4000 400"]);

    await quotes.set(ticker, { bid: [level("0.3900", "2.00"), level("0.4100", "3.00")], ask: null });
    await quotes.settled();
    assertEquals(resting(), ["bid 3900 200", "bid 4100 300"]);
    await quotes.set(ticker, null);
    await quotes.settled();
    assertEquals(resting(), []);
    assertEquals(quotes.orders, []);
    await quotes.stop();
    assertEquals(quotes.state.name, "stopped");
    await assertRejects(() => quotes.set(ticker, null), Error, "stopped");
  });
}

/** The reason of a wish that is refused. */
async function refusal(set: Promise<void>): Promise<string> {
  try {
    await set;
  } catch (error) {
    if (error instanceof KalshiQuoteRefusedError) {
      assertEquals([error.code, error.outcome], ["QUOTE_REFUSED", "not-sent"]);
      return error.allowed === undefined ? error.reason : `${error.reason} ${error.allowed}`;
    }
    throw error;
  }
  return "taken";
}

test("a wish beyond a limit is refused before anything is sent, and the wish before it stands", async () => {
  await using scene = await startQuoting("rest", {
    limits: {
      maxOrderCount: "20.00",
      maxPosition: "50.00",
      maxEventPosition: "60.00",
      maxNotional: "30.00",
      lowestPrice: "0.0500",
      highestPrice: "0.9500",
    },
  }, { exchange: { markets: 40 } });
  const { quotes, audit, resting, exchange: { exchange } } = scene;
  const markets = [...exchange.catalog.markets.values()].map(({ market }) => market)
    .filter(({ status, bands }) => status === "active" && bands.length === 1 && bands[0]?.step === 100);
  const [ticker, other] = markets.flatMap(({ ticker, eventTicker }) => {
    const sibling = markets.find((market) => market.eventTicker === eventTicker && market.ticker !== ticker);
    return sibling === undefined ? [] : [ticker, sibling.ticker];
  });
  assert(ticker !== undefined && other !== undefined);
  await quotes.set(ticker, { bid: level("0.4000", "10.00") });
  await quotes.settled();
  const { accepted } = audit;
  const set = (of: string, wish: QuoteWish) => refusal(quotes.set(of, wish));
  assertEquals(await set(ticker, { bid: level("0.4000", "20.01") }), "order-count 20.00");
  const three = (first: number) => [0, 1, 2].map((at) => level(`0.0${first - at}00`, "20.00"));
  assertEquals(await set(ticker, { bid: three(9) }), "position 50.00");
  assertEquals(await set(ticker, { bid: level("0.0400", "1.00") }), "price-band");
  assertEquals(await set(ticker, { ask: level("0.9600", "1.00") }), "price-band");
  assertEquals(await set(ticker, { ask: level("0.4050", "1.00") }), "grid");
  assertEquals(await set(ticker, { ask: level("0.4000", "1.00") }), "crossed");
  // 4 dollars are locked up; each of these would lock up 13.50 more.
  assertEquals(await set(other, { bid: [level("0.9000", "15.00"), level("0.8900", "15.00")] }), "notional");
  // Ten contracts may be bought in the event's first market: fifty are left.
  assertEquals(
    await set(other, { bid: [20, 20, 11].map((n, at) => level(`0.0${9 - at}00`, `${n}.00`)) }),
    "position 50.00",
  );
  assertEquals(
    await set(other, { ask: [20, 20].map((n, at) => level(`0.9${3 + at}00`, `${n}.00`)) }),
    "taken",
  );
  assertEquals(
    await set(ticker, { bid: [level("0.4000", "20.00"), level("0.1000", "1.00")] }),
    "event-position 20.00",
  );
  await quotes.set(other, null);
  await quotes.settled();
  assertEquals(audit.accepted, accepted + 2);
  assertEquals(resting(), ["bid 4000 1000"]);
  for (
    const wrong of [{ bids: [] }, { bid: { price: 0.4, count: 1 } }, { bid: level("0.4", "-1") }, "0.4", 7]
  ) {
    await assertRejects(
      () => quotes.set(ticker, wrong as unknown as QuoteWish),
      KalshiConfigError,
      "QuoteManager.set",
    );
  }
  await assertRejects(() => quotes.set(ticker, { bid: level("0,4", "1") }), KalshiValueError);
  await assertRejects(
    () => quotes.set(ticker, { bid: [level("0.4", "1"), level("0.40", "1")] }),
    KalshiConfigError,
    "twice",
  );
  await assertRejects(() => quotes.set("NO-SUCH", { bid: level("0.4", "1") }), KalshiNotFoundError);
});

for (const way of ways) {
  test(`${way}: at its limit a position is not made larger, whatever fills, and what others trade counts`, async () => {
    await using scene = await startQuoting(way, {
      refill: true,
      limits: { maxPosition: "25.00" },
      reconcileMs: 60_000,
    });
    const { quotes, ticker, audit, exchange, resting, events, client } = scene;
    audit.check = () => audit.position(ticker) + audit.count(ticker, "bid") > 2_500 ? "too much" : undefined;
    await quotes.set(ticker, { bid: level("0.4000", "10.00") });
    for (const position of ["10.00", "20.00", "25.00"]) {
      await quotes.settled();
      exchange.counter(ticker, "ask", 4_000, audit.count(ticker, "bid"));
      await until(() => quotes.position(ticker) === position);
    }
    await quotes.settled();
    assertEquals([resting(), audit.faults], [[], []]);
    assert(events.some((event) => event.type === "held" && event.why === "position"));
    assertEquals(await refusal(quotes.set(ticker, { bid: level("0.4000", "1.00") })), "position 0.00");
    // Somebody else of the account sells: there is room again.
    exchange.counter(ticker, "bid", 3_000, 700);
    await client.orders.create({
      ticker,
      side: "ask",
      price: "0.3000",
      count: "7.00",
      time_in_force: "immediate_or_cancel",
      self_trade_prevention_type: "maker",
    });
    await until(() => quotes.position(ticker) === "18.00");
    await quotes.settled();
    assertEquals(resting(), ["bid 4000 700"]);
  });

  test(`${way}: both sides move past each other, and never meet`, async () => {
    await using scene = await startQuoting(way, { postOnly: false });
    const { quotes, ticker, audit, resting, events } = scene;
    audit.check = () => {
      const prices = (side: string) =>
        [...audit.resting.values()].filter((o) => o.side === side).map((o) => o.price);
      return Math.max(0, ...prices("bid")) >= Math.min(10_000, ...prices("ask")) ? "they meet" : undefined;
    };
    for (let round = 0; round < 40; round++) {
      const bid = 10 + round * 37 % 70;
      await quotes.set(ticker, { bid: level(`0.${bid}00`, "5.00"), ask: level(`0.${bid + 2}00`, "5.00") });
      if (round % 3 > 0) await quotes.settled();
    }
    await quotes.settled();
    assertEquals(resting(), ["ask 5500 500", "bid 5300 500"]);
    assertEquals(audit.faults, []);
    assert(events.some((event) => event.type === "amended" && event.why === "price"));
    assertEquals(audit.position(ticker), 0);
  });

  test(`${way}: orders of others are left alone; one that arrives under its name is cancelled`, async () => {
    await using scene = await startQuoting(way, { reconcileMs: 50 });
    const { quotes, ticker, resting, client, events } = scene;
    const place = (price: string, client_order_id: string) =>
      client.orders.create({
        ticker,
        side: "bid",
        price,
        count: "1.00",
        time_in_force: "good_till_canceled",
        self_trade_prevention_type: "maker",
        client_order_id,
      });
    await place("0.1000", "q-tester-1");
    await place("0.1100", crypto.randomUUID());
    await place("0.1200", `${quotes.orderPrefix}0123-1`);
    await until(() => events.some((event) => event.type === "canceled" && event.why === "adopted"));
    await quotes.set(ticker, { bid: level("0.4000", "1.00") });
    await quotes.settled();
    assertEquals(resting(), ["bid 1000 100", "bid 1100 100", "bid 4000 100"]);
    await quotes.stop();
    assertEquals(resting(), ["bid 1000 100", "bid 1100 100"]);
  });
}

test("a price off the grid is moved away from the other side, where that is wished", async () => {
  await using scene = await startQuoting("rest", { offGrid: "snap" });
  const { quotes, ticker, resting } = scene;
  await quotes.set(ticker, { bid: level("0.4099", "1.00"), ask: level("0.4101", "1.00") });
  await quotes.settled();
  assertEquals(resting(), ["ask 4200 100", "bid 4000 100"]);
});

for (const way of ways) {
  test(`${way}: a post-only quote that would trade is refused, and comes to rest when it can`, async () => {
    await using scene = await startQuoting(way);
    const { quotes, ticker, resting, exchange, events, audit } = scene;
    exchange.counter(ticker, "ask", 4_000, 500);
    await quotes.set(ticker, { bid: level("0.4000", "1.00") });
    await until(() => events.some(({ type }) => type === "refused" || type === "gone"));
    assertEquals([resting(), audit.position(ticker)], [[], 0]);
    exchange.clearCounters();
    await quotes.settled();
    assertEquals(resting(), ["bid 4000 100"]);
  });

  test(`${way}: a pause is waited out, and a market that closes loses its wish`, async () => {
    await using scene = await startQuoting(way);
    const { quotes, ticker, resting, exchange: { exchange }, events } = scene;
    const info = exchange.catalog.markets.get(ticker);
    assert(info !== undefined);
    exchange.lifecycle.setActive(info, false);
    await quotes.set(ticker, { bid: level("0.4000", "1.00") });
    await until(() => events.some(({ type }) => type === "refused"));
    exchange.lifecycle.setActive(info, true);
    await quotes.settled();
    assertEquals(resting(), ["bid 4000 100"]);
    exchange.lifecycle.setCloseTime(info, exchange.engine.now);
    exchange.tick();
    await until(() => events.some(({ type }) => type === "market-closed"));
    await quotes.settled();
    assertEquals([resting(), quotes.orders], [[], []]);
    assertEquals(await refusal(quotes.set(ticker, { bid: level("0.4000", "1.00") })), "market-closed");
    await quotes.set(ticker, null);
  });

  test(`${way}: the kill switch works by the order group while no single cancel does`, async () => {
    await using scene = await startQuoting(way, { groupLimit: 1_000 });
    const { quotes, ticker, resting, exchange, events } = scene;
    await quotes.set(ticker, {
      bid: [level("0.4000", "1.00"), level("0.3900", "1.00")],
      ask: level("0.6000", "1.00"),
    });
    await quotes.settled();
    assertEquals(resting().length, 3);
    exchange.exchange.faults.add({ status: 503, method: "DELETE", path: "/orders/", times: 10_000 });
    if (way === "fix") {
      exchange.fix.fail({ fault: "refuse", msgType: "F", text: "INTERNAL_ERROR", times: 10_000 });
    }
    await quotes.kill("a test");
    assertEquals([resting(), quotes.state], [[], {
      name: "killed",
      cause: { type: "called", reason: "a test" },
    }]);
    assert(events.some(({ type }) => type === "killed"));
    assertEquals(await refusal(quotes.set(ticker, { bid: level("0.4000", "1.00") })), "killed");
    await quotes.set(ticker, null);
    await quotes.stop();
    // Its groups are removed with it.
    exchange.exchange.faults.clear();
    assertEquals(await scene.client.orderGroups.list(), []);
  });

  test(`${way}: a stop that cannot prove that nothing rests says what is left`, async () => {
    await using scene = await startQuoting(way);
    const { quotes, ticker, resting, exchange } = scene;
    await quotes.set(ticker, { bid: level("0.4000", "1.00") });
    await quotes.settled();
    exchange.exchange.faults.add({ status: 503, method: "DELETE", path: "/orders/", times: 10_000 });
    if (way === "fix") {
      exchange.fix.fail({ fault: "refuse", msgType: "F", text: "INTERNAL_ERROR", times: 10_000 });
    }
    const error = await assertRejects(() => quotes.stop({ timeoutMs: 500 }), KalshiQuotesLeftError);
    assertEquals([error.code, error.left.map(({ price, remaining }) => `${price} ${remaining}`)], [
      "QUOTES_LEFT",
      ["0.4000 1.00"],
    ]);
    assertEquals([resting(), quotes.state.name], [["bid 4000 100"], "stopped"]);
    exchange.exchange.faults.clear();
    if (way === "fix") exchange.fix.clearFaults();
    // The next one of its name finds it, and cancels it.
    const next = await scene.reopen();
    await next.settled();
    assertEquals(resting(), []);
  });
}

test("a group that trades too much kills its manager, as the exchange has killed the group", async () => {
  await using scene = await startQuoting("rest", { groupLimit: 5, refill: true });
  const { quotes, ticker, resting, exchange } = scene;
  await quotes.set(ticker, { bid: [level("0.4000", "4.00"), level("0.3900", "4.00")] });
  await quotes.settled();
  exchange.counter(ticker, "ask", 3_900, 600);
  await until(() => quotes.state.name === "killed");
  const { state } = quotes;
  assertEquals(state.name === "killed" && state.cause.type, "order-group");
  await quotes.stop();
  assertEquals(resting(), []);
});

test("a loss beyond the limit pulls the kill switch", async () => {
  await using scene = await startQuoting("rest", { books: true as never, limits: { maxLoss: "1.00" } });
  const { quotes, ticker, resting, exchange } = scene;
  exchange.counter(ticker, "bid", 3_900, 5_000);
  exchange.counter(ticker, "ask", 6_000, 5_000);
  await quotes.set(ticker, { bid: level("0.4000", "10.00"), ask: level("0.5500", "10.00") });
  await quotes.settled();
  exchange.counter(ticker, "ask", 4_000, 1_000);
  // Ten contracts bought at 0.40 are worth 0.39 each, and fees were paid.
  await until(() => quotes.position(ticker) === "10.00" && quotes.gain.startsWith("-0.1"));
  assertEquals(quotes.state.name, "quoting");
  exchange.clearCounters();
  await until(() => quotes.state.name === "killed");
  const { state } = quotes;
  assert(state.name === "killed" && state.cause.type === "loss" && Number(state.cause.loss) > 1);
  await quotes.stop();
  assertEquals(resting(), []);
});

test("quotes are pulled while the book is stale, and stand again when it is live", async () => {
  await using scene = await startQuoting("rest", { books: true as never, pullWhenStale: true });
  const { quotes, ticker, resting, exchange, events } = scene;
  await quotes.set(ticker, { bid: level("0.4000", "1.00") });
  await quotes.settled();
  assertEquals(resting(), ["bid 4000 100"]);
  exchange.sockets.refuse({ status: 503, times: 8 });
  exchange.sockets.restart();
  await until(() => events.some((event) => event.type === "canceled" && event.why === "stale"));
  await until(() => events.some((event) => event.type === "book" && event.live));
  await until(() => resting().length === 1);
  assertEquals(resting(), ["bid 4000 100"]);
});

test("a price too far from the middle of the book is not sent", async () => {
  await using scene = await startQuoting("rest", { books: true as never, limits: { maxFromMid: "0.1000" } });
  const { quotes, ticker, resting, exchange } = scene;
  assertEquals(await refusal(quotes.set(ticker, { bid: level("0.4000", "1.00") })), "from-mid");
  exchange.counter(ticker, "bid", 4_000, 100);
  exchange.counter(ticker, "ask", 5_000, 100);
  await until(async () => await refusal(quotes.set(ticker, { bid: level("0.4000", "1.00") })) === "taken");
  assertEquals(await refusal(quotes.set(ticker, { bid: level("0.3400", "1.00") })), "from-mid");
  await quotes.settled();
  exchange.clearCounters();
  // With its own bid alone there is no middle: what rests stays, and nothing more is sent.
  exchange.counter(ticker, "ask", 4_000, 100);
  await until(() => quotes.position(ticker) === "1.00");
  await until(async () => await refusal(quotes.set(ticker, { bid: level("0.4000", "1.00") })) === "from-mid");
  assertEquals(resting(), []);
});

test("its signal stops it, its events end, and wrong options are refused", async () => {
  const controller = new AbortController();
  await using scene = await startQuoting("rest", { signal: controller.signal });
  const { quotes, ticker, resting, reopen } = scene;
  const seen: string[] = [];
  const reading = (async () => {
    for await (const { type } of quotes.events()) seen.push(type);
  })();
  await quotes.set(ticker, { bid: level("0.4000", "1.00") });
  await quotes.settled();
  assertEquals(resting().length, 1);
  controller.abort();
  await reading;
  assertEquals([resting(), quotes.state.name], [[], "stopped"]);
  assertEquals(seen, ["placed", "canceled"]);
  await assertRejects(() => reopen({ signal: undefined, name: "a-b" }), KalshiConfigError, "name");
  await assertRejects(() => reopen({ signal: undefined, pullWhenStale: true }), KalshiConfigError, "books");
  await assertRejects(() => reopen({ signal: undefined, repricing: "amend" }), KalshiConfigError, "postOnly");
  await assertRejects(
    () => reopen({ signal: undefined, limits: { maxLoss: "1" } }),
    KalshiConfigError,
    "maxLoss",
  );
  await assertRejects(
    () => reopen({ signal: undefined, limits: { maxPosition: 5 as never } }),
    KalshiConfigError,
    "maxPosition",
  );
});

for (const way of ways) {
  test(`${way}: money and an event's positions stay inside their limits at every step of every order`, async () => {
    const [maxNotional, maxEvent] = [12_000_000, 2_000];
    await using scene = await startQuoting(way, {
      refill: true,
      postOnly: false,
      limits: { maxNotional: "12.00", maxEventPosition: "20.00" },
    }, { exchange: { markets: 40 } });
    const { quotes, audit, exchange, events } = scene;
    const markets = [...exchange.exchange.catalog.markets.values()].map(({ market }) => market)
      .filter(({ status, bands }) => status === "active" && bands.length === 1 && bands[0]?.step === 100);
    const event = markets.find(({ eventTicker }) =>
      markets.filter((other) => other.eventTicker === eventTicker).length >= 3
    )?.eventTicker;
    const tickers = markets.filter(({ eventTicker }) => eventTicker === event).slice(0, 3).map(({ ticker }) =>
      ticker
    );
    assertEquals(tickers.length, 3);
    audit.check = () => {
      let locked = 0;
      for (const { side, price, remaining } of audit.resting.values()) {
        locked += (side === "bid" ? price : 10_000 - price) * remaining;
      }
      if (locked > maxNotional) return `${locked} are locked up`;
      let worst = 0;
      for (const ticker of tickers) {
        const position = audit.position(ticker);
        worst += Math.max(position + audit.count(ticker, "bid"), audit.count(ticker, "ask") - position);
      }
      return worst > maxEvent ? `the event may come to ${worst}` : undefined;
    };
    for (let round = 0; round < 300; round++) {
      const ticker = tickers[round * 7 % 3] ?? "";
      const cents = 20 + round * 31 % 60;
      const count = 1 + round * 13 % 9;
      const wish = {
        bid: [level(`0.${cents}00`, `${count}.00`), level(`0.${cents - 1}00`, "3.00")],
        ask: level(`0.${cents + 2}00`, `${count}.00`),
      };
      await quotes.set(ticker, wish).catch((error) =>
        assert(error instanceof KalshiQuoteRefusedError, String(error))
      );
      if (round % 2 === 0) exchange.counter(ticker, round % 4 === 0 ? "ask" : "bid", cents * 100, 150);
      exchange.clearCounters();
      if (round % 5 === 0) await quotes.settled();
    }
    await quotes.settled();
    assertEquals(audit.faults, []);
    assert(audit.steps > 300 && events.some(({ type }) => type === "filled"));
    assert(events.some(({ type }) => type === "held"));
  });
}

test("fix: a loaded account stays inside its rate budget", async () => {
  await using scene = await startQuoting("fix", {}, {
    tier: "basic",
    exchange: { rateLimits: true },
    client: { rateLimit: "auto" },
  });
  const { quotes, ticker, resting, events } = scene;
  for (let round = 0; round < 40; round++) {
    await quotes.set(ticker, {
      bid: [level(`0.${20 + round}00`, "1.00"), level(`0.${19 + round}00`, "1.00")],
    });
    await until(() => quotes.stats().underWay < 4);
  }
  await quotes.settled();
  assertEquals(resting(), ["bid 5800 100", "bid 5900 100"]);
  assertEquals(events.filter(({ type }) => type === "refused"), []);
});
