import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { KalshiClient } from "../../src/client.ts";
import type { KalshiClientOptions } from "../../src/client_options.ts";
import { KalshiConfigError, KalshiDecodeError } from "../../src/base/errors.ts";
import type { DriftEvent } from "../../src/http/hooks.ts";
import { checkResponse } from "../../src/contract/schemas.ts";
import { test } from "../support/test.ts";

function clientOf(options: KalshiClientOptions): KalshiClient {
  const auth = { keyId: "key", sign: () => Promise.resolve("c2lnbmF0dXJl".repeat(4)) };
  const transport = () => Promise.resolve(Response.json({ market: { ticker: 7 } }));
  return new KalshiClient({ auth, transport, ...options });
}

const difference = { path: "market.ticker", expected: "string", received: "number" };

test("warn tells which operation differs where, and returns the answer", async () => {
  const told: DriftEvent[] = [];
  await using client = clientOf({ validate: "warn", checkResponse, onDrift: (event) => told.push(event) });
  assertEquals(await client.markets.get("A-1"), { ticker: 7 } as never);
  assertEquals(told, [
    { operation: "GET /markets/{ticker}", method: "GET", path: "/markets/A-1", difference },
  ]);
});

test("strict throws what differs, off says nothing", async () => {
  await using strict = clientOf({ validate: "strict", checkResponse });
  const error = await assertRejects(() => strict.markets.get("A-1"), KalshiDecodeError, "market.ticker");
  assertEquals([error.path, error.details, error.outcome], ["/markets/A-1", difference, "unknown"]);
  await using off = clientOf({ validate: "off", checkResponse });
  assertEquals(await off.markets.get("A-1"), { ticker: 7 } as never);
});

test("only answers that a method of the contract reads are compared", async () => {
  const compared: string[] = [];
  await using client = clientOf({
    validate: "strict",
    checkResponse: (operation) => {
      compared.push(operation);
      return undefined;
    },
  });
  await client.request("GET", "/markets");
  await client.orders.cancelAll();
  await client.orderGroups.trigger("group");
  await client.markets.get("A-1");
  assertEquals(compared, ["GET /markets/{ticker}"]);
});

test("validate needs the schemas and one of its three words", () => {
  assertThrows(() => clientOf({ validate: "warn" }), KalshiConfigError, "@unofficial/kalshi/schemas");
  assertThrows(
    () => clientOf({ validate: "loud" as "warn", checkResponse }),
    KalshiConfigError,
    '"off" or "warn"',
  );
});
