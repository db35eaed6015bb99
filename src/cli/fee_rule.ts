/**
 * How a market charges its fills.
 *
 * @module
 */
import type { KalshiClient } from "../client.ts";
import type { FeeRule } from "./order_cost.ts";

/** A market's fees, and which series they are from. */
export interface MarketFees extends FeeRule {
  readonly series_ticker: string;
}

/** Looks up an event's fees: those of its series, unless the event has its own. */
export async function feesOf(
  client: KalshiClient,
  eventTicker: string,
  signal: AbortSignal,
): Promise<MarketFees> {
  const event = await client.events.get(eventTicker, {}, { signal });
  const { series_ticker, fee_type_override, fee_multiplier_override } = event;
  const { fee_type, fee_multiplier } = await client.series.get(series_ticker, {}, { signal });
  return {
    series_ticker,
    fee_type: fee_type_override ?? fee_type,
    fee_multiplier: fee_multiplier_override ?? fee_multiplier,
  };
}
