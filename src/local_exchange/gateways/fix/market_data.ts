/**
 * Market data for one session (KalshiMD): books, trades, and what becomes of markets.
 *
 * A request is answered, and its symbols are followed, in one go, while nothing else happens on the exchange: so a
 * reader misses nothing between its W and the first X, and gets no X of what was in the W.
 */
import { MDReqRejReason, SubscriptionRequestType } from "../../../contract/fix/codes.ts";
import type { FixMessage, MarketDataRequest, SecurityStatusRequest } from "../../../contract/fix/messages.ts";
import type { Exchange, ExchangeEvent } from "../../exchange.ts";
import { levelChange, securityStatus, snapshot, tradeEntry } from "./market_data_messages.ts";
import { owns, type Participant } from "./participant.ts";
import type { Floor } from "./product.ts";
import { BusinessRefusal, FieldRefusal } from "./refusals.ts";

/** Symbols of one request. */
const MOST_SYMBOLS = 1_000;
/** Books that one session may follow. */
const MOST_SUBSCRIPTIONS = 100_000;

/** What one session follows. */
export class MarketDataSession {
  readonly #floor: Pick<Floor, "engine" | "watch">;
  readonly #participant: Participant;
  readonly #books = new Set<string>();
  readonly #statuses = new Set<string>();
  readonly #stop: () => void;

  constructor(
    exchange: Exchange,
    participant: Participant,
    floor: Pick<Floor, "engine" | "watch"> = exchange,
  ) {
    this.#floor = floor;
    this.#participant = participant;
    this.#stop = floor.watch((event) => this.#happened(event));
  }

  /** Answers a MarketDataRequest(V). */
  request({ SubscriptionRequestType: type, NoRelatedSym }: MarketDataRequest): void {
    const symbols = NoRelatedSym?.map(({ Symbol }) => Symbol ?? "") ?? [];
    switch (type) {
      case SubscriptionRequestType.DisablePreviousSnapshotPlusUpdateRequest:
        if (symbols.length === 0) this.#books.clear();
        for (const symbol of symbols) this.#books.delete(symbol);
        return;
      case SubscriptionRequestType.Snapshot:
      case SubscriptionRequestType.SnapshotPlusUpdates:
        return this.#snapshots(symbols, type === SubscriptionRequestType.SnapshotPlusUpdates);
      default:
        return this.#send({
          MsgType: "Y",
          MDReqRejReason: MDReqRejReason.UnsupportedSubscriptionRequestType,
          Text: `SubscriptionRequestType(263) is 0, 1 or 2, not ${type}`,
        });
    }
  }

  /** Answers a SecurityStatusRequest(e): from now on its market's changes are told, or no longer. */
  status({ SubscriptionRequestType: type, Symbol }: SecurityStatusRequest): void {
    if (type === SubscriptionRequestType.DisablePreviousSnapshotPlusUpdateRequest) {
      this.#statuses.delete(Symbol);
    } else if (type !== SubscriptionRequestType.SnapshotPlusUpdates) {
      throw new FieldRefusal(263, "SubscriptionRequestType of this message is 1 or 2");
    } else if (!this.#floor.engine.markets.has(Symbol)) {
      throw new BusinessRefusal(2, "MARKET_NOT_FOUND", Symbol);
    } else {
      this.#statuses.add(Symbol);
    }
  }

  /** Ends with the session. */
  close(): void {
    this.#stop();
    this.#books.clear();
    this.#statuses.clear();
  }

  #snapshots(symbols: readonly string[], follow: boolean): void {
    if (symbols.length === 0) {
      throw new BusinessRefusal(5, "NoRelatedSym(146) is required with 263=0 and 263=1");
    }
    if (symbols.length > MOST_SYMBOLS) {
      return this.#tooMany(`A request has at most ${MOST_SYMBOLS} symbols, not ${symbols.length}`);
    }
    const distinct = new Set(symbols);
    const added = [...distinct].filter((symbol) => !this.#books.has(symbol)).length;
    if (follow && this.#books.size + added > MOST_SUBSCRIPTIONS) {
      return this.#tooMany(`A session has at most ${MOST_SUBSCRIPTIONS} subscriptions`);
    }
    const { engine } = this.#floor;
    for (const symbol of distinct) {
      if (follow) this.#books.add(symbol);
      this.#send(snapshot(symbol, engine.markets.get(symbol), engine.now));
    }
  }

  #tooMany(Text: string): void {
    this.#send({ MsgType: "Y", MDReqRejReason: MDReqRejReason.InsufficientBandwidth, Text });
  }

  #happened(event: ExchangeEvent): void {
    if (event.type === "book") {
      if (!this.#books.has(event.market.ticker)) return;
      this.#send(levelChange(event, owns(this.#participant, event.order.wallet)));
    } else if (event.type === "trade") {
      if (this.#books.has(event.trade.market.ticker)) this.#send(tradeEntry(event.trade));
    } else if (event.type === "market" && this.#statuses.has(event.market.ticker)) {
      const status = securityStatus(event.market, event.change);
      if (status !== undefined) this.#send(status);
      if (event.change === "settled") this.#statuses.delete(event.market.ticker);
    }
  }

  #send(message: FixMessage): void {
    this.#participant.send(message);
  }
}
