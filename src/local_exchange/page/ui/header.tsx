/** The head of the page: how the line is, what time it is, and what there is. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { systemClock } from "../../../base/clock.ts";
import { useCell } from "./cell.ts";
import { timeOf } from "./control.ts";
import type { Desk } from "./desk.ts";
import { showCents, showGain, showInstant, showMoney } from "./format.ts";
import { PerpsMoney } from "./perps/perps_account.tsx";
import { totalsOf } from "./profit.ts";

export function Header({ desk }: { readonly desk: Desk }): JSX.Element {
  const isPerps = useCell(desk.perps.isShown);
  return (
    <header class="top">
      <h1>
        Kalshi <span>local exchange</span>
      </h1>
      <Products desk={desk} />
      <Line desk={desk} />
      <Time desk={desk} />
      {isPerps ? <PerpsMoney desk={desk.perps} /> : <Money desk={desk} />}
    </header>
  );
}

/** Which exchange is shown, where there are two. */
function Products({ desk }: { readonly desk: Desk }): JSX.Element | null {
  const isPerps = useCell(desk.perps.isShown);
  if (useCell(desk.controls.state)?.perps !== true) return null;
  const choice = (value: boolean, label: string) => (
    <label class="product">
      <input
        type="radio"
        name="product"
        checked={isPerps === value}
        onChange={() => desk.perps.show(value)}
      />
      <span>{label}</span>
    </label>
  );
  return (
    <fieldset class="products">
      <legend class="sr-only">Exchange</legend>
      {choice(false, "Events")}
      {choice(true, "Perps")}
    </fieldset>
  );
}

const lines = {
  connecting: "Connecting …",
  open: "Connected",
  lost: "Connection lost: trying again",
  refused: "Session over",
} as const;

function Line({ desk }: { readonly desk: Desk }): JSX.Element {
  const isPerps = useCell(desk.perps.isShown);
  const { kind } = useCell(isPerps ? desk.perps.connection : desk.connection);
  return <p class={`line ${kind}`} role="status">{lines[kind]}</p>;
}

function Time({ desk }: { readonly desk: Desk }): JSX.Element {
  const state = useCell(desk.controls.state);
  const [, tick] = useState(0);
  useEffect(() => {
    let timer = systemClock.setTimer(next, 1_000);
    function next() {
      tick((count) => count + 1);
      timer = systemClock.setTimer(next, 1_000);
    }
    return () => timer.clear();
  }, []);
  return (
    <dl class="time">
      <dt>Exchange time{state?.running === false ? " (stopped)" : ""}</dt>
      <dd>{state === undefined ? "–" : showInstant(timeOf(state))}</dd>
    </dl>
  );
}

function Money({ desk }: { readonly desk: Desk }): JSX.Element {
  const cash = useCell(desk.account.cash);
  const positions = [...useCell(desk.account.positions).values()];
  const [, follow] = useState(0);
  // Positions are worth what is bid for them: once a second is often enough for a headline.
  useEffect(() => {
    let timer = systemClock.setTimer(next, 1_000);
    function next() {
      follow((count) => count + 1);
      timer = systemClock.setTimer(next, 1_000);
    }
    return () => timer.clear();
  }, []);
  const { value, unrealized, realized, fees } = totalsOf(
    positions,
    (ticker) => desk.markets.quote(ticker).value,
  );
  const gain = unrealized + realized - fees;
  return (
    <dl class="money">
      <div>
        <dt>Cash</dt>
        <dd title={cash === undefined ? "" : showMoney(cash)}>
          {cash === undefined ? "–" : showCents(cash)}
        </dd>
      </div>
      <div>
        <dt>Positions</dt>
        <dd>{showCents(value)}</dd>
      </div>
      <div>
        <dt title="After fees">Net P&L</dt>
        <dd class={gain > 0 ? "gain" : gain < 0 ? "loss" : ""}>{showGain(gain)}</dd>
      </div>
    </dl>
  );
}
