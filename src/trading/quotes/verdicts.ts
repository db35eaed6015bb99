/** What the refusals of REST and of FIX mean to a quote. */
import type { KalshiError } from "../../base/errors.ts";
import type { QuoteVerdict } from "./port.ts";

/** By the code of REST, or the text of FIX, in lower case. */
const byWord: readonly (readonly [RegExp, QuoteVerdict])[] = [
  [/order_already_exists|duplicate/, "taken"],
  [/exceeded_order_group_risk_limit|order_group_not_found/, "group"],
  [/exchange_is_paused|exchange_paused|trading_is_paused|trading_paused/, "halted"],
  [/market_inactive|market_closed|market_already_closed|market_not_found/, "halted"],
  [/invalid_price/, "grid"],
  [/order_id_and_client_order_id_mismatch|order_not_found|cannot_update_filled_order/, "missing"],
  [/^not_found$/, "missing"],
];

/** What a failed request means. */
export function verdictOf(error: KalshiError): QuoteVerdict {
  const { text } = error as { readonly text?: string | undefined };
  const word = (error.serverCode ?? text ?? "").toLowerCase();
  const found = byWord.find(([pattern]) => pattern.test(word));
  if (found !== undefined) return found[1];
  // An order that cannot be cancelled is gone, or was never there: a look tells.
  if (error.code === "NOT_FOUND" || error.code === "FIX_CANCEL_REJECT") return "missing";
  if (error.code === "RATE_LIMITED" || error.outcome === "not-sent") return "not-sent";
  if (error.code === "FIX_BUSINESS_REJECT") return "not-sent";
  return error.outcome === "unknown" ? "unknown" : "refused";
}
