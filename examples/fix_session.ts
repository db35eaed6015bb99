/**
 * A FIX session on a local exchange: an order that REST sees as well, a gateway that restarts, and what the report
 * of a cancel says.
 */
import type { KalshiClient, Market } from "@unofficial/kalshi";
import { FixClient, OrdStatus, Side } from "@unofficial/kalshi/fix";
import { formatPrice, parsePrice } from "@unofficial/kalshi/fixed-point";
import type { LocalAccount, LocalExchange } from "@unofficial/kalshi/local-exchange";
import { facts, heading, red, table } from "./support/print.ts";

const statusName = (code: string) =>
  Object.entries(OrdStatus).find(([, value]) => value === code)?.[0] ?? code;

/** Trades in a market over FIX with the key of an account. */
export async function tradeByFix(
  exchange: LocalExchange,
  { auth }: LocalAccount,
  client: KalshiClient,
  market: Market,
): Promise<void> {
  const config = exchange.fixConfig("order-entry", { logon: { UseDollars: true } });
  heading(`The same market over FIX, at ${config.host}:${config.port}`);
  await using fix = await FixClient.connect({ auth, config });
  facts({ "logged on to": config.targetCompId });

  // A cent below the best bid: it rests.
  const price = formatPrice(parsePrice(market.yes_bid_dollars) - parsePrice("0.01"));
  const order = await fix.newOrderSingle({
    Symbol: market.ticker,
    Side: Side.Buy,
    OrderQty: "3",
    Price: price,
  });
  const { OrderID = "" } = order;
  const seen = await client.orders.get(OrderID);
  table(["seen by", "order", "status", "price", "resting"], [
    ["FIX", OrderID.slice(0, 13), statusName(order.report.OrdStatus), price, order.report.LeavesQty ?? ""],
    ["REST", seen.order_id.slice(0, 13), seen.status, seen.yes_price_dollars, seen.remaining_count_fp],
  ]);

  const reports = fix.executionReports();
  exchange.fix.restart();
  for await (const item of reports) {
    if (item.MsgType !== undefined || item.type !== "reconnected") continue;
    facts({ "connection": `${red("broke")} and is there again; reports may be missing, says a marker` });
    break;
  }
  const canceled = await fix.orderCancelRequest({
    OrigClOrdID: order.ClOrdID,
    Symbol: market.ticker,
    Side: Side.Buy,
  });
  facts({ "cancelled over the new one": `${statusName(canceled.OrdStatus)}, filled ${canceled.CumQty}` });
}
