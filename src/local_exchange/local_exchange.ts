/**
 * A Kalshi of your own: real accounts, real signatures, real matching, on this machine.
 *
 * @module
 */
import type {
  CashPlace,
  CounterOrder,
  ListedMarket,
  LocalAccount,
  LocalAccountOptions,
  LocalExchangeListenOptions,
  LocalExchangeOptions,
  LocalKeyOptions,
  LocalKlearMember,
  LocalKlearMemberOptions,
  LocalPage,
  LocalPageOptions,
  RestoredState,
} from "./types.ts";
import type { FixConfig } from "../fix/config.ts";
import type { FixConfigOptions } from "../fix/config_options.ts";
import type { FixProduct, FixSessionKind } from "../contract/fix/sessions.ts";
import { KalshiConfig } from "../config/kalshi_config.ts";
import { PerpsConfig } from "../config/perps_config.ts";
import { KlearConfig } from "../klear/config.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { readOwn } from "../base/plain.ts";
import type { Runtime } from "../runtime/types.ts";
import type { ExchangeClock } from "./clock.ts";
import { priceGrids, worthOf } from "./engine/event_contract.ts";
import type { Account } from "./engine/model.ts";
import * as controls from "./controls.ts";
import type { FeeType } from "./engine/fees.ts";
import type { Fault } from "./faults.ts";
import type { UsageTier } from "./limits.ts";
import type { MemoryRuntimeOptions } from "./types.ts";
import { MemoryNetwork } from "./memory/runtime.ts";
import { assertObject, assertValue, oneOf, readOptions } from "../base/options.ts";
import {
  accountRules,
  exchangeRules,
  keyRules,
  klearMemberRules,
  listenRules,
  memoryRuntimeRules,
  pageRules,
} from "./options.ts";
import type { ExchangeFix, FixGateway } from "./gateways/fix/gateway.ts";
import type { KlearHouse } from "./klear/house.ts";
import { openMember } from "./klear/members.ts";
import { type LocalPerps, localPerps } from "./perps.ts";
import { type FixByProduct, SpokenFix } from "./spoken_fix.ts";
import { servePage } from "./page/server.ts";
import { KlearGateway } from "./gateways/klear/gateway.ts";
import { RestGateway } from "./gateways/rest/gateway.ts";
import { type RunningServer, serve } from "./server.ts";
import { Served } from "./served.ts";
import { parseCount, parseMoney, parsePrice } from "./units.ts";
import type { Exchange } from "./exchange.ts";
import { addKey, openAccount } from "./accounts.ts";
import { KLEAR_ROOT, REST_ROOT } from "./paths.ts";
import { settingsOf } from "./settings.ts";
import { type Opened, openExchange } from "./state/restore.ts";
import { accountOf, steer, type SteeringArguments, type SteeringCommand } from "./steering.ts";
import type { ExchangeSockets } from "./gateways/ws/gateway.ts";

/**
 * A local exchange that speaks Kalshi's REST API and WebSocket, and FIX when it is asked to.
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { LocalExchange } from "@unofficial/kalshi/local-exchange";
 *
 * await using exchange = await LocalExchange.start({ port: 0, seed: 1 });
 * const { auth } = await exchange.createAccount({ balance: "1000.00" });
 * await using client = new KalshiClient({ auth, config: exchange.config });
 * console.log(await client.portfolio.balance());
 * ```
 */
export class LocalExchange implements AsyncDisposable {
  readonly #exchange: Exchange;
  readonly #server: RunningServer | undefined;
  readonly #served: Served;
  readonly #network: MemoryNetwork;
  readonly #fix: FixByProduct;
  readonly #restored: RestoredState | undefined;
  readonly #pages = new Set<LocalPage>();
  readonly #perps: PerpsAccess | undefined;
  /** Where its REST API is: the `baseUrl` of a configuration. */
  readonly baseUrl: string;
  /** Where its WebSocket is: the `wsBaseUrl` of a configuration. */
  readonly wsBaseUrl: string;
  /** A configuration that leads to it. */
  readonly config: KalshiConfig;
  /** Its time, which can be moved. */
  readonly clock: ExchangeClock;
  /** Answers a request in process, without a socket: a `transport` for a client. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Its WebSockets, and what can go wrong with them. */
  readonly sockets: ExchangeSockets;

