/**
 * A local exchange for tests of every area, on every runtime. It listens on a real port: in this process on
 * Deno, Bun and Node, beside it for workerd.
 */
import { startThing } from "./bed.ts";
import type { ExchangeThingOptions } from "./things/exchange.ts";

/** An account, with the key that signs for it. */
export interface ExchangeAccount {
  readonly id: string;
  readonly keyId: string;
  /** PEM. */
  readonly privateKey: string;
  /** Cash it began with, in dollars. */
  readonly balance: string;
}

/** A fault for the next requests: see `Fault` of `@unofficial/kalshi/local-exchange`. */
export interface ExchangeFault {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly times?: number;
  readonly delayMs?: number;
  readonly afterProcessing?: boolean;
  readonly method?: string;
  readonly path?: string;
}

/** A running exchange and what a test can do to it. */
export interface TestExchange extends AsyncDisposable {
  readonly baseUrl: string;
  readonly wsBaseUrl: string;
  /** Opens an account; `ed25519` and 1000 dollars unless told. */
  createAccount(
    options?: { balance?: string; keyType?: "rsa" | "ed25519"; balancePrecision?: "0.0001" | "0.01" },
  ): Promise<ExchangeAccount>;
  /** Answers the next `times` requests (1 unless told) that match with a fault. */
  fail(fault: ExchangeFault): Promise<void>;
  clearFaults(): Promise<void>;
  /** Puts the exchange's wall clock ahead: signatures and `Date` headers notice, markets do not. */
  setClockSkew(ms: number): Promise<void>;
  /** Moves the markets' time on: orders expire, markets close. */
  advance(ms: number): Promise<void>;
  /** The markets' time. */
  now(): Promise<number>;
  /** Lets the market makers move. */
  step(times?: number): Promise<void>;
  /** Somebody else's order; resolves to its id. */
  placeCounterOrder(
    order: { ticker: string; side: "bid" | "ask"; price: string; count: string },
  ): Promise<string>;
  pause(what: "trading" | "exchange" | "nothing"): Promise<void>;
  /** Tickers that are open for trading, in the order they were listed. */
  openTickers(): Promise<string[]>;
}

/** Starts one. Without market makers (`marketMakers: false`) its books are empty, for tests that fill them. */
export async function startExchange(options: ExchangeThingOptions = {}): Promise<TestExchange> {
  const thing = await startThing("exchange", options);
  const { baseUrl, wsBaseUrl } = await thing.call<{ baseUrl: string; wsBaseUrl: string }>("urls");
  return {
    baseUrl,
    wsBaseUrl,
    async createAccount(account = {}) {
      const made = await thing.call<Omit<ExchangeAccount, "balance">>("createAccount", account);
      return { ...made, balance: account.balance ?? "1000.00" };
    },
    fail: (fault) => thing.call("fail", fault),
    clearFaults: () => thing.call("clearFaults"),
    setClockSkew: (ms) => thing.call("setClockSkew", ms),
    advance: (ms) => thing.call("advance", ms),
    now: () => thing.call("now"),
    step: (times = 1) => thing.call("step", times),
    placeCounterOrder: (order) => thing.call("placeCounterOrder", order),
    pause: (what) => thing.call("pause", what),
    openTickers: () => thing.call("openTickers"),
    [Symbol.asyncDispose]: () => thing[Symbol.asyncDispose](),
  };
}
