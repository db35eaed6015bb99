/**
 * What the controls of an exchange take. A fault that is misspelled would never strike, and the test that waits for it
 * would prove nothing: so what is unknown, empty or of another kind is refused.
 */
import { KalshiConfigError } from "../base/errors.ts";
import { SECONDS_END } from "../contract/field_words.ts";
import {
  type AnyRules,
  assertObject,
  assertValue,
  finite,
  flag,
  needed,
  oneOf,
  type Read,
  readOptions,
  type Rule,
  rule,
  type Rules,
  text,
  unknownOption,
  whole,
  withPreset,
} from "../base/options.ts";
import { isPlain, shown } from "../base/plain.ts";
import type { FeeType } from "./engine/fees.ts";
import type { Fault } from "./faults.ts";
import type { CashPlace, CounterOrder, ListedMarket } from "./types.ts";
import { usageTierRule } from "./options.ts";
import { MOST_SUBACCOUNTS } from "./engine/model.ts";
import { isPrice, isWorth, priceGrids } from "./engine/event_contract.ts";
import { parseCount, parseMoney, parsePrice } from "./units.ts";
import type { Channels } from "./gateways/ws/channels.ts";
import type { HandshakeFault, SocketFault } from "./gateways/ws/faults.ts";

const times: Rule<number> = rule(
  "a whole number from 1, or Infinity",
  (value) => value === Infinity || Number.isSafeInteger(value) && Number(value) >= 1,
);
/** About 300 years: no time of an exchange is so far from another one. */
const FARTHEST_MS = 1e13;
const delay = finite(0, "milliseconds");
const ticker = text("a ticker as text");
const feeTypes: Readonly<Record<FeeType, true>> = {
  quadratic: true,
  quadratic_with_maker_fees: true,
  quadratic_with_combo_maker_fees: true,
  flat: true,
};

/** What a fault of REST answers may be. */
export const faultRules: Rules<Fault> = {
  status: whole(200, 599),
  body: rule("text, or what JSON can hold", isJson),
  headers: rule(
    "a plain object of header fields as text",
    (value) => isPlain(value) && Object.values(value).every((field) => typeof field === "string"),
  ),
  times,
  delayMs: delay,
  afterProcessing: flag(),
  method: oneOf("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"),
  path: text('a part of the path and query as text, such as "/portfolio"'),
};

function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}

/** A copy of a fault; refuses one that would do nothing. */
export function readFault(given: Fault): Fault {
  const fault = readOptions("fail", given, faultRules);
  const { status, body, headers, afterProcessing, delayMs } = fault;
  if (status !== undefined) return fault;
  if (body !== undefined || headers !== undefined || afterProcessing !== undefined) {
    refuse("fail: `body`, `headers` and `afterProcessing` belong to a `status`, such as { status: 503 }.");
  }
  if (delayMs === undefined) {
    refuse("fail takes what goes wrong: a `status` such as { status: 503 }, or a `delayMs`, or both.");
  }
  return fault;
}

/** What each fault of a WebSocket takes beside its name, by the channels and commands that the WebSocket has. */
export function socketFaultRules(
  { names, actions }: Pick<Channels, "names" | "actions">,
): Readonly<Record<SocketFault["fault"], AnyRules>> {
  const frameRules: AnyRules = {
    times,
    channel: rule(
      `a channel, or "answers" for those to commands`,
      (value) => value === "answers" || names.includes(value as string),
    ),
  };
  const channel: Rule<string> = rule("a channel", (value) => names.includes(value as string));
  const commandRules: AnyRules = {
    command: oneOf("subscribe", "unsubscribe", "update_subscription", "list_subscriptions"),
    action: oneOf(...actions),
    ticker,
    times,
    afterProcessing: flag(),
  };
  return {
    "drop": frameRules,
    "repeat": frameRules,
    "reorder": frameRules,
    "corrupt": frameRules,
    "truncate": frameRules,
    ...connectionFaults,
    "error": { code: needed(whole(1)), channel: needed(channel) },
    "forget": { channel: needed(channel) },
    "renumber": { seq: needed(whole(1)), channel: needed(channel) },
    "withhold": { update: oneOf("orderbook_snapshot", "orderbook_delta"), channel, ticker, times },
    "refuse": { code: needed(whole(1)), ...commandRules },
    "ignore": commandRules,
  };
}

