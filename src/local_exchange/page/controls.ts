/**
 * What the page can do to its exchange: each control by its name, with what it takes. What it does is what a method of
 * the `LocalExchange` does, and so is what is refused.
 *
 * @module
 */
import {
  finite,
  flag,
  needed,
  readOptions,
  type Rule,
  rule,
  type Rules,
  text,
  whole,
} from "../../base/options.ts";
import type { ExchangeClock } from "../clock.ts";
import { argument, counterRules, determineRules, marketRules, placeRules } from "../controls.ts";
import type { Fault } from "../faults.ts";
import type { HandshakeFault, SocketFault } from "../gateways/ws/faults.ts";
import type { ExchangeSockets } from "../gateways/ws/gateway.ts";
import type { LocalPerps } from "../perps.ts";
import type { CashPlace, CounterOrder, ListedMarket } from "../types.ts";

/** The exchange as the controls have it: a `LocalExchange`. */
export interface Controlled {
  readonly clock: ExchangeClock;
  readonly sockets: ExchangeSockets;
  fail(fault: Fault): void;
  clearFaults(): void;
  setClockSkew(ms: number): void;
  step(times?: number): void;
  setPace(stepMs: number | undefined): void;
  placeCounterOrder(order: CounterOrder): string;
  deposit(accountId: string, amount: string, where?: CashPlace): void;
  listMarket(options: ListedMarket): string;
  setMarketActive(ticker: string, active: boolean): void;
  setCloseTime(ticker: string, atMs: number): void;
  determine(ticker: string, outcome: string, options?: { readonly settle?: boolean }): void;
  settle(ticker: string): void;
  pause(what: "trading" | "exchange" | "nothing"): void;
  /** What can be done to its perps; asking for it throws where it has none. */
  readonly perps: Pick<LocalPerps, "setIndexPrice" | "fund" | "deposit">;
}

/** Does what a body in JSON asks for, on behalf of an account. */
type Control = (on: Controlled, body: object, accountId: string) => unknown;

function control<T extends object>(
  rules: Rules<T>,
  act: (on: Controlled, given: T, accountId: string) => unknown,
): Control {
  return (on, body, accountId) => act(on, readOptions("The control", body as T, rules), accountId);
}

/** One that the method's own rules read. */
const handOver = <T>(act: (on: Controlled, given: T) => unknown): Control => (on, body) => act(on, body as T);

const nothing: Rules<object> = {};
const ticker = needed(text("a ticker as text"));
const stepRule: Rule<number | null> = rule(
  "milliseconds above 0, or null",
  (value) => value === null || typeof value === "number" && value > 0 && value < Infinity,
);

interface Outcome {
  readonly ticker: string;
  readonly outcome: string;
  readonly settle?: boolean | undefined;
}

interface Payment extends CashPlace {
  readonly amount: string;
}

/** Every control, by the last part of its path. */
export const controls: ReadonlyMap<string, Control> = new Map(Object.entries({
  "advance": control<{ ms: number }>(
    { ms: needed(finite(0, "milliseconds")) },
    ({ clock }, { ms }) => clock.advance(ms),
  ),
  "stop": control(nothing, ({ clock }) => clock.stop()),
  "run": control(nothing, ({ clock }) => clock.run()),
  "skew": control<{ ms: number }>({ ms: needed(argument.skewMs) }, (on, { ms }) => on.setClockSkew(ms)),
  "step": control<{ times?: number }>({ times: whole(1, 10_000) }, (on, { times }) => on.step(times)),
  "pace": control<{ stepMs: number | null }>(
    { stepMs: needed(stepRule) },
    (on, { stepMs }) => on.setPace(stepMs ?? undefined),
  ),
  "fail": handOver<Fault>((on, fault) => on.fail(fault)),
  "fail-sockets": handOver<SocketFault>(({ sockets }, fault) => sockets.fail(fault)),
  "refuse-sockets": handOver<HandshakeFault>(({ sockets }, fault) => sockets.refuse(fault)),
  "drop-sockets": control(nothing, ({ sockets }) => sockets.restart()),
  "clear-faults": control(nothing, (on) => {
    on.clearFaults();
    on.sockets.clearFaults();
    on.setClockSkew(0);
  }),
  "pause": control<{ what: "trading" | "exchange" | "nothing" }>(
    { what: needed(argument.pause) },
    (on, { what }) => on.pause(what),
  ),
  "determine": control<Outcome>(
    { ticker, outcome: needed(text()), ...determineRules },
    (on, { ticker, outcome, settle = false }) => on.determine(ticker, outcome, { settle }),
  ),
  "settle": control<{ ticker: string }>({ ticker }, (on, { ticker }) => on.settle(ticker)),
  "market-active": control<{ ticker: string; active: boolean }>(
    { ticker, active: needed(flag()) },
    (on, { ticker, active }) => on.setMarketActive(ticker, active),
  ),
  "close-time": control<{ ticker: string; atMs: number }>(
    { ticker, atMs: needed(finite(0, "Unix milliseconds")) },
    (on, { ticker, atMs }) => on.setCloseTime(ticker, atMs),
  ),
  "list-market": control<ListedMarket>(marketRules, (on, market) => ({ ticker: on.listMarket(market) })),
  "counter-order": control<CounterOrder>(
    counterRules,
    (on, order) => ({ orderId: on.placeCounterOrder(order) }),
  ),
  "deposit": control<Payment>(
    { amount: needed(text()), ...placeRules },
    (on, { amount, ...where }, accountId) => on.deposit(accountId, amount, where),
  ),
  "perps-index": control<{ ticker: string; price: string }>(
    { ticker, price: needed(text()) },
    ({ perps }, { ticker, price }) => perps.setIndexPrice(ticker, price),
  ),
  "perps-fund": control<{ ticker: string }>({ ticker }, ({ perps }, { ticker }) => perps.fund(ticker)),
  "perps-deposit": control<{ amount: string }>(
    { amount: needed(text()) },
    ({ perps }, { amount }, accountId) => perps.deposit(accountId, amount),
  ),
}));
