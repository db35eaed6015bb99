import { assert, assertEquals } from "@std/assert";
import { KalshiClient, type KalshiClientOptions } from "../../mod.ts";
import { PerpsClient, type PerpsClientOptions } from "../../src/perps/mod.ts";
import * as event from "../../src/contract/event/operations.ts";
import type { Operation } from "../../src/contract/operation.ts";
import * as perps from "../../src/contract/perps/operations.ts";
import { KalshiRateLimitError } from "../../src/base/errors.ts";
import { RateLimiter } from "../../src/rate_limits/rate_limiter.ts";
import { eventClearing } from "../../src/local_exchange/engine/event_clearing.ts";
import { Engine } from "../../src/local_exchange/engine/engine.ts";
import { createRandom } from "../../src/local_exchange/random.ts";
import { eventLimited, perpsLimited, RateLimits, tierLimits } from "../../src/local_exchange/limits.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";
import { Session } from "./support/session.ts";

type Row = Operation<unknown, unknown, unknown>;
type Tokens = Record<string, number>;

const { read, write } = tierLimits("prestige");
const budgets = {
  read: { tokensPerSecond: read.refill_rate, capacity: read.bucket_capacity },
  write: { tokensPerSecond: write.refill_rate, capacity: write.bucket_capacity },
};
const full = (name: string) => name === "read" ? read.bucket_capacity : write.bucket_capacity;

/** What was drawn from each bucket, of those that are not full. */
const drawn = (tokens: Tokens): Tokens =>
  Object.fromEntries(
    Object.entries(tokens).map(([name, left]) => [name, full(name) - left]).filter(([, cost]) => cost !== 0),
  );

interface Request {
  readonly params: Readonly<Record<string, unknown>>;
  readonly body?: Readonly<Record<string, unknown>> | undefined;
}

/** Requests of an operation that differ in what may decide who pays. */
function requestsOf(operation: Row): Request[] {
  const fields = [undefined, 0, 1, 2, -1, null].flatMap((exchange_index) => [
    { exchange_index },
    { exchange_index, ticker: "KX-1" },
    { exchange_index, ticker: "KX-2" },
    { exchange_index, market_ticker: "KX-1" },
  ]);
  const { costPer, costWith, method = "GET" } = operation;
  const lists = costPer === undefined ? [{}] : [1, 3].map((count) => ({
    [costPer]: Array.from({ length: count }, () => ({ exchange_index: 1, ticker: "KX-1" })),
  }));
  const flags = [{}, ...Object.keys(costWith ?? {}).map((name) => ({ [name]: true }))];
  const inQuery = method === "GET" || method === "DELETE" && costPer === undefined;
  return fields.flatMap((some) =>
    lists.flatMap((list) =>
      flags.map((flag) => {
        const path = Object.fromEntries(
          [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => [name, "x"]),
        );
        const params = { ...path, ...flag, ...(inQuery ? some : {}) };
        return { params, body: inQuery ? undefined : { ...some, ...list } };
      })
    )
  );
}

/** The query of a request, as it goes over the wire. */
function queryOf({ path }: Row, params: Readonly<Record<string, unknown>>): URLSearchParams {
  return new URLSearchParams(
    Object.entries(params)
      .filter(([name, value]) => !path.includes(`{${name}}`) && value !== undefined && value !== null)
      .map(([name, value]) => [name, String(value)]),
  );
}

/** On which shards of the margin exchange the markets are. */
const markets = [{ ticker: "KX-1", exchange_index: 0 }, { ticker: "KX-2", exchange_index: 2 }];

const drawnByClient = (operation: Row, request: Request, product: "event" | "margin" = "event"): Tokens => {
  const limiter = new RateLimiter({ ...budgets, product, clock: new ManualClock() });
  limiter.setShards(markets);
  for (const shard of [1, 2, 3]) limiter.tryAcquire({ bucket: "write", shard, cost: 0 });
  const call = { method: operation.method ?? "GET", template: operation, options: request };
  assert(limiter.tryAdmit(call));
  return drawn(
    Object.fromEntries(Object.entries(limiter.stats()).map(([name, { tokens }]) => [name, tokens])),
  );
};

