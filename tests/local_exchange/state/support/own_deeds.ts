/** What can be done and read of one product alone. */
import type { LocalExchange } from "../../../../src/local_exchange/mod.ts";
import type { Side, testedProducts } from "../../support/products.ts";
import { testedProducts as products } from "../../support/products.ts";
import type { Answer, Json, Session } from "../../support/session.ts";

/** What a deed is done with. */
export interface DeedTools {
  readonly exchange: LocalExchange;
  readonly member: Session;
  readonly accountId: string;
  readonly ticker: string;
  readonly side: Side;
  readonly cents: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** What one product has of its own. */
export interface OwnDeeds {
  /** Where its markets are. */
  readonly markets: string;
  /** Everything that two exchanges must agree in, of a member. */
  readonly reads: readonly string[];
  readonly publicReads: readonly string[];
  list(exchange: LocalExchange, ticker: string): string;
  do(what: number, tools: DeedTools): Promise<Json>;
}

/** What was answered. */
export async function answered(answer: Promise<Answer>): Promise<Json> {
  const { status, value } = await answer;
  return [status, value];
}

/** What a control gave, or why it was refused. */
export function control(act: () => unknown): Json {
  try {
    return act() ?? null;
  } catch (error) {
    return (error as Error).message;
  }
}

const transferOf = (c: number) => ({
  client_transfer_id: `00000000-0000-4000-8000-0000000000${10 + c % 80}`,
  from_subaccount: c % 2,
  to_subaccount: 1 - c % 2,
  amount_cents: 100 + c,
});

/** Time that stands still, makers that move, and what else is done to the exchange itself. */
function steer(exchange: LocalExchange, c: number): void {
  if (c % 5 === 0) exchange.clock.stop();
  else if (c % 5 === 1) exchange.clock.run();
  else if (c % 5 === 2) exchange.setPace(c % 2 === 0 ? 2_000 : undefined);
}

const event: OwnDeeds = {
  markets: "/markets",
  reads: [
    "/portfolio/balance",
    "/portfolio/positions?limit=1000",
    "/portfolio/orders?limit=1000",
    "/portfolio/fills?limit=1000",
    "/portfolio/settlements?limit=1000",
    "/portfolio/orders/queue_positions?market_tickers=STATE-A,STATE-B,STATE-C",
    "/portfolio/order_groups",
    "/portfolio/subaccounts/balances",
    "/portfolio/subaccounts/transfers",
    "/communications/id",
    "/communications/rfqs",
    "/api_keys",
    "/account/limits",
  ],
  publicReads: [
    "/markets?limit=1000",
    "/markets/trades?limit=1000",
    "/exchange/status",
    "/series/fee_changes",
  ],
  list: (exchange, ticker) => exchange.listMarket({ ticker, closesInMs: 86_400_000 }),
  async do(what, { exchange, member, accountId, ticker, a, b, c }) {
    switch (what) {
      case 14:
        return control(() => exchange.deposit(accountId, `${c - 50}.00`));
      case 15:
        return await answered(member.post("/portfolio/subaccounts", {}));
      case 16:
        return await answered(member.post("/portfolio/subaccounts/transfer", transferOf(c)));
      case 17:
        return await answered(
          member.post("/communications/rfqs", {
            market_ticker: ticker,
            contracts: 1 + c,
            rest_remainder: false,
          }),
        );
      case 18:
        return control(() => exchange.step(1 + c % 3));
      case 20:
        return control(() => {
          if (c % 5 === 3) exchange.pause(c < 10 ? "trading" : "nothing");
          else if (c % 5 === 4) exchange.setMarketActive(ticker, c >= 20);
          else steer(exchange, c);
        });
      default:
        if (c % 40 === 0) {
          return control(() =>
            exchange.determine(ticker, a % 2 === 0 ? "yes" : "no", { settle: b % 2 === 0 })
          );
        }
        return await answered(member.get(event.reads[c % event.reads.length] as string));
    }
  },
};

const perps: OwnDeeds = {
  markets: "/margin/markets",
  reads: [
    "/margin/balance?compute_available_balance=true",
    "/margin/positions",
    "/margin/risk",
    "/margin/notional_risk_limit",
    "/margin/orders",
    "/margin/fills?limit=1000",
    "/margin/order_groups",
    "/margin/funding_history?start_date=2026-01-01&end_date=2027-12-31",
    "/margin/cross/positions/STATE-A/exit_trigger",
    "/margin/cross/positions/STATE-B/exit_trigger",
    "/margin/isolated/positions/STATE-A/exit_trigger",
    "/margin/fee_tiers",
    "/account/limits/perps",
    "/portfolio/balance",
    "/portfolio/intra_exchange_instance_transfers",
  ],
  publicReads: [
    "/margin/markets",
    "/margin/trades?limit=1000",
    "/margin/exchange/status",
    "/margin/risk_parameters",
    "/margin/funding_rates/historical",
    "/margin/funding_rates/estimate?ticker=STATE-A",
  ],
  list: products.perps.list,
  async do(what, { exchange, member, accountId, ticker, side, cents, a, c }) {
    const { price } = products.perps;
    const triggers = `/margin/cross/positions/${ticker}/exit_trigger`;
    switch (what) {
      case 14:
        return control(() => exchange.perps.deposit(accountId, `${c - 50}.00`));
      case 15:
        return await answered(member.post("/portfolio/margin/subaccounts"));
      case 16:
        if (c % 3 > 0) {
          return await answered(member.post("/portfolio/margin/subaccounts/transfer", transferOf(c)));
        }
        return await answered(
          member.post("/portfolio/intra_exchange_instance_transfer", {
            source: c % 2 === 0 ? "margined" : "event_contract",
            destination: c % 2 === 0 ? "event_contract" : "margined",
            amount: 10_000,
          }),
        );
      case 17:
        if (c % 7 === 0) return await answered(member.delete(triggers));
        if (c % 3 === 0) return await answered(member.put(triggers, { kind: "trailing", trail_bps: 1 + c }));
        return await answered(
          member.put(triggers, {
            [c % 2 === 0 ? "stop_loss_price" : "take_profit_price"]: price(cents),
            ...(c % 4 > 1 && { count: "1.00", client_trigger_id: `trigger-${c}` }),
          }),
        );
      case 18:
        return control(() => {
          if (c % 2 === 0) exchange.perps.fund(ticker);
          exchange.perps.step(1 + c % 3);
        });
      case 20:
        return control(() => {
          if (c % 5 < 3) steer(exchange, c);
          else if (c % 5 === 3) exchange.perps.setIndexPrice(ticker, price(c));
          else if (c % 3 === 0) exchange.perps.corporateAction(ticker, "2.000000");
          else exchange.perps.setMarketActive(ticker, c >= 20);
        });
      default:
        if (c % 4 === 0) {
          const trade = { ticker, side, price: price(cents), count: "2.00", margin: "1.00" };
          return control(() => exchange.perps.tradeIsolated(accountId, trade));
        }
        if (c % 4 === 1) {
          return control(() => exchange.perps.setMarkPrice(ticker, a % 2 ? price(c) : undefined));
        }
        return await answered(member.get(perps.reads[c % perps.reads.length] as string));
    }
  },
};

/** Of each product. */
export const ownDeeds: Readonly<Record<keyof typeof testedProducts, OwnDeeds>> = { event, perps };
