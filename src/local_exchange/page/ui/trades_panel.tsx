/** What traded last in the chosen market, whoever it was. */
import type { JSX } from "preact";
import { type Readable, useCell } from "./cell.ts";
import type { TradeRow } from "./market_data.ts";
import { showCount, showPrice, showTime } from "./format.ts";

export function TradesPanel({ of }: { readonly of: Readable<readonly TradeRow[]> }): JSX.Element {
  const trades = useCell(of);
  return (
    <section class="panel trades" aria-labelledby="trades-title">
      <header>
        <h2 id="trades-title">Trades</h2>
      </header>
      {/* It scrolls, so that the keyboard must reach it. */}
      <div class="scroll" tabIndex={0} role="region" aria-labelledby="trades-title">
        <table class="list">
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col" class="number">Price</th>
              <th scope="col" class="number">Contracts</th>
            </tr>
          </thead>
          <tbody>
            {trades.map(({ id, price, count, taker, atMs }) => (
              <tr key={id}>
                <td class="faint">{showTime(atMs)}</td>
                <td class={`number ${taker}`}>
                  <span class="sr-only">{taker === "bid" ? "bought at" : "sold at"}</span>
                  {showPrice(price)}
                </td>
                <td class="number">{showCount(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {trades.length === 0 && <p class="hint">Nothing has traded yet.</p>}
      </div>
    </section>
  );
}
