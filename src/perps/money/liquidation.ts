/** At which price a position is liquidated. */
import type { MarginRiskPosition, MarginSubaccountBalance } from "../../contract/perps/types.ts";
import { type Exposure, liquidationPrice } from "./arithmetic.ts";
import { KalshiValueError } from "../../base/errors.ts";
import { type MarginAssumption, type RiskThresholds, thresholdsOf } from "./margin.ts";
import { divide, exactNumber, readRatio } from "./ratio.ts";
import { readCount, readMoney, readObject, readPositive, readPrice } from "./read.ts";
import { writeRounded } from "./write.ts";

/** Why there is no estimate. */
export type NoLiquidationEstimate =
  /** Nothing is held. */
  | "flat"
  /** It is hedged within a portfolio, and has no margin of its own. */
  | "portfolio"
  /** The exchange tells no maintenance margin of it. */
  | "no-margin"
  /** The exchange tells no equity, as for self-clearing members. */
  | "no-equity";

/** At which mark price a position is liquidated, as far as that can be said. */
export type LiquidationEstimate =
  | {
    /** There is such a price. */
    readonly state: "at";
    /**
     * The mark price, with 4 decimals, rounded to where liquidation comes earlier: a long position is liquidated at it
     * and below, a short one at it and above.
     */
    readonly price: string;
    /** Whether the mark is there already. */
    readonly isReached: boolean;
    /** How far the mark is from it in basis points of the mark, rounded down; 0 when it is reached. */
    readonly distanceBps: number;
    /** What was taken for granted. */
    readonly assumes: readonly MarginAssumption[];
  }
  | {
    /** No price above 0 does it: a long position that is covered down to nothing. */
    readonly state: "never";
    /** What was taken for granted. */
    readonly assumes: readonly MarginAssumption[];
  }
  | {
    /** It cannot be said. */
    readonly state: "unknown";
    /** Why. */
    readonly reason: NoLiquidationEstimate;
  };

function estimate(exposure: Exposure, assumes: readonly MarginAssumption[]): LiquidationEstimate {
  const at = liquidationPrice(exposure);
  if (at === undefined) return { state: "never", assumes };
  const { position, mark } = exposure;
  const distance = position > 0 ? mark - at : at - mark;
  const isReached = distance <= 0;
  return {
    state: "at",
    price: writeRounded({ numerator: BigInt(at), denominator: 10_000n }, 4, "nearest"),
    isReached,
    distanceBps: isReached || mark === 0
      ? 0
      : exactNumber(divide(BigInt(distance) * 10_000n, BigInt(mark), "down"), "The distance"),
    assumes,
  };
}

/** What {@linkcode estimateCrossLiquidation} takes. */
export interface CrossLiquidationInput {
  /** The position, one of `risk.get()`'s `positions`. */
  readonly position: Pick<
    MarginRiskPosition,
    "position" | "mark_price" | "position_notional" | "maintenance_margin_required" | "is_portfolio"
  >;
  /** The balance of its subaccount, one of `portfolio.balance()`'s `subaccount_balances`. */
  readonly balance: Pick<MarginSubaccountBalance, "account_equity" | "maintenance_margin">;
  /** What `risk.parameters()` answers. */
  readonly parameters: RiskThresholds;
}

const ALWAYS = [
  "rate-stays",
  "no-fees-or-funding",
  "ratio-of-equity",
] as const satisfies readonly MarginAssumption[];

/**
 * The mark price at which a cross position is liquidated: where the maintenance margin of its subaccount reaches the
 * threshold's part of the subaccount's equity, while only this market's mark moves. Kalshi's own estimate, which knows
 * how portfolios are counted, is the position's `estimated_liquidation_price`; this one says what it assumes, and can be
 * asked about positions that you do not have yet.
 *
 * @throws {KalshiValueError} for what cannot be read, and for a maintenance margin of the whole value
 */
