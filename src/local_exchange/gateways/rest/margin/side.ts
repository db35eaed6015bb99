/** The margin exchange as its operations reach it. */
import type { Account } from "../../../engine/model.ts";
import type { Exchange } from "../../../exchange.ts";
import { ApiError } from "../../../api_error.ts";
import type { MarginExchange } from "../../../margin/margin_exchange.ts";
import type { MarginMarketInfo } from "../../../margin/model.ts";
import type { Call } from "../route.ts";

/** The margin exchange of an exchange that has one. */
export function marginIn({ margin }: Exchange): MarginExchange {
  if (margin === undefined) throw new ApiError("not_found");
  return margin;
}

/** The margin exchange that a call is about. */
export function marginOf({ exchange }: Call): MarginExchange {
  return marginIn(exchange);
}

/** The account with which somebody trades here who has one on the event exchange. */
export function memberOf(margin: MarginExchange, { id }: Account): Account | undefined {
  const account = margin.account(id);
  return account !== undefined && margin.isEnabled(account) ? account : undefined;
}

/** The market that a call names. */
export function marketOf(call: Call, ticker: string | undefined, id?: string): MarginMarketInfo {
  const found = marginOf(call).find(ticker, id);
  if (found === undefined) throw new ApiError("market_not_found");
  return found;
}
