/** An exchange in memory, an account that trades on it at random, and what the exchange itself says of its positions. */
import { assertEquals } from "@std/assert";
import { KalshiClient } from "../../../src/client.ts";
import type { KalshiClientOptions } from "../../../src/client_options.ts";
import { parseCount, parseMoney } from "../../../src/base/fixed_point.ts";
import type { MarketPosition, Settlement } from "../../../src/contract/event/types.ts";
import {
  type FeeType,
  type LocalAccountOptions,
  LocalExchange,
  type LocalExchangeOptions,
} from "../../../src/local_exchange/mod.ts";
import type { PositionView } from "../../../src/trading/mod.ts";

/** Numbers from a seed, 0 to 1. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

export interface DeskOptions {
  readonly exchange?: LocalExchangeOptions;
  readonly account?: LocalAccountOptions;
  readonly client?: Omit<KalshiClientOptions, "auth" | "config" | "runtime">;
}

/** Everything that a test of positions needs. */
export class Desk implements AsyncDisposable {
  readonly exchange: LocalExchange;
  readonly client: KalshiClient;
  readonly accountId: string;
  readonly tickers: string[] = [];
  fills = 0;
  #open: string[] = [];

  private constructor(exchange: LocalExchange, client: KalshiClient, accountId: string) {
    this.exchange = exchange;
    this.client = client;
    this.accountId = accountId;
  }

  static async open(options: DeskOptions = {}): Promise<Desk> {
    const exchange = LocalExchange.create({ markets: 0, marketMakers: false, ...options.exchange });
    const { auth, id } = await exchange.createAccount({ balance: "1000000.00", ...options.account });
    const config = exchange.config;
    const runtime = exchange.createRuntime();
    return new Desk(exchange, new KalshiClient({ ...options.client, auth, config, runtime }), id);
  }

  /** Lists a market whose fills cost fees of this type. */
  async list(ticker: string, grid: string, feeType: FeeType = "quadratic"): Promise<string> {
    this.exchange.listMarket({ ticker, priceLevelStructure: grid });
    const { event_ticker } = await this.client.markets.get(ticker);
    this.exchange.setEventFees(event_ticker, feeType, 1);
    this.tickers.push(ticker);
    return ticker;
  }

  /** The account's order; resolves to its id and what of it was filled. */
  async place(ticker: string, side: "bid" | "ask", price: string, count: string): Promise<string> {
    const { order_id, fill_count } = await this.client.orders.create({
      ticker,
      side,
      price,
      count,
      time_in_force: "good_till_canceled",
      self_trade_prevention_type: "taker_at_cross",
    });
    if (parseCount(fill_count) < parseCount(count)) this.#open.push(order_id);
    return order_id;
  }

  /** Somebody else's order. */
  counter(ticker: string, side: "bid" | "ask", price: string, count: string): void {
    this.exchange.placeCounterOrder({ ticker, side, price, count });
  }

  /** One order of the account's, and many of others around it: fills as maker and as taker. */
  async round(random: () => number): Promise<void> {
    const pick = <T>(of: readonly T[]) => of[Math.floor(random() * of.length)] as T;
    const ticker = pick(this.tickers);
    const price = () => `0.${String(20 + Math.floor(random() * 60)).padStart(2, "0")}00`;
    const count = (most: number) => `${Math.floor(random() * most)}.${10 + Math.floor(random() * 90)}`;
    const side = () => pick(["bid", "ask"] as const);
    if (this.#open.length > 8) {
      await this.client.orders.cancelAll();
      this.#open = [];
    }
    for (let n = 0; n < 8; n++) this.counter(ticker, side(), price(), count(4));
    await this.place(ticker, side(), price(), count(60));
    for (let n = 0; n < 12; n++) this.counter(ticker, side(), price(), count(6));
  }

  /** What the exchange says. */
  async told(): Promise<Map<string, MarketPosition>> {
    const rows = new Map<string, MarketPosition>();
    const params = { settlement_status: "all", limit: 1_000 } as const;
    for await (const row of this.client.portfolio.positions.listAll(params)) rows.set(row.ticker, row);
    return rows;
  }

  /** Compares positions with what the exchange says of every market. */
  async compare(positions: readonly PositionView[]): Promise<void> {
    const settlements = new Map<string, Settlement>();
    for await (const row of this.client.portfolio.settlements.listAll({ limit: 1_000 })) {
      settlements.set(row.ticker, row);
    }
    const wanted = [...await this.told()].map(([ticker, row]) => ({
      ticker,
      position: parseCount(row.position_fp),
      cost: parseMoney(row.market_exposure_dollars),
      realized: parseMoney(row.realized_pnl_dollars),
      fees: parseMoney(row.fees_paid_dollars),
      traded: parseMoney(row.total_traded_dollars),
      settlementFees: parseMoney(settlements.get(ticker)?.fee_cost ?? "0"),
      isDoubtful: false,
    })).sort((a, b) => a.ticker < b.ticker ? -1 : 1);
    const found = positions.map((view) => ({
      ticker: view.ticker,
      position: view.positionCenticontracts,
      cost: view.costMicros,
      realized: view.realizedMicros,
      fees: view.feesMicros,
      traded: view.tradedMicros,
      settlementFees: view.settlementFeesMicros,
      isDoubtful: view.isDoubtful,
    }));
    assertEquals(found, wanted);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    await this.exchange.close();
  }
}
