/** The order groups of a manager: one for each shard, and those that orders of earlier processes are in. */
import type { QuotePort } from "./port.ts";

interface Group {
  readonly exchangeIndex: number;
  isTriggered: boolean;
}

/** Order groups, made when they are first needed. */
export class QuoteGroups {
  readonly #port: QuotePort;
  readonly #limit: number | undefined;
  readonly #made = new Map<number, Promise<string>>();
  readonly #groups = new Map<string, Group>();

  constructor(port: QuotePort, limit: number | undefined) {
    this.#port = port;
    this.#limit = limit;
  }

  /** The group that orders of a shard join; undefined where the manager has none. */
  async of(exchangeIndex: number): Promise<string | undefined> {
    const limit = this.#limit;
    if (limit === undefined) return undefined;
    let made = this.#made.get(exchangeIndex);
    if (made === undefined) {
      made = this.#port.createGroup(limit, exchangeIndex).then((id) => {
        this.found(id, exchangeIndex);
        return id;
      });
      this.#made.set(exchangeIndex, made);
      // The next order tries again.
      made.catch(() => this.#made.delete(exchangeIndex));
    }
    return await made;
  }

  /** A group that an order of an earlier process is in. */
  found(id: string, exchangeIndex: number): void {
    if (!this.#groups.has(id)) this.#groups.set(id, { exchangeIndex, isTriggered: false });
  }

  /** Whether orders join groups and all of these were triggered: an order that is late is refused then. */
  get areTriggered(): boolean {
    return this.#limit !== undefined && [...this.#groups.values()].every(({ isTriggered }) => isTriggered);
  }

  /**
   * Triggers each that was not yet: its orders are cancelled, new ones refused.
   *
   * @throws what the first that failed has failed with
   */
  async trigger(): Promise<void> {
    await this.#each(async (id, group) => {
      if (group.isTriggered) return;
      await this.#port.triggerGroup(id, group.exchangeIndex);
      group.isTriggered = true;
    });
  }

  /** Removes all of them. */
  async delete(): Promise<void> {
    await this.#each(async (id, { exchangeIndex }) => {
      try {
        await this.#port.deleteGroup(id, exchangeIndex);
      } catch (error) {
        if (this.#port.verdict(error) !== "missing") throw error;
      }
      this.#groups.delete(id);
    });
    this.#made.clear();
  }

  async #each(act: (id: string, group: Group) => Promise<void>): Promise<void> {
    const results = await Promise.allSettled([...this.#groups].map(([id, group]) => act(id, group)));
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }
}
