/** Which symbols a session is subscribed to, for whom, over reconnects. */
import { KalshiConfigError, KalshiConnectionError, type KalshiError } from "../../base/errors.ts";
import type { ReceivedMessage } from "../../contract/fix/codec.ts";
import type {
  BusinessMessageReject,
  MarketDataRequestReject,
  MarketDataSnapshotFullRefresh,
} from "../../contract/fix/messages.ts";
import type { ClientSide } from "../client_side.ts";
import type { FixSessionEvent, Received } from "../session_types.ts";
import { type AskResult, MarketDataAsks, MOST_SYMBOLS } from "./asks.ts";

/** Subscriptions that one session can have. */
const MOST_SUBSCRIPTIONS = 100_000;

/** Somebody who wants what changes. */
export interface Holder {
  /** Kalshi refuses these symbols. */
  refused(symbols: readonly string[], error: KalshiError): void;
}

/** The symbols in lists that one request can name. */
export function inRequests(symbols: Iterable<string>): string[][] {
  const all = [...symbols];
  const requests: string[][] = [];
  for (let from = 0; from < all.length; from += MOST_SYMBOLS) {
    requests.push(all.slice(from, from + MOST_SYMBOLS));
  }
  return requests;
}

const gone = () =>
  new KalshiConnectionError("marketDataRequest: the connection ended before all of its answers came.", {
    outcome: "unknown",
  });

/** What a session is subscribed to. Several who want one symbol have one subscription, until the last of them leaves. */
export class Subscriptions {
  readonly #side: ClientSide;
  readonly #asks: MarketDataAsks;
  readonly #onMissing: (symbols: readonly string[]) => void;
  readonly #holders = new Map<string, Set<Holder>>();
  /** What Kalshi was asked to send on this connection. */
  readonly #sent = new Set<string>();
  /** What the next turn subscribes to, and ends. */
  readonly #coming = new Set<string>();
  readonly #leaving = new Set<string>();
  /** Subscribed to already, and wanted whole. */
  readonly #refreshing = new Set<string>();
  #isDue = false;

  /** `onMissing` is told of symbols of which no full refresh came in time. */
  constructor(side: ClientSide, onMissing: (symbols: readonly string[]) => void) {
    this.#side = side;
    this.#asks = new MarketDataAsks(side);
    this.#onMissing = onMissing;
  }

  /**
   * Somebody wants these symbols from now on; `whole` also where others have them already.
   *
   * @throws {KalshiConfigError} when the session would have too many
   */
  hold(symbols: Iterable<string>, holder: Holder, whole: boolean): void {
    const wanted = new Set(symbols);
    this.#assertRoom(wanted);
    for (const symbol of wanted) {
      this.#add(symbol, holder);
      this.#leaving.delete(symbol);
      if (!this.#sent.has(symbol)) this.#coming.add(symbol);
      else if (whole) this.#refreshing.add(symbol);
    }
    this.#due();
  }

  #add(symbol: string, holder: Holder): void {
    const holders = this.#holders.get(symbol);
    if (holders === undefined) this.#holders.set(symbol, new Set([holder]));
    else holders.add(holder);
  }

