/** What can be done to the exchange: its clock, the chosen market, its faults. */
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { useCell } from "./cell.ts";
import type { ControlState } from "../state.ts";
import type { Desk } from "./desk.ts";

export function ControlsPanel({ desk }: { readonly desk: Desk }): JSX.Element {
  return (
    <div class="controls">
      <ClockControls desk={desk} />
      <MarketControls desk={desk} />
      <FaultControls desk={desk} />
      <ExchangeControls desk={desk} />
    </div>
  );
}

interface GroupProps {
  readonly title: string;
  readonly children: ComponentChildren;
}

function Group({ title, children }: GroupProps): JSX.Element {
  return (
    <fieldset class="group">
      <legend>{title}</legend>
      {children}
    </fieldset>
  );
}

function Act({ onAct, children }: { readonly onAct: () => void; readonly children: ComponentChildren }) {
  return <button type="button" class="small" onClick={onAct}>{children}</button>;
}

const STEPS: readonly (readonly [label: string, words: string, ms: number])[] = [
  ["+1 min", "a minute", 60_000],
  ["+1 h", "an hour", 3_600_000],
  ["+1 day", "a day", 86_400_000],
];

function ClockControls({ desk }: { readonly desk: Desk }): JSX.Element {
  const state = useCell(desk.controls.state);
  const isRunning = state?.running ?? true;
  return (
    <Group title="Clock">
      <div class="row">
        {STEPS.map(([label, words, ms]) => (
          <Act
            key={label}
            onAct={() => void desk.steer(`It is ${words} later.`, () => desk.controls.act("advance", { ms }))}
          >
            {label}
          </Act>
        ))}
        <Act
          onAct={() =>
            void desk.steer(
              isRunning ? "The clock stands." : "The clock runs.",
              () => desk.controls.act(isRunning ? "stop" : "run"),
            )}
        >
          {isRunning ? "Stop" : "Run"}
        </Act>
      </div>
      <PaceControls desk={desk} />
    </Group>
  );
}

const PACES: readonly (readonly [value: string, label: string])[] = [
  ["", "stand still"],
  ["2000", "move every 2 s"],
  ["500", "move twice a second"],
  ["100", "move ten times a second"],
];

function PaceControls({ desk }: { readonly desk: Desk }): JSX.Element {
  const pace = String(useCell(desk.controls.state)?.paceMs ?? "");
  const known = PACES.some(([value]) => value === pace);
  return (
    <div class="row">
      <label for="pace">Market makers</label>
      <select
        id="pace"
        value={pace}
        onChange={({ currentTarget: { value } }) =>
          void desk.steer(
            value === "" ? "The market makers stand still." : "The market makers move.",
            () => desk.controls.act("pace", { stepMs: value === "" ? null : Number(value) }),
          )}
      >
        {PACES.map(([value, label]) => <option key={value} value={value}>{label}</option>)}
        {!known && <option value={pace}>move every {pace} ms</option>}
      </select>
      <Act
        onAct={() =>
          void desk.steer("The market makers moved.", () => desk.controls.act("step", { times: 10 }))}
      >
        Move them
      </Act>
    </div>
  );
}

function MarketControls({ desk }: { readonly desk: Desk }): JSX.Element | null {
  const ticker = useCell(desk.markets.chosen);
  const market = useCell(desk.markets.markets).get(ticker ?? "");
  const [outcome, setOutcome] = useState<"yes" | "no">("yes");
  if (ticker === undefined || market === undefined) return null;
  const isPaused = market.status === "inactive";
  const isOver = market.status === "determined" || market.status === "finalized";
  return (
    <Group title="Chosen market">
      <p class="ticker">{ticker}</p>
      {isOver ? <p class="hint">Its outcome is {market.result || "known"}.</p> : (
        <div class="row">
          <label for="outcome">Outcome</label>
          <select
            id="outcome"
            value={outcome}
            onChange={({ currentTarget }) => setOutcome(currentTarget.value === "no" ? "no" : "yes")}
          >
            <option value="yes">Yes</option>
            <option value="no">No</option>
          </select>
          <Act
            onAct={() =>
              void desk.steer(
                `${ticker} is settled: ${outcome}.`,
                () => desk.controls.act("determine", { ticker, outcome, settle: true }),
              )}
          >
            Settle
          </Act>
          <Act
            onAct={() =>
              void desk.steer(
                isPaused ? `${ticker} trades again.` : `${ticker} is paused.`,
                () => desk.controls.act("market-active", { ticker, active: isPaused }),
              )}
          >
            {isPaused ? "Resume" : "Pause"}
          </Act>
        </div>
      )}
    </Group>
  );
}

