/**
 * Perpetual futures on Kalshi's margin exchange: `@unofficial/kalshi/perps`. The client, its configuration, and what
 * differs from event contracts.
 *
 * @example
 * ```ts
 * import { PerpsClient } from "@unofficial/kalshi/perps";
 *
 * await using client = new PerpsClient({ demo: true });
 * for (const { ticker, bid, ask } of await client.markets.list({ status: "active" })) console.log(ticker, bid, ask);
 * ```
 *
 * @module
 */
export { PerpsClient, type PerpsFixConfigOptions, type PerpsFixOptions } from "./client.ts";
export type { PerpsClientOptions } from "./client_options.ts";
export type { PerpsEnv } from "./env.ts";
export { PerpsConfig, type PerpsConfigOptions, type PerpsPresetOptions } from "../config/perps_config.ts";
export { perpsVenue } from "../config/perps_venue.ts";
export * from "./money/mod.ts";
export type * from "../contract/perps/types.ts";
export {
  type PerpsChannelParams,
  type PerpsRecovered,
  PerpsStream,
  type PerpsStreamOptions,
  type PerpsTickerParams,
} from "./stream.ts";
export type {
  PerpsLookup,
  PerpsLookupClient,
  PerpsLookupFill,
  RecoveredPerpsFill,
  RecoveredPerpsOrder,
} from "../stream/perps_recovery.ts";
export type {
  Channel,
  ChannelMessages,
  FillData,
  FillMessage,
  OrderbookDeltaData,
  OrderbookDeltaMessage,
  OrderbookSnapshotData,
  OrderbookSnapshotMessage,
  OrderGroupUpdatesData,
  OrderGroupUpdatesMessage,
  TickerData,
  TickerDataFundingRate,
  TickerDataLiquidationMarkPrice,
  TickerDataReferencePrice,
  TickerDataSettlementMarkPrice,
  TickerMessage,
  TradeData,
  TradeMessage,
  UserOrderData,
  UserOrderMessage,
} from "../contract/perps/channels.ts";
export type * from "./namespaces.ts";
export type { CallOptions, ListAllOptions, WriteOptions } from "../http/call_options.ts";
export type { Namespace } from "../http/namespace.ts";
export type { Page, PageCall } from "../http/page.ts";
