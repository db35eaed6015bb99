/**
 * What to do about the error codes of the margin exchange, where it differs from event contracts.
 *
 * @module
 */

import { type KnownServerCode, nameOfCode, REMEDIES } from "./server_codes.ts";

const CLOSED_MARKET =
  "Look at the market's `status` and `schedule` with client.markets.get(ticker): it says when trading opens again. Null " +
  "is a market that trades around the clock.";
const NOT_ENABLED =
  "Ask client.exchange.enabled(): Kalshi opens margin trading member by member, and refuses accounts that are not " +
  "enabled. Where it is, use a key whose scopes and subaccount cover this call.";

/** Why a price on the tick is refused. */
export const TOO_FAR =
  "it may be too far from the book, a bid below both 80% of the best bid and $0.10 less than it, or an " +
  "ask as far above the best ask, which priceBand() of @unofficial/kalshi/perps tells.";

/** What to do about these codes here; about the others, what there is to do everywhere. */
export const PERPS_REMEDIES: { readonly [Code in KnownServerCode]?: string } = {
  anchor_order_unavailable:
    "Nothing was written: send it again. Where it stays so, client.orders.get() tells what became of the order.",
  customer_account_not_found:
    "Make it with client.portfolio.subaccounts.create(), or leave `subaccount` out.",
  exceeded_per_market_risk_limit:
    "client.risk.notionalRiskLimit() shows the limits and what is used: lower `count`, or cancel what rests.",
  idempotency_key_already_used: "Take a new one, such as crypto.randomUUID().",
  insufficient_balance:
    "Compare the margin that the order needs with `available_balance` of client.portfolio.balance({ " +
    "compute_available_balance: true }): resting orders hold margin too, and each subaccount has its own. " +
    "client.portfolio.transfers.create() brings money over from event contracts.",
  insufficient_shard_balance:
    "Bring money to the market's `exchange_index` with client.portfolio.transfers.create().",
  invalid_order_size:
    "Give a `count` over 0, a whole one where the market's `fractional_trading_enabled` is false; that of an amend is the " +
    "new total, what has filled included.",
  invalid_price:
    "client.markets.get(ticker) has the `tick_size` that a price is a multiple of: roundToTick() of " +
    `@unofficial/kalshi/perps finds the nearest. Where it is one, ${TOO_FAR}`,
  market_already_closed: CLOSED_MARKET,
  market_closed: CLOSED_MARKET,
  market_inactive: CLOSED_MARKET,
  market_not_found:
    "Check the ticker (in upper case) and the environment; client.markets.list() shows the markets.",
  market_version_mismatch:
    "Read the market again (a read right after the change may still show the old version), see whether the price suits " +
    "its new terms, and send the order with its `market_version`.",
  permission_denied: NOT_ENABLED,
  stop_loss_past_liquidation:
    "Move it closer to the market than `estimated_liquidation_price` of client.risk.get().",
  trading_is_paused:
    "Wait and ask client.exchange.status(), and look at the market's `schedule`; nothing was placed, so that the same " +
    "order can be sent again.",
  user_not_found: NOT_ENABLED,
};

/** What to do about a code of the margin exchange, however Kalshi writes it. */
export function perpsRemedyOf(code: string | undefined): string | undefined {
  const name = nameOfCode(code);
  return name && (PERPS_REMEDIES[name] ?? REMEDIES[name]);
}
