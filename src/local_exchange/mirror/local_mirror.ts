/**
 * A live market, mirrored: an exchange of one's own whose books are the live ones, for paper trading.
 *
 * @module
 */
import { type Clock, systemClock } from "../../base/clock.ts";
import { KalshiConfigError } from "../../base/errors.ts";
import { assertValue, having, type Read, readOptions } from "../../base/options.ts";
import type { KalshiConfig } from "../../config/kalshi_config.ts";
import { isPerpsConfig } from "../../config/perps_config.ts";
import { type FoundMarket, MarketLookups } from "../../recordings/market_lookup.ts";
import type { Runtime } from "../../runtime/types.ts";
import { createAccount } from "../create.ts";
import { RunObserver, type RunReport, runReportRules } from "../report/mod.ts";
import { type Running, startTaped, startTapedListening, stop } from "../start.ts";
import { accountOf } from "../steering.ts";
import { isCrowd } from "../tape/crowd.ts";
import { TapeReader } from "../tape/frames.ts";
import { unsettledSetting } from "../tape/market_end.ts";
import { Tape } from "../tape/tape.ts";
import type { LocalAccount, LocalAccountOptions } from "../types.ts";
import { Follower } from "./follower.ts";
import { LiveFeed, type MirrorableStream } from "./live_feed.ts";
import { lookUp } from "./look_up.ts";
import { type LocalMirrorOptions, localMirrorRules } from "./options.ts";
import type { MirrorStatus } from "./status.ts";

type ReadMirror = Read<LocalMirrorOptions, typeof localMirrorRules>;

/** What a mirror is made of. */
interface Parts<Exchange> {
  readonly exchange: Exchange;
  readonly running: Running;
  readonly tape: Tape;
  readonly follower: Follower;
  readonly feed: LiveFeed;
  readonly lookups: MarketLookups;
  readonly observer: RunObserver;
}

let makeMirror: <Exchange>(parts: Parts<Exchange>) => LocalMirror<Exchange>;

/**
 * Opens a mirror; `facade` makes of what runs what its users see.
 *
 * @throws what `LocalExchange.mirror` throws
 */
export async function openMirror<Exchange>(
  stream: MirrorableStream,
  options: LocalMirrorOptions,
  facade: (running: Running) => Exchange,
): Promise<LocalMirror<Exchange>> {
  assertValue("LocalExchange.mirror", "stream", stream, streamRule);
  if (isPerpsConfig((stream as { readonly config?: unknown }).config)) {
    throw new KalshiConfigError(
      "LocalExchange.mirror: `stream` is of perps, which are not mirrored. Give it a KalshiStream or a NatsFeed.",
    );
  }
  const read = readOptions("LocalExchange.mirror", options, localMirrorRules);
  const tickers = [...new Set(read.tickers)];
  const { lookup, signal } = read;
  const found = await Promise.all(tickers.map((ticker) => lookUp(lookup, ticker, { signal })));
  const running = await startExchange(read);
  try {
    return await follow(stream, { read, tickers, found, running, facade });
  } catch (error) {
    await stop(running, []);
    throw error;
  }
}

const streamRule = having<MirrorableStream>(
  "a KalshiStream or a NatsFeed",
  "orderBooks",
  "subscribe",
  "status",
);

function startExchange({ seed, clock, fix, rateLimits, port, hostname }: ReadMirror): Promise<Running> {
  const options = { seed, fix, rateLimits, ...(clock !== undefined && { clock }) };
  return port === undefined
    ? Promise.resolve(startTaped(options))
    : startTapedListening({ ...options, port, hostname });
}

interface Start<Exchange> {
  readonly read: ReadMirror;
  readonly tickers: readonly string[];
  readonly found: readonly FoundMarket[];
  readonly running: Running;
  readonly facade: (running: Running) => Exchange;
}

