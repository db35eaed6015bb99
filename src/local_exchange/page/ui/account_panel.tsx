/** Orders, fills and positions of the page's account, and the exchange itself. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { OrderRow } from "./account.ts";
import { useCell } from "./cell.ts";
import { ControlsPanel } from "./controls_panel.tsx";
import type { Desk } from "./desk.ts";
import { showCount, showGain, showMoment, showMoney, showPrice } from "./format.ts";
import { averageOf, markOf, type Position, totalsOf, valueAt } from "./profit.ts";
import { TabPanel, Tabs } from "./tabs.tsx";

type Tab = "orders" | "fills" | "positions" | "exchange";

export function AccountPanel({ desk }: { readonly desk: Desk }): JSX.Element {
  const [tab, setTab] = useState<Tab>("orders");
  const orders = useCell(desk.account.orders);
  const positions = useCell(desk.account.positions);
  const resting = [...orders.values()].filter(({ status }) => status === "resting").length;
  const held = [...positions.values()].filter(({ count }) => count !== 0).length;
  return (
    <section class="panel account" aria-label="Account and exchange">
      <Tabs
        id="account"
        label="Account and exchange"
        chosen={tab}
        onChoose={setTab}
        tabs={[
          ["orders", "Orders", resting],
          ["positions", "Positions", held],
          ["fills", "Fills"],
          ["exchange", "Exchange"],
        ]}
      />
      <TabPanel id="account" chosen={tab}>
        {tab === "orders" && <Orders desk={desk} />}
        {tab === "positions" && <Positions desk={desk} />}
        {tab === "fills" && <Fills desk={desk} />}
        {tab === "exchange" && <ControlsPanel desk={desk} />}
      </TabPanel>
    </section>
  );
}

const sideName = (side: "bid" | "ask") => side === "bid" ? "Buy" : "Sell";
const statusName: Readonly<Record<string, string>> = {
  resting: "Resting",
  executed: "Filled",
  canceled: "Canceled",
};

function Ticker({ desk, ticker }: { readonly desk: Desk; readonly ticker: string }): JSX.Element {
  return (
    <td class="ticker">
      <button type="button" class="link" onClick={() => desk.choose(ticker)}>{ticker}</button>
    </td>
  );
}

function Orders({ desk }: { readonly desk: Desk }): JSX.Element {
  const [isAll, setAll] = useState(false);
  const orders = [...useCell(desk.account.orders).values()];
  const resting = orders.filter(({ status }) => status === "resting");
  const shown = isAll ? orders : resting;
  return (
    <>
      <div class="row">
        <label class="check">
          <input type="checkbox" checked={isAll} onChange={() => setAll(!isAll)} /> Ended ones too
        </label>
        <button
          type="button"
          class="small"
          disabled={resting.length === 0}
          onClick={() => void desk.cancelAll()}
        >
          Cancel all
        </button>
      </div>
      {shown.length === 0
        ? <p class="hint">{isAll ? "No orders yet." : "No order rests."}</p>
        : (
          <table class="list">
            <thead>
              <tr>
                <th scope="col">Market</th>
                <th scope="col">Side</th>
                <th scope="col" class="number">Price</th>
                <th scope="col" class="number">Filled</th>
                {isAll && <th scope="col" class="wide">State</th>}
                <th scope="col">
                  <span class="sr-only">Cancel</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((order) => <OrderLine key={order.id} desk={desk} order={order} isStated={isAll} />)}
            </tbody>
          </table>
        )}
    </>
  );
}

interface OrderLineProps {
  readonly desk: Desk;
  readonly order: OrderRow;
  /** Whether its state is told: where only those that rest are shown, it need not be. */
  readonly isStated: boolean;
}

function OrderLine({ desk, order, isStated }: OrderLineProps): JSX.Element {
  const { id, ticker, side, price, filled, initial, status } = order;
  return (
    <tr class={status === "resting" ? "" : "ended"}>
      <Ticker desk={desk} ticker={ticker} />
      <td class={side}>{sideName(side)}</td>
      <td class="number">{showPrice(price)}</td>
      <td class="number">
        {showCount(filled)}
        <span class="faint">/ {showCount(initial)}</span>
      </td>
      {isStated && <td class="wide">{statusName[status] ?? status}</td>}
      <td class="number">
        {status === "resting" && (
          <button
            type="button"
            class="small"
            aria-label={`Cancel: ${sideName(side)} at ${showPrice(price)}, ${ticker}`}
            onClick={() => void desk.cancel(id, ticker)}
          >
            Cancel
          </button>
        )}
      </td>
    </tr>
  );
}

