/** The sums of a run over all its markets and wallets, moment by moment. */
import type { Wallet } from "../engine/model.ts";
import { DownSampled, type TimedState } from "./down_sampled.ts";
import { AmountOverTime, PnlExtremes } from "./extremes.ts";
import type { MarketStake } from "./market_stake.ts";

/** The state of a run at one time. */
export interface RunState extends TimedState {
  readonly pnl: number;
  readonly lowest: number;
  readonly highest: number;
  readonly unrealized: number;
  readonly cashAtRisk: number;
  readonly setAside: number;
  readonly yes: number;
  readonly no: number;
}

/** Two states that follow each other as one. */
function join(earlier: RunState, later: RunState): RunState {
  return {
    ...later,
    lowest: Math.min(earlier.lowest, later.lowest),
    highest: Math.max(earlier.highest, later.highest),
  };
}

/** The sums. */
export class RunTotals {
  readonly curve: DownSampled<RunState>;
  readonly extremes: PnlExtremes;
  readonly cashAtRisk: AmountOverTime;
  readonly setAside: AmountOverTime;
  cash = 0;
  fees = 0;
  worth = 0;
  startWorth = 0;
  cost = 0;
  yes = 0;
  no = 0;
  #reserved = 0;
  readonly #seenReserved = new Map<Wallet, number>();
  #changed = true;

  constructor(startMs: number, mostPoints: number) {
    this.curve = new DownSampled(startMs, mostPoints, join);
    this.extremes = new PnlExtremes(startMs);
    this.cashAtRisk = new AmountOverTime(startMs);
    this.setAside = new AmountOverTime(startMs);
  }

  /** Profit after fees. */
  get pnl(): number {
    return this.cash + this.worth - this.startWorth;
  }

  get unrealized(): number {
    return this.worth - this.cost;
  }

  /** Cash came in, or, below zero, went out, and so much of it was a fee. */
  pay(stake: MarketStake, cash: number, fee: number): void {
    stake.cash += cash;
    stake.fees += fee;
    this.cash += cash;
    this.fees += fee;
    this.#changed = true;
  }

  /** Changes what is held in a market, or what that is marked by. */
  move(stake: MarketStake, change: () => void): void {
    const { yes, no, cost } = stake;
    change();
    this.yes += stake.yes - yes;
    this.no += stake.no - no;
    this.cost += stake.cost - cost;
    this.worth += stake.revalue();
    this.#changed = true;
  }

  /** Looks at what a wallet has set aside. */
  look(wallet: Wallet): void {
    const before = this.#seenReserved.get(wallet) ?? 0;
    if (wallet.reserved === before) return;
    this.#seenReserved.set(wallet, wallet.reserved);
    this.#reserved += wallet.reserved - before;
    this.#changed = true;
  }

  /** A moment is over. */
  endMoment(at: number): void {
    if (!this.#changed) return;
    this.#changed = false;
    const { pnl } = this;
    this.extremes.see(pnl, at);
    this.cashAtRisk.set(this.cost, at);
    this.setAside.set(this.#reserved, at);
    this.curve.add({
      at,
      pnl,
      lowest: pnl,
      highest: pnl,
      unrealized: this.unrealized,
      cashAtRisk: this.cost,
      setAside: this.#reserved,
      yes: this.yes,
      no: this.no,
    });
  }
}
