/** What makers believe in the beginning. */
import { priceOfChance } from "../../engine/event_contract.ts";

/** The share of a bell-like curve below `x` spreads; plain arithmetic, so that every runtime agrees. */
export function below(x: number): number {
  return 0.5 + 0.5 * (x / (0.7 + Math.abs(x)));
}

/** The price of a chance, none so small or so large that nobody would trade it. */
export function priceOf(probability: number): number {
  return priceOfChance(Math.min(0.97, Math.max(0.03, probability)));
}
