/**
 * A Kalshi of your own: real accounts, real signatures, real matching, on this machine.
 *
 * @module
 */
import { KalshiAuth } from "../auth/kalshi_auth.ts";
import type { Clock } from "../clock.ts";
import { KalshiConfig } from "../config.ts";
import { KalshiConfigError } from "../errors.ts";
import { ExchangeClock } from "./clock.ts";
import type { Account } from "./engine/ledger.ts";
import type { Side } from "./engine/types.ts";
import type { Fault } from "./faults.ts";
import { Gateway } from "./gateway.ts";
import { generateKey, type KeyType } from "./keys.ts";
import { type RunningServer, serve } from "./server.ts";
import { parseCount, parseMoney, parsePrice } from "./units.ts";
import { type ErrorBodies, Venue } from "./venue.ts";

/** How to make an exchange. */
export interface LocalExchangeOptions {
  /** The same seed lists the same markets with the same books; 1 unless told. */
  readonly seed?: number | undefined;
  /** The clock that its time follows; the system's unless told. */
  readonly clock?: Clock | undefined;
  /** How many markets to list at least; 240 unless told. */
  readonly markets?: number | undefined;
  /** Whether market makers quote in the markets; true unless told. */
  readonly marketMakers?: boolean | undefined;
  /**
   * How error bodies are written: `flat`, `{ code, message, details }`, as Kalshi's specification has them (the
   * default), or `nested`, the same below `error`, as Kalshi's servers have been seen to answer.
   */
  readonly errorBodies?: ErrorBodies | undefined;
  /** Told when the exchange itself fails, which a client sees as a 500; `console.error` unless told. */
  readonly onInternalError?: ((error: unknown) => void) | undefined;
}

/** How to make an exchange that listens. */
export interface LocalExchangeListenOptions extends LocalExchangeOptions {
  /** TCP port; 0 (the default) takes any that is free. */
  readonly port?: number | undefined;
  /** Address to listen on; `127.0.0.1` unless told. */
  readonly hostname?: string | undefined;
}

/** How to make an account. */
export interface LocalAccountOptions {
  /** Cash in dollars; `"1000.00"` unless told. */
  readonly balance?: string | undefined;
  /** Kind of its API key; `ed25519` unless told. Making an `rsa` key takes a fraction of a second. */
  readonly keyType?: KeyType | undefined;
  /**
   * What its balance is rounded to after each fill: `"0.0001"` for direct members (the default), `"0.01"` for
   * others.
   */
  readonly balancePrecision?: "0.0001" | "0.01" | undefined;
}

/** An account of a local exchange. */
export interface LocalAccount {
  /** Its user id. */
  readonly id: string;
  /** Id of its API key. */
  readonly keyId: string;
  /** Private key of its API key, in PEM: PKCS#1 for RSA, PKCS#8 for Ed25519, as Kalshi hands them out. */
  readonly privateKey: string;
  /** Signs as the account. */
  readonly auth: KalshiAuth;
}

/** An order that somebody else places, to trade with. */
export interface CounterOrder {
  /** Ticker of the market. */
  readonly ticker: string;
  /** `bid` buys YES, `ask` sells it. */
  readonly side: Side;
  /** YES price in dollars. */
  readonly price: string;
  /** Contracts. */
  readonly count: string;
}

const DEFAULT_MARKETS = 240;
const NO_SOCKET = "http://localhost/trade-api/v2";

