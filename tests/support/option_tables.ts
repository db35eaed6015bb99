/** Every table of rules by which options are read, and by its owner. `option_tables_host_test.ts` says which is missing. */
import type { AnyRules } from "../../src/base/options.ts";
import { queueRules } from "../../src/base/queue.ts";
import {
  bookRules,
  decoderRules,
  orderBooksRules,
  replayRules as bookReplayRules,
} from "../../src/books/options.ts";
import { clientRules } from "../../src/client_options.ts";
import { logRules } from "../../src/config/logging.ts";
import { klearClientRules } from "../../src/klear/client_options.ts";
import { downloadRules } from "../../src/klear/report_download.ts";
import { coreRules } from "../../src/core_options.ts";
import { sessionRules as fixSessionRules } from "../../src/fix/session_rules.ts";
import { socketRules } from "../../src/fix/socket.ts";
import { callRules, walkRules, writeRules } from "../../src/http/call_options.ts";
import {
  counterRules,
  determineRules,
  faultRules,
  handshakeRules,
  marketRules,
  placeRules,
  socketFaultRules,
} from "../../src/local_exchange/controls.ts";
import { eventChannels } from "../../src/local_exchange/gateways/ws/event_channels.ts";
import {
  accountRules,
  exchangeRules,
  fixRules,
  historyRules,
  keyRules,
  klearMemberRules,
  listenRules,
  memoryRuntimeRules,
  pageRules,
  perpsRules,
  tlsRules,
} from "../../src/local_exchange/options.ts";
import {
  perpRules,
  perpsCounterRules,
  perpsIsolatedRules,
  perpsPlaceRules,
  perpsScheduleRules,
} from "../../src/local_exchange/perps.ts";
import { localMirrorRules } from "../../src/local_exchange/mirror/options.ts";
import {
  latencyRules,
  localReplayRules,
  replayFeesRules,
  replayRunRules,
} from "../../src/local_exchange/replay/options.ts";
import { fixCloseRules } from "../../src/fix/client.ts";
import { fixClientRules } from "../../src/fix/client_options.ts";
import { fileLogRules } from "../../src/fix/file_log.ts";
import { fixRequestRules } from "../../src/fix/requests/options.ts";
import { ledgerRules } from "../../src/fix/execution_ledger.ts";
import { fillGapRules } from "../../src/fix/drop_copy.ts";
import { marketDataRules } from "../../src/fix/market_data/market_data.ts";
import { settlementsRules } from "../../src/fix/settlement_readers.ts";
import { fixFaultRules, fixLogonRules } from "../../src/local_exchange/gateways/fix/fault_rules.ts";
import { natsGatewayRules } from "../../src/nats/gateway_options.ts";
import { orderLedgerRules, placeIntentRules } from "../../src/nats/ledger_options.ts";
import { natsRateRules } from "../../src/nats/rate_store_options.ts";
import { runReportRules } from "../../src/local_exchange/report/options.ts";
import { autoRules } from "../../src/rate_limits/auto.ts";
import { budgetRules, budgetsRules } from "../../src/rate_limits/budgets.ts";
import { limiterRules } from "../../src/rate_limits/limiter_options.ts";
import { redisRules } from "../../src/rate_limits/redis_options.ts";
import { limitRules, proxyRules, runtimeRules } from "../../src/runtime/options.ts";
import { fileStoreRules } from "../../src/fix/file_store.ts";
import { memoryStoreRules } from "../../src/fix/store.ts";
import { objectStoreRules } from "../../src/workers/fix_store.ts";
import { trustRules } from "../../src/runtime/tls_trust.ts";
import { natsFeedRules, natsPerpsFeedRules } from "../../src/nats/feed_options.ts";
import { waitRules } from "../../src/base/wait_options.ts";
import { recoverRules, streamCallRules, subscribeRules } from "../../src/stream/call_options.ts";
import { perpsStreamRules } from "../../src/perps/stream.ts";
import { streamRules } from "../../src/stream/options.ts";
import {
  cassetteRules,
  matchRules,
  recordingRules,
  replayRules,
} from "../../src/testing/cassette_transport.ts";
import { faultTransportRules, rateRules, transportFaultRules } from "../../src/testing/fault_transport.ts";
import { savedRowsRules } from "../../src/trading/download/folder.ts";
import { downloadHistoryRules } from "../../src/trading/download/options.ts";
import { candlesRules, fillsHistoryRules, tradesHistoryRules } from "../../src/trading/history/options.ts";
import { historyCsvRules } from "../../src/trading/history/rows.ts";
import { openPositionsRules, positionsRules } from "../../src/trading/positions/options.ts";
import { fixPortRules } from "../../src/trading/quotes/fix_port.ts";
import { quoteLimitRules, quoteManagerRules, quoteStopRules } from "../../src/trading/quotes/options.ts";
import { restPortRules } from "../../src/trading/quotes/rest_port.ts";
import { exportParquetRules } from "../../src/recordings/parquet/export.ts";
import {
  recorderParquetRules,
  recorderRules,
  recordingReadRules,
  recordingReplayRules,
} from "../../src/recordings/options.ts";
import { feedRules } from "../../src/workers/feed_options.ts";

