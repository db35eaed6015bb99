/** A venue is a value: another exchange of Kalshi needs no other mechanism. */
import { assertEquals, assertThrows } from "@std/assert";
import { eventVenue, KalshiConfigError, type KalshiVenue } from "../../mod.ts";
import { createApiKeyRequest } from "../../src/contract/event/bodies.ts";
import { assertSignable, checkUrl, counterpart, homeUrl } from "../../src/config/url_policy.ts";
import { test } from "../support/test.ts";

const perps: KalshiVenue = {
  ...eventVenue,
  wsPath: "/trade-api/ws/v2/margin",
  hosts: [
    {
      environment: "production",
      rest: "external-api.kalshi.com",
      ws: "external-api-margin-ws.kalshi.com",
    },
    {
      environment: "demo",
      rest: "external-api.demo.kalshi.co",
      ws: "external-api-margin-ws.demo.kalshi.co",
    },
  ],
};

test("the perps exchange is a value of its own: hosts, paths, what is signed", () => {
  assertEquals(homeUrl(perps, "production"), "https://external-api.kalshi.com/trade-api/v2");
  const rest = checkUrl(perps, homeUrl(perps, "demo"), "rest");
  assertEquals(rest.environment, "demo");
  const wsBaseUrl = counterpart(perps, rest, "rest");
  assertEquals(wsBaseUrl, "wss://external-api-margin-ws.demo.kalshi.co/trade-api/ws/v2/margin");
  assertEquals(counterpart(perps, checkUrl(perps, wsBaseUrl, "ws"), "ws"), rest.url);
  const bases = { baseUrl: rest.url, wsBaseUrl, allowUnknownHost: false };
  assertEquals(assertSignable(perps, bases, `${rest.url}/margin/orders`), "/trade-api/v2/margin/orders");
  assertEquals(assertSignable(perps, bases, wsBaseUrl), "/trade-api/ws/v2/margin");
});

test("a host, a path or a socket of one exchange is none of the other's", () => {
  for (
    const url of ["https://api.elections.kalshi.com/trade-api/v2", "https://demo-api.kalshi.co/trade-api/v2"]
  ) {
    assertThrows(() => checkUrl(perps, url, "rest"), KalshiConfigError, "name a host of Kalshi");
  }
  const ofEvents = "wss://external-api-ws.kalshi.com/trade-api/ws/v2";
  assertThrows(() => checkUrl(perps, ofEvents, "ws"), KalshiConfigError, "/trade-api/ws/v2/margin");
  const ofPerps = "wss://external-api-margin-ws.kalshi.com/trade-api/ws/v2/margin";
  assertThrows(() => checkUrl(eventVenue, ofPerps, "ws"), KalshiConfigError, "end in /trade-api/ws/v2");
  const bases = { baseUrl: homeUrl(perps, "demo"), wsBaseUrl: ofPerps, allowUnknownHost: false };
  assertThrows(() => assertSignable(eventVenue, bases, ofPerps), KalshiConfigError, "Refused to sign");
});

test("the scopes of a key are those of the contract", () => {
  const rule = createApiKeyRequest.scopes;
  const words = rule?.type === "list" && rule.items.type === "string" ? rule.items.oneOf : undefined;
  assertEquals([...eventVenue.scopes].sort(), [...words ?? []].sort());
});
