/** The feeds of a page: that of event contracts, and that of perps where the exchange has them. */
import { KalshiAuth } from "../../auth/kalshi_auth.ts";
import type { Clock } from "../../base/clock.ts";
import { KalshiClient } from "../../client.ts";
import type { KalshiConfig } from "../../config/kalshi_config.ts";
import type { PerpsConfig } from "../../config/perps_config.ts";
import { PerpsClient } from "../../perps/client.ts";
import type { Runtime } from "../../runtime/types.ts";
import { eventFeed } from "../../workers/event_feed.ts";
import { perpsFeed } from "../../workers/perps_feed.ts";
import { PageFeed } from "./feed.ts";

/** Where feeds read, and as whom. */
export interface FeedPlace {
  readonly config: KalshiConfig;
  /** Where perps are; undefined where there are none. */
  readonly perpsConfig: PerpsConfig | undefined;
  /** Reaches the exchange as the page's account. */
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/** The feeds, by what `?exchange=` of their address says. */
export interface PageFeeds {
  readonly event: PageFeed<KalshiClient>;
  readonly margin: PageFeed<PerpsClient> | undefined;
}

/** Nothing is signed: who asks is known by the way it comes. */
const nobody = () =>
  KalshiAuth.fromSigner({ keyId: "page", sign: () => Promise.resolve("A".repeat(86) + "==") });

/** Makes them. */
export function pageFeeds({ config, perpsConfig, runtime, clock, onError }: FeedPlace): PageFeeds {
  const event = new PageFeed<KalshiClient>({
    product: eventFeed,
    createClient: () => new KalshiClient({ auth: nobody(), config, runtime }),
    followOwn: async (stream, take) => {
      for (const channel of ["fill", "user_orders", "market_positions"] as const) {
        await stream.on(channel, take);
      }
    },
    clock,
    onError,
  });
  const margin = perpsConfig && new PageFeed<PerpsClient>({
    product: perpsFeed,
    createClient: () => new PerpsClient({ auth: nobody(), config: perpsConfig, runtime }),
    followOwn: async (stream, take) => {
      for (const channel of ["fill", "user_orders"] as const) await stream.on(channel, take);
    },
    clock,
    onError,
  });
  return { event, margin };
}
