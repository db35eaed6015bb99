/**
 * Watches the funding of perpetual futures: the rate that runs up to the next funding, what it would cost or bring you,
 * and a line each time a rate crosses a limit. It changes nothing, and goes on until Ctrl-C. It needs a key, as every
 * stream does.
 *
 *     deno run -A --env-file examples/funding_monitor.ts [PERCENT] [SECONDS]
 */
import process from "node:process";
import { formatCount, formatMoney, parseCount, parseFixed } from "@unofficial/kalshi/fixed-point";
import { estimateFunding, fundingPaymentMicros, PerpsClient } from "@unofficial/kalshi/perps";

const [percent = "0.05", seconds] = process.argv.slice(2);
/** The limit in millionths of a percent, so that nothing is compared as a float. */
const limit = parseFixed(percent, 6);
const end = new AbortController();
process.once("SIGINT", () => end.abort());
if (seconds !== undefined) setTimeout(() => end.abort(), Number(seconds) * 1_000);

await using client = await PerpsClient.fromEnv(undefined, { readOnly: true });

/** A rate, a fraction, in millionths of a percent. */
const millionths = (rate: number) => Math.round(rate * 1e8);
const shown = (rate: number) => `${(millionths(rate) / 1e6).toFixed(4)} %`;
const time = (ms: number | undefined) => ms === undefined ? "?" : new Date(ms).toISOString().slice(11, 16);

/** Hundredths of contracts held of each market, over all subaccounts. */
async function held(): Promise<Map<string, number>> {
  const contracts = new Map<string, number>();
  for (const { market_ticker, position } of await client.portfolio.positions.list()) {
    contracts.set(market_ticker, (contracts.get(market_ticker) ?? 0) + parseCount(position));
  }
  return contracts;
}

const positions = await held();
const positionIn = (ticker: string) => formatCount(positions.get(ticker) ?? 0);
const markets = await client.markets.list({ status: "active" });
const over = new Map<string, boolean>();
for (const { ticker } of markets) {
  const rates = await client.funding.rateEstimate({ ticker });
  const next = estimateFunding(rates, positionIn(ticker));
  if (next.state === "unknown") {
    console.log(ticker, "no rate yet, next funding", time(next.dueMs));
    continue;
  }
  const rate = rates.funding_rate ?? 0;
  over.set(ticker, Math.abs(millionths(rate)) >= limit);
  console.log(ticker, shown(rate), "at", time(next.dueMs), "you would get", formatMoney(next.paymentMicros));
}

await using stream = await client.stream();
const tickers = await stream.subscribe("ticker", { market_tickers: markets.map(({ ticker }) => ticker) });
end.signal.addEventListener("abort", () => void tickers.unsubscribe());
console.log("watching", markets.length, "markets for", percent, "%");
for await (const item of tickers) {
  // What was missed while the connection was away is in the next frame.
  if (item.type !== "ticker") continue;
  const { market_ticker: ticker, funding_rate: funding, settlement_mark_price: mark } = item.msg;
  if (funding === null || funding === undefined || mark === null || mark === undefined) continue;
  const isOver = Math.abs(millionths(funding.rate)) >= limit;
  if (isOver === (over.get(ticker) ?? false)) continue;
  over.set(ticker, isOver);
  const payment = fundingPaymentMicros({
    position: positionIn(ticker),
    markPrice: mark.price,
    rate: funding.rate,
  });
  // Above 0, long pays short.
  const payer = funding.rate > 0 ? "long pays short" : "short pays long";
  const due = `at ${time(funding.next_funding_time_ms)} you would get ${formatMoney(payment)}`;
  console.log(ticker, isOver ? "over:" : "back under:", shown(funding.rate), isOver ? payer : "", due);
}
