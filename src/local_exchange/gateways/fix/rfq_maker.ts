/** Requests for quotes from the maker's side (KalshiRFQ): it is told of requests, quotes them, and confirms. */
import { UUID } from "../../../base/plain.ts";
import {
  ExecInst,
  QuoteCancelStatusCode,
  QuoteConfirmStatusCode,
  QuoteRequestRejectReason,
  QuoteStatus,
  RestRemainder,
} from "../../../contract/fix/codes.ts";
import type { Quote as QuoteMessage, QuoteCancel, QuoteConfirm } from "../../../contract/fix/messages.ts";
import type { Exchange, ExchangeEvent } from "../../exchange.ts";
import { readPrice } from "./units.ts";
import { quoteRequest, quoteStatus } from "./rfq_messages.ts";
import type { Quote, QuoteTerms } from "../../world/communications.ts";
import { owns, type Participant, walletFor } from "./participant.ts";

/** What one session of a maker does and is told. */
export class RfqMaker {
  readonly #exchange: Exchange;
  readonly #participant: Participant;
  readonly #stop: () => void;

  constructor(exchange: Exchange, participant: Participant) {
    this.#exchange = exchange;
    this.#participant = participant;
    this.#stop = exchange.watch((event) => this.#happened(event));
  }

  /** Takes a Quote(S): QuoteStatusReport(AI) says PENDING, or REJECTED and why. */
  quote(message: QuoteMessage): void {
    const terms = this.#terms(message);
    const made = typeof terms === "string" ? terms : this.#exchange.communications.quote(terms);
    if (typeof made !== "string") return;
    this.#participant.send({
      MsgType: "AI",
      // Kalshi leaves it empty: there is no quote.
      QuoteID: "",
      QuoteReqID: message.QuoteReqID,
      QuoteStatus: QuoteStatus.Rejected,
      Text: made === "rfq_closed" ? "RFQ_CLOSED" : made,
    });
  }

  /** Takes a QuoteCancel(Z): AI says CANCELLED and QuoteCancelStatus(U9) that it is done, or why not. */
  cancel({ QuoteID, RfqId }: QuoteCancel): void {
    const quote = this.#find(QuoteID, RfqId);
    const wrong = quote === undefined
      ? "QUOTE_NOT_FOUND"
      : quote.status === "open"
      ? undefined
      : `the quote is ${quote.status}`;
    if (quote !== undefined && wrong === undefined) this.#exchange.communications.cancel(quote, "deleted");
    this.#participant.send({
      MsgType: "U9",
      QuoteID,
      QuoteCancelStatus: wrong === undefined
        ? QuoteCancelStatusCode.Canceled
        : QuoteCancelStatusCode.Rejected,
      ...(wrong !== undefined && { Text: wrong }),
    });
  }

  /** Takes a QuoteConfirm(U7): QuoteConfirmStatus(U8) says whether it was in time. */
  confirm({ QuoteID, RfqId }: QuoteConfirm): void {
    const quote = this.#find(QuoteID, RfqId);
    const wrong = quote === undefined
      ? "QUOTE_NOT_FOUND"
      : quote.status === "accepted"
      ? undefined
      : `the quote is ${quote.status}`;
    this.#participant.send({
      MsgType: "U8",
      QuoteID,
      QuoteConfirmStatus: wrong === undefined
        ? QuoteConfirmStatusCode.Accepted
        : QuoteConfirmStatusCode.Rejected,
      ...(wrong !== undefined && { Text: wrong }),
    });
    if (quote !== undefined && wrong === undefined) this.#exchange.communications.confirm(quote);
  }

  /** Ends with the session. */
  close(): void {
    this.#stop();
  }

  #terms(message: QuoteMessage): QuoteTerms | string {
    const { rfqs, quotes } = this.#exchange.communications;
    const { QuoteID } = message;
    // The maker names its quote, and REST knows it by the same name.
    if (!UUID.test(QuoteID)) return "QuoteID(117) is no UUID";
    if (quotes.has(QuoteID)) return "QuoteID(117) is that of another quote";
    const rfq = rfqs.get(message.QuoteReqID);
    if (rfq === undefined) return "RFQ_NOT_FOUND";
    const { market } = rfq.info;
    if (message.Symbol !== market.ticker) return `Symbol(55) is not that of the request: ${market.ticker}`;
    if (message.ExecInst !== undefined && message.ExecInst !== ExecInst.PostOnly) {
      return "ExecInst(18) of a quote is 6, post only";
    }
    const wallet = walletFor(this.#participant, message.AllocAccount, market.shard);
    if (typeof wallet === "string") return wallet;
    const read = (text = "0") => readPrice(text, this.#participant.useDollars);
    const yesBid = read(message.BidPx);
    const noBid = read(message.OfferPx);
    if (yesBid === undefined || noBid === undefined || yesBid < 0 || noBid < 0) {
      return "BidPx(132) or OfferPx(133) is no price";
    }
    return {
      id: QuoteID,
      rfq,
      wallet,
      yesBid,
      noBid,
      restRemainder: message.RestRemainder === RestRemainder.Yes,
      postOnly: message.ExecInst === ExecInst.PostOnly,
    };
  }

  #find(QuoteID: string, RfqId: string | undefined): Quote | undefined {
    const quote = this.#exchange.communications.quotes.get(QuoteID);
    if (quote === undefined || !owns(this.#participant, quote.wallet)) return undefined;
    return RfqId === undefined || RfqId === quote.rfq.id ? quote : undefined;
  }

  #happened(event: ExchangeEvent): void {
    const { communications } = this.#exchange;
    const { key, useDollars } = this.#participant;
    if (event.type === "quote") {
      if (!owns(this.#participant, event.quote.wallet)) return;
      const report = quoteStatus(communications, event.quote, event.change, useDollars);
      if (report !== undefined) this.#participant.send(report);
    } else if (event.type === "rfq") {
      const { rfq, change } = event;
      // Nobody quotes to himself.
      if (rfq.wallet.account === key.account) return;
      if (change === "created") this.#participant.send(quoteRequest(communications, rfq, key.account));
      else if (rfq.reason !== "executed") {
        this.#participant.send({
          MsgType: "AG",
          Text: (rfq.reason ?? "canceled").toUpperCase(),
          QuoteReqID: rfq.id,
          QuoteRequestRejectReason: QuoteRequestRejectReason.Other,
        });
      }
    }
  }
}
