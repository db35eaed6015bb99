/** Orders as they came, and those of each status among them: who asks for what rests does not walk over all the rest. */

/** What such a list keeps. */
export interface Listed {
  /** Its number in the list, which grows; -1 for one that is in none. */
  readonly number: number;
}

/** Where a number stands in a list, or would stand. */
export function placeOf(list: readonly Listed[], number: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle]?.number ?? Infinity) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A list of orders, oldest first. */
export class OrderList<O extends Listed, Status extends string> {
  #next = 0;
  #all: O[] = [];
  readonly #byStatus = new Map<Status, O[]>();

  /** The number of the order that is added next. */
  get nextNumber(): number {
    return this.#next;
  }

  /** All of them. */
  get all(): readonly O[] {
    return this.#all;
  }

  /** Those of a status. */
  of(status: Status): readonly O[] {
    return this.#byStatus.get(status) ?? [];
  }

  /** Adds one, which has {@linkcode nextNumber}. */
  add(order: O): void {
    this.#next = order.number + 1;
    this.#all.push(order);
  }

  /** The status of one of them has changed; it had none before its first. */
  move(order: O, before: Status | undefined, after: Status): void {
    if (order.number < 0 || before === after) return;
    const from = before === undefined ? undefined : this.#byStatus.get(before);
    const at = from === undefined ? -1 : placeOf(from, order.number);
    if (from?.[at] === order) from.splice(at, 1);
    let to = this.#byStatus.get(after);
    if (to === undefined) this.#byStatus.set(after, to = []);
    to.splice(placeOf(to, order.number), 0, order);
  }

  /** Forgets all, but for those of a status where one is told; returns what is gone. */
  forget(except?: Status): readonly O[] {
    const kept = except === undefined ? [] : this.of(except);
    const numbers = new Set(kept);
    const gone = this.#all.filter((order) => !numbers.has(order));
    this.#all = [...kept];
    for (const other of this.#byStatus.keys()) if (other !== except) this.#byStatus.delete(other);
    return gone;
  }
}
