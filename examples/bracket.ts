/**
 * A bracket order: an order that rests, with a stop loss and a take profit that follow its fills, and what becomes of
 * them. The exchange keeps the bracket: when this process is gone, it is there still.
 *
 *     deno run -A --env-file examples/bracket.ts TICKER bid|ask COUNT PRICE STOP_LOSS TAKE_PROFIT
 */
import process from "node:process";
import { formatMoney, parsePrice } from "@unofficial/kalshi/fixed-point";
import { estimateMargin, PerpsClient, roundToTick } from "@unofficial/kalshi/perps";

const [ticker, side, count, price, stopLoss, takeProfit] = process.argv.slice(2);
if (
  ticker === undefined || (side !== "bid" && side !== "ask") || count === undefined || price === undefined ||
  stopLoss === undefined || takeProfit === undefined
) throw new Error("bracket.ts TICKER bid|ask COUNT PRICE STOP_LOSS TAKE_PROFIT");
const isLong = side === "bid";
const [lower, upper] = isLong ? [stopLoss, takeProfit] : [takeProfit, stopLoss];
if (!(parsePrice(lower) < parsePrice(price) && parsePrice(price) < parsePrice(upper))) {
  throw new Error("The stop loss is where the position loses, the take profit where it gains.");
}

await using client = await PerpsClient.fromEnv();
await using stream = await client.stream();
// Before anything is placed, so that no fill is missed.
await using fills = await stream.fills({ market_tickers: [ticker] }, { recover: true });
const market = await client.markets.get(ticker);
const margin = estimateMargin({
  market,
  parameters: await client.risk.parameters(),
  position: isLong ? count : `-${count}`,
  price,
});
if (margin) console.log("needs about", formatMoney(margin.initialMicros), "of margin");

const order = await client.orders.create({
  ...{ ticker, side, count, price: roundToTick(market, side, price) },
  time_in_force: "good_till_canceled",
  // It rests, so that the bracket is there before the first fill.
  post_only: true,
  self_trade_prevention_type: "taker_at_cross",
  // Refused when the market's terms are no longer those that were read.
  market_version: market.market_version,
  client_order_id: crypto.randomUUID(),
});
console.log("resting:", order.order_id);
const exit = isLong ? "ask" : "bid";
let trigger = await client.exitTriggers.cross.set(ticker, {
  anchor_order_id: order.order_id,
  // Sent again with this id, it is added once.
  client_trigger_id: order.order_id,
  stop_loss_price: roundToTick(market, exit, stopLoss),
  take_profit_price: roundToTick(market, exit, takeProfit),
});
console.log("bracket:", trigger.id, trigger.status);

/** Says what fills, until the stream is closed. */
async function sayFills(): Promise<void> {
  for await (const item of fills) {
    if (item.type !== "fill") continue;
    const { count, side, price, order_source, post_position } = item.msg;
    console.log("filled", count, side, "at", price, "by", order_source, "position", post_position ?? "?");
  }
}
const said = sayFills();

// No channel tells of triggers: the exchange is asked, until there is nothing more to come.
while (!["filled", "failed", "canceled"].includes(trigger.status)) {
  await new Promise((resolve) => setTimeout(resolve, 500));
  const now = (await client.exitTriggers.cross.list(ticker)).find(({ id }) => id === trigger.id);
  if (now === undefined) break;
  if (now.status !== trigger.status) console.log("bracket:", now.status, now.triggered_leg ?? "");
  trigger = now;
}
await stream.close();
await said;
console.log("over:", trigger.status, trigger.triggered_leg ?? "", trigger.filled_count, "closed");
