/** An account of a local exchange that trades on cue, and whose look-ups can be slow, late or in vain. */
import type { Fill, KalshiClient, Order } from "../../../mod.ts";
import type { StreamLookup } from "../../../src/stream/mod.ts";
import type { TimedExchange } from "./timed_exchange.ts";

/** Looks up through a client, as a stream of that client does, unless a test has other plans. */
export class Account implements StreamLookup {
  readonly timed: TimedExchange;
  readonly client: KalshiClient;
  /** What was looked up. */
  readonly asked: string[] = [];
  fails = false;
  /** Fills are not among the answers yet. */
  hides = false;
  /** How long an answer takes. */
  wait: () => Promise<void> = () => Promise.resolve();
  /** Called before fills are listed. */
  before: () => void = () => {};
  asOfMs: (() => Promise<number>) | undefined;

  private constructor(timed: TimedExchange) {
    this.timed = timed;
    this.client = timed.client();
  }

  /** One that buys whatever is offered in the markets A and B. */
  static async open(timed: TimedExchange): Promise<Account> {
    const account = new Account(timed);
    for (const ticker of ["A", "B"]) {
      timed.exchange.listMarket({ ticker });
      await account.rest(`all of ${ticker}`, "0.0100", "1000.00", ticker);
    }
    return account;
  }

  /** Places an order; resolves to its id. */
  async rest(client_order_id: string, price: string, count: string, ticker = "A"): Promise<string> {
    const { order_id } = await this.client.orders.create({
      ticker,
      client_order_id,
      side: "bid",
      price,
      count,
      time_in_force: "good_till_canceled",
      self_trade_prevention_type: "taker_at_cross",
    });
    return order_id;
  }

  /** A fill of `count` contracts. */
  trade(count: number, ticker = "A"): void {
    this.hit("0.0100", count, ticker);
  }

  /** Somebody sells. */
  hit(price: string, count: number, ticker = "A"): void {
    this.timed.exchange.placeCounterOrder({ ticker, side: "ask", price, count: `${count}.00` });
  }

  /** A fill whose message is lost without a trace. */
  tradeUnheard(count: number): void {
    this.timed.exchange.sockets.fail({ fault: "drop", channel: "fill" });
    this.trade(count);
  }

  async *fills(sinceMs: number): AsyncIterable<Fill> {
    this.asked.push("fills");
    this.before();
    await this.wait();
    if (this.hides) return;
    if (this.fails) throw new Error("REST is down");
    yield* this.client.fills.listAll({ min_ts: Math.floor(sinceMs / 1_000) });
  }

  async *orders(sinceMs: number): AsyncIterable<Order> {
    yield* this.client.orders.listAll({ min_ts: Math.floor(sinceMs / 1_000) });
    yield* this.client.orders.listAll({ status: "resting" });
  }

  order(orderId: string): Promise<Order> {
    this.asked.push(`order ${orderId}`);
    return this.client.orders.get(orderId);
  }
}
