/**
 * Klear's money: whole centicents, of which a dollar has 10,000, with a sign. They are safe integers, so that sums and
 * comparisons with JavaScript's own operators are exact; here they become dollars as text, and back.
 *
 * The sign of what is due says who pays: below 0 the member pays Klear, above 0 Klear pays the member. Funding above 0
 * was received, below 0 it was paid. Profit and loss below 0 is a loss.
 *
 * @module
 */
import { KalshiValueError } from "../base/errors.ts";
import { formatFixed, parseFixed } from "../base/fixed_point.ts";
import { shown } from "../base/plain.ts";

/** Decimal places of a centicent. */
const PLACES = 4;

/**
 * Dollars as exact text, such as `"-12.5000"`.
 *
 * @param centicents such as `amount_centicents` of an obligation
 * @throws {KalshiValueError} for what is no safe integer: beyond 900 billion dollars a number is not exact any more
 *
 * @example
 * ```ts
 * import { dollarsFromCenticents } from "@unofficial/kalshi/klear";
 *
 * console.log(dollarsFromCenticents(-125_000)); // "-12.5000"
 * ```
 */
export function dollarsFromCenticents(centicents: number): string {
  return formatFixed(centicents, PLACES);
}

/**
 * Centicents of an exact amount in dollars.
 *
 * @param dollars such as `"-12.50"`; a number counts as the decimal that JavaScript prints for it
 * @throws {KalshiValueError} for what is no plain decimal, has parts of a centicent, or would not stay exact
 *
 * @example
 * ```ts
 * import { centicentsFromDollars } from "@unofficial/kalshi/klear";
 *
 * console.log(centicentsFromDollars("2500.00")); // 25000000
 * ```
 */
export function centicentsFromDollars(dollars: string | number): number {
  return parseFixed(dollars, PLACES);
}

/** Who pays an amount that is due. */
export interface Due {
  /** `member` for an amount below 0, `klear` above; `nobody` at 0. */
  readonly payer: "member" | "klear" | "nobody";
  /** How much, in dollars, without a sign. */
  readonly dollars: string;
}

/**
 * Who pays an amount that is due, and how much: of `amount_centicents` of an obligation, `total_amount_centicents` of a
 * detail or an estimate.
 *
 * @throws {KalshiValueError} for what is no safe integer
 *
 * @example
 * ```ts
 * import { dueOf, KlearClient } from "@unofficial/kalshi/klear";
 *
 * await using client = await KlearClient.fromEnv();
 * for (const { id, amount_centicents } of await client.margin.obligations.active()) {
 *   const { payer, dollars } = dueOf(amount_centicents);
 *   console.log(id, payer, "pays", dollars);
 * }
 * ```
 */
export function dueOf(centicents: number): Due {
  if (!Number.isSafeInteger(centicents)) {
    throw new KalshiValueError(`Expected a safe integer of centicents, not ${shown(centicents)}.`);
  }
  return {
    payer: centicents < 0 ? "member" : centicents > 0 ? "klear" : "nobody",
    dollars: dollarsFromCenticents(Math.abs(centicents)),
  };
}
