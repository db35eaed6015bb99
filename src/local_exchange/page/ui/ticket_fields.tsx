/** The fields of an order ticket, of whatever product. */
import type { ComponentChildren, JSX } from "preact";
import { showPrice } from "./format.ts";
import type { TicketFields, TimeInForce } from "./ticket_check.ts";

const LIVES: readonly (readonly [TimeInForce, string])[] = [
  ["good_till_canceled", "Until canceled"],
  ["immediate_or_cancel", "At once, or not"],
  ["fill_or_kill", "All at once, or not"],
];
const COUNTS = ["1", "10", "100"];

interface SideProps {
  readonly side: "bid" | "ask";
  readonly onChoose: (side: "bid" | "ask") => void;
  /** What each side is called, and what it does. */
  readonly bid: readonly [label: string, hint: string];
  readonly ask: readonly [label: string, hint: string];
}

/** Whether to buy or to sell. */
export function SideChoice({ side, onChoose, bid, ask }: SideProps): JSX.Element {
  const choice = (value: "bid" | "ask", [label, hint]: readonly [string, string]) => (
    <label class={`side ${value}`}>
      <input
        type="radio"
        name="side"
        value={value}
        checked={side === value}
        onChange={() =>
          onChoose(value)}
      />
      <span>{label}</span> <small>{hint}</small>
    </label>
  );
  return (
    <fieldset class="sides">
      <legend class="sr-only">Side</legend>
      {choice("bid", bid)}
      {choice("ask", ask)}
    </fieldset>
  );
}

interface FieldProps {
  readonly fields: TicketFields;
  readonly problem: string | undefined;
  readonly set: (change: Partial<TicketFields>) => void;
}

/** What is wrong with a field. */
export function Problem(
  { id, text }: { readonly id: string; readonly text: string | undefined },
): JSX.Element {
  return <p class="problem" id={id} role="alert" hidden={text === undefined}>{text}</p>;
}

interface PriceProps extends FieldProps {
  readonly label: string;
  readonly example: string;
  /** A tick further. */
  readonly step: (up: boolean) => void;
  /** The best levels of a live book; undefined where there is none. */
  readonly best: { readonly bids: readonly Level[]; readonly asks: readonly Level[] } | undefined;
}

interface Level {
  readonly price: number;
}

/** The price, as it is typed. */
export function PriceField({ fields, problem, set, label, example, step, best }: PriceProps): JSX.Element {
  const chips = [["Bid", best?.bids[0]?.price], ["Ask", best?.asks[0]?.price]] as const;
  return (
    <div class="field">
      <label for="price">
        {label} <span class="unit">$</span>
      </label>
      <div class="stepper">
        <button type="button" tabIndex={-1} aria-label="A tick lower" onClick={() => step(false)}>−</button>
        <input
          id="price"
          name="price"
          inputMode="decimal"
          autocomplete="off"
          placeholder={example}
          value={fields.price}
          aria-invalid={problem !== undefined}
          aria-describedby="price-problem"
          onInput={({ currentTarget }) => set({ price: currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
            event.preventDefault();
            step(event.key === "ArrowUp");
          }}
        />
        <button type="button" tabIndex={-1} aria-label="A tick higher" onClick={() => step(true)}>+</button>
      </div>
      <div class="chips">
        {chips.map(([name, price]) =>
          price !== undefined && (
            <button
              key={name}
              type="button"
              class="chip"
              onClick={() => set({ price: showPrice(price) })}
            >
              {name} {showPrice(price)}
            </button>
          )
        )}
      </div>
      <Problem id="price-problem" text={problem} />
    </div>
  );
}

/** How many contracts. */
export function CountField({ fields, problem, set }: FieldProps): JSX.Element {
  return (
    <div class="field">
      <label for="count">Contracts</label>
      <input
        id="count"
        name="count"
        inputMode="decimal"
        autocomplete="off"
        value={fields.count}
        aria-invalid={problem !== undefined}
        aria-describedby="count-problem"
        onInput={({ currentTarget }) => set({ count: currentTarget.value })}
      />
      <div class="chips">
        {COUNTS.map((count) => (
          <button key={count} type="button" class="chip" onClick={() => set({ count })}>{count}</button>
        ))}
      </div>
      <Problem id="count-problem" text={problem} />
    </div>
  );
}

/** How long it lives. */
export function LifeFields(
  { fields, problem, set, children }: FieldProps & { readonly children?: ComponentChildren },
): JSX.Element {
  return (
    <div class="field">
      <label for="life">Lives</label>
      <select
        id="life"
        value={fields.timeInForce}
        onChange={({ currentTarget }) => set({ timeInForce: currentTarget.value as TimeInForce })}
      >
        {LIVES.map(([value, name]) => <option key={value} value={value}>{name}</option>)}
      </select>
      <label class="check">
        <input
          type="checkbox"
          name="postOnly"
          checked={fields.postOnly}
          aria-invalid={problem !== undefined}
          aria-describedby="post-problem"
          onChange={() => set({ postOnly: !fields.postOnly })}
        />{" "}
        Post only
      </label>
      {children}
      <Problem id="post-problem" text={problem} />
    </div>
  );
}
