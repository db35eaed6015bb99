/** What can be done to the perps of the exchange. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useCell } from "../cell.ts";
import type { Desk } from "../desk.ts";
import { showPrice } from "../format.ts";

export function PerpsControls({ desk }: { readonly desk: Desk }): JSX.Element | null {
  const ticker = useCell(desk.perps.chosen);
  const market = useCell(desk.perps.markets).find((row) => row.ticker === ticker);
  const [price, setPrice] = useState("");
  if (ticker === undefined) return null;
  return (
    <div class="controls">
      <fieldset class="group">
        <legend>Chosen market</legend>
        <p class="ticker">{ticker}</p>
        <div class="row">
          <label for="perps-index">Index $</label>
          <input
            id="perps-index"
            class="short"
            inputMode="decimal"
            autocomplete="off"
            placeholder={showPrice(market?.index)}
            value={price}
            onInput={({ currentTarget }) => setPrice(currentTarget.value)}
          />
          <button
            type="button"
            class="small"
            onClick={() =>
              void desk.steer(
                `The index of ${ticker} is ${price}: marks follow.`,
                () => desk.controls.act("perps-index", { ticker, price }),
              )}
          >
            Set
          </button>
          <button
            type="button"
            class="small"
            onClick={() =>
              void desk.steer(
                `Longs and shorts of ${ticker} have paid each other.`,
                () => desk.controls.act("perps-fund", { ticker }),
              )}
          >
            Fund now
          </button>
        </div>
      </fieldset>
    </div>
  );
}
