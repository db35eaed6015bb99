/** Perps: the list of markets, the chosen one, the ticket and the account. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { BookPanel } from "../book_panel.tsx";
import { Cell, type Readable, useCell } from "../cell.ts";
import type { Desk } from "../desk.ts";
import { showCount, showMoment, showPrice } from "../format.ts";
import type { TicketProblems } from "../ticket_check.ts";
import { CountField, LifeFields, PriceField, SideChoice } from "../ticket_fields.tsx";
import type { Picked } from "../ticket_panel.tsx";
import { TradesPanel } from "../trades_panel.tsx";
import { PerpsAccountPanel } from "./perps_account.tsx";
import type { PerpsDesk } from "./perps_desk.ts";
import type { PerpRow } from "./perps_rows.ts";
import { checkPerpsTicket, type PerpsFields, sayPerpsOrder, stepPerpsPrice } from "./perps_ticket_check.ts";

const picked: Cell<Picked | undefined> = new Cell<Picked | undefined>(undefined);

export function PerpsMain(
  { desk, onChosen }: { readonly desk: Desk; readonly onChosen: () => void },
): JSX.Element {
  const { perps } = desk;
  return (
    <main>
      <Markets desk={perps} onChosen={onChosen} />
      <Head desk={perps} />
      <PerpsAccountPanel desk={desk} />
      <BookPanel
        of={perps}
        onPick={(side, price) => {
          picked.set({ side, price });
          document.getElementById("price")?.focus();
        }}
      />
      <Ticket desk={desk} picked={picked} />
      <TradesPanel of={perps.trades} />
    </main>
  );
}

const percent = (rate: number) => `${rate > 0 ? "+" : ""}${(rate * 100).toFixed(4)} %`;

function Markets(
  { desk, onChosen }: { readonly desk: PerpsDesk; readonly onChosen: () => void },
): JSX.Element {
  const markets = useCell(desk.markets);
  const chosen = useCell(desk.chosen);
  return (
    <section class="panel markets" aria-labelledby="markets-title">
      <header>
        <h2 id="markets-title">Perps</h2>
        <span class="faint">{markets.length}</span>
      </header>
      <ul class="market-list" tabIndex={-1}>
        {markets.map((market) => (
          <li key={market.ticker}>
            <button
              type="button"
              class="market"
              aria-current={market.ticker === chosen ? "true" : undefined}
              onClick={() => {
                desk.choose(market.ticker);
                onChosen();
              }}
            >
              <span class="market-title">{market.title}</span>
              <span class="market-quotes">
                <span class="bid">{showPrice(market.bid)}</span>
                <span class="ask">{showPrice(market.ask)}</span>
              </span>
              <span class="market-ticker">{market.ticker}</span>
              <span class="market-volume">{showCount(Math.floor(market.volume / 100) * 100)}</span>
            </button>
          </li>
        ))}
        {markets.length === 0 && <li class="hint">None.</li>}
      </ul>
    </section>
  );
}

function Head({ desk }: { readonly desk: PerpsDesk }): JSX.Element {
  const chosen = useCell(desk.chosen);
  const market = useCell(desk.markets).find(({ ticker }) => ticker === chosen);
  if (market === undefined) {
    return (
      <header class="panel market-head">
        <h2>Choose a market</h2>
      </header>
    );
  }
  const figure = (name: string, value: string, kind = "") => (
    <div>
      <dt>{name}</dt>
      <dd class={kind}>{value}</dd>
    </div>
  );
  const { funding } = market;
  return (
    <header class="panel market-head">
      <div>
        <h2>{market.title}</h2>
        <p class="faint">
          {market.ticker} · {market.isTrading ? "Open" : "Not trading"} · version {market.version}
          {funding !== undefined && ` · funding ${percent(funding.rate)} at ${showMoment(funding.atMs)}`}
        </p>
      </div>
      <dl class="figures">
        {figure("Mark", showPrice(market.mark))}
        {figure("Index", showPrice(market.index))}
        {figure("Bid", showPrice(market.bid), "bid")}
        {figure("Ask", showPrice(market.ask), "ask")}
        {figure("Leverage", market.leverage === undefined ? "–" : `${market.leverage.toFixed(1)}×`)}
        {figure("Open interest", showCount(market.openInterest))}
      </dl>
    </header>
  );
}

function Ticket(
  { desk, picked }: { readonly desk: Desk; readonly picked: Readable<Picked | undefined> },
): JSX.Element {
  const chosen = useCell(desk.perps.chosen);
  const market = useCell(desk.perps.markets).find(({ ticker }) => ticker === chosen);
  return (
    <section class="panel ticket" aria-labelledby="ticket-title">
      <header>
        <h2 id="ticket-title">Order</h2>
      </header>
      {market === undefined ? <p class="hint">Choose a market.</p> : (
        // Another market is another ticket: nothing typed for one is sent to another.
        <TicketForm key={market.ticker} desk={desk} market={market} picked={picked} />
      )}
    </section>
  );
}

interface FormProps {
  readonly desk: Desk;
  readonly market: PerpRow;
  readonly picked: Readable<Picked | undefined>;
}

function TicketForm({ desk, market, picked }: FormProps): JSX.Element {
  const { perps } = desk;
  const book = useCell(perps.book);
  const isOpen = useCell(perps.connection).kind === "open";
  const pick = useCell(picked);
  const [isSending, setSending] = useState(false);
  // Nothing is called wrong before it was to be sent.
  const [isTold, setTold] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const [fields, setFields] = useState<PerpsFields>({
    side: "bid",
    price: "",
    count: "10",
    timeInForce: "good_till_canceled",
    postOnly: false,
    reduceOnly: false,
  });
  const set = (change: Partial<PerpsFields>) => setFields((before) => ({ ...before, ...change }));
  useEffect(() => {
    // What trades against a bid is a sale.
    if (pick !== undefined) {
      set({ side: pick.side === "bid" ? "ask" : "bid", price: showPrice(pick.price) });
    }
  }, [pick]);
  const verdict = checkPerpsTicket(fields, market);
  const problems: TicketProblems = isTold && verdict.kind === "unready" ? verdict.problems : {};
  const send = async (event: Event) => {
    event.preventDefault();
    if (isSending) return;
    setTold(true);
    if (verdict.kind === "unready") {
      const name = (["price", "count", "postOnly"] as const).find((one) =>
        verdict.problems[one] !== undefined
      );
      if (name !== undefined) form.current?.querySelector<HTMLElement>(`[name=${name}]`)?.focus();
      return;
    }
    if (!isOpen) return desk.notify("failed", "Nothing was sent: the exchange cannot be reached.");
    setSending(true);
    if (await perps.place(verdict.order)) setTold(false);
    setSending(false);
  };
  const live = book?.isLive && book.ticker === market.ticker ? book : undefined;
  return (
    <form ref={form} noValidate onSubmit={(event) => void send(event)}>
      <SideChoice
        side={fields.side}
        onChoose={(side) => set({ side })}
        bid={["Buy", "long"]}
        ask={["Sell", "short"]}
      />
      <PriceField
        label="Price"
        example={showPrice(market.mark ?? 64_500)}
        step={(up) => set({ price: stepPerpsPrice(market, fields.price, up) })}
        best={live}
        fields={fields}
        problem={problems.price}
        set={set}
      />
      <CountField fields={fields} problem={problems.count} set={set} />
      <LifeFields fields={fields} problem={problems.postOnly} set={set}>
        <label class="check">
          <input
            type="checkbox"
            name="reduceOnly"
            checked={fields.reduceOnly}
            onChange={() => set({ reduceOnly: !fields.reduceOnly })}
          />{" "}
          Reduce only
        </label>
      </LifeFields>
      {problems.order && <p class="problem" id="order-problem" role="alert">{problems.order}</p>}
      {book?.isLive === false && <p class="warning">The book is stale: its prices may be old.</p>}
      <button
        type="submit"
        class={`send ${fields.side}`}
        aria-busy={isSending}
        aria-describedby={problems.order && "order-problem"}
      >
        {isSending
          ? "Sending …"
          : verdict.kind === "ready"
          ? sayPerpsOrder(verdict.order)
          : fields.side === "bid"
          ? "Long"
          : "Short"}
      </button>
    </form>
  );
}
