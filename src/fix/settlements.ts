/**
 * Settlements put together from their reports: https://docs.kalshi.com/fix/market-settlement
 *
 * A settlement may come in several MarketSettlementReports(35=UMS), which share their Symbol(55), and those of other
 * markets may come between them.
 */
import type { Clock, ClockTimer } from "../base/clock.ts";
import { KalshiValueError } from "../base/errors.ts";
import { addFixed, parseFixed, parseMoney } from "../base/fixed_point.ts";
import type {
  MarketSettlementReport,
  MarketSettlementReportMarketSettlementPartyID,
} from "../contract/fix/messages.ts";

/** One party's part of a settlement, as it came. */
export type SettlementParty = MarketSettlementReportMarketSettlementPartyID;

/** What a settlement pays and costs altogether, in millionths of a dollar: `formatMoney` turns it into text. */
export interface SettlementTotals {
  /** CollateralAmountChange(1704) of the type PAYOUT, net of the fees. */
  readonly payout: number;
  /** CollateralAmountChange(1704) of the type BALANCE. */
  readonly balance: number;
  /** MiscFeeAmt(137). */
  readonly fees: number;
}

/** What the reports of a settlement say together. */
export interface SettlementFacts {
  /** Symbol(55). */
  readonly Symbol: string;
  /** ClearingBusinessDate(715), `YYYYMMDD`. */
  readonly ClearingBusinessDate: string;
  /** MarketResult(20107). */
  readonly MarketResult: MarketSettlementReport["MarketResult"];
  /** SettlementPrice(730), the YES price before fees, in cents with two decimals. */
  readonly SettlementPrice: string;
  /** The same in ten-thousandths of a dollar: 75.00 cents are 7500. */
  readonly price: number;
  /** The parties of all its reports, in their order. */
  readonly parties: readonly SettlementParty[];
  /** What all of them get and pay. */
  readonly totals: SettlementTotals;
  /** The reports, as they came. */
  readonly reports: readonly MarketSettlementReport[];
}

/** A settlement of which every report has come. */
export interface Settlement extends SettlementFacts {
  /** What it is. */
  readonly type: "settlement";
}

/**
 * A settlement of which reports are missing: its totals are those of the reports that came.
 *
 * - `late`: the rest did not come in time.
 * - `replaced`: a report of the same market came that says something else, so that it is of another settlement.
 * - `unreadable`: one of its reports could not be read; it was told as such.
 * - `disconnected`: the connection broke on a session that sends nothing again.
 * - `closed`: the reader or its client was closed.
 */
export interface IncompleteSettlement extends SettlementFacts {
  /** What it is. */
  readonly type: "incomplete";
  /** Why no more is waited for. */
  readonly reason: "late" | "replaced" | "unreadable" | "disconnected" | "closed";
  /** TotNumMarketSettlementReports(20106): how many reports there are; undefined where it is not said. */
  readonly expected: number | undefined;
}

/** A report whose numbers cannot be read. It is part of no settlement. */
export interface UnreadableSettlement {
  /** What it is. */
  readonly type: "unreadable";
  /** The report, as it came. */
  readonly report: MarketSettlementReport;
  /** What is wrong with it. */
  readonly error: KalshiValueError;
}

/** What becomes of settlement reports. */
export type SettlementItem = Settlement | IncompleteSettlement | UnreadableSettlement;

/** What is being put together. */
interface Collecting {
  readonly reports: Map<string, MarketSettlementReport>;
  totals: SettlementTotals;
  /** Whether the report that ends it has come, and whether one of them could not be read. */
  isEnded: boolean;
  isBroken: boolean;
  readonly timer: ClockTimer;
}

/** How many reports are remembered as done, so that one that is sent again is known as such. */
const REMEMBERED = 100_000;

const NOTHING: SettlementTotals = { payout: 0, balance: 0, fees: 0 };

function add(totals: SettlementTotals, report: MarketSettlementReport): SettlementTotals {
  let { payout, balance, fees } = totals;
  for (const { NoCollateralAmountChanges = [], NoMiscFees = [] } of report.NoMarketSettlementPartyIDs ?? []) {
    for (const { CollateralAmountType, CollateralAmountChange } of NoCollateralAmountChanges) {
      const amount = parseMoney(CollateralAmountChange);
      if (CollateralAmountType === "PAYOUT") payout = addFixed(payout, amount);
      else if (CollateralAmountType === "BALANCE") balance = addFixed(balance, amount);
    }
    for (const { MiscFeeAmt } of NoMiscFees) fees = addFixed(fees, parseMoney(MiscFeeAmt));
  }
  return { payout, balance, fees };
}

