/** One order of a manager's, as far as it is known. */
import { complementPrice, formatCount, formatPrice, notional } from "../../base/fixed_point.ts";
import type { QuotedMarket, QuoteToChange, ToldOrder } from "./port.ts";
import type { QuoteOrder, QuoteSide } from "./types.ts";

/** Why an order is cancelled. */
export type CancelWhy = "wish" | "stale" | "adopted" | "killed" | "stopped";

/** What is under way for an order. */
export type OrderPhase =
  /** It was sent, and no answer has come. */
  | { readonly kind: "placing" }
  /** Nobody knows whether it was placed; from `untilMs` on a request that is still on its way is refused as too old. */
  | { readonly kind: "lost"; readonly untilMs: number }
  /** It rests, and nothing is under way. */
  | { readonly kind: "resting" }
  /** An amend is under way. */
  | { readonly kind: "amending"; readonly to: OrderVersion }
  /** A cancel is under way. */
  | { readonly kind: "canceling"; readonly why: CancelWhy }
  /** It rests; something was refused or did not go out, and is tried again a little later. */
  | { readonly kind: "waiting" }
  /** Nobody knows what became of an amend or a cancel. */
  | { readonly kind: "doubtful"; readonly what: "amend" | "cancel" }
  /** It has ended. */
  | { readonly kind: "done" };

/** What an amend makes of an order, known by the client order id that it gives it. */
export interface OrderVersion {
  readonly id: string;
  readonly price: number;
  readonly total: number;
}

/** What a word of the exchange changed. */
export interface Told {
  /** Contracts that filled, in hundredths. */
  readonly filledBy: number;
  /** Whether the order ended with it. */
  readonly ended: boolean;
}

/** What `count` contracts lock up on that side at that price, in millionths of a dollar. */
export const lockedBy = (side: QuoteSide, price: number, count: number): number =>
  notional(side === "bid" ? price : complementPrice(price), count);

/** An order, from before it is sent until after it has ended. */
export class TrackedOrder {
  readonly market: QuotedMarket;
  readonly side: QuoteSide;
  /** When it was first sent, in Unix milliseconds. */
  readonly sinceMs: number;
  /** Its present client order id. */
  id: string;
  orderId: string | undefined;
  price: number;
  /** What is filled and what rests. */
  total: number;
  filled = 0;
  /** What its fills brought in; below zero what they cost. */
  cash = 0;
  phase: OrderPhase;
  /** Whether it was given up: looked for until it could arrive no more. */
  isGivenUp = false;
  /** How many requests were sent for it: what was read before the last one is older than what is known. */
  touched = 0;
  /** Amends that may take effect yet: under way, or of unknown outcome. Each named the present id. */
  #pending: OrderVersion[] = [];
  /** Other sizes and prices that it was sent with under its first id. */
  #variants: OrderVersion[] = [];
  readonly #past = new Set<string>();
  /** Every id that an amend was sent with. */
  readonly #named = new Set<string>();

  constructor(
    of: { readonly market: QuotedMarket; readonly side: QuoteSide; readonly sinceMs: number },
    first: OrderVersion,
    phase: OrderPhase,
  ) {
    this.market = of.market;
    this.side = of.side;
    this.sinceMs = of.sinceMs;
    this.id = first.id;
    this.price = first.price;
    this.total = first.total;
    this.phase = phase;
  }

  /** What rests of it, as far as is known. */
  get remaining(): number {
    return this.phase.kind === "done" ? 0 : Math.max(0, this.total - this.filled);
  }

  /** The most that may rest of it, whatever of what is under way takes effect. */
  get worst(): number {
    if (this.phase.kind === "done") return 0;
    return Math.max(0, ...this.#possible().map(({ total }) => total - this.filled));
  }

  /** The most that it may lock up, in millionths of a dollar. */
  get worstLocked(): number {
    if (this.phase.kind === "done") return 0;
    const locked = this.#possible().map(({ price, total }) =>
      lockedBy(this.side, price, Math.max(0, total - this.filled))
    );
    return Math.max(0, ...locked);
  }

  /** The prices that it may rest at. */
  get prices(): readonly number[] {
    return this.phase.kind === "done" ? [] : this.#possible().map(({ price }) => price);
  }

  /** Every client order id that it has or may have. */
  get ids(): readonly string[] {
    return [this.id, ...this.#pending.map(({ id }) => id)];
  }

  /** Every client order id that it ever had, or may have had. */
  get everyId(): readonly string[] {
    return [...this.#named, this.id];
  }

  /** An amend is about to be sent. */
  propose(version: OrderVersion): void {
    this.#named.add(version.id);
    this.touched++;
    this.#pending.push(version);
    this.phase = { kind: "amending", to: version };
  }

  /** An amend came to nothing, for certain. */
  withdraw({ id }: OrderVersion): void {
    this.#pending = this.#pending.filter((version) => version.id !== id);
  }

  /** It is about to be sent again under the same id, maybe with another price and size. */
  resend(price: number, total: number): void {
    this.touched++;
    this.#variants.push({ id: this.id, price, total });
    this.phase = { kind: "placing" };
  }

  /** Whether one of its amends, known by its id, has taken effect. */
  has(id: string): boolean {
    return this.id === id || this.#past.has(id);
  }

  /** Takes what the exchange tells of it; older news changes nothing but what only ever grows. */
  take(told: ToldOrder): Told {
    this.orderId = told.orderId;
    const filledBy = Math.max(0, told.filled - this.filled);
    if (told.cash !== undefined && told.filled >= this.filled) this.cash = told.cash;
    else this.cash += (this.side === "bid" ? -1 : 1) * notional(this.price, filledBy);
    this.filled += filledBy;
    if (this.phase.kind === "done") return { filledBy, ended: false };
    if (!this.#past.has(told.clientOrderId)) this.#become(told);
    if (told.isOpen) return { filledBy, ended: false };
    this.end();
    return { filledBy, ended: true };
  }

  /** A cancel is about to be sent. */
  cancel(why: CancelWhy): void {
    this.touched++;
    this.phase = { kind: "canceling", why };
  }

  /** It has ended. */
  end(): void {
    this.phase = { kind: "done" };
    this.#pending = [];
    this.#variants = [];
  }

  /** As its owner is told of it. */
  shown(): QuoteOrder {
    return {
      ticker: this.market.ticker,
      side: this.side,
      price: formatPrice(this.price),
      remaining: formatCount(this.remaining),
      filled: formatCount(this.filled),
      clientOrderId: this.id,
      orderId: this.orderId,
    };
  }

  /** As a port is told which order to change; undefined while the exchange's id is not known. */
  named(): QuoteToChange | undefined {
    const { orderId, id: clientOrderId, market, side, price, total } = this;
    const isCertain = this.#pending.length === 0 && this.#variants.length === 0;
    return orderId === undefined
      ? undefined
      : { orderId, clientOrderId, market, side, price, total, isCertain };
  }

  #possible(): readonly { readonly price: number; readonly total: number }[] {
    return [this, ...this.#pending, ...this.#variants];
  }

  #become({ clientOrderId, price, filled, remaining, isOpen }: ToldOrder): void {
    if (clientOrderId !== this.id) {
      this.#past.add(this.id);
      this.#named.add(this.id);
      this.id = clientOrderId;
      // Amends name the id that they change: those that named the old one are refused from now on.
      const { phase } = this;
      this.#pending = this.#pending.filter((version) =>
        phase.kind === "amending" && version === phase.to && version.id !== clientOrderId
      );
    }
    this.#variants = [];
    this.price = price;
    if (isOpen) this.total = filled + remaining;
  }
}
