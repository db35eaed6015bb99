/**
 * Funding: every period those who are on the side that pays above the index give those on the other side a part of what
 * their positions are worth, by the mean of the premium index since the last time.
 *
 * @module
 */
import type { Engine } from "../engine/engine.ts";
import type { Account } from "../engine/model.ts";
import { shareOf } from "../units.ts";
import type { MarginCatalog } from "./catalog.ts";
import type { MarginClearing } from "./margin_clearing.ts";
import type { Marks } from "./marks.ts";
import {
  type FundingPayment,
  type FundingRate,
  type FundingTerms,
  type MarginMarketInfo,
  RATE_ONE,
} from "./model.ts";
import type { PremiumSample } from "./premium.ts";

/** Periods are counted from 04:00 UTC: those of eight hours end at 04:00, 12:00 and 20:00. */
const BEGIN = 4 * 3_600_000;

/** What the next funding will be if nothing changes, as far as it can be told. */
export interface FundingEstimate {
  /** As the mean premium so far has it; undefined while there is no sample. */
  readonly rate: number | undefined;
  readonly computedAt: number;
  readonly mark: number;
  readonly nextAt: number;
  /** The last sample of the premium index; undefined where that second has none. */
  readonly premium: PremiumSample | undefined;
}

/** What funding must be told of the exchange. */
export interface FundingHost {
  readonly engine: Engine;
  readonly clearing: MarginClearing;
  readonly catalog: MarginCatalog;
  readonly marks: Marks;
  /** Told after a market's positions have paid. */
  onFunded(funding: FundingRate): void;
}

/** A mean premium, as a rate: nothing where it is near to nothing, and no more than the cap. */
export function rateOf(premium: number, { deadband, cap }: FundingTerms): number {
  if (Math.abs(premium) < deadband) return 0;
  return Math.max(-cap, Math.min(cap, premium));
}

/** The funding of one exchange. */
export class Funding {
  readonly #host: FundingHost;
  readonly #everyMs: number;
  readonly #rates: FundingRate[] = [];
  readonly #payments = new Map<Account, FundingPayment[]>();
  /** When each market paid last, or was listed. */
  readonly #since = new Map<MarginMarketInfo, number>();

  constructor(host: FundingHost, everyMs: number) {
    this.#host = host;
    this.#everyMs = everyMs;
    this.#payLater();
  }

  /** When funding is paid next. */
  get nextAt(): number {
    const { now } = this.#host.engine;
    return (Math.floor((now - BEGIN) / this.#everyMs) + 1) * this.#everyMs + BEGIN;
  }

  /** A market was listed: its first period begins. */
  begin(info: MarginMarketInfo): void {
    this.#since.set(info, this.#host.engine.now);
  }

  /** What the next funding of a market will be if nothing changes. */
  estimate(info: MarginMarketInfo): FundingEstimate {
    const { now } = this.#host.engine;
    const second = Math.floor(now / 1_000) * 1_000;
    const [premium] = this.premiums(info, second, second + 1);
    const mean = this.#mean(info);
    return {
      rate: mean === undefined ? undefined : rateOf(mean, info.funding),
      computedAt: now,
      mark: info.settlementMark.price,
      nextAt: this.nextAt,
      premium,
    };
  }

  /** The samples of a market's premium index from a time to before another one, as far as there are any yet. */
  premiums(info: MarginMarketInfo, startMs: number, endMs: number): PremiumSample[] {
    const { engine, marks } = this.#host;
    return marks.premiumOf(info).samples(startMs, Math.min(endMs, engine.now + 1));
  }

  /** What rates there were, oldest first: of a market, and from a time to another one, where told. */
  rates(ticker?: string, startMs = -Infinity, endMs = Infinity): FundingRate[] {
    return this.#rates.filter(({ info, at }) =>
      (ticker === undefined || info.market.ticker === ticker) && at >= startMs && at <= endMs
    );
  }

  /** What funding did to the positions of an account, oldest first. */
  payments(account: Account): readonly FundingPayment[] {
    return this.#payments.get(account) ?? [];
  }

  /** Ends a market's period: its positions pay and are paid. */
  pay(info: MarginMarketInfo): FundingRate {
    const { engine, clearing, onFunded } = this.#host;
    const { now: at } = engine;
    const funding = {
      info,
      at,
      rate: rateOf(this.#mean(info) ?? 0, info.funding),
      mark: info.settlementMark.price,
    };
    this.#since.set(info, at);
    this.#rates.push(funding);
    let paid = 0;
    for (const { wallet, position } of clearing.holdingsOf(info.market)) {
      if (position === 0) continue;
      // Longs pay what is above zero. Cut for both sides: what that leaves the exchange keeps.
      const amount = shareOf(-position * funding.mark, funding.rate, RATE_ONE) + 0;
      wallet.cash += amount;
      wallet.updatedAt = at;
      paid -= amount;
      let payments = this.#payments.get(wallet.account);
      if (payments === undefined) this.#payments.set(wallet.account, payments = []);
      payments.push({ ...funding, wallet, amount, position });
    }
    engine.feesTaken += paid;
    onFunded(funding);
    return funding;
  }

  #mean(info: MarginMarketInfo): number | undefined {
    const { marks, engine } = this.#host;
    return marks.premiumOf(info).mean(this.#since.get(info) ?? engine.now, engine.now);
  }

  #payLater(): void {
    const { engine, catalog } = this.#host;
    engine.schedule.add(this.nextAt, () => {
      this.#payLater();
      // Where nobody can trade nobody pays.
      for (const info of catalog.listed) if (info.market.status === "active") this.pay(info);
    });
  }
}
