/** The margin exchange: perpetual futures on an engine of its own, beside the event exchange and in its time. */
import { Engine } from "../engine/engine.ts";
import type { EngineEvent } from "../engine/events.ts";
import type { Account, Market, Order, Wallet } from "../engine/model.ts";
import type { Amendment, OrderRequest, Placed, Rejection } from "../engine/requests.ts";
import type { Timeline } from "../engine/timeline.ts";
import type { Random } from "../random.ts";
import { COUNT_ONE } from "../units.ts";
import { Candles } from "../world/candles.ts";
import { Counterparty } from "../world/counterparty.ts";
import { MarketMakers } from "../world/makers.ts";
import { type MarginedCash, Treasury } from "../world/treasury.ts";
import {
  type AccountRisk,
  AccountsView,
  coverAt,
  type MarginBalance,
  type MarginPositionView,
} from "./accounts_view.ts";
import { MarginCatalog } from "./catalog.ts";
import { FeeTiers } from "./fee_tiers.ts";
import { type PerpListing, perpListings } from "./listings.ts";
import { MarginClearing } from "./margin_clearing.ts";
import { Marks } from "./marks.ts";
import type { MarginEvent } from "./events.ts";
import { Funding } from "./funding.ts";
import { IsolatedPositions } from "./isolated.ts";
import { Liquidation } from "./liquidation.ts";
import { type FundingRate, isIsolated, type MarginMarketInfo } from "./model.ts";
import { NotionalLimits } from "./notional_limits.ts";
import { marginQuoting } from "./quoting.ts";
import { Schedules } from "./schedules.ts";
import { MarginSubtraders } from "./subtraders.ts";
import { ExitTriggers } from "./triggers.ts";
import type { ExitTrigger, TriggerLegs, TriggerRefusal, TriggerWish } from "./trigger_model.ts";

/** What a margin exchange starts from. */
export interface MarginSettings {
  /** How many of its own markets it lists. */
  readonly markets: number;
  readonly marketMakers: boolean;
  readonly stepMs: number | undefined;
  readonly fundingEveryMs: number;
}

/** A wish to trade, with the version of the market's terms that it expects; 0 or none expects nothing. */
export interface MarginOrderRequest extends OrderRequest {
  readonly marketVersion?: number | undefined;
}

/** What a market's trades come to, in contracts and money. */
export interface MarketStats {
  readonly volumeValue: number;
  readonly volume24h: number;
  readonly volumeValue24h: number;
  readonly openInterestValue: number;
}

/** Margin ratios, maintenance margin by equity, at which the exchange watches a wallet, and liquidates it. */
export const riskParameters = { liquidationRatio: 1, queueRatio: 0.91 } as const;

const DAY = 86_400_000;

/** One margin exchange. */
export class MarginExchange {
  readonly engine: Engine;
  readonly catalog: MarginCatalog = new MarginCatalog();
  readonly clearing: MarginClearing;
  readonly candles: Candles;
  readonly marks: Marks;
  readonly fees: FeeTiers = new FeeTiers();
  readonly notional: NotionalLimits;
  readonly funding: Funding;
  readonly triggers: ExitTriggers;
  readonly liquidation: Liquidation;
  readonly isolated: IsolatedPositions;
  readonly schedules: Schedules;
  readonly subtraders: MarginSubtraders = new MarginSubtraders();
  readonly treasury: Treasury;
  readonly counterparty: Counterparty;
  readonly makers: MarketMakers<MarginMarketInfo> | undefined;
  readonly #view: AccountsView;
  readonly #members = new Set<Account>();
  readonly #disabled = new WeakSet<Account>();
  readonly #traded = new Map<Market, number>();
  #isActing = false;
  #watchers: readonly ((event: MarginEvent) => void)[] = [];

