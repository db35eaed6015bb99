/**
 * What a configuration says where nothing else is said: production, with every default.
 *
 * @module
 */
/** The defaults of every option. */
export const DEFAULTS = /* @__PURE__ */ Object.freeze(
  {
    environment: "production",
    baseUrl: "https://api.elections.kalshi.com/trade-api/v2",
    wsBaseUrl: "wss://api.elections.kalshi.com/trade-api/ws/v2",
    timeoutMs: 30_000,
    totalTimeoutMs: undefined,
    maxRetries: 3,
    retryBaseDelayMs: 500,
    retryMaxDelayMs: 30_000,
    maxBodyBytes: 64 * 1024 * 1024,
    extraHeaders: /* @__PURE__ */ Object.freeze({}),
    orderRetries: "never",
    wsMaxRetries: 10,
    wsPingIntervalMs: 20_000,
    wsCloseTimeoutMs: 5_000,
    http2: false,
    limits: undefined,
    signPublicCalls: true,
    restJsonParse: undefined,
    wsJsonParse: undefined,
    wsJsonStringify: undefined,
    allowUnknownHost: false,
  } as const,
);
