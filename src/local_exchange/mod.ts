/**
 * A local exchange: Kalshi's REST API, WebSocket and FIX on this machine, with real accounts, real signatures and a
 * real matching engine, to test a bot against without the live exchange.
 *
 * @module
 */
export type {
  CashPlace,
  CounterOrder,
  ErrorBodies,
  ListedMarket,
  LocalAccount,
  LocalAccountOptions,
  LocalExchangeListenOptions,
  LocalExchangeOptions,
  LocalFixOptions,
  LocalHistory,
  LocalKeyOptions,
  LocalKlearMember,
  LocalKlearMemberOptions,
  LocalPage,
  LocalPageOptions,
  LocalPerpsOptions,
  LocalTlsIdentity,
  RequestReading,
  RestoredState,
  UnknownTickers,
} from "./types.ts";
export { LocalExchange } from "./local_exchange.ts";
export type { LocalObserver } from "./observe.ts";
export { RunReport } from "./report/run_report.ts";
export type { RunReportOptions } from "./report/options.ts";
export type { RunTables } from "./report/csv.ts";
export type {
  AdverseSelection,
  CurvePoint,
  Liquidity,
  MarkedBy,
  MidAfter,
  RunCurve,
  RunDrawdown,
  RunExposure,
  RunFill,
  RunFills,
  RunKind,
  RunLatest,
  RunMarket,
  RunOrders,
  RunRejection,
  RunReportData,
  RunSettlement,
  RunSummary,
} from "./report/data.ts";
export type { IsolatedPerpsTrade, ListedPerp, LocalPerps, PerpsCashPlace, PerpsSchedule } from "./perps.ts";
export { ExchangeClock } from "./clock.ts";
export type { MirrorableStream } from "./mirror/live_feed.ts";
export type { LocalMirror } from "./mirror/local_mirror.ts";
export type { LocalMirrorOptions } from "./mirror/options.ts";
export type {
  MirrorHalt,
  MirrorHaltReason,
  MirrorMarketStatus,
  MirrorResumption,
  MirrorStatus,
} from "./mirror/status.ts";
export { ReplayClock } from "./replay/clock.ts";
export type { ReplayLatency } from "./replay/latency.ts";
export type { LocalReplay } from "./replay/local_replay.ts";
export type { ReplaySummary } from "./replay/summary.ts";
export type { LocalReplayOptions, ReplayFees, ReplayProgress, ReplayRunOptions } from "./replay/options.ts";
export type {
  RecordedFileHead,
  RecordingSource,
  ReplayItem,
  ReplayReadOptions,
  ReplayTime,
} from "./replay/source.ts";
export type { QueueModel } from "./tape/queue_models.ts";
export type { TapeHalt } from "./tape/tape.ts";
export type { FeeType } from "./engine/fees.ts";
export type { Fault } from "./faults.ts";
export type { PrivateKey, PublicKey } from "./keys.ts";
export type { KeyType } from "./signatures.ts";
export type { MemoryRuntimeOptions, TcpAddress } from "./types.ts";
export type { UsageTier } from "./limits.ts";
export type { ExchangeSockets } from "./gateways/ws/gateway.ts";
export type { ExchangeFix } from "./gateways/fix/gateway.ts";
export type {
  FixConnectionFault,
  FixFault,
  FixFrameFault,
  FixLogonFault,
  FixMessageChoice,
  FixRequestFault,
} from "./gateways/fix/faults.ts";
export type {
  CommandChoice,
  CommandFault,
  ConnectionFault,
  FrameFault,
  HandshakeFault,
  SocketFault,
  SubscriptionFault,
  UpdateFault,
} from "./gateways/ws/faults.ts";
