/** A client that may change nothing. */
import { assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { KalshiClient, KalshiConfigError, KalshiCore, KalshiReadOnlyError } from "../../mod.ts";
import { FixClient } from "../../src/fix/client.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { webRuntime } from "../../src/runtime/web.ts";
import { test } from "../support/test.ts";

const order = {
  ticker: "M",
  side: "bid",
  count: "1.00",
  price: "0.5600",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
} as const;

/** A runtime whose process has these variables. */
const withEnv = (variables: Record<string, string>) => ({
  ...webRuntime(),
  readEnv: (name: string) => variables[name],
});

test("readOnly refuses every write before it is sent, and lets every question through", async () => {
  await using exchange = LocalExchange.create({ markets: 1, marketMakers: false });
  const { auth } = await exchange.createAccount();
  const ticker = exchange.listMarket({ ticker: "M" });
  let sent = 0;
  const transport = (request: Request) => {
    sent++;
    return exchange.fetch(request);
  };
  const { config } = exchange;
  for (const orderRetries of ["never", "idempotent"] as const) {
    await using client = new KalshiClient({
      auth,
      config: config.with({ orderRetries }),
      transport,
      readOnly: true,
    });
    assertEquals((await client.markets.get(ticker)).ticker, ticker);
    await client.portfolio.balance();
    sent = 0;
    const writes: (() => Promise<unknown>)[] = [
      () => client.orders.create(order),
      () => client.orders.batchCreate({ orders: [order] }),
      () => client.orders.cancel("id"),
      () => client.orders.cancelAll(),
      () => client.orderGroups.create({ contracts_limit_fp: "10.00" }),
      () => client.subaccounts.create(),
      () => client.request("POST", "/portfolio/orders", { body: {} }),
      () => client.request("DELETE", "/anything"),
    ];
    for (const write of writes) {
      const error = await assertRejects(
        write,
        KalshiReadOnlyError,
        "was not sent: this client may change nothing",
      );
      assertEquals([error.code, error.outcome, error.attempts], ["READ_ONLY", "not-sent", 0], String(write));
    }
    assertEquals(sent, 0);
  }
});

test("KALSHI_READONLY=1 makes every client of a process read only, whatever its options say", async () => {
  const runtime = withEnv({ KALSHI_READONLY: " 1 " });
  const transport = () => Promise.resolve(Response.json({}));
  for (const readOnly of [undefined, false, true]) {
    await using client = new KalshiClient({ runtime, transport, readOnly });
    await assertRejects(() => client.request("POST", "/x"), KalshiReadOnlyError, "KALSHI_READONLY");
    await using core = new KalshiCore({ runtime, transport, readOnly });
    await assertRejects(() => core.request("PUT", "/x"), KalshiReadOnlyError);
    await client.request("GET", "/x");
  }
  await using given = await KalshiClient.fromEnv({ KALSHI_READONLY: "1" }, { transport, readOnly: false });
  await assertRejects(() => given.request("POST", "/x"), KalshiReadOnlyError);
  await using open = await KalshiClient.fromEnv({ KALSHI_READONLY: "0" }, { transport });
  await open.request("POST", "/x");
});

test("a slip in KALSHI_READONLY lets no order through, and one that may not be read is not missed", async () => {
  for (const word of ["true", "yes", "2"]) {
    const runtime = withEnv({ KALSHI_READONLY: word });
    assertThrows(() => new KalshiClient({ runtime }), KalshiConfigError, "KALSHI_READONLY must be 1 or 0");
    await assertRejects(
      () => KalshiClient.fromEnv({ KALSHI_READONLY: word }),
      KalshiConfigError,
      "must be 1 or 0",
    );
  }
  const closed = {
    ...webRuntime(),
    readEnv: (name: string): string => {
      throw new KalshiConfigError(`${name} may not be read`);
    },
  };
  const transport = () => Promise.resolve(Response.json({}));
  await using client = new KalshiClient({ runtime: closed, transport });
  await client.request("POST", "/x");
});

test("a FIX session that is read only asks, and changes nothing", async () => {
  await using exchange = LocalExchange.create({ markets: 0, marketMakers: false, fix: true });
  const { auth } = await exchange.createAccount();
  const Symbol = exchange.listMarket({ ticker: "M" });
  const runtime = exchange.createRuntime();
  {
    const config = exchange.fixConfig("order-entry");
    await using client = await FixClient.connect({ auth, config, runtime, readOnly: true });
    const writes = [
      () => client.newOrderSingle({ Symbol, Side: "1", OrderQty: "1", Price: "56" }),
      () => client.orderMassCancelRequest(),
      async () =>
        await Promise.resolve(client.send({ MsgType: "q", ClOrdID: "1", MassCancelRequestType: "6" })),
    ];
    for (const write of writes) {
      const error = await write().catch((error) => error);
      assertInstanceOf(error, KalshiReadOnlyError);
      assertEquals(error.outcome, "not-sent");
    }
  }
  await using rest = new KalshiClient({ auth, config: exchange.config, runtime, readOnly: true });
  const { host, port } = exchange.fixConfig("market-data");
  await using feed = await rest.fix({
    config: { product: "event", session: "market-data", host, port, tls: false },
  });
  await using book = await feed.orderBook(Symbol);
  assertEquals(book.state, "live");
  const [resting] = [await rest.orders.list({ status: "resting" })];
  assertEquals(resting.items, []);
});
