/**
 * A market that is a year old, with a candle in each minute of it: no exchange of ours makes so many at once. It answers
 * what the walk over candles asks, and refuses more than 5,000 of them a call. It prints its address.
 */
import { createServer } from "node:http";
import process from "node:process";

const MINUTE_S = 60;
const YEAR_S = 365 * 86_400;
const END_S = Math.floor(Date.UTC(2026, 10, 1) / 1_000);
const MOST = 5_000;

const dollars = (ticks: number) => `0.${String(ticks).padStart(4, "0")}`;
const quotes = (at: number) => ({
  open_dollars: dollars(at),
  high_dollars: dollars(at + 100),
  low_dollars: dollars(at - 100),
  close_dollars: dollars(at + 50),
});

function candle(endS: number) {
  const at = 4_000 + (endS / MINUTE_S * 7_919) % 2_000;
  return {
    end_period_ts: endS,
    yes_bid: quotes(at - 200),
    yes_ask: quotes(at + 200),
    price: { ...quotes(at), mean_dollars: dollars(at + 10), previous_dollars: dollars(at) },
    volume_fp: `${endS % 977}.00`,
    open_interest_fp: `${10_000 + endS % 991}.00`,
  };
}

const iso = (seconds: number) => new Date(seconds * 1_000).toISOString();
const market = {
  ticker: "KXYEAR-T1",
  event_ticker: "KXYEAR",
  created_time: iso(END_S - YEAR_S),
  open_time: iso(END_S - YEAR_S),
  close_time: iso(END_S + YEAR_S),
  status: "active",
};

function answer(url: URL): [number, unknown] {
  const { pathname, searchParams } = url;
  if (pathname.endsWith("/trade-api/v2/markets")) return [200, { markets: [market], cursor: "" }];
  if (pathname.endsWith("/markets/KXYEAR-T1")) return [200, { market }];
  if (pathname.endsWith("/events/KXYEAR")) {
    return [200, { event: { event_ticker: "KXYEAR", series_ticker: "KXYEARS" }, markets: [] }];
  }
  if (!pathname.endsWith("/series/KXYEARS/markets/KXYEAR-T1/candlesticks")) {
    return [404, { code: "not_found" }];
  }
  const first = Math.ceil(Number(searchParams.get("start_ts")) / MINUTE_S);
  const last = Math.floor(Number(searchParams.get("end_ts")) / MINUTE_S);
  if (last - first >= MOST) return [400, { code: "invalid_parameters", message: `more than ${MOST}` }];
  const candlesticks = Array.from({ length: last - first + 1 }, (_, n) => candle((first + n) * MINUTE_S));
  return [200, { ticker: market.ticker, candlesticks }];
}

const server = createServer((request, response) => {
  const [status, body] = answer(new URL(request.url ?? "/", "http://localhost"));
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/trade-api/v2`);
});
process.stdin.on("end", () => process.exit(0)).resume();
