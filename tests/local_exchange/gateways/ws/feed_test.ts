/** The order in which the WebSocket tells what happens: a cause before what comes of it. */
import { assert, assertEquals } from "@std/assert";
import { LocalExchange } from "../../../../src/local_exchange/mod.ts";
import { ManualClock } from "../../../../src/testing/manual_clock.ts";
import { test } from "../../../support/test.ts";
import { Session } from "../../support/session.ts";

test("a market's pause is told before what it ends, and its reopening before the quotes that follow", async () => {
  const clock = new ManualClock();
  await using exchange = LocalExchange.create({ clock, markets: 20 });
  const { auth } = await exchange.createAccount();
  const [ticker] = exchange.openTickers();
  assert(ticker);
  const told: string[] = [];
  const headers = { ...await auth.headers("GET", "/trade-api/ws/v2", { timestampMs: clock.now() }) };
  const onMessage = (data: string | Uint8Array) => {
    const { type, msg } = JSON.parse(String(data));
    const what = type === "market_lifecycle_v2" ? msg.event_type : type;
    if (what !== told.at(-1)) told.push(what);
  };
  const socket = await exchange.createRuntime().connectWebSocket(
    exchange.wsBaseUrl,
    { onMessage, onClose: () => {} },
    { headers },
  );
  const channels = ["market_lifecycle_v2", "orderbook_delta", "communications"];
  socket.send(JSON.stringify({ id: 1, cmd: "subscribe", params: { channels, market_ticker: ticker } }));
  await new Session(exchange, auth).post("/communications/rfqs", {
    market_ticker: ticker,
    contracts: 1,
    rest_remainder: false,
  });
  await clock.advance(0);
  assertEquals(told.splice(0), ["subscribed", "orderbook_snapshot", "subscribed", "rfq_created"]);
  exchange.setMarketActive(ticker, false);
  exchange.setMarketActive(ticker, true);
  await clock.advance(0);
  // What had rested goes with the reopening, which is told then; the makers quote after that.
  assertEquals(told, ["deactivated", "rfq_deleted", "orderbook_delta", "activated", "orderbook_delta"]);
});