async function follow<Exchange>(
  stream: MirrorableStream,
  { read, tickers, found, running, facade }: Start<Exchange>,
): Promise<LocalMirror<Exchange>> {
  const { queue, lookup, signal, clock = systemClock, onHalt, onResume } = read;
  const onError = read.onError ?? ((error: unknown) => console.error("LocalExchange.mirror:", error));
  const { exchange } = running;
  const tape = new Tape(exchange, {
    queue,
    feesOf: () => ({ type: "quadratic", multiplier: 1 }),
    fixesFees: false,
  });
  const reader = new TapeReader(tape, { useYesPrice: true, tickers: new Set(tickers) });
  const learn = ({ market, event, series }: FoundMarket) => {
    exchange.tick();
    reader.market(market, event, series);
  };
  for (const each of found) learn(each);
  const lookups = new MarketLookups({ lookup, clock, onFound: learn, onError });
  let feed: LiveFeed | undefined;
  const follower = new Follower({
    exchange,
    tape,
    reader,
    tickers,
    clock,
    onDoubt: () => tickers.forEach((ticker) => lookups.changed(ticker)),
    tellBooks: () => feed?.tellBooks(),
    onHalt,
    onResume,
    onError,
  });
  const observer = new RunObserver(exchange, {
    kind: "mirror",
    settings: () => ({
      queue,
      tickers: tickers.join(", "),
      halts: String(follower.status().halts),
      ...unsettledSetting(tape.unsettled()),
    }),
    accounts: [],
    joins: (account) => !isCrowd(account),
    top: ({ ticker }, side) => tape.best(ticker, side),
  }, readOptions("LocalExchange.mirror.report", read.report ?? {}, runReportRules));
  tape.onMoved = (market, side) => observer.look(market, side);
  try {
    const opened = await LiveFeed.open(stream, tickers, follower, { signal });
    feed = opened.feed;
    if (opened.found.size === 0) {
      throw new KalshiConfigError(
        `LocalExchange.mirror: none of ${
          tickers.join(", ")
        } has a book: they have closed. Name markets that are open.`,
      );
    }
    return makeMirror({ exchange: facade(running), running, tape, follower, feed, lookups, observer });
  } catch (error) {
    lookups.close();
    observer.stop();
    tape.dispose();
    throw error;
  }
}

/**
 * An exchange of your own that follows a live one. What is asked of it stays here: a bot whose configuration leads to it
 * trades against real prices without money. Made by `LocalExchange.mirror`.
 */
export class LocalMirror<Exchange> implements AsyncDisposable {
  readonly #parts: Parts<Exchange>;
  #closing: Promise<void> | undefined;
  /** The exchange, with everything that can be done to a local one, such as faults and FIX. */
  readonly exchange: Exchange;
  /** A configuration that leads to it. */
  readonly config: KalshiConfig;
  /** A runtime whose network is this exchange: for a mirror without a port. */
  readonly runtime: Runtime;
  /** Its time. */
  readonly clock: Clock;

  static {
    makeMirror = (parts) => new LocalMirror(parts);
  }

  private constructor(parts: Parts<Exchange>) {
    const { running, exchange } = this.#parts = parts;
    this.exchange = exchange;
    this.config = running.config;
    this.runtime = running.network.runtime({});
    this.clock = running.exchange.clock;
  }

  /**
   * Opens an account with play money and an API key; the report is about all of them.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong, and for a `keyId` that there is already
   * @throws {KalshiAuthError} `AUTH_KEY` for a key that Kalshi does not take, with what to do
   */
  async createAccount(options: LocalAccountOptions = {}): Promise<LocalAccount> {
    const { running, observer } = this.#parts;
    const account = await createAccount(running, options);
    observer.add(accountOf(running.exchange, account.id));
    return account;
  }

  /** Whether it trades, and why not: of all of it and of each market. */
  status(): MirrorStatus {
    this.#parts.running.exchange.tick();
    return this.#parts.follower.status();
  }

  /** What its accounts did so far, and what came of it. */
  report(): RunReport {
    this.#parts.running.exchange.tick();
    return this.#parts.observer.report();
  }

  /** Ends it: no more of the live stream is read, which stays open. A second call is harmless. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  /** The same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const { running, tape, follower, feed, lookups, observer } = this.#parts;
    follower.close();
    lookups.close();
    observer.stop();
    tape.dispose();
    await stop(running, []);
    await feed.close();
  }
}
