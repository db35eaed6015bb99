/**
 * What is kept of an intent: who is at it, what it has become, and of which order it is.
 *
 * @module
 */
import {
  KalshiBadRequestError,
  KalshiConfigError,
  KalshiConflictError,
  KalshiDecodeError,
  type KalshiError,
  type KalshiErrorJson,
  KalshiNotFoundError,
} from "../base/errors.ts";
import { parseCount, parsePrice } from "../base/fixed_point.ts";
import { type Fields, isPlain } from "../base/plain.ts";
import type { CreateOrderV2Request, CreateOrderV2Response } from "../contract/event/types.ts";
import { isRetryableStatus } from "../http/status.ts";
import { isOfId } from "../writes/once.ts";

/** An order with the id that makes it one of a kind. */
export type IntendedOrder = CreateOrderV2Request & { readonly client_order_id: string };

/** What every state of an intent says. */
export interface IntentBasis {
  /** The order that it stands for. */
  readonly order: IntendedOrder;
  /** Of which environment: `production`, `demo`, `loopback` or `unknown`. */
  readonly environment: string;
  /** Whose it is: the `account` of the ledger, or the id of the client's key. */
  readonly account: string;
}

/**
 * What an intent has become.
 *
 * - `placing`: a machine is at it. `owner` names the call, and `leaseMs` says how long that may be silent.
 * - `open`: nobody is at it, and the order may have been sent: who comes next looks for it first.
 * - `free`: nobody is at it, and there is no order: nothing was sent, or the exchange said to try again later.
 * - `placed`: the exchange has the order.
 * - `refused`: the exchange has refused it for good.
 *
 * `sinceMs` is when somebody first was at it, in Unix milliseconds.
 */
export type IntentState =
  | IntentBasis & {
    readonly state: "placing";
    readonly owner: string;
    readonly leaseMs: number;
    readonly sinceMs: number;
  }
  | IntentBasis & { readonly state: "open"; readonly sinceMs: number }
  | IntentBasis & { readonly state: "free" }
  | IntentBasis & { readonly state: "placed"; readonly result: CreateOrderV2Response }
  | IntentBasis & { readonly state: "refused"; readonly error: KalshiErrorJson };

/** The id of the order of an intent: the same on every machine, so that the exchange knows the order again too. */
export async function orderIdOf(bucket: string, environment: string, intent: string): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify([bucket, environment, intent]));
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", text)).slice(0, 16);
  // The form of a UUID that is made from a name by a rule of one's own.
  bytes[6] = (bytes[6] ?? 0) & 0x0f | 0x80;
  bytes[8] = (bytes[8] ?? 0) & 0x3f | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Reads what is kept; undefined where an intent was never heard of. */
export function stateIn(intent: string, text: string | undefined): IntentState | undefined {
  if (text === undefined) return undefined;
  try {
    const state = JSON.parse(text) as IntentState;
    if (isState(state)) return state;
  } catch {
    // Said below.
  }
  throw new KalshiDecodeError(
    `What is kept of the intent ${
      JSON.stringify(intent)
    } is no state of one. Give the ledger a bucket of its own.`,
    { outcome: "unknown" },
  );
}

function isState(value: unknown): value is IntentState {
  if (!isPlain(value) || !isPlain(value["order"]) || typeof value["environment"] !== "string") return false;
  if (typeof value["account"] !== "string") return false;
  if (typeof value["order"]["client_order_id"] !== "string") return false;
  switch (value["state"]) {
    case "placing":
      return typeof value["owner"] === "string" && typeof value["leaseMs"] === "number" && hasTime(value);
    case "open":
      return hasTime(value);
    case "placed":
      return isPlain(value["result"]);
    case "refused":
      return isPlain(value["error"]);
    default:
      return value["state"] === "free";
  }
}

const hasTime = (value: Fields): boolean => Number.isFinite(value["sinceMs"]);

/** Refuses an intent that is somebody else's or stands for another order: two orders must not share a name. */
export function assertSameOrder(intent: string, kept: IntentBasis, wanted: IntentBasis): void {
  if (kept.environment === wanted.environment && kept.account !== wanted.account) {
    throw new KalshiConfigError(
      `The intent ${
        JSON.stringify(intent)
      } is that of another account, or of another key. Give each account a ` +
        "`bucket` of its own, and the same `account` to all ledgers of one account that has several keys; " +
        "nothing was sent.",
    );
  }
  const differs = kept.environment !== wanted.environment
    ? `one of the environment ${kept.environment}`
    : Object.keys({ ...kept.order, ...wanted.order })
      .filter((name) => canonical(kept.order, name) !== canonical(wanted.order, name))
      .map((name) => `another ${name}`)
      .join(" and ");
  if (differs === "") return;
  throw new KalshiConfigError(
    `The intent ${JSON.stringify(intent)} stands for another order: ${differs}. ` +
      "Give each decision a name of its own; nothing was sent.",
  );
}

/** A field as it is compared: prices and counts by their value, so that `"0.1"` is `"0.1000"`. */
function canonical(order: object, name: string): string {
  const value = (order as Fields)[name] ?? null;
  const parse = name === "price" ? parsePrice : name === "count" ? parseCount : undefined;
  try {
    if (parse !== undefined) return `${parse(value as string)}`;
  } catch {
    // No decimal that fits: the exchange, or the check before it, says what is wrong with it.
  }
  return JSON.stringify(value);
}

/** The refusal of the exchange as an error again. */
export function refusalOf({ message, code, ...context }: KalshiErrorJson): KalshiError {
  const Class = code === "CONFLICT"
    ? KalshiConflictError
    : code === "NOT_FOUND"
    ? KalshiNotFoundError
    : KalshiBadRequestError;
  return new Class(message, { ...context, outcome: "rejected" });
}

/**
 * Refusals that are about the moment and not about the order: the exchange, its trading or the market is paused or not
 * open yet, a market that is new is not known everywhere yet, the budget is used up, the clock was wrong, or Kalshi
 * itself failed. Every other refusal is final, an unknown code too, and so is a balance that does not suffice: whoever
 * was told that there is no order has gone on from there, and must not get one when cash comes in.
 */
const NOT_NOW =
  /paused|market_inactive|market_not_found|not_open|unavailable|too_many|timestamp_expired|internal_server/;

/** Whether the exchange has decided against this order for good, so that nobody else need try. */
export function isFinalRefusal({ outcome, code, status, serverCode }: KalshiError): boolean {
  // A key that is not accepted, a 429 and a 5xx have classes of their own.
  const isOfOrder = code === "BAD_REQUEST" || code === "CONFLICT" || code === "NOT_FOUND";
  if (outcome !== "rejected" || !isOfOrder) return false;
  if (status !== undefined && isRetryableStatus(status)) return false;
  return !NOT_NOW.test((serverCode ?? "").toLowerCase().replaceAll(" ", "_"));
}

/** Whether the exchange may know an order of that id. */
export function isTaken({ code, serverCode }: KalshiError): boolean {
  return code === "CONFLICT" && isOfId(serverCode);
}
