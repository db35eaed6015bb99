/** A feed of live order books for web pages: one socket to Kalshi, any number of readers. */
import { type FeedNamespace, KalshiFeed } from "@unofficial/kalshi/workers";

export { KalshiFeed };

export default {
  fetch(request: Request, env: { readonly KALSHI_FEED: FeedNamespace }): Promise<Response> {
    return env.KALSHI_FEED.get(env.KALSHI_FEED.idFromName("main")).fetch(request);
  },
};
