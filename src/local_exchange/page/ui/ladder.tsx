/** The ladder: an order book as a trader reads it. It knows nothing of the page around it. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { showCount, showPrice } from "./format.ts";

/** A price and what rests there: ten-thousandths of a dollar, hundredths of a contract. */
export interface LadderLevel {
  readonly price: number;
  readonly size: number;
}

/** What a ladder shows. */
export interface LadderProps {
  /** What it is the book of. */
  readonly name: string;
  /** Best first. */
  readonly bids: readonly LadderLevel[];
  /** Best first. */
  readonly asks: readonly LadderLevel[];
  /** Levels of each side. */
  readonly rows: number;
  /** Whether the book may be trusted. Where not, it is grey, and `why` is said. */
  readonly isLive: boolean;
  readonly why?: string | undefined;
  /** Own contracts at a price of a side, in hundredths. Without it nothing is said of own ones. */
  readonly ownAt?: ((side: "bid" | "ask", price: number) => number) | undefined;
  /** A price was chosen. */
  readonly onPick?: ((side: "bid" | "ask", price: number) => void) | undefined;
}

interface Row extends LadderLevel {
  /** All that rests up to here. */
  readonly total: number;
}

function withTotals(levels: readonly LadderLevel[], rows: number): (Row | undefined)[] {
  let total = 0;
  const filled = levels.slice(0, rows).map((level) => ({ ...level, total: total += level.size }));
  return [...filled, ...Array.from({ length: rows - filled.length }, () => undefined)];
}

/** The order book. */
export function Ladder(props: LadderProps): JSX.Element {
  const { name, rows, isLive, why, ownAt, onPick } = props;
  const table = useRef<HTMLTableElement>(null);
  const [bids, asks] = [withTotals(props.bids, rows), withTotals(props.asks, rows)];
  const most = Math.max(1, ...[...bids, ...asks].map((row) => row?.total ?? 0));
  const line = (side: "bid" | "ask") => (row: Row | undefined, index: number) => (
    <LadderRow
      key={index}
      side={side}
      row={row}
      share={row === undefined ? 0 : Math.round(row.total * 100 / most)}
      own={row && ownAt?.(side, row.price)}
      // One stop of the Tab key for the whole ladder; arrows move inside.
      isStop={side === "ask" && index === 0 || side === "bid" && index === 0 && asks[0] === undefined}
      onPick={onPick}
    />
  );
  return (
    <div class="ladder" data-live={isLive ? "yes" : "no"}>
      <p class="ladder-state" hidden={isLive}>
        <strong>Stale</strong> {why === undefined ? "" : `– ${why}`}
      </p>
      <table ref={table} onKeyDown={(event) => moveFocus(event, table.current)}>
        <caption class="sr-only">Order book of {name}{isLive ? "" : ", stale"}</caption>
        <thead>
          <tr>
            <th scope="col">Price</th>
            <th scope="col">Contracts</th>
            <th scope="col">Total</th>
            {ownAt && <th scope="col">Yours</th>}
          </tr>
        </thead>
        <tbody class="asks">{asks.map(line("ask")).reverse()}</tbody>
        <tbody class="middle">
          <tr>
            <td colSpan={ownAt ? 4 : 3}>{middleOf(props.bids[0]?.price, props.asks[0]?.price)}</td>
          </tr>
        </tbody>
        <tbody class="bids">{bids.map(line("bid"))}</tbody>
      </table>
    </div>
  );
}

function middleOf(bid: number | undefined, ask: number | undefined): JSX.Element {
  if (bid === undefined && ask === undefined) return <span>No bids and no asks</span>;
  if (bid === undefined) return <span>No bids</span>;
  if (ask === undefined) return <span>No asks</span>;
  return (
    <>
      <span>
        Spread <b>{showPrice(ask - bid)}</b>
      </span>
      <span>
        Mid <b>{(bid + ask) % 2 === 0 ? showPrice((bid + ask) / 2) : `${showPrice((bid + ask - 1) / 2)}½`}</b>
      </span>
    </>
  );
}

interface LadderRowProps {
  readonly side: "bid" | "ask";
  readonly row: Row | undefined;
  readonly share: number;
  /** Undefined where own contracts are not told. */
  readonly own: number | undefined;
  readonly isStop: boolean;
  readonly onPick: LadderProps["onPick"];
}

function LadderRow({ side, row, share, own, isStop, onPick }: LadderRowProps): JSX.Element {
  if (row === undefined) {
    return (
      <tr class="empty" aria-hidden="true">
        <td />
      </tr>
    );
  }
  const pick = onPick && (() => onPick(side, row.price));
  const price = showPrice(row.price);
  return (
    <tr class={own ? "own" : ""} onClick={() => pick?.()}>
      <td class="price">
        <i class="bar" style={{ transform: `scaleX(${share}%)` }} />
        {pick === undefined ? price : (
          <button
            type="button"
            tabIndex={isStop ? 0 : -1}
            aria-label={`${side === "bid" ? "Sell" : "Buy"} at ${price}`}
          >
            {price}
          </button>
        )}
      </td>
      <td>{showCount(row.size)}</td>
      <td class="faint">{showCount(row.total)}</td>
      {own !== undefined && <td class="yours">{own > 0 ? showCount(own) : ""}</td>}
    </tr>
  );
}

function moveFocus(event: KeyboardEvent, table: HTMLTableElement | null): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || table === null) return;
  const buttons = [...table.querySelectorAll("button")];
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  if (at < 0) return;
  event.preventDefault();
  buttons[Math.min(Math.max(at + step, 0), buttons.length - 1)]?.focus();
}
