/** What an amount was over time: the most, the average, the way down from a high. */

/** An amount that is zero or more, over time. */
export class AmountOverTime {
  #now = 0;
  #most = 0;
  #since: number;
  readonly #startMs: number;
  /** Amount times milliseconds; past 2^53 after an hour of some millions. */
  #sum = 0n;

  constructor(startMs: number) {
    this.#startMs = this.#since = startMs;
  }

  get now(): number {
    return this.#now;
  }

  get most(): number {
    return this.#most;
  }

  /** From now on it is this. */
  set(amount: number, at: number): void {
    if (amount === this.#now) return;
    this.#sum = this.#until(at);
    this.#since = at;
    this.#now = amount;
    this.#most = Math.max(this.#most, amount);
  }

  /** Weighted by time up to now. */
  average(at: number): number {
    const ms = Math.round(at - this.#startMs);
    return ms <= 0 ? this.#now : Number(this.#until(at) / BigInt(ms));
  }

  #until(at: number): bigint {
    return this.#sum + BigInt(this.#now) * BigInt(Math.max(0, Math.round(at - this.#since)));
  }
}

/** The highs and lows of the P&L, which begins at nothing. */
export class PnlExtremes {
  lowest = 0;
  highest = 0;
  /** The deepest fall from a high. */
  drawdown: { amount: number; from: number; to: number };
  #highAt: number;

  constructor(startMs: number) {
    this.#highAt = startMs;
    this.drawdown = { amount: 0, from: startMs, to: startMs };
  }

  /** At this time it has become this. */
  see(pnl: number, at: number): void {
    this.lowest = Math.min(this.lowest, pnl);
    // A high lasts until it is left.
    if (pnl >= this.highest) {
      this.highest = pnl;
      this.#highAt = at;
    } else if (this.highest - pnl > this.drawdown.amount) {
      this.drawdown = { amount: this.highest - pnl, from: this.#highAt, to: at };
    }
  }
}

/** How long something stood still, for one reason or another. */
export class HaltedTime {
  halts = 0;
  #sumMs = 0;
  #since = 0;
  readonly #reasons = new Set<unknown>();

  /** It stands still for this reason, perhaps beside others. */
  halt(reason: unknown, at: number): void {
    if (this.#reasons.size === 0) {
      this.halts++;
      this.#since = at;
    }
    this.#reasons.add(reason);
  }

  /** That reason is over. */
  resume(reason: unknown, at: number): void {
    if (this.#reasons.delete(reason) && this.#reasons.size === 0) this.#sumMs += at - this.#since;
  }

  /** All of it until now, in milliseconds. */
  upTo(at: number): number {
    return this.#sumMs + (this.#reasons.size === 0 ? 0 : at - this.#since);
  }
}
