/**
 * What a caller asks of a channel, read from the parameters of `subscribe`.
 *
 * @module
 */

import { KalshiConfigError } from "../base/errors.ts";
import { copyPlain, isKeyLike, isPlain, shown } from "../base/plain.ts";
import { unknownOption } from "../base/options.ts";
import { findFault } from "../contract/check.ts";
import { channelOf, type StreamChannel, type StreamProduct } from "./product.ts";

/** What a reader asks of a channel. */
export interface Wish {
  /** The parameter that its keys are named by; undefined where the channel cannot be picked from. */
  readonly param: string | undefined;
  /** What it picks; undefined for everything. */
  readonly keys: Set<string> | undefined;
  /** Parameters that hold for the whole subscription. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Options of calls, which are no parameters. */
const CALL_OPTIONS: readonly string[] = [
  "signal",
  "timeoutMs",
  "queue",
  "recover",
  "awaitLive",
  "policy",
  "limit",
];

/** Refuses what cannot be a channel, and another spelling of one that is known: Kalshi's names are lower case. */
function assertChannel({ channels }: StreamProduct, channel: unknown): void {
  const refuse = () =>
    new KalshiConfigError(
      `A subscription takes the name of one channel first, such as "ticker"; got ${shown(channel)}.`,
    );
  if (typeof channel !== "string" || channel === "") throw refuse();
  if (Object.hasOwn(channels, channel)) return;
  // A channel of a new kind may be called nearly so; what differs in case and separators alone is none.
  const bare = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");
  const known = Object.keys(channels).find((name) => bare(name) === bare(channel));
  if (known === undefined) {
    // What can be no name is neither sent nor quoted: it may be a key.
    if (/^[\w.:-]{1,64}$/.test(channel) && !isKeyLike(channel)) return;
    throw refuse();
  }
  throw new KalshiConfigError(`There is no channel ${shown(channel)}. Did you mean "${known}"?`);
}

/**
 * Reads parameters, and refuses what the channel does not have: Kalshi would ignore it and send everything.
 *
 * @throws {KalshiConfigError} naming the parameter
 */
export function readParams(
  product: StreamProduct,
  channel: string,
  given: object = {},
): Wish {
  assertChannel(product, channel);
  const params = copyPlain(given);
  if (!isPlain(params)) {
    throw new KalshiConfigError(
      `"${channel}" takes its parameters as a plain object such as { market_tickers: [ticker] }; got ${
        shown(params)
      }.`,
    );
  }
  const facts = channelOf(product, channel);
  const { picks } = facts;
  const options: Record<string, unknown> = {};
  let [param] = picks;
  let keys: Set<string> | undefined;
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) continue;
    const picking = picks.find((pick) => name === pick || name === product.picks[pick]?.single);
    if (picking === undefined) {
      options[name] = readOption(product, channel, facts, name, value);
      continue;
    }
    if (keys !== undefined) {
      throw new KalshiConfigError(
        `"${channel}" takes one of ${picks.join(" and ")}, as one list or one name.`,
      );
    }
    param = picking;
    keys = readKeys(channel, name, value, name === picking);
  }
  if (facts.mustPick !== undefined && keys === undefined) {
    throw new KalshiConfigError(`"${channel}" needs ${picks[0]}: ${facts.mustPick}`);
  }
  const all = param === undefined ? undefined : product.picks[param]?.all;
  if (all !== undefined) keys = keys?.has(all) ? undefined : keys ?? new Set();
  return { param, keys, options: { ...facts.defaults, ...options } };
}

function readKeys(channel: string, name: string, value: unknown, isList: boolean): Set<string> {
  const list = isList ? value : [value];
  const isGood = Array.isArray(list) && list.length > 0 &&
    list.every((item) => typeof item === "string" && item);
  if (isGood) return new Set(list);
  throw new KalshiConfigError(
    `${name} of "${channel}" takes ${isList ? "a list of one or more strings" : "a string"}.`,
  );
}

function readOption(
  { subscribeParams, picks }: StreamProduct,
  channel: string,
  facts: StreamChannel,
  name: string,
  value: unknown,
): unknown {
  if (facts.types === undefined) return value;
  if (facts.options.includes(name)) {
    const rule = subscribeParams[name];
    const fault = rule && findFault({ [name]: rule }, { [name]: value }, { what: "parameter" });
    if (fault !== undefined) throw new KalshiConfigError(`"${channel}": ${fault}`);
    return value;
  }
  if (CALL_OPTIONS.includes(name)) {
    throw new KalshiConfigError(
      `The channel "${channel}" has no parameter "${name}". It is an option: it goes into the last argument.`,
    );
  }
  const known = facts.picks.filter((pick) => picks[pick] !== undefined);
  throw unknownOption(`The channel "${channel}"`, name, [...known, ...facts.options]);
}
