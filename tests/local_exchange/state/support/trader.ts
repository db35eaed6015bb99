/** Does things to an exchange, as a list of numbers says, and reads everything that can be read of it. */
import type { LocalExchange } from "../../../../src/local_exchange/mod.ts";
import { orderOf, type Side, type TestedProduct, testedProducts } from "../../support/products.ts";
import { type Json, Session } from "../../support/session.ts";
import { answered, control, type OwnDeeds, ownDeeds } from "./own_deeds.ts";

/** Somebody with an account, whose key stays the same. */
export interface Member {
  readonly keyId: string;
  /** PEM. */
  readonly privateKey: string;
}

/** A thing to do: what, and numbers that say how. */
export type Deed = readonly [what: number, a: number, b: number, c: number];

/** An exchange and its members. */
export class Trader {
  readonly exchange: LocalExchange;
  readonly #members: readonly Session[];
  readonly #ids: readonly string[];
  readonly #product: TestedProduct;
  readonly #own: OwnDeeds;
  readonly tickers: readonly string[];

  private constructor(
    exchange: LocalExchange,
    members: readonly Session[],
    ids: readonly string[],
    name: keyof typeof testedProducts,
  ) {
    this.#product = testedProducts[name];
    this.#own = ownDeeds[name];
    this.exchange = exchange;
    this.#members = members;
    this.#ids = ids;
    // Those that are not open any longer too.
    this.tickers = TICKERS;
  }

  /** Opens the accounts, or takes them back. */
  static async begin(
    exchange: LocalExchange,
    members: readonly Member[],
    name: keyof typeof testedProducts = "event",
  ): Promise<Trader> {
    const accounts = [];
    for (const member of members) {
      const perpsBalance = name === "perps" ? "30.00" : undefined;
      accounts.push(await exchange.createAccount({ ...member, balance: "300.00", perpsBalance }));
    }
    const sessions = accounts.map(({ auth }) => new Session(exchange, auth));
    return new Trader(exchange, sessions, accounts.map(({ id }) => id), name);
  }

  /** Lists the markets that the deeds are about. */
  list(): void {
    for (const ticker of TICKERS) this.#own.list(this.exchange, ticker);
  }

  /** The session of a member. */
  member(index: number): Session {
    return this.#members[index] as Session;
  }

  /** Does something; returns what was answered. */
  async do([what, a, b, c]: Deed): Promise<Json> {
    const { exchange } = this;
    const product = this.#product;
    const { orders, groups } = product;
    const member = this.#members[a % this.#members.length] as Session;
    const accountId = this.#ids[a % this.#ids.length] ?? "";
    const ticker = this.tickers[b % this.tickers.length] as string;
    const cents = 45 + c % 10;
    const side: Side = c % 2 === 0 ? "bid" : "ask";
    const count = `${1 + c % 7}.00`;
    // An id that two exchanges give their orders alike.
    const place = (fields: object = {}) => {
      const client_order_id = `order-${what}-${a}-${b}-${c}-${exchange.clock.now()}`;
      return answered(
        member.post(orders, orderOf(product, { client_order_id, ticker, side, cents, count, ...fields })),
      );
    };
    const resting = async () => {
      const { value } = await member.get(`${product.orderList}?status=resting&limit=1000`);
      return value.orders[c % Math.max(1, value.orders.length)] ?? { order_id: "none" };
    };
    const group = async () =>
      (await member.get(groups)).value.order_groups[0]?.id ?? "00000000-0000-4000-8000-000000000000";
    switch (what % 22) {
      case 0:
      case 1:
      case 2:
      case 3:
        return await place();
      case 4:
        return await place({ client_order_id: `mine-${c % 20}`, post_only: true });
      case 5:
        return await place({ time_in_force: "immediate_or_cancel" });
      case 6:
        return await place({ expiration_time: Math.ceil(exchange.clock.now() / 1_000) + 1 + c });
      case 7:
        return await answered(member.delete(`${orders}/${(await resting()).order_id}`));
      case 8: {
        const { order_id, ticker = "none", book_side, side = "bid" } = await resting();
        const price = product.price(cents);
        const amended = { ticker, side: book_side ?? side, price, count: `${2 + c % 5}.00` };
        return await answered(member.post(`${orders}/${order_id}/amend`, amended));
      }
      case 9:
        return await answered(
          member.post(`${orders}/${(await resting()).order_id}/decrease`, { reduce_by: "1.00" }),
        );
      case 10:
        return await answered(member.post(`${groups}/create`, { contracts_limit: 1 + c % 10 }));
      case 11:
        return await place({ order_group_id: await group() });
      case 12:
        return await answered(member.put(`${groups}/${await group()}/${["reset", "trigger"][c % 2]}`, {}));
      case 13:
        return control(() => product.counter(exchange, { ticker, side, cents, count }));
      case 19:
        return control(() => exchange.clock.advance(c * 1_000));
      default:
        return await this.#own.do(what % 22, { exchange, member, accountId, ticker, side, cents, a, b, c });
    }
  }

  /** Everything that can be read of it. */
  async everything(): Promise<Json> {
    const all: Json = { now: this.exchange.clock.now(), running: this.exchange.clock.isRunning };
    const nobody = new Session(this.exchange);
    for (const path of this.#own.publicReads) all[path] = (await nobody.get(path)).value;
    for (const ticker of this.tickers) {
      all[`book ${ticker}`] = (await nobody.get(`${this.#own.markets}/${ticker}/orderbook`)).value;
    }
    for (const [index, member] of this.#members.entries()) {
      for (const path of this.#own.reads) all[`${index} ${path}`] = (await member.get(path)).value;
    }
    return all;
  }
}

const TICKERS = ["STATE-A", "STATE-B", "STATE-C"];
