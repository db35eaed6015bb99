/** The exit triggers of one exchange: set, moved with the mark, fired, and ended with their positions. */
import type { Engine } from "../engine/engine.ts";
import type { EngineEvent, OrderEvent } from "../engine/events.ts";
import type { Account, Holding, Market, Order, Wallet } from "../engine/model.ts";
import type { MarginMarketInfo } from "./model.ts";
import { canTrade, priceBeyond } from "./system_orders.ts";
import {
  closingSideOf,
  type ExitTrigger,
  isLive,
  legReached,
  type TriggerKind,
  type TriggerLegs,
  type TriggerReason,
  type TriggerRefusal,
  type TriggerStatus,
  type TriggerWish,
} from "./trigger_model.ts";
import { legsRefusal, wishRefusal } from "./trigger_rules.ts";

/** An order that did not close everything is followed by another one, so often. */
const MOST_ATTEMPTS = 5;
const RETRY_MS = 1_000;

/** What triggers must be told of the exchange. */
export interface TriggerHost {
  readonly engine: Engine;
  infoOf(market: Market): MarginMarketInfo;
  /** Told when a trigger has become another one. */
  onTrigger(trigger: ExitTrigger): void;
  /** Told when something is due that comes by itself. */
  onDue(): void;
}

/** The triggers of one exchange. */
export class ExitTriggers {
  readonly #host: TriggerHost;
  /** Those of each position, the oldest first, those that have ended too. */
  readonly #byHolding = new Map<Holding, ExitTrigger[]>();
  readonly #byClientId = new Map<Account, Map<string, ExitTrigger>>();
  readonly #anchored = new Map<Order, ExitTrigger[]>();
  /** Positions whose triggers are to be looked at, and what each was when they were last: 1 long, -1 short, 0 none. */
  readonly #due = new Set<Holding>();
  readonly #signs = new WeakMap<Holding, number>();
  /** Those whose price was reached and that did not close everything at once. */
  readonly #retries = new Set<ExitTrigger>();

