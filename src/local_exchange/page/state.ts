/** What the page shows of its exchange beside markets and accounts. */
import type { Exchange } from "../exchange.ts";
import type { Fault } from "../faults.ts";

/** The exchange as the controls left it. */
export interface ControlState {
  /** The exchange's time, in Unix milliseconds. */
  readonly nowMs: number;
  /** False while its time stands still. */
  readonly running: boolean;
  /** Milliseconds between two rounds of the market makers; null where they wait to be told. */
  readonly paceMs: number | null;
  readonly paused: "nothing" | "trading" | "exchange";
  /** How far the time that signatures are checked against is ahead, in milliseconds. */
  readonly skewMs: number;
  /** The faults that wait for requests; `left` is null where one meets every request. */
  readonly faults: readonly { readonly fault: Fault; readonly left: number | null }[];
  /** How many WebSockets are open; the page's own feed has one of them. */
  readonly openSockets: number;
  /** The account that the page trades for. */
  readonly accountId: string;
  /** Whether it has perps. */
  readonly perps: boolean;
}

/** Reads it. */
export function stateOf(exchange: Exchange, openSockets: number, accountId: string): ControlState {
  exchange.tick();
  const { clock, makers, engine, faults, skewMs } = exchange;
  return {
    nowMs: clock.now(),
    running: clock.isRunning,
    paceMs: makers?.paceMs ?? null,
    paused: engine.exchangePaused ? "exchange" : engine.tradingPaused ? "trading" : "nothing",
    skewMs,
    faults: faults.waiting.map(({ fault, left }) => ({ fault, left: Number.isFinite(left) ? left : null })),
    openSockets,
    accountId,
    perps: exchange.margin !== undefined,
  };
}
