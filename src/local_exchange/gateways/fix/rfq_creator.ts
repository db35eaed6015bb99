/** Requests for quotes from the side of who asks (KalshiRT): it asks, is quoted to, and accepts. */
import {
  AcceptQuoteStatusCode,
  BusinessRejectReason,
  ObscureCreatorId,
  PreferBetterQuote,
  QuoteRequestRejectReason,
  QuoteRequestType,
  ReplaceExisting,
  RestRemainder,
  RFQCancelStatusCode,
  Side,
  TargetCostExcludesFees,
} from "../../../contract/fix/codes.ts";
import type { AcceptQuote, FixMessage, QuoteRequest, RFQCancel } from "../../../contract/fix/messages.ts";
import type { Exchange, ExchangeEvent } from "../../exchange.ts";
import { formatCount, parseCount } from "../../units.ts";
import { quoteForRequester } from "./rfq_messages.ts";
import type { Quote, Rfq } from "../../world/communications.ts";
import type { Participant } from "./participant.ts";
import { BusinessRefusal } from "./refusals.ts";
import { readRequest } from "./rfq_terms.ts";

/** What one session of a requester does and is told. */
export class RfqCreator {
  readonly #exchange: Exchange;
  readonly #participant: Participant;
  readonly #stop: () => void;
  readonly #maySee: boolean;

  constructor(exchange: Exchange, participant: Participant) {
    this.#exchange = exchange;
    this.#participant = participant;
    // A key of one subaccount trades and quotes; it neither asks nor accepts.
    this.#maySee = participant.key.subaccount === undefined;
    this.#stop = exchange.watch((event) => this.#happened(event));
  }