const connectionFaults = {
  "stall": { forMs: needed(delay) },
  "half-open": {},
  "close": {
    code: needed(whole(1000, 4999)),
    // A close frame has room for no more.
    reason: rule(
      "text of at most 123 bytes",
      (value) => typeof value === "string" && new TextEncoder().encode(value).length <= 123,
    ),
  },
  "cut": {},
  "bad-frame": {},
  "cut-frame": {},
} satisfies Readonly<Record<string, AnyRules>>;

/** A copy of a fault of WebSockets; refuses one that would do nothing. */
export function readSocketFault(channels: Channels, given: SocketFault): SocketFault {
  const owner = "sockets.fail";
  const faults = socketFaultRules(channels);
  assertObject(owner, given);
  const { fault } = given;
  if (fault === undefined) {
    // What was meant for the name may stand under another one.
    const known = ["fault", ...Object.values(faults).flatMap((rules) => Object.keys(rules))];
    const unknown = Object.keys(given).find((name) => !known.includes(name));
    if (unknown !== undefined) throw unknownOption(owner, unknown, [...new Set(known)]);
  }
  const faultName: Rule<SocketFault["fault"]> = oneOf(...Object.keys(faults) as SocketFault["fault"][]);
  assertValue(owner, "fault", fault, faultName);
  const rules = { fault: faultName, ...faults[fault] };
  return readOptions(`${owner} with the fault "${fault}"`, given, rules as unknown as Rules<SocketFault>);
}

/** What a fault of handshakes may be. */
export const handshakeRules: Rules<HandshakeFault> = {
  status: needed(rule(
    'an HTTP status from 300 to 599, "hang" or "cut"',
    (value) => value === "hang" || value === "cut" || whole(300, 599).test(value),
  )),
  body: rule("text", (value) => typeof value === "string"),
  times,
};

/** A copy of a fault of handshakes; refuses one that would let them through. */
export function readHandshakeFault(given: HandshakeFault): HandshakeFault {
  const fault = readOptions("sockets.refuse", given, handshakeRules);
  if (fault.body !== undefined && typeof fault.status !== "number") {
    refuse("sockets.refuse: a `body` belongs to a `status` that is a number.");
  }
  return fault;
}

/** Refuses a message that would reach nobody. */
export function assertMessage({ names }: Channels, channel: unknown, msg: unknown, type: unknown): void {
  if (!names.includes(channel as string)) {
    refuse(`sockets.publish takes one of ${names.join(", ")} first; got ${shown(channel)}.`);
  }
  if (!isPlain(msg)) {
    refuse(`sockets.publish takes the payload as a plain object second; got ${shown(msg)}.`);
  }
  if (typeof type !== "string" || type === "") {
    refuse(`sockets.publish takes the frame's type as text third; got ${shown(type)}.`);
  }
}

/** Refuses what is no frame. */
export function assertFrame(frame: unknown): void {
  if (typeof frame === "string" || frame instanceof Uint8Array) return;
  refuse(`sockets.send takes the text of a frame, or its bytes as a Uint8Array; got ${shown(frame)}.`);
}

/** What an order of somebody else may be. */
export const counterRules: Rules<CounterOrder> = {
  ticker: needed(ticker),
  side: needed(oneOf("bid", "ask")),
  price: needed(rule('dollars above 0 and below 1 as text, such as "0.5600"', isPriceText)),
  count: needed(rule(
    'contracts above 0 as text, such as "10.00"',
    (value) => typeof value === "string" && (parseCount(value) ?? 0) > 0,
  )),
};

function isPriceText(value: unknown): boolean {
  const price = typeof value === "string" ? parsePrice(value) : undefined;
  return price !== undefined && isPrice(price);
}

/** A copy of an order; refuses one that cannot be placed. */
export const readCounterOrder = (order: CounterOrder): CounterOrder =>
  readOptions("placeCounterOrder", order, counterRules);

