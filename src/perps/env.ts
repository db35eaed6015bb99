/**
 * The environment variables of a client of the margin exchange.
 *
 * @module
 */

/**
 * The environment variables that {@linkcode PerpsClient.fromEnv} reads; a Worker's `env` fits. Unset and empty are the
 * same. Those of the event exchange, such as `KALSHI_KEY_ID`, are not looked at: a key for one is never sent to the other
 * by mistake.
 */
export interface PerpsEnv {
  /** Id of the API key. */
  readonly KALSHI_PERPS_KEY_ID?: string | undefined;
  /** The private key itself, as PEM; line breaks may stand as `\n`. */
  readonly KALSHI_PERPS_PRIVATE_KEY?: string | undefined;
  /** Path of a file with the private key; `~/` is the home folder. Not together with `KALSHI_PERPS_PRIVATE_KEY`. */
  readonly KALSHI_PERPS_PRIVATE_KEY_PATH?: string | undefined;
  /** Passphrase of an encrypted private key. */
  readonly KALSHI_PERPS_PRIVATE_KEY_PASSPHRASE?: string | undefined;
  /** `true` for Kalshi's demo environment, `false` (the default) for production; in any case. */
  readonly KALSHI_PERPS_DEMO?: string | undefined;
  /**
   * Base URL of the REST API; the WebSocket's follows unless it is given. Wins over `KALSHI_PERPS_DEMO`, but a URL of
   * production's is refused beside `KALSHI_PERPS_DEMO=true`.
   */
  readonly KALSHI_PERPS_API_BASE_URL?: string | undefined;
  /** Base URL of the WebSocket; the REST API's follows unless it is given. */
  readonly KALSHI_PERPS_WS_BASE_URL?: string | undefined;
  /** `1` allows hosts that are not Kalshi's. */
  readonly KALSHI_PERPS_ALLOW_UNKNOWN_HOST?: string | undefined;
  /** `true` (the default) signs public calls too, where there is a key; `false` does not; in any case. */
  readonly KALSHI_SIGN_PUBLIC_CALLS?: string | undefined;
  /** `1` refuses every write before it is sent, whatever the options say; `0` (the default) does not. */
  readonly KALSHI_READONLY?: string | undefined;
  /** How much is logged: `debug`, `info`, `warn`, `error` or `off` (the default); in any case. */
  readonly KALSHI_LOG?: string | undefined;
}
