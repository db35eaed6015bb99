/** Sessions of FIX draw on the budgets of their own exchange. */
import { assertEquals, assertRejects } from "@std/assert";
import { KalshiClient } from "../../src/client.ts";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { FixClient } from "../../src/fix/mod.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { PerpsClient } from "../../src/perps/mod.ts";
import { RateLimiter } from "../../src/rate_limits/rate_limiter.ts";
import { test } from "../support/test.ts";

test("a session of the margin exchange draws on that exchange's budgets alone, whoever opens it", async () => {
  await using exchange = await LocalExchange.start({
    markets: 0,
    marketMakers: false,
    fix: true,
    perps: { marketMakers: false },
    rateLimits: true,
  });
  const [ticker = ""] = exchange.perps.tickers();
  const budgets = { read: { tokensPerSecond: 200 }, write: { tokensPerSecond: 100 } };
  const ofMargin = new RateLimiter({ ...budgets, product: "margin" });
  const ofEvents = new RateLimiter(budgets);
  const { id, auth } = await exchange.createAccount();
  const config = exchange.fixConfig("order-entry", { product: "margin" });
  await assertRejects(
    () => FixClient.connect({ auth, config, limiter: ofEvents }),
    KalshiConfigError,
    '`product: "margin"`',
  );
  await using perps = new PerpsClient({ auth, config: exchange.perpsConfig, rateLimit: ofMargin });
  ofMargin.setShards(await perps.markets.list());
  const order = { Symbol: ticker, Side: "1", OrderQty: "1", Price: "0.0100" } as const;
  const granted = () => [ofMargin.stats().write?.granted, ofEvents.stats().write?.granted];
  await using session = await perps.fix({ config });
  const { ClOrdID } = await session.newOrderSingle(order);
  await session.orderCancelRequest({ Symbol: ticker, Side: "1", OrigClOrdID: ClOrdID });
  assertEquals(granted(), [2, undefined]);

  // A client of event contracts opens such a session as well, and its budgets are not those of perps.
  const other = await exchange.createAccount();
  await using events = new KalshiClient({ auth: other.auth, config: exchange.config, rateLimit: ofEvents });
  await using guest = await events.fix({ config });
  await guest.newOrderSingle(order);
  assertEquals(granted(), [2, undefined]);

  // Nor has the exchange taken anything of it from the buckets of event contracts.
  for (const account of [id, other.id]) {
    assertEquals(exchange.rateTokens(account), {});
    assertEquals(Object.keys(exchange.perps.rateTokens(account)).includes("write"), true);
  }
});
