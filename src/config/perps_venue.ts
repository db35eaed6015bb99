/**
 * The margin exchange, on which perpetual futures trade, as data:
 * https://docs.kalshi.com/getting_started/api_environments.
 *
 * @module
 */
import { eventVenue, type KalshiVenue } from "./venue.ts";

/** The margin exchange. Keys and their scopes are those of the event exchange, the variables that name them are not. */
export const perpsVenue: KalshiVenue = {
  restPath: eventVenue.restPath,
  wsPath: "/trade-api/ws/v2/margin",
  hosts: [
    { environment: "production", rest: "external-api.kalshi.com", ws: "external-api-margin-ws.kalshi.com" },
    {
      environment: "demo",
      rest: "external-api.demo.kalshi.co",
      ws: "external-api-margin-ws.demo.kalshi.co",
    },
  ],
  scopes: eventVenue.scopes,
  needs:
    "an API key and this client has none: give it `keyId` and `privateKey`, or use PerpsClient.fromEnv()",
  variables: {
    keyId: "KALSHI_PERPS_KEY_ID",
    privateKey: "KALSHI_PERPS_PRIVATE_KEY",
    privateKeyPath: "KALSHI_PERPS_PRIVATE_KEY_PATH",
    passphrase: "KALSHI_PERPS_PRIVATE_KEY_PASSPHRASE",
    demo: "KALSHI_PERPS_DEMO",
    baseUrl: "KALSHI_PERPS_API_BASE_URL",
    wsBaseUrl: "KALSHI_PERPS_WS_BASE_URL",
    allowUnknownHost: "KALSHI_PERPS_ALLOW_UNKNOWN_HOST",
    signPublicCalls: eventVenue.variables.signPublicCalls,
  },
};