  /** Takes a QuoteRequest(R): QuoteRequestAck(b), or QuoteRequestReject(AG) and why. */
  request(message: QuoteRequest): void {
    this.#assertMay();
    const { QuoteReqID } = message;
    const { communications } = this.#exchange;
    const { account } = this.#participant.key;
    const open = communications.openOf(account);
    if (open.some((rfq) => this.#exchange.communications.names.get(rfq) === QuoteReqID)) {
      return this.#refuse(QuoteReqID, "QuoteReqID(131) is that of an open request");
    }
    const read = readRequest(this.#exchange, this.#participant, message);
    if ("refused" in read) return this.#send({ MsgType: "AG", QuoteReqID, ...read.refused });
    const [entry] = message.NoRelatedSym;
    const replaces = entry?.ReplaceExisting === ReplaceExisting.Yes;
    // The newest one stays beside the new one, unless both are of one market.
    if (replaces) { for (const older of open.slice(0, -1)) communications.close(older, "replaced"); }
    const rfq = communications.request({
      ...read.terms,
      excludesFees: entry?.TargetCostExcludesFees === TargetCostExcludesFees.Yes,
      restRemainder: entry?.RestRemainder === RestRemainder.Yes,
      obscure: entry?.ObscureCreatorId === ObscureCreatorId.Yes,
    }, replaces);
    if (rfq === "exists") return this.#refuse(QuoteReqID, "RFQ already exists");
    if (rfq === "too-many") {
      return this.#refuse(
        QuoteReqID,
        "There are 100 open requests already",
        QuoteRequestRejectReason.QuoteRequestExceedsLimit,
      );
    }
    this.#exchange.communications.names.set(rfq, QuoteReqID);
    this.#send({
      MsgType: "b",
      QuoteReqID,
      QuoteRequestType: QuoteRequestType.Manual,
      RfqId: rfq.id,
      ...(entry?.Symbol === undefined && { Symbol: rfq.info.market.ticker }),
      ExDestination: rfq.info.market.shard,
    });
  }

  /** Takes an RFQCancel(UE): RFQCancelStatus(UB) says whether it is done. */
  cancel({ QuoteReqID, RfqId, NoPartyIDs }: RFQCancel): void {
    this.#assertMay();
    if (QuoteReqID === undefined && RfqId === undefined) {
      throw new BusinessRefusal(
        BusinessRejectReason.ConditionallyRequiredFieldMissing,
        "QuoteReqID(131) or RfqId(21023) is required",
      );
    }
    const rfq = this.#find(QuoteReqID, RfqId);
    const wrong = NoPartyIDs !== undefined
      ? "CUSTOMER_ACCOUNT_NOT_FOUND"
      : rfq === undefined
      ? "RFQ_NOT_FOUND"
      : rfq.status === "closed"
      ? "RFQ_CLOSED"
      : undefined;
    if (rfq !== undefined && wrong === undefined) this.#exchange.communications.close(rfq, "deleted");
    this.#send({
      MsgType: "UB",
      QuoteReqID: QuoteReqID ?? this.#nameOf(rfq) ?? RfqId ?? "",
      RFQCancelStatus: wrong === undefined ? RFQCancelStatusCode.Canceled : RFQCancelStatusCode.Rejected,
      ...(rfq !== undefined && { RfqId: rfq.id }),
      ...(wrong !== undefined && { Text: wrong }),
    });
  }

  /** Takes an AcceptQuote(UA): AcceptQuoteStatus(UC) says whether it is accepted, and which quote. */
  accept(message: AcceptQuote): void {
    this.#assertMay();
    const { QuoteID, ClOrdID } = message;
    const found = this.#toAccept(message);
    const common = { MsgType: "UC", QuoteID, ...(ClOrdID !== undefined && { ClOrdID }) } as const;
    if (typeof found === "string") {
      return this.#send({ ...common, AcceptQuoteStatus: AcceptQuoteStatusCode.Rejected, Text: found });
    }
    const { quote, side, count } = found;
    this.#send({ ...common, AcceptQuoteStatus: AcceptQuoteStatusCode.Accepted, AcceptedQuoteId: quote.id });
    this.#participant.accepts(quote);
    this.#exchange.communications.accept(quote, side, { count, clientOrderId: ClOrdID ?? "" });
  }

  /** Ends with the session. */
  close(): void {
    this.#stop();
  }

  #assertMay(): void {
    if (!this.#maySee) {
      throw new BusinessRefusal(
        BusinessRejectReason.NotAuthorized,
        "PERMISSION_DENIED: a key of one subaccount neither asks nor accepts",
      );
    }
  }

  /** The quote that is accepted and how much of it; or why none is. */
  #toAccept(
    { QuoteID, RfqId, Side: bySide, OrderQty, ClOrdID, NoPartyIDs, PreferBetterQuote: prefer }: AcceptQuote,
  ): { readonly quote: Quote; readonly side: "yes" | "no"; readonly count: number | undefined } | string {
    const { communications } = this.#exchange;
    const { account } = this.#participant.key;
    if (NoPartyIDs !== undefined) return "CUSTOMER_ACCOUNT_NOT_FOUND";
    if (bySide !== Side.Buy && bySide !== Side.Sell) return "Side(54) is 1 or 2";
    // Who buys YES takes the maker's bid for NO.
    const side = bySide === Side.Buy ? "no" : "yes";
    const named = communications.quotes.get(QuoteID);
    if (named === undefined || named.rfq.wallet.account !== account) return "QUOTE_NOT_FOUND";
    if (RfqId !== undefined && RfqId !== named.rfq.id) return "QUOTE_NOT_FOUND";
    if (named.rfq.status === "closed") return "RFQ_CLOSED";
    if (named.status !== "open") return `the quote is ${named.status}`;
    if (bidOf(named, side) === 0) return `the quote has no ${side} bid`;
    const quote = prefer === PreferBetterQuote.Yes ? this.#best(named, side) : named;
    const offered = communications.countFor(quote, side);
    const count = OrderQty === undefined ? undefined : parseCount(OrderQty);
    if (OrderQty !== undefined && (count === undefined || count <= 0 || count > offered)) {
      return `OrderQty(38) must be at most ${formatCount(offered)}`;
    }
    if (ClOrdID !== undefined && account.ordersByClientId.has(ClOrdID)) return "ORDER_ALREADY_EXISTS";
    return { quote, side, count };
  }

  /** The best open quote for the same request; the named one, unless another is better. */
  #best(named: Quote, side: "yes" | "no"): Quote {
    let best = named;
    for (const other of this.#exchange.communications.quotes.values()) {
      if (other.rfq === named.rfq && other.status === "open" && bidOf(other, side) > bidOf(best, side)) {
        best = other;
      }
    }
    return best;
  }

  #find(QuoteReqID: string | undefined, RfqId: string | undefined): Rfq | undefined {
    const own = [...this.#exchange.communications.rfqs.values()].filter(({ wallet }) =>
      wallet.account === this.#participant.key.account
    );
    if (RfqId !== undefined) return own.find(({ id }) => id === RfqId);
    return own.findLast((rfq) => this.#exchange.communications.names.get(rfq) === QuoteReqID);
  }

  #nameOf(rfq: Rfq | undefined): string | undefined {
    return rfq === undefined ? undefined : this.#exchange.communications.names.get(rfq);
  }

  #happened(event: ExchangeEvent): void {
    if (event.type !== "quote" && event.type !== "rfq") return;
    const rfq = event.type === "rfq" ? event.rfq : event.quote.rfq;
    if (!this.#maySee || rfq.wallet.account !== this.#participant.key.account) return;
    if (event.type === "quote") {
      if (event.change === "created") {
        this.#send(quoteForRequester(this.#exchange.communications, event.quote));
      }
    } else if (event.change === "deleted" && rfq.reason === "market_closed") {
      this.#send({
        MsgType: "UB",
        QuoteReqID: this.#nameOf(rfq) ?? rfq.id,
        RFQCancelStatus: RFQCancelStatusCode.Expired,
        RfqId: rfq.id,
      });
    }
  }

  #refuse(QuoteReqID: string, Text: string, reason: number = QuoteRequestRejectReason.Other): void {
    this.#send({ MsgType: "AG", Text, QuoteReqID, QuoteRequestRejectReason: reason });
  }

  #send(message: FixMessage): void {
    this.#participant.send(message);
  }
}

const bidOf = ({ yesBid, noBid }: Quote, side: "yes" | "no"): number => side === "yes" ? yesBid : noBid;
