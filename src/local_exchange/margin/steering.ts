/** What a test, a page or a command line does to a margin exchange: each by its name, with what it takes, already checked. */
import type { Side } from "../engine/model.ts";
import type { IsolatedTrade } from "./isolated.ts";
import type { PerpListing } from "./listings.ts";
import type { MarginExchange } from "./margin_exchange.ts";
import type { MarginMarketInfo } from "./model.ts";

/** What each takes. Prices, counts and money are in the units of the engine. */
export interface MarginSteering {
  readonly perpsStep: { readonly rounds: number };
  readonly perpsListMarket: { readonly listing: PerpListing };
  readonly perpsMarketActive: { readonly ticker: string; readonly active: boolean };
  readonly perpsCounterOrder: {
    readonly ticker: string;
    readonly side: Side;
    readonly price: number;
    readonly count: number;
  };
  readonly perpsIndex: { readonly ticker: string; readonly price: number };
  readonly perpsMark: { readonly ticker: string; readonly price?: number | undefined };
  readonly perpsMultiplier: { readonly ticker: string; readonly multiplier: string };
  readonly perpsDeposit: { readonly account: string; readonly subaccount: number; readonly amount: number };
  readonly perpsEnabled: { readonly account: string; readonly enabled: boolean };
  readonly perpsFeeTier: { readonly account: string; readonly tier: number };
  readonly perpsNotionalLimit: {
    readonly account: string;
    readonly limit: number;
    readonly ticker?: string | undefined;
  };
  readonly perpsFund: { readonly ticker?: string | undefined };
  readonly perpsSchedule: {
    readonly ticker: string;
    readonly schedule?: { readonly open: boolean; readonly nextAtMs?: number | undefined } | undefined;
  };
  readonly perpsIsolated: IsolatedTrade & { readonly account: string; readonly ticker: string };
  readonly perpsPause: { readonly what: "trading" | "exchange" | "nothing" };
}

/** How each is done. `refuse` throws what is wrong, in words. */
export type MarginSteps = {
  readonly [Name in keyof MarginSteering]: (
    on: MarginExchange,
    given: MarginSteering[Name],
    refuse: (says: string) => never,
  ) => unknown;
};

type Refuse = (says: string) => never;

function marketOf(on: MarginExchange, ticker: string, refuse: Refuse): MarginMarketInfo {
  return on.find(ticker) ?? refuse(`There is no perps market ${JSON.stringify(ticker)}.`);
}

const accountOf = (on: MarginExchange, id: string, refuse: Refuse) =>
  on.account(id) ?? refuse(`There is no account ${JSON.stringify(id)} with perps.`);

export const marginSteps: MarginSteps = {
  perpsStep({ makers }, { rounds }) {
    for (let round = 0; round < rounds; round++) makers?.step();
  },
  perpsListMarket(on, { listing }, refuse) {
    if (on.find(listing.ticker) !== undefined) refuse(`There is a perps market ${listing.ticker} already.`);
    on.list(listing);
  },
  perpsMarketActive(on, { ticker, active }, refuse) {
    on.schedules.setPaused(marketOf(on, ticker, refuse), !active);
  },
  perpsCounterOrder(on, { ticker, side, price, count }, refuse) {
    const placed = on.counterparty.place(marketOf(on, ticker, refuse).market, side, price, count);
    if ("rejected" in placed) {
      const { rejected, details } = placed;
      return refuse(
        `The exchange refused the order: ${rejected}${details === undefined ? "" : `, ${details}`}.`,
      );
    }
    return placed.order.id;
  },
  perpsIndex: (on, { ticker, price }, refuse) => on.setIndex(marketOf(on, ticker, refuse), price),
  perpsMark: (on, { ticker, price }, refuse) => on.marks.pin(marketOf(on, ticker, refuse), price),
  perpsMultiplier: (on, { ticker, multiplier }, refuse) =>
    on.setMultiplier(marketOf(on, ticker, refuse), multiplier),
  perpsDeposit(on, { account, subaccount, amount }, refuse) {
    const wallet = accountOf(on, account, refuse).wallet(subaccount, 0);
    if (on.spendable(wallet) + amount < 0) refuse("The account has no such amount on the margin exchange.");
    on.treasury.move(wallet, amount);
  },
  perpsEnabled: (on, { account, enabled }, refuse) => on.setEnabled(accountOf(on, account, refuse), enabled),
  perpsFeeTier: (on, { account, tier }, refuse) => on.fees.setTier(accountOf(on, account, refuse), tier),
  perpsNotionalLimit: (on, { account, limit, ticker }, refuse) =>
    on.notional.set(accountOf(on, account, refuse), limit, ticker),
  perpsPause: (on, { what }) => on.pause(what),
  perpsFund(on, { ticker }, refuse) {
    const only = ticker === undefined ? undefined : marketOf(on, ticker, refuse);
    for (const info of on.listed) if (only === undefined || info === only) on.funding.pay(info);
  },
  perpsSchedule(on, { ticker, schedule }, refuse) {
    const info = marketOf(on, ticker, refuse);
    const { nextAtMs } = schedule ?? {};
    if (nextAtMs !== undefined && nextAtMs <= on.engine.now) {
      refuse(
        `perps.setSchedule: \`nextAtMs\` ${nextAtMs} is not in the exchange's future, which begins at ${on.engine.now}.`,
      );
    }
    on.schedules.set(info, schedule && { isOpen: schedule.open, nextAt: nextAtMs });
  },
  perpsIsolated(on, { account: id, ticker, ...trade }, refuse) {
    const account = accountOf(on, id, refuse);
    const info = marketOf(on, ticker, refuse);
    if (on.spendable(account.wallet(0, 0)) < trade.margin) refuse("The account has no such margin.");
    const placed = on.isolated.trade(account, info, trade);
    if ("rejected" in placed) return refuse(`The exchange refused the order: ${placed.rejected}.`);
    return placed.order.id;
  },
};
