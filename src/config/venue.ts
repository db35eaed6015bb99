/**
 * A venue, which is one exchange of Kalshi as data: where it is, below which paths, and what names what chooses it.
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

/** The environment variables that say where a client goes and with which key. */
export interface KalshiVariables {
  /** Id of the API key. */
  readonly keyId: string;
  /** The private key itself. */
  readonly privateKey: string;
  /** Path of a file with the private key. */
  readonly privateKeyPath: string;
  /** Passphrase of an encrypted private key. */
  readonly passphrase: string;
  /** `true` for the demo environment. */
  readonly demo: string;
  /** Base URL of the REST API. */
  readonly baseUrl: string;
  /** Base URL of the WebSocket; where there is none, the socket follows the REST API. */
  readonly wsBaseUrl?: string | undefined;
  /** `1` allows hosts that are not Kalshi's. */
  readonly allowUnknownHost: string;
  /** `false` signs only what needs a key. */
  readonly signPublicCalls: string;
}

/** A REST API of Kalshi's, as data: where it is, below which path, and what names what chooses it. */
export interface RestVenue {
  /** API root of REST calls: the signed path begins with it. */
  readonly restPath: string;
  /** Path of its WebSocket; left out where it has none. */
  readonly wsPath?: string | undefined;
  /** Its hosts; the first of an environment is the default. */
  readonly hosts: readonly (Omit<KalshiHosts, "ws"> & { readonly ws?: string | undefined })[];
  /** The environment variables that choose it. */
  readonly variables:
    & Pick<KalshiVariables, "demo" | "baseUrl" | "allowUnknownHost">
    & Partial<Pick<KalshiVariables, "keyId">>;
  /** What a call needs that has no credentials, as the end of a sentence; those of an API key when left out. */
  readonly needs?: string | undefined;
}

/** One exchange of Kalshi. */
export interface KalshiVenue extends RestVenue {
  /** API root of REST calls: the signed path begins with it. */
  readonly restPath: string;
  /** Path of the WebSocket, which is signed as it is. */
  readonly wsPath: string;
  /** Its hosts; the first of an environment is the default. */
  readonly hosts: readonly KalshiHosts[];
  /** What a key of it may be allowed to do; a scope with `::` is a part of the one before it. */
  readonly scopes: readonly string[];
  /** The environment variables that choose it. */
  readonly variables: KalshiVariables;
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
  scopes: [
    "read",
    "write",
    "read::block_trade_accept",
    "read::portfolio_balance",
    "write::trade",
    "write::transfer",
    "write::block_trade_accept",
    "write::fcm_risk",
  ],
  variables: {
    keyId: "KALSHI_KEY_ID",
    privateKey: "KALSHI_PRIVATE_KEY",
    privateKeyPath: "KALSHI_PRIVATE_KEY_PATH",
    passphrase: "KALSHI_PRIVATE_KEY_PASSPHRASE",
    demo: "KALSHI_DEMO",
    baseUrl: "KALSHI_API_BASE_URL",
    allowUnknownHost: "KALSHI_ALLOW_UNKNOWN_HOST",
    signPublicCalls: "KALSHI_SIGN_PUBLIC_CALLS",
  },
};
