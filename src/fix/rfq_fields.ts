/** What the messages about quotes take: https://docs.kalshi.com/fix/rfq-messages */
import type {
  AcceptQuote,
  Quote,
  QuoteCancel,
  QuoteConfirm,
  QuoteRequest,
  QuoteRequestRelatedSym,
  RFQCancel,
} from "../contract/fix/messages.ts";

/** The one entry of NoRelatedSym(146): what is asked for. */
export type QuoteRequestEntry = Omit<QuoteRequestRelatedSym, "TransactTime">;

/**
 * What a QuoteRequest(35=R) takes. What is asked for stands inside the entry of NoRelatedSym: outside of it Kalshi would
 * drop it without a word, so that it is refused here.
 */
export interface QuoteRequestFields extends Omit<QuoteRequest, "MsgType" | "QuoteReqID" | "NoRelatedSym"> {
  /** QuoteReqID(131), a UUID; made where it is left out. */
  readonly QuoteReqID?: string | undefined;
  /** NoRelatedSym(146): one entry. */
  readonly NoRelatedSym: readonly QuoteRequestEntry[];
}

/** What a maker's Quote(35=S) takes. */
export interface QuoteFields extends
  Pick<
    Quote,
    "QuoteReqID" | "Symbol" | "BidPx" | "OfferPx" | "ExecInst" | "AllocAccount" | "RestRemainder" | "extra"
  > {
  /** QuoteID(117), a UUID; made where it is left out. */
  readonly QuoteID?: string | undefined;
}

/** What an AcceptQuote(35=UA) takes. */
export type AcceptQuoteFields = Omit<AcceptQuote, "MsgType">;

/** What a QuoteConfirm(35=U7) takes. */
export type QuoteConfirmFields = Omit<QuoteConfirm, "MsgType">;

/** What a QuoteCancel(35=Z) takes. */
export type QuoteCancelFields = Omit<QuoteCancel, "MsgType">;

/** What an RFQCancel(35=UE) takes. */
export type RFQCancelFields = Omit<RFQCancel, "MsgType">;
