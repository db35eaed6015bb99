/** The status of markets: https://docs.kalshi.com/fix/market-data */
import type { KalshiError } from "../../base/errors.ts";
import { type QueueOptions, readQueueOptions, StreamQueue } from "../../base/queue.ts";
import type { AsyncItems } from "../../base/web_types.ts";
import { SecurityTradingStatus } from "../../contract/fix/codes.ts";
import type { BusinessMessageReject, Reject, SecurityStatus } from "../../contract/fix/messages.ts";
import type { ClientPart } from "../client_part.ts";
import type { ClientSide } from "../client_side.ts";
import type { FixItem, FixMarker } from "../items.ts";
import { businessReject, sessionReject } from "../rejects.ts";
import type { FixSessionEvent, Received } from "../session_types.ts";
import type { ReceivedMessage } from "../../contract/fix/codec.ts";

type Item = FixItem<Received<SecurityStatus>>;

/** One market whose status is told, for all who read it. */
interface Watched {
  readonly queues: Set<StreamQueue<Item>>;
  /** The number of the request on this connection; undefined while there is none. */
  sequence: number | undefined;
}

const NAME = "securityStatus";

/** All markets of a session whose status somebody reads. Each has a request of its own, and nothing answers it at once. */
export class SecurityStatuses implements ClientPart {
  readonly #side: ClientSide;
  readonly #watched = new Map<string, Watched>();

  constructor(side: ClientSide) {
    this.#side = side;
  }

  /** What changes in the status of a market, from now on. */
  open(symbol: string, given: QueueOptions | undefined): AsyncItems<Item> {
    const queue: StreamQueue<Item> = new StreamQueue<Item>({
      name: `${NAME}(${JSON.stringify(symbol)})`,
      ...readQueueOptions(given, "error", 1_024),
      keyOf: ({ MsgType }) => MsgType,
      onEnd: () => this.#leave(symbol, queue),
    });
    let watched = this.#watched.get(symbol);
    if (watched === undefined) {
      this.#watched.set(symbol, watched = { queues: new Set(), sequence: undefined });
      this.#ask(symbol, watched);
    }
    watched.queues.add(queue);
    return queue;
  }

  take(message: ReceivedMessage): void {
    if (message.MsgType === "j") this.#rejected(message as Received<BusinessMessageReject>);
    if (message.MsgType !== "f") return;
    const status = message as Received<SecurityStatus>;
    const watched = this.#watched.get(status.Symbol);
    if (watched === undefined) return;
    for (const queue of watched.queues) queue.push(status);
    // Kalshi ends the subscription with it.
    if (status.SecurityTradingStatus === SecurityTradingStatus.KalshiSettled) {
      this.#end(status.Symbol, undefined);
    }
  }

  event(event: FixSessionEvent): void {
    if (event.type === "rejected") this.#rejected(event.reject);
    else if (event.type === "ended") {
      for (const watched of this.#watched.values()) watched.sequence = undefined;
    } else if (event.type === "logged-on") {
      for (const [symbol, watched] of this.#watched) this.#ask(symbol, watched);
    }
  }

  mark(marker: FixMarker): void {
    for (const { queues } of this.#watched.values()) for (const queue of queues) queue.push(marker);
  }

  closed(cause: KalshiError | undefined): void {
    for (const symbol of [...this.#watched.keys()]) this.#end(symbol, cause);
  }

  #ask(Symbol: string, watched: Watched): void {
    // What is wanted then goes out after the next logon.
    if (!this.#side.active) return;
    watched.sequence = this.#side.send({ MsgType: "e", SubscriptionRequestType: "1", Symbol });
  }

  #leave(Symbol: string, queue: StreamQueue<Item>): void {
    const watched = this.#watched.get(Symbol);
    if (!watched?.queues.delete(queue) || watched.queues.size > 0) return;
    this.#watched.delete(Symbol);
    if (this.#side.active) this.#side.send({ MsgType: "e", SubscriptionRequestType: "2", Symbol });
  }

  #rejected(reject: Received<Reject> | Received<BusinessMessageReject>): void {
    for (const [symbol, { sequence }] of this.#watched) {
      if (sequence === undefined || sequence !== reject.RefSeqNum) continue;
      const { product } = this.#side.config;
      const error = reject.MsgType === "3"
        ? sessionReject(reject, NAME, product)
        : businessReject(reject, NAME, product);
      return this.#end(symbol, error);
    }
  }

  #end(symbol: string, error: KalshiError | undefined): void {
    const watched = this.#watched.get(symbol);
    this.#watched.delete(symbol);
    for (const queue of watched?.queues ?? []) queue.end(error);
  }
}
