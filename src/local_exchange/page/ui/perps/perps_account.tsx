/** The page's account on the margin exchange: positions, orders, fills and money. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useCell } from "../cell.ts";
import { ControlsPanel } from "../controls_panel.tsx";
import type { Desk } from "../desk.ts";
import { showCents, showCount, showGain, showMoment, showMoney, showPrice } from "../format.ts";
import { TabPanel, Tabs } from "../tabs.tsx";
import { PerpsControls } from "./perps_controls.tsx";
import type { PerpsDesk } from "./perps_desk.ts";
import type { PerpsPositionRow } from "./perps_rows.ts";

type Tab = "orders" | "fills" | "positions" | "exchange";

const gainClass = (money: number) => money > 0 ? "gain" : money < 0 ? "loss" : "";
const sideName = (side: "bid" | "ask") => side === "bid" ? "Buy" : "Sell";

/** The account's money, in the head of the page. */
export function PerpsMoney({ desk }: { readonly desk: PerpsDesk }): JSX.Element {
  const money = useCell(desk.money);
  const positions = useCell(desk.positions);
  const gain = positions.reduce((sum, { unrealized }) => sum + unrealized, 0);
  const figure = (name: string, value: number | undefined, title: string) => (
    <div>
      <dt title={title}>{name}</dt>
      <dd>{value === undefined ? "–" : showCents(value)}</dd>
    </div>
  );
  return (
    <dl class="money">
      {figure("Equity", money?.equity, "Cash and unrealised P&L")}
      {figure("Available", money?.available, "What new orders can use")}
      <div>
        <dt>Open P&L</dt>
        <dd class={gainClass(gain)}>{showGain(gain)}</dd>
      </div>
    </dl>
  );
}

export function PerpsAccountPanel({ desk }: { readonly desk: Desk }): JSX.Element {
  const { perps } = desk;
  const [tab, setTab] = useState<Tab>("positions");
  const orders = useCell(perps.orders);
  const positions = useCell(perps.positions);
  return (
    <section class="panel account" aria-label="Account and exchange">
      <Tabs
        id="account"
        label="Account and exchange"
        chosen={tab}
        onChoose={setTab}
        tabs={[
          ["positions", "Positions", positions.length],
          ["orders", "Orders", orders.size],
          ["fills", "Fills"],
          ["exchange", "Exchange"],
        ]}
      />
      <TabPanel id="account" chosen={tab}>
        {tab === "positions" && <Positions desk={perps} />}
        {tab === "orders" && <Orders desk={perps} />}
        {tab === "fills" && <Fills desk={perps} />}
        {tab === "exchange" && (
          <>
            <PerpsControls desk={desk} />
            <ControlsPanel desk={desk} />
          </>
        )}
      </TabPanel>
    </section>
  );
}

function Ticker({ desk, ticker }: { readonly desk: PerpsDesk; readonly ticker: string }): JSX.Element {
  return (
    <td class="ticker">
      <button type="button" class="link" onClick={() => desk.choose(ticker)}>{ticker}</button>
    </td>
  );
}

function Positions({ desk }: { readonly desk: PerpsDesk }): JSX.Element {
  const positions = useCell(desk.positions);
  const money = useCell(desk.money);
  return (
    <>
      {positions.length === 0 ? <p class="hint">Nothing is held.</p> : (
        <table class="list">
          <thead>
            <tr>
              <th scope="col">Market</th>
              <th scope="col" class="number">Held</th>
              <th scope="col" class="number">Entry</th>
              <th scope="col" class="number wide">Mark</th>
              <th scope="col" class="number">Open P&L</th>
              <th scope="col" class="number wider">Margin</th>
              <th scope="col" class="number wider">Leverage</th>
              <th scope="col" class="number">Liquidation</th>
            </tr>
          </thead>
          <tbody>
            {positions.map((one) => <PositionLine key={one.ticker} desk={desk} position={one} />)}
          </tbody>
        </table>
      )}
      {money !== undefined && (
        <p class="hint">
          Maintenance margin {showMoney(money.maintenance)}, initial margin{" "}
          {showMoney(money.initial)}: below the first, positions are liquidated; beyond the second, none is
          opened.
        </p>
      )}
    </>
  );
}

function PositionLine(
  { desk, position }: { readonly desk: PerpsDesk; readonly position: PerpsPositionRow },
): JSX.Element {
  const { ticker, count, entry, mark, unrealized, margin, leverage, liquidation } = position;
  return (
    <tr>
      <Ticker desk={desk} ticker={ticker} />
      <td class={`number ${count < 0 ? "ask" : "bid"}`}>
        {showCount(Math.abs(count))} {count < 0 ? "short" : "long"}
      </td>
      <td class="number">{showPrice(entry)}</td>
      <td class="number wide">{showPrice(mark)}</td>
      <td class={`number ${gainClass(unrealized)}`}>{showGain(unrealized)}</td>
      <td class="number wider">{margin === undefined ? "–" : showMoney(margin)}</td>
      <td class="number wider">{leverage === undefined ? "–" : `${leverage.toFixed(1)}×`}</td>
      <td class="number">{showPrice(liquidation)}</td>
    </tr>
  );
}

function Orders({ desk }: { readonly desk: PerpsDesk }): JSX.Element {
  const orders = [...useCell(desk.orders).values()];
  if (orders.length === 0) return <p class="hint">No order rests.</p>;
  return (
    <table class="list">
      <thead>
        <tr>
          <th scope="col">Market</th>
          <th scope="col">Side</th>
          <th scope="col" class="number">Price</th>
          <th scope="col" class="number">Filled</th>
          <th scope="col">
            <span class="sr-only">Cancel</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {orders.map(({ id, ticker, side, price, filled, remaining }) => (
          <tr key={id}>
            <Ticker desk={desk} ticker={ticker} />
            <td class={side}>{sideName(side)}</td>
            <td class="number">{showPrice(price)}</td>
            <td class="number">
              {showCount(filled)}
              <span class="faint">/ {showCount(filled + remaining)}</span>
            </td>
            <td class="number">
              <button
                type="button"
                class="small"
                aria-label={`Cancel: ${sideName(side)} at ${showPrice(price)}, ${ticker}`}
                onClick={() => void desk.cancel(id)}
              >
                Cancel
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Fills({ desk }: { readonly desk: PerpsDesk }): JSX.Element {
  const fills = useCell(desk.fills);
  if (fills.length === 0) return <p class="hint">No fills yet.</p>;
  return (
    <table class="list">
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">Market</th>
          <th scope="col">Side</th>
          <th scope="col" class="number">Price</th>
          <th scope="col" class="number">Contracts</th>
          <th scope="col" class="number wide">Fee</th>
          <th scope="col" class="number">Realized</th>
        </tr>
      </thead>
      <tbody>
        {fills.map(({ id, ticker, side, price, count, fee, realized, isOfExchange, atMs }) => (
          <tr key={id}>
            <td class="faint">{showMoment(atMs)}</td>
            <Ticker desk={desk} ticker={ticker} />
            <td class={side}>
              {sideName(side)}
              {isOfExchange && <span class="reason">by the exchange</span>}
            </td>
            <td class="number">{showPrice(price)}</td>
            <td class="number">{showCount(count)}</td>
            <td class="number wide">{showMoney(fee)}</td>
            <td class={`number ${gainClass(realized)}`}>{showGain(realized)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
