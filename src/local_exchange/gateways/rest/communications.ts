/** Kalshi's tag `communications`: requests for quotes, quotes and block trades. */
import {
  AcceptBlockTradeProposal,
  AcceptQuote,
  AcceptRFQQuote,
  ConfirmQuote,
  ConfirmRFQQuote,
  CreateQuote,
  CreateRFQ,
  DeleteQuote,
  DeleteRFQ,
  DeleteRFQQuote,
  GetBlockTradeProposals,
  GetCommunicationsID,
  GetQuote,
  GetQuotes,
  GetRFQ,
  GetRFQQuote,
  GetRFQs,
  ProposeBlockTrade,
} from "../../../contract/event/operations.ts";
import type { Quote as QuotePayload } from "../../../contract/event/types.ts";
import { ApiError, rejectionError } from "../../api_error.ts";
import type { Account } from "../../engine/model.ts";
import { type Call, route } from "./route.ts";
import { COUNT_ONE } from "../../units.ts";
import type { Quote, Rfq } from "../../world/communications.ts";
import { marketOf } from "./market.ts";
import { pageOf } from "./page.ts";
import {
  accountOf,
  choice,
  Fields,
  invalid,
  keyOf,
  subaccountOf,
  text,
  timeWindow,
  uuid,
  walletFor,
} from "./read.ts";
import { hides, proposalPayload, quotePayload, rfqPayload } from "../../wire/communications.ts";

/** A date and time with its zone, as Kalshi writes and takes it. */
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

function rfqOf({ exchange, path }: Call): Rfq {
  const found = exchange.communications.rfqs.get(uuid("rfq_id", path.rfq_id));
  if (found === undefined) throw new ApiError("not_found");
  return found;
}

/** A quote that the caller has a part in. */
function quoteOf(call: Call): Quote {
  if (call.path.rfq_id !== undefined) uuid("rfq_id", call.path.rfq_id);
  const quote = call.exchange.communications.quotes.get(uuid("quote_id", call.path.quote_id));
  const account = accountOf(call);
  if (quote === undefined || (quote.wallet.account !== account && quote.rfq.wallet.account !== account)) {
    throw new ApiError("not_found");
  }
  if (call.path.rfq_id !== undefined && call.path.rfq_id !== quote.rfq.id) {
    throw new ApiError("not_found");
  }
  return quote;
}

function deleteQuote(call: Call): undefined {
  const quote = quoteOf(call);
  if (quote.wallet.account !== accountOf(call)) throw new ApiError("not_found");
  if (quote.status !== "open") throw invalid(`the quote is ${quote.status}`);
  call.exchange.communications.cancel(quote, "deleted");
}

function acceptQuote(call: Call): undefined {
  const quote = quoteOf(call);
  const side = new Fields(call.body).choice("accepted_side", ["yes", "no"]);
  if (quote.rfq.wallet.account !== accountOf(call)) throw new ApiError("not_found");
  if (quote.rfq.status === "closed") throw invalid("the request is closed", "rfq_closed");
  if (quote.status !== "open") throw invalid(`the quote is ${quote.status}`);
  if ((side === "yes" ? quote.yesBid : quote.noBid) === 0) throw invalid(`the quote has no ${side} bid`);
  call.exchange.communications.accept(quote, side);
}

function confirmQuote(call: Call): undefined {
  const quote = quoteOf(call);
  if (quote.wallet.account !== accountOf(call)) throw new ApiError("not_found");
  if (quote.status !== "accepted") throw invalid(`the quote is ${quote.status}`);
  call.exchange.communications.confirm(quote);
}

function getQuote(call: Call): { quote: QuotePayload } {
  return { quote: quotePayload(call.exchange.communications, quoteOf(call), accountOf(call)) };
}

/** The size of a request: contracts or a cost, never both. */
function sizeOf(fields: Fields): { count: number; targetCost: number | undefined } {
  const whole = fields.integer("contracts", { min: 1 });
  const exact = fields.count("contracts_fp");
  const centicents = fields.integer("target_cost_centi_cents", { min: 1 });
  const dollars = fields.price("target_cost_dollars");
  if (whole !== undefined && exact !== undefined && whole * COUNT_ONE !== exact) {
    throw invalid("contracts and contracts_fp do not match");
  }
  if (centicents !== undefined && dollars !== undefined && centicents !== dollars) {
    throw invalid("target_cost_centi_cents and target_cost_dollars do not match");
  }
  const count = exact ?? (whole === undefined ? undefined : whole * COUNT_ONE);
  const cost = dollars ?? centicents;
  if ((count === undefined) === (cost === undefined)) {
    throw invalid("exactly one of contracts_fp and target_cost_dollars is required");
  }
  if ((count ?? cost ?? 0) <= 0) throw invalid("the size must be more than nothing");
  return { count: count ?? 0, targetCost: cost === undefined ? undefined : cost * 100 };
}

