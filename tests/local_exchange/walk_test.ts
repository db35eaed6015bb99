import { assert, assertEquals } from "@std/assert";
import { KalshiAuth } from "../../src/auth/kalshi_auth.ts";
import { startExchange, type TestExchange } from "../support/exchange.ts";
import { test } from "../support/test.ts";

/** One signed request with nothing but the key and fetch. */
async function signed(
  exchange: TestExchange,
  auth: KalshiAuth,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; value: Record<string, unknown> }> {
  const url = new URL(`${exchange.baseUrl}${path}`);
  const headers = await auth.headers(method, url.pathname);
  const response = await fetch(url, {
    method,
    headers: { ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, value: text === "" ? {} : JSON.parse(text) };
}

for (const keyType of ["ed25519", "rsa"] as const) {
  test(`an order of an account with an ${keyType} key is placed, filled and paid`, async () => {
    await using exchange = await startExchange({ seed: 1, marketMakers: false });
    const { keyId, privateKey } = await exchange.createAccount({ balance: "1000.00", keyType });
    const auth = await KalshiAuth.fromPem(keyId, privateKey);
    const status = await (await fetch(`${exchange.baseUrl}/exchange/status`)).json();
    assertEquals(status.trading_active, true);
    const page = await (await fetch(`${exchange.baseUrl}/markets?limit=3&status=open`)).json();
    assertEquals(page.markets.length, 3);
    assert(page.cursor !== "");
    const [ticker] = await exchange.openTickers();
    assert(ticker !== undefined);
    await exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5600", count: "4" });
    const created = await signed(exchange, auth, "POST", "/portfolio/events/orders", {
      ticker,
      client_order_id: "first",
      side: "bid",
      count: "10.00",
      price: "0.5600",
      time_in_force: "good_till_canceled",
      self_trade_prevention_type: "taker_at_cross",
    });
    assertEquals(created.status, 201);
    assertEquals(created.value.fill_count, "4.00");
    assertEquals(created.value.remaining_count, "6.00");
    assertEquals(created.value.average_fill_price, "0.5600");
    const order = await signed(exchange, auth, "GET", `/portfolio/orders/${created.value.order_id}`);
    assertEquals((order.value.order as Record<string, unknown>).status, "resting");
    const balance = await signed(exchange, auth, "GET", "/portfolio/balance");
    // 1000 less 4 at 0.56, less the fee of 0.07 * 4 * 0.56 * 0.44 rounded up, less 6 at 0.56 set aside.
    assertEquals(balance.value.balance_dollars, "994.3310");
    const again = await signed(exchange, auth, "POST", "/portfolio/events/orders", {
      ticker,
      client_order_id: "first",
      side: "bid",
      count: "10.00",
      price: "0.5600",
      time_in_force: "good_till_canceled",
      self_trade_prevention_type: "taker_at_cross",
    });
    assertEquals([again.status, again.value.code], [409, "order_already_exists"]);
    const canceled = await signed(
      exchange,
      auth,
      "DELETE",
      `/portfolio/events/orders/${created.value.order_id}`,
    );
    assertEquals([canceled.status, canceled.value.reduced_by], [200, "6.00"]);
  });
}
