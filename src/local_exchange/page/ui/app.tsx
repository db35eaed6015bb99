/** The page. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { AccountPanel } from "./account_panel.tsx";
import { BookPanel } from "./book_panel.tsx";
import { Cell, useCell } from "./cell.ts";
import { ChartPanel } from "./chart_panel.tsx";
import type { Desk } from "./desk.ts";
import { Header } from "./header.tsx";
import { MarketHead } from "./market_head.tsx";
import { MarketsPanel } from "./markets_panel.tsx";
import { PerpsMain } from "./perps/perps_main.tsx";
import { type Picked, TicketPanel } from "./ticket_panel.tsx";
import { TradesPanel } from "./trades_panel.tsx";

/** What a narrow screen shows at a time; a wide one shows all. */
type View = "markets" | "trade" | "chart" | "account";

const VIEWS: readonly (readonly [View, string])[] = [
  ["markets", "Markets"],
  ["trade", "Trade"],
  ["chart", "Chart"],
  ["account", "Account"],
];

const picked: Cell<Picked | undefined> = new Cell<Picked | undefined>(undefined);

export function App({ desk }: { readonly desk: Desk }): JSX.Element {
  const [view, setView] = useState<View>("trade");
  const isPerps = useCell(desk.perps.isShown);
  const { kind } = useCell(isPerps ? desk.perps.connection : desk.connection);
  useShortcuts();
  const views = isPerps ? VIEWS.filter(([name]) => name !== "chart") : VIEWS;
  return (
    <div class="desk" data-view={view} data-line={kind} data-product={isPerps ? "margin" : "event"}>
      <a class="skip" href="#price">To the order ticket</a>
      <Header desk={desk} />
      {kind === "refused" && (
        <p class="banner" role="alert">
          The exchange has been started anew, and this session is over: what you see is old.{" "}
          <strong>Open the address that the exchange has printed.</strong>
        </p>
      )}
      {isPerps
        ? <PerpsMain desk={desk} onChosen={() => setView("trade")} />
        : <EventMain desk={desk} onChosen={() => setView("trade")} />}
      <nav aria-label="Views">
        {views.map(([name, label]) => (
          <button
            key={name}
            type="button"
            aria-current={name === view ? "page" : undefined}
            onClick={() => setView(name)}
          >
            {label}
          </button>
        ))}
      </nav>
      <Notices desk={desk} />
    </div>
  );
}

function EventMain(
  { desk, onChosen }: { readonly desk: Desk; readonly onChosen: () => void },
): JSX.Element {
  return (
    <main>
      <MarketsPanel desk={desk} onChosen={onChosen} />
      <MarketHead desk={desk} />
      <ChartPanel desk={desk} />
      <AccountPanel desk={desk} />
      <BookPanel
        of={{ book: desk.markets.book, orders: desk.account.orders, connection: desk.connection }}
        onPick={(side, price) => {
          picked.set({ side, price });
          document.getElementById("price")?.focus();
        }}
      />
      <TicketPanel desk={desk} picked={picked} />
      <TradesPanel of={desk.markets.trades} />
    </main>
  );
}

function Notices({ desk }: { readonly desk: Desk }): JSX.Element {
  const notices = useCell(desk.notices);
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.map(({ id, kind, text }) => (
        <p key={id} class={`notice ${kind}`}>
          <span>{text}</span>
          <button type="button" aria-label="Dismiss" onClick={() => desk.dismiss(id)}>×</button>
        </p>
      ))}
    </div>
  );
}

/** Alt with a key, which no text field takes: S to search, P to the price of an order, O to orders. */
function useShortcuts(): void {
  useEffect(() => {
    const act = (event: KeyboardEvent) => {
      const id = { KeyS: "search", KeyP: "price", KeyO: "account-orders" }[event.code];
      if (!event.altKey || event.ctrlKey || event.metaKey || id === undefined) return;
      event.preventDefault();
      document.getElementById(id)?.focus();
    };
    document.addEventListener("keydown", act);
    return () => document.removeEventListener("keydown", act);
  }, []);
}
