/**
 * Puts what a live feed tells on the tape, and halts trading where it does not tell enough.
 *
 * @module
 */
import type { Clock, ClockTimer } from "../../base/clock.ts";
import { guard } from "../../base/tell.ts";
import type { StaleReason } from "../../books/changes.ts";
import type { StreamMarker } from "../../stream/items.ts";
import type { StreamStatus } from "../../stream/status.ts";
import type { Side } from "../engine/model.ts";
import type { Exchange } from "../exchange.ts";
import type { TapeReader } from "../tape/frames.ts";
import type { Tape } from "../tape/tape.ts";
import { PAIRING_MS } from "../tape/pairing.ts";
import type { LiveChannel, LiveFeedSink, LiveFrame, LiveLevel } from "./live_feed.ts";
import type {
  MirrorHalt,
  MirrorHaltReason,
  MirrorMarketStatus,
  MirrorResumption,
  MirrorStatus,
} from "./status.ts";

/** What a follower is made from. */
export interface FollowerOptions {
  readonly exchange: Pick<Exchange, "engine" | "catalog" | "tick">;
  readonly tape: Tape;
  /** Puts frames on the tape. */
  readonly reader: TapeReader;
  readonly tickers: readonly string[];
  readonly clock: Clock;
  /** Something of what markets are may be missing: they have to be looked up. */
  readonly onDoubt: () => void;
  /** Has every book that is right told once more. */
  readonly tellBooks: () => void;
  readonly onHalt: ((halt: MirrorHalt) => void) | undefined;
  readonly onResume: ((resumption: MirrorResumption) => void) | undefined;
  readonly onError: (error: unknown) => void;
}

/** What keeps all markets from trading. */
type Whole =
  | { readonly is: "live" }
  | { readonly is: "halted"; readonly halt: MirrorHalt }
  | { readonly is: "closed" };