  constructor(host: TriggerHost) {
    this.#host = host;
    host.engine.watch((event) => this.#see(event));
  }

  /** The triggers of a position, the oldest first; of one kind where told. */
  list(wallet: Wallet, { market }: MarginMarketInfo, kind?: TriggerKind): ExitTrigger[] {
    // Looking must not make a holding: what comes after would be in another order.
    const holding = wallet.holdings.get(market);
    const all = holding === undefined ? [] : this.#byHolding.get(holding) ?? [];
    return kind === undefined ? [...all] : all.filter((trigger) => trigger.kind === kind);
  }

  /** Sets a trigger: one of its own with a count or an anchor, else the one that there is of its kind. */
  set(wallet: Wallet, info: MarginMarketInfo, wish: TriggerWish): ExitTrigger | TriggerRefusal {
    const holding = wallet.holding(info.market);
    const { clientTriggerId, anchorOrderId, kind } = wish;
    const known = clientTriggerId === undefined
      ? undefined
      : this.#byClientId.get(wallet.account)?.get(clientTriggerId);
    if (known !== undefined) {
      return known.wallet === wallet && known.info === info ? known : {
        refused: "idempotency_key_already_used",
        details: "the client_trigger_id is that of a trigger of another position",
      };
    }
    const anchor = anchorOrderId === undefined ? undefined : this.#host.engine.orders.get(anchorOrderId);
    const live = this.list(wallet, info).filter(isLive);
    const refusal = wishRefusal(wish, { holding, info, live, anchor });
    if (refusal !== undefined) return refusal;
    const appends = wish.count !== undefined || anchor !== undefined;
    const present = appends ? undefined : live.find((trigger) => trigger.kind === kind);
    const trigger = present ?? this.#make(wallet, info, wish, anchor);
    if (present !== undefined) this.#change(present, wish);
    this.look(holding);
    this.#host.onTrigger(trigger);
    return trigger;
  }

  /** Changes the legs of a bracket; one that is left out is cleared. */
  update(
    wallet: Wallet,
    info: MarginMarketInfo,
    id: string,
    legs: TriggerLegs,
  ): ExitTrigger | TriggerRefusal {
    const trigger = this.list(wallet, info).find((one) => one.id === id);
    if (trigger === undefined) {
      return { refused: "exit_trigger_not_found", details: "the position has no such trigger" };
    }
    const invalid = (details: string): TriggerRefusal => ({
      refused: "invalid_parameters",
      details,
    });
    if (trigger.kind === "trailing") return invalid("a trailing stop is written as one, and has no legs");
    if (!isLive(trigger)) return invalid(`the trigger is ${trigger.status}`);
    const holding = wallet.holding(info.market);
    const refusal = legsRefusal(legs, holding, info);
    if (refusal !== undefined) return refusal;
    this.#change(trigger, legs);
    this.look(holding);
    this.#host.onTrigger(trigger);
    return trigger;
  }

  /** Cancels what is live of a position: of one kind, or the one with an id, where told. */
  cancel(wallet: Wallet, info: MarginMarketInfo, which: { kind?: TriggerKind; id?: string } = {}): void {
    for (const trigger of this.list(wallet, info, which.kind)) {
      if (isLive(trigger) && (which.id === undefined || trigger.id === which.id)) {
        this.#end(trigger, "canceled", "user_canceled");
      }
    }
  }

  /** The triggers of a position are to be looked at, with {@linkcode run}. */
  look(holding: Holding): void {
    if (this.#byHolding.has(holding)) this.#due.add(holding);
  }

  /** Everything in a market is to be looked at: its mark has changed. */
  lookAt(market: Market): void {
    for (const holding of this.#byHolding.keys()) if (holding.market === market) this.#due.add(holding);
  }

  /** Does what is due; false where nothing was. */
  run(): boolean {
    const [retry] = this.#retries;
    if (retry !== undefined) {
      this.#retries.delete(retry);
      if (isLive(retry)) this.#close(retry);
      return true;
    }
    const [holding] = this.#due;
    if (holding === undefined) return false;
    this.#due.delete(holding);
    this.#followPosition(holding);
    for (const trigger of [...this.#byHolding.get(holding) ?? []]) {
      if (trigger.status === "active" && trigger.attempts === undefined) this.#check(trigger, holding);
    }
    return true;
  }

  #make(wallet: Wallet, info: MarginMarketInfo, wish: TriggerWish, anchor: Order | undefined): ExitTrigger {
    const { engine: { random, now } } = this.#host;
    const holding = wallet.holding(info.market);
    const { kind, stopLoss, takeProfit, trailAmount, trailBps, clientTriggerId } = wish;
    const trigger: ExitTrigger = {
      id: random.uuid(),
      wallet,
      info,
      kind,
      clientTriggerId,
      createdAt: now,
      updatedAt: now,
      status: anchor !== undefined && anchor.filled === 0 ? "pending_on_entry" : "active",
      reason: undefined,
      stopLoss,
      takeProfit,
      trailAmount,
      trailBps,
      watermark: kind === "trailing" ? info.liquidationMark.price : undefined,
      leg: undefined,
      orderId: undefined,
      anchor,
      count: wish.count ?? anchor?.filled ?? 0,
      filled: 0,
      attempts: undefined,
    };
    const all = this.#byHolding.get(holding);
    if (all === undefined) this.#byHolding.set(holding, [trigger]);
    else all.push(trigger);
    if (all === undefined) this.#signs.set(holding, Math.sign(holding.position));
    if (anchor !== undefined) this.#anchored.set(anchor, [...this.#anchored.get(anchor) ?? [], trigger]);
    if (clientTriggerId !== undefined) {
      const { account } = wallet;
      const ids = this.#byClientId.get(account) ?? new Map<string, ExitTrigger>();
      this.#byClientId.set(account, ids.set(clientTriggerId, trigger));
    }
    return trigger;
  }

  #change(trigger: ExitTrigger, wish: TriggerLegs & Partial<TriggerWish>): void {
    trigger.stopLoss = wish.stopLoss;
    trigger.takeProfit = wish.takeProfit;
    if (trigger.kind === "trailing") {
      trigger.trailAmount = wish.trailAmount;
      trigger.trailBps = wish.trailBps;
      trigger.watermark = trigger.info.liquidationMark.price;
    }
    trigger.updatedAt = this.#host.engine.now;
  }

  #see(event: EngineEvent): void {
    if (event.type === "position") this.look(event.holding);
    else if (event.type === "order") this.#seeAnchor(event);
  }

  /** An order that triggers follow has filled, or ended. */
  #seeAnchor({ order, change, after: { status } }: OrderEvent): void {
    const triggers = this.#anchored.get(order);
    if (triggers === undefined) return;
    const hasEnded = status === "executed" || status === "canceled";
    if (hasEnded) this.#anchored.delete(order);
    for (const trigger of triggers) {
      if (!isLive(trigger)) continue;
      if (hasEnded) trigger.anchor = undefined;
      if (change === "filled") {
        trigger.count = order.filled;
        trigger.status = "active";
        this.look(order.holding);
      }
      trigger.updatedAt = this.#host.engine.now;
      // What it has closed already was all that there will be.
      if (hasEnded && trigger.status === "pending_on_entry") {
        if (trigger.filled > 0) this.#end(trigger, "filled");
        else this.#end(trigger, "canceled", "entry_not_filled");
      } else this.#host.onTrigger(trigger);
    }
  }

