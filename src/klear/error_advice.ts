/**
 * What to do about the errors of Klear. It has few codes, and tells no list of them: the status and the call say more.
 *
 * @module
 */
import type { Advice } from "../http/error_advice.ts";

const NOT_YET =
  "The subtrader is not in Klear's registry of credentials yet: nothing was made, try again in a few seconds.";
const GROUPED =
  "It conflicts with the groups that there are, since a subtrader is in one at most: client.fcm.subtraderGroups.list() " +
  "shows them.";
const MAYBE =
  "The withdrawal may have been made: look at client.margin.settlementBalance.list() before you ask for it again.";

/** By status and call; by status alone where every call is meant. */
const REMEDIES: Readonly<Record<string, string>> = {
  "403": "The admin user may not do this. Calls of `client.fcm` are for clearing members that are FCMs.",
  "404": "Check the id, and that it belongs to this environment.",
  "404 POST /margin/estimate_maintenance_margin":
    "Klear has calibrated no margin for that day and asset class: give another `date`, or none.",
  "409 POST /fcm/margin/api_keys": NOT_YET,
  "409 POST /fcm/margin/api_keys/generate": NOT_YET,
  "409 POST /fcm/margin/subtrader_groups": GROUPED,
  "409 PUT /fcm/margin/subtrader_groups/{group_id}": GROUPED,
  "500 POST /margin/withdraw_settlement_balance": MAYBE,
  "502 POST /margin/withdraw_settlement_balance": MAYBE,
  "503 POST /margin/withdraw_settlement_balance": MAYBE,
  "504 POST /margin/withdraw_settlement_balance": MAYBE,
};

/** What a client of Klear says of errors. */
export const klearAdvice: Advice = {
  remedyOf: (_code, status, operation) => REMEDIES[`${status} ${operation}`] ?? REMEDIES[`${status}`],
};