/**
 * A local exchange that speaks Kalshi's REST API.
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
  readonly #venue: Venue;
  readonly #gateway: Gateway;
  readonly #server: RunningServer | undefined;
  #counterparty: Account | undefined;
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

  private constructor(venue: Venue, gateway: Gateway, server: RunningServer | undefined) {
    this.#venue = venue;
    this.#gateway = gateway;
    this.#server = server;
    this.clock = venue.clock;
    const host = server === undefined ? undefined : `${server.hostname}:${server.port}`;
    this.baseUrl = host === undefined ? NO_SOCKET : `http://${host}/trade-api/v2`;
    this.wsBaseUrl = host === undefined ? "ws://localhost/trade-api/ws/v2" : `ws://${host}/trade-api/ws/v2`;
    this.config = new KalshiConfig({ baseUrl: this.baseUrl, wsBaseUrl: this.wsBaseUrl });
    this.fetch = (request) => this.#fetch(request);
  }

  /** Makes an exchange that is reached through {@linkcode fetch} alone, on any runtime. */
  static create(options: LocalExchangeOptions = {}): LocalExchange {
    const venue = makeVenue(options);
    return new LocalExchange(venue, new Gateway(venue), undefined);
  }

  /**
   * Makes an exchange that listens on a TCP port, on Deno, Bun and Node.
   *
   * @throws {Error} where the runtime cannot listen, or the port is taken
   */
  static async start(options: LocalExchangeListenOptions = {}): Promise<LocalExchange> {
    const { port = 0, hostname = "127.0.0.1", ...rest } = options;
    const venue = makeVenue(rest);
    const gateway = new Gateway(venue);
    return new LocalExchange(venue, gateway, await serve(gateway, hostname, port));
  }

  /** Opens an account with cash and an API key. */
  async createAccount(options: LocalAccountOptions = {}): Promise<LocalAccount> {
    const { balance = "1000.00", keyType = "ed25519", balancePrecision = "0.0001" } = options;
    const amount = parseMoney(balance);
    if (amount === undefined || amount < 0) {
      throw new KalshiConfigError(
        `\`balance\` takes dollars such as "1000.00"; got ${JSON.stringify(balance)}.`,
      );
    }
    const { engine, random, keys } = this.#venue;
    const { publicKey, privateKey } = await generateKey(keyType);
    const account = engine.open(balancePrecision === "0.01" ? 10_000 : 100);
    engine.deposit(account.wallet(0, 0), amount);
    const keyId = random.uuid();
    keys.set(keyId, {
      id: keyId,
      name: "local",
      account,
      type: keyType,
      publicKey,
      scopes: ["read", "write"],
      subaccount: undefined,
    });
    return { id: account.id, keyId, privateKey, auth: await KalshiAuth.fromPem(keyId, privateKey) };
  }

  /** Answers the next requests with a fault. */
  fail(fault: Fault): void {
    this.#venue.faults.add(fault);
  }

  /** Forgets every fault that waits. */
  clearFaults(): void {
    this.#venue.faults.clear();
  }

  /**
   * Sets how many milliseconds the exchange's wall clock is ahead: what signatures are checked against and what
   * `Date` headers show. Its markets do not notice.
   */
  setClockSkew(ms: number): void {
    this.#venue.skewMs = ms;
  }

  /** Lets the market makers move `times` rounds; the books change and some trades happen. */
  step(times = 1): void {
    this.#venue.tick();
    for (let round = 0; round < times; round++) this.#venue.makers?.step();
  }

  /** Places an order of somebody else's, who never runs out of cash; returns its id. */
  placeCounterOrder({ ticker, side, price, count }: CounterOrder): string {
    this.#venue.tick();
    const { engine, catalog } = this.#venue;
    const market = catalog.markets.get(ticker)?.market;
    const ticks = parsePrice(price);
    const size = parseCount(count);
    if (market === undefined || ticks === undefined || size === undefined) {
      throw new KalshiConfigError(`No such market, price or count: ${ticker}, ${price}, ${count}.`);
    }
    const wallet = (this.#counterparty ??= engine.open()).wallet(0, market.shard);
    engine.deposit(wallet, size * 10_000);
    const placed = engine.place({
      wallet,
      market,
      clientOrderId: "",
      side,
      price: ticks,
      count: size,
      timeInForce: "good_till_canceled",
      selfTradePrevention: "maker",
    });
    if ("refused" in placed) {
      throw new KalshiConfigError(`The exchange refused the order: ${placed.refused}.`);
    }
    return placed.order.id;
  }

  /** Pauses trading (cancels go through) or the whole exchange, or ends both. */
  pause(what: "trading" | "exchange" | "nothing"): void {
    this.#venue.tick();
    this.#venue.engine.pause(what);
  }

  /** Tickers of the markets that are open for trading, in the order they were listed. */
  openTickers(): string[] {
    this.#venue.tick();
    return this.#venue.catalog.listed
      .filter(({ market }) => market.status === "active")
      .map(({ market }) => market.ticker);
  }

  /** Stops listening and ends every connection. A second call is harmless. */
  async close(): Promise<void> {
    await this.#server?.close();
  }

  /** Same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #fetch(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const { status, headers, body } = await this.#gateway.answer({
      method: request.method,
      target: pathname + search,
      header: (name) => request.headers.get(name) ?? undefined,
      body: await request.text(),
    });
    return new Response(body ?? null, { status, headers });
  }
}

function makeVenue(options: LocalExchangeOptions): Venue {
  const {
    seed = 1,
    clock,
    markets = DEFAULT_MARKETS,
    marketMakers = true,
    errorBodies = "flat",
    onInternalError = (error) => console.error(error),
  } = options;
  return new Venue({
    seed,
    clock: new ExchangeClock(clock),
    markets,
    marketMakers,
    errorBodies,
    onInternalError,
  });
}
