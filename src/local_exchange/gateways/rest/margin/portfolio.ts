/** Kalshi's tag `portfolio`, of perps: balance, positions, fills, subaccounts, transfers. */
import {
  ApplyMarginSubaccountTransfer,
  CreateMarginSubaccount,
  GetMarginBalance,
  GetMarginFills,
  GetMarginPositions,
  IntraExchangeInstanceTransfer,
} from "../../../../contract/perps/operations.ts";
import { formatMoney } from "../../../units.ts";
import { fillPayload, subaccountOf as shownIn } from "../../../wire/margin/orders.ts";
import { balancePayload, bySubaccount, positionPayload } from "../../../wire/margin/portfolio.ts";
import { pageOf } from "../page.ts";
import { transferInstance } from "../portfolio.ts";
import { accountOf, Fields, flag, subaccountOf, text, timeWindow } from "../read.ts";
import { route } from "../route.ts";
import { createSubaccount, transferBetween } from "../subaccounts.ts";
import { marginOf } from "./side.ts";

export const marginPortfolioRoutes = [
  route(GetMarginBalance, (call) => {
    const margin = marginOf(call);
    const whole = flag(call, "compute_available_balance") ?? false;
    const wallets = accountOf(call).wallets();
    return {
      subaccount_balances: [...bySubaccount(wallets)]
        .sort(([one], [other]) => one - other)
        .map(([subaccount, some]) =>
          balancePayload(subaccount, some.map((wallet) => margin.balanceOf(wallet)), whole)
        ),
      settled_funds: formatMoney(wallets.reduce((sum, { cash }) => sum + cash, 0)),
    };
  }),
  route(GetMarginPositions, (call) => {
    const subaccount = subaccountOf(call);
    const ticker = text(call, "ticker");
    const kept = marginOf(call).positionsOf(accountOf(call)).filter(({ wallet, info }) =>
      (subaccount === undefined || shownIn(wallet) === subaccount) &&
      (ticker === undefined || info.market.ticker === ticker)
    );
    return { positions: kept.map(positionPayload) };
  }),
  route(GetMarginFills, (call) => {
    const isWithin = timeWindow(call);
    // Those of the primary subaccount unless told.
    const subaccount = subaccountOf(call) ?? 0;
    const { items, cursor } = pageOf(call, accountOf(call).fills, {
      newestFirst: true,
      keep: ({ trade, order }) => isWithin(trade.at) && shownIn(order.wallet) === subaccount,
    });
    return { fills: items.map(fillPayload), cursor };
  }),
  route(CreateMarginSubaccount, (call) => createSubaccount(call, 0)),
  route(ApplyMarginSubaccountTransfer, (call) => transferBetween(call, new Fields(call.body), 0)),
  // The same path serves both exchanges, and the event exchange answers it.
  route(IntraExchangeInstanceTransfer, transferInstance),
];