/** The follower of one live feed. */
export class Follower implements LiveFeedSink {
  readonly #options: FollowerOptions;
  /** The markets that do not trade. */
  readonly #halted = new Map<string, MirrorHalt>();
  #whole: Whole = { is: "live" };
  #halts = 0;
  /** Runs while trades are missing, whose changes of the books may still come. */
  #pairing: ClockTimer | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
    const { clock, tickers } = options;
    for (const ticker of tickers) {
      this.#halted.set(ticker, {
        ticker,
        reason: "book",
        detail: FIRST,
        sinceMs: clock.now(),
      });
    }
  }

  /** Where it is. */
  status(): MirrorStatus {
    const markets = Object.fromEntries(
      this.#options.tickers.map((ticker) => [ticker, this.#statusOf(ticker)]),
    );
    const rest = { markets, halts: this.#halts };
    const whole = this.#whole;
    return whole.is === "halted"
      ? { state: "halted", halt: whole.halt, ...rest }
      : { state: whole.is, ...rest };
  }

  /** Nothing comes any more: it was closed. */
  close(): void {
    this.#whole = { is: "closed" };
    this.#pairing?.clear();
  }

  // --- what the live feed tells

  snapshot(ticker: string, bids: readonly LiveLevel[], asks: readonly LiveLevel[]): void {
    if (this.#pairing !== undefined || this.#whole.is !== "live") return;
    this.#options.exchange.tick();
    this.#options.tape.snapshot(ticker, bids, asks);
    const halt = this.#halted.get(ticker);
    if (halt === undefined) return;
    this.#halted.delete(ticker);
    this.#tellResumed(ticker, halt);
  }

  delta(ticker: string, side: Side, price: number, delta: number, isOwn: boolean): void {
    this.#options.exchange.tick();
    this.#options.tape.delta(ticker, side, price, delta, isOwn);
  }

  frame(channel: LiveChannel, frame: LiveFrame): void {
    const { exchange, reader, tape } = this.#options;
    exchange.tick();
    const { unreadable } = reader;
    reader.take(frame);
    // What a market was worth in the end is not always in the frame that says it has ended.
    if (channel !== "trade" && tape.unsettled().length > 0) this.#options.onDoubt();
    if (reader.unreadable === unreadable) return;
    if (channel === "trade") this.#missTrades("a trade that cannot be read");
    else this.#options.onDoubt();
  }

  stale(ticker: string, reason: StaleReason): void {
    if (reason !== "disconnected") return this.#haltMarkets("book", reason, [ticker]);
    // Most often the connection's next word is that it is lost, with all of its books.
    this.#haltMarkets("book", reason, [ticker], (halt) => {
      this.#options.clock.setTimer(() => {
        if (this.#whole.is === "live") this.#tellHalt(halt);
      }, 0);
    });
  }

  marker(channel: LiveChannel, marker: StreamMarker): void {
    if (channel === "trade") {
      this.#missTrades(marker.type === "gap" ? "trades are missing" : "trades may be missing");
    } else this.#options.onDoubt();
  }

  connection(status: StreamStatus): void {
    switch (status.state) {
      case "open":
        return this.#connected();
      case "connecting":
        return;
      case "reconnecting":
        return this.#haltAll("disconnected", status.cause.message);
      case "closed":
        return this.#haltAll("ended", status.cause?.message ?? "the live stream was closed");
    }
  }

  ended(what: string, error: unknown): void {
    const why = error instanceof Error ? error.message : "the live stream was closed";
    const ticker = this.#options.tickers.find((one) => what === `the book of ${one}`);
    if (ticker === undefined) return this.#haltAll("ended", `${what}: ${why}`);
    // The book of a market that has closed ends with it.
    if (this.#statusOf(ticker).state !== "closed") this.#haltMarkets("ended", why, [ticker]);
  }

  // --- halts

  #statusOf(ticker: string): MirrorMarketStatus {
    const status = this.#options.exchange.catalog.markets.get(ticker)?.market.status;
    if (status === "closed" || status === "determined" || status === "finalized") return { state: "closed" };
    const halt = this.#halted.get(ticker);
    if (halt !== undefined) return { state: "halted", halt };
    return status === "active" ? { state: "live" } : { state: "paused" };
  }

  #haltMarkets(
    reason: MirrorHaltReason,
    detail: string,
    tickers: readonly string[],
    told = (halt: MirrorHalt) => this.#tellHalt(halt),
  ): void {
    const { exchange, tape } = this.#options;
    exchange.tick();
    tape.halt(`${reason}: ${detail}`, tickers);
    const sinceMs = exchange.engine.now;
    for (const ticker of tickers) {
      const before = this.#halted.get(ticker);
      if (before !== undefined && (before.reason !== "trades" || reason === "trades")) continue;
      const halt = { ticker, reason, detail, sinceMs: before?.sinceMs ?? sinceMs };
      this.#halted.set(ticker, halt);
      if (before === undefined) told(halt);
    }
  }

  /** Nothing trades: what Kalshi does then is its pause of trading. */
  #haltAll(reason: MirrorHaltReason, detail: string): void {
    const before = this.#whole;
    if (before.is === "closed" || before.is === "halted" && before.halt.reason === "ended") return;
    const { exchange: { engine }, exchange, tape } = this.#options;
    exchange.tick();
    const sinceMs = before.is === "halted" ? before.halt.sinceMs : engine.now;
    const halt: MirrorHalt = { ticker: undefined, reason, detail, sinceMs };
    this.#whole = { is: "halted", halt };
    tape.halt(`${reason}: ${detail}`);
    if (before.is === "live") engine.pause("trading");
    for (const ticker of this.#options.tickers) {
      this.#halted.set(ticker, this.#halted.get(ticker) ?? { ...halt, ticker });
    }
    if (before.is === "live" || reason === "ended") this.#tellHalt(halt);
  }

  #connected(): void {
    const whole = this.#whole;
    if (whole.is !== "halted" || whole.halt.reason === "ended") return;
    const { exchange, onDoubt, tellBooks } = this.#options;
    exchange.tick();
    this.#whole = { is: "live" };
    exchange.engine.pause("nothing");
    this.#tellResumed(undefined, whole.halt);
    // What became of markets meanwhile was told to nobody.
    onDoubt();
    // One that is right by now was told while nothing traded.
    tellBooks();
  }

  /** Who was filled by trades that are missing, nobody knows: nothing trades until the books show what they did. */
  #missTrades(detail: string): void {
    if (this.#whole.is !== "live") return;
    this.#haltMarkets("trades", detail, this.#options.tickers);
    this.#pairing?.clear();
    this.#pairing = this.#options.clock.setTimer(() => {
      this.#pairing = undefined;
      this.#options.tellBooks();
    }, PAIRING_MS);
  }

  #tellHalt(halt: MirrorHalt): void {
    this.#halts++;
    const { onHalt, onError } = this.#options;
    if (onHalt !== undefined) guard(() => onHalt(halt), onError);
  }

  #tellResumed(ticker: string | undefined, { sinceMs, detail }: MirrorHalt): void {
    const { exchange: { engine: { now: atMs } }, onResume, onError } = this.#options;
    const isFirst = detail === FIRST;
    if (onResume !== undefined && !isFirst) {
      guard(() => onResume({ ticker, atMs, haltedMs: atMs - sinceMs }), onError);
    }
  }
}

/** Why a market does not trade at first, which nobody is told of. */
const FIRST = "its first snapshot has not come";
