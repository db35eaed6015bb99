/** The order ticket. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Readable, useCell } from "./cell.ts";
import type { Desk } from "./desk.ts";
import { showCount, showMoney, showPrice } from "./format.ts";
import type { BookView, MarketRow } from "./market_data.ts";
import { CountField, LifeFields, PriceField, SideChoice } from "./ticket_fields.tsx";
import {
  checkTicket,
  sayOrder,
  stepPrice,
  type TicketFields,
  type TicketProblems,
  type TicketVerdict,
} from "./ticket_check.ts";

/** A price that was chosen in the ladder; each choice is an object of its own. */
export interface Picked {
  readonly side: "bid" | "ask";
  readonly price: number;
}

export function TicketPanel(
  { desk, picked }: { readonly desk: Desk; readonly picked: Readable<Picked | undefined> },
): JSX.Element {
  const chosen = useCell(desk.markets.chosen);
  const market = useCell(desk.markets.markets).get(chosen ?? "");
  return (
    <section class="panel ticket" aria-labelledby="ticket-title">
      <header>
        <h2 id="ticket-title">Order</h2>
      </header>
      {market === undefined ? <p class="hint">Choose a market.</p> : (
        // Another market is another ticket: nothing typed for one is sent to another.
        <Ticket key={market.ticker} desk={desk} market={market} picked={picked} />
      )}
    </section>
  );
}

interface TicketProps {
  readonly desk: Desk;
  readonly market: MarketRow;
  readonly picked: Readable<Picked | undefined>;
}

function verdictOf(
  fields: TicketFields,
  market: MarketRow,
  book: BookView | undefined,
  position: number,
  cash: number | undefined,
): TicketVerdict {
  const live = book?.isLive && book.ticker === market.ticker ? book : undefined;
  return checkTicket(fields, {
    ...market,
    bestBid: live?.bids[0]?.price,
    bestAsk: live?.asks[0]?.price,
    position,
    cash,
  });
}

function Ticket({ desk, market, picked }: TicketProps): JSX.Element {
  const book = useCell(desk.markets.book);
  const cash = useCell(desk.account.cash);
  const position = useCell(desk.account.positions).get(market.ticker)?.count ?? 0;
  const isOpen = useCell(desk.connection).kind === "open";
  const pick = useCell(picked);
  const [isSending, setSending] = useState(false);
  // Nothing is called wrong before it was to be sent.
  const [isTold, setTold] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const [fields, setFields] = useState<TicketFields>({
    side: "bid",
    price: "",
    count: "10",
    timeInForce: "good_till_canceled",
    postOnly: false,
  });
  const set = (change: Partial<TicketFields>) => setFields((before) => ({ ...before, ...change }));
  useEffect(() => {
    // What trades against a bid is a sale.
    if (pick !== undefined) {
      set({ side: pick.side === "bid" ? "ask" : "bid", price: showPrice(pick.price) });
    }
  }, [pick]);

  const verdict = verdictOf(fields, market, book, position, cash);
  const problems = isTold && verdict.kind === "unready" ? verdict.problems : {};
  const send = async (event: Event) => {
    event.preventDefault();
    if (isSending) return;
    setTold(true);
    if (verdict.kind === "unready") return focusProblem(form.current, verdict.problems);
    if (!isOpen) return desk.notify("failed", "Nothing was sent: the exchange cannot be reached.");
    setSending(true);
    if (await desk.place(verdict.order)) setTold(false);
    setSending(false);
  };
  return (
    <form ref={form} noValidate onSubmit={(event) => void send(event)}>
      <SideChoice
        side={fields.side}
        onChoose={(side) => set({ side })}
        bid={["Buy", "Yes"]}
        ask={["Sell", "Yes, or buy No"]}
      />
      <PriceField
        label="Price of Yes"
        example="0.56"
        step={(up) => set({ price: stepPrice(market.grid, fields.price, up) })}
        best={book?.isLive && book.ticker === market.ticker ? book : undefined}
        fields={fields}
        problem={problems.price}
        set={set}
      />
      <CountField fields={fields} problem={problems.count} set={set} />
      <LifeFields fields={fields} problem={problems.postOnly} set={set} />
      <Cost verdict={verdict} side={fields.side} />
      {problems.order && <p class="problem" id="order-problem" role="alert">{problems.order}</p>}
      {book?.isLive === false && <p class="warning">The book is stale: its prices may be old.</p>}
      <button
        type="submit"
        class={`send ${fields.side}`}
        aria-busy={isSending}
        aria-describedby={problems.order && "order-problem"}
      >
        {isSending ? "Sending …" : nameOf(verdict, fields)}
      </button>
    </form>
  );
}

function nameOf(verdict: TicketVerdict, { side }: TicketFields): string {
  return verdict.kind === "ready" ? sayOrder(verdict.order) : side === "bid" ? "Buy Yes" : "Sell Yes";
}

function focusProblem(form: HTMLFormElement | null, problems: TicketProblems): void {
  const name = (["price", "count", "postOnly"] as const).find((one) => problems[one] !== undefined);
  if (name !== undefined) form?.querySelector<HTMLElement>(`[name=${name}]`)?.focus();
}

function Cost(
  { verdict, side }: { readonly verdict: TicketVerdict; readonly side: "bid" | "ask" },
): JSX.Element {
  const cost = verdict.kind === "ready" ? verdict.cost : undefined;
  const line = (name: string, value: string) => (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
  return (
    <dl class="cost">
      {line("Cost before fees", cost === undefined ? "–" : showMoney(cost.cost))}
      {line(side === "bid" ? "Pays if Yes" : "Pays if No", cost === undefined ? "–" : showMoney(cost.payout))}
      {line("Closes", cost === undefined || cost.closes === 0 ? "–" : showCount(cost.closes))}
      {line("Now", cost === undefined ? "–" : cost.crosses ? "trades" : "rests")}
    </dl>
  );
}
