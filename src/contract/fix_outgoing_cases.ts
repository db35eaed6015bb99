/** Fields of a message that do not go together, or not in that number. */
import type { FixProduct } from "./fix/sessions.ts";

/** Where a message goes, as far as that decides what goes together. */
export interface CaseContext {
  readonly product: FixProduct;
  readonly useCapReservation?: boolean | undefined;
}

type Given = Readonly<Record<string, unknown>>;

/** Good till a date, and the tag of that date. */
function expiryFault({ TimeInForce, ExpireTime }: Given): string | undefined {
  if ((TimeInForce === "6") === (ExpireTime !== undefined)) return undefined;
  return ExpireTime === undefined
    ? '`ExpireTime` is missing: TimeInForce "6" (good till a date) needs it.'
    : '`ExpireTime` goes with TimeInForce "6" (good till a date) alone.';
}

/** What reduces a position only takes effect at once, and is no part of a quote. */
function reduceOnlyFault({ ExecInst, TimeInForce, QuoteID }: Given, product: FixProduct): string | undefined {
  if (ExecInst !== "E") return undefined;
  if (QuoteID !== undefined) return '`ExecInst` "E" (reduce only) does not go with `QuoteID`.';
  if (TimeInForce === "3" || product === "margin" && TimeInForce === "4") return undefined;
  return `\`ExecInst\` "E" (reduce only) needs TimeInForce "3" (immediate or cancel)${
    product === "margin" ? ' or "4" (fill or kill)' : ""
  }.`;
}

/** What reserves room under a cap is routed by Kalshi, and changed by its OrderID. */
function reservationFault(type: "D" | "G", { ExDestination, OrderID }: Given): string | undefined {
  if (ExDestination !== undefined) {
    return "`ExDestination` does not go with UseCapReservation: Kalshi routes the order.";
  }
  return type === "G" && OrderID === undefined
    ? "`OrderID` is missing: after a Logon with UseCapReservation an order is changed by it."
    : undefined;
}

function quoteRequestFault({ NoRelatedSym, ...request }: Given): string | undefined {
  const [entry, ...more] = Array.isArray(NoRelatedSym) ? NoRelatedSym as readonly Given[] : [];
  if (entry === undefined) return undefined;
  if (more.length > 0) return "`NoRelatedSym` takes one entry: a request is for one market or one combo.";
  if ((entry.OrderQty === undefined) === (entry.CashOrderQty === undefined)) {
    return "give either `OrderQty`, in contracts, or `CashOrderQty`, in dollars, in the entry of `NoRelatedSym`.";
  }
  if (entry.TargetCostExcludesFees === "Y" && entry.CashOrderQty === undefined) {
    return "`TargetCostExcludesFees` goes with `CashOrderQty`.";
  }
  const collection = request.MultivariateCollectionTicker !== undefined;
  const legs = request.NoMultivariateSelectedLegs !== undefined;
  if (collection !== legs) {
    return "a combo takes both `MultivariateCollectionTicker` and `NoMultivariateSelectedLegs`.";
  }
  if (legs !== (entry.Symbol === undefined)) {
    return "give either `Symbol` in the entry of `NoRelatedSym`, or the combo beside it.";
  }
  return undefined;
}

/** One request is for one exchange index, which an ExecID names last where it is not 0. */
function resendFault({ BeginExecID, EndExecID }: Given): string | undefined {
  const indexOf = (id: unknown) => Number(`${id}`.split(";")[2] ?? 0);
  return EndExecID === undefined || indexOf(BeginExecID) === indexOf(EndExecID)
    ? undefined
    : "`EndExecID` is of another exchange index than `BeginExecID`: ask for each by itself.";
}

/** Whether a price is there and above zero. */
const isOffered = (price: unknown) => typeof price === "string" && /[1-9]/.test(price);

/** What is wrong with fields that are each right; undefined when nothing is. */
export function togetherFault(
  type: string,
  given: Given,
  { product, useCapReservation = false }: CaseContext,
): string | undefined {
  switch (type) {
    case "D":
      return expiryFault(given) ?? reduceOnlyFault(given, product) ??
        (useCapReservation ? reservationFault(type, given) : undefined);
    case "G":
      return expiryFault(given) ?? (useCapReservation ? reservationFault(type, given) : undefined);
    case "U1":
      return resendFault(given);
    case "V":
      return given.SubscriptionRequestType === "2" || given.NoRelatedSym !== undefined
        ? undefined
        : '`NoRelatedSym` is missing: only SubscriptionRequestType "2", which ends all, goes without symbols.';
    case "R":
      return quoteRequestFault(given);
    case "S":
      return isOffered(given.BidPx) || isOffered(given.OfferPx)
        ? undefined
        : "give `BidPx`, `OfferPx` or both: at least one of them above 0.";
    case "UE":
      return given.QuoteReqID === undefined && given.RfqId === undefined
        ? "give `QuoteReqID` or `RfqId`, by which the request is known."
        : undefined;
    default:
      return undefined;
  }
}