const priceOf = ({ SettlementPrice }: MarketSettlementReport) => parseFixed(SettlementPrice, 2);

function isOfSame(report: MarketSettlementReport, other: MarketSettlementReport): boolean {
  return report.ClearingBusinessDate === other.ClearingBusinessDate &&
    report.MarketResult === other.MarketResult && priceOf(report) === priceOf(other);
}

const expectedOf = (reports: Iterable<MarketSettlementReport>): number | undefined => {
  for (const { TotNumMarketSettlementReports } of reports) {
    if (TotNumMarketSettlementReports !== undefined) return TotNumMarketSettlementReports;
  }
  return undefined;
};

/** Puts the settlements of one session together. */
export class SettlementCollector {
  readonly #clock: Clock;
  readonly #lateMs: number;
  readonly #tell: (item: SettlementItem) => void;
  readonly #open = new Map<string, Collecting>();
  readonly #done = new Set<string>();

  /** `lateMs`: how long the reports of a settlement may take from the first to the last. */
  constructor(clock: Clock, lateMs: number, tell: (item: SettlementItem) => void) {
    this.#clock = clock;
    this.#lateMs = lateMs;
    this.#tell = tell;
  }

  /** Takes the next report; one that is sent again changes nothing. */
  take(report: MarketSettlementReport): void {
    const { Symbol, MarketSettlementReportID: id, LastFragment } = report;
    if (this.#done.has(id) || this.#open.get(Symbol)?.reports.has(id)) return;
    try {
      this.#add(report);
    } catch (error) {
      if (!(error instanceof KalshiValueError)) throw error;
      this.#remember(id);
      this.#opened(Symbol).isBroken = true;
      this.#tell({ type: "unreadable", report, error });
    }
    const held = this.#opened(Symbol);
    // One that says nothing of fragments is the only one.
    if (LastFragment !== false) held.isEnded = true;
    if (!held.isEnded) return;
    if (held.isBroken) return this.#giveUp(Symbol, "unreadable");
    const expected = LastFragment === undefined ? 1 : expectedOf(held.reports.values()) ?? 1;
    if (held.reports.size < expected) return;
    const facts = this.#close(Symbol, held);
    if (facts !== undefined) this.#tell({ type: "settlement", ...facts });
  }

  #add(report: MarketSettlementReport): void {
    const { Symbol, MarketSettlementReportID: id } = report;
    priceOf(report);
    const first = this.#open.get(Symbol)?.reports.values().next().value;
    if (first !== undefined && !isOfSame(report, first)) this.#giveUp(Symbol, "replaced");
    const totals = add(this.#open.get(Symbol)?.totals ?? NOTHING, report);
    const held = this.#opened(Symbol);
    held.reports.set(id, report);
    held.totals = totals;
  }

  #opened(symbol: string): Collecting {
    let held = this.#open.get(symbol);
    if (held === undefined) {
      const timer = this.#clock.setTimer(() => this.#giveUp(symbol, "late"), this.#lateMs);
      held = { reports: new Map(), totals: NOTHING, isEnded: false, isBroken: false, timer };
      this.#open.set(symbol, held);
    }
    return held;
  }

  /** The rest of what has begun will not come. */
  end(reason: "disconnected" | "closed"): void {
    for (const symbol of [...this.#open.keys()]) this.#giveUp(symbol, reason);
  }

  #giveUp(symbol: string, reason: IncompleteSettlement["reason"]): void {
    const held = this.#open.get(symbol);
    if (held === undefined) return;
    const expected = expectedOf(held.reports.values());
    const facts = this.#close(symbol, held);
    if (facts !== undefined) this.#tell({ type: "incomplete", reason, expected, ...facts });
  }

  /** What it has come to; undefined when none of its reports could be read. */
  #close(symbol: string, { reports, totals, timer }: Collecting): SettlementFacts | undefined {
    timer.clear();
    this.#open.delete(symbol);
    for (const id of reports.keys()) this.#remember(id);
    const all = [...reports.values()];
    const [first] = all;
    if (first === undefined) return undefined;
    const { Symbol, ClearingBusinessDate, MarketResult, SettlementPrice } = first;
    return {
      Symbol,
      ClearingBusinessDate,
      MarketResult,
      SettlementPrice,
      price: priceOf(first),
      parties: all.flatMap(({ NoMarketSettlementPartyIDs = [] }) => NoMarketSettlementPartyIDs),
      totals,
      reports: all,
    };
  }

  #remember(id: string): void {
    this.#done.add(id);
    if (this.#done.size <= REMEMBERED) return;
    for (const oldest of this.#done) {
      this.#done.delete(oldest);
      break;
    }
  }
}
