/** Positions of the markets, and what was gained or lost since the manager began. */
import { notional } from "../../base/fixed_point.ts";

/** The best prices of a live book, in ten-thousandths of a dollar; undefined where nobody bids or asks. */
export interface Mark {
  readonly bid: number | undefined;
  readonly ask: number | undefined;
}

interface Account {
  /** Contracts held, in hundredths: below zero they are NO. */
  position: number;
  /** What fills brought in since the first mark, in millionths of a dollar. */
  cash: number;
  /** What the position that was there at first was worth then. */
  baseline: number;
  mark: Mark | undefined;
}

/** What a position could be closed for: sold to the best bid, or bought back from the best ask. */
function worth(position: number, { bid = 0, ask = 10_000 }: Mark): number {
  return notional(position >= 0 ? bid : ask, position);
}

/** Positions and gains, market by market. */
export class Ledger {
  readonly #accounts = new Map<string, Account>();
  /** How often a position has changed: what was read before the last time is older than what is known. */
  changes = 0;

  /** What is held in a market, in hundredths of a contract. */
  position(ticker: string): number {
    return this.#accounts.get(ticker)?.position ?? 0;
  }

  /** Every market that anything is known of. */
  get tickers(): Iterable<string> {
    return this.#accounts.keys();
  }

  /** A position as the exchange says, which knows of what others did; it is no gain and no loss. */
  setPosition(ticker: string, position: number): void {
    const account = this.#account(ticker);
    const { mark } = account;
    if (mark !== undefined) account.baseline += worth(position, mark) - worth(account.position, mark);
    account.position = position;
  }

  /** Contracts that changed hands: `change` above zero were bought, `cash` is what that brought in. */
  trade(ticker: string, change: number, cash: number): void {
    if (change !== 0) this.changes++;
    const account = this.#account(ticker);
    account.position += change;
    account.cash += cash;
  }

  /** The book of a market moved. The first mark is what gains are measured from. */
  mark(ticker: string, mark: Mark): void {
    const account = this.#account(ticker);
    if (account.mark === undefined) {
      // What traded before counts at the first mark.
      account.baseline = worth(account.position, mark) + account.cash;
    }
    account.mark = mark;
  }

  /** What was gained since the manager began, realized and marked, fees paid; in millionths of a dollar. */
  get gain(): number {
    let gain = 0;
    for (const { position, cash, baseline, mark } of this.#accounts.values()) {
      if (mark !== undefined) gain += cash + worth(position, mark) - baseline;
    }
    return gain;
  }

  #account(ticker: string): Account {
    let account = this.#accounts.get(ticker);
    if (account === undefined) {
      this.#accounts.set(ticker, account = { position: 0, cash: 0, baseline: 0, mark: undefined });
    }
    return account;
  }
}

/** How far a gain has fallen below its highest in a window of time. */
export class LossWindow {
  readonly #windowMs: number;
  /** Gains that fall, each the highest since it was: the first is the highest of the window. */
  #highs: { readonly atMs: number; readonly gain: number }[] = [];

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Takes what the gain is now, and gives the loss: 0 or more, in millionths of a dollar. */
  add(atMs: number, gain: number): number {
    while (this.#highs.length > 0 && (this.#highs.at(-1)?.gain ?? 0) <= gain) this.#highs.pop();
    this.#highs.push({ atMs, gain });
    const first = this.#highs.findIndex((high) => high.atMs >= atMs - this.#windowMs);
    // What was highest when the window began still counts at its edge.
    if (first > 0) this.#highs.splice(0, first);
    return Math.max(0, (this.#highs[0]?.gain ?? gain) - gain);
  }
}
