/** What goes out about requests for quotes, checked before it does: https://docs.kalshi.com/fix/rfq-messages */
import { KalshiConfigError } from "../base/errors.ts";
import { parseCount, parseMoney, parsePrice } from "../base/fixed_point.ts";
import {
  type Hint,
  needed,
  oneOf,
  readOptions,
  refusal,
  type Rule,
  rule,
  type Rules,
  text,
  whole,
} from "../base/options.ts";
import type {
  AcceptQuote,
  Quote,
  QuoteCancel,
  QuoteConfirm,
  QuoteRequest,
  QuoteRequestMultivariateSelectedLeg,
  QuoteRequestRelatedSym,
  RFQCancel,
} from "../contract/fix/messages.ts";

/** The one entry of NoRelatedSym(146): what is asked for. */
export type QuoteRequestEntry = Omit<QuoteRequestRelatedSym, "TransactTime">;

/** What a QuoteRequest(35=R) takes. */
export interface QuoteRequestFields extends Omit<QuoteRequest, "MsgType" | "extra" | "NoRelatedSym"> {
  /** NoRelatedSym(146): one entry. */
  readonly NoRelatedSym: readonly QuoteRequestEntry[];
}

/** What a maker's Quote(35=S) takes. */
export type QuoteFields = Pick<
  Quote,
  "QuoteID" | "QuoteReqID" | "Symbol" | "BidPx" | "OfferPx" | "ExecInst" | "AllocAccount" | "RestRemainder"
>;

/** What an AcceptQuote(35=UA) takes. */
export type AcceptQuoteFields = Omit<AcceptQuote, "MsgType" | "extra">;

/** What a QuoteConfirm(35=U7) takes. */
export type QuoteConfirmFields = Omit<QuoteConfirm, "MsgType" | "extra">;

/** What a QuoteCancel(35=Z) takes. */
export type QuoteCancelFields = Omit<QuoteCancel, "MsgType" | "extra">;

/** What an RFQCancel(35=UE) takes. */
export type RFQCancelFields = Omit<RFQCancel, "MsgType" | "extra">;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const uuid = (): Rule<string> =>
  rule("a UUID, such as crypto.randomUUID()", (value) => typeof value === "string" && UUID.test(value));
const yesNo = () => oneOf("Y", "N");
const alloc = () => whole(0, 63, "a subaccount");

function reads(read: (text: string) => number, value: unknown, least: number): boolean {
  try {
    return typeof value === "string" && read(value) >= least;
  } catch {
    return false;
  }
}

const quantity = (): Rule<string> =>
  rule('contracts above 0 as text, such as "10.00"', (value) => reads(parseCount, value, 1));
const dollars = (): Rule<string> =>
  rule('dollars above 0 as text, such as "25.00"', (value) => reads(parseMoney, value, 1));

/** A list of entries, each read by rules of its own. */
const entries = <T extends object>(what: string, rules: Rules<T>, hint?: Hint): Rule<readonly T[]> => ({
  ...rule<readonly T[]>(what, Array.isArray),
  read: (owner, name, value) => {
    if (!Array.isArray(value)) throw new KalshiConfigError(refusal(owner, name, what, value));
    return value.map((entry, index) => readOptions(`${owner}.${name}[${index}]`, entry as T, rules, hint));
  },
});

const parties = () =>
  entries<NonNullable<QuoteRequestRelatedSym["NoPartyIDs"]>[number]>("a list of { PartyID, PartyRole }", {
    PartyID: text("the id of a party"),
    PartyRole: whole(0),
  });

const INSIDE =
  "It belongs into the entry of NoRelatedSym: outside of it Kalshi drops it without a word, and the request means " +
  "something else.";
const OUTSIDE = "It belongs beside NoRelatedSym, not into its entry.";

