/** A run in which everything happens that a report shows. */
import type { RunReport, RunReportOptions } from "../../../../src/local_exchange/mod.ts";
import { reportBed } from "./bed.ts";

/** Plays it: fills on both sides as maker and taker, a loss, a pause, refusals, a second market, a settlement. */
export async function busyRun(
  options: RunReportOptions & { readonly ticker?: string; readonly marketTitle?: string } = {},
): Promise<RunReport> {
  await using bed = await reportBed(options);
  const { exchange, ticker } = bed;
  const other = exchange.listMarket({ ticker: "SNOW", title: "Snow tomorrow?" });
  await bed.order("bid", "0.45", "20", { client_order_id: '=HYPERLINK("x"),1' });
  bed.at(60_000);
  bed.others(["ask", "0.45", "12"]);
  await bed.order("ask", "0.55", "20");
  bed.at(90_000);
  bed.others(["ask", "0.50", "30"], ["bid", "0.46", "30"]);
  bed.at(240_000);
  bed.others(["bid", "0.55", "15"]);
  await bed.order("ask", "0.46", "10", { time_in_force: "immediate_or_cancel" });
  exchange.pause("trading");
  bed.at(300_000);
  const refused = {
    ticker: other,
    side: "bid",
    price: "0.10",
    count: "1",
    time_in_force: "good_till_canceled",
  };
  await bed.session.post("/portfolio/events/orders", { ...refused, self_trade_prevention_type: "maker" });
  exchange.pause("nothing");
  exchange.placeCounterOrder({ ticker: other, side: "bid", price: "0.20", count: "40" });
  exchange.placeCounterOrder({ ticker: other, side: "ask", price: "0.30", count: "40" });
  await bed.order("bid", "0.30", "25", { ticker: other });
  bed.at(360_000);
  exchange.placeCounterOrder({ ticker: other, side: "ask", price: "0.24", count: "40" });
  bed.at(600_000);
  exchange.determine(ticker, "no", { settle: true });
  bed.at(720_000);
  return bed.observer.report();
}