function Fills({ desk }: { readonly desk: Desk }): JSX.Element {
  const fills = useCell(desk.account.fills);
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
          <th scope="col" class="wider">As</th>
        </tr>
      </thead>
      <tbody>
        {fills.map(({ id, ticker, side, price, count, fee, isTaker, atMs }) => (
          <tr key={id}>
            <td class="faint">{showMoment(atMs)}</td>
            <Ticker desk={desk} ticker={ticker} />
            <td class={side}>{sideName(side)}</td>
            <td class="number">{showPrice(price)}</td>
            <td class="number">{showCount(count)}</td>
            <td class="number wide">{showMoney(fee)}</td>
            <td class="wider faint">{isTaker ? "taker" : "maker"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Positions({ desk }: { readonly desk: Desk }): JSX.Element {
  const positions = [...useCell(desk.account.positions).values()];
  const shown = positions.filter(({ count, realized, fees }) => count !== 0 || realized !== 0 || fees !== 0);
  if (shown.length === 0) return <p class="hint">No positions yet.</p>;
  return (
    <table class="list">
      <thead>
        <tr>
          <th scope="col">Market</th>
          <th scope="col" class="number">Held</th>
          <th scope="col" class="number">Average</th>
          <th scope="col" class="number wider">Value</th>
          <th scope="col" class="number">Open P&L</th>
          <th scope="col" class="number wide">Realized</th>
          <th scope="col" class="number wider">Fees</th>
        </tr>
      </thead>
      <tbody>{shown.map((one) => <PositionLine key={one.ticker} desk={desk} position={one} />)}</tbody>
      <PositionTotals desk={desk} positions={shown} />
    </table>
  );
}

const gainClass = (money: number) => money > 0 ? "gain" : money < 0 ? "loss" : "";

function PositionLine(
  { desk, position }: { readonly desk: Desk; readonly position: Position },
): JSX.Element {
  const mark = markOf(position, useCell(desk.markets.quote(position.ticker)));
  const { ticker, count, cost, realized, fees } = position;
  const value = mark === undefined ? undefined : valueAt(position, mark);
  const open = count === 0 || value === undefined ? undefined : value - cost;
  return (
    <tr>
      <Ticker desk={desk} ticker={ticker} />
      <td class={`number ${count < 0 ? "ask" : count > 0 ? "bid" : ""}`}>
        {count === 0 ? "0" : `${showCount(Math.abs(count))} ${count > 0 ? "Yes" : "No"}`}
      </td>
      <td class="number">{showPrice(averageOf(position))}</td>
      <td class="number wider">{count === 0 || value === undefined ? "–" : showMoney(value)}</td>
      <td class={`number ${gainClass(open ?? 0)}`}>{open === undefined ? "–" : showGain(open)}</td>
      <td class={`number wide ${gainClass(realized)}`}>{showGain(realized)}</td>
      <td class="number wider">{showMoney(fees)}</td>
    </tr>
  );
}

function PositionTotals(
  { desk, positions }: { readonly desk: Desk; readonly positions: readonly Position[] },
): JSX.Element {
  const totals = totalsOf(positions, (ticker) => desk.markets.quote(ticker).value);
  return (
    <tfoot>
      <tr>
        <th scope="row" colSpan={3}>
          Together{totals.unmarked > 0 ? `, without ${totals.unmarked} that nobody bids for` : ""}
        </th>
        <td class="number wider">{showMoney(totals.value)}</td>
        <td class={`number ${gainClass(totals.unrealized)}`}>{showGain(totals.unrealized)}</td>
        <td class={`number wide ${gainClass(totals.realized)}`}>{showGain(totals.realized)}</td>
        <td class="number wider">{showMoney(totals.fees)}</td>
      </tr>
    </tfoot>
  );
}
