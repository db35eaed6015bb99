/** Klear's tag `margin`: what a clearing member owes, holds and may be asked for. */
import {
  EstimatePortfolioMaintenanceMargin,
  GetActiveMarginObligations,
  GetGuarantyFundBalance,
  GetLargeTraderPositions,
  GetMarginReports,
  GetMemberFundingPayments,
  GetObligationFundingPayments,
  GetObligationHistory,
  GetObligationMaintenanceMarginDetails,
  GetObligationSettlementDetails,
  GetSettlementBalance,
  GetSettlementBalanceHistory,
  GetSettlementBalanceWithdrawal,
  GetSettlementEstimateByAssetClass,
  GetSettlementPrices,
  WithdrawSettlementBalance,
} from "../../../contract/klear/operations.ts";
import type { SettlementEstimate } from "../../../contract/klear/types.ts";
import { ApiError } from "../../api_error.ts";
import type { KlearHouse } from "../../klear/house.ts";
import type { KlearMember, Obligation, SettledPosition } from "../../klear/model.ts";
import { fileUrl, REPORT_TYPES } from "../../klear/report_files.ts";
import { classOf, maintenanceBefore, positionsSince } from "../../klear/settlement.ts";
import { maintenanceOf } from "../../margin/margin_clearing.ts";
import { formatMoney4, formatPrice, parsePrice } from "../../units.ts";
import { newYorkTime } from "../../world/new_york.ts";
import { pageOf } from "../rest/page.ts";
import { Fields, invalid, text } from "../rest/read.ts";
import { type Call, route } from "../rest/route.ts";
import { fundingDetail, marginDetails, obligationEntry, settlementDetails, timeOf } from "./wire.ts";

/** What a member has in the guaranty fund: the same for all. */
const GUARANTY_FUND = 500_000_000;
/** So many contracts, in hundredths, are a large trader's. */
const LARGE = 20_000;
const DAY = 86_400_000;

/** The house and the member that a call is about. */
export function askedOf({ exchange: { klear }, key }: Call): { house: KlearHouse; member: KlearMember } {
  const member = klear?.members.get(key?.id ?? "");
  if (klear === undefined || member === undefined) throw new ApiError("unauthorized");
  return { house: klear, member };
}

/** The day of a settlement in New York. */
const dayOf = (at: number): string => newYorkTime(at).toISOString().slice(0, 10);

/** As Klear does, the last page has no cursor. */
const cursorOf = (cursor: string) => cursor === "" ? {} : { cursor };

function obligationOf(call: Call): { member: KlearMember; obligation: Obligation } {
  const { member } = askedOf(call);
  const obligation = member.obligations.find(({ id }) => id === call.path.obligation_id);
  if (obligation === undefined) throw new ApiError("not_found");
  return { member, obligation };
}

function requiredTime(call: Call, name: string): number {
  const at = Date.parse(text(call, name) ?? "");
  if (Number.isNaN(at)) throw invalid(`${name} must be a time as in RFC 3339`);
  return at;
}

function estimateOf(
  house: KlearHouse,
  member: KlearMember,
  positions: readonly SettledPosition[],
  assetClass: ReturnType<typeof classOf>,
): SettlementEstimate {
  const sum = (of: (one: SettledPosition) => number) => positions.reduce((total, one) => total + of(one), 0);
  const [variation, fees, required] = [
    sum(({ pnl }) => pnl),
    sum((one) => one.fees),
    sum((one) => one.maintenance),
  ];
  const delta = required - maintenanceBefore(member, assetClass);
  const funding = house.fundingOf(member).slice(member.settledFunding)
    .filter(({ info }) => classOf(info) === assetClass)
    .reduce((total, { amount }) => total + amount, 0);
  return {
    variation_margin_centicents: variation,
    total_fees_centicents: fees,
    maintenance_margin_delta_centicents: delta,
    maintenance_margin_required_centicents: required,
    total_amount_centicents: variation - fees + funding - delta,
    positions: Object.fromEntries(positions.map(({ info, position, pnl, notional, averagePrice }) => [
      info.market.ticker,
      {
        quantity_centicount: position,
        variation_margin_centicents: pnl,
        notional_value_centicents: notional,
        ...(averagePrice !== undefined && { session_avg_price_fp: formatPrice(averagePrice) }),
      },
    ])),
  };
}

