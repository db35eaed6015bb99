/** What an account has on the margin exchange, as its owner sees it: balances, positions, risk. */
import type { Account, Holding, Wallet } from "../engine/model.ts";
import { shareOf } from "../units.ts";
import type { MarginCatalog } from "./catalog.ts";
import { entryOf, gainAt, initialOf, maintenanceOf, type MarginClearing } from "./margin_clearing.ts";
import { isIsolated, type MarginMarketInfo } from "./model.ts";

/** The balance of a wallet, in money. */
export interface MarginBalance {
  readonly cash: number;
  /** What its positions are worth at the settlement marks, shorts below zero. */
  readonly positionValue: number;
  /** Cash with what its positions would gain. */
  readonly equity: number;
  readonly maintenance: number;
  readonly initial: number;
  readonly restingOrders: number;
  /** What new orders can use. */
  readonly available: number;
}

/** A position that is open. */
export interface MarginPositionView {
  readonly wallet: Wallet;
  readonly holding: Holding;
  readonly info: MarginMarketInfo;
  readonly position: number;
  readonly entryPrice: number;
  readonly unrealized: number;
  /** Fees paid since it was opened. */
  readonly fees: number;
  /** Whether others share its wallet, so that it has no margin of its own. */
  readonly isPortfolio: boolean;
  /** Undefined within a portfolio, like the two that follow. */
  readonly marginUsed: number | undefined;
  /** Gain as a part of the margin, in percent. */
  readonly roe: number | undefined;
}

/** What a position risks. */
export interface MarginRiskView {
  readonly wallet: Wallet;
  readonly info: MarginMarketInfo;
  readonly position: number;
  readonly markPrice: number;
  readonly notional: number;
  readonly isPortfolio: boolean;
  readonly maintenance: number | undefined;
  readonly leverage: number | undefined;
  /** Where it would be liquidated if nothing else changed; undefined where no price is. */
  readonly liquidationPrice: number | undefined;
}

/** What an account risks. */
export interface AccountRisk {
  /** Worth of its positions by their maintenance margin; undefined without any. */
  readonly leverage: number | undefined;
  readonly notional: number;
  readonly maintenance: number;
  readonly positions: readonly MarginRiskView[];
}

/** Looks at accounts, and changes nothing. */
export class AccountsView {
  readonly #clearing: MarginClearing;
  readonly #catalog: MarginCatalog;

  constructor(clearing: MarginClearing, catalog: MarginCatalog) {
    this.#clearing = clearing;
    this.#catalog = catalog;
  }

  /** The balance of a wallet. */
  balanceOf(wallet: Wallet): MarginBalance {
    let positionValue = 0;
    let initial = 0;
    let maintenance = 0;
    let restingOrders = 0;
    for (const holding of wallet.holdings.values()) {
      const stake = this.#clearing.stakeOf(holding);
      positionValue += holding.position * this.#catalog.infoOf(holding.market).settlementMark.price;
      initial += stake.initial;
      maintenance += stake.maintenance;
      restingOrders += stake.resting;
    }
    const { cash, available } = wallet;
    const equity = this.#clearing.equityOf(wallet);
    return {
      cash,
      positionValue,
      equity,
      maintenance,
      initial,
      restingOrders,
      available: Math.max(0, available),
    };
  }

  /** The open positions of an account. */
  positionsOf(account: Account): MarginPositionView[] {
    return openOf(account).map(({ wallet, holding, isPortfolio }) => {
      const { unrealized, maintenance } = this.#clearing.stakeOf(holding);
      const { position, fees, market } = holding;
      return {
        wallet,
        holding,
        info: this.#catalog.infoOf(market),
        position,
        entryPrice: entryOf(holding),
        unrealized,
        fees,
        isPortfolio,
        marginUsed: isPortfolio ? undefined : maintenance,
        roe: isPortfolio || maintenance === 0
          ? undefined
          : Math.round(unrealized * 10_000 / maintenance) / 100,
      };
    });
  }

  /** What an account risks. */
  riskOf(account: Account): AccountRisk {
    let total = 0;
    let needed = 0;
    const positions = openOf(account).map(({ wallet, holding, isPortfolio }): MarginRiskView => {
      const info = this.#catalog.infoOf(holding.market);
      const markPrice = info.settlementMark.price;
      const notional = Math.abs(holding.position) * markPrice;
      const { maintenance } = this.#clearing.stakeOf(holding);
      total += notional;
      needed += maintenance;
      const shared = { wallet, info, position: holding.position, markPrice, notional, isPortfolio };
      if (isPortfolio) {
        return { ...shared, maintenance: undefined, leverage: undefined, liquidationPrice: undefined };
      }
      return {
        ...shared,
        maintenance,
        leverage: maintenance === 0 ? undefined : Math.round(notional * 100 / maintenance) / 100,
        liquidationPrice: liquidationPriceOf(holding, info),
      };
    });
    const leverage = needed === 0 ? undefined : Math.round(total * 100 / needed) / 100;
    return { leverage, notional: total, maintenance: needed, positions };
  }
}

/** What holds a wallet up at the liquidation marks: what it would have, and what it must have. */
export function coverAt(
  wallet: Wallet,
  catalog: MarginCatalog,
): { readonly equity: number; readonly maintenance: number; readonly initial: number } {
  let equity = wallet.cash;
  let maintenance = 0;
  let initial = 0;
  for (const holding of wallet.holdings.values()) {
    if (holding.position === 0) continue;
    const info = catalog.infoOf(holding.market);
    const { price } = info.liquidationMark;
    equity += gainAt(holding, price);
    const value = Math.abs(holding.position) * price;
    maintenance += maintenanceOf(info, value);
    initial += initialOf(info, value);
  }
  return { equity, maintenance, initial };
}

/**
 * The liquidation mark at which the only position of a wallet has just its maintenance margin left; undefined where its
 * cash covers it at any price.
 */
export function liquidationPriceOf(holding: Holding, info: MarginMarketInfo): number | undefined {
  const { position, exposure, wallet: { cash } } = holding;
  const size = Math.abs(position);
  if (size === 0) return undefined;
  const price = position > 0
    ? shareOf(exposure - cash, 1_000_000, size * (1_000_000 - info.maintenanceRate))
    : shareOf(exposure + cash, 1_000_000, size * (1_000_000 + info.maintenanceRate));
  return price > 0 ? price : undefined;
}

interface Open {
  readonly wallet: Wallet;
  readonly holding: Holding;
  readonly isPortfolio: boolean;
}

function openOf(account: Account): Open[] {
  return account.wallets().flatMap((wallet) => {
    const open = [...wallet.holdings.values()].filter(({ position }) => position !== 0);
    const isPortfolio = open.length > 1 && !isIsolated(wallet);
    return open.map((holding) => ({ wallet, holding, isPortfolio }));
  });
}
