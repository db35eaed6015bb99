/** Where a request for quotes stands, on both sides of it. */
import { assertValue, rule } from "../base/options.ts";
import * as codes from "../contract/fix/codes.ts";
import type {
  AcceptQuoteStatus,
  ExecutionReport,
  Quote,
  QuoteCancelStatus,
  QuoteConfirmStatus,
  QuoteRequestAck,
  QuoteRequestReject,
  QuoteStatusReport,
  RFQCancelStatus,
} from "../contract/fix/messages.ts";

/** What names a request on the creator's side. */
export interface RfqName {
  /** QuoteReqID(131). */
  readonly QuoteReqID: string;
}

/** The same, once Kalshi has taken it. */
export interface TakenRfq extends RfqName {
  /** RfqId(21023): give it with all that follows. */
  readonly RfqId: string | undefined;
  /** Symbol(55): of a combo, the market that was made for it. */
  readonly Symbol: string | undefined;
}

/**
 * Where a creator's request for quotes stands; `name` tells which.
 *
 * - `requested`: it is on its way.
 * - `open`: makers may quote; `quotes` are the latest of each of them, by QuoteID, in dollars.
 * - `accepting`: an acceptance is on its way.
 * - `accepted`: Kalshi has taken it, and the maker has to confirm: 30 s, 3 s on fast markets and combos.
 * - `executed`: the first fill has come.
 * - `refused`, `canceled`, `expired`: it is over.
 */
export type RfqState =
  | RfqName & { readonly name: "requested" }
  | TakenRfq & { readonly name: "open"; readonly quotes: ReadonlyMap<string, Quote> }
  | TakenRfq & {
    readonly name: "accepting";
    readonly quotes: ReadonlyMap<string, Quote>;
    /** QuoteID(117) that was accepted. */
    readonly QuoteID: string;
  }
  | TakenRfq & {
    readonly name: "accepted" | "executed";
    /** AcceptedQuoteId(21024): with PreferBetterQuote it may be another one than was asked for. */
    readonly QuoteID: string;
    /** ClOrdID(11) of the order that follows. */
    readonly ClOrdID: string | undefined;
  }
  | RfqName & {
    readonly name: "refused";
    /** Kalshi's words. */
    readonly Text: string;
    /** QuoteRequestRejectReason(658). */
    readonly reason: number;
  }
  | RfqName & {
    readonly name: "canceled" | "expired";
    /** Kalshi's words, where it said any. */
    readonly Text: string | undefined;
  };

/** What changes it: what came from Kalshi, and the acceptance that you sent. */
export type RfqChange =
  | QuoteRequestAck
  | QuoteRequestReject
  | Quote
  | AcceptQuoteStatus
  | RFQCancelStatus
  | ExecutionReport
  | { readonly MsgType: "UA"; readonly QuoteID: string };

const LIQUIDITY_PROVIDER = 35;

const makerOf = ({ NoPartyIDs = [] }: Quote): string | undefined =>
  NoPartyIDs.find(({ PartyRole }) => PartyRole === LIQUIDITY_PROVIDER)?.PartyID;

/** The quotes with a new one, which replaces the older of the same maker. */
function withQuote(quotes: ReadonlyMap<string, Quote>, quote: Quote): ReadonlyMap<string, Quote> {
  const maker = makerOf(quote);
  const others = [...quotes].filter(([id, other]) =>
    id !== quote.QuoteID && (maker === undefined || makerOf(other) !== maker)
  );
  return new Map([...others, [quote.QuoteID, quote]]);
}

const taken = ({ QuoteReqID, RfqId, Symbol }: TakenRfq): TakenRfq => ({ QuoteReqID, RfqId, Symbol });

/** Whether a message names the request, by either of its ids. What names none is told by what else it says. */
function isAbout(state: RfqState, change: RfqChange): boolean {
  if (!("QuoteReqID" in change)) return true;
  const rfqId = "RfqId" in state ? state.RfqId : undefined;
  return change.QuoteReqID === state.QuoteReqID || rfqId !== undefined && change.QuoteReqID === rfqId;
}

/** The state after an answer to an acceptance. */
function answered(state: RfqState, change: AcceptQuoteStatus): RfqState {
  if (state.name !== "accepting" || change.QuoteID !== state.QuoteID) return state;
  if (change.AcceptQuoteStatus !== codes.AcceptQuoteStatusCode.Accepted) {
    // Whatever was wrong with it, it is not to be taken for one that stands.
    const quotes = new Map([...state.quotes].filter(([id]) => id !== state.QuoteID));
    return { ...taken(state), name: "open", quotes };
  }
  const { AcceptedQuoteId: QuoteID = state.QuoteID, ClOrdID } = change;
  return { ...taken(state), name: "accepted", QuoteID, ClOrdID };
}

const objectRule = rule<object>("an object", (value) => typeof value === "object" && value !== null);