  /** Ends triggers whose position is gone, or the other way round. */
  #followPosition(holding: Holding): void {
    const sign = Math.sign(holding.position);
    const before = this.#signs.get(holding) ?? 0;
    if (sign === before) return;
    this.#signs.set(holding, sign);
    if (before === 0) return;
    for (const trigger of this.#byHolding.get(holding) ?? []) {
      if (trigger.status !== "active") continue;
      this.#end(trigger, "canceled", sign === 0 ? "position_closed" : "position_flipped");
    }
  }

  #check(trigger: ExitTrigger, { position, market }: Holding): void {
    // What cannot trade now fires when it can.
    if (position === 0 || !canTrade(this.#host.engine, market)) return;
    const { liquidationMark: { price: mark } } = trigger.info;
    const isLong = position > 0;
    const { watermark } = trigger;
    if (watermark !== undefined && (isLong ? mark > watermark : mark < watermark)) {
      trigger.watermark = mark;
      trigger.updatedAt = this.#host.engine.now;
      this.#host.onTrigger(trigger);
    }
    const leg = legReached(trigger, isLong, mark);
    if (leg === undefined) return;
    trigger.leg = leg;
    trigger.attempts = 0;
    this.#close(trigger);
  }

  /** Closes what a trigger whose price was reached is for, as far as somebody takes it. */
  #close(trigger: ExitTrigger): void {
    const { engine, onTrigger } = this.#host;
    const { wallet, info } = trigger;
    const { market } = info;
    const holding = wallet.holding(market);
    const size = Math.abs(holding.position);
    if (size === 0) return;
    const wanted = trigger.count === 0 ? size : Math.min(size, trigger.count - trigger.filled);
    const side = closingSideOf(holding);
    const placed = engine.place({
      wallet,
      market,
      clientOrderId: "",
      side,
      price: priceBeyond(info, side),
      count: wanted,
      timeInForce: "immediate_or_cancel",
      selfTradePrevention: "maker",
      reduceOnly: true,
      origin: "take_profit_stop_loss",
    });
    const filled = "rejected" in placed ? 0 : placed.filled;
    if (!("rejected" in placed)) trigger.orderId = placed.order.id;
    trigger.filled += filled;
    trigger.updatedAt = engine.now;
    trigger.attempts = (trigger.attempts ?? 0) + 1;
    if (filled === wanted) {
      trigger.attempts = undefined;
      if (trigger.anchor === undefined) return this.#end(trigger, "filled");
      trigger.status = "pending_on_entry";
      return onTrigger(trigger);
    }
    if (trigger.attempts >= MOST_ATTEMPTS) return this.#end(trigger, "failed", "order_rejected");
    onTrigger(trigger);
    engine.schedule.add(engine.now + RETRY_MS, () => {
      if (!isLive(trigger)) return;
      this.#retries.add(trigger);
      this.#host.onDue();
    });
  }

  #end(trigger: ExitTrigger, status: TriggerStatus, reason?: TriggerReason): void {
    trigger.status = status;
    trigger.reason = reason;
    trigger.anchor = undefined;
    trigger.updatedAt = this.#host.engine.now;
    this.#host.onTrigger(trigger);
  }
}