/** What the entry of NoRelatedSym(146) may hold. */
export const entryRules: Rules<QuoteRequestEntry> = {
  Symbol: text("the ticker of a market"),
  OrderQty: quantity(),
  CashOrderQty: dollars(),
  RestRemainder: yesNo(),
  ReplaceExisting: yesNo(),
  TargetCostExcludesFees: yesNo(),
  ObscureCreatorId: yesNo(),
  NoPartyIDs: parties(),
};

const outsideNames = [
  "QuoteReqID",
  "AllocAccount",
  "MultivariateCollectionTicker",
  "NoMultivariateSelectedLegs",
];

/** What the fields of each message may be. */
export const rfqRules = {
  quoteRequest: {
    QuoteReqID: needed(uuid()),
    NoRelatedSym: needed(
      entries(
        "a list of one { Symbol, OrderQty | CashOrderQty, ... }",
        entryRules,
        (name) => outsideNames.includes(name) ? OUTSIDE : undefined,
      ),
    ),
    AllocAccount: alloc(),
    MultivariateCollectionTicker: text("the ticker of a collection"),
    NoMultivariateSelectedLegs: entries<QuoteRequestMultivariateSelectedLeg>("a list of legs", {
      MultivariateSelectedEventTicker: needed(text("the ticker of an event")) as Rule<string>,
      MultivariateSelectedMarketTicker: needed(text("the ticker of a market")) as Rule<string>,
      MultivariateSelectedSide: needed(oneOf("yes", "no")) as Rule<string>,
    }),
  } satisfies Rules<QuoteRequestFields>,
  quote: {
    QuoteID: needed(uuid()),
    QuoteReqID: needed(text("the QuoteReqID of a request")),
    Symbol: needed(text("the ticker of a market")),
    BidPx: text("a price as text"),
    OfferPx: text("a price as text"),
    ExecInst: oneOf("6"),
    AllocAccount: alloc(),
    RestRemainder: yesNo(),
  } satisfies Rules<QuoteFields>,
  acceptQuote: {
    QuoteID: needed(uuid()),
    RfqId: uuid(),
    Side: needed(oneOf("1", "2")),
    OrderQty: quantity(),
    ClOrdID: rule("at most 64 characters", (value) => typeof value === "string" && /^.{1,64}$/.test(value)),
    NoPartyIDs: parties(),
    PreferBetterQuote: yesNo(),
  } satisfies Rules<AcceptQuoteFields>,
  quoteConfirm: {
    QuoteID: needed(text("the QuoteID of a quote")),
    RfqId: uuid(),
  } satisfies Rules<QuoteConfirmFields>,
  quoteCancel: {
    QuoteID: needed(text("the QuoteID of a quote")),
    RfqId: uuid(),
  } satisfies Rules<QuoteCancelFields>,
  rfqCancel: {
    QuoteReqID: uuid(),
    RfqId: uuid(),
    NoPartyIDs: parties(),
  } satisfies Rules<RFQCancelFields>,
};

const refuse = (text: string): never => {
  throw new KalshiConfigError(text);
};

/**
 * A QuoteRequest(35=R).
 *
 * @throws {KalshiConfigError} for what Kalshi would refuse, and for what it would silently drop
 */
export function quoteRequestMessage(fields: QuoteRequestFields): QuoteRequest {
  const own = readOptions(
    "quoteRequest",
    fields,
    rfqRules.quoteRequest,
    (name) => Object.hasOwn(entryRules, name) || name === "TransactTime" ? INSIDE : undefined,
  );
  const [entry, ...more] = own.NoRelatedSym;
  if (entry === undefined || more.length > 0) {
    return refuse("quoteRequest: `NoRelatedSym` takes one entry: a request is for one market or one combo.");
  }
  const { Symbol, OrderQty, CashOrderQty, TargetCostExcludesFees } = entry;
  if ((OrderQty === undefined) === (CashOrderQty === undefined)) {
    refuse("quoteRequest: give either `OrderQty`, in contracts, or `CashOrderQty`, in dollars.");
  }
  if (TargetCostExcludesFees === "Y" && CashOrderQty === undefined) {
    refuse("quoteRequest: `TargetCostExcludesFees` goes with `CashOrderQty`.");
  }
  const { MultivariateCollectionTicker, NoMultivariateSelectedLegs = [] } = own;
  const isCombo = MultivariateCollectionTicker !== undefined || NoMultivariateSelectedLegs.length > 0;
  if (isCombo === (Symbol !== undefined)) {
    refuse(
      "quoteRequest: give either `Symbol` in the entry of NoRelatedSym, or the combo beside it: " +
        "`MultivariateCollectionTicker` and `NoMultivariateSelectedLegs`.",
    );
  }
  if (isCombo && (MultivariateCollectionTicker === undefined || NoMultivariateSelectedLegs.length === 0)) {
    refuse(
      "quoteRequest: a combo takes both `MultivariateCollectionTicker` and `NoMultivariateSelectedLegs`.",
    );
  }
  return { ...own, MsgType: "R" };
}

