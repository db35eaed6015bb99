/** Margin, leverage, and how near an account is to liquidation. */
import type {
  GetMarginRiskParametersResponse,
  MarginMarket,
  MarginSubaccountBalance,
} from "../../contract/perps/types.ts";
import { marginMicros } from "./arithmetic.ts";
import { notionalMicros } from "./contracts.ts";
import { rateOf } from "./fees.ts";
import { compareRatios, inverse, product, type Ratio } from "./ratio.ts";
import { readCount, readMoney, readObject, readPositive } from "./read.ts";
import { writeRounded } from "./write.ts";

/**
 * What an estimate takes for granted.
 *
 * - `listed-sizes`: the exchange lists leverage for a few sizes of position and the rate grows between them; that of the
 *   next larger one was taken, so that the margin is not less than it will be.
 * - `beyond-listed-sizes`: the position is larger than any that is listed, so that the margin may be more than this.
 * - `one-leverage-for-all`: the market lists no sizes; the rate of a small position was taken, and a large one needs more.
 * - `no-offsets`: the position stands alone. Positions that hedge one another need less.
 * - `other-positions-stay`: marks and margin of the other positions of the subaccount stay as they are.
 * - `rate-stays`: margin stays the same part of the position's value. It grows with its size, so that a short position,
 *   whose value rises as it loses, is liquidated somewhat earlier.
 * - `no-fees-or-funding`: no fee, funding, deposit or order comes in between.
 * - `ratio-of-equity`: Kalshi's thresholds are parts that maintenance margin is of equity, or the other way round when
 *   the queue's is the larger one. Its documentation does not say which.
 */
export type MarginAssumption =
  | "listed-sizes"
  | "beyond-listed-sizes"
  | "one-leverage-for-all"
  | "no-offsets"
  | "other-positions-stay"
  | "rate-stays"
  | "no-fees-or-funding"
  | "ratio-of-equity";

/** What a market tells about leverage. */
export type MarketLeverage =
  & Pick<MarginMarket, "ticker">
  & Partial<
    Pick<
      MarginMarket,
      "leverage_estimate" | "leverage_estimates" | "long_leverage_estimates" | "short_leverage_estimates"
    >
  >;

/** What {@linkcode estimateMargin} takes. */
export interface MarginInput {
  /** The market, as `markets.get()` answers. */
  readonly market: MarketLeverage;
  /** What `risk.parameters()` answers. */
  readonly parameters: Pick<GetMarginRiskParametersResponse, "initial_margin_multiplier">;
  /** Contracts that are, or would be, held: above 0 long, below 0 short. */
  readonly position: string;
  /** Mark price, or the price of an order. */
  readonly price: string;
}

/** The margin that a position needs. */
export interface MarginEstimate {
  /** What it is worth, in millionths of a dollar. */
  readonly notionalMicros: number;
  /** What it needs to stay open, in millionths of a dollar, rounded up. */
  readonly maintenanceMicros: number;
  /** What it needs to be opened, in millionths of a dollar, rounded up. */
  readonly initialMicros: number;
  /** Maintenance margin as a part of its value. */
  readonly maintenanceRate: string;
  /** What was taken for granted. */
  readonly assumes: readonly MarginAssumption[];
}

interface Found {
  readonly leverage: Ratio;
  readonly assumption: MarginAssumption;
}

/** The leverage of a position of that worth. */
function leverageAt(market: MarketLeverage, isLong: boolean, notional: number): Found | undefined {
  const bySide = isLong ? market.long_leverage_estimates : market.short_leverage_estimates;
  const worth = { numerator: BigInt(notional), denominator: 1_000_000n };
  const sizes = Object.entries(bySide ?? market.leverage_estimates ?? {})
    .map(([size, leverage]) => ({
      size: readPositive(size, "size of leverage_estimates", 0),
      leverage: readPositive(leverage, "leverage_estimates"),
    }))
    .sort((a, b) => compareRatios(a.size, b.size));
  const next = sizes.find(({ size }) => compareRatios(worth, size) <= 0);
  const largest = sizes.at(-1);
  if (next !== undefined) return { leverage: next.leverage, assumption: "listed-sizes" };
  if (largest !== undefined) return { leverage: largest.leverage, assumption: "beyond-listed-sizes" };
  const { leverage_estimate: one } = market;
  if (one === null || one === undefined) return undefined;
  return { leverage: readPositive(one, "leverage_estimate"), assumption: "one-leverage-for-all" };
}

/**
 * The margin that a position needs by itself, from the market's leverage and the risk parameters: maintenance margin is
 * its value over the leverage, initial margin that times `initial_margin_multiplier`. What a position of yours needs now
 * stands in `risk.get()`. Undefined while the market lists no leverage.
 *
 * @throws {KalshiValueError} for what is no count, price, leverage or multiplier, and for a market without multiplier
 *
 * @example
 * ```ts
 * import { formatMoney } from "@unofficial/kalshi/fixed-point";
 * import { estimateMargin } from "@unofficial/kalshi/perps";
 *
 * const margin = estimateMargin({
 *   market: { ticker: "KXBTCPERP", leverage_estimates: { "1000": 6, "10000": 5 } },
 *   parameters: { initial_margin_multiplier: { KXBTCPERP: 1.3 } },
 *   position: "100.00",
 *   price: "6.0000",
 * });
 * if (margin) console.log(formatMoney(margin.maintenanceMicros), formatMoney(margin.initialMicros)); // 100.0000 130.0000
 * ```
 */
