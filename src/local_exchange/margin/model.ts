/** What the margin exchange keeps beside what its engine does. Units as in `../units.ts`; times in Unix milliseconds. */
import type { Market, Wallet } from "../engine/model.ts";

/** A whole, in which rates of funding and premiums are counted: 100,000 is 0.01 %. */
export const RATE_ONE = 1_000_000_000;

/** Subaccounts from here on are pockets of isolated positions: the exchange's own business, and in no list of subaccounts. */
export const ISOLATED_FROM = 64;

/** Whether a wallet is the pocket of an isolated position. */
export const isIsolated = ({ subaccount }: Wallet): boolean => subaccount >= ISOLATED_FROM;

/** A price and since when it is so. */
export interface PricePoint {
  readonly price: number;
  readonly at: number;
}

/** A class of what markets follow. */
export type AssetClass = "Crypto" | "Equities" | "Metals";

/** Whether a market that does not trade around the clock is open, and when that changes next. */
export interface MarketSchedule {
  readonly isOpen: boolean;
  readonly nextAt: number | undefined;
}

/** What positions in a market must be covered by. */
export interface RiskTerms {
  /** Maintenance margin as a part of what a position is worth, in millionths. */
  readonly maintenanceRate: number;
  /** Initial margin as a multiple of maintenance margin, in thousandths. */
  readonly initialMultiplier: number;
}

/** Bounds of a market's funding, as parts of what a position is worth; see {@linkcode RATE_ONE}. */
export interface FundingTerms {
  /** Nearer to nothing than this is nothing. */
  readonly deadband: number;
  readonly cap: number;
}

/** A market of the margin exchange; what the engine knows of it is `market`. */
export interface MarginMarketInfo extends RiskTerms {
  readonly market: Market;
  /** Its `market_id`. */
  readonly id: string;
  readonly title: string;
  readonly assetClass: AssetClass | undefined;
  /** Amount of the underlying in a contract, as text. */
  readonly contractSize: string;
  /** Distance between prices. */
  readonly tick: number;
  /** Units of the underlying for a unit of contract size, as text. */
  underlyingMultiplier: string;
  /** Whether parts of a contract can be traded. */
  readonly fractional: boolean;
  /** Version of its terms, from 1. */
  version: number;
  /** Undefined where it trades around the clock. */
  schedule: MarketSchedule | undefined;
  /** Whether the exchange has paused it, whatever its schedule says. */
  isPaused: boolean;
  readonly funding: FundingTerms;
  /** What a contract is worth by what it follows. */
  index: PricePoint;
  /** What profit, funding and margin are counted by. */
  settlementMark: PricePoint;
  /** What decides on liquidation, and fires triggers. */
  liquidationMark: PricePoint;
  /** What its makers believe it is worth. */
  fair: number;
}

/** A rate at which a market's longs paid its shorts, below zero the other way round. */
export interface FundingRate {
  readonly info: MarginMarketInfo;
  readonly at: number;
  readonly rate: number;
  readonly mark: number;
}

/** What funding did to a position. */
export interface FundingPayment extends FundingRate {
  readonly wallet: Wallet;
  /** Above zero it was received. */
  readonly amount: number;
  /** Contracts held, below zero short. */
  readonly position: number;
}