/** A table: which interface it reads, and where both stand. */
export interface OptionTable {
  readonly rules: AnyRules;
  /** `file#Interface`, whose docstrings say the presets; undefined for one that is no interface of its own. */
  readonly of?: string;
}

const table = (rules: object, of?: string): OptionTable => ({
  rules: rules as AnyRules,
  ...(of !== undefined && { of }),
});

/** By the name of the constant, and of its room where two have one name. */
export const OPTION_TABLES: Readonly<Record<string, OptionTable>> = {
  queueRules: table(queueRules, "src/base/queue.ts#QueueOptions"),
  bookRules: table(bookRules, "src/books/market_book.ts#MarketBookOptions"),
  "books/replayRules": table(bookReplayRules, "src/books/book_replay.ts#BookReplayOptions"),
  decoderRules: table(decoderRules, "src/books/decoders/event.ts#EventBookDecoderOptions"),
  logRules: table(logRules, "src/config/logging.ts#LogOptions"),
  clientRules: table(clientRules, "src/client_options.ts#ProductClientOptions"),
  klearClientRules: table(klearClientRules, "src/klear/client_options.ts#KlearClientOptions"),
  downloadRules: table(downloadRules, "src/klear/report_download.ts#DownloadOptions"),
  coreRules: table(coreRules, "src/core_options.ts#KalshiCoreOptions"),
  "fix/sessionRules": table(fixSessionRules, "src/fix/session_types.ts#FixSessionOptions"),
  socketRules: table(socketRules, "src/fix/socket.ts#FixSocketLimits"),
  callRules: table(callRules, "src/http/call_options.ts#CallOptions"),
  writeRules: table(writeRules, "src/http/call_options.ts#WriteOptions"),
  walkRules: table(walkRules, "src/http/call_options.ts#ListAllOptions"),
  fixClientRules: table(fixClientRules, "src/fix/client_options.ts#FixClientOptions"),
  fixCloseRules: table(fixCloseRules, "src/fix/client.ts#FixCloseOptions"),
  fixRequestRules: table(fixRequestRules, "src/fix/requests/options.ts#FixRequestOptions"),
  fileLogRules: table(fileLogRules, "src/fix/file_log.ts#FileLogOptions"),
  ledgerRules: table(ledgerRules, "src/fix/execution_ledger.ts#ExecutionLedgerOptions"),
  fillGapRules: table(fillGapRules, "src/fix/drop_copy.ts#FillGapOptions"),
  marketDataRules: table(marketDataRules),
  settlementsRules: table(settlementsRules, "src/fix/settlement_readers.ts#SettlementsOptions"),
  counterRules: table(counterRules, "src/local_exchange/types.ts#CounterOrder"),
  determineRules: table(determineRules),
  faultRules: table(faultRules, "src/local_exchange/faults.ts#Fault"),
  handshakeRules: table(handshakeRules, "src/local_exchange/gateways/ws/faults.ts#HandshakeFault"),
  marketRules: table(marketRules, "src/local_exchange/types.ts#ListedMarket"),
  placeRules: table(placeRules, "src/local_exchange/types.ts#CashPlace"),
  socketFaultRules: table(Object.assign({}, ...Object.values(socketFaultRules(eventChannels)))),
  klearMemberRules: table(
    klearMemberRules,
    "src/local_exchange/types.ts#LocalKlearMemberOptions",
  ),
  accountRules: table(accountRules, "src/local_exchange/types.ts#LocalAccountOptions"),
  fixRules: table(fixRules, "src/local_exchange/types.ts#LocalFixOptions"),
  fixFaultRules: table(Object.assign({}, ...Object.values(fixFaultRules))),
  fixLogonRules: table(fixLogonRules, "src/local_exchange/gateways/fix/faults.ts#FixLogonFault"),
  tlsRules: table(tlsRules, "src/local_exchange/types.ts#LocalTlsIdentity"),
  localMirrorRules: table(localMirrorRules, "src/local_exchange/mirror/options.ts#LocalMirrorOptions"),
  localReplayRules: table(localReplayRules, "src/local_exchange/replay/options.ts#LocalReplayOptions"),
  replayRunRules: table(replayRunRules, "src/local_exchange/replay/options.ts#ReplayRunOptions"),
  replayFeesRules: table(replayFeesRules, "src/local_exchange/replay/options.ts#ReplayFees"),
  latencyRules: table(latencyRules, "src/local_exchange/replay/latency.ts#ReplayLatency"),
  exchangeRules: table(exchangeRules, "src/local_exchange/types.ts#LocalExchangeOptions"),
  historyRules: table(historyRules, "src/local_exchange/types.ts#LocalHistory"),
  keyRules: table(keyRules, "src/local_exchange/types.ts#LocalKeyOptions"),
  listenRules: table(listenRules, "src/local_exchange/types.ts#LocalExchangeListenOptions"),
  perpsRules: table(perpsRules, "src/local_exchange/types.ts#LocalPerpsOptions"),
  perpRules: table(perpRules, "src/local_exchange/perps.ts#ListedPerp"),
  perpsCounterRules: table(perpsCounterRules, "src/local_exchange/types.ts#CounterOrder"),
  perpsIsolatedRules: table(perpsIsolatedRules, "src/local_exchange/perps.ts#IsolatedPerpsTrade"),
  perpsScheduleRules: table(perpsScheduleRules, "src/local_exchange/perps.ts#PerpsSchedule"),
  perpsPlaceRules: table(perpsPlaceRules, "src/local_exchange/perps.ts#PerpsCashPlace"),
  memoryRuntimeRules: table(memoryRuntimeRules, "src/local_exchange/types.ts#MemoryRuntimeOptions"),
  pageRules: table(pageRules, "src/local_exchange/types.ts#LocalPageOptions"),
  autoRules: table(autoRules, "src/rate_limits/auto.ts#AutoRateLimiterOptions"),
  budgetRules: table(budgetRules, "src/rate_limits/token_bucket.ts#RateBudget"),
  budgetsRules: table(budgetsRules, "src/rate_limits/budgets.ts#RateBudgets"),
  limiterRules: table(limiterRules, "src/rate_limits/limiter_options.ts#RateLimiterOptions"),
  redisRules: table(redisRules, "src/rate_limits/redis_options.ts#RedisRateStoreOptions"),
  natsFeedRules: table(natsFeedRules, "src/nats/feed_options.ts#NatsFeedOptions"),
  natsPerpsFeedRules: table(natsPerpsFeedRules, "src/nats/feed_options.ts#ProductFeedOptions"),
  natsGatewayRules: table(natsGatewayRules, "src/nats/gateway_options.ts#NatsGatewayOptions"),
  orderLedgerRules: table(orderLedgerRules, "src/nats/ledger_options.ts#NatsOrderLedgerOptions"),
  placeIntentRules: table(placeIntentRules, "src/nats/ledger_options.ts#PlaceIntentOptions"),
  natsRateRules: table(natsRateRules, "src/nats/rate_store_options.ts#NatsRateStoreOptions"),
  memoryStoreRules: table(memoryStoreRules, "src/fix/store.ts#MemoryFixStoreOptions"),
  fileStoreRules: table(fileStoreRules, "src/fix/file_store.ts#FileFixStoreOptions"),
  objectStoreRules: table(objectStoreRules, "src/workers/fix_store.ts#DurableObjectFixStoreOptions"),
  limitRules: table(limitRules, "src/config/limits.ts#ConnectionLimits"),
  proxyRules: table(proxyRules, "src/runtime/types.ts#ProxyOptions"),
  runtimeRules: table(runtimeRules, "src/runtime/types.ts#RuntimeOptions"),
  trustRules: table(trustRules, "src/runtime/types.ts#TlsTrust"),
  waitRules: table(waitRules, "src/base/wait_options.ts#WaitOptions"),
  subscribeRules: table(subscribeRules, "src/stream/call_options.ts#SubscribeOptions"),
  recoverRules: table(recoverRules),
  streamCallRules: table(streamCallRules.on),
  orderBooksRules: table(orderBooksRules, "src/books/options.ts#OrderBooksOptions"),
  streamRules: table(streamRules, "src/stream/options.ts#StreamOptions"),
  perpsStreamRules: table(perpsStreamRules, "src/stream/options.ts#ProductStreamOptions"),
  matchRules: table(matchRules, "src/testing/matching.ts#MatchRules"),
  "testing/replayRules": table(replayRules, "src/testing/cassette_transport.ts#ReplayTransportOptions"),
  recordingRules: table(recordingRules, "src/testing/cassette_transport.ts#RecordingTransportOptions"),
  cassetteRules: table(cassetteRules, "src/testing/cassette_transport.ts#CassetteTransportOptions"),
  faultTransportRules: table(faultTransportRules, "src/testing/fault_transport.ts#FaultTransportOptions"),
  rateRules: table(rateRules, "src/testing/fault_transport.ts#FaultRates"),
  transportFaultRules: table(Object.assign({}, ...Object.values(transportFaultRules))),
  candlesRules: table(candlesRules, "src/trading/history/options.ts#CandlesOptions"),
  tradesHistoryRules: table(tradesHistoryRules, "src/trading/history/options.ts#TradesHistoryOptions"),
  downloadHistoryRules: table(downloadHistoryRules, "src/trading/download/options.ts#DownloadOptions"),
  savedRowsRules: table(savedRowsRules, "src/trading/download/folder.ts#SavedRowsOptions"),
  fillsHistoryRules: table(fillsHistoryRules, "src/trading/history/options.ts#FillsHistoryOptions"),
  historyCsvRules: table(historyCsvRules, "src/trading/history/rows.ts#HistoryCsvOptions"),
  positionsRules: table(positionsRules, "src/trading/positions/options.ts#PositionsOptions"),
  openPositionsRules: table(openPositionsRules, "src/trading/positions/options.ts#OpenPositionsOptions"),
  quoteLimitRules: table(quoteLimitRules, "src/trading/quotes/options.ts#QuoteLimits"),
  quoteManagerRules: table(quoteManagerRules, "src/trading/quotes/options.ts#QuoteManagerOptions"),
  quoteStopRules: table(quoteStopRules, "src/trading/quotes/options.ts#QuoteStopOptions"),
  restPortRules: table(restPortRules, "src/trading/quotes/rest_port.ts#RestQuotePortOptions"),
  fixPortRules: table(fixPortRules, "src/trading/quotes/fix_port.ts#FixQuotePortOptions"),
  exportParquetRules: table(exportParquetRules, "src/recordings/parquet/export.ts#ExportParquetOptions"),
  recorderParquetRules: table(recorderParquetRules, "src/recordings/options.ts#RecorderParquetOptions"),
  recorderRules: table(recorderRules, "src/recordings/options.ts#RecorderOptions"),
  recordingReadRules: table(recordingReadRules, "src/recordings/options.ts#ReadOptions"),
  recordingReplayRules: table(recordingReplayRules, "src/recordings/options.ts#ReplayOptions"),
  runReportRules: table(runReportRules, "src/local_exchange/report/options.ts#RunReportOptions"),
  feedRules: table(feedRules, "src/workers/feed_options.ts#KalshiFeedOptions"),
};
