import { assertEquals, assertRejects } from "@std/assert";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { KalshiClient, KalshiConfig } from "../../mod.ts";
import { KalshiError } from "../../src/base/errors.ts";
import { test } from "../support/test.ts";

const root = KalshiConfig.demo().baseUrl;

test("msw mocks what a client sends through the global fetch", async () => {
  const server = setupServer(
    http.get(
      `${root}/exchange/status`,
      () => HttpResponse.json({ exchange_active: true, trading_active: false }),
    ),
    http.get(
      `${root}/markets/:ticker`,
      ({ params }) =>
        HttpResponse.json({ code: "not_found", message: `no ${params["ticker"]}` }, { status: 404 }),
    ),
  );
  server.listen({ onUnhandledRequest: "error" });
  try {
    await using client = new KalshiClient({ demo: true, transport: (request) => fetch(request) });
    const { exchange_active, trading_active } = await client.exchange.status();
    assertEquals([exchange_active, trading_active], [true, false]);
    const error = await assertRejects(() => client.markets.get("KX-1"), KalshiError, "no KX-1");
    assertEquals(error.code, "NOT_FOUND");
  } finally {
    server.close();
  }
});
