/**
 * What a run report says, as `toJSON` gives it. Amounts are in dollars as text, prices in dollars a contract, counts in
 * contracts; times in Unix milliseconds. Every figure is counted in exact integers and written down once.
 *
 * @module
 */

/** What ran: a recording, a mirror of a live feed, or a local exchange of your own. */
export type RunKind = "replay" | "mirror" | "exchange";

/** Whether orders rested and were taken, or took. */
export type Liquidity = "maker" | "taker";

/** By what an open position is marked. */
export type MarkedBy =
  /** The market is determined: what a contract is worth. */
  | "result"
  /** The middle of the best bid and the best ask of others. */
  | "mid"
  /** One of these is missing: the last middle, moved to where the other one lets it be. */
  | "last-mid"
  /** There never was one: what the position cost. */
  | "cost";

/** What came of a whole run. */
export interface RunSummary {
  /** Profit after fees: realized and unrealized. */
  readonly pnl: string;
  /** What closed positions and settlements brought, after all fees. */
  readonly realized: string;
  /** What open positions are worth beyond what they cost. */
  readonly unrealized: string;
  /** Fees as the exchange booked them, rounding and settlement fees included, less rebates. */
  readonly fees: string;
  /** Cash when the run began; of an account that came later, when it came. */
  readonly startBalance: string;
  /** Cash now. */
  readonly balance: string;
  /** Cash that was paid in since, less what was paid out: no profit. */
  readonly paidIn: string;
  /** What open positions are worth. */
  readonly positionsWorth: string;
  /** What positions were worth that the accounts came with. */
  readonly startPositionsWorth: string;
  /** The lowest and the highest P&L that there was at any moment. */
  readonly lowestPnl: string;
  /** The same, highest. */
  readonly highestPnl: string;
  /** The longest way down from a high. */
  readonly maxDrawdown: RunDrawdown;
  /** What open positions cost: now, at most, and on average over the time of the run. */
  readonly cashAtRisk: RunExposure;
  /** What is set aside for resting orders. */
  readonly setAside: RunExposure;
  /** How long all trading was paused, or a market that was traded in stood still, in milliseconds. */
  readonly haltedMs: number;
  /** How often. */
  readonly halts: number;
  /** Orders, and steps of them. */
  readonly orders: RunOrders;
  /** Fills. */
  readonly fills: number;
  /** Fills whose order had rested. */
  readonly makerFills: number;
  /** Contracts that were asked for; an amendment to more asks for the difference. */
  readonly contractsOrdered: string;
  /** Contracts that were traded. */
  readonly contractsFilled: string;
  /** Of these, how many as a maker. */
  readonly contractsMade: string;
  /** `contractsFilled / contractsOrdered`, with 4 decimals; empty where nothing was asked for. */
  readonly fillRatio: string;
}

/** A fall of the P&L from its highest point before. */
export interface RunDrawdown {
  /** How far. */
  readonly amount: string;
  /** When it began: the time of the high. */
  readonly fromMs: number;
  /** When it was deepest. */
  readonly toMs: number;
}

/** An amount over time. */
export interface RunExposure {
  /** At the end. */
  readonly now: string;
  /** The most that there was. */
  readonly most: string;
  /** Weighted by time. */
  readonly average: string;
}

/** How many orders went through what. */
export interface RunOrders {
  /** Taken by the exchange. */
  readonly placed: number;
  /** Came to rest on a book. */
  readonly rested: number;
  /** Amendments that were taken. */
  readonly amended: number;
  /** Times that one was made smaller. */
  readonly decreased: number;
  /** Traded at all. */
  readonly filled: number;
  /** Traded wholly. */
  readonly filledWholly: number;
  /** Ended with something unfilled. */
  readonly canceled: number;
  /** By why: `user`, `expired`, `immediate_or_cancel`, `self_trade`, `market_closed` and so on. */
  readonly canceledBy: Readonly<Record<string, number>>;
  /** Refused by the matching engine, amendments included. */
  readonly rejected: number;
  /** By why, in Kalshi's codes. */
  readonly rejectedBy: Readonly<Record<string, number>>;
}

/**
 * Where the middle went after fills. `against` is how far it moved against a fill, so that a positive figure is bad;
 * `kept` is what a contract was then ahead of its price: what was gained against the middle at the fill, less `against`.
 * Averages are in dollars a contract, `null` where nothing was measured.
 */
export interface AdverseSelection {
  /** Which fills. */
  readonly liquidity: Liquidity;
  /** How long after the fill; 0 is the fill itself. */
  readonly afterMs: number;
  /** Fills that were measured. */
  readonly fills: number;
  /** Their contracts. */
  readonly contracts: string;
  /** Fills that were not: no middle was there, the market stood still or had ended, or the run had. */
  readonly unknown: number;
  /** Each fill counts once. */
  readonly againstPerFill: string | null;
  /** Each contract counts once. */
  readonly againstPerContract: string | null;
  /** Each fill counts once. */
  readonly keptPerFill: string | null;
  /** Each contract counts once. */
  readonly keptPerContract: string | null;
}

/** The state at one time. */
export interface CurvePoint {
  /** When it became so. */
  readonly atMs: number;
  /** Profit after fees. */
  readonly pnl: string;
  /** The lowest and the highest since the point before. */
  readonly lowestPnl: string;
  /** The same, highest. */
  readonly highestPnl: string;
  /** See {@linkcode RunSummary}. */
  readonly realized: string;
  /** See {@linkcode RunSummary}. */
  readonly unrealized: string;
  /** What open positions cost. */
  readonly cashAtRisk: string;
  /** What is set aside for resting orders. */
  readonly setAside: string;
  /** YES contracts that are held, in all markets. */
  readonly yes: string;
  /** NO contracts that are held. */
  readonly no: string;
}

