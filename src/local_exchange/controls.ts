/**
 * What the controls of an exchange take. A fault that is misspelled would never strike, and the test that waits for it
 * would prove nothing: so what is unknown, empty or of another kind is refused.
 */
import { KalshiConfigError } from "../base/errors.ts";
import { SECONDS_END } from "../contract/field_words.ts";
import { nearestName } from "../base/nearest_name.ts";
import { readOptions } from "../config/options.ts";
import { isPlain, shown } from "../base/plain.ts";
import type { FeeType } from "./engine/fees.ts";
import type { Fault } from "./faults.ts";
import type { CashPlace, CounterOrder, ListedMarket } from "./types.ts";
import { assertOptions, flag, type Rule, type Rules, usageTierRule, whole } from "./options.ts";
import { MOST_SUBACCOUNTS } from "./engine/model.ts";
import { isPrice, isWorth } from "./engine/event_contract.ts";
import { parseCount, parseMoney, parsePrice } from "./units.ts";
import { actionNames, channelNames } from "./gateways/ws/channels.ts";
import type { HandshakeFault, SocketFault } from "./gateways/ws/faults.ts";

const isText = (value: unknown) => typeof value === "string" && value !== "";
const text = (what: string): Rule => [what, isText];
const times: Rule = [
  "a whole number from 1, or Infinity",
  (value) => value === Infinity || Number.isSafeInteger(value) && Number(value) >= 1,
];
const milliseconds: Rule = [
  "milliseconds of at least 0",
  (value) => typeof value === "number" && value >= 0 && value < Infinity,
];
const oneOf = (...values: readonly string[]): Rule => [
  values.map((value) => JSON.stringify(value)).join(" or "),
  (value) => values.includes(value as string),
];
const ticker = text("a ticker as text");
const side = oneOf("bid", "ask");
const feeTypes: Readonly<Record<FeeType, true>> = {
  quadratic: true,
  quadratic_with_maker_fees: true,
  quadratic_with_combo_maker_fees: true,
  flat: true,
};

