/**
 * Fills of which nobody says whether REST and the stream call them by the same ids.
 *
 * @module
 */

import type { Frame } from "./frame.ts";
import { fillId, type Memory, remember, trim } from "./recovery_plans.ts";

/** How often each text is there. */
class Counts {
  readonly #counts = new Map<string, number>();

  add(text: string): void {
    const count = this.#counts.get(text) ?? 0;
    this.#counts.delete(text); // so that the newest stand last
    this.#counts.set(text, count + 1);
    trim(this.#counts);
  }

  /** Takes one away; false where there is none. */
  take(text: string): boolean {
    const count = this.#counts.get(text) ?? 0;
    if (count > 1) this.#counts.set(text, count - 1);
    else this.#counts.delete(text);
    return count > 0;
  }
}

/**
 * Tells fills apart where REST and the stream may have other ids for the same fill. The first one that both tell shows
 * it; until then, and where they have, fills are told apart by what they say, and as many of those that say the same are
 * taken for delivered as were.
 */
class AlikeFills {
  readonly #fields: readonly string[];
  /** Ids of the stream, and of what was looked up. */
  readonly #live = new Set<string>();
  readonly #found = new Set<string>();
  /** Whether they are the same; undefined as long as nobody knows. */
  #isSame: boolean | undefined;
  /** What was delivered of the one and not met again by the other. */
  readonly #liveAlone = new Counts();
  readonly #foundAlone = new Counts();
  /** What was met already of live frames that are held back, and still have to be delivered. */
  readonly #expected = new Counts();

  constructor(fields: readonly string[]) {
    this.#fields = fields;
  }

  #saysOf(msg: Frame["msg"]): string {
    return this.#fields.map((field) => msg[field]).join();
  }

  isNew(msg: Frame["msg"]): boolean {
    const id = fillId(msg);
    if (this.#live.has(id)) return false;
    remember(this.#live, id);
    if (this.#found.has(id)) {
      this.#isSame = true;
      return false;
    }
    if (this.#isSame === true) return true;
    const says = this.#saysOf(msg);
    if (this.#expected.take(says)) return true;
    if (this.#foundAlone.take(says)) {
      this.#isSame = false;
      return false;
    }
    this.#liveAlone.add(says);
    return true;
  }

  pick(found: readonly Frame[], held: readonly Frame[]): Frame[] {
    const heldIds = new Set(held.map(({ msg }) => fillId(msg)));
    const fresh = found.filter(({ msg }) => {
      const id = fillId(msg);
      const isLive = this.#live.has(id) || heldIds.has(id);
      if (isLive) this.#isSame = true;
      return !isLive && !this.#found.has(id);
    });
    const heldAlone = new Counts();
    for (const { msg } of held) heldAlone.add(this.#saysOf(msg));
    return fresh.filter(({ msg }) => {
      remember(this.#found, fillId(msg));
      if (this.#isSame === true) return true;
      const says = this.#saysOf(msg);
      const isHeld = heldAlone.take(says);
      if (isHeld) this.#expected.add(says);
      if (isHeld || this.#liveAlone.take(says)) {
        this.#isSame = false;
        return false;
      }
      this.#foundAlone.add(says);
      return true;
    });
  }
}

/**
 * A memory for such fills.
 *
 * @param fields those of a live `fill` by which one that was looked up is known again
 */
export function alikeFills(fields: readonly string[]): Memory {
  const fills = new AlikeFills(fields);
  return { isNew: (msg) => fills.isNew(msg), pick: (found, held) => fills.pick(found, held) };
}