/** What a price of a quote may be: whole cents from 0 to 99, or dollars from 0 below 1 after a Logon with UseDollars. */
function assertQuotePrice(name: string, price: string | undefined, useDollars: boolean): void {
  if (price === undefined) return;
  if (useDollars) {
    if (reads(parsePrice, price, 0) && parsePrice(price) < 10_000) return;
    refuse(
      `quote: \`${name}\` takes dollars below 1 with at most four decimals, such as "0.5600".`,
    );
  }
  if (/^\d{1,2}(?:\.0+)?$/.test(price)) return;
  refuse(
    `quote: \`${name}\` takes whole cents from 0 to 99, such as "56": of anything finer Kalshi would take the whole cents ` +
      `alone. For finer prices log on with UseDollars, and give dollars.`,
  );
}

/**
 * A maker's Quote(35=S).
 *
 * @throws {KalshiConfigError} for what Kalshi would refuse or change
 */
export function quoteMessage(fields: QuoteFields, useDollars: boolean): Quote {
  const own = readOptions("quote", fields, rfqRules.quote);
  assertQuotePrice("BidPx", own.BidPx, useDollars);
  assertQuotePrice("OfferPx", own.OfferPx, useDollars);
  if (!(Number(own.BidPx ?? 0) > 0) && !(Number(own.OfferPx ?? 0) > 0)) {
    refuse("quote: give `BidPx`, `OfferPx` or both: at least one of them above 0.");
  }
  return { ...own, MsgType: "S" };
}

/**
 * An AcceptQuote(35=UA).
 *
 * @throws {KalshiConfigError} for what Kalshi would refuse
 */
export function acceptQuoteMessage(fields: AcceptQuoteFields): AcceptQuote {
  return { ...readOptions("acceptQuote", fields, rfqRules.acceptQuote), MsgType: "UA" };
}

/**
 * A QuoteConfirm(35=U7).
 *
 * @throws {KalshiConfigError} for what Kalshi would refuse
 */
export function quoteConfirmMessage(fields: QuoteConfirmFields): QuoteConfirm {
  return { ...readOptions("quoteConfirm", fields, rfqRules.quoteConfirm), MsgType: "U7" };
}

/**
 * A QuoteCancel(35=Z).
 *
 * @throws {KalshiConfigError} for what Kalshi would refuse
 */
export function quoteCancelMessage(fields: QuoteCancelFields): QuoteCancel {
  return { ...readOptions("quoteCancel", fields, rfqRules.quoteCancel), MsgType: "Z" };
}

/**
 * An RFQCancel(35=UE).
 *
 * @throws {KalshiConfigError} for what Kalshi would refuse
 */
export function rfqCancelMessage(fields: RFQCancelFields): RFQCancel {
  const own = readOptions("rfqCancel", fields, rfqRules.rfqCancel);
  if (own.QuoteReqID === undefined && own.RfqId === undefined) {
    refuse("rfqCancel: give `QuoteReqID` or `RfqId`, by which the request is known.");
  }
  return { ...own, MsgType: "UE" };
}
