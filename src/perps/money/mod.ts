/**
 * The money of the margin exchange, exact. Prices go in as the strings of the wire and come out as strings that an order
 * takes; money comes out in millionths of a dollar, to be added up, and `formatMoney` of
 * `@unofficial/kalshi/fixed-point` writes it. No float touches either; a rate counts as the decimal that JavaScript
 * prints for it.
 *
 * Exact up to 9 007 199 254 dollars, beyond which there is a `KalshiValueError`. What is rounded is rounded once, and
 * against you: what you pay up, what you get down.
 *
 * @module
 */
export {
  bigMicros,
  contractsFor,
  contractsWorth,
  type ContractUnits,
  formatBigMicros,
  notionalMicros,
  type TradedUnits,
  underlyingOf,
  underlyingPrice,
} from "./contracts.ts";
export {
  type BestPrices,
  isInPriceBand,
  type PerpsPriceBand,
  priceBand,
  roundToTick,
  type TickRounding,
} from "./prices.ts";
export { tradeFeeMicros, type TradeToPay } from "./fees.ts";
export { estimateFunding, type FundingEstimate, type FundingInput, fundingPaymentMicros } from "./funding.ts";
export {
  estimateMargin,
  leverageOf,
  type MarginAssumption,
  type MarginEstimate,
  type MarginInput,
  type MarginState,
  marginState,
  type MarketLeverage,
  type RiskThresholds,
} from "./margin.ts";
export {
  type CrossLiquidationInput,
  estimateCrossLiquidation,
  estimateIsolatedLiquidation,
  type IsolatedLiquidationInput,
  type LiquidationEstimate,
  type NoLiquidationEstimate,
} from "./liquidation.ts";
export {
  addFill,
  type BreakEvenInput,
  breakEvenPrice,
  entryPrice,
  flatPosition,
  type PerpsFillInput,
  type PerpsPosition,
  type PositionToMark,
  returnOnMargin,
  unrealizedPnlMicros,
} from "./positions.ts";
