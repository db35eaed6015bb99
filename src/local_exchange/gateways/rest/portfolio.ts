/** Kalshi's tag `portfolio`. */
import {
  ApplySubaccountTransfer,
  CreateSubaccount,
  GetBalance,
  GetDeposits,
  GetFills,
  GetIntraExchangeInstanceTransfer,
  GetIntraExchangeInstanceTransfers,
  GetPortfolioRestingOrderTotalValue,
  GetPositions,
  GetSettlements,
  GetSubaccountBalances,
  GetSubaccountNetting,
  GetSubaccountTransfers,
  GetTargetBalanceAllocation,
  GetWithdrawals,
  IntraExchangeInstanceTransfer,
  SetTargetBalanceAllocation,
  UpdateSubaccountNetting,
} from "../../../contract/event/operations.ts";
import type { GetPositionsResponse } from "../../../contract/event/types.ts";
import { ApiError } from "../../api_error.ts";
import type { Fill, Holding, Wallet } from "../../engine/model.ts";
import { type Call, route } from "./route.ts";
import { formatMoney4, toCents } from "../../units.ts";
import type { TransferEnd } from "../../world/treasury.ts";
import { pageOf } from "./page.ts";
import { createSubaccount, subaccountIn, transferBetween, useOnce } from "./subaccounts.ts";
import {
  accountOf,
  choice,
  Fields,
  integer,
  invalid,
  keyOf,
  list,
  subaccountOf,
  text,
  timeWindow,
} from "./read.ts";
import { fillPayload } from "../../wire/orders.ts";
import {
  eventPositions,
  movementPayload,
  positionPayload,
  settlementPayload,
  sum,
  transferPayload,
  valueOf,
} from "../../wire/portfolio.ts";

/** The wallets that a call is about: of the primary subaccount unless it says another. */
function walletsOf(call: Call): Wallet[] {
  const key = keyOf(call);
  const subaccount = subaccountOf(call) ?? 0;
  return key.account.wallets({ subaccount, shard: integer(call, "exchange_index", { min: 0 }) });
}

const MOST_TICKERS = 100;

/** What a call to list fills keeps. */
export function fillFilter(call: Call): (fill: Fill) => boolean {
  const tickers = list(call, "ticker");
  if (tickers !== undefined && tickers.length > MOST_TICKERS) throw invalid("ticker takes up to 100 tickers");
  const orderId = text(call, "order_id");
  const isWithin = timeWindow(call);
  const subaccount = subaccountOf(call);
  const shard = integer(call, "exchange_index", { min: 0 });
  return ({ trade, order }) =>
    (tickers === undefined || tickers.includes(order.market.ticker)) &&
    (orderId === undefined || order.id === orderId) &&
    isWithin(trade.at) &&
    (subaccount === undefined || order.wallet.subaccount === subaccount) &&
    (shard === undefined || order.market.shard === shard);
}

/** A page of positions. */
export function positionsPage(call: Call, belongs: (holding: Holding) => boolean): GetPositionsResponse {
  const ticker = text(call, "ticker");
  const event = text(call, "event_ticker");
  const counts = list(call, "count_filter") ?? [];
  if (counts.some((word) => word !== "position" && word !== "total_traded")) {
    throw invalid("count_filter takes position and total_traded");
  }
  const holdings = walletsOf(call).flatMap((wallet) => [...wallet.holdings.values()]);
  const { items, cursor } = pageOf(call, holdings, {
    keep: (holding) =>
      holding.tradedCount > 0 && belongs(holding) &&
      (ticker === undefined || holding.market.ticker === ticker) &&
      (event === undefined || holding.market.eventTicker === event) &&
      (counts.length === 0 ||
        counts.some((word) => (word === "position" ? holding.position : holding.traded) !== 0)),
  });
  return { market_positions: items.map(positionPayload), event_positions: eventPositions(items), cursor };
}

/** One end of a transfer between shards or instances. */
function endOf(call: Call, fields: Fields, end: "source" | "destination"): TransferEnd {
  const instance = fields.choice(end, ["event_contract", "margined"]);
  const subaccount = fields.subaccount(`${end}_subaccount`) ?? 0;
  if (instance === "margined" && subaccount !== 0) {
    throw invalid("the margin exchange has no subaccounts here");
  }
  return {
    instance,
    shard: fields.integer(`${end}_exchange_shard`, { max: 100 }) ?? 0,
    subaccount: subaccountIn(call, subaccount),
  };
}

