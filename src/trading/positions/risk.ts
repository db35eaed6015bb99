/**
 * What the positions in the markets of one event can come to in the worst case.
 *
 * @module
 */

import { addFixed, notional, subtractFixed } from "../../base/fixed_point.ts";
import { assertValue, list } from "../../base/options.ts";
import { isPlain } from "../../base/plain.ts";

/** A dollar, in ten-thousandths. */
const DOLLAR = 10_000;

/** What is held of one market of an event. */
export interface HeldMarket {
  /** Market ticker. */
  readonly ticker: string;
  /** Contracts in hundredths: above 0 YES, below 0 NO. */
  readonly position: number;
  /** What it cost, in millionths of a dollar. */
  readonly costMicros: number;
}

/** The worst that can come of the positions in an event. */
export interface WorstCase {
  /**
   * Which outcome it is: the ticker of the one market that ends YES, or `"none"` when no market that you hold does; or
   * `"every-market-lost"` where the event is not known to be mutually exclusive, and each market may end against you.
   */
  readonly outcome: string;
  /** What the positions then pay, in millionths of a dollar. */
  readonly payoutMicros: number;
  /** That less what they cost, in millionths of a dollar: the loss, below zero, before fees. */
  readonly pnlMicros: number;
}

const heldRule = list<HeldMarket>("a list of positions, an object each", isPlain);

const total = (held: readonly HeldMarket[], of: (one: HeldMarket) => number) =>
  held.reduce((sum, one) => addFixed(sum, of(one)), 0);

/**
 * The worst case of an event's positions. Of mutually exclusive markets one at most ends YES, so that NO of several is
 * lost in one of them alone; of others each may be lost.
 *
 * Prices in between, as scalar markets have them, are never worse: what is paid is linear in them, and together they
 * are one dollar at most.
 *
 * @param isExhaustive whether one of the markets in `held` must end YES, so that "none" is no outcome
 * @throws {KalshiConfigError} when `held` is no list of positions
 */
export function worstCase(
  held: readonly HeldMarket[],
  isMutuallyExclusive: boolean,
  isExhaustive = false,
): WorstCase {
  assertValue("worstCase()", "held", held, heldRule);
  const costMicros = total(held, (one) => one.costMicros);
  const result = (outcome: string, payoutMicros: number): WorstCase => ({
    outcome,
    payoutMicros,
    pnlMicros: subtractFixed(payoutMicros, costMicros),
  });
  if (!isMutuallyExclusive) return result("every-market-lost", 0);
  // When no market ends YES, all NO is paid; the one that does adds its YES, or takes its NO away.
  const noMicros = total(held, ({ position }) => position < 0 ? notional(DOLLAR, -position) : 0);
  const outcomes = held.map(({ ticker, position }) =>
    result(ticker, addFixed(noMicros, notional(DOLLAR, position)))
  );
  if (!isExhaustive || outcomes.length === 0) outcomes.push(result("none", noMicros));
  return outcomes.reduce((worst, one) => one.payoutMicros < worst.payoutMicros ? one : worst);
}
