/**
 * Requests for quotes, quotes and block trades: Kalshi's tag `communications`.
 *
 * @module
 */

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
  type GetBlockTradeProposalsParams,
  GetCommunicationsID,
  GetQuote,
  GetQuotes,
  type GetQuotesParams,
  GetRFQ,
  GetRFQQuote,
  GetRFQs,
  type GetRFQsParams,
  ProposeBlockTrade,
} from "../contract/event/operations.ts";
import type {
  AcceptBlockTradeProposalRequest,
  AcceptQuoteRequest,
  BlockTradeProposal,
  CreateQuoteRequest,
  CreateRFQRequest,
  GetBlockTradeProposalsResponse,
  GetQuotesResponse,
  GetRFQsResponse,
  ProposeBlockTradeRequest,
  Quote,
  RFQ,
} from "../contract/event/types.ts";
import { readCallOptions, refuseCall } from "../http/call_options.ts";
import type { ListAllOptions } from "../http/call_options.ts";
import type { PageCall } from "../http/page.ts";
import type { CallOptions } from "../http/call_options.ts";
import { assertOneOf, checkFirst, ownFields, readParams } from "../http/arguments.ts";
import { callFor, callForNothing, listAll, listPage } from "../http/call_operation.ts";
import { endOnce } from "../http/end_once.ts";
import { Namespace } from "../http/namespace.ts";

/** `client.communications` */
export class Communications extends Namespace {
  /** Requests for quotes. */
  readonly rfqs: Rfqs = new Rfqs(this.http);
  /** Quotes that answer them. */
  readonly quotes: Quotes = new Quotes(this.http);
  /** Block trades, agreed between two members. */
  readonly blockTradeProposals: BlockTradeProposals = new BlockTradeProposals(this.http);

  /**
   * The id under which others see the account in requests and quotes.
   *
   * @see https://docs.kalshi.com/api-reference/communications/get-communications-id
   */
  id(options?: CallOptions): Promise<string> {
    return callFor(this.http, GetCommunicationsID, "communications_id", undefined, options);
  }
}

/** `client.communications.rfqs` */
export class Rfqs extends Namespace {
  /**
   * One page of requests for quotes, of all members unless `user_filter` is `self`.
   *
   * @see https://docs.kalshi.com/api-reference/communications/get-rfqs
   */
  list(params: GetRFQsParams = {}, options?: CallOptions): PageCall<RFQ, GetRFQsResponse> {
    return listPage(this.http, GetRFQs, params, options);
  }

  /** Every request for quotes, over all pages. See {@linkcode Rfqs.list}. */
  listAll(params: GetRFQsParams = {}, options?: ListAllOptions): AsyncGenerator<RFQ, void, undefined> {
    return listAll(this.http, GetRFQs, params, options);
  }

  /**
   * Asks all makers for quotes and gives the request's id. An account has at most 100 open, one a market.
   *
   * @param body The size as contracts (`contracts_fp`, a string) or as a cost in dollars
   * (`target_cost_dollars`, a string).
   * @throws {KalshiConfigError} when it holds both sizes or none, or no decimal string; nothing was sent.
   * @throws {KalshiConflictError} when one is open on this market, unless `replace_existing` is true.
   * @see https://docs.kalshi.com/api-reference/communications/create-rfq
   */
  async create(request: CreateRFQRequest, wanted: CallOptions = {}): Promise<string> {
    const options = readCallOptions(CreateRFQ, wanted);
    const body = ownFields(CreateRFQ, request);
    const sent = checkFirst(CreateRFQ, undefined, body, options);
    assertOneOf(
      CreateRFQ,
      sent,
      ["contracts_fp", "contracts"],
      ["target_cost_dollars", "target_cost_centi_cents"],
    );
    return await callFor(this.http, CreateRFQ, "id", undefined, options, body);
  }

  /**
   * One request for quotes. Closed ones stay for seven days.
   *
   * @throws {KalshiNotFoundError} when there is none.
   * @see https://docs.kalshi.com/api-reference/communications/get-rfq
   */
  get(rfqId: string, options?: CallOptions): Promise<RFQ> {
    return callFor(this.http, GetRFQ, "rfq", { rfq_id: rfqId }, options);
  }

