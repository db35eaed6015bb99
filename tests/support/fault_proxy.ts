/** A network that loses requests and answers, before an exchange: see `things/fault_proxy.ts`. */
import { startThing } from "./bed.ts";
import { until } from "./until.ts";

/**
 * What goes wrong.
 *
 * - `cut-before`: the connection is cut, and the request never forwarded.
 * - `late`: the connection is cut, and the request forwarded afterwards.
 * - `cut-after`: the request is carried out, then the connection cut before a byte of the answer.
 * - `cut-answer`: the same in the middle of the answer, head or body.
 * - `stall`: the request is carried out, and the answer held back until the client gives up.
 * - `status-before`: answered with 500, 503 or 429, and never forwarded.
 * - `status-after`: carried out, then answered with 500 or 503.
 * - `limited-after`: carried out, then answered with 429, which Kalshi never does.
 */
export type FaultKind =
  | "cut-before"
  | "late"
  | "cut-after"
  | "cut-answer"
  | "stall"
  | "status-before"
  | "status-after"
  | "limited-after";

/** All that a real exchange may meet. */
export const realFaults: readonly FaultKind[] = [
  "cut-before",
  "late",
  "cut-after",
  "cut-answer",
  "stall",
  "status-before",
  "status-after",
];

export interface FaultProxyOptions {
  readonly seed?: number;
  /** Chance that something goes wrong, from 0 to 1; 0.2 unless told. */
  readonly rate?: number;
  /** What may go wrong, all alike often, but `stall` less; {@linkcode realFaults} unless told. */
  readonly kinds?: readonly FaultKind[];
  /** Longest time in milliseconds that a request is held up; every tenth one is. 10 unless told. */
  readonly delayMs?: number;
}

/** What became of a request. */
export interface Passed {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly fault: FaultKind | undefined;
  /** Whether it was forwarded, or will be. */
  readonly forwarded: boolean;
}

export interface FaultProxy extends AsyncDisposable {
  readonly baseUrl: string;
  /** Changes the chance that something goes wrong. */
  setRate(rate: number): Promise<void>;
  /** What passed since the last call. */
  takeLog(): Promise<Passed[]>;
  /** Waits until every request that will be forwarded has been carried out. */
  settled(): Promise<void>;
}

/** Starts one before the server at `baseUrl`. */
export async function startFaultProxy(
  baseUrl: string,
  options: FaultProxyOptions = {},
): Promise<FaultProxy> {
  const url = new URL(baseUrl);
  const thing = await startThing("fault-proxy", { ...options, port: Number(url.port) });
  url.port = String(await thing.call<number>("port"));
  return {
    baseUrl: url.href,
    setRate: (rate) => thing.call("setRate", rate),
    takeLog: () => thing.call("takeLog"),
    settled: () => until(async () => !await thing.call<boolean>("isBusy")),
    [Symbol.asyncDispose]: () => thing[Symbol.asyncDispose](),
  };
}
