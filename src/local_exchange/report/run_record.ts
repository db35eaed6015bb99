/** What was watched of a run: everything that its report is written from. */
import type { Account, Fill, Market, Settlement } from "../engine/model.ts";
import type { RunKind } from "./data.ts";
import { HaltedTime } from "./extremes.ts";
import { LatestOf } from "./latest.ts";
import type { MarketStake, TopOf } from "./market_stake.ts";
import { DueLater, type MeasuredFill } from "./movements.ts";
import type { ReadReportOptions } from "./options.ts";
import { OrderTally } from "./order_tally.ts";
import { RunTotals } from "./run_totals.ts";

/** What a run is, for its report. */
export interface ObservedRun {
  readonly kind: RunKind;
  /** What it was made with, and what it was about, when it is asked. */
  settings?(): Readonly<Record<string, string>>;
  /** Whose run it is. */
  readonly accounts: Iterable<Account>;
  /** Whether another account belongs to it as soon as it does something; none does unless told. */
  joins?(account: Account): boolean;
  /**
   * The best prices without the orders of these accounts; those of the engine's books unless told. Where they are told,
   * {@linkcode RunObserver.look} must be called whenever one has changed.
   */
  readonly top?: TopOf;
}

/** A fill as it is kept. */
export interface SeenFill extends MeasuredFill {
  readonly fill: Fill;
  readonly stake: MarketStake;
  readonly queueAhead: number | undefined;
}

/** An account of a run, and what it had when it came. */
export interface RunMember {
  readonly account: Account;
  readonly startCash: number;
}

/** What was watched. */
export class RunRecord {
  readonly run: ObservedRun;
  readonly options: ReadReportOptions;
  readonly startMs: number;
  /** How far it has come. */
  now: number;
  readonly members: RunMember[] = [];
  readonly totals: RunTotals;
  readonly tally: OrderTally;
  readonly halted = new HaltedTime();
  readonly stakes = new Map<Market, MarketStake>();
  readonly fills: LatestOf<SeenFill>;
  readonly settlements: LatestOf<Settlement>;
  /** Fills that wait for the times after them, a queue for each time. */
  readonly pending: readonly DueLater<SeenFill>[];
  makerFills = 0;
  contractsFilled = 0;
  contractsMade = 0;

  constructor(run: ObservedRun, options: ReadReportOptions, startMs: number) {
    this.run = run;
    this.options = options;
    this.startMs = this.now = startMs;
    this.totals = new RunTotals(startMs, options.curvePoints);
    this.tally = new OrderTally(options.keptRejections);
    this.fills = new LatestOf(options.keptFills);
    this.settlements = new LatestOf(options.keptFills);
    this.pending = options.horizonsMs.map((afterMs) => new DueLater<SeenFill>(afterMs));
  }
}

/** The cash of an account on all its wallets. */
export function cashOf(account: Account): number {
  return account.wallets().reduce((sum, { cash }) => sum + cash, 0);
}