export const communicationRoutes = [
  route(
    GetCommunicationsID,
    (call) => ({ communications_id: call.exchange.communications.idOf(accountOf(call)) }),
  ),
  route(CreateRFQ, (call) => {
    const fields = new Fields(call.body);
    const info = marketOf(call, fields.requiredText("market_ticker"));
    if (info.market.status !== "active") throw new ApiError("market_inactive");
    if (!fields.has("rest_remainder")) throw invalid("rest_remainder is required");
    const size = sizeOf(fields);
    if (fields.flag("target_cost_excludes_fees") && size.targetCost === undefined) {
      throw invalid("target_cost_excludes_fees needs target_cost_dollars");
    }
    const rfq = call.exchange.communications.request({
      ...size,
      info,
      wallet: walletFor(keyOf(call), fields.subaccount("subaccount"), info.market.shard),
      excludesFees: fields.flag("target_cost_excludes_fees"),
      restRemainder: fields.flag("rest_remainder"),
      obscure: fields.flag("obscure_creator_id"),
    }, fields.flag("replace_existing"));
    if (rfq === "exists") throw new ApiError("rfq_already_exists");
    if (rfq === "too-many") throw invalid("there are 100 open requests already");
    return { id: rfq.id };
  }),
  route(GetRFQs, (call) => {
    const account = accountOf(call);
    const event = text(call, "event_ticker");
    const market = text(call, "market_ticker");
    const status = choice(call, "status", ["open", "closed"]);
    const self = choice(call, "user_filter", ["self"]);
    const creator = text(call, "creator_user_id");
    const subaccount = subaccountOf(call);
    const { items, cursor } = pageOf(call, [...call.exchange.communications.rfqs.values()], {
      newestFirst: true,
      most: 100,
      keep: ({ info, wallet, ...rfq }) =>
        (event === undefined || info.event.ticker === event) &&
        (market === undefined || info.market.ticker === market) &&
        (status === undefined || rfq.status === status) &&
        (self === undefined || wallet.account === account) &&
        (creator === undefined ||
          wallet.account.id === creator && !hides({ ...rfq, info, wallet }, account)) &&
        (subaccount === undefined || (wallet.account === account && wallet.subaccount === subaccount)),
    });
    return { rfqs: items.map((rfq) => rfqPayload(call.exchange.communications, rfq, account)), cursor };
  }),
  route(GetRFQ, (call) => ({ rfq: rfqPayload(call.exchange.communications, rfqOf(call), accountOf(call)) })),
  route(DeleteRFQ, (call) => {
    const rfq = rfqOf(call);
    if (rfq.wallet.account !== accountOf(call)) throw new ApiError("not_found");
    if (rfq.status === "closed") throw invalid("the request is closed", "rfq_closed");
    call.exchange.communications.close(rfq, "deleted");
    return undefined;
  }),
  route(CreateQuote, (call) => {
    const fields = new Fields(call.body);
    const rfq = call.exchange.communications.rfqs.get(uuid("rfq_id", fields.requiredText("rfq_id")));
    const yesBid = fields.price("yes_bid");
    const noBid = fields.price("no_bid");
    if (rfq === undefined) throw new ApiError("not_found");
    if (yesBid === undefined || noBid === undefined) throw invalid("yes_bid and no_bid are required");
    if (!fields.has("rest_remainder")) throw invalid("rest_remainder is required");
    if (yesBid < 0 || noBid < 0) throw invalid("a bid is below 0");
    const quote = call.exchange.communications.quote({
      rfq,
      wallet: walletFor(keyOf(call), fields.subaccount("subaccount"), rfq.info.market.shard),
      yesBid,
      noBid,
      restRemainder: fields.flag("rest_remainder"),
      postOnly: fields.flag("post_only"),
    });
    if (typeof quote === "string") {
      throw quote === "rfq_closed" ? invalid("the request is closed", quote) : invalid(quote);
    }
    return { id: quote.id };
  }),
  route(GetQuotes, (call) => {
    const account = accountOf(call);
    const status = choice(call, "status", ["open", "accepted", "confirmed", "executed", "cancelled"]);
    const self = choice(call, "user_filter", ["self"]);
    const rfqSelf = choice(call, "rfq_user_filter", ["self"]);
    const creator = text(call, "quote_creator_user_id");
    const rfqCreator = text(call, "rfq_creator_user_id");
    if ([self, rfqSelf, creator, rfqCreator].every((filter) => filter === undefined)) {
      throw invalid("user_filter, rfq_user_filter, quote_creator_user_id or rfq_creator_user_id is required");
    }
    const rfqId = text(call, "rfq_id");
    const event = text(call, "event_ticker");
    const market = text(call, "market_ticker");
    const isWithin = timeWindow(call);
    const { items, cursor } = pageOf(call, [...call.exchange.communications.quotes.values()], {
      newestFirst: true,
      most: 500,
      usual: 500,
      keep: ({ wallet, rfq, ...quote }) =>
        (wallet.account === account || rfq.wallet.account === account) &&
        (status === undefined || quote.status === status) &&
        (self === undefined || wallet.account === account) &&
        (rfqSelf === undefined || rfq.wallet.account === account) &&
        (creator === undefined || wallet.account.id === creator) &&
        (rfqCreator === undefined || rfq.wallet.account.id === rfqCreator && !hides(rfq, account)) &&
        (rfqId === undefined || rfq.id === rfqId) &&
        (event === undefined || rfq.info.event.ticker === event) &&
        (market === undefined || rfq.info.market.ticker === market) &&
        isWithin(quote.updatedAt),
    });
    return {
      quotes: items.map((quote) => quotePayload(call.exchange.communications, quote, account)),
      cursor,
    };
  }),
  route(GetQuote, getQuote),
  route(GetRFQQuote, getQuote),
  route(DeleteQuote, deleteQuote),
  route(DeleteRFQQuote, deleteQuote),
  route(AcceptQuote, acceptQuote),
  route(AcceptRFQQuote, acceptQuote),
  route(ConfirmQuote, confirmQuote),
  route(ConfirmRFQQuote, confirmQuote),
  route(ProposeBlockTrade, (call) => {
    const fields = new Fields(call.body);
    const { engine, blockTrades } = call.exchange;
    const proposer = accountOf(call);
    const buyer = engine.accounts.get(fields.requiredText("buyer_user_id"));
    const seller = engine.accounts.get(fields.requiredText("seller_user_id"));
    const info = marketOf(call, fields.requiredText("market_ticker"));
    const price = fields.integer("price_centi_cents", { min: 1 });
    const count = fields.integer("centicount", { min: 1 });
    const makerSide = fields.choice("maker_side", ["yes", "no"]);
    const expires = fields.requiredText("expiration_ts");
    if (!RFC_3339.test(expires)) throw invalid("expiration_ts is no RFC 3339 date and time");
    const expiresAt = Date.parse(expires);
    if (buyer === undefined || seller === undefined) throw new ApiError("user_not_found");
    if (buyer === seller) throw invalid("buyer and seller are the same");
    if (proposer !== buyer && proposer !== seller) {
      throw new ApiError("permission_denied", "only the buyer or the seller may propose");
    }
    if (price === undefined || count === undefined) {
      throw invalid("price_centi_cents and centicount are required");
    }
    if (!engine.isOnGrid(info.market, price)) throw new ApiError("invalid_price");
    if (!(expiresAt > engine.now)) throw invalid("expiration_ts must be in the future");
    const walletOf = (account: Account, field: string) => {
      const subaccount = fields.subaccount(field);
      return subaccount === undefined ? undefined : account.wallet(subaccount, info.market.shard);
    };
    const proposal = blockTrades.propose({
      proposer,
      buyer,
      seller,
      info,
      price,
      count,
      makerSide,
      expiresAt,
      buyerWallet: walletOf(buyer, "buyer_subaccount"),
      sellerWallet: walletOf(seller, "seller_subaccount"),
    });
    return { block_trade_proposal_id: proposal.id };
  }),
  route(GetBlockTradeProposals, (call) => {
    const account = accountOf(call);
    const market = text(call, "market_ticker");
    const status = text(call, "status");
    const { items, cursor } = pageOf(call, call.exchange.blockTrades.proposals, {
      newestFirst: true,
      keep: ({ buyer, seller, proposer, info, ...proposal }) =>
        [buyer, seller, proposer].includes(account) &&
        (market === undefined || info.market.ticker === market) &&
        (status === undefined || proposal.status === status),
    });
    return { block_trade_proposals: items.map(proposalPayload), cursor };
  }),
  route(AcceptBlockTradeProposal, (call) => {
    const account = accountOf(call);
    const id = call.path.block_trade_proposal_id;
    const proposal = call.exchange.blockTrades.proposals.find((other) => other.id === id);
    if (proposal === undefined || (proposal.buyer !== account && proposal.seller !== account)) {
      throw new ApiError("not_found");
    }
    if (proposal.status !== "pending") throw invalid(`the proposal is ${proposal.status}`);
    const asked = call.body === undefined ? undefined : new Fields(call.body).subaccount("subaccount");
    const named = account === proposal.buyer ? proposal.buyerWallet : proposal.sellerWallet;
    const wallet = walletFor(keyOf(call), asked ?? named?.subaccount, proposal.info.market.shard);
    const rejection = call.exchange.blockTrades.accept(proposal, wallet);
    if (rejection !== undefined) throw rejectionError(rejection);
    return undefined;
  }),
];
