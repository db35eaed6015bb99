/**
 * A Kalshi of your own: real accounts, real signatures, real matching, on this machine.
 *
 * @module
 */
import type { KalshiConfig } from "../config/kalshi_config.ts";
import type { PerpsConfig } from "../config/perps_config.ts";
import type { FixProduct, FixSessionKind } from "../contract/fix/sessions.ts";
import type { FixConfig } from "../fix/config.ts";
import type { FixConfigOptions } from "../fix/config_options.ts";
import type { KlearConfig } from "../klear/config.ts";
import type { Runtime } from "../runtime/types.ts";
import type { ExchangeClock } from "./clock.ts";
import type { FeeType } from "./engine/fees.ts";
import { EventControls } from "./event_controls.ts";
import type { Fault } from "./faults.ts";
import { fixConfigOf, gatewayOf } from "./fix_by_product.ts";
import type { ExchangeFix } from "./gateways/fix/gateway.ts";
import type { ExchangeSockets } from "./gateways/ws/gateway.ts";
import type { UsageTier } from "./limits.ts";
import { type LocalObserver, observe } from "./observe.ts";
import { openPage } from "./open_page.ts";
import type { MirrorableStream } from "./mirror/live_feed.ts";
import { type LocalMirror, openMirror } from "./mirror/local_mirror.ts";
import type { LocalMirrorOptions } from "./mirror/options.ts";
import { type LocalReplay, openReplay } from "./replay/local_replay.ts";
import type { LocalReplayOptions } from "./replay/options.ts";
import type { RecordingSource } from "./replay/source.ts";
import type { RunReportOptions } from "./report/options.ts";
import { createAccount, createKey, createKlearMember, createRuntime } from "./create.ts";
import type { LocalPerps } from "./perps.ts";
import { needPerps } from "./perps_access.ts";
import { type Running, startInMemory, startListening, stop } from "./start.ts";
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
  MemoryRuntimeOptions,
  RestoredState,
} from "./types.ts";

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
  readonly #running: Running;
  readonly #controls: EventControls;
  readonly #pages = new Set<LocalPage>();
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

  private constructor(running: Running) {
    const { exchange, served } = running;
    this.#running = running;
    this.#controls = new EventControls(exchange);
    this.baseUrl = running.baseUrl;
    this.wsBaseUrl = running.wsBaseUrl;
    this.config = running.config;
    this.clock = exchange.clock;
    this.fetch = (request) => served.rest.fetch(request);
    this.sockets = served.sockets;
  }

  /**
   * Makes an exchange that does not listen, on any runtime. It is reached through {@linkcode createRuntime}, and its
   * REST API through {@linkcode fetch} as well.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong
   */
  static create(options: LocalExchangeOptions = {}): LocalExchange {
    return new LocalExchange(startInMemory(options));
  }

  /**
   * Makes an exchange that listens on a TCP port, on Deno, Bun and Node.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong
   * @throws {Error} where the runtime cannot listen, or the port is taken
   */
  static async start(options: LocalExchangeListenOptions = {}): Promise<LocalExchange> {
    return new LocalExchange(await startListening(options));
  }

  /**
   * Replays a recording: the recorded markets move through the matching engine on a clock of their own, and the orders of
   * your bot meet them by price, time and a model of the queue. Only event contracts can be replayed.
   *
   * @param recording a `Recording` of `@unofficial/kalshi/recordings`, or anything that gives its items in order
   * @throws {KalshiConfigError} for an option that is unknown or wrong, and for a recording that is empty or of perps
   * @throws {KalshiRecordingError} where the recording cannot be read
   *
   * @example
   * ```ts
   * import { KalshiClient } from "@unofficial/kalshi";
   * import { LocalExchange } from "@unofficial/kalshi/local-exchange";
   * import { openRecording } from "@unofficial/kalshi/recordings";
   * import { KalshiStream } from "@unofficial/kalshi/stream";
   *
   * const recording = await openRecording("./recordings");
   * await using replay = await LocalExchange.replay(recording, { latencyMs: 20 });
   * const { auth } = await replay.createAccount({ balance: "1000.00" });
   * const { config, runtime, clock } = replay;
   * await using client = new KalshiClient({ auth, config, runtime, clock });
   * await using stream = await KalshiStream.connect({ auth, config, runtime, clock });
   * // … your bot begins, with this client and this stream …
   * const report = await replay.run();
   * console.log(report.summary.pnl, replay.summary().frames);
   * await report.save("./report");
   * ```
   */
  static replay(
    recording: RecordingSource,
    options: LocalReplayOptions = {},
  ): Promise<LocalReplay<LocalExchange>> {
    return openReplay(recording, options, (running) => new LocalExchange(running));
  }

  /**
   * Mirrors a live market, for paper trading: an exchange of your own whose books are the live ones, where the orders of
   * your bot meet them by price, time and a model of the queue. Nothing is sent to the live exchange but subscriptions and
   * look-ups. While the live feed is lost, nothing trades. Only event contracts can be mirrored.
   *
   * @param stream a `KalshiStream`, or a `NatsFeed`; it stays open when the mirror is closed
   * @throws {KalshiConfigError} for an option that is unknown or wrong, for perps, and where none of the markets is open
   * @throws {KalshiNotFoundError} for a market that there is not
   * @throws what `subscribe` throws
   * @throws {Error} where the runtime cannot listen, or the port is taken
   *
   * @example
   * ```ts
   * import { KalshiClient } from "@unofficial/kalshi";
   * import { LocalExchange } from "@unofficial/kalshi/local-exchange";
   *
   * await using live = await KalshiClient.fromEnv();
   * await using stream = await live.stream();
   * await using mirror = await LocalExchange.mirror(stream, {
   *   tickers: ["KXHIGHNY-26NOV24-T60"],
   *   lookup: live,
   *   onHalt: ({ ticker, reason }) => console.warn("halted:", ticker ?? "everything", reason),
   * });
   * const { auth } = await mirror.createAccount({ balance: "1000.00" });
   * await using client = new KalshiClient({ auth, config: mirror.config, runtime: mirror.runtime });
   * // … your bot trades, with this client and its streams …
   * console.log(mirror.status(), mirror.report().summary.pnl);
   * ```
   */
  static mirror(stream: MirrorableStream, options: LocalMirrorOptions): Promise<LocalMirror<LocalExchange>> {
    return openMirror(stream, options, (running) => new LocalExchange(running));
  }

  /** What became of the state that it was started with; undefined where there was none. */
  get restored(): RestoredState | undefined {
    return this.#running.restored;
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
    return gatewayOf(this.#running.fix, product);
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
    return fixConfigOf(this.#running.fix, session, options);
  }

  /**
   * What can be done to its margin exchange.
   *
   * @throws {KalshiConfigError} where it has no perps
   */
  get perps(): LocalPerps {
    return needPerps(this.#running.perps).controls;
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
    return needPerps(this.#running.perps).config;
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
    return needPerps(this.#running.perps).klearConfig;
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
    return await createKlearMember(this.#running, options);
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
    return await createAccount(this.#running, options);
  }

  /**
   * Gives an account one more API key: a key has one FIX connection at a time, and a listener's may need to `read` alone.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong, for a `keyId` that there is already, and for an
   * account or a subaccount that there is not
   * @throws {KalshiAuthError} `AUTH_KEY` for a key that Kalshi does not take, with what to do
   */
  async createKey(accountId: string, options: LocalKeyOptions = {}): Promise<LocalAccount> {
    return await createKey(this.#running, accountId, options);
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
    const page = await openPage(this, this.#running, options);
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
    return createRuntime(this.#running, options);
  }

  /**
   * Answers the next requests with a fault.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong, and without `status` and `delayMs`
   */
  fail(fault: Fault): void {
    this.#controls.fail(fault);
  }

  /** Forgets every fault that waits. */
  clearFaults(): void {
    this.#controls.clearFaults();
  }

  /**
   * Sets how many milliseconds the exchange's wall clock is ahead: what signatures are checked against and what
   * `Date` headers show. Its markets do not notice.
   */
  setClockSkew(ms: number): void {
    this.#controls.setClockSkew(ms);
  }

  /** Lets the market makers move `times` rounds; the books change and some trades happen. */
  step(times = 1): void {
    this.#controls.step(times);
  }

  /**
   * Lets the market makers move by themselves each so many milliseconds, as `stepMs` does from the start; undefined lets
   * them wait for {@linkcode step}.
   */
  setPace(stepMs: number | undefined): void {
    this.#controls.setPace(stepMs);
  }

  /**
   * Places an order of somebody else's, who never runs out of cash; returns its id.
   *
   * @throws {KalshiConfigError} for an option that is unknown, missing or wrong, and for an order that is refused
   */
  placeCounterOrder(order: CounterOrder): string {
    return this.#controls.placeCounterOrder(order);
  }

  /** Pays cash into an account, or out of it with an amount below zero, such as `"-20.00"`. */
  deposit(accountId: string, amount: string, where: CashPlace = {}): void {
    this.#controls.deposit(accountId, amount, where);
  }

  /** Moves an account to another tier of rate limits. */
  setUsageTier(accountId: string, tier: UsageTier): void {
    this.#controls.setUsageTier(accountId, tier);
  }

  /**
   * Tokens that are left in an account's rate buckets, of those that it has drawn on: `read`, `write`, and `write:2`
   * for that of shard 2. Empty while `rateLimits` is off.
   */
  rateTokens(accountId: string): Record<string, number> {
    return this.#controls.rateTokens(accountId);
  }

  /**
   * Lists a market that opens at once, in a series of its own; returns its ticker. Nobody quotes in it. Its
   * `price_level_structure` is `linear_cent` unless told.
   */
  listMarket(options: ListedMarket): string {
    return this.#controls.listMarket(options);
  }

  /** Pauses a market, or ends its pause, which cancels what rests in it. */
  setMarketActive(ticker: string, active: boolean): void {
    this.#controls.setMarketActive(ticker, active);
  }

  /** Moves a market's close to a time in Unix milliseconds; a market that had closed opens again. */
  setCloseTime(ticker: string, atMs: number): void {
    this.#controls.setCloseTime(ticker, atMs);
  }

  /** Changes a market's price grid, by the name in `price_level_structure`; resting orders stay. */
  setPriceLevelStructure(ticker: string, structure: string): void {
    this.#controls.setPriceLevelStructure(ticker, structure);
  }

  /**
   * Makes a market's outcome known: `yes`, `no`, or what a YES contract is worth, such as `"0.2500"`. The market
   * closes if it has not, and pays out after its settlement timer, or right away with `settle: true`.
   */
  determine(ticker: string, outcome: string, options: { readonly settle?: boolean } = {}): void {
    this.#controls.determine(ticker, outcome, options);
  }

  /**
   * Pays a determined market out at once, before its settlement timer is over.
   *
   * @throws {KalshiConfigError} for a market that there is not, and for one that is not determined
   */
  settle(ticker: string): void {
    this.#controls.settle(ticker);
  }

  /** Changes the fees of a series, at once or at a time in Unix milliseconds. */
  setSeriesFees(seriesTicker: string, feeType: FeeType, feeMultiplier: number, atMs?: number): void {
    this.#controls.setSeriesFees(seriesTicker, feeType, feeMultiplier, atMs);
  }

  /** Sets fees of an event's own, at once or at a time in Unix milliseconds; undefined clears them. */
  setEventFees(eventTicker: string, feeType?: FeeType, feeMultiplier?: number, atMs?: number): void {
    this.#controls.setEventFees(eventTicker, feeType, feeMultiplier, atMs);
  }

  /**
   * Sets until when (Unix milliseconds) data is historical, which moves it from the live operations to those below
   * `/historical`; undefined goes back to Kalshi's windows of 90 days, and 14 for orders.
   */
  setHistoricalCutoff(atMs: number | undefined): void {
    this.#controls.setHistoricalCutoff(atMs);
  }

  /** Pauses trading (cancels go through) or the whole exchange, or ends both. */
  pause(what: "trading" | "exchange" | "nothing"): void {
    this.#controls.pause(what);
  }

  /** Tickers of the markets that are open for trading, in the order they were listed. */
  openTickers(): string[] {
    return this.#controls.openTickers();
  }

  /**
   * Watches accounts, for a report of what they trade from now on: P&L, fills, fees, exposure, adverse selection. It is
   * about event contracts; perps are no part of it.
   *
   * @param accountIds such as the `id` of `createAccount`
   * @throws {KalshiConfigError} for an option that is unknown or wrong, and for an account that there is not
   *
   * @example
   * ```ts
   * import { LocalExchange } from "@unofficial/kalshi/local-exchange";
   *
   * await using exchange = LocalExchange.create({ seed: 1 });
   * const account = await exchange.createAccount();
   * const observer = exchange.observe([account.id]);
   * // … your bot trades …
   * console.log(observer.report().summary.pnl);
   * ```
   */
  observe(accountIds: readonly string[], options: RunReportOptions = {}): LocalObserver {
    return observe(this.#running.exchange, accountIds, options);
  }

  /** Stops listening and ends every connection, those of its pages too. A second call is harmless. */
  async close(): Promise<void> {
    await stop(this.#running, this.#pages);
  }

  /** Same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
