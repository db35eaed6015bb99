/** What Klear's answers say of its things. */
import type {
  FundingPaymentDetail,
  MaintenanceMarginDetail,
  ObligationEntry,
  SettlementDetail,
} from "../../../contract/klear/types.ts";
import type { KlearMember, Obligation, SettledFunding } from "../../klear/model.ts";
import { formatCount } from "../../units.ts";

export const timeOf = (at: number): string => new Date(at).toISOString();

export const settlementDetails = ({ account }: KlearMember, { positions }: Obligation): SettlementDetail[] =>
  positions.map(({ id, info, position, pnl, fees }) => ({
    id,
    market_ticker: info.market.ticker,
    subtrader_id: account.id,
    position_quantity_fp: formatCount(position),
    pnl_centicents: pnl,
    total_fees_centicents: fees,
    total_amount_centicents: pnl - fees,
  }));

export const fundingDetail = ({ account }: KlearMember, payment: SettledFunding): FundingPaymentDetail => ({
  id: payment.id,
  market_ticker: payment.info.market.ticker,
  subtrader_id: account.id,
  funding_time: timeOf(payment.at),
  position_quantity_fp: formatCount(payment.position),
  notional_value_centicents: payment.notional,
  funding_amount_centicents: payment.amount,
});

/** One row: an account is its only subtrader. */
export const marginDetails = (
  { account, groups }: KlearMember,
  one: Obligation,
): MaintenanceMarginDetail[] => {
  const group = [...groups.values()].find(({ members }) => members.includes(account.id));
  return [{
    id: `${one.id}-margin`,
    subtrader_id: account.id,
    ...(group !== undefined && { margin_group_id: group.id }),
    maintenance_margin_centicents: one.maintenance,
    maintenance_margin_delta_centicents: one.maintenanceDelta,
  }];
};

export function obligationEntry(member: KlearMember, one: Obligation): ObligationEntry {
  const { id, amount, fees, maintenance, pnl, at, paidAt, assetClass, receiveId } = one;
  return {
    id,
    user_id: member.account.id,
    amount_centicents: amount,
    fees_centicents: fees,
    maintenance_margin_centicents: maintenance,
    pnl_centicents: pnl,
    execution_time: timeOf(at),
    last_updated_ts: timeOf(paidAt ?? at),
    asset_class: assetClass,
    receives: paidAt === undefined ? [] : [{
      id: receiveId,
      type: "settlement_balance",
      amount_centicents: Math.abs(amount),
      external_reference: id,
      created_ts: timeOf(paidAt),
    }],
    settlement_details: settlementDetails(member, one),
    maintenance_margin_details: marginDetails(member, one),
    funding_payments: one.funding.map((payment) => fundingDetail(member, payment)),
  };
}
