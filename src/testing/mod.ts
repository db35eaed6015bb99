/**
 * For tests of what is built on this library: record and replay the network, let it fail, and move the clock.
 *
 * @module
 */
export {
  type CassetteBody,
  type CassetteEntry,
  type CassetteRequest,
  type CassetteResponse,
  type CassetteStore,
  memoryCassette,
} from "./cassette.ts";
export {
  type CassetteMode,
  CassetteTransport,
  type CassetteTransportOptions,
  RecordingTransport,
  type RecordingTransportOptions,
  ReplayTransport,
  type ReplayTransportOptions,
  UnmatchedRequestError,
} from "./cassette_transport.ts";
export {
  type FaultRates,
  FaultTransport,
  type FaultTransportOptions,
  type InjectedFault,
  type TransportFault,
} from "./fault_transport.ts";
export { fileCassette } from "./file_cassette.ts";
export { ManualClock } from "./manual_clock.ts";
export type { MatchRules } from "./matching.ts";
export type { Clock, ClockTimer } from "../base/clock.ts";
export { type RateBudget, TokenBucket, type TokenBucketState } from "../rate_limits/token_bucket.ts";
export type { Transport, TransportFunction } from "../http/transport.ts";
export { KalshiError, type KalshiErrorCode, type KalshiErrorContext, type Outcome } from "../base/errors.ts";