  /** Somebody no longer wants these. */
  release(symbols: Iterable<string>, holder: Holder): void {
    for (const symbol of symbols) {
      const holders = this.#holders.get(symbol);
      if (!holders?.delete(holder) || holders.size > 0) continue;
      this.#holders.delete(symbol);
      this.#coming.delete(symbol);
      if (this.#sent.has(symbol)) this.#leaving.add(symbol);
    }
    this.#due();
  }

  /** What a holder holds. */
  of(holder: Holder): string[] {
    return [...this.#holders].filter(([, holders]) => holders.has(holder)).map(([symbol]) => symbol);
  }

  /**
   * Has a full refresh come of a symbol that a holder has. `anew`: its subscription is ended and made again, unless
   * somebody else has it, who would miss what happens between.
   */
  refresh(symbol: string, holder: Holder, anew: boolean): void {
    const holders = this.#holders.get(symbol);
    if (!holders?.has(holder)) return;
    if (!this.#sent.has(symbol)) this.#coming.add(symbol);
    else if (!anew || holders.size > 1) this.#refreshing.add(symbol);
    else {
      this.#leaving.add(symbol);
      this.#coming.add(symbol);
    }
    this.#due();
  }

  /** Snapshots of these, whoever else has subscribed to them. */
  async snapshots(symbols: readonly string[], timeoutMs: number): Promise<AskResult> {
    return joined(await Promise.all(inRequests(symbols).map((few) => this.#asks.ask("0", few, timeoutMs))));
  }

  /** Holds these and resolves with their full refreshes. */
  async subscribe(symbols: readonly string[], holder: Holder, timeoutMs: number): Promise<AskResult> {
    this.#assertRoom(symbols);
    this.#turn();
    // A second subscription to a symbol is not documented: a snapshot of it does the same.
    const had = symbols.filter((symbol) => this.#sent.has(symbol));
    const fresh = symbols.filter((symbol) => !this.#sent.has(symbol));
    for (const symbol of symbols) this.#add(symbol, holder);
    const asks = inRequests(fresh).map(async (few) => {
      for (const symbol of few) this.#sent.add(symbol);
      try {
        return await this.#asks.ask("1", few, timeoutMs);
      } catch (error) {
        if (!(error instanceof KalshiConnectionError)) this.#refused(few, error as KalshiError);
        throw error;
      }
    });
    return joined(await Promise.all([this.snapshots(had, timeoutMs), ...asks]));
  }

  message(message: ReceivedMessage): void {
    switch (message.MsgType) {
      case "W":
        return this.#asks.snapshot(message as Received<MarketDataSnapshotFullRefresh>);
      case "Y":
        return this.#asks.refused(message as Received<MarketDataRequestReject>);
      case "j":
        return this.#asks.rejected(message as Received<BusinessMessageReject>);
    }
  }

  event(event: FixSessionEvent): void {
    switch (event.type) {
      case "rejected":
        return this.#asks.rejected(event.reject);
      case "ended":
        this.#sent.clear();
        this.#leaving.clear();
        this.#refreshing.clear();
        this.#asks.ended(gone());
        return;
      case "logged-on":
        this.#sent.clear();
        for (const symbol of this.#holders.keys()) this.#coming.add(symbol);
        this.#due();
    }
  }

  #assertRoom(symbols: Iterable<string>): void {
    let size = this.#holders.size;
    for (const symbol of symbols) if (!this.#holders.has(symbol)) size++;
    if (size <= MOST_SUBSCRIPTIONS) return;
    throw new KalshiConfigError(
      `A session has at most ${MOST_SUBSCRIPTIONS} subscriptions, and this would make ${size}: end some, or open another ` +
        "session with another key.",
    );
  }

  /** All that is asked for in one turn goes out together. */
  #due(): void {
    if (this.#isDue || this.#coming.size + this.#leaving.size + this.#refreshing.size === 0) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      this.#turn();
    });
  }

  #turn(): void {
    // What is wanted then goes out after the next logon.
    if (!this.#side.active) return;
    for (const few of inRequests(this.#leaving)) {
      for (const symbol of few) this.#sent.delete(symbol);
      this.#asks.stop(few);
    }
    this.#leaving.clear();
    const whole = [...this.#refreshing].filter((symbol) => this.#sent.has(symbol));
    this.#refreshing.clear();
    const coming = [...this.#coming];
    this.#coming.clear();
    for (const few of inRequests(coming)) void this.#ask("1", few);
    for (const few of inRequests(whole)) void this.#ask("0", few);
  }

  async #ask(type: "0" | "1", symbols: readonly string[]): Promise<void> {
    if (type === "1") { for (const symbol of symbols) this.#sent.add(symbol); }
    try {
      const { missing } = await this.#asks.ask(type, symbols, this.#side.config.requestTimeoutMs);
      if (missing.length > 0) this.#onMissing(missing);
    } catch (error) {
      // After the next logon they are asked for again.
      if (!(error instanceof KalshiConnectionError)) this.#refused(symbols, error as KalshiError);
    }
  }

  #refused(symbols: readonly string[], error: KalshiError): void {
    const told = new Map<Holder, string[]>();
    for (const symbol of symbols) {
      this.#sent.delete(symbol);
      for (const holder of this.#holders.get(symbol) ?? []) {
        const list = told.get(holder);
        if (list === undefined) told.set(holder, [symbol]);
        else list.push(symbol);
      }
      this.#holders.delete(symbol);
    }
    this.#side.tell({ type: "market-data-refused", symbols, error });
    for (const [holder, its] of told) holder.refused(its, error);
  }
}

function joined(results: readonly AskResult[]): AskResult {
  return {
    snapshots: results.flatMap(({ snapshots }) => snapshots),
    missing: results.flatMap(({ missing }) => missing),
  };
}
