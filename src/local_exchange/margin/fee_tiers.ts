/** What trading costs: a part of what is traded, by the market and the account's tier. */
import type { FeeSchedule } from "../engine/fees.ts";
import type { Account, Market } from "../engine/model.ts";
import type { MarginMarketInfo } from "./model.ts";

/** Whose schedule it is. */
export type FeeScheduleName = "self_clearing_members" | "kalshi_prime" | "fcm";

/** What a tier pays of a market's rates, in percent; the lowest tier first. */
const tierPercents = [100, 80, 60, 40] as const;

/** The highest tier. */
export const HIGHEST_FEE_TIER = tierPercents.length - 1;

/** A tier of a schedule; rates are in millionths of what is traded. */
export interface FeeTierRate {
  readonly schedule: FeeScheduleName;
  readonly tier: number;
  readonly makerRate: number;
  readonly takerRate: number;
}

/** The fee tiers of one exchange. */
export class FeeTiers {
  readonly #tiers = new WeakMap<Account, number>();
  /** By a market's own fees: those of each tier. */
  readonly #schedules = new WeakMap<FeeSchedule, readonly FeeSchedule[]>();

  /** The tier of an account, from 0. */
  tierOf(account: Account): number {
    return this.#tiers.get(account) ?? 0;
  }

  /** Moves an account to another tier. */
  setTier(account: Account, tier: number): void {
    this.#tiers.set(account, tier);
  }

  /** What an account pays in a market. */
  feesOf(account: Account, { fees }: Market): FeeSchedule {
    let tiers = this.#schedules.get(fees);
    if (tiers === undefined) {
      this.#schedules.set(fees, tiers = tierPercents.map((percent) => atPercent(fees, percent)));
    }
    return tiers[this.tierOf(account)] ?? fees;
  }

  /** The schedule that applies to members who trade for themselves, with the rates of a market. */
  rates({ market: { fees } }: MarginMarketInfo): FeeTierRate[] {
    return tierPercents.map((percent, tier) => {
      const { makerRate, takerRate } = atPercent(fees, percent);
      return { schedule: "self_clearing_members", tier, makerRate, takerRate };
    });
  }
}

function atPercent(fees: FeeSchedule, percent: number): FeeSchedule {
  const part = (rate: number) => Math.ceil(rate * percent / 100);
  return { ...fees, makerRate: part(fees.makerRate), takerRate: part(fees.takerRate) };
}
