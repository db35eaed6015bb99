/** Markets on one number, a step apart. */
import type { Random } from "../../random.ts";
import { below, priceOf } from "./chances.ts";
import type { MarketListing } from "./listing.ts";

/** A ladder of "above" markets on a price at a time. */
export function ladder(
  random: Random,
  { name, what, at, text, center, step, count, spread }: {
    readonly name: string;
    readonly what: string;
    readonly at: string;
    readonly text: string;
    readonly center: number;
    readonly step: number;
    readonly count: number;
    readonly spread: number;
  },
): MarketListing[] {
  const drift = (random.int(201) - 100) / 100 * step;
  return Array.from({ length: count }, (_, index) => {
    const strike = center + (index - Math.floor(count / 2)) * step - 0.01;
    const label = `$${(strike + 0.01).toLocaleString("en-US")} or above`;
    return {
      ticker: `${name}-T${strike.toFixed(2)}`,
      yesSubTitle: label,
      noSubTitle: label,
      strikeType: "greater",
      floorStrike: Number(strike.toFixed(2)),
      capStrike: undefined,
      rules: `If ${what} is above ${strike.toFixed(2)} at ${at} on ${text}, then the market resolves to Yes.`,
      fair: priceOf(1 - below((strike - center - drift) / spread)),
    };
  });
}
