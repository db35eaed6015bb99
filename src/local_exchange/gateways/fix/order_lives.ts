/**
 * The lives of orders, as FIX tells them: from the one stream of what happens in the engine, whoever made it happen, to
 * reports that are the same for all sessions. How a session words them stands in `execution_report.ts`.
 */
import type { Exchange, ExchangeEvent } from "../../exchange.ts";
import type { OrderEvent } from "../../engine/events.ts";
import type { Account, CancelReason, Fill, Order, OrderState } from "../../engine/model.ts";
import type { ApiKey } from "../../signatures.ts";
import type { Floor, Product } from "./product.ts";
import type { Quote } from "../../world/communications.ts";

/** Who an order is for, and who entered it: NoPartyIDs(453). */
export interface Party {
  readonly PartyID: string;
  readonly PartyRole: number;
}

/** How an order came in by FIX. */
export interface Origin {
  /** Id of the API key that entered it. */
  readonly keyId: string;
  /** The kind of session that entered it. */
  readonly type: string;
  /** The customer it is for. */
  readonly parties: readonly Party[];
  /** SenderSubID(50). */
  readonly operator: string | undefined;
  /** Whether SelfTradePreventionType(2964) was given. */
  readonly preventsSelfTrade: boolean;
}

/** A session, as much of it as is known here. */
export interface ActingSession {
  readonly key: ApiKey;
  /** The account that it acts for. */
  readonly account: Account;
}

/** A session that does something to an order: what its reports are called by. */
export interface Actor {
  readonly session: ActingSession;
  /** ClOrdID(11) of its message. */
  readonly ClOrdID: string;
  /** Its order; that of a NewOrderSingle is yet to come. */
  readonly does:
    | { readonly what: "new"; readonly origin: Origin }
    | { readonly what: "change"; readonly order: Order };
  readonly operator: string | undefined;
}

/** What every report says. */
export interface Told {
  readonly order: Order;
  /** What the order was after it. */
  readonly state: OrderState;
  /** What its contracts traded at so far. */
  readonly value: number;
  readonly ClOrdID: string;
  readonly OrigClOrdID: string | undefined;
  readonly at: number;
  /** Number of the step it tells, of which ExecID(17) is made. */
  readonly number: number;
  readonly origin: Origin | undefined;
  readonly operator: string | undefined;
  /** The session whose message made it happen. */
  readonly by: ActingSession | undefined;
}

/** A step in the life of an order. */
export type Report =
  & Told
  & (
    /** `folded`: a Trade follows at once, which says it as well. */
    | { readonly kind: "new"; readonly folded: boolean }
    /** `endsUntold`: the rest of an IOC is canceled, which only those are told who asked for it. */
    | { readonly kind: "trade"; readonly fill: Fill; readonly endsUntold: boolean }
    | { readonly kind: "canceled"; readonly text: string | undefined; readonly afterIoc: boolean }
    | { readonly kind: "expired" }
    | { readonly kind: "replaced" }
  );

/** How long reports can be asked for again, in milliseconds. */
const JOURNAL_MS = 3 * 3_600_000;

type Trade = Extract<Report, { kind: "trade" }>;

interface Life {
  /** The step in which it was accepted, until that is told. */
  accepted: Told | undefined;
  /** A Trade whose order may be over without another report. */
  held: Trade | undefined;
}

const cancelTexts: Readonly<Partial<Record<CancelReason, string>>> = {
  immediate_or_cancel: "IMMEDIATE_OR_CANCELLED",
  group: "ORDER_GROUP_CANCEL",
  post_only: "POST_ONLY_CROSS",
  reduce_only: "REDUCE_ONLY",
};

/** What FIX calls an order: its ClOrdID(11); its OrderID(37) where nobody named it, as in REST or a block trade. */
export const nameOf = ({ id }: Order, clientOrderId: string): string => clientOrderId || id;

/** Reads the engine's stream, and tells reports. */
export class OrderLives {
  readonly #exchange: Exchange;
  readonly #product: Product;
  readonly #floor: Floor;
  readonly #tell: (report: Report) => void;
  readonly #stop: () => void;
  readonly #lives = new Map<Order, Life>();
  readonly #origins = new WeakMap<Order, Origin>();
  readonly #journals = new Map<Account, Report[]>();
  #refusals = 0;
  #actor: Actor | undefined;
  /** Called when the order of a NewOrderSingle was accepted. */
  #accepted: ((order: Order) => void) | undefined;
  /** By which session each quote was accepted. */
  readonly #acceptances = new WeakMap<Quote, Origin>();

  constructor(exchange: Exchange, product: Product, floor: Floor, tell: (report: Report) => void) {
    this.#exchange = exchange;
    this.#product = product;
    this.#floor = floor;
    this.#tell = tell;
    this.#stop = floor.watch((event) => this.#see(event));
  }

  /** Ends watching. */
  close(): void {
    this.#stop();
  }

  /** How an order came in by FIX; undefined when it did not. */
  originOf(order: Order): Origin | undefined {
    return this.#origins.get(order);
  }

  /** A quote was accepted by FIX: its requester's order comes in so. */
  accepts(quote: Quote, origin: Origin): void {
    this.#acceptances.set(quote, origin);
  }

