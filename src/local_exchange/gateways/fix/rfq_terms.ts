/** What a QuoteRequest(R) asks for: a market or the legs of a combo, and a size. */
import {
  MultivariateSelectedSide,
  QuoteRequestRejectReason,
  TargetCostExcludesFees,
} from "../../../contract/fix/codes.ts";
import type { QuoteRequest, QuoteRequestReject } from "../../../contract/fix/messages.ts";
import type { Exchange } from "../../exchange.ts";
import { parseCount, parsePrice } from "../../units.ts";
import type { ComboLeg, MarketInfo } from "../../world/catalog.ts";
import type { RfqTerms } from "../../world/communications.ts";
import { type Participant, walletFor } from "./participant.ts";

/** Why there is no request: what a QuoteRequestReject(AG) says beside its id. */
export type RefusedRequest = Omit<QuoteRequestReject, "MsgType" | "QuoteReqID">;

const { Other, UnknownSymbol } = QuoteRequestRejectReason;

const sideOf: Readonly<Record<string, "yes" | "no" | undefined>> = {
  [MultivariateSelectedSide.Yes]: "yes",
  [MultivariateSelectedSide.No]: "no",
};

const refuse = (Text: string, reason: number = Other): { readonly refused: RefusedRequest } => ({
  refused: { Text, QuoteRequestRejectReason: reason },
});

/** Who asks, for what, and how much of it; or why not. */
export function readRequest(
  exchange: Exchange,
  participant: Participant,
  message: QuoteRequest,
):
  | { readonly terms: Pick<RfqTerms, "info" | "wallet" | "count" | "targetCost"> }
  | { readonly refused: RefusedRequest } {
  const [entry, another] = message.NoRelatedSym;
  if (entry === undefined || another !== undefined) return refuse("NoRelatedSym(146) must be 1");
  if (entry.NoPartyIDs !== undefined) return refuse("CUSTOMER_ACCOUNT_NOT_FOUND");
  const size = readSize(entry);
  if (typeof size === "string") return refuse(size);
  if (entry.TargetCostExcludesFees === TargetCostExcludesFees.Yes && size.targetCost === undefined) {
    return refuse("TargetCostExcludesFees(21033) needs CashOrderQty(152)");
  }
  const info = readMarket(exchange, message);
  if ("refused" in info) return info;
  if (info.market.status !== "active") return refuse("MARKET_INACTIVE");
  const wallet = walletFor(participant, message.AllocAccount, info.market.shard);
  if (typeof wallet === "string") return refuse(wallet);
  return { terms: { ...size, info, wallet } };
}

function readSize(
  { OrderQty, CashOrderQty }: {
    readonly OrderQty?: string | undefined;
    readonly CashOrderQty?: string | undefined;
  },
): { readonly count: number; readonly targetCost: number | undefined } | string {
  if ((OrderQty === undefined) === (CashOrderQty === undefined)) {
    return "exactly one of OrderQty(38) and CashOrderQty(152) is required";
  }
  const count = OrderQty === undefined ? 0 : parseCount(OrderQty);
  const cost = CashOrderQty === undefined ? 0 : parsePrice(CashOrderQty);
  if (count === undefined || cost === undefined || count + cost <= 0) {
    return "the size must be more than nothing";
  }
  return { count, targetCost: CashOrderQty === undefined ? undefined : cost * 100 };
}

function readMarket(
  { catalog, combos }: Exchange,
  { NoRelatedSym: [entry], MultivariateCollectionTicker, NoMultivariateSelectedLegs }: QuoteRequest,
): MarketInfo | { readonly refused: RefusedRequest } {
  const symbol = entry?.Symbol;
  if (symbol !== undefined) {
    if (NoMultivariateSelectedLegs !== undefined) {
      return refuse("a request has a Symbol(55) or legs, not both");
    }
    return catalog.markets.get(symbol) ?? refuse("MARKET_NOT_FOUND", UnknownSymbol);
  }
  const collection = combos.collections.get(MultivariateCollectionTicker ?? "");
  if (collection === undefined || NoMultivariateSelectedLegs === undefined) {
    return refuse(
      "Symbol(55), or a known MultivariateCollectionTicker(20180) with legs, is required",
      UnknownSymbol,
    );
  }
  const legs: ComboLeg[] = [];
  for (const leg of NoMultivariateSelectedLegs) {
    const ticker = leg.MultivariateSelectedMarketTicker ?? "";
    const info = catalog.markets.get(ticker);
    const side = sideOf[leg.MultivariateSelectedSide ?? ""];
    if (
      info === undefined || side === undefined || info.event.ticker !== leg.MultivariateSelectedEventTicker
    ) return badCombo("invalid_market_combination", "a leg is no market of its event", [ticker]);
    legs.push({ info, side });
  }
  const made = combos.resolve(collection, legs);
  return "code" in made ? badCombo(made.code, made.message, made.tickers) : made;
}

function badCombo(
  MVEValidationReasonCode: string,
  Text: string,
  tickers: readonly string[],
): { readonly refused: RefusedRequest } {
  return {
    refused: {
      Text,
      QuoteRequestRejectReason: Other,
      MVEValidationReasonCode,
      NoMVEOffendingLegs: tickers.filter((ticker) => ticker !== "").map((MVEOffendingMarketTicker) => ({
        MVEOffendingMarketTicker,
      })),
    },
  };
}