interface FaultChoice {
  readonly label: string;
  readonly act: string;
  readonly body: object;
}

const FAULTS: Readonly<Record<string, FaultChoice>> = {
  "rest-503": { label: "Bots: next request 503", act: "fail", body: { status: 503 } },
  "rest-429": { label: "Bots: next request 429", act: "fail", body: { status: 429 } },
  "order-lost": {
    label: "Bots: next order taken, answered 502",
    act: "fail",
    body: { status: 502, method: "POST", path: "/orders", afterProcessing: true },
  },
  "rest-slow": { label: "Bots: next 5 requests 2 s late", act: "fail", body: { delayMs: 2_000, times: 5 } },
  "ws-drop": { label: "Streams: lose a frame", act: "fail-sockets", body: { fault: "drop" } },
  "ws-corrupt": { label: "Streams: damage a frame", act: "fail-sockets", body: { fault: "corrupt" } },
  "ws-stall": { label: "Streams: 5 s late", act: "fail-sockets", body: { fault: "stall", forMs: 5_000 } },
  "ws-half-open": { label: "Streams: silent, but open", act: "fail-sockets", body: { fault: "half-open" } },
  "ws-cut": { label: "Streams: cut", act: "fail-sockets", body: { fault: "cut" } },
  "ws-refuse": { label: "Bots: next stream refused, 503", act: "refuse-sockets", body: { status: 503 } },
};

function FaultControls({ desk }: { readonly desk: Desk }): JSX.Element {
  const waiting = useCell(desk.controls.state)?.faults.length ?? 0;
  const [name, setName] = useState("rest-503");
  const fault = FAULTS[name];
  return (
    <Group title="Faults">
      <div class="row">
        <label class="sr-only" for="fault">Fault</label>
        <select id="fault" value={name} onChange={({ currentTarget }) => setName(currentTarget.value)}>
          {Object.entries(FAULTS).map(([value, { label }]) => (
            <option key={value} value={value}>{label}</option>
          ))}
        </select>
        <Act
          onAct={() => {
            if (fault === undefined) return;
            void desk.steer(`Fault on. ${fault.label}.`, () => desk.controls.act(fault.act, fault.body));
          }}
        >
          Switch on
        </Act>
      </div>
      <div class="row">
        <Act onAct={() => void desk.steer("No fault waits.", () => desk.controls.act("clear-faults"))}>
          Clear faults{waiting > 0 ? ` (${waiting} wait)` : ""}
        </Act>
        <Act onAct={() => void desk.steer("Every stream ended.", () => desk.controls.act("drop-sockets"))}>
          Drop streams
        </Act>
      </div>
    </Group>
  );
}

const PAUSES: readonly (readonly [ControlState["paused"], string])[] = [
  ["nothing", "Open"],
  ["trading", "Trading paused"],
  ["exchange", "Exchange paused"],
];

function ExchangeControls({ desk }: { readonly desk: Desk }): JSX.Element {
  const paused = useCell(desk.controls.state)?.paused ?? "nothing";
  const [amount, setAmount] = useState("1000.00");
  return (
    <Group title="Exchange">
      <div class="row">
        <label for="pause">State</label>
        <select
          id="pause"
          value={paused}
          onChange={({ currentTarget }) =>
            void desk.steer(
              "The state of the exchange is changed.",
              () => desk.controls.act("pause", { what: currentTarget.value }),
            )}
        >
          {PAUSES.map(([value, label]) => <option key={value} value={value}>{label}</option>)}
        </select>
      </div>
      <div class="row">
        <label for="deposit">Deposit $</label>
        <input
          id="deposit"
          class="short"
          inputMode="decimal"
          autocomplete="off"
          value={amount}
          onInput={({ currentTarget }) => setAmount(currentTarget.value)}
        />
        <Act
          onAct={() =>
            void desk.steer(`$${amount} is paid in.`, () => desk.controls.act("deposit", { amount }))}
        >
          Pay in
        </Act>
      </div>
    </Group>
  );
}