  /** Number of what was refused, below 0: the engine has none for it. */
  nextRefusal(): number {
    return --this.#refusals;
  }

  /** Does something in the name of a session; `accepted` is called with its new order. */
  act<T>(actor: Actor, work: () => T, accepted?: (order: Order) => void): T {
    this.#actor = actor;
    this.#accepted = accepted;
    try {
      return work();
    } finally {
      this.#actor = undefined;
      this.#accepted = undefined;
    }
  }

  /** The reports of an account since a time in Unix milliseconds, at most three hours of them, oldest first. */
  journal(account: Account, since = 0): readonly Report[] {
    const from = Math.max(since, this.#floor.engine.now - JOURNAL_MS);
    return this.#journals.get(account)?.filter(({ at }) => at >= from) ?? [];
  }

  #see(event: ExchangeEvent): void {
    if (event.type !== "order" || !this.#isMember(event.order.account)) return;
    const { order } = event;
    let life = this.#lives.get(order);
    if (life === undefined) this.#lives.set(order, life = { accepted: undefined, held: undefined });
    this.#step(event, life);
    const { status } = event.after;
    if (status === "canceled" || status === "executed") this.#lives.delete(order);
  }

  #step(event: OrderEvent, life: Life): void {
    const told = this.#told(event);
    const { order } = event;
    switch (event.change) {
      case "accepted": {
        const does = this.#actor?.does;
        const origin = does?.what === "new" ? does.origin : this.#ofQuote(order);
        if (origin !== undefined) this.#origins.set(order, origin);
        life.accepted = { ...told, origin: this.#origins.get(order) };
        this.#accepted?.(order);
        return;
      }
      case "rested":
        this.#letGo(life, false);
        if (life.accepted !== undefined) this.#report({ ...told, kind: "new", folded: false });
        life.accepted = undefined;
        return;
      case "filled": {
        this.#letGo(life, false);
        if (life.accepted !== undefined) this.#report({ ...life.accepted, kind: "new", folded: true });
        life.accepted = undefined;
        const trade: Trade = { ...told, kind: "trade", fill: event.fill, endsUntold: false };
        if (event.after.status === "entering") life.held = trade;
        else this.#report(trade);
        return;
      }
      case "replaced":
      case "decreased":
        return this.#report({ ...told, kind: "replaced" });
      case "expired":
        return this.#report({ ...told, kind: "expired" });
      case "canceled": {
        const afterIoc = event.reason === "immediate_or_cancel" && event.after.filled > 0;
        this.#letGo(life, afterIoc);
        return this.#report({ ...told, kind: "canceled", text: this.#whyCanceled(event), afterIoc });
      }
    }
  }

  #ofQuote({ account }: Order): Origin | undefined {
    const quote = this.#exchange.communications.executing;
    return quote?.rfq.wallet.account === account ? this.#acceptances.get(quote) : undefined;
  }

  #letGo(life: Life, endsUntold: boolean): void {
    const { held } = life;
    life.held = undefined;
    if (held !== undefined) this.#report({ ...held, endsUntold });
  }

  #told({ order, before, after, at, number, change }: OrderEvent): Told {
    const origin = this.#origins.get(order);
    const actor = this.#actor;
    const isActor = actor !== undefined &&
      (actor.does.what === "new"
        ? order.clientOrderId === actor.ClOrdID && order.account === actor.session.account
        : actor.does.order === order);
    const isChange = change === "canceled" || change === "expired" || change === "replaced" ||
      change === "decreased";
    return {
      order,
      state: after,
      value: this.#product.valueOf(order, after.filled),
      ClOrdID: isActor && isChange && actor.does.what === "change"
        ? actor.ClOrdID
        : nameOf(order, after.clientOrderId),
      OrigClOrdID: isChange ? nameOf(order, (before ?? after).clientOrderId) : undefined,
      at,
      number,
      origin,
      operator: isActor ? actor.operator : origin?.operator,
      by: isActor ? actor.session : undefined,
    };
  }

  #whyCanceled({ order, before, after, ...event }: OrderEvent & { change: "canceled" }): string | undefined {
    if (event.reason !== "self_trade") return cancelTexts[event.reason];
    if (before?.status === "resting") return "MAKER_CANCEL_FOR_SELF_TRADE_PREVENTION";
    if (this.#origins.get(order)?.preventsSelfTrade === true) return "TAKER_CANCEL_FOR_SELF_TRADE_PREVENTION";
    return after.filled > 0 ? "SELF_CROSS_ATTEMPT_PARTIALLY_FILLED" : "SELF_CROSS_ATTEMPT";
  }

  #report(report: Report): void {
    const { account } = report.order;
    let journal = this.#journals.get(account);
    if (journal === undefined) this.#journals.set(account, journal = []);
    journal.push(report);
    const old = report.at - JOURNAL_MS;
    // Now and then is enough: what is older is not given out.
    if (journal.length % 1_024 === 0) this.#journals.set(account, journal.filter(({ at }) => at >= old));
    this.#tell(report);
  }

  /** Whether an account is somebody's who could log on. */
  #isMember(account: Account): boolean {
    for (const key of this.#exchange.keys.values()) if (this.#floor.accountOf(key) === account) return true;
    return false;
  }
}
