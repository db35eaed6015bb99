/**
 * A local exchange for tests of every area, on every runtime. It listens on a real port: in this process on
 * Deno, Bun and Node, beside it for workerd.
 */
import type { HandshakeFault, SocketFault } from "../../src/local_exchange/gateways/ws/faults.ts";
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
    options?: {
      balance?: string;
      keyId?: string;
      /** PEM. */
      privateKey?: string;
      keyType?: "rsa" | "ed25519";
      balancePrecision?: "0.0001" | "0.01";
      usageTier?: string;
      history?: boolean;
      perpsBalance?: string;
    },
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
  /** How many WebSockets are open. */
  openSockets(): Promise<number>;
  /** Makes something go wrong on every open WebSocket. */
  failSockets(fault: SocketFault): Promise<void>;
  /** Refuses the next WebSocket handshakes. */
  refuseSockets(fault: HandshakeFault): Promise<void>;
  /** Ends every WebSocket, as a restart does. */
  restartSockets(): Promise<void>;
  /** Lists a market that nobody quotes in; resolves to its ticker. */
  listMarket(market: { ticker: string; closesInMs?: number; priceLevelStructure?: string }): Promise<string>;
  /** Makes an outcome known: `yes`, `no` or a price; pays out a minute later, or at once with `settle`. */
  determine(ticker: string, outcome: string, options?: { settle?: boolean }): Promise<void>;
  /** Pauses a market, or ends its pause. */
  setMarketActive(ticker: string, active: boolean): Promise<void>;
  /** Pays cash into an account, or out of it. */
  deposit(
    accountId: string,
    amount: string,
    where?: { subaccount?: number; exchangeIndex?: number },
  ): Promise<void>;
  /** Moves an account to another tier of rate limits, which `rateLimits: true` enforces. */
  setUsageTier(accountId: string, tier: string): Promise<void>;
  /** Sets until when data is historical. */
  setHistoricalCutoff(atMs?: number): Promise<void>;
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
    openSockets: () => thing.call("openSockets"),
    failSockets: (fault) => thing.call("failSockets", fault),
    refuseSockets: (fault) => thing.call("refuseSockets", fault),
    restartSockets: () => thing.call("restartSockets"),
    listMarket: (market) => thing.call("listMarket", market),
    determine: (...args) => thing.call("determine", ...args),
    setMarketActive: (...args) => thing.call("setMarketActive", ...args),
    deposit: (...args) => thing.call("deposit", ...args),
    setUsageTier: (...args) => thing.call("setUsageTier", ...args),
    setHistoricalCutoff: (atMs) => thing.call("setHistoricalCutoff", atMs),
    [Symbol.asyncDispose]: () => thing[Symbol.asyncDispose](),
  };
}