const limited = {
  event: eventLimited,
  margin: perpsLimited((ticker) => markets.find((market) => market.ticker === ticker)?.exchange_index),
};

for (const [product, table] of [["event", event], ["margin", perps]] as const) {
  test(`${product}: client and exchange agree who pays for every operation, and how much`, () => {
    const account = new Engine(createRandom(1), 0, eventClearing).open();
    for (const [name, operation] of Object.entries(table) as [string, Row][]) {
      for (const request of requestsOf(operation)) {
        const limits = new RateLimits(limited[product]);
        limits.setTier(account, "prestige", 0);
        for (const exchange_index of [1, 2, 3]) {
          limits.take(account, { ...event.CreateOrderV2, cost: 0 } as Row, new URLSearchParams(), {
            exchange_index,
          }, 0);
        }
        // Over the wire null is what JSON has; a query has none.
        const body = request.body && JSON.parse(JSON.stringify(request.body));
        limits.take(account, operation, queryOf(operation, request.params), body, 0);
        assertEquals(
          drawnByClient(operation, request, product),
          drawn(limits.tokens(account, 0)),
          `${name} ${JSON.stringify(request)}`,
        );
      }
    }
  });
}

for (const product of ["event", "margin"] as const) {
  test(`${product}: what a signed request draws on the exchange is what the client's limiter takes for it`, async () => {
    const exchange = LocalExchange.create({
      marketMakers: false,
      markets: 1,
      perps: { marketMakers: false },
      rateLimits: true,
      clock: new ManualClock(),
    });
    const { id, auth } = await exchange.createAccount({ usageTier: "prestige" });
    const session = new Session(exchange, auth);
    const tokens = () => (product === "event" ? exchange : exchange.perps).rateTokens(id);
    const others = () => (product === "event" ? exchange.perps : exchange).rateTokens(id);
    if (product === "event") {
      for (const exchange_index of [1, 2, 3]) {
        await session.post("/portfolio/events/orders", { exchange_index });
      }
    }
    for (const [name, operation] of Object.entries(product === "event" ? event : perps) as [string, Row][]) {
      // The first changes the tier. The second is one endpoint for both exchanges, which the event exchange counts.
      if (
        name === "UpgradeAccountApiUsageLevel" ||
        product === "margin" && name === "IntraExchangeInstanceTransfer"
      ) {
        continue;
      }
      for (const request of requestsOf(operation).filter((_, index) => index % 5 === 0)) {
        exchange.clock.advance(10_000);
        const path = operation.path.replaceAll(/\{\w+\}/g, "x");
        await session.send(
          operation.method ?? "GET",
          `${path}?${queryOf(operation, request.params)}`,
          request.body,
        );
        const told = drawnByClient(operation, request, product);
        // All markets of the margin exchange are on shard 0 here, which has no market KX-2.
        const expected = product === "event" || !("write:2" in told) ? told : { write: told["write:2"] };
        assertEquals(drawn(tokens()), expected, `${name} ${JSON.stringify(request)}`);
      }
    }
    // Nothing of it was drawn on the other exchange.
    assertEquals(others(), {});
  });
}

/** What single order writes draw from the unscoped bucket and from those of shards 1 to 3. */
const drawnFor = (operation: Row, fields: Readonly<Record<string, unknown>>) => {
  const inQuery = operation.method === "DELETE";
  const { "write": unscoped = 0, "write:1": one = 0, "write:2": two = 0, "write:3": three = 0, ...rest } =
    drawnByClient(operation, { params: inQuery ? fields : {}, body: inQuery ? undefined : fields });
  assertEquals(rest, {});
  return [unscoped, one, two, three];
};

