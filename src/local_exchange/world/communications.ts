/** Requests for quotes and quotes, with their timers. */
import type { Engine } from "../engine/engine.ts";
import { complement, isWorth } from "../engine/event_contract.ts";
import { tradeFee } from "../engine/fees.ts";
import type { Account, Order, Wallet } from "../engine/model.ts";
import { createRandom, type Random } from "../random.ts";
import type { MarketInfo } from "./catalog.ts";

/** A request for quotes. */
export interface Rfq {
  readonly id: string;
  readonly wallet: Wallet;
  readonly info: MarketInfo;
  /** Contracts, or 0 where the size is a cost. */
  readonly count: number;
  /** What the requester wants to spend. */
  readonly targetCost: number | undefined;
  readonly excludesFees: boolean;
  readonly restRemainder: boolean;
  readonly obscure: boolean;
  readonly createdAt: number;
  updatedAt: number;
  status: "open" | "closed";
  reason: string | undefined;
}

/** An answer to a request. */
export interface Quote {
  readonly id: string;
  readonly rfq: Rfq;
  readonly wallet: Wallet;
  readonly yesBid: number;
  readonly noBid: number;
  readonly restRemainder: boolean;
  readonly postOnly: boolean;
  readonly createdAt: number;
  updatedAt: number;
  status: "open" | "accepted" | "confirmed" | "executed" | "cancelled";
  acceptedSide: "yes" | "no" | undefined;
  /** How many contracts were accepted, where it was less than all that the quote is for. */
  acceptedCount: number | undefined;
  /** What the requester calls its order. */
  acceptedAs: string;
  acceptedAt: number | undefined;
  confirmedAt: number | undefined;
  executedAt: number | undefined;
  cancelledAt: number | undefined;
  reason: string | undefined;
  /** The maker's order and the requester's, once it executed. */
  order: Order | undefined;
  rfqOrder: Order | undefined;
}

/** A step in the life of a quote. */
export type QuoteChange = "created" | "accepted" | "confirmed" | "executed" | "cancelled";

/** What happened to a request or a quote. */
export type CommunicationEvent =
  | { readonly type: "rfq"; readonly rfq: Rfq; readonly change: "created" | "deleted"; readonly at: number }
  | {
    readonly type: "quote";
    readonly quote: Quote;
    readonly change: QuoteChange;
    readonly at: number;
  };

/** The terms of a request. */
export type RfqTerms = Pick<
  Rfq,
  "wallet" | "info" | "count" | "targetCost" | "excludesFees" | "restRemainder" | "obscure"
>;

/** The terms of a quote; its id is made unless its maker names one. */
export type QuoteTerms =
  & Pick<Quote, "rfq" | "wallet" | "yesBid" | "noBid" | "restRemainder" | "postOnly">
  & { readonly id?: string };

/** Confirmation and execution windows, shorter for combos. */
const windows = {
  standard: { confirmMs: 30_000, executeMs: 15_000 },
  volatile: { confirmMs: 3_000, executeMs: 1_000 },
};
const MOST_OPEN = 100;
const KEEP_MS = 7 * 86_400_000;

/** The negotiations of one exchange. */
export class Communications {
  readonly rfqs = new Map<string, Rfq>();
  readonly quotes = new Map<string, Quote>();
  /** What requesters call their requests, where they named them: a request outlives the connection that made it. */
  readonly names = new WeakMap<Rfq, string>();
  readonly #engine: Engine;
  readonly #random: Random;
  readonly #listeners = new Set<(event: CommunicationEvent) => void>();
  #executing: Quote | undefined;

  constructor(engine: Engine, random: Random) {
    this.#engine = engine;
    this.#random = random;
    engine.listen((event) => {
      if (
        event.type !== "market" || event.market.status === "active" || event.market.status === "initialized"
      ) return;
      for (const rfq of this.rfqs.values()) {
        if (rfq.info.market === event.market) this.close(rfq, "market_closed");
      }
    });
  }

