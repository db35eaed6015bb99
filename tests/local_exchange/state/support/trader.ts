/** Does things to an exchange, as a list of numbers says, and reads everything that can be read of it. */
import type { LocalExchange } from "../../../../src/local_exchange/mod.ts";
import { type Json, orderBody, Session } from "../../support/session.ts";

/** Somebody with an account, whose key stays the same. */
export interface Member {
  readonly keyId: string;
  /** PEM. */
  readonly privateKey: string;
}

/** A thing to do: what, and numbers that say how. */
export type Deed = readonly [what: number, a: number, b: number, c: number];

/** Everything that two exchanges must agree in. */
const READS = [
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
];
const PUBLIC = [
  "/markets?limit=1000",
  "/markets/trades?limit=1000",
  "/exchange/status",
  "/series/fee_changes",
];

/** An exchange and its members. */
export class Trader {
  readonly exchange: LocalExchange;
  readonly #members: readonly Session[];
  readonly #ids: readonly string[];
  readonly tickers: readonly string[];

  private constructor(exchange: LocalExchange, members: readonly Session[], ids: readonly string[]) {
    this.exchange = exchange;
    this.#members = members;
    this.#ids = ids;
    // Those that are not open any longer too.
    this.tickers = TICKERS;
  }

  /** Opens the accounts, or takes them back. */
  static async begin(exchange: LocalExchange, members: readonly Member[]): Promise<Trader> {
    const accounts = [];
    for (const member of members) {
      accounts.push(await exchange.createAccount({ ...member, balance: "300.00" }));
    }
    const sessions = accounts.map(({ auth }) => new Session(exchange, auth));
    return new Trader(exchange, sessions, accounts.map(({ id }) => id));
  }

  /** Lists the markets that the deeds are about. */
  list(): void {
    for (const ticker of TICKERS) this.exchange.listMarket({ ticker, closesInMs: 86_400_000 });
  }

  /** The session of a member. */
  member(index: number): Session {
    return this.#members[index] as Session;
  }

  /** Does something; returns what was answered. */
  async do([what, a, b, c]: Deed): Promise<Json> {
    const { exchange } = this;
    const member = this.#members[a % this.#members.length] as Session;
    const ticker = this.tickers[b % this.tickers.length] as string;
    const price = `0.${String(45 + c % 10).padStart(2, "0")}00`;
    const side = c % 2 === 0 ? "bid" : "ask";
    const count = `${1 + c % 7}.00`;
    const resting = async () => {
      const { value } = await member.get("/portfolio/orders?status=resting&limit=1000");
      return value.orders[c % Math.max(1, value.orders.length)] ?? { order_id: "none" };
    };
    const group = async () =>
      (await member.get("/portfolio/order_groups")).value.order_groups[0]?.id ??
        "00000000-0000-4000-8000-000000000000";
    const answered = async (answer: Promise<{ status: number; value: Json }>) => {
      const { status, value } = await answer;
      return [status, value];
    };
    const control = (act: () => unknown) => {
      try {
        return act() ?? null;
      } catch (error) {
        return (error as Error).message;
      }
    };
    const place = "/portfolio/events/orders";
    switch (what % 22) {
      case 0:
      case 1:
      case 2:
      case 3:
        return await answered(member.post(place, orderBody({ ticker, side, price, count })));
      case 4:
        return await answered(
          member.post(
            place,
            orderBody({ ticker, side, price, count, client_order_id: `mine-${c % 20}`, post_only: true }),
          ),
        );
      case 5:
        return await answered(
          member.post(place, orderBody({ ticker, side, price, count, time_in_force: "immediate_or_cancel" })),
        );
      case 6: {
        const expiration_time = Math.ceil(exchange.clock.now() / 1_000) + 1 + c;
        return await answered(member.post(place, orderBody({ ticker, side, price, count, expiration_time })));
      }
      case 7:
        return await answered(member.delete(`${place}/${(await resting()).order_id}`));
      case 8: {
        const { order_id, ticker = "none", book_side: side = "bid" } = await resting();
        const amended = { ticker, side, price, count: `${2 + c % 5}.00` };
        return await answered(member.post(`${place}/${order_id}/amend`, amended));
      }
      case 9:
        return await answered(
          member.post(`${place}/${(await resting()).order_id}/decrease`, { reduce_by: "1.00" }),
        );
      case 10:
        return await answered(member.post("/portfolio/order_groups/create", { contracts_limit: 1 + c % 10 }));
      case 11:
        return await answered(
          member.post(place, orderBody({ ticker, side, price, count, order_group_id: await group() })),
        );
      case 12: {
        const what = ["reset", "trigger"][c % 2];
        return await answered(member.put(`/portfolio/order_groups/${await group()}/${what}`, {}));
      }
      case 13:
        return control(() => exchange.placeCounterOrder({ ticker, side, price, count }));
      case 14:
        return control(() => exchange.deposit(this.#ids[a % this.#ids.length] ?? "", `${c - 50}.00`));
      case 15:
        return await answered(member.post("/portfolio/subaccounts", {}));
      case 16:
        return await answered(
          member.post("/portfolio/subaccounts/transfer", {
            client_transfer_id: `00000000-0000-4000-8000-0000000000${10 + c % 80}`,
            from_subaccount: c % 2,
            to_subaccount: 1 - c % 2,
            amount_cents: 100 + c,
          }),
        );
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
      case 19:
        return control(() => exchange.clock.advance(c * 1_000));
      case 20:
        return control(() => {
          if (c % 5 === 0) exchange.clock.stop();
          else if (c % 5 === 1) exchange.clock.run();
          else if (c % 5 === 2) exchange.setPace(c % 2 === 0 ? 2_000 : undefined);
          else if (c % 5 === 3) exchange.pause(c < 10 ? "trading" : "nothing");
          else exchange.setMarketActive(ticker, c >= 20);
        });
      default:
        if (c % 40 === 0) {
          return control(() =>
            exchange.determine(ticker, a % 2 === 0 ? "yes" : "no", { settle: b % 2 === 0 })
          );
        }
        return await answered(member.get(READS[c % READS.length] as string));
    }
  }

  /** Everything that can be read of it. */
  async everything(): Promise<Json> {
    const all: Json = { now: this.exchange.clock.now(), running: this.exchange.clock.isRunning };
    const nobody = new Session(this.exchange);
    for (const path of PUBLIC) all[path] = (await nobody.get(path)).value;
    for (const ticker of this.tickers) {
      all[`book ${ticker}`] = (await nobody.get(`/markets/${ticker}/orderbook`)).value;
    }
    for (const [index, member] of this.#members.entries()) {
      for (const path of READS) all[`${index} ${path}`] = (await member.get(path)).value;
    }
    return all;
  }
}

const TICKERS = ["STATE-A", "STATE-B", "STATE-C"];