  /**
   * Closes a request for quotes.
   *
   * @see https://docs.kalshi.com/api-reference/communications/delete-rfq
   */
  delete(rfqId: string, options?: CallOptions): Promise<void> {
    return endOnce(callForNothing(this.http, DeleteRFQ, { rfq_id: rfqId }, options));
  }
}

/** A copy of the parameters. Kalshi shows an account the quotes that it made or was made, and wants to be told which. */
function readWhose(given: GetQuotesParams, options: CallOptions | undefined): GetQuotesParams {
  const { params, sent } = readParams(GetQuotes, given, options);
  const { user_filter, rfq_user_filter, quote_creator_user_id, rfq_creator_user_id } = sent;
  if (
    !(user_filter || rfq_user_filter || quote_creator_user_id || rfq_creator_user_id ||
      sent.rfq_creator_subtrader_id)
  ) {
    refuseCall(
      GetQuotes,
      'Say whose quotes: `user_filter: "self"` for your own, `rfq_user_filter: "self"` for those on your requests.',
    );
  }
  return params;
}

/** `client.communications.quotes` */
export class Quotes extends Namespace {
  /**
   * One page of quotes.
   *
   * @param params Whose: `user_filter: "self"` for the quotes that the account made, `rfq_user_filter: "self"`
   * for those on its requests, or an id of a creator. `min_ts` and `max_ts` are Unix seconds of the last update.
   * @throws {KalshiConfigError} when none of these is there.
   * @see https://docs.kalshi.com/api-reference/communications/get-quotes
   */
  list(params: GetQuotesParams, options?: CallOptions): PageCall<Quote, GetQuotesResponse> {
    return listPage(this.http, GetQuotes, params, options, (params) => readWhose(params, options));
  }

  /** Every quote, over all pages. See {@linkcode Quotes.list}. */
  async *listAll(params: GetQuotesParams, options?: ListAllOptions): AsyncGenerator<Quote, void, undefined> {
    yield* listAll(this.http, GetQuotes, readWhose(params, options), options);
  }

  /**
   * Quotes on a request and gives the quote's id. A new quote on the same request replaces the one before.
   *
   * @param body `yes_bid` and `no_bid` in dollars, as strings on the market's price grid; one of them may be
   * "0", and together they are at most 1.
   * @throws {KalshiConfigError} when a bid is no decimal string; nothing was sent.
   * @see https://docs.kalshi.com/api-reference/communications/create-quote
   */
  async create(body: CreateQuoteRequest, options?: CallOptions): Promise<string> {
    return await callFor(this.http, CreateQuote, "id", undefined, options, body);
  }

  /**
   * One quote. An open one can vanish when Kalshi restarts: not found then means cancelled.
   *
   * @throws {KalshiNotFoundError} when there is none.
   * @see https://docs.kalshi.com/api-reference/communications/get-rfq-quote
   */
  get(rfqId: string, quoteId: string, options?: CallOptions): Promise<Quote> {
    return callFor(this.http, GetRFQQuote, "quote", { rfq_id: rfqId, quote_id: quoteId }, options);
  }

  /**
   * Withdraws a quote, so that it can no longer be accepted.
   *
   * @see https://docs.kalshi.com/api-reference/communications/delete-rfq-quote
   */
  delete(rfqId: string, quoteId: string, options?: CallOptions): Promise<void> {
    return endOnce(callForNothing(this.http, DeleteRFQQuote, { rfq_id: rfqId, quote_id: quoteId }, options));
  }

  /**
   * Accepts one side of a quote. The maker has 30 seconds to confirm, 3 on combos and other markets of high
   * volatility.
   *
   * @see https://docs.kalshi.com/api-reference/communications/accept-rfq-quote
   */
  accept(rfqId: string, quoteId: string, body: AcceptQuoteRequest, options?: CallOptions): Promise<void> {
    return endOnce(
      callForNothing(this.http, AcceptRFQQuote, { rfq_id: rfqId, quote_id: quoteId }, options, body),
    );
  }

