/** Quotes: what the room of trading offers of them. */
export { KalshiQuoteRefusedError, KalshiQuotesLeftError } from "./errors.ts";
export { fixQuotePort, type FixQuotePortOptions } from "./fix_port.ts";
export { QuoteManager } from "./manager.ts";
export type { QuoteBooks, QuoteLimits, QuoteManagerOptions, QuoteStopOptions } from "./options.ts";
export type {
  QuoteChange,
  QuotedMarket,
  QuotePort,
  QuoteSink,
  QuoteToChange,
  QuoteToFind,
  QuoteToPlace,
  QuoteVerdict,
  ToldOrder,
} from "./port.ts";
export { restQuotePort, type RestQuotePortOptions } from "./rest_port.ts";
export type {
  KillCause,
  QuoteEvent,
  QuoteLevel,
  QuoteManagerState,
  QuoteOrder,
  QuoteRefusal,
  QuoteSelfTrade,
  QuoteSide,
  QuoteStats,
  QuoteWish,
} from "./types.ts";
