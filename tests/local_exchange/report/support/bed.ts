/** A market of one's own in a local exchange, an account in it that is watched, and a clock. */
import { assertEquals } from "@std/assert";
import {
  LocalExchange,
  type LocalObserver,
  type RunReportOptions,
} from "../../../../src/local_exchange/mod.ts";
import { ManualClock } from "../../../../src/testing/manual_clock.ts";
import { orderBody, Session } from "../../support/session.ts";

/** When it begins: a full hour. */
export const START_MS = 1_790_000_000_000 - 1_790_000_000_000 % 3_600_000;

/** The bed. */
export interface ReportBed extends AsyncDisposable {
  readonly exchange: LocalExchange;
  readonly ticker: string;
  readonly accountId: string;
  readonly observer: LocalObserver;
  readonly session: Session;
  /** Orders of somebody else. */
  others(...orders: readonly (readonly [side: "bid" | "ask", price: string, count: string])[]): void;
  /** An order of the account; returns its id. */
  order(side: "bid" | "ask", price: string, count: string, more?: Record<string, unknown>): Promise<string>;
  /** Moves the clock to so many milliseconds after the start. */
  at(ms: number): void;
}

/** Makes one; others bid 0.40 and ask 0.60. */
export async function reportBed(
  options: RunReportOptions & { readonly ticker?: string; readonly marketTitle?: string } = {},
): Promise<ReportBed> {
  const { ticker = "RAIN", marketTitle = "Rain tomorrow?", ...observing } = options;
  const exchange = LocalExchange.create({
    seed: 5,
    marketMakers: false,
    markets: 1,
    clock: new ManualClock(START_MS),
  });
  exchange.listMarket({ ticker, title: marketTitle });
  const account = await exchange.createAccount({ balance: "1000.00" });
  const session = new Session(exchange, account.auth);
  const observer = exchange.observe([account.id], observing);
  let now = 0;
  const bed: ReportBed = {
    exchange,
    ticker,
    accountId: account.id,
    observer,
    session,
    others(...orders) {
      for (const [side, price, count] of orders) exchange.placeCounterOrder({ ticker, side, price, count });
    },
    async order(side, price, count, more = {}) {
      const body = orderBody({ ticker, side, price, count, time_in_force: "good_till_canceled", ...more });
      const { status, value } = await session.post("/portfolio/events/orders", body);
      assertEquals(status, 201, JSON.stringify(value));
      return value.order_id;
    },
    at(ms) {
      exchange.clock.advance(ms - now);
      now = ms;
    },
    async [Symbol.asyncDispose]() {
      observer.stop();
      await exchange.close();
    },
  };
  bed.others(["bid", "0.40", "100"], ["ask", "0.60", "100"]);
  return bed;
}