export function estimateMargin(input: MarginInput): MarginEstimate | undefined {
  const { market, parameters, position, price } = readObject(input, "input");
  const notional = notionalMicros(price, position);
  const found = leverageAt(readObject(market, "market"), readCount(position, "position") >= 0, notional);
  const multiplier = rateOf(
    readObject(parameters, "parameters").initial_margin_multiplier,
    market.ticker,
    "initial_margin_multiplier",
    "it is no market of these parameters.",
  );
  if (found === undefined) return undefined;
  const rate = inverse(found.leverage);
  const maintenanceMicros = marginMicros(notional, rate);
  return {
    notionalMicros: notional,
    maintenanceMicros,
    initialMicros: marginMicros(maintenanceMicros, multiplier),
    maintenanceRate: writeRounded(rate, 6, "up"),
    assumes: [found.assumption, "no-offsets"],
  };
}

/**
 * Leverage as Kalshi counts it: value over maintenance margin, with 4 decimals, rounded to the nearest. Undefined
 * without margin. `risk.get()` has both, of a position (`position_notional`, `maintenance_margin_required`) and of the
 * account (`total_position_notional`, `total_maintenance_margin`), and the quotient as a float.
 *
 * @param notional what is held, in dollars
 * @param maintenance its maintenance margin, in dollars
 * @throws {KalshiValueError} for what is no money
 */
export function leverageOf(notional: string, maintenance: string | null | undefined): string | undefined {
  const worth = Math.abs(readMoney(notional, "notional"));
  const margin = maintenance === null || maintenance === undefined
    ? 0
    : readMoney(maintenance, "maintenance");
  if (margin <= 0) return undefined;
  return writeRounded({ numerator: BigInt(worth), denominator: BigInt(margin) }, 4, "nearest");
}

/** The thresholds as parts that maintenance margin is of equity. */
export interface Thresholds {
  readonly queue: Ratio;
  readonly liquidation: Ratio;
}

/**
 * A position waits in the queue before it is liquidated. So when the queue's threshold is the smaller one, the ratio rises
 * as equity falls: it is maintenance margin over equity. Otherwise it falls, and is the other way round.
 */
export function thresholdsOf(parameters: RiskThresholds): Thresholds {
  const read = (name: keyof RiskThresholds) => readPositive(readObject(parameters, "parameters")[name], name);
  const liquidation = read("liquidation_margin_ratio_threshold");
  const queue = read("queue_entry_margin_ratio_threshold");
  const isRising = compareRatios(queue, liquidation) <= 0;
  return isRising ? { queue, liquidation } : { queue: inverse(queue), liquidation: inverse(liquidation) };
}

/** The thresholds of `risk.parameters()`. */
export type RiskThresholds = Pick<
  GetMarginRiskParametersResponse,
  "liquidation_margin_ratio_threshold" | "queue_entry_margin_ratio_threshold"
>;

/** How near a subaccount is to liquidation. */
export interface MarginState {
  /**
   * - `covered`: below both thresholds, or nothing is held;
   * - `queued`: at the queue's threshold or over it;
   * - `liquidation`: at the threshold of liquidation or over it, or without equity.
   */
  readonly state: "covered" | "queued" | "liquidation";
  /**
   * Maintenance margin over equity, with 4 decimals, rounded up; undefined without equity. Liquidation is at 1 unless
   * the parameters say otherwise.
   */
  readonly ratio: string | undefined;
  /** Equity that is more than liquidation would leave, in millionths of a dollar; below 0 what is missing. */
  readonly cushionMicros: number;
  /** What was taken for granted. */
  readonly assumes: readonly MarginAssumption[];
}

/**
 * How near a subaccount is to liquidation, by its equity and maintenance margin. Of a self-clearing member Kalshi tells
 * no equity: what this says is then meaningless.
 *
 * @param balance one of `portfolio.balance()`'s `subaccount_balances`
 * @param parameters what `risk.parameters()` answers
 * @throws {KalshiValueError} for what is no money or threshold
 */
export function marginState(
  balance: Pick<MarginSubaccountBalance, "account_equity" | "maintenance_margin">,
  parameters: RiskThresholds,
): MarginState {
  const { account_equity, maintenance_margin } = readObject(balance, "balance");
  const equity = readMoney(account_equity, "account_equity");
  const maintenance = readMoney(maintenance_margin, "maintenance_margin");
  const { queue, liquidation } = thresholdsOf(parameters);
  const isOver = (threshold: Ratio) =>
    maintenance > 0 &&
    compareRatios(
        { numerator: BigInt(maintenance), denominator: 1n },
        product({ numerator: BigInt(equity), denominator: 1n }, threshold),
      ) >= 0;
  return {
    state: isOver(liquidation) ? "liquidation" : isOver(queue) ? "queued" : "covered",
    ratio: equity > 0
      ? writeRounded({ numerator: BigInt(maintenance), denominator: BigInt(equity) }, 4, "up")
      : undefined,
    cushionMicros: equity - marginMicros(maintenance, inverse(liquidation)),
    assumes: ["ratio-of-equity"],
  };
}
