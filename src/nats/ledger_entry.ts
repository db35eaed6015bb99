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
import { type Fields, isPlain } from "../base/plain.ts";
import type { CreateOrderV2Request, CreateOrderV2Response } from "../contract/event/types.ts";

/** An order with the id that makes it one of a kind. */
export type IntendedOrder = CreateOrderV2Request & { readonly client_order_id: string };

/** What every state of an intent says. */
export interface IntentBasis {
  /** The order that it stands for. */
  readonly order: IntendedOrder;
  /** Of which environment: `production`, `demo`, `loopback` or `unknown`. */
  readonly environment: string;
}

/**
 * What an intent has become.
 *
 * - `placing`: a machine is at it. `owner` names the call, and `leaseMs` says how long that may be silent.
 * - `open`: nobody is at it, and the order may have been sent: who comes next looks for it first.
 * - `free`: nobody is at it, and nothing was sent.
 * - `placed`: the exchange has the order.
 * - `refused`: the exchange has refused it.
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

/** Refuses an intent that stands for another order: two orders must not share a name. */
export function assertSameOrder(intent: string, kept: IntentBasis, wanted: IntentBasis): void {
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

const canonical = (order: object, name: string): string =>
  JSON.stringify((order as Record<string, unknown>)[name] ?? null);

/** The refusal of the exchange as an error again. */
export function refusalOf({ message, code, ...context }: KalshiErrorJson): KalshiError {
  const Class = code === "CONFLICT"
    ? KalshiConflictError
    : code === "NOT_FOUND"
    ? KalshiNotFoundError
    : KalshiBadRequestError;
  return new Class(message, { ...context, outcome: "rejected" });
}

/** Whether the exchange has decided against this order, so that nobody else need try. */
export function isRefusal({ outcome, code }: KalshiError): boolean {
  return outcome === "rejected" && (code === "BAD_REQUEST" || code === "CONFLICT" || code === "NOT_FOUND");
}

/** Whether the exchange knows an order of that id. */
export function isTaken({ code, serverCode }: KalshiError): boolean {
  return code === "CONFLICT" && /exist|duplicate/i.test(serverCode ?? "");
}
