/** Requests for quotes, quotes and block trades, as REST has them. */
import type {
  BlockTradeProposal as ProposalPayload,
  Quote as QuotePayload,
  RFQ as RfqPayload,
} from "../../contract/event/types.ts";
import type { Account } from "../engine/model.ts";
import { formatCount, formatMoney, formatPrice } from "../units.ts";
import type { BlockProposal } from "../world/block_trades.ts";
import type { Communications, Quote, Rfq } from "../world/communications.ts";
import { isoTime } from "./format.ts";
import { legPayload } from "./markets.ts";

/** SHA-256 of nothing: the id of a requester who hides. */
const NOBODY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const optionalTime = <Name extends string>(name: Name, at: number | undefined) =>
  (at === undefined ? {} : { [name]: isoTime(at) }) as Partial<Record<Name, string>>;

/** Whether a request does not tell `viewer` who asks: until it is executed, where its maker wished so. */
export function hides({ obscure, wallet, reason }: Rfq, viewer: Account): boolean {
  return obscure && reason !== "executed" && wallet.account !== viewer;
}

/** Who asks for quotes, as the other party to a quote may see it. */
export function requesterOf(communications: Communications, { rfq, status }: Quote, viewer: Account): string {
  const { account } = rfq.wallet;
  return rfq.obscure && status !== "executed" && account !== viewer ? NOBODY : communications.idOf(account);
}

/** A request as `viewer` may see it. */
export function rfqPayload(communications: Communications, rfq: Rfq, viewer: Account): RfqPayload {
  const { account, subaccount } = rfq.wallet;
  const { legs, series } = rfq.info.event;
  const isOwn = account === viewer;
  return {
    id: rfq.id,
    creator_id: hides(rfq, viewer) ? NOBODY : communications.idOf(account),
    market_ticker: rfq.info.market.ticker,
    contracts_fp: formatCount(rfq.count),
    ...(rfq.targetCost === undefined ? {} : { target_cost_dollars: formatMoney(rfq.targetCost) }),
    status: rfq.status,
    created_ts: isoTime(rfq.createdAt),
    ...(legs === undefined ? {} : {
      mve_collection_ticker: `${series.ticker}-R`,
      mve_selected_legs: legs.map(legPayload),
    }),
    ...(isOwn
      ? { rest_remainder: rfq.restRemainder, creator_user_id: account.id, creator_subaccount: subaccount }
      : {}),
    ...(rfq.reason === undefined
      ? {}
      : { cancellation_reason: rfq.reason, cancelled_ts: isoTime(rfq.updatedAt) }),
    updated_ts: isoTime(rfq.updatedAt),
    ...(rfq.excludesFees ? { target_cost_excludes_fees: true } : {}),
  };
}

/** A quote as `viewer`, one of its two parties, may see it. */
export function quotePayload(communications: Communications, quote: Quote, viewer: Account): QuotePayload {
  const { rfq, wallet } = quote;
  const isMaker = wallet.account === viewer;
  const isRequester = rfq.wallet.account === viewer;
  return {
    id: quote.id,
    rfq_id: rfq.id,
    creator_id: communications.idOf(wallet.account),
    rfq_creator_id: requesterOf(communications, quote, viewer),
    market_ticker: rfq.info.market.ticker,
    contracts_fp: formatCount(rfq.count),
    yes_bid_dollars: formatPrice(quote.yesBid),
    no_bid_dollars: formatPrice(quote.noBid),
    created_ts: isoTime(quote.createdAt),
    updated_ts: isoTime(quote.updatedAt),
    status: quote.status,
    ...(quote.acceptedSide === undefined ? {} : { accepted_side: quote.acceptedSide }),
    ...optionalTime("accepted_ts", quote.acceptedAt),
    ...optionalTime("confirmed_ts", quote.confirmedAt),
    ...optionalTime("executed_ts", quote.executedAt),
    ...optionalTime("cancelled_ts", quote.cancelledAt),
    rest_remainder: quote.restRemainder,
    ...(quote.reason === undefined ? {} : { cancellation_reason: quote.reason }),
    ...(isMaker
      ? {
        post_only: quote.postOnly,
        creator_user_id: wallet.account.id,
        creator_subaccount: wallet.subaccount,
        ...(quote.order === undefined ? {} : { creator_order_id: quote.order.id }),
      }
      : {}),
    ...(isRequester
      ? {
        rfq_creator_user_id: rfq.wallet.account.id,
        rfq_creator_subaccount: rfq.wallet.subaccount,
        ...(quote.rfqOrder === undefined ? {} : { rfq_creator_order_id: quote.rfqOrder.id }),
      }
      : {}),
    ...(rfq.targetCost === undefined ? {} : { rfq_target_cost_dollars: formatMoney(rfq.targetCost) }),
    yes_contracts_fp: formatCount(communications.countFor(quote, "yes")),
    no_contracts_fp: formatCount(communications.countFor(quote, "no")),
    ...(rfq.excludesFees ? { target_cost_excludes_fees: true } : {}),
  };
}

/** A block trade that was proposed. */
export function proposalPayload(proposal: BlockProposal): ProposalPayload {
  return {
    id: proposal.id,
    proposer_user_id: proposal.proposer.id,
    buyer_user_id: proposal.buyer.id,
    seller_user_id: proposal.seller.id,
    market_ticker: proposal.info.market.ticker,
    price_centi_cents: proposal.price,
    centicount: proposal.count,
    maker_side: proposal.makerSide,
    expiration_ts: isoTime(proposal.expiresAt),
    status: proposal.status,
    created_ts: isoTime(proposal.createdAt),
    updated_ts: isoTime(proposal.updatedAt),
    buyer_accepted: proposal.buyerAcceptedAt !== undefined,
    seller_accepted: proposal.sellerAcceptedAt !== undefined,
    ...optionalTime("buyer_accepted_ts", proposal.buyerAcceptedAt),
    ...optionalTime("seller_accepted_ts", proposal.sellerAcceptedAt),
    ...optionalTime("executed_ts", proposal.executedAt),
    ...(proposal.buyerOrder === undefined ? {} : { buyer_order_id: proposal.buyerOrder.id }),
    ...(proposal.sellerOrder === undefined ? {} : { seller_order_id: proposal.sellerOrder.id }),
  };
}
