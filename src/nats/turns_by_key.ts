/**
 * Work on one key, one piece after another: what one process does there does not get in its own way.
 *
 * @module
 */

/** Whoever comes waits until it is its turn; what is urgent goes before what is not. */
export class TurnsByKey {
  readonly #waiting = new Map<string, { readonly urgent: boolean; readonly go: () => void }[]>();

  /** Does some work when it is its turn. */
  async take<T>(key: string, urgent: boolean, work: () => Promise<T>): Promise<T> {
    await this.#turn(key, urgent);
    try {
      return await work();
    } finally {
      this.#next(key);
    }
  }

  #turn(key: string, urgent: boolean): Promise<void> {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) {
      this.#waiting.set(key, []);
      return Promise.resolve();
    }
    return new Promise((go) => {
      const behind = urgent ? waiting.findIndex((other) => !other.urgent) : -1;
      waiting.splice(behind === -1 ? waiting.length : behind, 0, { urgent, go });
    });
  }

  #next(key: string): void {
    const next = this.#waiting.get(key)?.shift();
    if (next === undefined) this.#waiting.delete(key);
    else next.go();
  }
}
