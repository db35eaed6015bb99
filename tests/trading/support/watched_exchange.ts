/**
 * A local exchange on a port whose engine is watched: what an account's orders and positions are, at every step of
 * every order.
 */
import type { KalshiAuth } from "../../../src/auth/kalshi_auth.ts";
import { readOptions } from "../../../src/base/options.ts";
import { KalshiConfig, type KalshiConfigOptions } from "../../../src/config/kalshi_config.ts";

import type { FixConfig } from "../../../src/fix/config.ts";
import type { FixConfigOptions } from "../../../src/fix/config_options.ts";
import { openAccount } from "../../../src/local_exchange/accounts.ts";
import { Exchange } from "../../../src/local_exchange/exchange.ts";
import type { Order } from "../../../src/local_exchange/engine/model.ts";
import type { FixGateway } from "../../../src/local_exchange/gateways/fix/gateway.ts";
import type { WebSocketGateway } from "../../../src/local_exchange/gateways/ws/gateway.ts";
import { Served } from "../../../src/local_exchange/served.ts";
import { accountRules, exchangeRules } from "../../../src/local_exchange/options.ts";
import { serve } from "../../../src/local_exchange/server.ts";
import { settingsOf } from "../../../src/local_exchange/settings.ts";
import { SpokenFix } from "../../../src/local_exchange/spoken_fix.ts";
import type { LocalAccountOptions, LocalExchangeOptions } from "../../../src/local_exchange/types.ts";
import { ownListing } from "../../../src/local_exchange/world/listings/own.ts";

/** An order that rests, in the engine's integers. */
export interface Resting {
  readonly ticker: string;
  readonly side: "bid" | "ask";
  readonly price: number;
  readonly remaining: number;
  readonly clientOrderId: string;
}

/** What an account has on the exchange, at every moment. */
export class Audit {
  readonly resting = new Map<string, Resting>();
  readonly positions = new Map<string, number>();
  /** What was wrong at some moment. */
  readonly faults: string[] = [];
  /** How many steps of orders were looked at. */
  steps = 0;
  /** How often an order was placed. */
  accepted = 0;
  /** Says what is wrong now; called after every step. */
  check: (audit: Audit) => string | undefined = () => undefined;

  /** What rests of a side, over all its orders. */
  count(ticker: string, side: "bid" | "ask"): number {
    let total = 0;
    for (const order of this.resting.values()) {
      if (order.ticker === ticker && order.side === side) total += order.remaining;
    }
    return total;
  }

  position(ticker: string): number {
    return this.positions.get(ticker) ?? 0;
  }

  /** `ticker side price remaining` of everything that rests. */
  get lines(): string[] {
    return [...this.resting.values()]
      .map(({ ticker, side, price, remaining }) => `${ticker} ${side} ${price} ${remaining}`).sort();
  }
}

export interface WatchedExchange extends AsyncDisposable {
  readonly exchange: Exchange;
  readonly sockets: WebSocketGateway;
  readonly fix: FixGateway;
  readonly baseUrl: string;
  config(options?: KalshiConfigOptions): KalshiConfig;
  /** That of an order entry session, in dollars. */
  fixConfig(options?: Partial<FixConfigOptions>): FixConfig;
  /** Opens an account, and watches it. */
  account(options?: LocalAccountOptions): Promise<{
    readonly auth: KalshiAuth;
    readonly keyId: string;
    readonly privateKey: string;
    readonly audit: Audit;
    readonly id: string;
  }>;
  list(ticker: string, grid?: string): string;
  /** Somebody else's order, in the engine's integers. */
  counter(ticker: string, side: "bid" | "ask", price: number, count: number): void;
  /** Cancels what is left of them. */
  clearCounters(): void;
}

/** Starts one. */
export async function watchedExchange(options: LocalExchangeOptions = {}): Promise<WatchedExchange> {
  const read = readOptions(
    "LocalExchange",
    { markets: 0, marketMakers: false, fix: { onlineMs: 20 }, ...options },
    exchangeRules,
  );
  const exchange = new Exchange(settingsOf(read));
  const { rest, sockets, entrance } = new Served(exchange);
  const server = await serve(rest, entrance, "127.0.0.1", 0);
  const { event: fix } = SpokenFix.forNetwork(exchange, read.fix, "127.0.0.1");
  await fix?.listen();
  const counters: Order[] = [];
  const audits = new Map<string, Audit>();
  exchange.watch((event) => {
    if (event.type !== "order") return;
    const audit = audits.get(event.order.account.id);
    if (audit !== undefined) take(audit, event);
  });
  const baseUrl = `http://127.0.0.1:${server.port}/trade-api/v2`;
  const wsBaseUrl = `ws://127.0.0.1:${server.port}/trade-api/ws/v2`;
  return {
    exchange,
    sockets,
    get fix() {
      if (fix === undefined) throw new Error("It speaks no FIX.");
      return fix.gateway;
    },
    baseUrl,
    config: (given = {}) => new KalshiConfig({ baseUrl, wsBaseUrl, ...given }),
    fixConfig: (given = {}) => {
      if (fix === undefined) throw new Error("It speaks no FIX.");
      return fix.config("order-entry", { logon: { UseDollars: true }, ...given });
    },
    async account(given = {}) {
      const opened = await openAccount(exchange, readOptions("createAccount", given, accountRules));
      const audit = new Audit();
      audits.set(opened.id, audit);
      return { ...opened, audit };
    },
    list(ticker, grid = "linear_cent") {
      exchange.tick();
      const openAt = exchange.engine.now;
      exchange.lifecycle.list(
        ownListing({ ticker, title: ticker, grid, openAt, closeAt: openAt + 86_400_000 }),
      );
      return ticker;
    },
    counter(ticker, side, price, count) {
      exchange.tick();
      const market = exchange.catalog.markets.get(ticker)?.market;
      if (market === undefined) throw new Error(`No market ${ticker}`);
      const placed = exchange.counterparty.place(market, side, price, count);
      if ("order" in placed) counters.push(placed.order);
    },
    clearCounters() {
      for (const order of counters.splice(0)) if (order.status === "resting") exchange.engine.cancel(order);
    },
    async [Symbol.asyncDispose]() {
      await fix?.close();
      sockets.close();
      await server.close();
    },
  };
}

type OrderEvent = Extract<Parameters<Parameters<Exchange["watch"]>[0]>[0], { type: "order" }>;

function take(audit: Audit, event: OrderEvent): void {
  const { order, after, change } = event;
  const { ticker } = order.market;
  audit.steps++;
  if (change === "accepted") audit.accepted++;
  if (change === "filled") {
    const { count } = event.fill.trade;
    audit.positions.set(ticker, audit.position(ticker) + (order.side === "bid" ? count : -count));
  }
  const { status, price, remaining, clientOrderId } = after;
  // One that enters rests next, or trades: both are steps of their own.
  if (status === "resting" || status === "entering") {
    audit.resting.set(order.id, { ticker, side: order.side, price, remaining, clientOrderId });
  } else audit.resting.delete(order.id);
  const fault = audit.check(audit);
  if (fault !== undefined && audit.faults.length < 20) {
    audit.faults.push(`${fault} after ${change} of ${order.id}`);
  }
}
