/** The chosen market: its name, its state and its figures. */
import type { JSX } from "preact";
import { useCell } from "./cell.ts";
import type { Desk } from "./desk.ts";
import { showClose, showCount, showPrice } from "./format.ts";

const statusNames: Readonly<Record<string, string>> = {
  active: "Open",
  inactive: "Paused",
  initialized: "Not open yet",
  closed: "Closed",
  determined: "Determined",
  finalized: "Settled",
};

export function MarketHead({ desk }: { readonly desk: Desk }): JSX.Element {
  const chosen = useCell(desk.markets.chosen);
  return chosen === undefined
    ? (
      <header class="panel market-head">
        <h2>Choose a market</h2>
      </header>
    )
    : <Head desk={desk} ticker={chosen} />;
}

function Head({ desk, ticker }: { readonly desk: Desk; readonly ticker: string }): JSX.Element {
  const market = useCell(desk.markets.markets).get(ticker);
  const { bid, ask, last } = useCell(desk.markets.quote(ticker));
  const figure = (name: string, value: string, kind = "") => (
    <div>
      <dt>{name}</dt>
      <dd class={kind}>{value}</dd>
    </div>
  );
  return (
    <header class="panel market-head">
      <div>
        <h2>
          {market?.outcome ?? ticker} <span>{market?.question}</span>
        </h2>
        <p class="faint">
          {ticker} · {statusNames[market?.status ?? ""] ?? market?.status ?? ""}
          {market !== undefined && ` · closes ${showClose(market.closeMs)}`}
        </p>
      </div>
      <dl class="figures">
        {figure("Last", showPrice(last))}
        {figure("Bid", showPrice(bid), "bid")}
        {figure("Ask", showPrice(ask), "ask")}
        {figure("Volume", market === undefined ? "–" : showCount(market.volume))}
        {figure("Open interest", market === undefined ? "–" : showCount(market.openInterest))}
      </dl>
    </header>
  );
}
