import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { KalshiClientOptions } from "../../src/client_options.ts";
import { KalshiConfigError, KalshiDecodeError } from "../../src/base/errors.ts";
import type { DriftEvent } from "../../src/http/hooks.ts";
import { type AnyClient, eventProduct, perpsProduct } from "../rest/products.ts";
import { test } from "../support/test.ts";

const difference = { path: "market.ticker", expected: "string", received: "number" };

for (const { name, make, checkResponse } of [eventProduct, perpsProduct]) {
  const root = name === "event" ? "" : "/margin";

  const clientOf = (options: KalshiClientOptions): AnyClient => {
    const auth = { keyId: "key", sign: () => Promise.resolve("c2lnbmF0dXJl".repeat(4)) };
    const transport = () => Promise.resolve(Response.json({ market: { ticker: 7 } }));
    return make({ auth, transport, ...options });
  };

  test(`${name}: warn tells which operation differs where, and returns the answer`, async () => {
    const told: DriftEvent[] = [];
    await using client = clientOf({ validate: "warn", checkResponse, onDrift: (event) => told.push(event) });
    assertEquals(await client.markets.get("A-1"), { ticker: 7 });
    assertEquals(told, [
      { operation: `GET ${root}/markets/{ticker}`, method: "GET", path: `${root}/markets/A-1`, difference },
    ]);
  });

  test(`${name}: strict throws what differs, off says nothing`, async () => {
    await using strict = clientOf({ validate: "strict", checkResponse });
    const error = await assertRejects(() => strict.markets.get("A-1"), KalshiDecodeError, "market.ticker");
    assertEquals([error.path, error.details, error.outcome], [`${root}/markets/A-1`, difference, "unknown"]);
    await using off = clientOf({ validate: "off", checkResponse });
    assertEquals(await off.markets.get("A-1"), { ticker: 7 });
  });

  test(`${name}: only answers that a method of the contract reads are compared`, async () => {
    const compared: string[] = [];
    await using client = clientOf({
      validate: "strict",
      checkResponse: (operation) => {
        compared.push(operation);
        return undefined;
      },
    });
    await client.request("GET", `${root}/markets`);
    await client.orders.cancelAll();
    await client.orderGroups.trigger("group");
    await client.markets.get("A-1");
    assertEquals(compared, [`GET ${root}/markets/{ticker}`]);
  });

  test(`${name}: validate needs the schemas and one of its three words`, () => {
    assertThrows(() => clientOf({ validate: "warn" }), KalshiConfigError, "@unofficial/kalshi/schemas");
    assertThrows(
      () => clientOf({ validate: "loud" as "warn", checkResponse }),
      KalshiConfigError,
      '"off" or "warn"',
    );
  });
}
