/** A small margin exchange for tests, and the laws that must hold in any. */
import { assert, assertEquals } from "@std/assert";
import type { Account, Side, Wallet } from "../../../src/local_exchange/engine/model.ts";
import type { Placed, Rejection } from "../../../src/local_exchange/engine/requests.ts";
import { Timeline } from "../../../src/local_exchange/engine/timeline.ts";
import { coverAt } from "../../../src/local_exchange/margin/accounts_view.ts";
import { usualTerms } from "../../../src/local_exchange/margin/listings.ts";
import {
  MarginExchange,
  type MarginOrderRequest,
  type MarginSettings,
} from "../../../src/local_exchange/margin/margin_exchange.ts";
import { isIsolated, type MarginMarketInfo } from "../../../src/local_exchange/margin/model.ts";
import { createRandom } from "../../../src/local_exchange/random.ts";

/** Noon, an hour in which funding is paid eight hours later at 20:00 UTC. */
export const NOON = Date.UTC(2026, 10, 2, 12);

/** A margin exchange without markets and makers. */
export function newMargin(settings: Partial<MarginSettings> = {}, now = NOON): MarginExchange {
  return new MarginExchange(new Timeline(now), createRandom(7), {
    markets: 0,
    marketMakers: false,
    stepMs: undefined,
    fundingEveryMs: 28_800_000,
    ...settings,
  });
}

/** Lists a market on what is worth 10 dollars a contract: 2 % maintenance margin, 3 % initial margin. */
export const addPerp = (
  margin: MarginExchange,
  ticker: string,
  terms: Partial<Parameters<MarginExchange["list"]>[0]> = {},
): MarginMarketInfo =>
  margin.list({ ...usualTerms, ticker, title: ticker, asset: ticker, index: 100_000, ...terms });

/** Opens an account with cash in dollars. */
export const addMember = (margin: MarginExchange, id: string, dollars: number): Account =>
  margin.open(id, dollars * 1_000_000);

/** Places an order with the usual options. */
export function placeOn(
  margin: MarginExchange,
  order:
    & Pick<MarginOrderRequest, "market" | "side" | "price" | "count">
    & Partial<MarginOrderRequest>
    & { readonly wallet: Wallet },
): Placed | Rejection {
  return margin.place({
    clientOrderId: "",
    timeInForce: "good_till_canceled",
    selfTradePrevention: "taker_at_cross",
    ...order,
  });
}

/** Places an order that must be accepted. */
export function acceptOn(...args: Parameters<typeof placeOn>): Placed {
  const placed = placeOn(...args);
  if ("rejected" in placed) throw new Error(`rejected: ${placed.rejected} ${placed.details ?? ""}`);
  return placed;
}

/** Lets two accounts trade: the first one takes what the other one offers. */
export function trade(
  margin: MarginExchange,
  { market }: MarginMarketInfo,
  taker: Wallet,
  maker: Wallet,
  { side, price, count }: { readonly side: Side; readonly price: number; readonly count: number },
): void {
  acceptOn(margin, { wallet: maker, market, side: side === "bid" ? "ask" : "bid", price, count });
  acceptOn(margin, { wallet: taker, market, side, price, count });
}

/** Everything that is true of a margin exchange whenever its books are at rest. */
export function auditMargin(margin: MarginExchange): void {
  const { engine, clearing } = margin;
  let money = 0;
  for (const { market } of margin.listed) {
    const bid = market.book.best("bid");
    const ask = market.book.best("ask");
    assert(
      bid === undefined || ask === undefined || bid < ask,
      `${market.ticker} is crossed: ${bid}, ${ask}`,
    );
    let net = 0;
    let long = 0;
    for (const account of engine.accounts.values()) {
      for (const wallet of account.wallets()) {
        const position = wallet.holdings.get(market)?.position ?? 0;
        net += position;
        long += Math.max(0, position);
      }
    }
    assertEquals(net, 0, `positions in ${market.ticker} do not net to zero`);
    assertEquals(market.openInterest, long);
  }
  for (const account of engine.accounts.values()) {
    for (const wallet of account.wallets()) {
      money += wallet.cash;
      let tiedUp = 0;
      for (const holding of wallet.holdings.values()) {
        const { position, exposure } = holding;
        assert(exposure >= 0);
        if (position === 0) assertEquals([exposure, holding.fees], [0, 0]);
        // What was paid for it was not paid in cash, and comes back out of no cash.
        money -= position >= 0 ? exposure : -exposure;
        const before = { stake: clearing.stakeOf(holding), reserved: wallet.reserved };
        clearing.reprice(holding);
        assertEquals({ stake: clearing.stakeOf(holding), reserved: wallet.reserved }, before);
        const { initial, maintenance, unrealized, resting } = before.stake;
        assert(initial >= maintenance && maintenance >= 0 && resting >= 0);
        tiedUp += initial + resting - unrealized;
        for (const side of [holding.bids, holding.asks]) {
          assertEquals([...side.orders].reduce((sum, { remaining }) => sum + remaining, 0), side.count);
        }
      }
      assertEquals(wallet.reserved, tiedUp);
      if (isIsolated(wallet) && [...wallet.holdings.values()].every(({ position }) => position === 0)) {
        assertEquals(wallet.cash, 0, "a pocket without a position has cash");
      }
      if (!margin.isEnabled(account)) continue;
      const { equity, maintenance } = coverAt(wallet, margin.catalog);
      assert(equity >= 0, `a wallet is below zero: ${equity}`);
      assert(
        equity >= maintenance || margin.liquidation.isUnderWay(wallet),
        `a wallet has ${equity} of ${maintenance} and is left alone`,
      );
    }
    for (const order of account.orders.all) {
      assertEquals(order.status === "resting", account.resting.has(order));
      if (order.status !== "resting") assertEquals(order.remaining, 0);
    }
  }
  assertEquals(money + engine.feesTaken, engine.deposited);
}