  constructor(time: Timeline, random: Random, settings: MarginSettings) {
    const { catalog } = this;
    const infoOf = (market: Market) => catalog.infoOf(market);
    const clearing = this.clearing = new MarginClearing({
      infoOf,
      feesOf: (account, market) => this.fees.feesOf(account, market),
      overLimit: (intent) => this.notional.refusal(intent),
    });
    const engine = this.engine = new Engine(random, time, clearing);
    this.#view = new AccountsView(clearing, catalog);
    this.notional = new NotionalLimits(infoOf, (order) => void engine.cancel(order, "unpaid"));
    this.candles = new Candles(engine, { bid: 0, ask: 0 });
    this.marks = new Marks(engine, infoOf, (info) => this.#onMark(info));
    this.treasury = new Treasury(engine, random, { spendable: (wallet) => this.spendable(wallet) });
    this.counterparty = new Counterparty(
      engine,
      (price, count, { available }) => price * count + Math.max(0, -available),
    );
    engine.watch((event) => this.#tell(event));
    this.triggers = new ExitTriggers({
      engine,
      infoOf,
      onTrigger: (trigger) => this.#emit({ type: "trigger", trigger, at: engine.now }),
      onDue: () => this.#act(),
    });
    this.liquidation = new Liquidation({
      engine,
      catalog,
      isHeld: ({ account }) => this.#members.has(account),
      onLiquidation: (wallet) => this.#emit({ type: "liquidation", wallet, at: engine.now }),
      onStep: () => this.#act(),
    });
    this.isolated = new IsolatedPositions(engine, catalog, (request) => this.place(request));
    this.schedules = new Schedules(engine, (info) => this.#onTerms(info));
    this.funding = new Funding(
      { engine, clearing, catalog, marks: this.marks, onFunded: (funding) => this.#onFunded(funding) },
      settings.fundingEveryMs,
    );
    engine.onRest = () => this.#act();
    for (const listing of perpListings.slice(0, settings.markets)) this.list(listing);
    if (settings.marketMakers) {
      this.makers = new MarketMakers(engine, marginQuoting(this, random), random, settings.stepMs);
    }
  }

  /** Calls `watcher` with each event as it happens. It must only look. Returns how to stop. */
  watch(watcher: (event: MarginEvent) => void): () => void {
    this.#watchers = [...this.#watchers, watcher];
    return () => void (this.#watchers = this.#watchers.filter((other) => other !== watcher));
  }

  /** A number that tells how far it has come. */
  get progress(): number {
    return this.engine.steps + this.engine.random.drawn;
  }

  /** Its markets by ticker. */
  get markets(): ReadonlyMap<string, MarginMarketInfo> {
    return this.catalog.markets;
  }

  /** Its markets by `market_id`. */
  get marketsById(): ReadonlyMap<string, MarginMarketInfo> {
    return this.catalog.byId;
  }

  /** Its markets in the order they were listed. */
  get listed(): readonly MarginMarketInfo[] {
    return this.catalog.listed;
  }

  /** The market with a ticker, or with an id where no ticker is given. */
  find(ticker: string | undefined, id?: string | undefined): MarginMarketInfo | undefined {
    if (ticker !== undefined && ticker !== "") return this.catalog.markets.get(ticker);
    return id === undefined ? undefined : this.catalog.byId.get(id);
  }

  /** Lists a market. */
  list(listing: PerpListing): MarginMarketInfo {
    const info = this.catalog.list(this.engine, listing, this.engine.random);
    this.funding.begin(info);
    if (listing.isClosedOnWeekends) this.schedules.followWeek(info);
    if (info.market.status === "active") {
      this.engine.emit({ type: "market", market: info.market, change: "opened", at: this.engine.now });
    }
    return info;
  }

  /** Where a market is in its life, in the words of the `status` field. */
  statusOf({ market: { status }, isPaused }: MarginMarketInfo): "inactive" | "active" | "closed" {
    if (isPaused) return "inactive";
    // What its schedule has closed is active all the same: that it is not open stands there.
    return status === "active" || status === "inactive" ? "active" : "closed";
  }

  /** What a market's trades come to. */
  statsOf({ market, settlementMark }: MarginMarketInfo): MarketStats {
    const since = this.engine.now - DAY;
    let volume24h = 0;
    let volumeValue24h = 0;
    for (let index = market.trades.length - 1; index >= 0; index--) {
      const trade = market.trades[index];
      if (trade === undefined || trade.at <= since) break;
      volume24h += trade.count;
      volumeValue24h += trade.count * trade.price;
    }
    return {
      volumeValue: this.#traded.get(market) ?? 0,
      volume24h,
      volumeValue24h,
      openInterestValue: market.openInterest * settlementMark.price,
    };
  }

  /** What a position can be worth by the margin that it needs to stay open. */
  leverageOf({ maintenanceRate }: MarginMarketInfo): number {
    return Math.round(1e8 / maintenanceRate) / 100;
  }

  /** Opens the account of a member with cash: with the id that it has on the event exchange. */
  open(id: string, cash: number): Account {
    const account = this.engine.open(1, id);
    this.#members.add(account);
    this.notional.add(account);
    if (cash !== 0) this.treasury.move(account.wallet(0, 0), cash);
    return account;
  }

  /** The account of a member. */
  account(id: string): Account | undefined {
    return this.engine.accounts.get(id);
  }

  /** Whether an account may trade here. */
  isEnabled(account: Account): boolean {
    return this.#members.has(account) && !this.#disabled.has(account);
  }

  /** Lets an account trade here, or no longer. */
  setEnabled(account: Account, enabled: boolean): void {
    if (enabled) this.#disabled.delete(account);
    else this.#disabled.add(account);
  }

  /** Places an order. */
  place({ marketVersion, ...request }: MarginOrderRequest): Placed | Rejection {
    const { version } = this.catalog.infoOf(request.market);
    if (marketVersion !== undefined && marketVersion !== 0 && marketVersion !== version) {
      return { rejected: "market_version_mismatch", details: `the market has version ${version}` };
    }
    return this.#sizeRefusal(request.market, request.count) ?? this.engine.place(request);
  }

  /** Changes a resting order. */
  amend(order: Order, amendment: Amendment): Placed | Rejection {
    return this.#sizeRefusal(order.market, amendment.count) ?? this.engine.amend(order, amendment);
  }

  /** Cancels what remains of a resting order; returns how much that was. */
  cancel(order: Order): number {
    return this.engine.cancel(order);
  }

  /** Takes `count` off a resting order, which keeps its place; all of it cancels it. */
  decrease(order: Order, count: number): void {
    this.engine.decrease(order, count);
  }

  /** Cancels every resting order of an account, or of one of its subaccounts; returns how many there were. */
  cancelAll(account: Account, subaccount?: number): number {
    const orders = [...account.resting].filter(({ wallet }) =>
      subaccount === undefined || wallet.subaccount === subaccount
    );
    for (const order of orders) this.engine.cancel(order);
    return orders.length;
  }

  /** The balance of a wallet. */
  balanceOf(wallet: Wallet): MarginBalance {
    return this.#view.balanceOf(wallet);
  }

  /** The open positions of an account. */
  positionsOf(account: Account): MarginPositionView[] {
    return this.#view.positionsOf(account);
  }

  /** What an account risks. */
  riskOf(account: Account): AccountRisk {
    return this.#view.riskOf(account);
  }

  /** What an account has here that can be moved to the event exchange, and the way there. */
  cashOf(id: string, subaccount: number): MarginedCash | undefined {
    const wallet = this.account(id)?.wallet(subaccount, 0);
    return wallet && {
      spendable: this.spendable(wallet),
      move: (amount) => this.engine.deposit(wallet, amount),
    };
  }

  /** What of a wallet can be moved away: of cash, what nothing is tied up in; what was only gained on paper stays. */
  spendable(wallet: Wallet): number {
    const { equity, initial } = coverAt(wallet, this.catalog);
    return Math.max(0, Math.min(wallet.cash, wallet.available, equity - initial));
  }

  /** The wallets that an account sees. */
  walletsOf(account: Account): Wallet[] {
    return account.wallets().filter((wallet) => !isIsolated(wallet));
  }

  /** What a contract is worth is this from now on. Makers are there first: what the marks set off meets their new quotes. */
  setIndex(info: MarginMarketInfo, price: number): void {
    info.fair = price;
    if (info.market.status === "active") this.makers?.requote(info);
    this.marks.setIndex(info, price);
  }

  /** A corporate action on what a market follows: trading ends and resumes by other terms, and what rests is canceled. */
  setMultiplier(info: MarginMarketInfo, multiplier: string): void {
    const wasPaused = info.isPaused;
    this.schedules.setPaused(info, true);
    info.underlyingMultiplier = multiplier;
    info.version++;
    this.schedules.setPaused(info, wasPaused);
    this.#onTerms(info);
  }

  /** Pauses trading or the whole exchange, or ends both. */
  pause(what: "trading" | "exchange" | "nothing"): void {
    this.engine.pause(what);
    for (const { market } of this.listed) this.#lookAt(market);
    this.#act();
  }

  /** Sets an exit trigger, which fires at once where its price is reached already. */
  setTrigger(wallet: Wallet, info: MarginMarketInfo, wish: TriggerWish): ExitTrigger | TriggerRefusal {
    const made = this.triggers.set(wallet, info, wish);
    this.#act();
    return made;
  }

  /** Changes the legs of a bracket, which fires at once where one is reached already. */
  updateTrigger(
    wallet: Wallet,
    info: MarginMarketInfo,
    id: string,
    legs: TriggerLegs,
  ): ExitTrigger | TriggerRefusal {
    const made = this.triggers.update(wallet, info, id, legs);
    this.#act();
    return made;
  }

  #sizeRefusal(market: Market, count: number): Rejection | undefined {
    if (count % COUNT_ONE === 0 || this.catalog.infoOf(market).fractional) return undefined;
    return { rejected: "invalid_order_size", details: "the market trades whole contracts" };
  }

  #onTerms(info: MarginMarketInfo): void {
    this.#emit({ type: "terms", info, at: this.engine.now });
    this.#lookAt(info.market);
    this.#act();
  }

  #onMark(info: MarginMarketInfo): void {
    this.clearing.revalueAll(info.market);
    this.#emit({ type: "mark", info, at: this.engine.now });
    this.#lookAt(info.market);
    this.#act();
  }

  #onFunded(funding: FundingRate): void {
    this.#emit({ type: "funding", funding });
    this.#lookAt(funding.info.market);
    this.#act();
  }

  /** Whoever holds something of a market may be due for something. */
  #lookAt(market: Market): void {
    this.triggers.lookAt(market);
    for (const { wallet } of this.clearing.holdingsOf(market)) this.liquidation.look(wallet);
  }

  /** Does what is due: triggers first, then liquidation. What is done makes more due. */
  #act(): void {
    if (this.#isActing) return;
    this.#isActing = true;
    try {
      while (this.triggers.run() || this.liquidation.run());
      this.isolated.run();
    } finally {
      this.#isActing = false;
    }
  }

  #tell(event: EngineEvent): void {
    if (event.type === "position") this.liquidation.look(event.holding.wallet);
    if (event.type === "trade") {
      const { market, price, count } = event.trade;
      this.#traded.set(market, (this.#traded.get(market) ?? 0) + price * count);
    }
    this.#emit(event);
  }

  #emit(event: MarginEvent): void {
    for (const watcher of this.#watchers) watcher(event);
  }
}
