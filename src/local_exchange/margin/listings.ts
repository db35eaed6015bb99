/** The markets that a margin exchange lists of its own: made up, but shaped like Kalshi's. */
import type { AssetClass, FundingTerms, RiskTerms } from "./model.ts";

/** A market as it is listed. */
export interface PerpListing extends RiskTerms {
  readonly ticker: string;
  readonly title: string;
  readonly asset: string;
  readonly assetClass: AssetClass | undefined;
  readonly contractSize: string;
  readonly underlyingMultiplier: string;
  readonly tick: number;
  /** What a contract is worth at first. */
  readonly index: number;
  readonly fractional: boolean;
  /** Whether it trades on the weekdays of New York alone: from Sunday 18:00 to Friday 17:00. */
  readonly isClosedOnWeekends: boolean;
  readonly funding: FundingTerms;
  /** What takers and makers pay at the lowest tier, in millionths of what they trade. */
  readonly takerRate: number;
  readonly makerRate: number;
}

/** What a market is unless more is said of it: like the one on Bitcoin. */
export const usualTerms: Omit<PerpListing, "ticker" | "title" | "asset" | "index"> = {
  assetClass: "Crypto",
  contractSize: "0.000100",
  underlyingMultiplier: "1.000000",
  tick: 1,
  fractional: true,
  isClosedOnWeekends: false,
  maintenanceRate: 20_000,
  initialMultiplier: 1_500,
  // 0.01 % and 2 %.
  funding: { deadband: 100_000, cap: 20_000_000 },
  takerRate: 500,
  makerRate: 200,
};

/** They are listed in this order. */
export const perpListings: readonly PerpListing[] = [
  { ...usualTerms, ticker: "KXBTCPERP", title: "Bitcoin perpetual", asset: "BTC", index: 112_000 },
  {
    ...usualTerms,
    ticker: "KXETHPERP",
    title: "Ether perpetual",
    asset: "ETH",
    contractSize: "0.002500",
    index: 102_500,
    maintenanceRate: 25_000,
  },
  {
    ...usualTerms,
    ticker: "KXSOLPERP",
    title: "Solana perpetual",
    asset: "SOL",
    contractSize: "0.050000",
    index: 97_500,
    maintenanceRate: 40_000,
  },
  {
    ...usualTerms,
    ticker: "KXXRPPERP",
    title: "XRP perpetual",
    asset: "XRP",
    contractSize: "4.000000",
    index: 104_000,
    maintenanceRate: 40_000,
  },
  {
    ...usualTerms,
    ticker: "KXGOLDPERP",
    title: "Gold perpetual",
    asset: "XAU",
    assetClass: "Metals",
    contractSize: "0.002500",
    tick: 10,
    index: 102_750,
    fractional: false,
    maintenanceRate: 15_000,
    isClosedOnWeekends: true,
  },
  {
    ...usualTerms,
    ticker: "KXUS500PERP",
    title: "US 500 perpetual",
    asset: "US500",
    assetClass: "Equities",
    contractSize: "0.002000",
    tick: 10,
    index: 137_200,
    fractional: false,
    maintenanceRate: 15_000,
    isClosedOnWeekends: true,
  },
];
