/**
 * Order entry over FIX: places a resting order, changes it, follows its reports, and cancels all of the session.
 *
 *     deno run -A --env-file examples/fix_orders.ts TICKER PRICE
 *
 * KALSHI_FIX_KEY_ID and its private key are of a key that no other FIX connection uses.
 */
import process from "node:process";
import { ExecType, FixClient, FixConfig, OrdStatus, Side } from "@unofficial/kalshi/fix";
import { KalshiError } from "@unofficial/kalshi";

const [Symbol, Price] = process.argv.slice(2);
if (Symbol === undefined || Price === undefined) {
  throw new Error("fix_orders.ts TICKER PRICE, such as 0.4400");
}

const nameOf = (codes: object, code: string) =>
  Object.entries(codes).find(([, value]) => value === code)?.[0] ?? code;

const config = FixConfig.fromEnv(undefined, {
  product: "event",
  session: "order-entry",
  // Prices in dollars; and if this process dies, nothing of it stays in the market.
  logon: { UseDollars: true, CancelOrdersOnDisconnect: true },
});
await using session = await FixClient.fromEnv(undefined, { config });

// Every report of the session, and markers where some may be missing.
const reports = session.executionReports();
const printing = (async () => {
  for await (const item of reports) {
    if (item.MsgType === undefined) console.log("reports may be missing:", item.type);
    else {console.log(
        nameOf(ExecType, item.ExecType),
        item.ClOrdID,
        nameOf(OrdStatus, item.OrdStatus),
        item.LeavesQty,
      );}
  }
})();

try {
  const order = await session.newOrderSingle({ Symbol, Side: Side.Buy, OrderQty: "10", Price });
  console.log("placed", order.OrderID, nameOf(OrdStatus, order.report.OrdStatus));
  const replaced = await session.orderCancelReplaceRequest({
    OrigClOrdID: order.ClOrdID,
    Symbol,
    Side: Side.Buy,
    OrderQty: "4",
  });
  console.log("changed to", replaced.OrderQty, "contracts");
  const { canceled } = await session.orderMassCancelRequest();
  let count = 0;
  for await (const item of canceled) if (item.MsgType !== undefined) count++;
  console.log("cancelled", count, "of the session");
} catch (error) {
  if (!(error instanceof KalshiError)) throw error;
  // The outcome says whether there can be an order.
  console.error(error.code, error.outcome, error.message);
  process.exitCode = 1;
}
await session.close();
await printing;
