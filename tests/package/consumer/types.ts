// What the declarations of the installed package promise to a strict compiler.
import { KalshiClient, type Market } from "@unofficial/kalshi";
import { denoRuntime } from "@unofficial/kalshi/deno";
import { bunRuntime } from "@unofficial/kalshi/bun";
import { nodeRuntime } from "@unofficial/kalshi/node";
import { workersRuntime } from "@unofficial/kalshi/workers";
import { KalshiStream } from "@unofficial/kalshi/stream";
import { safeParseMarket } from "@unofficial/kalshi/schemas";
import { ReplayTransport } from "@unofficial/kalshi/testing";
import { RedisRateStore } from "@unofficial/kalshi/rate-store-redis";

export const client: KalshiClient = new KalshiClient({ demo: true, runtime: nodeRuntime() });
export const market: Market = await client.markets.get("KXHIGHNY-26NOV24-T60");
export const bid: string = market.yes_bid_dollars;
// @ts-expect-error Prices are strings: sums are done with what fixed_point offers.
export const half: number = market.yes_bid_dollars;
// @ts-expect-error Kalshi has no such field.
market.nothing;
// @ts-expect-error Sides are "bid" and "ask".
client.orders.create({ ticker: "T", side: "yes", count: "1.00", price: "0.5000" });
export const others: unknown[] = [
  denoRuntime,
  bunRuntime,
  workersRuntime,
  KalshiStream,
  safeParseMarket,
  ReplayTransport,
  RedisRateStore,
];
await client[Symbol.asyncDispose]();