/** Moves cash between shards, or between the event exchange and the margin exchange. */
export function transferInstance(call: Call): { transfer_id: string } {
  const fields = new Fields(call.body);
  const from = endOf(call, fields, "source");
  const to = endOf(call, fields, "destination");
  const centicents = fields.integer("amount", { min: 1 });
  if (centicents === undefined) throw invalid("amount is required");
  if (JSON.stringify(from) === JSON.stringify(to)) throw invalid("source and destination are the same");
  const id = fields.text("client_transfer_id");
  if (id !== undefined) {
    useOnce(call, id);
    if (from.subaccount !== 0 || to.subaccount !== 0) {
      throw invalid("client_transfer_id goes with the primary subaccount only");
    }
  }
  const { treasury } = call.side;
  const account = accountOf(call);
  const transfer = treasury.transferInstance(account, from, to, centicents * 100);
  if (transfer === undefined) throw new ApiError("insufficient_balance");
  if (id !== undefined) treasury.ledgerOf(account).usedTransferIds.add(id);
  return { transfer_id: transfer.id };
}

export const portfolioRoutes = [
  route(GetBalance, (call) => {
    const wallets = walletsOf(call);
    const available = sum(wallets, (wallet) => wallet.available);
    const value = sum(wallets, (wallet) => sum(wallet.holdings.values(), valueOf));
    return {
      balance: toCents(available),
      balance_dollars: formatMoney4(available),
      portfolio_value: toCents(value),
      updated_ts: Math.floor(Math.max(0, ...wallets.map(({ updatedAt }) => updatedAt)) / 1_000),
      balance_breakdown: wallets.map((wallet) => ({
        exchange_index: wallet.shard,
        balance: formatMoney4(wallet.available),
      })),
    };
  }),
  route(GetFills, (call) => {
    const keep = fillFilter(call);
    const { items, cursor } = pageOf(call, accountOf(call).fills, {
      newestFirst: true,
      keep: (fill) => !call.exchange.archive.hasTrade(fill.trade) && keep(fill),
    });
    return { fills: items.map(fillPayload), cursor };
  }),
  route(GetPositions, (call) => {
    const status = choice(call, "settlement_status", ["unsettled", "settled", "all"]) ?? "unsettled";
    return positionsPage(call, (holding) =>
      !call.exchange.archive.hasPosition(holding) &&
      (status === "all" || (holding.market.status === "finalized") === (status === "settled")));
  }),
  route(GetSettlements, (call) => {
    const ticker = text(call, "ticker");
    const event = text(call, "event_ticker");
    const isWithin = timeWindow(call);
    const subaccount = subaccountOf(call);
    const { items, cursor } = pageOf(call, accountOf(call).settlements, {
      newestFirst: true,
      keep: ({ holding: { market, wallet }, at }) =>
        (ticker === undefined || market.ticker === ticker) &&
        (event === undefined || market.eventTicker === event) &&
        isWithin(at) &&
        (subaccount === undefined || wallet.subaccount === subaccount),
    });
    return { settlements: items.map(settlementPayload), cursor };
  }),
  route(GetDeposits, (call) => {
    const { deposits } = call.side.treasury.ledgerOf(accountOf(call));
    const { items, cursor } = pageOf(call, deposits, { newestFirst: true, most: 500 });
    return { deposits: items.map(movementPayload), cursor };
  }),
  route(GetWithdrawals, (call) => {
    const { withdrawals } = call.side.treasury.ledgerOf(accountOf(call));
    const { items, cursor } = pageOf(call, withdrawals, { newestFirst: true, most: 500 });
    return { withdrawals: items.map(movementPayload), cursor };
  }),
  route(GetPortfolioRestingOrderTotalValue, (call) => {
    const byShard = new Map<number, number>();
    for (const { shard, reserved } of accountOf(call).wallets()) {
      byShard.set(shard, (byShard.get(shard) ?? 0) + reserved);
    }
    return {
      total_resting_order_value: toCents(sum(byShard.values(), (value) => value)),
      resting_order_value_breakdown: [...byShard].map(([shard, value]) => ({
        exchange_index: shard,
        balance: formatMoney4(value),
      })),
    };
  }),
  route(CreateSubaccount, (call) => {
    const shard = call.body === undefined ? 0 : new Fields(call.body).integer("exchange_index") ?? 0;
    return createSubaccount(call, shard);
  }),
  route(GetSubaccountBalances, (call) => ({
    subaccount_balances: accountOf(call).wallets().map((wallet) => ({
      subaccount_number: wallet.subaccount,
      exchange_index: wallet.shard,
      balance: formatMoney4(wallet.available),
      updated_ts: Math.floor(wallet.updatedAt / 1_000),
    })),
  })),
  route(GetSubaccountNetting, (call) => {
    const { netting } = call.side.treasury.ledgerOf(accountOf(call));
    return {
      netting_configs: [...accountOf(call).subaccounts].map((number) => ({
        subaccount_number: number,
        enabled: netting.get(number) ?? true,
        exchange_index: 0,
      })),
    };
  }),
  route(UpdateSubaccountNetting, (call) => {
    const fields = new Fields(call.body);
    const number = fields.subaccount("subaccount_number");
    if (number === undefined || !fields.has("enabled")) {
      throw invalid("subaccount_number and enabled are required");
    }
    call.side.treasury.ledgerOf(accountOf(call)).netting.set(
      subaccountIn(call, number),
      fields.flag("enabled"),
    );
    return undefined;
  }),
  route(ApplySubaccountTransfer, (call) => {
    const fields = new Fields(call.body);
    return transferBetween(call, fields, fields.integer("exchange_index") ?? 0);
  }),
  route(GetSubaccountTransfers, (call) => {
    const { subaccountTransfers } = call.side.treasury.ledgerOf(accountOf(call));
    const { items, cursor } = pageOf(call, subaccountTransfers, { newestFirst: true, most: 500 });
    return {
      transfers: items.map(({ id, from, to, amount, shard, at }) => ({
        transfer_id: id,
        from_subaccount: from,
        to_subaccount: to,
        amount_cents: toCents(amount),
        created_ts: Math.floor(at / 1_000),
        exchange_index: shard,
      })),
      cursor,
    };
  }),
  route(IntraExchangeInstanceTransfer, transferInstance),
  route(GetIntraExchangeInstanceTransfers, (call) => {
    const { instanceTransfers } = call.side.treasury.ledgerOf(accountOf(call));
    const { items, cursor } = pageOf(call, instanceTransfers, { newestFirst: true, most: 500 });
    return { transfers: items.map(transferPayload), cursor };
  }),
  route(GetIntraExchangeInstanceTransfer, (call) => {
    const { instanceTransfers } = call.side.treasury.ledgerOf(accountOf(call));
    const found = instanceTransfers.find(({ id }) => id === call.path.transfer_id);
    if (found === undefined) throw new ApiError("not_found");
    return { transfer: transferPayload(found) };
  }),
  route(GetTargetBalanceAllocation, (call) => {
    const { shares, reservation } = call.side.treasury.ledgerOf(accountOf(call)).allocation;
    return {
      allocations: shares.map(({ shard, percent }) => ({ exchange_index: shard, percent })),
      resting_margin_reservation: reservation,
    };
  }),
  route(SetTargetBalanceAllocation, (call) => {
    const fields = new Fields(call.body);
    const shares = fields.items("allocations").map((item) => {
      const shard = item.integer("exchange_index", { max: 100 });
      const percent = item.integer("percent", { max: 100 });
      if (shard === undefined || percent === undefined) {
        throw invalid("exchange_index and percent are required");
      }
      return { shard, percent };
    });
    const total = sum(shares, ({ percent }) => percent);
    if (shares.length > 0 && total !== 100) throw invalid("the percentages must total 100");
    if (new Set(shares.map(({ shard }) => shard)).size !== shares.length) {
      throw invalid("a shard is named twice");
    }
    const reservation = fields.has("resting_margin_reservation")
      ? fields.choice("resting_margin_reservation", ["sum", "max", "none"])
      : "sum";
    call.side.treasury.allocate(accountOf(call), { shares, reservation });
    return {};
  }),
];
