/** A feed of live order books for web pages, and a list of markets: one socket to Kalshi, any number of readers. */
import { KalshiClient, type KalshiEnv } from "@unofficial/kalshi";
import { type FeedNamespace, KalshiFeed } from "@unofficial/kalshi/workers";

export { KalshiFeed };

export default {
  async fetch(request: Request, env: KalshiEnv & { readonly KALSHI_FEED: FeedNamespace }): Promise<Response> {
    if (new URL(request.url).pathname === "/markets") return await openMarkets(request, env);
    return await env.KALSHI_FEED.get(env.KALSHI_FEED.idFromName("main")).fetch(request);
  },
};

/** Markets for a page to choose from: Kalshi is asked once a minute, however many readers ask. */
async function openMarkets({ url }: Request, env: KalshiEnv): Promise<Response> {
  const [cache, key] = [await caches.open("markets"), new URL("/markets", url)];
  const kept = await cache.match(key);
  if (kept !== undefined) return kept;
  await using client = await KalshiClient.fromEnv(env);
  const { items } = await client.markets.list({ status: "open", limit: 200 });
  const markets = items.map(({ ticker, title, yes_sub_title }) => ({
    ticker,
    title,
    outcome: yes_sub_title,
  }));
  const answer = Response.json(markets, { headers: { "cache-control": "max-age=60" } });
  await cache.put(key, answer.clone());
  return answer;
}
