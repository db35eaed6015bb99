/**
 * Groups of orders that are canceled together when they trade too much at once.
 *
 * @see https://docs.kalshi.com/getting_started/order_groups
 */
import type { EngineEvent, GroupChange } from "./events.ts";
import type { Order, OrderGroup, Wallet } from "./model.ts";

const WINDOW_MS = 15_000;

/** What the groups need of the engine. */
export interface GroupHost {
  id(): string;
  now(): number;
  cancel(order: Order): void;
  emit(event: EngineEvent): void;
}

/** The order groups of one engine. */
export class OrderGroups {
  readonly #host: GroupHost;

  constructor(host: GroupHost) {
    this.#host = host;
  }

  /** Makes a group. */
  create(wallet: Wallet, limit: number): OrderGroup {
    const group: OrderGroup = {
      id: this.#host.id(),
      wallet,
      limit,
      triggered: false,
      orders: new Set(),
      executions: [],
    };
    wallet.account.groups.set(group.id, group);
    this.#emit(group, "created");
    return group;
  }

  /** Cancels every order of a group and refuses new ones until it is reset. */
  trigger(group: OrderGroup): void {
    group.triggered = true;
    for (const order of group.orders) this.#host.cancel(order);
    this.#emit(group, "triggered");
  }

  /** Lets a group trade again, with nothing counted. */
  reset(group: OrderGroup): void {
    group.triggered = false;
    group.executions = [];
    this.#emit(group, "reset");
  }

  /** Sets a group's limit, which triggers it when it has already traded more. */
  setLimit(group: OrderGroup, limit: number): void {
    group.limit = limit;
    this.#emit(group, "limit_updated");
    this.#tripAbove(group);
  }

  /** Cancels every order of a group and forgets it. */
  delete(group: OrderGroup): void {
    for (const order of group.orders) this.#host.cancel(order);
    group.wallet.account.groups.delete(group.id);
    this.#emit(group, "deleted");
  }

  /** Counts an execution, which triggers a group that passes its limit. */
  execute(group: OrderGroup, count: number): void {
    group.executions.push({ at: this.#host.now(), count });
    this.#tripAbove(group);
  }

  /** Contracts that a group executed in the last 15 seconds. */
  rolling(group: OrderGroup): number {
    const since = this.#host.now() - WINDOW_MS;
    group.executions = group.executions.filter(({ at }) => at > since);
    return group.executions.reduce((sum, { count }) => sum + count, 0);
  }

  #tripAbove(group: OrderGroup): void {
    if (!group.triggered && this.rolling(group) > group.limit) this.trigger(group);
  }

  #emit(group: OrderGroup, change: GroupChange): void {
    this.#host.emit({ type: "group", group, change, at: this.#host.now() });
  }
}
