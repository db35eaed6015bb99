/** Requests for quotes and quotes, as FIX tells them to the two parties. */
import { PartyRole, QuoteStatus } from "../../../contract/fix/codes.ts";
import type {
  Quote as QuoteMessage,
  QuoteRequest,
  QuoteStatusReport,
} from "../../../contract/fix/messages.ts";
import { utcTimestamp } from "../../../fix/times.ts";
import type { Account } from "../../engine/model.ts";
import { formatCount } from "../../units.ts";
import type { Communications, Quote, QuoteChange, Rfq } from "../../world/communications.ts";
import { rfqPayload } from "../../wire/communications.ts";
import { writeMoney, writePrice } from "./units.ts";

/** A request, as makers get it: under the exchange's own id. */
export function quoteRequest(communications: Communications, rfq: Rfq, viewer: Account): QuoteRequest {
  const { market, event } = rfq.info;
  const { creator_id, mve_collection_ticker } = rfqPayload(communications, rfq, viewer);
  return {
    MsgType: "R",
    QuoteReqID: rfq.id,
    NoRelatedSym: [{
      Symbol: market.ticker,
      OrderQty: formatCount(rfq.count),
      ...(rfq.targetCost !== undefined && { CashOrderQty: writeMoney(rfq.targetCost) }),
      NoPartyIDs: [{ PartyID: creator_id }],
      TransactTime: utcTimestamp(rfq.createdAt),
    }],
    ...(event.legs !== undefined && {
      MultivariateCollectionTicker: mve_collection_ticker ?? undefined,
      NoMultivariateSelectedLegs: event.legs.map(({ info, side }) => ({
        MultivariateSelectedEventTicker: info.event.ticker,
        MultivariateSelectedMarketTicker: info.market.ticker,
        MultivariateSelectedSide: side,
      })),
    }),
  };
}

/** Contracts that a quote is for: all of the request, and what each side comes to. */
function sizes(communications: Communications, quote: Quote) {
  const { rfq } = quote;
  return {
    ...(rfq.targetCost === undefined && { OrderQty: formatCount(rfq.count) }),
    ...(quote.yesBid > 0 && { BidSize: formatCount(communications.countFor(quote, "yes")) }),
    ...(quote.noBid > 0 && { OfferSize: formatCount(communications.countFor(quote, "no")) }),
  };
}

/** A quote, as the requester gets it: in dollars always, and without the side that is not quoted. */
export function quoteForRequester(communications: Communications, quote: Quote): QuoteMessage {
  return {
    MsgType: "S",
    QuoteID: quote.id,
    QuoteReqID: quote.rfq.id,
    Symbol: quote.rfq.info.market.ticker,
    ...(quote.yesBid > 0 && { BidPx: writePrice(quote.yesBid, true) }),
    ...(quote.noBid > 0 && { OfferPx: writePrice(quote.noBid, true) }),
    ...sizes(communications, quote),
    NoPartyIDs: [{
      PartyID: communications.idOf(quote.wallet.account),
      PartyRole: PartyRole.LiquidityProvider,
    }],
    TransactTime: utcTimestamp(quote.createdAt),
  };
}

const statuses: Readonly<Partial<Record<QuoteChange, number>>> = {
  created: QuoteStatus.Pending,
  accepted: QuoteStatus.Accepted,
  cancelled: QuoteStatus.Cancelled,
};

/** What became of a quote, as its maker gets it; nothing of what other messages say. */
export function quoteStatus(
  communications: Communications,
  quote: Quote,
  change: QuoteChange,
  useDollars: boolean,
): QuoteStatusReport | undefined {
  const status = statuses[change];
  if (status === undefined) return undefined;
  const { rfq, wallet, acceptedSide } = quote;
  const accepted = change === "accepted" && acceptedSide !== undefined
    ? { OrderQty: formatCount(quote.acceptedCount ?? communications.countFor(quote, acceptedSide)) }
    : undefined;
  return {
    MsgType: "AI",
    QuoteID: quote.id,
    QuoteReqID: rfq.id,
    ...(wallet.subaccount !== 0 && { AllocAccount: wallet.subaccount }),
    QuoteStatus: status,
    BidPx: writePrice(quote.yesBid, useDollars),
    OfferPx: writePrice(quote.noBid, useDollars),
    ...sizes(communications, quote),
    ...accepted,
    ...(accepted && { Side: acceptedSide === "yes" ? "1" : "2" }),
    ...(change === "created" && { TransactTime: utcTimestamp(quote.createdAt) }),
  };
}
