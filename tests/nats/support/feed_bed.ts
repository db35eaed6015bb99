/** Feeds on the gateways of a bed. */
import type { NatsConnection } from "@nats-io/nats-core";
import { NatsFeed, type NatsFeedOptions, NatsPerpsFeed } from "../../../src/nats/mod.ts";
import type { LiveOrderBook } from "../../../src/stream/mod.ts";
import type { GatewayBed } from "./gateway_bed.ts";

/** A connection as the tests use it: they close it, too. */
export interface Connected {
  readonly connection?: NatsConnection;
}

/** Opens the feed of a bed's product, typed as that of event contracts, with a connection of its own. */
export async function openFeed(
  bed: GatewayBed,
  options: Partial<NatsFeedOptions> & Connected = {},
): Promise<NatsFeed & { readonly connection: NatsConnection }> {
  const connection = options.connection ?? await bed.server.connect();
  const { config } = bed.trader.client;
  const given = { connection, config, ...options };
  const feed = bed.product.name === "perps"
    ? await NatsPerpsFeed.connect(given as never) as unknown as NatsFeed
    : await NatsFeed.connect(given as NatsFeedOptions);
  return Object.assign(feed, { connection });
}

/** Whether every book is live and the exchange's own. */
export async function areRight(
  bed: GatewayBed,
  books: Iterable<LiveOrderBook>,
): Promise<boolean> {
  for (const book of books) {
    if (book.state !== "live") return false;
    const own = JSON.stringify(bed.product.bookOf(book));
    if (own !== JSON.stringify(await bed.trader.restBook(book.ticker))) return false;
  }
  return true;
}
