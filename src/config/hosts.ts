/**
 * Kalshi's hosts and API roots, as data.
 *
 * Follows https://docs.kalshi.com/getting_started/api_environments.
 *
 * @module
 */

/** One of Kalshi's two environments. Keys belong to one of them and are unknown in the other. */
export type KalshiEnvironment = "production" | "demo";

/** A REST host and the WebSocket host that belongs to it. */
export interface KalshiHosts {
  /** The environment that both serve. */
  readonly environment: KalshiEnvironment;
  /** Host of the REST API. */
  readonly rest: string;
  /** Host of the WebSocket API. */
  readonly ws: string;
}

/** One exchange of Kalshi: where it is and below which paths. */
export interface KalshiVenue {
  /** API root of REST calls; the signed path begins with it. */
  readonly restPath: string;
  /** Path of the WebSocket. */
  readonly wsPath: string;
  /** Its hosts; the first of an environment is the default. */
  readonly hosts: readonly KalshiHosts[];
}

/** The event-contract exchange. */
export const eventVenue: KalshiVenue = {
  restPath: "/trade-api/v2",
  wsPath: "/trade-api/ws/v2",
  hosts: [
    { environment: "production", rest: "api.elections.kalshi.com", ws: "api.elections.kalshi.com" },
    { environment: "demo", rest: "demo-api.kalshi.co", ws: "demo-api.kalshi.co" },
    { environment: "production", rest: "external-api.kalshi.com", ws: "external-api-ws.kalshi.com" },
    { environment: "demo", rest: "external-api.demo.kalshi.co", ws: "external-api-ws.demo.kalshi.co" },
  ],
};