test("a single order write draws on its shard, or on all where Kalshi finds the shard by the ticker", () => {
  const { CreateOrderV2, AmendOrderV2, DecreaseOrderV2, CancelOrderV2 } = event;
  const cases = [
    [CreateOrderV2, { ticker: "A" }, 10],
    [AmendOrderV2, { ticker: "A" }, 10],
    [DecreaseOrderV2, { market_ticker: "A" }, 10],
    [CancelOrderV2, { market_ticker: "A" }, 2],
  ] as const;
  for (const [operation, ticker, cost] of cases) {
    const row = operation as Row;
    assertEquals(drawnFor(row, ticker), [cost, cost, cost, cost]);
    assertEquals(drawnFor(row, { ...ticker, exchange_index: -1 }), [cost, cost, cost, cost]);
    assertEquals(drawnFor(row, { ...ticker, exchange_index: 0 }), [cost, 0, 0, 0]);
    assertEquals(drawnFor(row, { ...ticker, exchange_index: 2 }), [0, 0, cost, 0]);
    assertEquals(drawnFor(row, {}), [cost, 0, 0, 0]);
  }
});

test("batches and order groups pay from the unscoped bucket, RFQs and quotes from shard 1's, block trades from none's", () => {
  const orders = [{ exchange_index: 2 }, { exchange_index: 2 }, {}];
  assertEquals(drawnFor(event.BatchCreateOrdersV2 as Row, { orders, exchange_index: 2 }), [30, 0, 0, 0]);
  assertEquals(
    drawnByClient(event.BatchCancelOrdersV2 as Row, { params: {}, body: { orders, exchange_index: 2 } }),
    { write: 6 },
  );
  assertEquals(drawnFor(event.CreateOrderGroup as Row, { exchange_index: 2 }), [10, 0, 0, 0]);
  assertEquals(drawnFor(event.CancelAllOrders as Row, {}), [2, 0, 0, 0]);
  assertEquals(drawnFor(event.CreateRFQ as Row, { market_ticker: "A" }), [0, 10, 0, 0]);
  assertEquals(drawnFor(event.CreateQuote as Row, {}), [0, 2, 0, 0]);
  for (
    const name of ["DeleteRFQ", "AcceptRFQQuote", "ConfirmRFQQuote", "AcceptQuote", "ConfirmQuote"] as const
  ) {
    assertEquals(drawnFor(event[name] as Row, {}), [0, 10, 0, 0], name);
  }
  for (const name of ["DeleteQuote", "DeleteRFQQuote"] as const) {
    assertEquals(drawnFor(event[name] as Row, {}), [0, 2, 0, 0], name);
  }
  assertEquals(drawnFor(event.AcceptBlockTradeProposal as Row, { exchange_index: 1 }), [10, 0, 0, 0]);
  assertEquals(drawnFor(event.UpgradeAccountApiUsageLevel as Row, {}), [30, 0, 0, 0]);
  assertEquals(drawnByClient(event.ProposeBlockTrade as Row, { params: {}, body: {} }), { read: 10 });
});

test("perps: what an order costs, and the two prices of the balance", () => {
  const draw = (operation: unknown, params: Request["params"] = {}, body?: Request["body"]) =>
    drawnByClient(operation as Row, { params, body }, "margin");
  const everyShard = { "write": 10, "write:1": 10, "write:2": 10, "write:3": 10 };
  for (const operation of [perps.CreateMarginOrder, perps.AmendMarginOrder]) {
    assertEquals(draw(operation, {}, { ticker: "KX-1" }), { write: 10 });
    assertEquals(draw(operation, {}, { ticker: "KX-2" }), { "write:2": 10 });
    // Of a market that nobody has told of, any shard may have to pay; without a ticker the exchange counts on the default.
    assertEquals(draw(operation, {}, { ticker: "KX-NEW" }), everyShard);
    assertEquals(draw(operation, {}, { market_id: "9f" }), { write: 10 });
  }
  assertEquals(draw(perps.CancelMarginOrder), { write: 1 });
  assertEquals(draw(perps.DecreaseMarginOrder, {}, { reduce_by: "1" }), { write: 1 });
  assertEquals(draw(perps.CreateMarginOrderGroup, {}, {}), { write: 10 });
  assertEquals(draw(perps.GetMarginBalance), { read: 5 });
  assertEquals(draw(perps.GetMarginBalance, { compute_available_balance: true }), { read: 50 });
  assertEquals(draw(perps.GetMarginBalance, { compute_available_balance: false }), { read: 5 });
});