  private constructor(
    exchange: Exchange,
    served: Served,
    server: RunningServer | undefined,
    fix: FixByProduct,
    restored: RestoredState | undefined,
  ) {
    this.#restored = restored;
    this.#fix = fix;
    this.#served = served;
    this.sockets = served.sockets;
    this.#exchange = exchange;
    this.#server = server;
    this.clock = exchange.clock;
    const host = server === undefined ? "localhost" : `${server.hostname}:${server.port}`;
    this.baseUrl = `http://${host}${REST_ROOT}`;
    this.wsBaseUrl = `ws://${host}${served.sockets.path}`;
    this.config = new KalshiConfig({ baseUrl: this.baseUrl, wsBaseUrl: this.wsBaseUrl });
    this.fetch = (request) => served.rest.fetch(request);
    const { baseUrl, wsBaseUrl } = this;
    const { perpsSockets: sockets } = served;
    const { klear: house } = exchange;
    if (house !== undefined) house.origin = `http://${host}`;
    this.#perps = sockets && house && {
      house,
      klearConfig: new KlearConfig({ baseUrl: `http://${host}${KLEAR_ROOT}` }),
      config: new PerpsConfig({ baseUrl, wsBaseUrl: `ws://${host}${sockets.path}` }),
      controls: localPerps({
        exchange,
        steer: (name, given) => this.#steer(name, given as SteeringArguments[typeof name]),
        sockets,
      }),
    };
    this.#network = new MemoryNetwork({
      gateway: served.rest,
      sockets: served.entrance,
      clock: exchange.clock,
      baseUrl,
      wsBaseUrl,
      fix: Object.values(fix).map(({ hostname, port, gateway: { accept } }) => ({ hostname, port, accept })),
    });
  }

  /**
   * Makes an exchange that does not listen, on any runtime. It is reached through {@linkcode createRuntime}, and its
   * REST API through {@linkcode fetch} as well.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong
   */
  static create(options: LocalExchangeOptions = {}): LocalExchange {
    const own = ownOptions(options);
    const read = readOptions("LocalExchange", own, exchangeRules);
    const opened = openExchange(settingsOf(read), read.state, givenIn(own));
    const { exchange } = opened;
    const klear = klearOf(exchange);
    const rest = new RestGateway(exchange, klear);
    const fix = orClosed(opened, () => SpokenFix.inMemory(exchange, read.fix));
    const restored = opened.restore({ rest, klear, fix: gatewaysOf(fix) });
    return new LocalExchange(exchange, new Served(exchange, rest), undefined, fix, restored);
  }

  /**
   * Makes an exchange that listens on a TCP port, on Deno, Bun and Node.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong
   * @throws {Error} where the runtime cannot listen, or the port is taken
   */
  static async start(options: LocalExchangeListenOptions = {}): Promise<LocalExchange> {
    const own = ownOptions(options);
    const { port, hostname, ...read } = readOptions("LocalExchange", own, listenRules);
    const opened = openExchange(settingsOf(read), read.state, givenIn(own));
    const { exchange } = opened;
    const klear = klearOf(exchange);
    const rest = new RestGateway(exchange, klear);
    const fix = orClosed(opened, () => SpokenFix.forNetwork(exchange, read.fix, hostname));
    const restored = opened.restore({ rest, klear, fix: gatewaysOf(fix) });
    const served = new Served(exchange, rest);
    let server: RunningServer | undefined;
    try {
      server = await serve(served.rest, served.entrance, hostname, port);
      for (const spoken of Object.values(fix)) await spoken.listen();
      return new LocalExchange(exchange, served, server, fix, restored);
    } catch (error) {
      // A port is taken, or a certificate is none: nothing goes on listening, and the state is let go.
      await Promise.all(Object.values(fix).map((spoken) => spoken.close()));
      await server?.close();
      opened.close();
      throw error;
    }
  }

  /** What became of the state that it was started with; undefined where there was none. */
  get restored(): RestoredState | undefined {
    return this.#restored;
  }

  /**
   * Its FIX sessions, and what can go wrong with them.
   *
   * @throws {KalshiConfigError} where it speaks no FIX
   */
  get fix(): ExchangeFix {
    return this.fixOf("event");
  }

  /**
   * The FIX sessions of one product, which has a gateway of its own; {@linkcode fix} is that of event contracts.
   *
   * @throws {KalshiConfigError} where it speaks no FIX, or has no perps
   */
  fixOf(product: FixProduct): ExchangeFix {
    assertValue("fixOf", "product", product, fixProduct);
    return this.#spoken(product).gateway;
  }

  /**
   * A configuration that leads to one kind of its FIX sessions, for a `FixClient`.
   *
   * @param session such as `order-entry`
   * @param options whatever else the configuration is to say, such as `{ logon: { UseDollars: true } }`; with
   * `{ product: "margin" }` it leads to the sessions of perps
   * @throws {KalshiConfigError} where it speaks no FIX or has no perps, for a kind of session that there is not, and for options that a
   * FixConfig does not take
   *
   * @example
   * ```ts
   * import { FixClient } from "@unofficial/kalshi/fix";
   * import { LocalExchange } from "@unofficial/kalshi/local-exchange";
   *
   * await using exchange = await LocalExchange.start({ fix: true });
   * const { auth } = await exchange.createAccount();
   * await using client = await FixClient.connect({ auth, config: exchange.fixConfig("order-entry") });
   * ```
   */
  fixConfig(session: FixSessionKind, options: Partial<FixConfigOptions> = {}): FixConfig {
    assertObject("fixConfig", options);
    const { product = "event" } = readOwn(options);
    assertValue("fixConfig", "product", product, fixProduct);
    return this.#spoken(product).config(session, options);
  }

  /**
   * What can be done to its margin exchange.
   *
   * @throws {KalshiConfigError} where it has no perps
   */
  get perps(): LocalPerps {
    return this.#withPerps().controls;
  }

  /**
   * A configuration that leads to its margin exchange, for a `PerpsClient` and a `PerpsStream`.
   *
   * @throws {KalshiConfigError} where it has no perps
   *
   * @example
   * ```ts
   * import { PerpsClient } from "@unofficial/kalshi/perps";
   * import { LocalExchange } from "@unofficial/kalshi/local-exchange";
   *
   * await using exchange = await LocalExchange.start({ perps: true });
   * const { auth } = await exchange.createAccount();
   * await using client = new PerpsClient({ auth, config: exchange.perpsConfig });
   * console.log(await client.request("GET", "/margin/enabled"));
   * ```
   */
  get perpsConfig(): PerpsConfig {
    return this.#withPerps().config;
  }

  /**
   * A configuration that leads to its clearing house, for a `KlearClient`.
   *
   * @throws {KalshiConfigError} where it has no perps
   *
   * @example
   * ```ts
   * import { KlearClient } from "@unofficial/kalshi/klear";
   * import { LocalExchange } from "@unofficial/kalshi/local-exchange";
   *
   * await using exchange = await LocalExchange.start({ perps: true });
   * const { auth } = await exchange.createKlearMember();
   * await using client = new KlearClient({ auth, config: exchange.klearConfig });
   * console.log(await client.margin.settlementBalance.get());
   * ```
   */
  get klearConfig(): KlearConfig {
    return this.#withPerps().klearConfig;
  }

  /**
   * Makes an account a clearing member: its perps are settled each day at 16:00 in New York, and an admin user of it has
   * an access token for Klear.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong, where it has no perps, for an account that there
   * is not, and for an `adminUserId` that there is already
   * @throws {KalshiAuthError} `AUTH_KEY` for an id or a token that Klear would not take
   */
  async createKlearMember(options: LocalKlearMemberOptions = {}): Promise<LocalKlearMember> {
    const read = readOptions("createKlearMember", options, klearMemberRules);
    const { house } = this.#withPerps();
    const { account } = read;
    const known = account === undefined ? this.#exchange.firstAccount : this.#account(account);
    const id = known?.id ?? (await this.createAccount()).id;
    return await openMember(this.#exchange, house, id, read);
  }

  /**
   * Opens an account with cash and an API key.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong, and for a `keyId` that there is already
   * @throws {KalshiAuthError} `AUTH_KEY` for a key that Kalshi does not take, with what to do
   *
   * @example A key that stays the same when the exchange starts again
   * ```ts
   * import { LocalExchange } from "@unofficial/kalshi/local-exchange";
   *
   * declare const pem: string;
   * await using exchange = await LocalExchange.start({ port: 8080 });
   * await exchange.createAccount({ keyId: "a952bcbe-ec3b-4b5b-b8f9-11dae589608c", privateKey: pem });
   * ```
   */
  async createAccount(options: LocalAccountOptions = {}): Promise<LocalAccount> {
    return await openAccount(this.#exchange, readOptions("createAccount", options, accountRules));
  }

  /**
   * Gives an account one more API key: a key has one FIX connection at a time, and a listener's may need to `read` alone.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong, for a `keyId` that there is already, and for an
   * account or a subaccount that there is not
   * @throws {KalshiAuthError} `AUTH_KEY` for a key that Kalshi does not take, with what to do
   */
  async createKey(accountId: string, options: LocalKeyOptions = {}): Promise<LocalAccount> {
    const read = readOptions("createKey", options, keyRules);
    return await addKey(this.#exchange, this.#account(accountId), read);
  }

  /**
   * Serves a page that shows the exchange and trades on it, on a port of its own, on Deno, Bun and Node. Open its `url` in a
   * browser: it holds the session's token, without which nobody gets more than the empty page.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong, and for an account that there is not
   * @throws {Error} where the runtime cannot listen, or the port is taken
   *
   * @example
   * ```ts
   * import { LocalExchange } from "@unofficial/kalshi/local-exchange";
   *
   * await using exchange = await LocalExchange.start({ port: 8080, stepMs: 1_000 });
   * const page = await exchange.servePage({ port: 8081 });
   * console.log(page.url);
   * ```
   */
  async servePage(options: LocalPageOptions = {}): Promise<LocalPage> {
    const { port, hostname, account: id, token } = readOptions("servePage", options, pageRules);
    const account = id === undefined ? this.#exchange.firstAccount : this.#account(id);
    const caller = {
      id: "page",
      account: account ?? this.#account((await this.createAccount()).id),
      scopes: ["read", "write"],
      subaccount: undefined,
    };
    const page = await servePage({
      controlled: this,
      exchange: this.#exchange,
      gateway: this.#served.rest,
      config: this.config,
      perpsConfig: this.#perps?.config,
      caller,
      runtime: this.#network.runtime({}, caller),
    }, { port, hostname, token });
    this.#pages.add(page);
    return page;
  }

  /**
   * Makes a runtime whose network is this exchange: HTTP and WebSockets in memory, with the same signatures, answers and
   * faults as over sockets, on any runtime. With one `ManualClock` for the exchange and its clients everything happens
   * when that is moved, and the same way each time.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong
   *
   * @example
   * ```ts
   * import { KalshiStream } from "@unofficial/kalshi/stream";
   * import { LocalExchange } from "@unofficial/kalshi/local-exchange";
   *
   * await using exchange = LocalExchange.create({ seed: 1 });
   * const { auth } = await exchange.createAccount();
   * const runtime = exchange.createRuntime();
   * await using stream = await KalshiStream.connect({ auth, config: exchange.config, runtime });
   * const book = await stream.orderBook(exchange.openTickers()[0] ?? "");
   * console.log(book.bestBid);
   * ```
   */
  createRuntime(options: MemoryRuntimeOptions = {}): Runtime {
    return this.#network.runtime(readOptions("createRuntime", options, memoryRuntimeRules));
  }

  /**
   * Answers the next requests with a fault.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong, and without `status` and `delayMs`
   */
  fail(fault: Fault): void {
    this.#exchange.faults.add(controls.readFault(fault));
  }

  /** Forgets every fault that waits. */
  clearFaults(): void {
    this.#exchange.faults.clear();
  }

  /**
   * Sets how many milliseconds the exchange's wall clock is ahead: what signatures are checked against and what
   * `Date` headers show. Its markets do not notice.
   */
  setClockSkew(ms: number): void {
    assertValue("setClockSkew", "ms", ms, controls.argument.skewMs);
    this.#exchange.skew(ms);
  }

  /** Lets the market makers move `times` rounds; the books change and some trades happen. */
  step(times = 1): void {
    assertValue("step", "times", times, controls.argument.rounds);
    this.#steer("step", { rounds: times });
  }

  /**
   * Lets the market makers move by themselves each so many milliseconds, as `stepMs` does from the start; undefined lets
   * them wait for {@linkcode step}.
   */
  setPace(stepMs: number | undefined): void {
    if (stepMs !== undefined) assertValue("setPace", "stepMs", stepMs, exchangeRules.stepMs);
    this.#steer("pace", { stepMs });
  }

  /**
   * Places an order of somebody else's, who never runs out of cash; returns its id.
   *
   * @throws {KalshiConfigError} for an option that is unknown, missing or wrong, and for an order that is refused
   */
  placeCounterOrder(order: CounterOrder): string {
    const { ticker, side, price: dollars, count: contracts } = controls.readCounterOrder(order);
    const price = parsePrice(dollars);
    const count = parseCount(contracts);
    if (!this.#exchange.catalog.markets.has(ticker) || price === undefined || count === undefined) {
      throw new KalshiConfigError(`No such market, price or count: ${ticker}, ${dollars}, ${contracts}.`);
    }
    return this.#steer("counterOrder", { ticker, side, price, count }) as string;
  }

  /** Pays cash into an account, or out of it with an amount below zero, such as `"-20.00"`. */
  deposit(accountId: string, amount: string, where: CashPlace = {}): void {
    const { subaccount = 0, exchangeIndex: shard = 0 } = controls.readDeposit(amount, where);
    this.#steer("deposit", { account: accountId, amount: parseMoney(amount) ?? 0, subaccount, shard });
  }

  /** Moves an account to another tier of rate limits. */
  setUsageTier(accountId: string, tier: UsageTier): void {
    assertValue("setUsageTier", "tier", tier, controls.argument.usageTier);
    this.#steer("usageTier", { account: this.#account(accountId).id, tier });
  }

  /**
   * Tokens that are left in an account's rate buckets, of those that it has drawn on: `read`, `write`, and `write:2`
   * for that of shard 2. Empty while `rateLimits` is off.
   */
  rateTokens(accountId: string): Record<string, number> {
    const { limits, clock } = this.#exchange;
    return limits.tokens(this.#account(accountId), clock.now());
  }

  /**
   * Lists a market that opens at once, in a series of its own; returns its ticker. Nobody quotes in it. Its
   * `price_level_structure` is `linear_cent` unless told.
   */
  listMarket(options: ListedMarket): string {
    const read = controls.readListedMarket(options);
    const { ticker, title = ticker, closesInMs = 86_400_000, priceLevelStructure: grid = "linear_cent" } =
      read;
    assertPriceGrid(grid);
    this.#steer("listMarket", { ticker, title, closesInMs, grid });
    return ticker;
  }

  /** Pauses a market, or ends its pause, which cancels what rests in it. */
  setMarketActive(ticker: string, active: boolean): void {
    assertValue("setMarketActive", "active", active, controls.argument.flag);
    this.#steer("marketActive", { ticker, active });
  }

  /** Moves a market's close to a time in Unix milliseconds; a market that had closed opens again. */
  setCloseTime(ticker: string, atMs: number): void {
    this.#assertTime("setCloseTime", atMs);
    this.#steer("closeTime", { ticker, atMs });
  }

  /** Changes a market's price grid, by the name in `price_level_structure`; resting orders stay. */
  setPriceLevelStructure(ticker: string, structure: string): void {
    assertPriceGrid(structure);
    this.#steer("priceGrid", { ticker, grid: structure });
  }

  /**
   * Makes a market's outcome known: `yes`, `no`, or what a YES contract is worth, such as `"0.2500"`. The market
   * closes if it has not, and pays out after its settlement timer, or right away with `settle: true`.
   */
  determine(ticker: string, outcome: string, options: { readonly settle?: boolean } = {}): void {
    const { settle = false } = controls.readDetermine(outcome, options);
    const value = outcome === "yes" || outcome === "no" ? worthOf(outcome) : parsePrice(outcome) ?? 0;
    this.#steer("determine", { ticker, value, settle });
  }

  /**
   * Pays a determined market out at once, before its settlement timer is over.
   *
   * @throws {KalshiConfigError} for a market that there is not, and for one that is not determined
   */
  settle(ticker: string): void {
    this.#steer("settle", { ticker });
  }

  /** Changes the fees of a series, at once or at a time in Unix milliseconds. */
  setSeriesFees(seriesTicker: string, feeType: FeeType, feeMultiplier: number, atMs?: number): void {
    controls.assertFees("setSeriesFees", feeType ?? null, feeMultiplier ?? null);
    if (atMs !== undefined) this.#assertTime("setSeriesFees", atMs);
    this.#steer("seriesFees", { series: seriesTicker, type: feeType, multiplier: feeMultiplier, atMs });
    this.#exchange.tick();
  }

  /** Sets fees of an event's own, at once or at a time in Unix milliseconds; undefined clears them. */
  setEventFees(eventTicker: string, feeType?: FeeType, feeMultiplier?: number, atMs?: number): void {
    controls.assertFees("setEventFees", feeType, feeMultiplier);
    if (atMs !== undefined) this.#assertTime("setEventFees", atMs);
    this.#steer("eventFees", { event: eventTicker, type: feeType, multiplier: feeMultiplier, atMs });
    this.#exchange.tick();
  }

  /**
   * Sets until when (Unix milliseconds) data is historical, which moves it from the live operations to those below
   * `/historical`; undefined goes back to Kalshi's windows of 90 days, and 14 for orders.
   */
  setHistoricalCutoff(atMs: number | undefined): void {
    if (atMs !== undefined) this.#assertTime("setHistoricalCutoff", atMs);
    this.#steer("historicalCutoff", { atMs });
  }

  /** Pauses trading (cancels go through) or the whole exchange, or ends both. */
  pause(what: "trading" | "exchange" | "nothing"): void {
    assertValue("pause", "what", what, controls.argument.pause);
    this.#steer("pause", { what });
  }

  /** Tickers of the markets that are open for trading, in the order they were listed. */
  openTickers(): string[] {
    this.#exchange.tick();
    return this.#exchange.catalog.listed
      .filter(({ market }) => market.status === "active")
      .map(({ market }) => market.ticker);
  }

  /** Stops listening and ends every connection, those of its pages too. A second call is harmless. */
  async close(): Promise<void> {
    const pages = [...this.#pages].map((page) => page.close());
    this.#served.entrance.close();
    const fix = Object.values(this.#fix).map((spoken) => spoken.close());
    this.#network.close();
    await Promise.all([...fix, ...pages]);
    await this.#server?.close();
    this.#exchange.close();
  }

  /** Same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #spoken(product: FixProduct): SpokenFix {
    const spoken = this.#fix[product];
    if (spoken !== undefined) return spoken;
    throw new KalshiConfigError(
      Object.keys(this.#fix).length === 0
        ? "This exchange speaks no FIX: start it with { fix: true }."
        : "This exchange has no perps, nor FIX for them: start it with { fix: true, perps: true }.",
    );
  }

  #withPerps(): PerpsAccess {
    if (this.#perps !== undefined) return this.#perps;
    throw new KalshiConfigError("This exchange has no perps: start it with { perps: true }.");
  }

  #assertTime(owner: string, atMs: unknown): void {
    controls.assertTime(owner, atMs, this.#exchange.clock.now());
  }

  #account(id: string): Account {
    return accountOf(this.#exchange, id);
  }

  /** Does what was checked, after everything that is due by now. */
  #steer<Name extends keyof SteeringArguments>(name: Name, given: SteeringArguments[Name]): unknown {
    const command = { name, given } as SteeringCommand;
    this.#exchange.tick();
    this.#exchange.keep({ do: "steer", ...command });
    return steer(this.#exchange, command);
  }
}

/** What leads to the margin exchange. */
interface PerpsAccess {
  readonly house: KlearHouse;
  readonly klearConfig: KlearConfig;
  readonly config: PerpsConfig;
  readonly controls: LocalPerps;
}

/** Does something; when it fails, the state is let go. */
function orClosed<T>(opened: Opened, work: () => T): T {
  try {
    return work();
  } catch (error) {
    opened.close();
    throw error;
  }
}

/** A copy of the options, each read once. */
function ownOptions<T extends object>(options: T): T {
  assertObject("LocalExchange", options);
  return readOwn(options as Record<string, unknown>) as T;
}

/** The options that were given. */
function givenIn(options: object): ReadonlySet<string> {
  return new Set(Object.entries(options).flatMap(([name, value]) => value === undefined ? [] : name));
}

/** Refuses the name of a price grid that there is not. */
function assertPriceGrid(name: string): void {
  if (Object.hasOwn(priceGrids, name)) return;
  throw new KalshiConfigError(
    `No price level structure ${name}. Known: ${Object.keys(priceGrids).join(", ")}.`,
  );
}

const fixProduct = oneOf<FixProduct>("event", "margin");

/** The gateway of its clearing house; undefined where there are no perps to clear. */
function klearOf(exchange: Exchange): KlearGateway | undefined {
  return exchange.klear && new KlearGateway(exchange, exchange.klear);
}

/** The gateways of what is spoken. */
function gatewaysOf(fix: FixByProduct): Partial<Record<FixProduct, FixGateway>> {
  return Object.fromEntries(Object.entries(fix).map(([product, { gateway }]) => [product, gateway]));
}
