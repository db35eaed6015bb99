/** Requests about quotes, on both sides of them: https://docs.kalshi.com/fix/rfq-messages */
import type {
  AcceptQuote,
  AcceptQuoteStatus,
  Quote,
  QuoteCancel,
  QuoteCancelStatus,
  QuoteConfirm,
  QuoteConfirmStatus,
  QuoteRequest,
  QuoteRequestAck,
  QuoteRequestReject,
  QuoteStatusReport,
  RFQCancel,
  RFQCancelStatus,
} from "../../contract/fix/messages.ts";
import {
  AcceptQuoteStatusCode,
  QuoteCancelStatusCode,
  QuoteConfirmStatusCode,
  QuoteStatus,
  RFQCancelStatusCode,
} from "../../contract/fix/codes.ts";
import { requestReject } from "../rejects.ts";
import type { Received } from "../session_types.ts";
import type { RequestKind } from "./kind.ts";

/** QuoteRequestRejectReason(658) and what is wrong with a combo, in words. */
function rejectText({ Text, MVEValidationReasonCode, NoMVEOffendingLegs = [] }: QuoteRequestReject): string {
  const legs = NoMVEOffendingLegs.map(({ MVEOffendingMarketTicker }) => MVEOffendingMarketTicker).join(", ");
  return [Text, MVEValidationReasonCode, legs && `legs ${legs}`].filter((word) => word).join("; ");
}

/** A creator's request: QuoteRequestAck(b) or QuoteRequestReject(AG). */
export const quoteRequest: RequestKind<QuoteRequest, Received<QuoteRequestAck>> = {
  name: "quoteRequest",
  id: ({ QuoteReqID }) => QuoteReqID,
  answers: {
    b: (answer) => (answer as QuoteRequestAck).QuoteReqID,
    AG: (answer) => (answer as QuoteRequestReject).QuoteReqID,
  },
  reader: () => (answer) => {
    if (answer.MsgType === "b") return answer as Received<QuoteRequestAck>;
    const reject = answer as QuoteRequestReject;
    return requestReject(reject, "quoteRequest", rejectText(reject));
  },
  sameId: "refuse",
};

function rfqCancelBy(field: "QuoteReqID" | "RfqId"): RequestKind<RFQCancel, Received<RFQCancelStatus>> {
  return {
    name: "rfqCancel",
    id: (sent) => sent[field] ?? "",
    // What names Kalshi's id in the request may have it in place of one's own in the answer.
    answers: { UB: (answer) => (answer as RFQCancelStatus)[field] ?? (answer as RFQCancelStatus).QuoteReqID },
    reader: () => (answer) => {
      const status = answer as Received<RFQCancelStatus>;
      // One that has expired meanwhile is as gone as a cancelled one.
      return status.RFQCancelStatus === RFQCancelStatusCode.Rejected
        ? requestReject(status, "rfqCancel", status.Text)
        : status;
    },
    sameId: "in-order",
  };
}

/** A creator's cancel, by the id of its own: RFQCancelStatus(UB). */
export const rfqCancelByRequest: RequestKind<RFQCancel, Received<RFQCancelStatus>> = rfqCancelBy(
  "QuoteReqID",
);
/** The same by Kalshi's id. */
export const rfqCancelByRfq: RequestKind<RFQCancel, Received<RFQCancelStatus>> = rfqCancelBy("RfqId");

/** A creator's acceptance: AcceptQuoteStatus(UC). */
export const acceptQuote: RequestKind<AcceptQuote, Received<AcceptQuoteStatus>> = {
  name: "acceptQuote",
  id: ({ QuoteID }) => QuoteID,
  answers: { UC: (answer) => (answer as AcceptQuoteStatus).QuoteID },
  reader: ({ ClOrdID }) => (answer) => {
    const status = answer as Received<AcceptQuoteStatus>;
    return status.AcceptQuoteStatus === AcceptQuoteStatusCode.Accepted
      ? status
      : requestReject(status, "acceptQuote", status.Text, ClOrdID === undefined ? [] : [ClOrdID]);
  },
  sameId: "refuse",
};

/**
 * A maker's quote: QuoteStatusReport(AI). It is known by the request that it is for, as a refusal names no quote; a maker
 * has one quote for a request, and a new one takes the place of the old.
 */
export const quote: RequestKind<Quote, Received<QuoteStatusReport>> = {
  name: "quote",
  id: ({ QuoteReqID }) => QuoteReqID,
  answers: { AI: (answer) => (answer as QuoteStatusReport).QuoteReqID },
  reader: ({ QuoteID }) => (answer) => {
    const status = answer as Received<QuoteStatusReport>;
    const isRefusal = status.QuoteStatus === QuoteStatus.Rejected;
    // What becomes of the quote before it has its own QuoteID.
    if (status.QuoteID !== QuoteID && !(isRefusal && !status.QuoteID)) return undefined;
    return isRefusal || status.QuoteStatus === QuoteStatus.Cancelled
      ? requestReject(status, "quote", status.Text)
      : status;
  },
  sameId: "in-order",
};

/** A maker's confirmation: QuoteConfirmStatus(U8). */
export const quoteConfirm: RequestKind<QuoteConfirm, Received<QuoteConfirmStatus>> = {
  name: "quoteConfirm",
  id: ({ QuoteID }) => QuoteID,
  answers: { U8: (answer) => (answer as QuoteConfirmStatus).QuoteID },
  reader: () => (answer) => {
    const status = answer as Received<QuoteConfirmStatus>;
    return status.QuoteConfirmStatus === QuoteConfirmStatusCode.Accepted
      ? status
      : requestReject(status, "quoteConfirm", status.Text);
  },
  sameId: "refuse",
};

/** A maker's cancel: QuoteStatusReport(AI) with QuoteStatus CANCELLED, or QuoteCancelStatus(U9), whichever comes first. */
export const quoteCancel: RequestKind<
  QuoteCancel,
  Received<QuoteStatusReport> | Received<QuoteCancelStatus>
> = {
  name: "quoteCancel",
  id: ({ QuoteID }) => QuoteID,
  answers: {
    AI: (answer) => (answer as QuoteStatusReport).QuoteID,
    U9: (answer) => (answer as QuoteCancelStatus).QuoteID,
  },
  reader: () => (answer) => {
    if (answer.MsgType === "AI") {
      const report = answer as Received<QuoteStatusReport>;
      return report.QuoteStatus === QuoteStatus.Cancelled ? report : undefined;
    }
    const status = answer as Received<QuoteCancelStatus>;
    return status.QuoteCancelStatus === QuoteCancelStatusCode.Canceled
      ? status
      : requestReject(status, "quoteCancel", status.Text);
  },
  sameId: "refuse",
};