/** Where a request stands after a message; the same state where the message is not about it. */
export function rfqAfter(state: RfqState, change: RfqChange): RfqState {
  assertValue("rfqAfter", "state", state, objectRule);
  assertValue("rfqAfter", "change", change, objectRule);
  const { QuoteReqID } = state;
  const isOver = state.name === "refused" || state.name === "canceled" || state.name === "expired";
  if (isOver || !isAbout(state, change)) return state;
  switch (change.MsgType) {
    case "b": {
      if (state.name !== "requested") return state;
      const { RfqId, Symbol } = change;
      return { name: "open", QuoteReqID, RfqId, Symbol, quotes: new Map() };
    }
    case "AG":
      if (state.name !== "requested") return state;
      return { name: "refused", QuoteReqID, Text: change.Text, reason: change.QuoteRequestRejectReason };
    case "S":
      if (state.name !== "open" && state.name !== "accepting") return state;
      return { ...state, quotes: withQuote(state.quotes, change) };
    case "UA":
      return state.name === "open" ? { ...state, name: "accepting", QuoteID: change.QuoteID } : state;
    case "UC":
      return answered(state, change);
    case "UB":
      if (change.RFQCancelStatus === codes.RFQCancelStatusCode.Rejected || state.name === "executed") {
        return state;
      }
      return {
        name: change.RFQCancelStatus === codes.RFQCancelStatusCode.Expired ? "expired" : "canceled",
        QuoteReqID,
        Text: change.Text,
      };
    case "8":
      if (
        state.name !== "accepted" || change.ExecType !== codes.ExecType.Trade ||
        change.ClOrdID !== state.ClOrdID
      ) {
        return state;
      }
      return { ...state, name: "executed" };
  }
}

/** What names a maker's quote. */
export interface QuoteName {
  /** QuoteID(117). */
  readonly QuoteID: string;
  /** QuoteReqID(131). */
  readonly QuoteReqID: string;
}

/**
 * Where a maker's quote stands; `name` tells which.
 *
 * - `sent`: it is on its way.
 * - `pending`: it stands, and may be accepted.
 * - `accepted`: confirm it, or let it go: 30 s, 3 s on fast markets and combos.
 * - `confirming`: the confirmation is on its way. `confirmed`: the orders follow.
 * - `refused`, `canceled`: it is over.
 */
export type QuoteState =
  | QuoteName & { readonly name: "sent" | "pending" }
  | QuoteName & {
    readonly name: "accepted" | "confirming" | "confirmed";
    /** AcceptedSide(54): 1 where your bid for YES was taken, 2 where that for NO was. */
    readonly Side: string | undefined;
    /** OrderQty(38) that the creator took. */
    readonly OrderQty: string | undefined;
  }
  | QuoteName & {
    readonly name: "refused" | "canceled";
    /** Kalshi's words, where it said any. */
    readonly Text: string | undefined;
  };

/** What changes it: what came from Kalshi, and the confirmation that you sent. */
export type QuoteChange =
  | QuoteStatusReport
  | QuoteCancelStatus
  | QuoteConfirmStatus
  | { readonly MsgType: "U7"; readonly QuoteID: string };

function reported(state: QuoteState, { QuoteStatus, Text, Side, OrderQty }: QuoteStatusReport): QuoteState {
  const { QuoteID, QuoteReqID } = state;
  switch (QuoteStatus) {
    case codes.QuoteStatus.Pending:
      return state.name === "sent" ? { QuoteID, QuoteReqID, name: "pending" } : state;
    case codes.QuoteStatus.Accepted:
      return { QuoteID, QuoteReqID, name: "accepted", Side, OrderQty };
    case codes.QuoteStatus.Cancelled:
      return { QuoteID, QuoteReqID, name: "canceled", Text };
    case codes.QuoteStatus.Rejected:
      return { QuoteID, QuoteReqID, name: "refused", Text };
    default:
      return state;
  }
}

/**
 * Where a quote stands after a message; the same state where the message is not about it. A refusal names no quote, only
 * the request: it is about the quote of that request that has not been answered.
 */
export function quoteAfter(state: QuoteState, change: QuoteChange): QuoteState {
  const isOver = state.name === "refused" || state.name === "canceled";
  const isNamed = change.QuoteID === state.QuoteID;
  const isRefusal = change.MsgType === "AI" && !change.QuoteID &&
    change.QuoteStatus === codes.QuoteStatus.Rejected &&
    change.QuoteReqID === state.QuoteReqID && state.name === "sent";
  if (isOver || !isNamed && !isRefusal) return state;
  switch (change.MsgType) {
    case "AI":
      return reported(state, change);
    case "U9":
      if (change.QuoteCancelStatus !== codes.QuoteCancelStatusCode.Canceled) return state;
      return { QuoteID: state.QuoteID, QuoteReqID: state.QuoteReqID, name: "canceled", Text: change.Text };
    case "U7":
      return state.name === "accepted" ? { ...state, name: "confirming" } : state;
    case "U8":
      if (state.name !== "confirming") return state;
      return change.QuoteConfirmStatus === codes.QuoteConfirmStatusCode.Accepted
        ? { ...state, name: "confirmed" }
        : { QuoteID: state.QuoteID, QuoteReqID: state.QuoteReqID, name: "refused", Text: change.Text };
  }
}