export const klearMarginRoutes = [
  route(GetMarginReports, (call) => {
    const { house, member } = askedOf(call);
    const [from, to] = ["start_date", "end_date"].map((name) => {
      const date = text(call, name) ?? "";
      if (!/^\d{4}-\d\d-\d\d$/.test(date) || Number.isNaN(Date.parse(date))) {
        throw invalid(`${name} must be a date such as 2026-11-24`);
      }
      return date;
    }) as [string, string];
    const days = (Date.parse(to) - Date.parse(from)) / DAY;
    if (days < 0 || days > 90) throw invalid("end_date must be from 0 to 90 days after start_date");
    const runs = house.runs.filter(({ at }) => at > member.since && dayOf(at) >= from && dayOf(at) <= to);
    return {
      reports: runs.flatMap(({ at }) =>
        REPORT_TYPES.map((type) => ({
          report_type: type,
          url: fileUrl(house, member, at, type),
          date: dayOf(at),
          created_ts: timeOf(at),
          is_end_of_day: true,
          snapshot_ts: timeOf(at),
        }))
      ),
    };
  }),
  route(GetActiveMarginObligations, (call) => {
    const { member } = askedOf(call);
    const due = member.obligations.filter(({ paidAt }) => paidAt === undefined);
    return { obligations: due.map((one) => obligationEntry(member, one)) };
  }),
  route(GetObligationHistory, (call) => {
    const { member } = askedOf(call);
    const keep = ({ paidAt }: Obligation) => paidAt !== undefined;
    const { items, cursor } = pageOf(call, member.obligations, {
      newestFirst: true,
      keep,
      most: 100,
      usual: 20,
    });
    return { obligations: items.map((one) => obligationEntry(member, one)), ...cursorOf(cursor) };
  }),
  route(GetObligationSettlementDetails, (call) => {
    const { member, obligation } = obligationOf(call);
    const { items, cursor } = pageOf(call, settlementDetails(member, obligation), { usual: 1_000 });
    return { settlement_details: items, ...cursorOf(cursor) };
  }),
  route(GetObligationFundingPayments, (call) => {
    const { member, obligation } = obligationOf(call);
    const { items, cursor } = pageOf(call, obligation.funding, { usual: 1_000 });
    return { funding_payments: items.map((one) => fundingDetail(member, one)), ...cursorOf(cursor) };
  }),
  route(GetObligationMaintenanceMarginDetails, (call) => {
    const { member, obligation } = obligationOf(call);
    const { items, cursor } = pageOf(call, marginDetails(member, obligation), { usual: 1_000 });
    return { maintenance_margin_details: items, ...cursorOf(cursor) };
  }),
  route(GetMemberFundingPayments, (call) => {
    const { house, member } = askedOf(call);
    const at = requiredTime(call, "funding_time");
    const ticker = text(call, "market_ticker");
    const payments = house.fundingOf(member).filter((one) =>
      one.at === at && (ticker === undefined || one.info.market.ticker === ticker)
    );
    const { items, cursor } = pageOf(call, payments, { most: 10_000, usual: 1_000 });
    return {
      payments: items.map((one) => ({
        ...fundingDetail(member, one),
        settlement_execution_time: timeOf(one.settledAt),
      })),
      ...cursorOf(cursor),
    };
  }),
  route(GetLargeTraderPositions, (call) => {
    const { house, member } = askedOf(call);
    const asked = text(call, "report_date");
    const index = asked === undefined
      ? house.runs.length - 1
      : house.runs.findLastIndex(({ at }) => dayOf(at) === asked);
    const heldAt = (run: number) =>
      new Map(
        member.obligations.filter(({ at }) => at === house.runs[run]?.at)
          .flatMap(({ positions }) =>
            positions.map(({ info, position }) => [info.market.ticker, position] as const)
          ),
      );
    const [before, now] = [heldAt(index - 1), heldAt(index)];
    const isLarge = (position = 0) => Math.abs(position) >= LARGE;
    return {
      user_id: member.account.id,
      report_date: asked ?? dayOf(house.runs[index]?.at ?? house.now),
      positions: [...now].flatMap(([ticker, position]) => {
        const exits = !isLarge(position) && isLarge(before.get(ticker));
        if (!isLarge(position) && !exits) return [];
        return [{ market_ticker: ticker, position: Math.trunc(position / 100), exit_day: exits }];
      }),
    };
  }),
  route(EstimatePortfolioMaintenanceMargin, (call) => {
    const { house: { margin } } = askedOf(call);
    const fields = new Fields(call.body);
    const assetClass = fields.requiredText("asset_class");
    const items = fields.items("positions");
    if (items.length === 0 || items.length > 500) throw invalid("positions takes 1 to 500 of them");
    const seen = new Set<string>();
    let needed = 0;
    for (const item of items) {
      const ticker = item.requiredText("market_ticker");
      const info = margin.find(ticker);
      const quantity = item.integer("quantity", { min: -Number.MAX_SAFE_INTEGER });
      const price = parsePrice(item.requiredText("price"));
      if (seen.has(ticker)) throw invalid(`positions holds ${ticker} twice`);
      if (info === undefined || classOf(info) !== assetClass) {
        throw invalid(`${ticker} is no market of ${assetClass}`);
      }
      if (!quantity) throw invalid("quantity must not be 0");
      if (price === undefined || price <= 0) throw invalid("price must be above 0");
      seen.add(ticker);
      needed += maintenanceOf(info, Math.abs(quantity) * 100 * price);
    }
    const [whole, none] = [formatMoney4(needed), formatMoney4(0)];
    return {
      maintenance_margin_fp: whole,
      base_margin_fp: whole,
      hvar_fp: none,
      apc_fp: none,
      funding_addon_fp: none,
      liquidation_addon_fp: none,
    };
  }),
  route(GetSettlementEstimateByAssetClass, (call) => {
    const { house, member } = askedOf(call);
    const positions = positionsSince(house.margin, member);
    const classes = new Set(positions.map(({ info }) => classOf(info)));
    const before = house.runs.at(-1)?.prices ?? new Map();
    return {
      settlement_balance_centicents: member.available,
      estimates: Object.fromEntries([...classes].map((assetClass) => {
        const own = positions.filter(({ info }) => classOf(info) === assetClass);
        const estimate = estimateOf(house, member, own, assetClass);
        const grouped = [...member.groups.values()].filter(({ members }) =>
          members.includes(member.account.id)
        );
        return [assetClass, {
          user_breakdown: estimate,
          subtrader_breakdowns: { [member.account.id]: estimate },
          group_breakdowns: Object.fromEntries(grouped.map(({ id }) => [id, estimate])),
          omitted_subtrader_count: 0,
          omitted_group_count: 0,
          prev_settlement_prices: Object.fromEntries(
            own.flatMap(({ info }) => before.has(info) ? [[info.market.ticker, before.get(info)]] : []),
          ),
          next_runtime: timeOf(house.nextRun),
        }];
      })),
    };
  }),
  route(GetSettlementPrices, (call) => {
    const { house } = askedOf(call);
    const assetClass = text(call, "asset_class");
    const at = requiredTime(call, "settlement_time");
    const prices = house.runs.find((run) => run.at === at)?.prices ?? new Map();
    return {
      settlement_prices: Object.fromEntries(
        [...prices].flatMap(([info, price]) =>
          classOf(info) === assetClass ? [[info.market.ticker, price]] : []
        ),
      ),
    };
  }),
  route(GetSettlementBalance, (call) => {
    const { account, available, locked } = askedOf(call).member;
    return {
      user_id: account.id,
      balance_available_centicents: available,
      locked_balance_centicents: locked,
    };
  }),
  route(GetGuarantyFundBalance, (call) => {
    const { account, since } = askedOf(call).member;
    return { user_id: account.id, amount_centicents: GUARANTY_FUND, updated_ts: timeOf(since) };
  }),
  route(GetSettlementBalanceHistory, (call) => {
    const { member } = askedOf(call);
    const { items, cursor } = pageOf(call, member.changes, { newestFirst: true, most: 500, usual: 100 });
    return {
      entries: items.map(({ delta, lockedDelta, reason, transactionId, at }) => ({
        balance_delta_centicents: delta,
        locked_balance_delta_centicents: lockedDelta,
        reason,
        business_transaction_id: transactionId,
        created_ts: timeOf(at),
      })),
      ...cursorOf(cursor),
    };
  }),
  route(WithdrawSettlementBalance, (call) => {
    const { house, member } = askedOf(call);
    const amount = parsePrice(new Fields(call.body).requiredText("amount"));
    if (amount === undefined || amount <= 0) throw invalid("amount must be dollars above 0");
    const withdrawal = house.withdraw(member, amount);
    if (withdrawal === undefined) throw new ApiError("insufficient_balance");
    return { id: withdrawal.id };
  }),
  route(GetSettlementBalanceWithdrawal, (call) => {
    const id = text(call, "id") ?? "";
    const found = askedOf(call).member.withdrawals.get(id);
    if (found === undefined) throw invalid("there is no such withdrawal");
    const { amount, status, at } = found;
    return { id, amount: formatMoney4(amount * 100), status, created_ts: timeOf(at) };
  }),
];
