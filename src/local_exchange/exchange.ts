/** The state of one exchange, shared by everything that serves it. */
import type { Clock } from "../base/clock.ts";
import { delay } from "../base/waits.ts";
import { Alarm } from "./alarm.ts";
import type { ExchangeClock } from "./clock.ts";
import type { Command } from "./command.ts";
import { Cors } from "./cors.ts";
import { eventClearing } from "./engine/event_clearing.ts";
import { noQuote, worthOf } from "./engine/event_contract.ts";
import { Engine } from "./engine/engine.ts";
import type { EngineEvent } from "./engine/events.ts";
import type { Account } from "./engine/model.ts";
import { Faults } from "./faults.ts";
import { crowdClearing } from "./tape/crowd.ts";
import type { ApiKey } from "./signatures.ts";
import { perpsLimited, RateLimits } from "./limits.ts";
import { createRandom, type Random } from "./random.ts";
import { Archive } from "./world/archive.ts";
import { BlockTrades } from "./world/block_trades.ts";
import { Candles, DAY_MINUTES } from "./world/candles.ts";
import { type Catalog, createCatalog } from "./world/catalog.ts";
import { Combos } from "./world/combos.ts";
import { type CommunicationEvent, Communications } from "./world/communications.ts";
import { Counterparty } from "./world/counterparty.ts";
import { type EventFeesEvent, FeeChanges } from "./world/fee_changes.ts";
import { Lifecycle } from "./world/lifecycle.ts";
import { KlearHouse } from "./klear/house.ts";
import { MarginExchange } from "./margin/margin_exchange.ts";
import { eventQuoting, MarketMakers } from "./world/makers.ts";
import { midnight } from "./world/new_york.ts";
import { Past } from "./world/past.ts";
import { withPast } from "./world/listings/past.ts";
import { makeListings } from "./world/listings/all.ts";
import { Treasury } from "./world/treasury.ts";
import type { ExchangeSettings } from "./settings.ts";
import type { ErrorBodies, RequestReading, UnknownTickers } from "./types.ts";

/** A customer of a futures commission merchant. */
export interface Subtrader {
  readonly id: string;
  readonly blocked: Set<string>;
  cap: number | undefined;
}

/** What happens on an exchange: the one stream that every gateway's feed reads. */
export type ExchangeEvent = EngineEvent | CommunicationEvent | EventFeesEvent;

/** Keeps what is asked of an exchange, before it is done. */
export interface Journal {
  /** Keeps a command; throws when it cannot. */
  keep(at: number, n: number, command: Command): void;
  close(): void;
}

/**
 * Where an exchange's commands go: nowhere, into a journal, or, while they come out of one, nowhere, and time goes as
 * they say.
 */
export type Memory =
  | { readonly kind: "none" | "replaying" }
  | { readonly kind: "journal"; readonly journal: Journal };

/** One exchange. */
export class Exchange {
  readonly random: Random;
  readonly clock: ExchangeClock;
  readonly engine: Engine;
  readonly catalog: Catalog;
  readonly candles: Candles;
  readonly lifecycle: Lifecycle;
  readonly makers: MarketMakers | undefined;
  readonly treasury: Treasury;
  /** Undefined where there is none. */
  readonly past: Past | undefined;
  readonly communications: Communications;
  readonly blockTrades: BlockTrades;
  readonly combos: Combos;
  readonly counterparty: Counterparty;
  readonly feeChanges: FeeChanges;
  readonly archive: Archive;
  readonly limits = new RateLimits();
  /** Those of perps, which draw on nothing of the event exchange's. */
  readonly perpsLimits = new RateLimits(
    perpsLimited((ticker, id) => this.margin?.find(ticker, id)?.market.shard),
  );
  /** Whether requests over the limits are refused. */
  readonly enforcesLimits: boolean;
  readonly keys = new Map<string, ApiKey>();
  /** Where what is asked of it is kept. */
  memory: Memory = { kind: "none" };
  /** Keys that came back with its state and whose owners have not asked for them yet: by id, their public half. */
  readonly returned = new Map<string, string>();
  /** The account that was opened first. */
  firstAccount: Account | undefined;
  readonly subtraders = new WeakMap<Account, Map<string, Subtrader>>();
  /** Accounts that may ask for past execution reports, and since when they may. */
  readonly dropCopySince = new WeakMap<Account, number>();
  readonly faults = new Faults();
  /** On while somebody listens to what happens. */
  readonly alarm: Alarm;
  readonly errorBodies: ErrorBodies;
  readonly cors: Cors;
  /** How requests and commands are read. */
  readonly requests: RequestReading;
  /** What becomes of tickers that the WebSocket does not know. */
  readonly unknownTickers: UnknownTickers;
  readonly onInternalError: (error: unknown) => void;
  #skewMs = 0;
  readonly #base: Clock;
  /** Undefined where there are no perps. */
  readonly margin: MarginExchange | undefined;
  /** What clears it; undefined where there are no perps. */
  readonly klear: KlearHouse | undefined;

