/** A fault to inject into the answers of the exchange. */
export interface Fault {
  /** Status to answer with; without one the request is answered as ever, after the delay. */
  readonly status?: number | undefined;
  /** Body to answer with: a string as it is, anything else as JSON. */
  readonly body?: unknown;
  /** Headers to answer with. */
  readonly headers?: Record<string, string> | undefined;
  /** How many requests it meets; 1 unless told. */
  readonly times?: number | undefined;
  /** Wait this many milliseconds first. */
  readonly delayMs?: number | undefined;
  /** Do what the request asks before answering with `status`. */
  readonly afterProcessing?: boolean | undefined;
  /** Only requests of this method. */
  readonly method?: string | undefined;
  /** Only requests whose path and query contain this. */
  readonly path?: string | undefined;
}

/** The faults that wait for their requests, in order. */
export class Faults {
  #waiting: { readonly fault: Fault; left: number }[] = [];

  /** Adds one. */
  add(fault: Fault): void {
    this.#waiting.push({ fault, left: fault.times ?? 1 });
  }

  /** Those that wait, and how many requests each still meets. */
  get waiting(): readonly { readonly fault: Fault; readonly left: number }[] {
    return this.#waiting.map(({ fault, left }) => ({ fault, left }));
  }

  /** Forgets all. */
  clear(): void {
    this.#waiting = [];
  }

  /** The first that meets this request. */
  take(method: string, target: string): Fault | undefined {
    const found = this.#waiting.find(({ fault }) =>
      (fault.method === undefined || fault.method === method) &&
      (fault.path === undefined || target.includes(fault.path))
    );
    if (found === undefined) return undefined;
    if (--found.left === 0) this.#waiting = this.#waiting.filter((other) => other !== found);
    return found.fault;
  }
}
