/**
 * What messages cost: FIX draws on the same buckets as REST, and each message costs what its call there costs
 * (https://docs.kalshi.com/getting_started/rate_limits). Logons have a budget of their own.
 */
import * as event from "../contract/event/operations.ts";
import type { FixMessage, NewOrderSingle, OrderGroupRequest } from "../contract/fix/messages.ts";
import type { FixProduct } from "../contract/fix/sessions.ts";
import type { RequestTemplate } from "../contract/request_template.ts";
import type { LimitedCall } from "../rate_limits/limiter.ts";

type Priced = RequestTemplate & { readonly method?: string };

interface Prices {
  readonly byType: Readonly<Record<string, Priced>>;
  /** By OrderGroupAction(20131). */
  readonly groups: Readonly<Record<number, Priced>>;
}

const marginGroup = (method: string, step: string): Priced => ({
  method,
  path: `/margin/order_groups/{order_group_id}${step}`,
  bucket: "write",
});

/** The rows of REST's calls; those of perps are as short as the messages need. */
const prices: Readonly<Record<FixProduct, Prices>> = {
  event: {
    byType: {
      D: event.CreateOrderV2,
      F: event.CancelOrderV2,
      G: event.AmendOrderV2,
      q: event.CancelAllOrders,
      R: event.CreateRFQ,
      S: event.CreateQuote,
      UA: event.AcceptQuote,
      U7: event.ConfirmQuote,
      Z: event.DeleteQuote,
      UE: event.DeleteRFQ,
    },
    groups: {
      1: event.CreateOrderGroup,
      2: event.ResetOrderGroup,
      3: event.DeleteOrderGroup,
      4: event.TriggerOrderGroup,
      5: event.UpdateOrderGroupLimit,
    },
  },
  margin: {
    byType: {
      D: { method: "POST", path: "/margin/orders", bucket: "write", shard: "ticker" },
      F: { method: "DELETE", path: "/margin/orders/{order_id}", bucket: "write", cost: 1 },
      G: { method: "POST", path: "/margin/orders/{order_id}/amend", bucket: "write", shard: "ticker" },
      q: { method: "DELETE", path: "/margin/orders", bucket: "write" },
    },
    groups: {
      1: { method: "POST", path: "/margin/order_groups/create", bucket: "write" },
      2: marginGroup("PUT", "/reset"),
      3: marginGroup("DELETE", ""),
      4: marginGroup("PUT", "/trigger"),
      5: marginGroup("PUT", "/limit"),
    },
  },
};

/** The shard whose bucket pays for requests for quotes, and for orders that take a quote. */
const QUOTES = 1;

/** What a message costs, as a limiter is asked; undefined for what draws on no bucket. */
export function costOf(product: FixProduct, message: FixMessage): LimitedCall | undefined {
  const { byType, groups } = prices[product];
  const template = message.MsgType === "UOG"
    ? groups[(message as OrderGroupRequest).OrderGroupAction]
    : byType[message.MsgType];
  if (template === undefined) return undefined;
  const method = template.method ?? "GET";
  const { ExDestination = 0, QuoteID, Symbol: ticker } = message as NewOrderSingle;
  // Sessions of the margin exchange ignore an index: the bucket is that of the market's shard.
  if (product === "margin") return { method, template, options: { params: { ticker } } };
  // Without an index, or with -1, FIX pays from the unscoped bucket alone: it is not routed at every shard's cost.
  const takesQuote = message.MsgType === "D" && QuoteID !== undefined;
  const exchange_index = takesQuote ? QUOTES : Math.max(0, ExDestination);
  return { method, template, options: { params: { exchange_index } } };
}
