/** What a FIX client does beside orders: market data, requests for quotes, drop copy, settlements. */
import { KalshiConfigError } from "../base/errors.ts";
import { assertValue, rule } from "../base/options.ts";
import type { QueueOptions } from "../base/queue.ts";
import type { WaitOptions } from "../base/wait_options.ts";
import type { AsyncItems } from "../base/web_types.ts";
import type { LiveOrderBook } from "../books/live_order_book.ts";
import type { OrderBooksOptions } from "../books/options.ts";
import type {
  AcceptQuoteStatus,
  ExecutionReport,
  Quote,
  QuoteCancelStatus,
  QuoteConfirmStatus,
  QuoteRequest,
  QuoteRequestAck,
  QuoteStatusReport,
  RFQCancelStatus,
  SecurityStatus,
} from "../contract/fix/messages.ts";
import { fixSessions } from "../contract/fix/sessions.ts";
import type { ClientPart } from "./client_part.ts";
import { assertEvent, assertSession, type ClientSide } from "./client_side.ts";
import { DropCopy, type FillGapOptions } from "./drop_copy.ts";
import type { EventResend, EventResendFields } from "./event_resends.ts";
import type { ExecutionLedger } from "./execution_ledger.ts";
import type { FixItem } from "./items.ts";
import { ownFields } from "./own_fields.ts";
import {
  isTicker,
  MarketData,
  type MarketDataAnswer,
  type MarketDataRequestFields,
} from "./market_data/market_data.ts";
import { SecurityStatuses } from "./market_data/security_status.ts";
import type { TradeItem } from "./market_data/trades.ts";
import type { FixRequestOptions } from "./requests/options.ts";
import * as rfq from "./requests/rfq.ts";
import type {
  AcceptQuoteFields,
  QuoteCancelFields,
  QuoteConfirmFields,
  QuoteFields,
  QuoteRequestFields,
  RFQCancelFields,
} from "./rfq_fields.ts";
import type { Received } from "./session_types.ts";
import { SettlementReaders, type SettlementsItem, type SettlementsOptions } from "./settlement_readers.ts";

/** The parts that it has. */
interface Feeds {
  readonly side: ClientSide;
  readonly market: MarketData;
  readonly statuses: SecurityStatuses;
  readonly dropCopy: DropCopy;
  readonly settlements: SettlementReaders;
}

/** Gives a client its session; before it is connected. */
export let attachFeeds: (
  client: FixFeedClient,
  side: ClientSide & { add<Part extends ClientPart>(part: Part): Part },
) => void;

/** What a {@linkcode FixClient} does beside orders: market data, requests for quotes, drop copy, settlements. */
export abstract class FixFeedClient {
  #feeds: Feeds | undefined;

