/**
 * The margin exchange of the local exchange counts with numbers of its own. Whatever is traded, at whatever marks, it and
 * the helpers come to the same.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatCount, formatMoney, formatPrice } from "../../../src/base/fixed_point.ts";
import {
  addFill,
  entryPrice,
  estimateCrossLiquidation,
  estimateMargin,
  flatPosition,
  isInPriceBand,
  leverageOf,
  notionalMicros,
  type PerpsPosition,
  returnOnMargin,
  tradeFeeMicros,
  unrealizedPnlMicros,
} from "../../../src/perps/money/mod.ts";
import { addMember, addPerp, newMargin, trade } from "../../local_exchange/support/margin.ts";
import { test } from "../../support/test.ts";

/** 2 % of maintenance margin, and half as much again to open. */
const parameters = {
  liquidation_margin_ratio_threshold: 1,
  queue_entry_margin_ratio_threshold: 1.1,
  initial_margin_multiplier: { P: 1.5 },
};
const rates = { maker_fee_rates: { P: 0.0002 }, taker_fee_rates: { P: 0.0005 } };
const side = fc.constantFrom("bid" as const, "ask" as const);
const steps = fc.array(
  fc.record({
    side,
    price: fc.integer({ min: 95_000, max: 105_000 }),
    // Whole contracts, of whose worth 2 % are whole millionths: the rate can be read from it.
    count: fc.integer({ min: 1, max: 50 }).map((contracts) => contracts * 100),
    mark: fc.integer({ min: 95_000, max: 105_000 }),
  }),
  { maxLength: 12 },
);

test("fees, entry, profit, margin, leverage and liquidation are those of the exchange", () => {
  fc.assert(fc.property(steps, (list) => {
    const margin = newMargin();
    const info = addPerp(margin, "P");
    const [ann, bob] = [addMember(margin, "ann", 1_000_000), addMember(margin, "bob", 1_000_000)];
    const wallet = ann.wallet(0, 0);
    let counted: PerpsPosition = flatPosition;
    for (const { side, price, count, mark } of list) {
      margin.setIndex(info, price);
      trade(margin, info, wallet, bob.wallet(0, 0), { side, price, count });
      margin.setIndex(info, mark);
      const fill = ann.fills.at(-1);
      const order = { ticker: "P", price: formatPrice(price), count: formatCount(count), isTaker: true };
      // The exchange rounds its fees up to the centicent.
      const fee = tradeFeeMicros(rates, order);
      assert(fill !== undefined && fill.fee >= fee && fill.fee < fee + 100);
      const before = counted;
      counted = addFill(counted, {
        side,
        price: order.price,
        count: order.count,
        fees: formatMoney(fill.fee),
      });
      assertEquals(counted.realizedMicros - before.realizedMicros, fill.margin?.realized);
      const [held] = margin.positionsOf(ann);
      const [risk] = margin.riskOf(ann).positions;
      assertEquals(counted.positionCenticontracts, held?.position ?? 0);
      if (held === undefined || risk === undefined) continue;

      const position = formatCount(held.position);
      const markPrice = formatPrice(info.settlementMark.price);
      // It tells four places of the price of entry.
      assert(Math.abs(Number(entryPrice(counted)) * 10_000 - held.entryPrice) <= 0.5 + 1e-6);
      assertEquals(unrealizedPnlMicros(counted, markPrice), held.unrealized);
      assertEquals(notionalMicros(markPrice, position), risk.notional);
      const needed = estimateMargin({
        market: { ticker: "P", leverage_estimate: 50 },
        ...{ parameters, position, price: markPrice },
      });
      assertEquals(needed?.maintenanceMicros, risk.maintenance);
      assertEquals(needed?.initialMicros, margin.balanceOf(wallet).initial);
      const required = formatMoney(risk.maintenance ?? 0);
      assertEquals(held.marginUsed, risk.maintenance);
      assertEquals(held.roe, Number(returnOnMargin(held.unrealized, required)));
      const leverage = leverageOf(formatMoney(risk.notional), required);
      assert(Math.abs(Number(leverage) - (risk.leverage ?? 0)) <= 0.005 + 1e-9);

      const { equity, maintenance } = margin.balanceOf(wallet);
      const found = estimateCrossLiquidation({
        position: {
          ...{ position, mark_price: markPrice, position_notional: formatMoney(risk.notional) },
          ...{ maintenance_margin_required: required, is_portfolio: false },
        },
        balance: { account_equity: formatMoney(equity), maintenance_margin: formatMoney(maintenance) },
        parameters,
      });
      if (found.state !== "at") assertEquals([found.state, risk.liquidationPrice], ["never", undefined]);
      else {
        const difference = Math.round(Number(found.price) * 10_000) - (risk.liquidationPrice ?? NaN);
        // The exchange cuts what the helper rounds to where it comes earlier.
        assert(held.position > 0 ? difference === 0 || difference === 1 : difference === 0, `${difference}`);
      }
    }
  }));
});

test("an order is in the band where the exchange takes it", () => {
  const price = fc.integer({ min: 1, max: 20_000 });
  fc.assert(fc.property(price, price, side, (best, at, of) => {
    const margin = newMargin();
    const info = addPerp(margin, "P", { index: best });
    const bob = addMember(margin, "bob", 1_000_000).wallet(0, 0);
    const other = { market: info.market, wallet: bob, side: of, price: best, count: 100 };
    const order = {
      ...{
        clientOrderId: "",
        timeInForce: "good_till_canceled",
        selfTradePrevention: "taker_at_cross",
      } as const,
      ...other,
    };
    assert(!("rejected" in margin.place(order)));
    const placed = margin.place({ ...order, price: at });
    const told = of === "bid" ? { bid: formatPrice(best) } : { ask: formatPrice(best) };
    assertEquals(!("rejected" in placed), isInPriceBand(told, of, formatPrice(at)));
  }));
});