  /** Calls `listener` with each event; returns how to stop. */
  listen(listener: (event: CommunicationEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The quote whose orders are being placed at this moment. */
  get executing(): Quote | undefined {
    return this.#executing;
  }

  /** The public id that an account negotiates under: made of its own id, so that nothing changes by asking for it. */
  idOf({ id }: Account): string {
    let seed = 0x811c9dc5;
    for (let at = 0; at < id.length; at++) seed = Math.imul(seed ^ id.charCodeAt(at), 0x01000193);
    return createRandom(seed).uuid();
  }

  /** The open requests of an account. */
  openOf(account: Account): Rfq[] {
    return [...this.rfqs.values()].filter(({ status, wallet }) =>
      status === "open" && wallet.account === account
    );
  }

  /** Opens a request; or says why not. */
  request(terms: RfqTerms, replace: boolean): Rfq | "exists" | "too-many" {
    const open = this.openOf(terms.wallet.account);
    const same = open.find(({ info }) => info === terms.info);
    if (same !== undefined) {
      if (!replace) return "exists";
      this.close(same, "replaced");
    } else if (open.length >= MOST_OPEN) {
      return "too-many";
    }
    const now = this.#engine.now;
    const rfq: Rfq = {
      ...terms,
      id: this.#random.uuid(),
      createdAt: now,
      updatedAt: now,
      status: "open",
      reason: undefined,
    };
    this.rfqs.set(rfq.id, rfq);
    this.#emit({ type: "rfq", rfq, change: "created", at: now });
    return rfq;
  }

  /** Ends a request and its open quotes. */
  close(rfq: Rfq, reason: string): void {
    if (rfq.status === "closed") return;
    rfq.status = "closed";
    rfq.reason = reason;
    rfq.updatedAt = this.#engine.now;
    for (const quote of this.quotes.values()) {
      if (quote.rfq === rfq && quote.status === "open") this.cancel(quote, "rfq_closed");
    }
    this.#emit({ type: "rfq", rfq, change: "deleted", at: this.#engine.now });
    this.#engine.schedule.add(this.#engine.now + KEEP_MS, () => this.rfqs.delete(rfq.id));
  }

  /** Answers a request; an earlier open quote of the same maker is replaced. Says why where it cannot. */
  quote(terms: QuoteTerms): Quote | string {
    const { rfq, wallet, yesBid, noBid } = terms;
    const { market } = rfq.info;
    if (rfq.status === "closed") return "rfq_closed";
    if (rfq.wallet.account === wallet.account) return "the request is your own";
    if (yesBid === 0 && noBid === 0) return "yes_bid and no_bid cannot both be 0";
    if (!isWorth(yesBid + noBid)) return "yes_bid and no_bid are more than a dollar together";
    for (
      const [name, bid, price] of [["yes_bid", yesBid, yesBid], ["no_bid", noBid, complement(noBid)]] as const
    ) {
      if (bid !== 0 && !this.#engine.isOnGrid(market, price)) return `${name} is off the price grid`;
    }
    for (const quote of this.quotes.values()) {
      if (quote.rfq === rfq && quote.wallet.account === wallet.account && quote.status === "open") {
        this.cancel(quote, "replaced");
      }
    }
    const now = this.#engine.now;
    const quote: Quote = {
      ...terms,
      id: terms.id ?? this.#random.uuid(),
      createdAt: now,
      updatedAt: now,
      status: "open",
      acceptedSide: undefined,
      acceptedCount: undefined,
      acceptedAs: "",
      acceptedAt: undefined,
      confirmedAt: undefined,
      executedAt: undefined,
      cancelledAt: undefined,
      reason: undefined,
      order: undefined,
      rfqOrder: undefined,
    };
    this.quotes.set(quote.id, quote);
    this.#emit({ type: "quote", quote, change: "created", at: now });
    return quote;
  }

  /** Ends a quote that has not executed. */
  cancel(quote: Quote, reason: string): void {
    if (quote.status === "executed" || quote.status === "cancelled") return;
    quote.status = "cancelled";
    quote.reason = reason;
    quote.cancelledAt = quote.updatedAt = this.#engine.now;
    this.#emit({ type: "quote", quote, change: "cancelled", at: this.#engine.now });
    this.#engine.schedule.add(this.#engine.now + KEEP_MS, () => this.quotes.delete(quote.id));
  }

  /**
   * Takes a quote's side, all of it or `count` contracts: `yes` sells YES to the maker, `no` sells NO. The maker has a
   * while to confirm.
   */
  accept(
    quote: Quote,
    side: "yes" | "no",
    { count, clientOrderId = "" }: { readonly count?: number | undefined; readonly clientOrderId?: string } =
      {},
  ): void {
    const now = this.#engine.now;
    quote.status = "accepted";
    quote.acceptedSide = side;
    quote.acceptedCount = count;
    quote.acceptedAs = clientOrderId;
    quote.acceptedAt = quote.updatedAt = now;
    this.#emit({ type: "quote", quote, change: "accepted", at: now });
    this.#engine.schedule.add(now + this.#windows(quote).confirmMs, () => {
      if (quote.status === "accepted") this.cancel(quote, "not_confirmed");
    });
  }

  /** Confirms an accepted quote, which executes a while later. */
  confirm(quote: Quote): void {
    const now = this.#engine.now;
    quote.status = "confirmed";
    quote.confirmedAt = quote.updatedAt = now;
    this.#emit({ type: "quote", quote, change: "confirmed", at: now });
    this.#engine.schedule.add(now + this.#windows(quote).executeMs, () => {
      if (quote.status === "confirmed") this.#execute(quote);
    });
  }

  /** Contracts that a quote is for when `side` is accepted. */
  countFor({ rfq, yesBid, noBid }: Quote, side: "yes" | "no"): number {
    const { targetCost, info: { market } } = rfq;
    if (targetCost === undefined) return rfq.count;
    const bid = side === "yes" ? yesBid : noBid;
    if (bid === 0) return 0;
    // The requester takes the other outcome, at the rest of the dollar.
    const price = complement(bid);
    let count = Math.floor(targetCost / price);
    if (rfq.excludesFees) return count;
    // The largest number of contracts of which price and fees together are no more than the target.
    for (let least = 0; least < count;) {
      const middle = Math.ceil((least + count) / 2);
      const cost = middle * price + tradeFee(market.fees, true, price, middle);
      if (cost <= targetCost) least = middle;
      else count = middle - 1;
    }
    return count;
  }

  #windows(quote: Quote): { readonly confirmMs: number; readonly executeMs: number } {
    return quote.rfq.info.event.legs === undefined ? windows.standard : windows.volatile;
  }

  #execute(quote: Quote): void {
    this.#executing = quote;
    try {
      this.#placeOrders(quote);
    } finally {
      this.#executing = undefined;
    }
  }

  /** Puts both orders on the book, the maker's first. */
  #placeOrders(quote: Quote): void {
    const { rfq, acceptedSide } = quote;
    const { market } = rfq.info;
    const side = acceptedSide ?? "yes";
    const price = side === "yes" ? quote.yesBid : complement(quote.noBid);
    const count = quote.acceptedCount ?? this.countFor(quote, side);
    const common = {
      market,
      price,
      count,
      selfTradePrevention: "taker_at_cross",
    } as const;
    const made = this.#engine.place({
      ...common,
      wallet: quote.wallet,
      clientOrderId: "",
      side: side === "yes" ? "bid" : "ask",
      timeInForce: "good_till_canceled",
      postOnly: quote.postOnly,
    });
    if ("rejected" in made) return this.cancel(quote, made.details ?? made.rejected);
    const taken = this.#engine.place({
      ...common,
      wallet: rfq.wallet,
      clientOrderId: quote.acceptedAs,
      side: side === "yes" ? "ask" : "bid",
      timeInForce: rfq.restRemainder ? "good_till_canceled" : "immediate_or_cancel",
    });
    if (!quote.restRemainder) this.#engine.cancel(made.order, "immediate_or_cancel");
    if ("rejected" in taken) return this.cancel(quote, taken.rejected);
    quote.status = "executed";
    quote.executedAt = quote.updatedAt = this.#engine.now;
    quote.order = made.order;
    quote.rfqOrder = taken.order;
    this.#emit({ type: "quote", quote, change: "executed", at: this.#engine.now });
    this.close(rfq, "executed");
  }

  #emit(event: CommunicationEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
