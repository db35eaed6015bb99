/** Requests for market data and what answers them: https://docs.kalshi.com/fix/market-data */
import type { ClockTimer } from "../../base/clock.ts";
import type { KalshiError } from "../../base/errors.ts";
import type {
  BusinessMessageReject,
  MarketDataRequestReject,
  MarketDataSnapshotFullRefresh,
  Reject,
} from "../../contract/fix/messages.ts";
import type { ClientSide } from "../client_side.ts";
import { businessReject, requestReject, sessionReject } from "../rejects.ts";
import type { Received } from "../session_types.ts";

/** What a request may name at most. */
export const MOST_SYMBOLS = 1_000;

/** What a request came to. */
export interface AskResult {
  /** The full refreshes, in the order in which they came. */
  readonly snapshots: readonly Received<MarketDataSnapshotFullRefresh>[];
  /** The symbols of which none came in time. */
  readonly missing: readonly string[];
}

interface Ask {
  readonly sequence: number;
  readonly waiting: Set<string>;
  readonly snapshots: Received<MarketDataSnapshotFullRefresh>[];
  timer: ClockTimer;
  readonly resolve: (result: AskResult) => void;
  readonly reject: (error: KalshiError) => void;
}

const NAME = "marketDataRequest";

/** MDReqRejReason(281). */
const ADVICE: Readonly<Record<string, string>> = {
  "2":
    "It names over 1,000 symbols, or the session would have over 100,000 subscriptions: end some, or take another key.",
  "4": "Kalshi does not know this SubscriptionRequestType.",
};

/** All requests of one session that wait. Nothing in an answer names its request: they are told apart by Symbol. */
export class MarketDataAsks {
  readonly #side: ClientSide;
  readonly #asks = new Set<Ask>();
  /** When a full refresh came last, in milliseconds of the monotonic clock: they come one after the other. */
  #progressAtMs = -Infinity;

  constructor(side: ClientSide) {
    this.#side = side;
  }

  /**
   * Asks for snapshots (`"0"`), or for snapshots and what changes (`"1"`), of at most 1,000 symbols. `timeoutMs`: for how
   * long no snapshot of any request may come.
   */
  ask(type: "0" | "1", symbols: readonly string[], timeoutMs: number): Promise<AskResult> {
    return new Promise((resolve, reject) => {
      const sequence = this.#send(type, symbols);
      const { clock } = this.#side;
      const expire = () => {
        const leftMs = this.#progressAtMs + timeoutMs - clock.monotonic();
        if (leftMs > 0) ask.timer = clock.setTimer(expire, leftMs);
        else this.#done(ask);
      };
      const timer = clock.setTimer(expire, timeoutMs);
      const ask: Ask = { sequence, waiting: new Set(symbols), snapshots: [], timer, resolve, reject };
      this.#asks.add(ask);
    });
  }

  /** Ends the subscriptions of at most 1,000 symbols; of all of them without any. Nothing answers that. */
  stop(symbols?: readonly string[]): void {
    this.#send("2", symbols);
  }

  #send(type: "0" | "1" | "2", symbols: readonly string[] | undefined): number {
    return this.#side.send({
      MsgType: "V",
      SubscriptionRequestType: type,
      NoRelatedSym: symbols?.map((Symbol) => ({ Symbol })),
    });
  }

  /** A full refresh came. */
  snapshot(snapshot: Received<MarketDataSnapshotFullRefresh>): void {
    for (const ask of this.#asks) {
      if (!ask.waiting.delete(snapshot.Symbol)) continue;
      ask.snapshots.push(snapshot);
      this.#progressAtMs = this.#side.clock.monotonic();
      if (ask.waiting.size === 0) this.#done(ask);
      return;
    }
  }

  /** Kalshi refused a request, and does not say which: the oldest that has had no answer. */
  refused(reject: Received<MarketDataRequestReject>): void {
    const { MDReqRejReason = "", Text } = reject;
    const ask = this.#oldest();
    if (ask === undefined) return;
    const words = [Text, ADVICE[MDReqRejReason]].filter((word) => word !== undefined && word !== "").join(
      ". ",
    );
    this.#fail(ask, requestReject(reject, NAME, words === "" ? undefined : words.replace(/\.$/, "")));
  }

  /** A refusal by number. */
  rejected(reject: Received<Reject> | Received<BusinessMessageReject>): void {
    const { RefSeqNum, RefMsgType } = reject;
    const ask = RefSeqNum === undefined && RefMsgType === "V"
      ? this.#oldest()
      : [...this.#asks].find(({ sequence }) => sequence === RefSeqNum);
    if (ask === undefined) return;
    const { product } = this.#side.config;
    this.#fail(
      ask,
      reject.MsgType === "3" ? sessionReject(reject, NAME, product) : businessReject(reject, NAME, product),
    );
  }

  /** Nothing that was asked for comes any more. */
  ended(error: KalshiError): void {
    for (const ask of [...this.#asks]) this.#fail(ask, error);
  }

  /** The oldest that has had no answer. */
  #oldest(): Ask | undefined {
    return [...this.#asks].find(({ snapshots }) => snapshots.length === 0);
  }

  #done(ask: Ask): void {
    this.#forget(ask);
    ask.resolve({ snapshots: ask.snapshots, missing: [...ask.waiting] });
  }

  #fail(ask: Ask, error: KalshiError): void {
    this.#forget(ask);
    ask.reject(error);
  }

  #forget(ask: Ask): void {
    ask.timer.clear();
    this.#asks.delete(ask);
  }
}
