/** What can be done to the event exchange of a local exchange: each checked, then done and kept. */
import { KalshiConfigError } from "../base/errors.ts";
import { assertValue } from "../base/options.ts";
import * as controls from "./controls.ts";
import { worthOf } from "./engine/event_contract.ts";
import type { FeeType } from "./engine/fees.ts";
import type { Exchange } from "./exchange.ts";
import type { Fault } from "./faults.ts";
import { steerKept } from "./kept_steering.ts";
import type { UsageTier } from "./limits.ts";
import { exchangeRules } from "./options.ts";
import { accountOf, type SteeringArguments } from "./steering.ts";
import type { CashPlace, CounterOrder, ListedMarket } from "./types.ts";
import { parseCount, parseMoney, parsePrice } from "./units.ts";

/** The controls; `LocalExchange` says what each is for. */
export class EventControls {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  fail(fault: Fault): void {
    this.#exchange.faults.add(controls.readFault(fault));
  }

  clearFaults(): void {
    this.#exchange.faults.clear();
  }

  setClockSkew(ms: number): void {
    assertValue("setClockSkew", "ms", ms, controls.argument.skewMs);
    this.#exchange.skew(ms);
  }

  step(times: number): void {
    assertValue("step", "times", times, controls.argument.rounds);
    this.#steer("step", { rounds: times });
  }

  setPace(stepMs: number | undefined): void {
    if (stepMs !== undefined) assertValue("setPace", "stepMs", stepMs, exchangeRules.stepMs);
    this.#steer("pace", { stepMs });
  }

  placeCounterOrder(order: CounterOrder): string {
    const { ticker, side, price: dollars, count: contracts } = controls.readCounterOrder(order);
    const price = parsePrice(dollars);
    const count = parseCount(contracts);
    if (!this.#exchange.catalog.markets.has(ticker) || price === undefined || count === undefined) {
      throw new KalshiConfigError(`No such market, price or count: ${ticker}, ${dollars}, ${contracts}.`);
    }
    return this.#steer("counterOrder", { ticker, side, price, count }) as string;
  }

  deposit(accountId: string, amount: string, where: CashPlace): void {
    const { subaccount, exchangeIndex: shard } = controls.readDeposit(amount, where);
    this.#steer("deposit", { account: accountId, amount: parseMoney(amount) ?? 0, subaccount, shard });
  }

  setUsageTier(accountId: string, tier: UsageTier): void {
    assertValue("setUsageTier", "tier", tier, controls.argument.usageTier);
    this.#steer("usageTier", { account: accountOf(this.#exchange, accountId).id, tier });
  }

  rateTokens(accountId: string): Record<string, number> {
    const { limits, clock } = this.#exchange;
    return limits.tokens(accountOf(this.#exchange, accountId), clock.now());
  }

  listMarket(options: ListedMarket): string {
    const read = controls.readListedMarket(options);
    const { ticker, title = ticker, closesInMs, priceLevelStructure: grid } = read;
    controls.assertPriceGrid(grid);
    this.#steer("listMarket", { ticker, title, closesInMs, grid });
    return ticker;
  }

  setMarketActive(ticker: string, active: boolean): void {
    assertValue("setMarketActive", "active", active, controls.argument.flag);
    this.#steer("marketActive", { ticker, active });
  }

  setCloseTime(ticker: string, atMs: number): void {
    this.#assertTime("setCloseTime", atMs);
    this.#steer("closeTime", { ticker, atMs });
  }

  setPriceLevelStructure(ticker: string, structure: string): void {
    controls.assertPriceGrid(structure);
    this.#steer("priceGrid", { ticker, grid: structure });
  }

  determine(ticker: string, outcome: string, options: { readonly settle?: boolean }): void {
    const { settle } = controls.readDetermine(outcome, options);
    const value = outcome === "yes" || outcome === "no" ? worthOf(outcome) : parsePrice(outcome) ?? 0;
    this.#steer("determine", { ticker, value, settle });
  }

  settle(ticker: string): void {
    this.#steer("settle", { ticker });
  }

  setSeriesFees(seriesTicker: string, feeType: FeeType, feeMultiplier: number, atMs?: number): void {
    controls.assertFees("setSeriesFees", feeType ?? null, feeMultiplier ?? null);
    if (atMs !== undefined) this.#assertTime("setSeriesFees", atMs);
    this.#steer("seriesFees", { series: seriesTicker, type: feeType, multiplier: feeMultiplier, atMs });
    this.#exchange.tick();
  }

  setEventFees(eventTicker: string, feeType?: FeeType, feeMultiplier?: number, atMs?: number): void {
    controls.assertFees("setEventFees", feeType, feeMultiplier);
    if (atMs !== undefined) this.#assertTime("setEventFees", atMs);
    this.#steer("eventFees", { event: eventTicker, type: feeType, multiplier: feeMultiplier, atMs });
    this.#exchange.tick();
  }

  setHistoricalCutoff(atMs: number | undefined): void {
    if (atMs !== undefined) this.#assertTime("setHistoricalCutoff", atMs);
    this.#steer("historicalCutoff", { atMs });
  }

  pause(what: "trading" | "exchange" | "nothing"): void {
    assertValue("pause", "what", what, controls.argument.pause);
    this.#steer("pause", { what });
  }

  openTickers(): string[] {
    this.#exchange.tick();
    return this.#exchange.catalog.listed
      .filter(({ market }) => market.status === "active")
      .map(({ market }) => market.ticker);
  }

  #assertTime(owner: string, atMs: unknown): void {
    controls.assertTime(owner, atMs, this.#exchange.clock.now());
  }

  #steer<Name extends keyof SteeringArguments>(name: Name, given: SteeringArguments[Name]): unknown {
    return steerKept(this.#exchange, name, given);
  }
}
