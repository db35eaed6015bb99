/** The list of markets, with search. */
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { useCell } from "./cell.ts";
import type { Desk } from "./desk.ts";
import { showCount, showPrice } from "./format.ts";
import type { MarketRow, StatusFilter } from "./market_data.ts";

/** Rows that are drawn; a search finds the others. */
const ROWS = 60;
const FILTERS: readonly (readonly [StatusFilter, string])[] = [
  ["open", "Open"],
  ["paused", "Paused"],
  ["closed", "Closed"],
  ["settled", "Settled"],
];

function find(markets: Iterable<MarketRow>, search: string): MarketRow[] {
  const words = search.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return [...markets].filter(({ ticker, question, outcome }) => {
    const text = `${ticker} ${question} ${outcome}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The markets of each event, in the order of the list. */
function byEvent(markets: readonly MarketRow[]): [string, MarketRow[]][] {
  const events = new Map<string, MarketRow[]>();
  for (const market of markets) {
    const rows = events.get(market.event);
    if (rows === undefined) events.set(market.event, [market]);
    else rows.push(market);
  }
  return [...events];
}

export function MarketsPanel(
  { desk, onChosen }: { readonly desk: Desk; readonly onChosen: () => void },
): JSX.Element {
  const markets = useCell(desk.markets.markets);
  const chosen = useCell(desk.markets.chosen);
  const filter = useCell(desk.markets.filter);
  const [search, setSearch] = useState("");
  const found = useMemo(() => find(markets.values(), search), [markets, search]);
  const shown = useMemo(() => found.slice(0, ROWS), [found]);
  useEffect(() => desk.see(shown.map(({ ticker }) => ticker)), [desk, shown]);
  useEffect(() => {
    const [first] = shown;
    if (chosen === undefined && first !== undefined) desk.choose(first.ticker);
  }, [desk, chosen, shown]);
  return (
    <section class="panel markets" aria-labelledby="markets-title">
      <header>
        <h2 id="markets-title">Markets</h2>
        <span class="faint">{found.length}</span>
      </header>
      <div class="filters">
        <input
          id="search"
          type="search"
          placeholder="Search"
          aria-label="Search markets by title or ticker"
          autocomplete="off"
          spellcheck={false}
          value={search}
          onInput={({ currentTarget }) => setSearch(currentTarget.value)}
          onKeyDown={(event) => {
            const [first] = shown;
            if (event.key !== "Enter" || first === undefined) return;
            desk.choose(first.ticker);
            onChosen();
          }}
        />
        <select
          aria-label="Which markets"
          value={filter}
          onChange={({ currentTarget }) => desk.list(currentTarget.value as StatusFilter)}
        >
          {FILTERS.map(([value, name]) => <option key={value} value={value}>{name}</option>)}
        </select>
      </div>
      <ul class="market-list" tabIndex={-1}>
        {byEvent(shown).map(([event, rows]) => (
          <li key={event}>
            <h3>{rows[0]?.question}</h3>
            <ul>
              {rows.map((market) => (
                <MarketItem
                  key={market.ticker}
                  desk={desk}
                  market={market}
                  isChosen={market.ticker === chosen}
                  onChosen={onChosen}
                />
              ))}
            </ul>
          </li>
        ))}
        {found.length === 0 && <li class="hint">{search === "" ? "None." : "None is called that."}</li>}
        {found.length > ROWS && <li class="hint">{found.length - ROWS} more: search for them.</li>}
      </ul>
    </section>
  );
}

interface MarketItemProps {
  readonly desk: Desk;
  readonly market: MarketRow;
  readonly isChosen: boolean;
  readonly onChosen: () => void;
}

function MarketItem({ desk, market, isChosen, onChosen }: MarketItemProps): JSX.Element {
  const { bid, ask } = useCell(desk.markets.quote(market.ticker));
  return (
    <li>
      <button
        type="button"
        class="market"
        aria-current={isChosen ? "true" : undefined}
        onClick={() => {
          desk.choose(market.ticker);
          onChosen();
        }}
      >
        <span class="market-title">{market.outcome}</span>
        <span class="market-quotes">
          <span class="bid">{showPrice(bid)}</span>
          <span class="ask">{showPrice(ask)}</span>
        </span>
        <span class="market-ticker">{market.ticker}</span>
        <span class="market-volume">{showCount(Math.floor(market.volume / 100) * 100)}</span>
      </button>
    </li>
  );
}
