import { assertEquals } from "@std/assert";
import { test } from "../../support/test.ts";
import { acceptOn, addMember, addPerp, auditMargin, newMargin, placeOn, trade } from "../support/margin.ts";

test("a position is opened on margin, gains with the mark, and pays when it is closed", () => {
  const margin = newMargin();
  const info = addPerp(margin, "BTC");
  const [ann, bob] = [addMember(margin, "ann", 100), addMember(margin, "bob", 100)];
  const [mine, his] = [ann.wallet(0, 0), bob.wallet(0, 0)];
  // 20 contracts at 10 dollars are worth 200; the taker pays 0.05 % of it, the maker 0.02 %.
  trade(margin, info, mine, his, { side: "bid", price: 100_000, count: 2_000 });
  assertEquals([mine.cash, his.cash], [99_900_000, 99_960_000]);
  assertEquals(margin.balanceOf(mine), {
    cash: 99_900_000,
    positionValue: 200_000_000,
    equity: 99_900_000,
    maintenance: 4_000_000,
    initial: 6_000_000,
    restingOrders: 0,
    available: 93_900_000,
  });
  margin.setIndex(info, 101_000);
  // 20 contracts gain 10 cents each.
  const [position] = margin.positionsOf(ann);
  assertEquals(
    [position?.entryPrice, position?.unrealized, position?.fees, position?.marginUsed, position?.roe],
    [100_000, 2_000_000, 100_000, 4_040_000, 49.5],
  );
  assertEquals(margin.balanceOf(his).equity, 97_960_000);
  // She closes half at 10.20 dollars.
  trade(margin, info, his, mine, { side: "bid", price: 102_000, count: 1_000 });
  const fill = ann.fills.at(-1);
  assertEquals([fill?.margin, fill?.fee, fill?.position], [
    { entryPrice: 100_000, realized: 2_000_000 },
    20_400,
    1_000,
  ]);
  assertEquals(mine.cash, 99_900_000 + 2_000_000 - 20_400);
  assertEquals(margin.positionsOf(ann)[0]?.fees, 120_400);
  auditMargin(margin);
});

test("a position that is turned around closes first, and has fees of its own from then on", () => {
  const margin = newMargin();
  const info = addPerp(margin, "BTC");
  const [ann, bob] = [addMember(margin, "ann", 100), addMember(margin, "bob", 100)];
  trade(margin, info, ann.wallet(0, 0), bob.wallet(0, 0), { side: "bid", price: 100_000, count: 1_000 });
  trade(margin, info, ann.wallet(0, 0), bob.wallet(0, 0), { side: "ask", price: 101_000, count: 3_000 });
  assertEquals(ann.fills.at(-1)?.margin, { entryPrice: 100_000, realized: 1_000_000 });
  const [position] = margin.positionsOf(ann);
  assertEquals([position?.position, position?.entryPrice, position?.fees], [-2_000, 101_000, 151_500]);
  auditMargin(margin);
});

test("orders need their initial margin, what closes needs none, and both sides need the more of the two", () => {
  const margin = newMargin();
  const info = addPerp(margin, "BTC");
  const { market } = info;
  const ann = addMember(margin, "ann", 1);
  const wallet = ann.wallet(0, 0);
  // A dollar is the margin of 33 dollars, less the fee of a maker: 3 contracts, not 4.
  assertEquals(placeOn(margin, { wallet, market, side: "bid", price: 99_900, count: 400 }), {
    rejected: "insufficient_balance",
  });
  acceptOn(margin, { wallet, market, side: "bid", price: 99_900, count: 300 });
  const { restingOrders, available } = margin.balanceOf(wallet);
  // 3 % of 29.97 dollars, and 0.02 % for the maker's fee, rounded up to 0.0001 dollars.
  assertEquals([restingOrders, available], [899_100 + 6_000, 1_000_000 - 905_100]);
  // The other side shares it.
  acceptOn(margin, { wallet, market, side: "ask", price: 100_100, count: 300 });
  assertEquals(margin.balanceOf(wallet).restingOrders, 900_900 + 6_100);
  assertEquals(placeOn(margin, { wallet, market, side: "ask", price: 100_100, count: 100 }), {
    rejected: "insufficient_balance",
  });
  auditMargin(margin);
});

