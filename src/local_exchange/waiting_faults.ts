/** Faults that wait for what they meet, each as many times as it was told. */
export class WaitingFaults<Fault extends { readonly times?: number | undefined }> {
  #waiting: { readonly fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#waiting.push({ fault, left: fault.times ?? 1 });
  }

  /** Those that wait, and how many requests each still meets. */
  get waiting(): readonly { readonly fault: Fault; readonly left: number }[] {
    return this.#waiting.map(({ fault, left }) => ({ fault, left }));
  }

  clear(): void {
    this.#waiting = [];
  }

  /** The first fault that meets this, which has met it then; undefined when there is none. */
  meet(isMet: (fault: Fault) => boolean): Fault | undefined {
    if (this.#waiting.length === 0) return undefined;
    const found = this.#waiting.find(({ fault }) => isMet(fault));
    if (found === undefined) return undefined;
    if (--found.left === 0) this.#waiting = this.#waiting.filter((other) => other !== found);
    return found.fault;
  }
}
