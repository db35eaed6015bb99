/**
 * What a stream reads of a configuration, whatever its product.
 *
 * @module
 */

import type { KalshiConfig } from "../config/kalshi_config.ts";

/** The settings of a stream. */
export type StreamConfig = Pick<
  KalshiConfig,
  | "wsBaseUrl"
  | "timeoutMs"
  | "extraHeaders"
  | "retryBaseDelayMs"
  | "retryMaxDelayMs"
  | "wsMaxRetries"
  | "wsPingIntervalMs"
  | "wsCloseTimeoutMs"
  | "wsJsonParse"
  | "wsJsonStringify"
>;