test("prices are on the tick, within the band of the side, and of the market's version", () => {
  const margin = newMargin();
  const { market } = addPerp(margin, "BTC", { tick: 10 });
  const wallet = addMember(margin, "ann", 1_000).wallet(0, 0);
  const at = (side: "bid" | "ask", price: number) => {
    const placed = placeOn(margin, { wallet, market, side, price, count: 100 });
    return "rejected" in placed ? `${placed.rejected} ${placed.details ?? ""}`.trim() : placed.order.status;
  };
  assertEquals(at("bid", 99_995), "invalid_price");
  assertEquals([at("bid", 10), at("ask", 4_999_990)], ["resting", "resting"], "no side, no band");
  assertEquals(at("bid", 100_000), "resting");
  // A fifth below the best bid.
  assertEquals([at("bid", 80_000), at("bid", 79_990)], ["resting", "invalid_price outside the price band"]);
  assertEquals(at("ask", 110_000), "resting");
  assertEquals([at("ask", 132_000), at("ask", 132_010)], ["resting", "invalid_price outside the price band"]);
  const cheap = addPerp(margin, "XRP", { index: 3_000 }).market;
  acceptOn(margin, { wallet, market: cheap, side: "bid", price: 3_000, count: 100 });
  // 1,000 ticks below it are farther than a fifth.
  const low = acceptOn(margin, { wallet, market: cheap, side: "bid", price: 2_000, count: 100 });
  assertEquals(placeOn(margin, { wallet, market: cheap, side: "bid", price: 1_999, count: 100 }), {
    rejected: "invalid_price",
    details: "outside the price band",
  });
  assertEquals(margin.amend(low.order, { price: 1_999, count: 100 }), {
    rejected: "invalid_price",
    details: "outside the price band",
  });
  assertEquals(
    placeOn(margin, { wallet, market, side: "bid", price: 99_000, count: 100, marketVersion: 2 }),
    {
      rejected: "market_version_mismatch",
      details: "the market has version 1",
    },
  );
  for (const marketVersion of [0, 1]) {
    acceptOn(margin, { wallet, market, side: "bid", price: 99_000, count: 100, marketVersion });
  }
});

test("a corporate action cancels what rests and raises the version", () => {
  const margin = newMargin();
  const info = addPerp(margin, "BTC");
  const wallet = addMember(margin, "ann", 1_000).wallet(0, 0);
  const { order } = acceptOn(margin, { wallet, market: info.market, side: "bid", price: 99_000, count: 100 });
  margin.setMultiplier(info, "2.000000");
  assertEquals([order.status, order.lastChange], ["canceled", "reactivated"]);
  assertEquals([info.version, info.underlyingMultiplier, margin.statusOf(info)], [2, "2.000000", "active"]);
});

test("fees are by tier, and those of a makers' and a takers' fill are rounded up to 0.0001 dollars", () => {
  const margin = newMargin();
  const info = addPerp(margin, "BTC");
  const [ann, bob] = [addMember(margin, "ann", 100), addMember(margin, "bob", 100)];
  assertEquals(
    margin.fees.rates(info).map(({ tier, makerRate, takerRate }) => [tier, makerRate, takerRate]),
    [
      [0, 200, 500],
      [1, 160, 400],
      [2, 120, 300],
      [3, 80, 200],
    ],
  );
  margin.fees.setTier(ann, 3);
  assertEquals([margin.fees.tierOf(ann), margin.fees.tierOf(bob)], [3, 0]);
  // 1.23 contracts at 10 dollars: 12.30 dollars, 0.02 % of it are 0.00246 dollars for both.
  trade(margin, info, ann.wallet(0, 0), bob.wallet(0, 0), { side: "bid", price: 100_000, count: 123 });
  assertEquals([ann.fills[0]?.fee, bob.fills[0]?.fee], [2_500, 2_500]);
  auditMargin(margin);
});

test("a market without fractions takes whole contracts", () => {
  const margin = newMargin();
  const { market } = addPerp(margin, "GOLD", { fractional: false });
  const order = {
    wallet: addMember(margin, "ann", 100).wallet(0, 0),
    market,
    side: "bid",
    price: 99_000,
  } as const;
  const refusal = { rejected: "invalid_order_size", details: "the market trades whole contracts" } as const;
  assertEquals(placeOn(margin, { ...order, count: 150 }), refusal);
  const placed = acceptOn(margin, { ...order, count: 200 });
  assertEquals(margin.amend(placed.order, { price: 99_000, count: 150 }), refusal);
});

