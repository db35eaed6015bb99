/** What the `communications` channel of the WebSocket says of requests for quotes and of quotes. */
import type {
  QuoteAcceptedData,
  QuoteCreatedData,
  QuoteExecutedData,
  RfqCreatedData,
  RfqDeletedData,
} from "../../../contract/event/channels.ts";
import type { Account } from "../../engine/model.ts";
import { formatCount, formatMoney, formatPrice } from "../../units.ts";
import type { Communications, Quote, Rfq } from "../../world/communications.ts";
import { requesterOf, rfqPayload } from "../communications.ts";
import { isoTime } from "../format.ts";
import { legPayload } from "../markets.ts";

/** A request for quotes, as `viewer` may see it. */
export function rfq(
  communications: Communications,
  request: Rfq,
  change: "created" | "deleted",
  viewer: Account,
): RfqCreatedData | RfqDeletedData {
  const { creator_id } = rfqPayload(communications, request, viewer);
  const { event, market } = request.info;
  const common = {
    id: request.id,
    creator_id,
    market_ticker: market.ticker,
    event_ticker: event.ticker,
    ...(request.targetCost === undefined
      ? { contracts_fp: formatCount(request.count) }
      : { target_cost_dollars: formatMoney(request.targetCost) }),
  };
  if (change === "deleted") return { ...common, deleted_ts: isoTime(request.updatedAt) };
  return {
    ...common,
    created_ts: isoTime(request.createdAt),
    ...(event.legs !== undefined && {
      mve_collection_ticker: `${event.series.ticker}-R`,
      mve_selected_legs: event.legs.map(legPayload),
    }),
  };
}

/** A quote, as one of its two parties may see it. */
export function quote(
  communications: Communications,
  made: Quote,
  change: "created" | "accepted" | "executed",
  viewer: Account,
): QuoteCreatedData | QuoteAcceptedData | QuoteExecutedData {
  const { rfq: request, wallet } = made;
  const isMaker = viewer === wallet.account;
  const own = isMaker ? wallet : request.wallet;
  const parties = {
    quote_id: made.id,
    rfq_id: request.id,
    quote_creator_id: communications.idOf(wallet.account),
    rfq_creator_id: requesterOf(communications, made, viewer),
    market_ticker: request.info.market.ticker,
    subaccount: own.subaccount,
  };
  if (change === "executed") {
    const order = isMaker ? made.order : made.rfqOrder;
    return {
      ...parties,
      order_id: order?.id ?? "",
      client_order_id: order?.clientOrderId ?? "",
      executed_ts: isoTime(made.executedAt ?? 0),
    };
  }
  const terms = {
    ...parties,
    event_ticker: request.info.event.ticker,
    yes_bid_dollars: formatPrice(made.yesBid),
    no_bid_dollars: formatPrice(made.noBid),
    yes_contracts_offered_fp: formatCount(communications.countFor(made, "yes")),
    no_contracts_offered_fp: formatCount(communications.countFor(made, "no")),
    ...(request.targetCost !== undefined && { rfq_target_cost_dollars: formatMoney(request.targetCost) }),
  };
  if (change === "created") return { ...terms, created_ts: isoTime(made.createdAt) };
  const side = made.acceptedSide ?? "yes";
  return {
    ...terms,
    accepted_side: side,
    contracts_accepted_fp: formatCount(made.acceptedCount ?? communications.countFor(made, side)),
  };
}