/** What the place of a payment may be. */
export const placeRules = {
  subaccount: withPreset(whole(0, MOST_SUBACCOUNTS), 0),
  exchangeIndex: withPreset(whole(0), 0),
} satisfies Rules<CashPlace>;

/** A copy of the place of a payment; refuses a payment that is none. */
export function readDeposit(amount: unknown, where: CashPlace): Read<CashPlace, typeof placeRules> {
  const money = typeof amount === "string" ? parseMoney(amount) : undefined;
  if (money === undefined || money === 0) {
    refuse(`deposit takes dollars as text other than zero, such as "100.00"; got ${shown(amount)}.`);
  }
  return readOptions("deposit", where, placeRules);
}

/** What a market to list may be. */
export const marketRules = {
  ticker: needed(ticker),
  title: text(),
  closesInMs: withPreset(
    rule<number>(
      `milliseconds above 0, to ${FARTHEST_MS}`,
      (value) => typeof value === "number" && value > 0 && value <= FARTHEST_MS,
    ),
    86_400_000,
  ),
  priceLevelStructure: withPreset(text("the name of a price grid"), "linear_cent"),
} satisfies Rules<ListedMarket>;

/** A copy of a market; refuses one that cannot be listed. */
export const readListedMarket = (market: ListedMarket): Read<ListedMarket, typeof marketRules> =>
  readOptions("listMarket", market, marketRules);

/** Refuses the name of a price grid that there is not. */
export function assertPriceGrid(name: string): void {
  if (Object.hasOwn(priceGrids, name)) return;
  refuse(`No price level structure ${name}. Known: ${Object.keys(priceGrids).join(", ")}.`);
}

/** What the options of an outcome may be. */
export const determineRules = { settle: withPreset(flag(), false) };

/** A copy of the options of an outcome; refuses an outcome that is none. */
export function readDetermine(
  outcome: unknown,
  options: { readonly settle?: boolean | undefined },
): { readonly settle: boolean } {
  const price = typeof outcome === "string" && !/^(yes|no)$/.test(outcome) ? parsePrice(outcome) : undefined;
  const isOutcome = outcome === "yes" || outcome === "no" ||
    price !== undefined && isWorth(price);
  if (!isOutcome) {
    refuse(
      `determine takes "yes", "no" or what a YES contract is worth, from "0.0000" to "1.0000"; got ${
        shown(outcome)
      }.`,
    );
  }
  return readOptions("determine", options, determineRules);
}

/** Refuses fees that are none; those that are left out stay what they are. */
export function assertFees(owner: string, feeType: unknown, feeMultiplier: unknown): void {
  if (feeType !== undefined) assertValue(owner, "feeType", feeType, oneOf(...Object.keys(feeTypes)));
  if (feeMultiplier === undefined) return;
  assertValue(owner, "feeMultiplier", feeMultiplier, finite(0));
}

/** Refuses what is no time in Unix milliseconds, and one in seconds where the exchange's own are milliseconds. */
export function assertTime(owner: string, atMs: unknown, nowMs: number): void {
  const isSeconds = typeof atMs === "number" && nowMs >= SECONDS_END && atMs > 0 && atMs < SECONDS_END;
  if (typeof atMs === "number" && Number.isFinite(atMs) && !isSeconds && atMs < nowMs + FARTHEST_MS) return;
  const hint = isSeconds
    ? ` That looks like seconds: did you mean ${atMs * 1000}?`
    : atMs instanceof Date
    ? " Write date.getTime()."
    : "";
  refuse(
    `${owner} takes a time in Unix milliseconds, such as ${Math.floor(nowMs)}; got ${shown(atMs)}.${hint}`,
  );
}

/** What arguments of controls take. */
export const argument = {
  flag: flag(),
  rounds: whole(1),
  skewMs: rule<number>(
    `milliseconds from ${-FARTHEST_MS} to ${FARTHEST_MS}`,
    (value) => typeof value === "number" && Math.abs(value) <= FARTHEST_MS,
  ),
  pause: oneOf("trading", "exchange", "nothing"),
  usageTier: usageTierRule(),
} as const;

function refuse(says: string): never {
  throw new KalshiConfigError(says);
}