  static {
    attachFeeds = (client, side) => {
      client.#feeds = {
        side,
        market: side.add(new MarketData(side)),
        statuses: side.add(new SecurityStatuses(side)),
        dropCopy: side.add(new DropCopy(side)),
        settlements: side.add(new SettlementReaders(side)),
      };
    };
  }

  get #parts(): Feeds {
    if (this.#feeds === undefined) throw new KalshiConfigError("Make a FIX client with FixClient.connect.");
    return this.#feeds;
  }

  // Market data

  #market(method: string): MarketData {
    const { side, market } = this.#parts;
    assertSession(side, method, "market-data");
    return market;
  }

  /**
   * Sends a MarketDataRequest(35=V) and resolves with the full refresh of each symbol; in requests of 1,000 symbols,
   * however many there are. SubscriptionRequestType `0` asks for snapshots, `1` for what changes as well, which comes to
   * `messages("X")` and is subscribed to anew after a reconnect; `2` ends that, of all symbols where it names none, and
   * resolves at once, for nothing answers it. Books and trades that are open keep their subscriptions.
   *
   * Kalshi answers a ticker that it does not know with an empty refresh: `empty` names those.
   *
   * @throws {KalshiConfigError} on another session, for wrong fields, and for more than 100,000 subscriptions
   * @throws {KalshiFixRejectError} when Kalshi refuses a request
   * @throws {KalshiTimeoutError} when no refresh comes for `requestTimeoutMs`, or as long as told; `details.missing` has
   * the symbols of those that did not
   * @throws {KalshiConnectionError} when the connection ends before
   */
  async marketDataRequest(
    fields: MarketDataRequestFields,
    options: FixRequestOptions = {},
  ): Promise<MarketDataAnswer> {
    return await this.#market("marketDataRequest").request(fields, options);
  }

  /**
   * The live order book of a market, the same as {@linkcode KalshiStream.orderBook} gives; resolves when its first full
   * refresh is in. When messages are missing or the connection breaks, it is stale at once, and live again with the next
   * full refresh. Prices of event markets are YES prices.
   *
   * A market that Kalshi does not know has an empty book; `onEvent` tells of each book that begins empty.
   *
   * @throws {KalshiConfigError} on another session
   * @throws {KalshiFixRejectError} when Kalshi refuses the subscription
   * @throws {KalshiTimeoutError} when no full refresh comes in time, `requestTimeoutMs` unless told
   *
   * @example
   * ```ts
   * import { FixClient } from "@unofficial/kalshi/fix";
   * import { formatPrice } from "@unofficial/kalshi/fixed-point";
   *
   * await using client = await FixClient.fromEnv(undefined, { config: { session: "market-data" } });
   * await using book = await client.orderBook("KXHIGHNY-26NOV24-T60");
   * for await (const change of book.changes({ policy: "latest" })) {
   *   if (book.state !== "live") console.log("wait:", book.reason);
   *   else if (book.bestBid !== undefined) console.log(formatPrice(book.bestBid), change.type);
   * }
   * ```
   */
  async orderBook(symbol: string, options: WaitOptions = {}): Promise<LiveOrderBook> {
    const [book] = await this.#market("orderBook").books([symbol], options);
    return book as LiveOrderBook;
  }

  /**
   * The live order books of several markets, in requests of 1,000; as {@linkcode orderBook}. Each is there once, in the
   * order of `symbols`. All of them may take `requestTimeoutMs` for each request, unless told.
   *
   * @throws as {@linkcode orderBook}; then none of them is open
   */
  async orderBooks(symbols: readonly string[], options: OrderBooksOptions = {}): Promise<LiveOrderBook[]> {
    return await this.#market("orderBooks").books(symbols, options);
  }

  /**
   * The trades of some markets from now on, with markers where some may be missing. Leaving the loop ends the
   * subscription.
   *
   * @throws {KalshiConfigError} on another session, and without a ticker
   */
  trades(symbols: readonly string[], queue?: QueueOptions): AsyncItems<TradeItem> {
    return this.#market("trades").trades(symbols, queue);
  }

  /**
   * What changes in the status of a market from now on: halts, resumptions, its result, its settlement, after which the
   * loop ends. Kalshi tells neither the first state nor scheduled opens and closes. Event markets alone.
   *
   * @throws {KalshiConfigError} on another session, and for perps
   */
  securityStatus(symbol: string, queue?: QueueOptions): AsyncItems<FixItem<Received<SecurityStatus>>> {
    this.#market("securityStatus");
    assertEvent(this.#parts.side, "securityStatus", "the gateways of perps tell no status.");
    assertValue("securityStatus", "symbol", symbol, rule("the ticker of a market", isTicker));
    return this.#parts.statuses.open(symbol, queue);
  }

  // Drop copy

  /**
   * Asks the drop copy for the reports from one ExecID(17) to another, or to now (35=U1). They go at most 3 hours back,
   * are of the exchange index of `BeginExecID` alone, and come as messages with new numbers as well; rejects and pending
   * reports are not among them. One query goes out after the other.
   *
   * @throws {KalshiConfigError} on another session than order entry (KalshiNR) and drop copy, and for a range that is none
   * @throws {KalshiEventResendError} when Kalshi refuses; `reason` 5: it has to allow the account first
   * @throws {KalshiTimeoutError} when nothing comes for `requestTimeoutMs`, or as long as told
   */
  async eventResendRequest(fields: EventResendFields, options: FixRequestOptions = {}): Promise<EventResend> {
    const { side, dropCopy } = this.#parts;
    assertSession(side, "eventResendRequest", "order-entry", "drop-copy");
    return await dropCopy.request(fields, options);
  }

  /**
   * The reports that a ledger has not seen, from the highest ExecID that it has of each exchange index: what a lost
   * connection kept back. Each is in the ledger afterwards, so that what comes by both ways counts once.
   *
   * @throws as {@linkcode eventResendRequest}
   *
   * @example
   * ```ts
   * import { ExecutionLedger, FixClient } from "@unofficial/kalshi/fix";
   *
   * await using client = await FixClient.fromEnv(undefined, { config: { session: "order-entry" } });
   * const ledger = new ExecutionLedger();
   * for await (const item of client.executionReports()) {
   *   const reports = item.MsgType === undefined ? await client.fillGap(ledger) : [item].filter((one) => ledger.take(one));
   *   for (const report of reports) console.log(report.ClOrdID, report.ExecType);
   * }
   * ```
   */
  async fillGap(ledger: ExecutionLedger, options: FillGapOptions = {}): Promise<ExecutionReport[]> {
    const { side, dropCopy } = this.#parts;
    assertSession(side, "fillGap", "order-entry", "drop-copy");
    return await dropCopy.fillGap(ledger, options);
  }

  // Settlements

  /**
   * Settlements from now on, each put together from its reports (35=UMS). KalshiPT sends them; KalshiNR and KalshiRT after
   * a Logon with `ReceiveSettlementReports`. What stays incomplete is told as such.
   *
   * @throws {KalshiConfigError} on a session that sends none
   */
  settlements(options: SettlementsOptions = {}): AsyncItems<SettlementsItem> {
    const { side, settlements } = this.#parts;
    assertEvent(
      side,
      "settlements",
      "perps do not settle: what funding pays is told by REST (`funding` of PerpsClient).",
    );
    assertSession(side, "settlements", "post-trade", "order-entry", "order-entry-rt");
    const { session, logon: { ReceiveSettlementReports } } = side.config;
    const isOn = ReceiveSettlementReports ?? fixSessions[session].settlementReports === "by default";
    if (!isOn) {
      throw new KalshiConfigError(
        "settlements: Kalshi sends none on this session. Ask for them with `logon: { ReceiveSettlementReports: true }` of " +
          'the FixConfig, or use the session "post-trade".',
      );
    }
    return settlements.open(options);
  }

  // Requests for quotes: the creator's side, on KalshiRT

  /**
   * Asks for quotes (35=R); resolves with Kalshi's acknowledgement. The quotes come to {@linkcode quotes}. On KalshiRT.
   *
   * @throws {KalshiConfigError} for wrong fields, and for what Kalshi would silently drop
   * @throws {KalshiFixRejectError} when Kalshi refuses
   */
  async quoteRequest(
    fields: QuoteRequestFields,
    options?: FixRequestOptions,
  ): Promise<Received<QuoteRequestAck>> {
    const { QuoteReqID = crypto.randomUUID(), ...own } = ownFields("quoteRequest", fields);
    return await this.#parts.side.requests.run(
      rfq.quoteRequest,
      { ...own, MsgType: "R", QuoteReqID },
      options,
    );
  }

  /**
   * Accepts a quote (35=UA); resolves when Kalshi has taken that, and its maker has to confirm. Side `1` buys: it takes
   * the maker's NO quote; `2` takes the YES quote. On KalshiRT.
   *
   * @throws {KalshiConfigError} for wrong fields
   * @throws {KalshiFixRejectError} when Kalshi refuses
   */
  async acceptQuote(
    fields: AcceptQuoteFields,
    options?: FixRequestOptions,
  ): Promise<Received<AcceptQuoteStatus>> {
    return await this.#parts.side.requests.run(
      rfq.acceptQuote,
      { ...ownFields("acceptQuote", fields), MsgType: "UA" },
      options,
    );
  }

  /**
   * Cancels a request for quotes (35=UE), by the id that it was sent with or by Kalshi's. On KalshiRT.
   *
   * @throws {KalshiConfigError} for wrong fields
   * @throws {KalshiFixRejectError} when Kalshi refuses
   */
  async rfqCancel(fields: RFQCancelFields, options?: FixRequestOptions): Promise<Received<RFQCancelStatus>> {
    const own = ownFields("rfqCancel", fields);
    const kind = own.QuoteReqID === undefined ? rfq.rfqCancelByRfq : rfq.rfqCancelByRequest;
    return await this.#parts.side.requests.run(kind, { ...own, MsgType: "UE" }, options);
  }

  /** Every Quote(35=S) from now on, in dollars; of a creator, on KalshiRT. */
  quotes(queue?: QueueOptions): AsyncItems<FixItem<Received<Quote>>> {
    assertEvent(this.#parts.side, "quotes", "there are no requests for quotes on the gateways of perps.");
    assertSession(this.#parts.side, "quotes", "order-entry-rt");
    return this.#parts.side.open("quotes()", ({ MsgType }) => MsgType === "S", queue);
  }

  // Requests for quotes: the maker's side, on KalshiRFQ

  /**
   * Quotes (35=S); resolves when the quote stands. A new quote for the same request takes the place of the old. Prices
   * are whole cents, or dollars after a Logon with UseDollars. On KalshiRFQ.
   *
   * @throws {KalshiConfigError} for wrong fields
   * @throws {KalshiFixRejectError} when Kalshi refuses
   */
  async quote(fields: QuoteFields, options?: FixRequestOptions): Promise<Received<QuoteStatusReport>> {
    const { QuoteID = crypto.randomUUID(), ...own } = ownFields("quote", fields);
    return await this.#parts.side.requests.run(rfq.quote, { ...own, MsgType: "S", QuoteID }, options);
  }

  /**
   * Confirms a quote that was accepted (35=U7), for which there are 30 seconds, 3 on fast markets and combos. With
   * `RfqId` it costs less of the rate budget. On KalshiRFQ.
   *
   * @throws {KalshiConfigError} for wrong fields
   * @throws {KalshiFixRejectError} when Kalshi refuses
   */
  async quoteConfirm(
    fields: QuoteConfirmFields,
    options?: FixRequestOptions,
  ): Promise<Received<QuoteConfirmStatus>> {
    return await this.#parts.side.requests.run(
      rfq.quoteConfirm,
      { ...ownFields("quoteConfirm", fields), MsgType: "U7" },
      options,
    );
  }

  /**
   * Cancels a quote (35=Z). On KalshiRFQ.
   *
   * @throws {KalshiConfigError} for wrong fields
   * @throws {KalshiFixRejectError} when Kalshi refuses
   */
  async quoteCancel(
    fields: QuoteCancelFields,
    options?: FixRequestOptions,
  ): Promise<Received<QuoteStatusReport> | Received<QuoteCancelStatus>> {
    return await this.#parts.side.requests.run(
      rfq.quoteCancel,
      { ...ownFields("quoteCancel", fields), MsgType: "Z" },
      options,
    );
  }

  /** Every QuoteRequest(35=R) from now on; of a maker, on KalshiRFQ. */
  quoteRequests(queue?: QueueOptions): AsyncItems<FixItem<Received<QuoteRequest>>> {
    assertSession(this.#parts.side, "quoteRequests", "rfq");
    return this.#parts.side.open("quoteRequests()", ({ MsgType }) => MsgType === "R", queue);
  }

  /** Every QuoteStatusReport(35=AI) from now on: what becomes of quotes; of a maker, on KalshiRFQ. */
  quoteStatusReports(queue?: QueueOptions): AsyncItems<FixItem<Received<QuoteStatusReport>>> {
    assertSession(this.#parts.side, "quoteStatusReports", "rfq");
    return this.#parts.side.open("quoteStatusReports()", ({ MsgType }) => MsgType === "AI", queue);
  }
}