/** The state over time. */
export interface RunCurve {
  /**
   * A point is the last state of an interval of this length in which something changed. It begins with a second; when
   * there would be more points than there may be, it doubles, and two intervals become one.
   */
  readonly intervalMs: number;
  /** The points, in the order of time. */
  readonly points: readonly CurvePoint[];
}

/** Where the middle was some time after a fill. */
export interface MidAfter {
  /** How long after. */
  readonly afterMs: number;
  /** The middle, with 5 decimals; `null` where it is not known. */
  readonly mid: string | null;
}

/** A fill of one of the accounts. */
export interface RunFill {
  /** When. */
  readonly atMs: number;
  /** The market. */
  readonly ticker: string;
  /** `bid` bought YES, `ask` sold it, which is buying NO. */
  readonly side: "bid" | "ask";
  /** Price of YES. */
  readonly price: string;
  /** Contracts. */
  readonly count: string;
  /** Whether the order had rested. */
  readonly liquidity: Liquidity;
  /** As it was booked. */
  readonly fee: string;
  /** The middle just before the order came that made the trade; `null` where there was none. */
  readonly mid: string | null;
  /** Contracts ahead of the order when it came to rest; `null` for one that did not. */
  readonly queueAhead: string | null;
  /** Position in the market after it; below zero NO. */
  readonly position: string;
  /** The middle later. */
  readonly after: readonly MidAfter[];
  /** The exchange's id of the order. */
  readonly orderId: string;
  /** Yours. */
  readonly clientOrderId: string;
  /** The exchange's id of the account. */
  readonly account: string;
}

/** Fills, the latest of them. */
export interface RunFills {
  /** All that there were. */
  readonly total: number;
  /** Those before the first one kept, which are in every sum but not in `kept`. */
  readonly leftOut: number;
  /** In the order they happened. */
  readonly kept: readonly RunFill[];
}

/** What came of one market. */
export interface RunMarket {
  /** The market. */
  readonly ticker: string;
  /** What it is called; its ticker where it has no other name. */
  readonly title: string;
  /** Profit after fees. */
  readonly pnl: string;
  /** See {@linkcode RunSummary}. */
  readonly realized: string;
  /** See {@linkcode RunSummary}. */
  readonly unrealized: string;
  /** As they were booked. */
  readonly fees: string;
  /** Orders that were placed. */
  readonly orders: number;
  /** Fills. */
  readonly fills: number;
  /** Contracts that were bought: YES. */
  readonly bought: string;
  /** Contracts that were sold: YES, which is buying NO. */
  readonly sold: string;
  /** YES contracts that are held. */
  readonly yes: string;
  /** NO contracts that are held. */
  readonly no: string;
  /** What these cost. */
  readonly cost: string;
  /** How long it stood still, in milliseconds: it was paused, or nobody knew its book. */
  readonly haltedMs: number;
  /** The price of YES by which they are marked, with 5 decimals; `null` where they are marked by what they cost. */
  readonly mark: string | null;
  /** Where that is from. */
  readonly markedBy: MarkedBy;
  /** Worth of a YES contract, once that is known. */
  readonly result: string | null;
  /** For fills in this market. */
  readonly adverseSelection: readonly AdverseSelection[];
  /** The middle over time, from the first order on, down-sampled as the curve is. */
  readonly mids: readonly { readonly atMs: number; readonly mid: string }[];
}

/** A position that was paid out. */
export interface RunSettlement {
  /** When. */
  readonly atMs: number;
  /** The market. */
  readonly ticker: string;
  /** Contracts; below zero NO. */
  readonly position: string;
  /** What they had cost. */
  readonly cost: string;
  /** What was paid. */
  readonly revenue: string;
  /** What was kept by the exchange. */
  readonly fee: string;
  /** Worth of a YES contract. */
  readonly value: string;
}

/** An order, or the amendment of one, that the matching engine refused. */
export interface RunRejection {
  /** When. */
  readonly atMs: number;
  /** The market. */
  readonly ticker: string;
  /** What was asked for. */
  readonly what: "order" | "amendment";
  /** See {@linkcode RunFill}. */
  readonly side: "bid" | "ask";
  /** Price of YES. */
  readonly price: string;
  /** Contracts. */
  readonly count: string;
  /** In Kalshi's codes. */
  readonly reason: string;
  /** What else was said. */
  readonly details: string;
}

/** Things that are kept up to a number, the latest of them. */
export interface RunLatest<T> {
  /** All that there were. */
  readonly total: number;
  /** The latest, in the order they happened. */
  readonly kept: readonly T[];
}

/** A run report as JSON. A later version may have more; what is here stays as it is while `version` does. */
export interface RunReportData {
  /** What this is. */
  readonly format: "kalshi-run-report";
  /** Of this shape. */
  readonly version: 1;
  /** What ran. */
  readonly kind: RunKind;
  /** What it is called. */
  readonly title: string;
  /** What it was made with, such as its queue model. */
  readonly settings: Readonly<Record<string, string>>;
  /** When it began. */
  readonly fromMs: number;
  /** How far it has come. */
  readonly toMs: number;
  /** The exchange's ids of the accounts that it is about. */
  readonly accounts: readonly string[];
  /** The whole. */
  readonly summary: RunSummary;
  /** Of all fills. */
  readonly adverseSelection: readonly AdverseSelection[];
  /** Over time. */
  readonly curve: RunCurve;
  /** By market, in the order in which they were first traded in. */
  readonly markets: readonly RunMarket[];
  /** The fills. */
  readonly fills: RunFills;
  /** Positions that were paid out. */
  readonly settlements: RunLatest<RunSettlement>;
  /** What was refused. */
  readonly rejections: RunLatest<RunRejection>;
}
