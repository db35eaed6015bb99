/** Balances, positions, risk and limits of an account on the margin exchange, as REST has them. */
import type {
  GetMarginRiskResponse,
  MarginPosition,
  MarginSubaccountBalance,
  NotionalRiskLimitResponse,
} from "../../../contract/perps/types.ts";
import type { Wallet } from "../../engine/model.ts";
import type { AccountRisk, MarginBalance, MarginPositionView } from "../../margin/accounts_view.ts";
import type { NotionalUse } from "../../margin/notional_limits.ts";
import { formatCount, formatMoney, formatPrice } from "../../units.ts";
import { subaccountOf } from "./orders.ts";

/** Balances of wallets that count as one subaccount; `whole`: with what is dear to count. */
export function balancePayload(
  subaccount: number,
  balances: readonly MarginBalance[],
  whole: boolean,
): MarginSubaccountBalance {
  const sum = (of: (balance: MarginBalance) => number) =>
    formatMoney(balances.reduce((total, balance) => total + of(balance), 0));
  const nothing = formatMoney(0);
  return {
    subaccount,
    position_value: sum(({ positionValue }) => positionValue),
    account_equity: sum(({ equity }) => equity),
    maintenance_margin: sum(({ maintenance }) => maintenance),
    initial_margin: sum(({ initial }) => initial),
    resting_orders_margin: whole ? sum(({ restingOrders }) => restingOrders) : nothing,
    available_balance: whole ? sum(({ available }) => available) : nothing,
  };
}

/** Wallets by the subaccount that they count as. */
export function bySubaccount(wallets: readonly Wallet[]): Map<number, Wallet[]> {
  const found = new Map<number, Wallet[]>();
  for (const wallet of wallets) {
    const number = subaccountOf(wallet);
    const others = found.get(number);
    if (others === undefined) found.set(number, [wallet]);
    else others.push(wallet);
  }
  return found;
}

/** A position's payload. */
export function positionPayload(view: MarginPositionView): MarginPosition {
  const { wallet, info, position, entryPrice, unrealized, marginUsed, fees, roe, isPortfolio } = view;
  return {
    subaccount: subaccountOf(wallet),
    market_ticker: info.market.ticker,
    position: formatCount(position),
    entry_price: formatPrice(entryPrice),
    unrealized_pnl: formatMoney(unrealized),
    margin_used: marginUsed === undefined ? null : formatMoney(marginUsed),
    fees: formatMoney(fees),
    roe: roe ?? null,
    is_portfolio: isPortfolio,
  };
}

/** What an account risks. */
export function riskPayload(
  { leverage, notional, maintenance, positions }: AccountRisk,
): GetMarginRiskResponse {
  return {
    account_leverage: leverage ?? null,
    total_position_notional: formatMoney(notional),
    total_maintenance_margin: formatMoney(maintenance),
    positions: positions.map((position) => ({
      subaccount: subaccountOf(position.wallet),
      market_ticker: position.info.market.ticker,
      position: formatCount(position.position),
      mark_price: formatPrice(position.markPrice),
      position_notional: formatMoney(position.notional),
      maintenance_margin_required: position.maintenance === undefined
        ? null
        : formatMoney(position.maintenance),
      position_leverage: position.leverage ?? null,
      estimated_liquidation_price: position.liquidationPrice === undefined
        ? null
        : formatPrice(position.liquidationPrice),
      is_portfolio: position.isPortfolio,
    })),
  };
}

const byTicker = (amounts: ReadonlyMap<string, number>): Record<string, string> =>
  Object.fromEntries([...amounts].map(([ticker, amount]) => [ticker, formatMoney(amount)]));

/** The limits of an account, and what it uses of them. */
export function limitPayload(use: NotionalUse): NotionalRiskLimitResponse {
  return {
    default_notional_value_risk_limit: formatMoney(use.marketLimit),
    notional_value_risk_limits_by_market_ticker: byTicker(use.limitByTicker),
    total_current_usage: formatMoney(use.usage),
    current_usage_by_market_ticker: byTicker(use.usageByTicker),
    ...(use.ownLimit !== undefined && { member_notional_value_risk_limit: formatMoney(use.ownLimit) }),
    effective_account_notional_value_risk_limit: formatMoney(use.effective),
  };
}