const faultRules: Rules<Fault> = {
  status: whole(200, 599),
  body: ["text, or what JSON can hold", isJson],
  headers: [
    "a plain object of header fields as text",
    (value) => isPlain(value) && Object.values(value).every((field) => typeof field === "string"),
  ],
  times,
  delayMs: milliseconds,
  afterProcessing: flag,
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

/** Refuses a fault that would do nothing. */
export function assertFault(fault: Fault): void {
  assertOptions("fail", fault, faultRules);
  const { status, body, headers, afterProcessing, delayMs } = fault;
  if (status !== undefined) return;
  if (body !== undefined || headers !== undefined || afterProcessing !== undefined) {
    refuse("fail: `body`, `headers` and `afterProcessing` belong to a `status`, such as { status: 503 }.");
  }
  if (delayMs === undefined) {
    refuse("fail takes what goes wrong: a `status` such as { status: 503 }, or a `delayMs`, or both.");
  }
}

const CHANNELS: readonly string[] = [...channelNames, "answers"];
const frameRules: Readonly<Record<string, Rule>> = {
  times,
  channel: [`a channel, or "answers" for those to commands`, (value) => CHANNELS.includes(value as string)],
};
const channelRule: Rule = ["a channel", (value) => channelNames.includes(value as string)];
const commandRules: Readonly<Record<string, Rule>> = {
  command: oneOf("subscribe", "unsubscribe", "update_subscription", "list_subscriptions"),
  action: oneOf(...actionNames),
  ticker,
  times,
  afterProcessing: flag,
};

/** What each fault of a WebSocket takes beside its name, and which of that it needs. */
const SOCKET_FAULTS: Readonly<
  Record<
    SocketFault["fault"],
    { readonly rules: Readonly<Record<string, Rule>>; readonly needs?: readonly string[] }
  >
> = {
  "drop": { rules: frameRules },
  "repeat": { rules: frameRules },
  "reorder": { rules: frameRules },
  "corrupt": { rules: frameRules },
  "truncate": { rules: frameRules },
  "stall": { rules: { forMs: milliseconds }, needs: ["forMs"] },
  "half-open": { rules: {} },
  "close": {
    rules: {
      code: whole(1000, 4999),
      // A close frame has room for no more.
      reason: [
        "text of at most 123 bytes",
        (value) => typeof value === "string" && new TextEncoder().encode(value).length <= 123,
      ],
    },
    needs: ["code"],
  },
  "cut": { rules: {} },
  "bad-frame": { rules: {} },
  "cut-frame": { rules: {} },
  "error": { rules: { code: whole(1), channel: channelRule }, needs: ["code", "channel"] },
  "forget": { rules: { channel: channelRule }, needs: ["channel"] },
  "renumber": { rules: { seq: whole(1), channel: channelRule }, needs: ["seq", "channel"] },
  "withhold": {
    rules: { update: oneOf("orderbook_snapshot", "orderbook_delta"), channel: channelRule, ticker, times },
  },
  "refuse": { rules: { code: whole(1), ...commandRules }, needs: ["code"] },
  "ignore": { rules: commandRules },
};

/** Refuses a fault of WebSockets that would do nothing. */
export function assertSocketFault(given: SocketFault): void {
  if (!isPlain(given)) {
    refuse(`sockets.fail takes an object such as { fault: "cut" }; got ${shown(given)}.`);
  }
  const names = Object.keys(SOCKET_FAULTS);
  const { fault } = given as Readonly<Record<string, unknown>>;
  if (typeof fault !== "string" || !Object.hasOwn(SOCKET_FAULTS, fault)) {
    const near = typeof fault === "string" ? nearestName(fault, names) : undefined;
    if (fault === undefined) {
      const known = Object.values(SOCKET_FAULTS).flatMap(({ rules }) => Object.keys(rules));
      readOptions("sockets.fail", given, ["fault", ...new Set(known)]);
    }
    refuse(
      `sockets.fail: \`fault\` takes one of ${names.join(", ")}; got ${shown(fault)}.${
        near === undefined ? "" : ` Did you mean ${JSON.stringify(near)}?`
      }`,
    );
  }
  const { rules, needs = [] } = SOCKET_FAULTS[fault as SocketFault["fault"]];
  const owner = `sockets.fail with the fault "${fault}"`;
  assertOptions(owner, given, { fault: text("its name"), ...rules } as Rules<SocketFault>);
  assertGiven(owner, given, needs, rules);
}

const handshakeRules: Rules<HandshakeFault> = {
  status: [
    'an HTTP status from 300 to 599, "hang" or "cut"',
    (value) => value === "hang" || value === "cut" || whole(300, 599)[1](value),
  ],
  body: ["text", (value) => typeof value === "string"],
  times,
};

/** Refuses a fault of handshakes that would let them through. */
export function assertHandshakeFault(fault: HandshakeFault): void {
  assertOptions("sockets.refuse", fault, handshakeRules);
  assertGiven("sockets.refuse", fault, ["status"], handshakeRules);
  if (fault.body !== undefined && typeof fault.status !== "number") {
    refuse("sockets.refuse: a `body` belongs to a `status` that is a number.");
  }
}

/** Refuses a message that would reach nobody. */
export function assertMessage(channel: unknown, msg: unknown, type: unknown): void {
  if (!channelNames.includes(channel as string)) {
    refuse(`sockets.publish takes one of ${channelNames.join(", ")} first; got ${shown(channel)}.`);
  }
  if (!isPlain(msg)) {
    refuse(`sockets.publish takes the payload as a plain object second; got ${shown(msg)}.`);
  }
  if (!isText(type)) refuse(`sockets.publish takes the frame's type as text third; got ${shown(type)}.`);
}

/** Refuses what is no frame. */
export function assertFrame(frame: unknown): void {
  if (typeof frame === "string" || frame instanceof Uint8Array) return;
  refuse(`sockets.send takes the text of a frame, or its bytes as a Uint8Array; got ${shown(frame)}.`);
}

const counterRules: Rules<CounterOrder> = {
  ticker,
  side,
  price: ['dollars above 0 and below 1 as text, such as "0.5600"', isPriceText],
  count: [
    'contracts above 0 as text, such as "10.00"',
    (value) => typeof value === "string" && (parseCount(value) ?? 0) > 0,
  ],
};

function isPriceText(value: unknown): boolean {
  const price = typeof value === "string" ? parsePrice(value) : undefined;
  return price !== undefined && isPrice(price);
}

/** Refuses an order that cannot be placed. */
export function assertCounterOrder(order: CounterOrder): void {
  assertOptions("placeCounterOrder", order, counterRules);
  assertGiven("placeCounterOrder", order, ["ticker", "side", "price", "count"], counterRules);
}

const placeRules: Rules<CashPlace> = { subaccount: whole(0, MOST_SUBACCOUNTS), exchangeIndex: whole(0) };

/** Refuses a payment that is none. */
export function assertDeposit(amount: unknown, where: CashPlace): void {
  const money = typeof amount === "string" ? parseMoney(amount) : undefined;
  if (money === undefined || money === 0) {
    refuse(`deposit takes dollars as text other than zero, such as "100.00"; got ${shown(amount)}.`);
  }
  assertOptions("deposit", where, placeRules);
}

const marketRules: Rules<ListedMarket> = {
  ticker,
  title: text("text"),
  closesInMs: ["milliseconds above 0", (value) => typeof value === "number" && value > 0 && value < Infinity],
  priceLevelStructure: text("the name of a price grid"),
};

/** Refuses a market that cannot be listed. */
export function assertListedMarket(market: ListedMarket): void {
  assertOptions("listMarket", market, marketRules);
  assertGiven("listMarket", market, ["ticker"], marketRules);
}

/** Refuses an outcome that is none. */
export function assertDetermine(outcome: unknown, options: { readonly settle?: boolean | undefined }): void {
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
  assertOptions("determine", options, { settle: flag });
}

/** Refuses fees that are none; those that are left out stay what they are. */
export function assertFees(owner: string, feeType: unknown, feeMultiplier: unknown): void {
  if (feeType !== undefined) assertValue(owner, "feeType", feeType, oneOf(...Object.keys(feeTypes)));
  if (feeMultiplier === undefined) return;
  assertValue(owner, "feeMultiplier", feeMultiplier, [
    "a number of at least 0",
    (value) => typeof value === "number" && value >= 0 && value < Infinity,
  ]);
}

/** Refuses what is no time in Unix milliseconds, and one in seconds where the exchange's own are milliseconds. */
export function assertTime(owner: string, atMs: unknown, nowMs: number): void {
  const isSeconds = typeof atMs === "number" && nowMs >= SECONDS_END && atMs > 0 && atMs < SECONDS_END;
  if (typeof atMs === "number" && Number.isFinite(atMs) && !isSeconds && atMs < nowMs + 1e13) return;
  const hint = isSeconds
    ? ` That looks like seconds: did you mean ${atMs * 1000}?`
    : atMs instanceof Date
    ? " Write date.getTime()."
    : "";
  refuse(
    `${owner} takes a time in Unix milliseconds, such as ${Math.floor(nowMs)}; got ${shown(atMs)}.${hint}`,
  );
}

/** Refuses a value that one argument cannot have. */
export function assertValue(owner: string, name: string, value: unknown, [takes, test]: Rule): void {
  if (!test(value)) refuse(`${owner}: \`${name}\` takes ${takes}; got ${shown(value)}.`);
}

/** What arguments of controls take. */
export const argument = {
  flag,
  rounds: whole(1),
  skewMs: ["milliseconds", (value) => typeof value === "number" && Number.isFinite(value)] as Rule,
  pause: oneOf("trading", "exchange", "nothing"),
  usageTier: usageTierRule,
} as const;

function assertGiven(
  owner: string,
  given: object,
  needs: readonly string[],
  rules: Readonly<Record<string, Rule>>,
): void {
  for (const name of needs) {
    if ((given as Readonly<Record<string, unknown>>)[name] === undefined) {
      refuse(`${owner} needs \`${name}\`: it takes ${rules[name]?.[0]}.`);
    }
  }
}

function refuse(says: string): never {
  throw new KalshiConfigError(says);
}
