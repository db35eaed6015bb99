/**
 * Klear, the clearing house of the margin exchange, as data: https://docs.kalshi.com/margin.
 *
 * @module
 */
import type { RestVenue } from "../config/venue.ts";

/** Klear has a REST API alone, on hosts and below a path of its own. */
export const klearVenue: RestVenue = {
  restPath: "/klear-api/v1",
  hosts: [
    { environment: "production", rest: "api.klear.kalshi.com" },
    { environment: "demo", rest: "demo-api.kalshi.co" },
  ],
  variables: {
    demo: "KALSHI_KLEAR_DEMO",
    baseUrl: "KALSHI_KLEAR_API_BASE_URL",
    allowUnknownHost: "KALSHI_KLEAR_ALLOW_UNKNOWN_HOST",
  },
  needs: "an access token and this client has none: give it `adminUserId` and `accessToken`, or use " +
    "KlearClient.fromEnv()",
};
