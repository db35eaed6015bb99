import { WaitingFaults } from "./waiting_faults.ts";

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
export class Faults extends WaitingFaults<Fault> {
  /** The first that meets this request. */
  take(method: string, target: string): Fault | undefined {
    return this.meet((fault) =>
      (fault.method === undefined || fault.method === method) &&
      (fault.path === undefined || target.includes(fault.path))
    );
  }
}
