/** The helpers on what an exchange really answers: its own figures, out of its payloads. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { KalshiBadRequestError } from "../../../src/base/errors.ts";
import { parseMoney, parsePrice } from "../../../src/base/fixed_point.ts";
import { LocalExchange } from "../../../src/local_exchange/mod.ts";
import {
  addFill,
  breakEvenPrice,
  entryPrice,
  estimateCrossLiquidation,
  estimateFunding,
  estimateMargin,
  flatPosition,
  leverageOf,
  marginState,
  notionalMicros,
  PerpsClient,
  priceBand,
  returnOnMargin,
  roundToTick,
  tradeFeeMicros,
  unrealizedPnlMicros,
} from "../../../src/perps/mod.ts";
import { ManualClock } from "../../../src/testing/mod.ts";
import { test } from "../../support/test.ts";

for (const side of ["bid", "ask"] as const) {
  test(`a ${side === "bid" ? "long" : "short"} position, from its fee to its liquidation`, async () => {
    const clock = new ManualClock();
    await using exchange = LocalExchange.create({
      ...{ clock, markets: 0, marketMakers: false, perps: { markets: 0, marketMakers: false } },
    });
    const { auth } = await exchange.createAccount({ perpsBalance: "100.00" });
    await using client = new PerpsClient({
      ...{ auth, clock, config: exchange.perpsConfig, runtime: exchange.createRuntime() },
    });
    const { perps } = exchange;
    const ticker = perps.listMarket({ ticker: "P", indexPrice: "9.9500", tickSize: "0.0010" });
    perps.placeCounterOrder({ ticker, side: "bid", price: "9.9900", count: "900" });
    perps.placeCounterOrder({ ticker, side: "ask", price: "10.0100", count: "900" });
    await clock.advance(61_000);

    const market = await client.markets.get(ticker);
    const best = side === "bid" ? market.ask : market.bid;
    const price = roundToTick(market, side, best ?? "", "aggressive");
    const order = {
      ticker,
      side,
      count: "100.00",
      price,
      self_trade_prevention_type: "taker_at_cross",
    } as const;
    await client.orders.create({ ...order, time_in_force: "immediate_or_cancel" });
    const { items: fills } = await client.portfolio.fills.list();
    const tiers = await client.fees.tiers();
    const fee = tradeFeeMicros(tiers, { ticker, price, count: "100.00", isTaker: true });
    const charged = parseMoney(fills[0]?.fees ?? "");
    // The exchange rounds up to the centicent.
    assert(charged >= fee && charged < fee + 100, `${charged} ${fee}`);

    perps.setMarkPrice(ticker, side === "bid" ? "10.2000" : "9.8000");
    const [position] = await client.portfolio.positions.list();
    const risk = (await client.risk.get()).positions[0];
    const { subaccount_balances: [balance] } = await client.portfolio.balance();
    const parameters = await client.risk.parameters();
    assert(position !== undefined && risk !== undefined && balance !== undefined);
    const counted = fills.toReversed().reduce(addFill, flatPosition);
    assertEquals(parsePrice(entryPrice(counted) ?? ""), parsePrice(position.entry_price));
    assertEquals(unrealizedPnlMicros(counted, risk.mark_price), parseMoney(position.unrealized_pnl));
    assertEquals(unrealizedPnlMicros(position, risk.mark_price), parseMoney(position.unrealized_pnl));
    assertEquals(notionalMicros(risk.mark_price, risk.position), parseMoney(risk.position_notional));
    const margin = estimateMargin({ market, parameters, position: risk.position, price: risk.mark_price });
    assertEquals(margin?.maintenanceMicros, parseMoney(risk.maintenance_margin_required ?? ""));
    assertEquals(margin?.initialMicros, parseMoney(balance.initial_margin));
    assertEquals(
      Number(leverageOf(risk.position_notional, risk.maintenance_margin_required)),
      risk.position_leverage,
    );
    const roe = returnOnMargin(parseMoney(position.unrealized_pnl), position.margin_used);
    assertEquals(Number(roe), position.roe);
    assertEquals(marginState(balance, parameters).state, "covered");
    const liquidation = estimateCrossLiquidation({ position: risk, balance, parameters });
    if (liquidation.state === "at") {
      const told = parsePrice(risk.estimated_liquidation_price ?? "");
      assert(Math.abs(parsePrice(liquidation.price) - told) <= 1, `${liquidation.price} ${told}`);
    } else assertEquals([liquidation.state, risk.estimated_liquidation_price ?? null], ["never", null]);
    const rate = tiers.taker_fee_rates[ticker] ?? NaN;
    const even = breakEvenPrice(position, { exitFeeRate: rate });
    assert(even !== undefined && (side === "bid") === parsePrice(even) > parsePrice(position.entry_price));

    // Funding: as estimated, when nothing moves until then.
    const next = estimateFunding(await client.funding.rateEstimate({ ticker }), position.position);
    perps.fund(ticker);
    const day = new Date(clock.now()).toISOString().slice(0, 10);
    const [paid] = await client.funding.history({ start_date: day, end_date: day });
    // Half a percent above the index: long pays short.
    assert(next.state === "known" && Math.sign(next.paymentMicros) === (side === "bid" ? -1 : 1));
    assertEquals(next.paymentMicros, parseMoney(paid?.funding_amount ?? ""));

    // One tick outside the band is refused, its end is not.
    const { lowestBid, highestAsk } = priceBand(await client.markets.get(ticker));
    const end = side === "bid" ? lowestBid : highestAsk;
    const resting = { ...order, count: "1.00", time_in_force: "good_till_canceled" } as const;
    const inside = roundToTick(market, side, end ?? "", "aggressive");
    await client.orders.create({ ...resting, price: inside });
    const step = side === "bid" ? -10 : 10;
    const outside = roundToTick(market, side, (parsePrice(inside) + step) / 10_000);
    await assertRejects(() => client.orders.create({ ...resting, price: outside }), KalshiBadRequestError);
  });
}