  /**
   * Confirms a quote that was accepted; neither side can withdraw any more. It executes 15 seconds later, 1 on
   * combos and other markets of high volatility.
   *
   * @see https://docs.kalshi.com/api-reference/communications/confirm-rfq-quote
   */
  confirm(rfqId: string, quoteId: string, options?: CallOptions): Promise<void> {
    return endOnce(
      callForNothing(this.http, ConfirmRFQQuote, { rfq_id: rfqId, quote_id: quoteId }, options, {}),
    );
  }

  /**
   * One quote, without its request's id.
   *
   * @deprecated Kalshi wants {@linkcode Quotes.get}.
   * @see https://docs.kalshi.com/api-reference/communications/get-quote
   */
  getByQuoteId(quoteId: string, options?: CallOptions): Promise<Quote> {
    return callFor(this.http, GetQuote, "quote", { quote_id: quoteId }, options);
  }

  /**
   * Withdraws a quote, without its request's id.
   *
   * @deprecated Kalshi wants {@linkcode Quotes.delete}.
   * @see https://docs.kalshi.com/api-reference/communications/delete-quote
   */
  deleteByQuoteId(quoteId: string, options?: CallOptions): Promise<void> {
    return endOnce(callForNothing(this.http, DeleteQuote, { quote_id: quoteId }, options));
  }

  /**
   * Accepts one side of a quote, without its request's id.
   *
   * @deprecated Kalshi wants {@linkcode Quotes.accept}.
   * @see https://docs.kalshi.com/api-reference/communications/accept-quote
   */
  acceptByQuoteId(quoteId: string, body: AcceptQuoteRequest, options?: CallOptions): Promise<void> {
    return endOnce(callForNothing(this.http, AcceptQuote, { quote_id: quoteId }, options, body));
  }

  /**
   * Confirms a quote that was accepted, without its request's id.
   *
   * @deprecated Kalshi wants {@linkcode Quotes.confirm}.
   * @see https://docs.kalshi.com/api-reference/communications/confirm-quote
   */
  confirmByQuoteId(quoteId: string, options?: CallOptions): Promise<void> {
    return endOnce(callForNothing(this.http, ConfirmQuote, { quote_id: quoteId }, options, {}));
  }
}

/** `client.communications.blockTradeProposals` */
export class BlockTradeProposals extends Namespace {
  /**
   * One page of the block trades that the account is a party to. Prices are centicents (1/10000 of a dollar),
   * counts centicontracts (1/100 of a contract).
   *
   * @see https://docs.kalshi.com/api-reference/communications/get-block-trade-proposals
   */
  list(
    params: GetBlockTradeProposalsParams = {},
    options?: CallOptions,
  ): PageCall<BlockTradeProposal, GetBlockTradeProposalsResponse> {
    return listPage(this.http, GetBlockTradeProposals, params, options);
  }

  /** Every block trade, over all pages. See {@linkcode BlockTradeProposals.list}. */
  listAll(
    params: GetBlockTradeProposalsParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<BlockTradeProposal, void, undefined> {
    return listAll(this.http, GetBlockTradeProposals, params, options);
  }

  /**
   * Proposes a block trade and gives the proposal's id.
   *
   * @param body `price_centi_cents` in 1/10000 of a dollar, `centicount` in 1/100 of a contract,
   * `expiration_ts` as RFC 3339.
   * @throws {KalshiConfigError} when price or count is no whole number; nothing was sent.
   * @see https://docs.kalshi.com/api-reference/communications/propose-block-trade
   */
  async create(body: ProposeBlockTradeRequest, options?: CallOptions): Promise<string> {
    return await callFor(this.http, ProposeBlockTrade, "block_trade_proposal_id", undefined, options, body);
  }

  /**
   * Accepts a block trade that was proposed to the account, or to one of its subaccounts or subtraders.
   *
   * @see https://docs.kalshi.com/api-reference/communications/accept-block-trade-proposal
   */
  accept(
    blockTradeProposalId: string,
    body: AcceptBlockTradeProposalRequest = {},
    options?: CallOptions,
  ): Promise<void> {
    const params = { block_trade_proposal_id: blockTradeProposalId };
    return endOnce(callForNothing(this.http, AcceptBlockTradeProposal, params, options, body));
  }
}
