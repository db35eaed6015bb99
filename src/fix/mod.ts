/**
 * Kalshi's FIX: sessions, their stores, and every message by its FIX name.
 *
 * @module
 */

export type * from "../contract/fix/messages.ts";
export * from "../contract/fix/codes.ts";
export type { ReceivedMessage } from "../contract/fix/codec.ts";
export { kalshiDictionary } from "../contract/fix/dictionary.ts";
export {
  type FixPlace,
  type FixProduct,
  type FixSessionFacts,
  type FixSessionKind,
  fixSessions,
} from "../contract/fix/sessions.ts";
export { checkOutgoing, type OutgoingContext } from "../contract/fix_outgoing.ts";
export type { FixDictionary, FixMember, FixType } from "../contract/fix_dictionary.ts";
export type { ExtraField, FixHeader } from "../contract/fix_fields.ts";
export type { Code, UnknownMessage } from "../contract/fix_records.ts";
export type { ByteStream, TcpConnectOptions, TlsTrust } from "../runtime/types.ts";
export { FixConfig, type FixConfigContext } from "./config.ts";
export type { FixConfigOptions, FixPresetOptions, OnSequenceMismatch } from "./config_options.ts";
export { fixAuthFromEnv, type FixEnv, type FixEnvOptions } from "./env.ts";
export { outgoingContext } from "./outgoing_context.ts";
export type { FixEnvironment } from "./host_policy.ts";
export type { FieldFault } from "./checks.ts";
export { FixClient, type FixCloseOptions, type FixEnvClientOptions } from "./client.ts";
export type { FixClientOptions } from "./client_options.ts";
export type { FixClientEvent, FixClientState, FixFeedEvent, FixNeverArrived } from "./client_state.ts";
export type { FillGapOptions } from "./drop_copy.ts";
export type { FixFeedClient } from "./feed_client.ts";
export type { MarketDataAnswer, MarketDataRequestFields } from "./market_data/market_data.ts";
export type { MarketTrade, TradeItem } from "./market_data/trades.ts";
export type { SettlementsItem, SettlementsOptions } from "./settlement_readers.ts";
export {
  type FixRefusal,
  type FixRejectCode,
  KalshiFixBusinessRejectError,
  KalshiFixCancelRejectError,
  KalshiFixClosedError,
  KalshiFixLogonError,
  KalshiFixOrderRejectError,
  KalshiFixRejectError,
  KalshiFixRequestRejectError,
  KalshiFixSequenceError,
  KalshiFixSessionRejectError,
  KalshiFixStoreError,
} from "./errors.ts";
export { type FileFixLog, fileLog, type FileLogOptions } from "./file_log.ts";
export type { FixGapMarker, FixItem, FixMarker, FixReconnectedMarker } from "./items.ts";
export type { FixLog, FixLogLine } from "./log.ts";
export type { FixMessageOf, FixMsgType } from "./message_types.ts";
export type { FixOrder } from "./order.ts";
export type {
  FixMassCancel,
  NewOrderFields,
  OrderCancelFields,
  OrderCancelReplaceFields,
  OrderMassCancelFields,
} from "./order_entry.ts";
export type { FixRequestOptions } from "./requests/options.ts";
export type { OrderGroupFields, OrderGroupPlace } from "./requests/order_groups.ts";
export { compareExecIds, type ExecIdParts, readExecId } from "./exec_ids.ts";
export type { EventResend, EventResendFields } from "./event_resends.ts";
export { ExecutionLedger, type ExecutionLedgerOptions } from "./execution_ledger.ts";
export { KalshiEventResendError } from "./feed_errors.ts";
export { FileFixStore, type FileFixStoreOptions } from "./file_store.ts";
export type { FrameFault } from "./framer.ts";
export { type LogonOptions, signedLogon } from "./logon.ts";
export type {
  AcceptQuoteFields,
  QuoteCancelFields,
  QuoteConfirmFields,
  QuoteFields,
  QuoteRequestEntry,
  QuoteRequestFields,
  RFQCancelFields,
} from "./rfq_fields.ts";
export {
  quoteAfter,
  type QuoteChange,
  type QuoteName,
  type QuoteState,
  rfqAfter,
  type RfqChange,
  type RfqName,
  type RfqState,
  type TakenRfq,
} from "./rfq_states.ts";
export type {
  IncompleteSettlement,
  Settlement,
  SettlementFacts,
  SettlementItem,
  SettlementParty,
  SettlementTotals,
  UnreadableSettlement,
} from "./settlements.ts";
export { type AfterEnd, afterEnd, type FixReconnectOptions } from "./reconnecting.ts";
export { FixSession } from "./session.ts";
export type {
  FixConnection,
  FixEnd,
  FixLink,
  FixRole,
  FixSessionEvent,
  FixSessionOptions,
  FixSessionState,
  LogonAnswer,
  LogonFacts,
  Received,
} from "./session_types.ts";
export { connectSession, type FixAddress, type FixSocketLimits } from "./socket.ts";
export { type FixStore, MemoryFixStore, type MemoryFixStoreOptions, type SentFrame } from "./store.ts";
