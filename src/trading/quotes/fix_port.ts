/** Quotes whose orders go out over FIX; what is read, and what happens to them, comes over REST and the WebSocket. */
import { KalshiError } from "../../base/errors.ts";
import { formatCount, formatFixed, formatPrice, parseCount } from "../../base/fixed_point.ts";
import { having, needed, readOptions, type Rules } from "../../base/options.ts";
import {
  ExecInst,
  OrderGroupAction,
  OrdStatus,
  SelfTradePreventionType,
  Side,
  TimeInForce,
} from "../../contract/fix/codes.ts";
import type { ExecutionReport } from "../../contract/fix/messages.ts";
import type { FixClient } from "../../fix/client.ts";
import type { QuoteChange, QuotePort, QuoteToChange, QuoteToPlace, ToldOrder } from "./port.ts";
import { RestPort, restPortRules, type RestQuotePortOptions } from "./rest_port.ts";
import type { QuoteSide } from "./types.ts";

/** What a {@linkcode fixQuotePort} is made from. */
export interface FixQuotePortOptions extends RestQuotePortOptions {
  /** An order entry session of the same account. */
  readonly fix: FixClient;
}

/** What the options may be. */
export const fixPortRules = {
  ...restPortRules,
  fix: needed(having<FixClient>("a FixClient", "newOrderSingle", "orderCancelRequest")),
} satisfies Rules<FixQuotePortOptions>;

const sides: Readonly<Record<QuoteSide, "1" | "2">> = { bid: Side.Buy, ask: Side.Sell };
/** OrdStatus of an order that is done. */
const done: ReadonlySet<string> = new Set([
  OrdStatus.Filled,
  OrdStatus.Canceled,
  OrdStatus.Rejected,
  OrdStatus.Expired,
]);

class FixPort extends RestPort {
  override readonly kind = "fix";
  readonly #fix: FixClient;
  readonly #inDollars: boolean;

  constructor({ fix, ...rest }: FixQuotePortOptions) {
    super(rest);
    this.#fix = fix;
    this.#inDollars = fix.config.logon?.UseDollars === true;
  }

  override async place(quote: QuoteToPlace): Promise<ToldOrder> {
    // A FIX session keeps an id of unknown outcome for the order that may be open under it.
    if (quote.isAgain) return await super.place(quote);
    const { clientOrderId, market, side, price, count, orderGroupId } = quote;
    const { report } = await this.#fix.newOrderSingle({
      ClOrdID: clientOrderId,
      Symbol: market.ticker,
      Side: sides[side],
      OrderQty: formatCount(count),
      Price: this.#price(price),
      TimeInForce: TimeInForce.GTC,
      SelfTradePreventionType: quote.selfTradePrevention === "maker"
        ? SelfTradePreventionType.Maker
        : SelfTradePreventionType.TakerAtCross,
      ...(quote.postOnly && { ExecInst: ExecInst.PostOnly }),
      ...(orderGroupId !== undefined && { SecondaryClOrdID: orderGroupId }),
      ...this.#place(market.exchangeIndex),
    });
    return told(report, { clientOrderId, ticker: market.ticker, side, price });
  }

  override async amend(
    order: QuoteToChange,
    { clientOrderId, price, total }: QuoteChange,
  ): Promise<ToldOrder> {
    const { market, side } = order;
    const report = await this.#fix.orderCancelReplaceRequest({
      ClOrdID: clientOrderId,
      OrigClOrdID: order.clientOrderId,
      Symbol: market.ticker,
      Side: sides[side],
      OrderQty: formatCount(total),
      ...(price !== order.price && { Price: this.#price(price) }),
      ...this.#place(market.exchangeIndex),
    });
    return told(report, { clientOrderId, ticker: market.ticker, side, price });
  }

  override async cancel(order: QuoteToChange): Promise<ToldOrder> {
    const { clientOrderId, market, side, price } = order;
    try {
      const report = await this.#fix.orderCancelRequest({
        OrigClOrdID: clientOrderId,
        Symbol: market.ticker,
        Side: sides[side],
        ...this.#place(market.exchangeIndex),
      });
      return told(report, { clientOrderId, ticker: market.ticker, side, price });
    } catch (error) {
      // A session that is away keeps nobody from cancelling.
      if (!(error instanceof KalshiError) || error.outcome !== "not-sent") throw error;
      return await super.cancel(order);
    }
  }

  override async triggerGroup(id: string, exchangeIndex: number): Promise<void> {
    try {
      await this.#fix.orderGroupRequest({
        OrderGroupAction: OrderGroupAction.Trigger,
        OrderGroupID: id,
        ...this.#place(exchangeIndex),
      });
    } catch {
      await super.triggerGroup(id, exchangeIndex);
    }
  }

  #place(exchangeIndex: number) {
    const { subaccount } = this;
    return {
      ...(exchangeIndex > 0 && { ExDestination: exchangeIndex }),
      ...(subaccount > 0 && { AllocAccount: subaccount }),
    };
  }

  #price(price: number): string {
    if (this.#inDollars) return formatPrice(price);
    return price % 100 === 0 ? `${price / 100}` : formatFixed(price, 2);
  }
}

function told(
  { OrderID, CumQty, LeavesQty, OrdStatus, Text }: ExecutionReport,
  of: Pick<ToldOrder, "clientOrderId" | "ticker" | "side" | "price">,
): ToldOrder {
  return {
    ...of,
    orderId: OrderID,
    filled: parseCount(CumQty),
    remaining: parseCount(LeavesQty),
    isOpen: !done.has(OrdStatus),
    ...(Text !== undefined && { reason: Text }),
  };
}

/**
 * Lets a {@linkcode QuoteManager} place, amend and cancel over FIX. What is looked up goes over REST, and what happens
 * to the orders comes over the WebSocket, so that a client and a stream of the same account belong to it.
 *
 * A session that is away refuses new orders; cancels then go over REST. Prices finer than a cent need a Logon with
 * `UseDollars`.
 *
 * @throws {KalshiConfigError} for an option that is unknown, missing or wrong
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { fixQuotePort, QuoteManager } from "@unofficial/kalshi/trading";
 *
 * await using client = await KalshiClient.fromEnv(undefined, { rateLimit: "auto" });
 * await using stream = await client.stream();
 * const config = { product: "event", session: "order-entry", logon: { UseDollars: true } } as const;
 * await using fix = await client.fix({ config });
 * await using quotes = await QuoteManager.open({ port: fixQuotePort({ client, stream, fix }), name: "maker" });
 * console.log(quotes.orders);
 * ```
 */
export function fixQuotePort(options: FixQuotePortOptions): QuotePort {
  return new FixPort(readOptions("fixQuotePort", options, fixPortRules));
}