test("order groups cancel the orders of a member that trade too much at once", () => {
  const margin = newMargin();
  const info = addPerp(margin, "BTC");
  const [ann, bob] = [addMember(margin, "ann", 1_000), addMember(margin, "bob", 1_000)];
  const group = margin.engine.groups.create(ann.wallet(0, 0), 300);
  const order = { wallet: ann.wallet(0, 0), market: info.market, side: "bid", count: 200, group } as const;
  const resting = [99_000, 98_000].map((price) => acceptOn(margin, { ...order, price }).order);
  acceptOn(margin, { wallet: bob.wallet(0, 0), market: info.market, side: "ask", price: 98_000, count: 350 });
  assertEquals(resting.map(({ status, filled }) => [status, filled]), [["executed", 200], ["canceled", 150]]);
  assertEquals(placeOn(margin, { ...order, price: 97_000 }), { rejected: "exceeded_order_group_risk_limit" });
});

test("makers quote both sides around an index that wanders, the same way for the same seed", () => {
  const world = () => {
    const margin = newMargin({ markets: 3, marketMakers: true });
    for (let round = 0; round < 200; round++) margin.makers?.step();
    auditMargin(margin);
    return margin;
  };
  const margin = world();
  for (const info of margin.listed) {
    const { market: { book, trades }, index } = info;
    const [bid = 0, ask = Infinity] = [book.best("bid"), book.best("ask")];
    assertEquals(bid < ask && bid > index.price * 0.98 && ask < index.price * 1.02, true, `${bid} ${ask}`);
    assertEquals(trades.length > 5 && index.price !== info.market.trades[0]?.price, true);
  }
  const facts = (
    { listed, progress }: ReturnType<typeof world>,
  ) => [progress, listed.map(({ index }) => index)];
  assertEquals(facts(world()), facts(margin));
  // They follow an index that is set at once, however far it is.
  const [info] = margin.listed;
  if (info === undefined) throw new Error("there is no market");
  margin.setIndex(info, 200_000);
  assertEquals((info.market.book.best("bid") ?? 0) > 198_000, true);
  assertEquals((info.market.book.best("ask") ?? 0) < 202_000, true);
  // So what a mark sets off trades where the price is, and not where it was.
  const wallet = addMember(margin, "ann", 10_000).wallet(0, 0);
  acceptOn(margin, { wallet, market: info.market, side: "bid", price: 202_000, count: 500 });
  const stop = margin.triggers.set(wallet, info, { kind: "bracket", stopLoss: 190_000 });
  margin.setIndex(info, 180_000);
  assertEquals("refused" in stop ? stop : [stop.status, stop.filled], ["filled", 500]);
  assertEquals((wallet.account.fills.at(-1)?.trade.price ?? 0) < 181_000, true);
});

test("an account uses of its limits what it has and wants, and a lower limit cancels the newest orders", () => {
  const margin = newMargin();
  const info = addPerp(margin, "BTC");
  const { market } = info;
  const [ann, bob] = [addMember(margin, "ann", 1_000), addMember(margin, "bob", 1_000)];
  const wallet = ann.wallet(0, 0);
  trade(margin, info, wallet, bob.wallet(0, 0), { side: "bid", price: 100_000, count: 1_000 });
  const first = acceptOn(margin, { wallet, market, side: "bid", price: 99_000, count: 500 });
  const second = acceptOn(margin, { wallet, market, side: "bid", price: 99_000, count: 500 });
  acceptOn(margin, { wallet, market, side: "ask", price: 101_000, count: 1_500 });
  // 10 contracts held and 10 wanted, at 10 dollars; those that are for sale are fewer.
  assertEquals(margin.notional.of(ann).usage, 200_000_000);
  assertEquals(margin.notional.setOwn(ann, 150_000_000), true);
  assertEquals([first.order.status, second.order.status], ["resting", "canceled"]);
  assertEquals(placeOn(margin, { wallet, market, side: "bid", price: 99_000, count: 1 }), {
    rejected: "exceeded_per_market_risk_limit",
    details: "the limit of all markets together",
  });
  assertEquals(margin.notional.setOwn(ann, 1e15), false);
  margin.notional.clearOwn(ann);
  acceptOn(margin, { wallet, market, side: "bid", price: 99_000, count: 1 });
  margin.notional.set(ann, 160_000_000, "BTC");
  assertEquals(placeOn(margin, { wallet, market, side: "bid", price: 99_000, count: 200 }), {
    rejected: "exceeded_per_market_risk_limit",
  });
});