export function estimateCrossLiquidation(input: CrossLiquidationInput): LiquidationEstimate {
  const { parameters } = readObject(input, "input");
  const position = readObject(input.position, "position");
  const balance = readObject(input.balance, "balance");
  const contracts = readCount(position.position, "position");
  const required = position.maintenance_margin_required;
  const equityMicros = readMoney(balance.account_equity, "account_equity");
  if (contracts === 0) return { state: "unknown", reason: "flat" };
  if (position.is_portfolio) return { state: "unknown", reason: "portfolio" };
  const maintenance = required === null || required === undefined
    ? 0
    : readMoney(required, "maintenance_margin_required");
  const worth = readMoney(position.position_notional, "position_notional");
  if (maintenance <= 0 || worth <= 0) return { state: "unknown", reason: "no-margin" };
  if (equityMicros === 0) return { state: "unknown", reason: "no-equity" };
  const others = readMoney(balance.maintenance_margin, "maintenance_margin") - maintenance;
  return estimate({
    position: contracts,
    mark: readPrice(position.mark_price, "mark_price"),
    equityMicros,
    otherMaintenanceMicros: Math.max(others, 0),
    maintenanceRate: { numerator: BigInt(maintenance), denominator: BigInt(worth) },
    threshold: thresholdsOf(parameters).liquidation,
  }, ["other-positions-stay", "no-offsets", ...ALWAYS]);
}

/** What {@linkcode estimateIsolatedLiquidation} takes. */
export interface IsolatedLiquidationInput {
  /** Contracts held, or to be held: above 0 long, below 0 short. */
  readonly position: string;
  /** Average price of entry in dollars. */
  readonly entryPrice: string;
  /** What was set aside for this position alone, in dollars, less the fees that were paid of it. */
  readonly collateral: string;
  /** Maintenance margin as a part of its value, such as `estimateMargin` gives. */
  readonly maintenanceRate: string;
  /** Mark price now; what decides is the market's `liquidation_mark_price`. */
  readonly markPrice: string;
  /** What `risk.parameters()` answers. */
  readonly parameters: RiskThresholds;
}

/**
 * The mark price at which an isolated position is liquidated: where its maintenance margin reaches the threshold's part
 * of its collateral with its unrealized profit. Nothing else answers for it.
 *
 * @throws {KalshiValueError} for what cannot be read, and for a maintenance margin of the whole value
 *
 * @example
 * ```ts
 * import { estimateIsolatedLiquidation } from "@unofficial/kalshi/perps";
 *
 * const found = estimateIsolatedLiquidation({
 *   position: "100.00",
 *   entryPrice: "6.0000",
 *   collateral: "150.00",
 *   maintenanceRate: "0.2",
 *   markPrice: "6.1000",
 *   parameters: { liquidation_margin_ratio_threshold: 1, queue_entry_margin_ratio_threshold: 0.91 },
 * });
 * console.log(found.state === "at" && found.price); // "5.6250"
 * ```
 */
export function estimateIsolatedLiquidation(input: IsolatedLiquidationInput): LiquidationEstimate {
  const contracts = readCount(readObject(input, "input").position, "position");
  const collateral = readMoney(input.collateral, "collateral");
  const maintenanceRate = readPositive(input.maintenanceRate, "maintenanceRate");
  const mark = readPrice(input.markPrice, "markPrice");
  const { liquidation: threshold } = thresholdsOf(input.parameters);
  if (contracts === 0) return { state: "unknown", reason: "flat" };
  if (collateral < 0) throw new KalshiValueError("collateral takes dollars of 0 or more.");
  // Its entry price may have more places than a price: what it has gained at the mark is rounded down.
  const entry = readRatio(input.entryPrice, "entryPrice");
  const gained = divide(
    BigInt(contracts) * (BigInt(mark) * entry.denominator - entry.numerator * 10_000n),
    entry.denominator,
    "down",
  );
  return estimate({
    position: contracts,
    mark,
    equityMicros: exactNumber(BigInt(collateral) + gained, "The equity"),
    otherMaintenanceMicros: 0,
    maintenanceRate,
    threshold,
  }, ALWAYS);
}
