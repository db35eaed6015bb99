/** Looks up what the markets of a mirror are, when it begins. */
import { KalshiConfigError } from "../../base/errors.ts";
import type { FoundMarket, MarketLookup } from "../../recordings/market_lookup.ts";

type Payload = Readonly<Record<string, unknown>>;

/** One market, with its event and its series. */
export async function lookUp(
  { markets, events, series }: MarketLookup,
  ticker: string,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<FoundMarket> {
  const market = await markets.get(ticker, options) as Payload;
  const { event_ticker: eventTicker } = market;
  if (market.ticker !== ticker || typeof eventTicker !== "string") {
    throw new KalshiConfigError(
      `LocalExchange.mirror: \`lookup\` has no event contract ${ticker}. Perps are not mirrored.`,
    );
  }
  const event = await events?.get(eventTicker, {}, options) as Payload | undefined;
  const seriesTicker = event?.series_ticker;
  const found = typeof seriesTicker === "string"
    ? await series?.get(seriesTicker, {}, options) as Payload | undefined
    : undefined;
  return { ticker, market, event, series: found };
}
