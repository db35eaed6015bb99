/**
 * Looks for events whose markets exclude each other and whose bids add up to more than a dollar: at most one of them
 * ends YES, so who sells YES in all of them gets more than he can lose. Sells, if told to.
 *
 *     deno run -A --env-file examples/arbitrage.ts [--trade]
 */
import process from "node:process";
import { type EventData, KalshiClient, type Market } from "@unofficial/kalshi";
import { formatCount, formatMoney, parseCount, parsePrice } from "@unofficial/kalshi/fixed-point";

const isTrading = process.argv.includes("--trade");
await using client = await KalshiClient.fromEnv(undefined, { rateLimit: "auto" });

/** Fee of a taker in millionths of a dollar a contract, rounded up as Kalshi's general schedule has it. */
const feeMicros = (price: number) => Math.ceil(0.07 * price * (10_000 - price) / 10_000) * 100;

interface Opportunity {
  readonly markets: readonly Market[];
  /** Contracts in hundredths that all bids have. */
  readonly count: number;
  /** What is certain at least, in millionths of a dollar a contract. */
  readonly gainMicros: number;
}

function opportunity(event: EventData): Opportunity | undefined {
  const markets = (event.markets ?? []).filter(({ yes_bid_dollars }) => parsePrice(yes_bid_dollars) > 0);
  if (!event.mutually_exclusive || markets.length < 2) return undefined;
  const bids = markets.map(({ yes_bid_dollars }) => parsePrice(yes_bid_dollars));
  const income = bids.reduce((sum, bid) => sum + bid * 100 - feeMicros(bid), 0);
  // One of them pays a dollar to its buyer, if any does.
  const gainMicros = income - 1_000_000;
  const count = Math.min(...markets.map(({ yes_bid_size_fp }) => parseCount(yes_bid_size_fp ?? "0.00")));
  return gainMicros > 0 && count > 0 ? { markets, count, gainMicros } : undefined;
}

let found = 0;
for await (const event of client.events.list({ status: "open", with_nested_markets: true })) {
  const chance = opportunity(event);
  if (chance === undefined) continue;
  found++;
  const { markets, count, gainMicros } = chance;
  const whole = Math.floor(count / 100) * 100;
  console.log(`${event.event_ticker}: bids of ${markets.length} markets add up to more than a dollar:`);
  console.log(`  at least ${formatMoney(gainMicros)} a contract, for ${formatCount(whole)} contracts`);
  if (!isTrading || whole === 0) continue;
  // All or nothing for each; what one leg misses, the others must not have sold for long: that risk stays.
  const results = await client.orders.batchCreate({
    orders: markets.map(({ ticker, yes_bid_dollars }) => ({
      ticker,
      side: "ask",
      count: formatCount(whole),
      price: yes_bid_dollars,
      time_in_force: "fill_or_kill",
      self_trade_prevention_type: "taker_at_cross",
    })),
  });
  for (const [index, { fill_count, error }] of results.entries()) {
    console.log(" ", markets[index]?.ticker, error ? `refused: ${error.message}` : `sold ${fill_count}`);
  }
}
console.log(found === 0 ? "No event's bids add up to more than a dollar." : `${found} found.`);
