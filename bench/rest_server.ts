/** A server that answers at once, so that what is measured is the client. It prints its port. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";

const balance = JSON.stringify({
  balance: 100_000,
  balance_dollars: "1000.0000",
  portfolio_value: 0,
  updated_ts: 1_790_000_000,
});
const created = JSON.stringify({
  order_id: "0f1c7e6a-5b1e-4b6c-9f0e-2f6f0f6f0f6f",
  client_order_id: "3d3b7a52-8a54-4e62-8f3e-8e9f0a1b2c3d",
  fill_count: "0.00",
  remaining_count: "10.00",
  ts_ms: 1_790_000_000_000,
});
const market = (index: number) => ({
  ticker: `KXBENCH-26NOV24-T${index}`,
  event_ticker: "KXBENCH-26NOV24",
  market_type: "binary",
  yes_sub_title: `${index}° or above`,
  no_sub_title: `Below ${index}°`,
  created_time: "2026-11-20T10:00:00Z",
  updated_time: "2026-11-23T10:00:00Z",
  open_time: "2026-11-23T15:00:00Z",
  close_time: "2026-11-25T04:59:00Z",
  latest_expiration_time: "2026-12-01T15:00:00Z",
  settlement_timer_seconds: 1800,
  status: "active",
  yes_bid_dollars: "0.5600",
  yes_bid_size_fp: "120.00",
  yes_ask_dollars: "0.5700",
  yes_ask_size_fp: "80.00",
  no_bid_dollars: "0.4300",
  no_ask_dollars: "0.4400",
  last_price_dollars: "0.5600",
  volume_fp: "10233.00",
  volume_24h_fp: "2033.00",
  open_interest_fp: "5012.00",
  notional_value_dollars: "1.0000",
  result: "",
  can_close_early: true,
  rules_primary: "If the highest temperature recorded is at or above the strike, the market resolves to Yes.",
  price_level_structure: "linear_cent",
  price_ranges: [{ start: "0.0100", end: "0.9900", step: "0.0100" }],
});
const markets = JSON.stringify({
  markets: Array.from({ length: 1000 }, (_, index) => market(index)),
  cursor: "next",
});

const server = createServer((request, response) => {
  const isPost = request.method === "POST";
  const body = isPost ? created : request.url?.startsWith("/trade-api/v2/markets") ? markets : balance;
  const answer = () => {
    response.writeHead(isPost ? 201 : 200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    });
    response.end(body);
  };
  if (isPost) request.on("end", answer).resume();
  else answer();
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
process.stdin.on("end", () => process.exit(0)).resume();
