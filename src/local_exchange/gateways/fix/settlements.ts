/** What positions were paid out (KalshiPT; KalshiRT and KalshiNR where they ask for it), market by market. */
import { CollateralAmountType, MarketSettlementPartyRole } from "../../../contract/fix/codes.ts";
import type {
  MarketSettlementReport,
  MarketSettlementReportMarketSettlementPartyID as Party,
} from "../../../contract/fix/messages.ts";
import { resultOf } from "../../engine/event_contract.ts";
import type { Market, Settlement } from "../../engine/model.ts";
import type { Exchange, ExchangeEvent } from "../../exchange.ts";
import { formatCount } from "../../units.ts";
import { owns, type Participant } from "./participant.ts";
import { businessDate, miscFee, writeMoney } from "./units.ts";

/** Wallets that one report holds; more of them take several reports. */
const PARTIES = 20;

/** Tells one session what its positions were paid out. */
export class SettlementReports {
  readonly #participant: Participant;
  readonly #paid = new Map<Market, Settlement[]>();
  readonly #stop: () => void;

  constructor(exchange: Exchange, participant: Participant) {
    this.#participant = participant;
    this.#stop = exchange.watch((event) => this.#happened(event));
  }

  /** Ends with the session. */
  close(): void {
    this.#stop();
  }

  #happened(event: ExchangeEvent): void {
    if (event.type === "settlement") {
      const { holding } = event.settlement;
      if (!owns(this.#participant, holding.wallet)) return;
      const paid = this.#paid.get(holding.market);
      if (paid === undefined) this.#paid.set(holding.market, [event.settlement]);
      else paid.push(event.settlement);
    } else if (event.type === "market" && event.change === "settled") {
      const paid = this.#paid.get(event.market);
      if (paid === undefined) return;
      this.#paid.delete(event.market);
      for (const report of settlementReports(event.market, paid)) this.#participant.send(report);
    }
  }
}

/** The reports of what the wallets of one member were paid out in a market. */
export function settlementReports(market: Market, paid: readonly Settlement[]): MarketSettlementReport[] {
  const [{ value, at } = { value: 0, at: 0 }] = paid;
  const total = Math.ceil(paid.length / PARTIES);
  return Array.from({ length: total }, (_, index): MarketSettlementReport => ({
    MsgType: "UMS",
    MarketSettlementReportID: `${market.ticker}-${index + 1}`,
    Symbol: market.ticker,
    ClearingBusinessDate: businessDate(at),
    ...(total > 1 && { TotNumMarketSettlementReports: total }),
    MarketResult: resultOf(value),
    LastFragment: index === total - 1,
    SettlementPrice: cents(value),
    NoMarketSettlementPartyIDs: paid.slice(index * PARTIES, (index + 1) * PARTIES).map(partyOf),
  }));
}

function partyOf({ holding: { wallet }, position, revenue, fee }: Settlement): Party {
  const { account, subaccount } = wallet;
  return {
    MarketSettlementPartyID: subaccount === 0 ? account.id : `${account.id}_${subaccount}`,
    MarketSettlementPartyRole: MarketSettlementPartyRole.CustomerAccount,
    LongQty: formatCount(Math.max(0, position)),
    ShortQty: formatCount(Math.max(0, -position)),
    NoCollateralAmountChanges: [{
      CollateralAmountChange: writeMoney(revenue),
      CollateralAmountType: CollateralAmountType.Payout,
    }],
    NoMiscFees: [miscFee(writeMoney(fee))],
  };
}

/** A worth in cents with two decimals, whatever a session's prices are in. */
const cents = (ticks: number): string => `${Math.floor(ticks / 100)}.${String(ticks % 100).padStart(2, "0")}`;