  constructor(options: ExchangeSettings) {
    const { seed, clock, markets, shards, marketMakers, stepMs, rateLimits, errorBodies, onInternalError } =
      options;
    const now = clock.now();
    this.random = createRandom(seed);
    this.clock = clock;
    this.#base = clock.base;
    this.errorBodies = errorBodies;
    this.cors = new Cors(options.cors);
    this.requests = options.requests;
    this.unknownTickers = options.unknownTickers;
    this.onInternalError = onInternalError;
    this.enforcesLimits = rateLimits;
    const { pastDays, isTaped } = options;
    const since = pastDays === 0 ? now : midnight(now, -pastDays);
    const engine = this.engine = new Engine(
      this.random,
      since,
      isTaped ? crowdClearing(eventClearing) : eventClearing,
    );
    // A recording can be of months: what is kept of it must not grow with it.
    this.candles = isTaped ? new Candles(engine, noQuote, DAY_MINUTES) : new Candles(engine);
    const listings = isTaped ? [] : makeListings(createRandom(seed + 1), now, { atLeast: markets, shards });
    const all = pastDays === 0 ? listings : withPast(listings, createRandom(seed + 4), now, pastDays);
    const catalog = this.catalog = createCatalog(engine, all, now);
    this.lifecycle = new Lifecycle(engine, catalog, createRandom(seed + 2), !isTaped);
    const treasury = this.treasury = new Treasury(engine, this.random, {
      margined: (account, subaccount) => this.margin?.cashOf(account.id, subaccount),
    });
    if (pastDays > 0) {
      this.past = new Past({ engine, catalog, treasury, random: createRandom(seed + 5), now });
    }
    this.combos = new Combos(engine, catalog, this.lifecycle, this.random, shards ? 1 : 0);
    this.communications = new Communications(engine, this.random);
    this.counterparty = new Counterparty(engine, (_price, count) => count * worthOf("yes"));
    this.blockTrades = new BlockTrades(engine, this.random);
    this.feeChanges = new FeeChanges(engine, this.random);
    this.archive = new Archive(engine, this.catalog);
    clock.onAdvance(() => {
      this.keep({ do: "clock", now: clock.now(), aheadMs: clock.aheadMs, running: clock.isRunning });
      this.tick();
    });
    this.alarm = new Alarm(engine.schedule, clock, () => this.tick());
    if (marketMakers) {
      this.makers = new MarketMakers(engine, eventQuoting(catalog), createRandom(seed + 3), stepMs);
    }
    const { perps } = options;
    if (perps !== undefined) {
      // It draws from a sequence of its own, so that nothing else is another one because of it.
      const margin = this.margin = new MarginExchange(engine.time, createRandom(seed + 6), {
        ...perps,
        stepMs,
      });
      this.klear = new KlearHouse(margin, createRandom(seed + 7));
    }
  }

  /**
   * Calls `watcher` with each event, in the order they happen: before anybody acts on it. It must only look. Returns how
   * to stop.
   */
  watch(watcher: (event: ExchangeEvent) => void): () => void {
    const stops = [
      this.engine.watch(watcher),
      this.communications.listen(watcher),
      this.feeChanges.listen(watcher),
    ];
    return () => stops.forEach((stop) => stop());
  }

  /** Lets everything happen that is due by now. */
  tick(): void {
    if (this.memory.kind === "replaying") return;
    const now = this.clock.now();
    const { next } = this.engine.schedule;
    if (this.memory.kind === "journal" && next !== undefined && next <= now) {
      try {
        this.keep({ do: "tick", until: now });
      } catch (error) {
        // What cannot be kept does not happen.
        return this.onInternalError(error);
      }
    }
    this.engine.runUntil(now);
  }

  /** A number that tells how far it has come: two of one world that agree in it, and in their commands, are the same. */
  get progress(): number {
    return this.engine.steps + this.random.drawn + (this.margin?.progress ?? 0) +
      (this.klear?.random.drawn ?? 0);
  }

  /** Keeps a command where there is a journal, before it is done; throws when it cannot: then it must not be done. */
  keep(command: Command): void {
    if (this.memory.kind === "journal") this.memory.journal.keep(this.engine.now, this.progress, command);
  }

  /** Lets its journal go. */
  close(): void {
    if (this.memory.kind === "journal") this.memory.journal.close();
  }

  /** The next id of its seed. */
  drawId(): string {
    this.keep({ do: "draw" });
    return this.random.uuid();
  }

  /** The time of the machine room, which does not follow {@linkcode ExchangeClock.advance}. */
  wallClock(): number {
    return this.#base.now() + this.#skewMs;
  }

  /** How far the time of the machine room is ahead. */
  get skewMs(): number {
    return this.#skewMs;
  }

  /** Sets how far the time of the machine room is ahead. */
  skew(ms: number): void {
    this.#skewMs = ms;
  }

  /** Waits on the base clock. */
  wait(ms: number): Promise<void> {
    return delay(this.#base, ms);
  }
}