/** Counts the calls that end, and how many of them with a 429. */
function tally() {
  const counts = { limited: 0, answered: 0 };
  const calls: Promise<unknown>[] = [];
  const note = (call: Promise<unknown>) =>
    calls.push(
      call.catch((error) => void (error instanceof KalshiRateLimitError && counts.limited++))
        .finally(() => void counts.answered++),
    );
  return { counts, calls, note };
}

const order = {
  side: "bid",
  count: "1.00",
  price: "0.0100",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
} as const;

type Note = ReturnType<typeof tally>["note"];

const mixes = {
  event(exchange: LocalExchange, options: KalshiClientOptions, note: Note) {
    const ticker = exchange.listMarket({ ticker: "M" });
    const client = new KalshiClient({ ...options, config: exchange.config });
    for (let index = 0; index < 240; index++) {
      const exchange_index = [undefined, 0, 1, 2, -1, 3][index % 6];
      note(client.orders.create({ ...order, ticker, exchange_index }));
      if (index % 4 === 0) note(client.orders.cancel("none", { market_ticker: ticker }));
      if (index % 10 === 0) {
        note(client.communications.rfqs.create({
          market_ticker: ticker,
          contracts_fp: "1.00",
          rest_remainder: false,
        }));
      }
      if (index % 30 === 29) {
        note(client.orders.batchCreate({ orders: [{ ...order, ticker }, { ...order, ticker }] }));
      }
    }
    return client;
  },
  margin(exchange: LocalExchange, options: KalshiClientOptions, note: Note) {
    const tickers = [...exchange.perps.tickers(), "KX-NONE"];
    const client = new PerpsClient({ ...options, config: exchange.perpsConfig } as PerpsClientOptions);
    for (let index = 0; index < 240; index++) {
      const ticker = tickers[index % tickers.length] ?? "";
      note(client.orders.create({ ...order, ticker }));
      if (index % 3 === 0) note(client.orders.amend("none", { ...order, ticker }));
      note(client.orders.cancel("none"));
      if (index % 4 === 0) note(client.orders.decrease("none", { reduce_by: "1.00" }));
      if (index % 5 === 0) note(client.portfolio.balance({ compute_available_balance: index % 2 === 0 }));
      if (index % 10 === 0) note(client.orderGroups.create({ contracts_limit: 5 }));
      if (index % 20 === 0) note(client.exitTriggers.cross.set(ticker, { stop_loss_price: "0.5000" }));
    }
    return client;
  },
};

for (const [product, mix] of Object.entries(mixes)) {
  test(`${product}: a client that reads its budgets meets no 429, whatever mix it sends`, async () => {
    const clock = new ManualClock();
    const exchange = LocalExchange.create({
      marketMakers: false,
      markets: 1,
      perps: { marketMakers: false },
      rateLimits: true,
      clock,
    });
    const { id, auth } = await exchange.createAccount({ usageTier: "advanced", balance: "100000.00" });
    const { counts, calls, note } = tally();
    await using _client = mix(exchange, { auth, transport: exchange.fetch, clock, rateLimit: "auto" }, note);
    for (let tries = 0; counts.answered < calls.length && tries < 2_000; tries++) await clock.advance(50);
    await Promise.all(calls);
    assertEquals(counts, { limited: 0, answered: calls.length });
    // What was spent on one exchange, the other has not paid for. The list of costs is one for both, and an event read.
    const { read: _, ...others } = (product === "event" ? exchange.perps : exchange).rateTokens(id);
    assertEquals(others, {});
  });
}
