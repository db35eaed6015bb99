/** What Klear keeps. Money is in whole centicents, ten-thousandths of a dollar; times in Unix milliseconds. */
import type { Account } from "../engine/model.ts";
import type { AssetClass, MarginMarketInfo } from "../margin/model.ts";

/** What a market's position came to between two settlements. */
export interface SettledPosition {
  readonly info: MarginMarketInfo;
  /** Contracts in hundredths, below zero short. */
  readonly position: number;
  /** Below zero a loss; without fees. */
  readonly pnl: number;
  readonly fees: number;
  readonly maintenance: number;
  readonly notional: number;
  /** Average price of what was traded, in units of a price; undefined where nothing was. */
  readonly averagePrice: number | undefined;
}

/** Funding of one position at one time. */
export interface SettledFunding {
  readonly id: string;
  readonly info: MarginMarketInfo;
  readonly at: number;
  readonly position: number;
  readonly notional: number;
  /** Above zero it was received. */
  readonly amount: number;
  /** When the settlement ran, or will run, that pays it. */
  readonly settledAt: number;
}

/** What became due at a settlement, of one asset class. */
export interface Obligation {
  readonly id: string;
  readonly assetClass: AssetClass;
  /** Below zero the member pays. */
  readonly amount: number;
  readonly pnl: number;
  readonly fees: number;
  readonly maintenance: number;
  readonly maintenanceDelta: number;
  readonly at: number;
  readonly positions: readonly (SettledPosition & { readonly id: string })[];
  readonly funding: readonly SettledFunding[];
  /** When it was paid out of the settlement balance, or into it; undefined while it is due. */
  paidAt: number | undefined;
  readonly receiveId: string;
}

/** A change of a settlement balance. */
export interface BalanceChange {
  readonly delta: number;
  readonly lockedDelta: number;
  readonly reason: string;
  readonly transactionId: string;
  readonly at: number;
}

/** A withdrawal on its way. */
export interface Withdrawal {
  readonly id: string;
  readonly amount: number;
  readonly at: number;
  status: "pending" | "processing" | "processed";
}

/** A group of subtraders. */
export interface SubtraderGroup {
  readonly id: string;
  members: readonly string[];
}

/** A key that is bound to a subtrader. */
export interface BoundKey {
  readonly id: string;
  readonly name: string;
  readonly subtraderId: string;
}

/** A clearing member. */
export interface KlearMember {
  readonly adminUserId: string;
  /** SHA-256 of its access token, in hexadecimal: the token itself is nowhere kept. */
  readonly tokenHash: string;
  /** Whose trades it clears. */
  readonly account: Account;
  readonly since: number;
  available: number;
  locked: number;
  readonly changes: BalanceChange[];
  readonly obligations: Obligation[];
  readonly withdrawals: Map<string, Withdrawal>;
  readonly groups: Map<string, SubtraderGroup>;
  readonly keys: Map<string, BoundKey>;
  /** As of the last settlement: what was held, at which mark, and the margin it needed, by market. */
  readonly held: Map<MarginMarketInfo, Held>;
  /** How many of the account's fills and funding payments were settled. */
  settledFills: number;
  settledFunding: number;
}

/** What a settlement left behind of a market. */
export interface Held {
  readonly position: number;
  readonly mark: number;
  readonly maintenance: number;
}

/** The marks of one settlement. */
export interface SettlementRun {
  readonly at: number;
  readonly prices: ReadonlyMap<MarginMarketInfo, number>;
}
