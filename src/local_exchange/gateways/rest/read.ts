/** Reading what a request says, with the refusals that Kalshi gives to what it cannot read. */
import { UUID } from "../../../base/plain.ts";
import { ApiError } from "../../api_error.ts";
import { type Account, MOST_SUBACCOUNTS, type Wallet } from "../../engine/model.ts";
import type { Caller } from "../../signatures.ts";
import type { Call } from "./route.ts";
import { parseCount, parsePrice } from "../../units.ts";

/** What may be wrong with a parameter or a field. */
type InvalidCode = "bad_request" | "invalid_order" | "invalid_parameters" | "rfq_closed";

/** A 400 for a parameter or a field. */
export function invalid(details: string, code: InvalidCode = "invalid_parameters"): ApiError {
  return new ApiError(code, details);
}

/** The key that signed the call. */
export function keyOf({ key }: Call): Caller {
  if (key === undefined) throw new ApiError("token_authentication_failure");
  return key;
}

/** The account that signed the call. */
export function accountOf(call: Call): Account {
  return keyOf(call).account;
}

/** A query parameter, undefined when it is absent or empty. */
export function text({ query }: Call, name: string): string | undefined {
  return query.get(name) || undefined;
}

/** A query parameter that lists values with commas. */
export function list(call: Call, name: string): readonly string[] | undefined {
  const value = text(call, name);
  return value?.split(",").filter((item) => item !== "");
}

/** A whole number in a query, within bounds. */
export function integer(
  call: Call,
  name: string,
  { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER }: { min?: number; max?: number } = {},
): number | undefined {
  const value = text(call, name);
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!/^-?\d+$/.test(value) || number < min || number > max) {
    throw invalid(`${name} must be a whole number from ${min} to ${max}`);
  }
  return number;
}

/** A yes or no in a query. */
export function flag(call: Call, name: string): boolean | undefined {
  const value = text(call, name);
  if (value === undefined) return undefined;
  if (value !== "true" && value !== "false") throw invalid(`${name} must be true or false`);
  return value === "true";
}

/** One word of several in a query. */
export function choice<Word extends string>(
  call: Call,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const value = text(call, name);
  if (value === undefined) return undefined;
  const found = words.find((word) => word === value);
  if (found === undefined) throw invalid(`${name} must be one of: ${words.join(", ")}`);
  return found;
}

/** An id that must have the form of a UUID; whether there is such a thing is another question. */
export function uuid(name: string, value: string | undefined): string {
  if (value === undefined || !UUID.test(value)) {
    throw invalid(`${name} must be a UUID`);
  }
  return value;
}

/** A page's size. */
export function limit(call: Call, most: number, usual = 100): number {
  return integer(call, "limit", { min: 0, max: most }) || usual;
}

/** The fields of a JSON body. */
export class Fields {
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(body: unknown) {
    if (typeof body !== "object" || body === null || Array.isArray(body)) {
      throw new ApiError("bad_request", "the body is not a JSON object");
    }
    this.#fields = body as Record<string, unknown>;
  }

  /** Whether a field is there. */
  has(name: string): boolean {
    return this.#fields[name] !== undefined && this.#fields[name] !== null;
  }

  /** The value as it is. */
  raw(name: string): unknown {
    return this.#fields[name];
  }

  /** Text, or undefined. */
  text(name: string): string | undefined {
    return this.#typed(name, "string") as string | undefined;
  }

  /** Text that must be there. */
  requiredText(name: string): string {
    return this.text(name) || this.#missing(name);
  }

  /** One of several words that must be there. */
  choice<Word extends string>(name: string, words: readonly Word[]): Word {
    const value = this.requiredText(name);
    return words.find((word) => word === value) ?? fail(`${name} must be one of: ${words.join(", ")}`);
  }

  /** A yes or no; no when absent. */
  flag(name: string): boolean {
    return this.#typed(name, "boolean") as boolean | undefined ?? false;
  }

  /** A whole number, or undefined. */
  integer(name: string, { min = 0, max = Number.MAX_SAFE_INTEGER } = {}): number | undefined {
    const value = this.#typed(name, "number") as number | undefined;
    if (value !== undefined && (!Number.isSafeInteger(value) || value < min || value > max)) {
      throw invalid(`${name} must be a whole number from ${min} to ${max}`);
    }
    return value;
  }

  /** The number of a subaccount. */
  subaccount(name: string): number | undefined {
    return this.integer(name, { max: MOST_SUBACCOUNTS });
  }

  /** A price string. */
  price(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    return parsePrice(value) ?? fail(`${name} is not a price in dollars`);
  }

  /** A count string. */
  count(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    return parseCount(value) ?? fail(`${name} is not a number of contracts`);
  }

  /** A list of objects. */
  items(name: string): Fields[] {
    const value = this.#fields[name];
    if (!Array.isArray(value)) return this.#missing(name);
    return value.map((item) => new Fields(item));
  }

  #typed(name: string, type: "string" | "number" | "boolean"): unknown {
    const value = this.#fields[name];
    if (value === undefined || value === null) return undefined;
    const given: string = typeof value;
    if (given !== type) {
      throw new ApiError("bad_request", `cannot read ${given} into field ${name} of type ${type}`);
    }
    return value;
  }

  #missing(name: string): never {
    throw invalid(`${name} is required`);
  }
}

function fail(details: string): never {
  throw invalid(details);
}

/** The subaccount that a call is about: the key's own where it has one, else what was asked for. */
export function subaccountFor(key: Caller, asked: number | undefined): number | undefined {
  if (key.subaccount === undefined) return asked;
  if (asked !== undefined && asked !== key.subaccount) {
    throw new ApiError("permission_denied", "this API key is restricted to another subaccount");
  }
  return key.subaccount;
}

/** The subaccount that a call's query names. */
export function subaccountParam(call: Call): number | undefined {
  return integer(call, "subaccount", { min: 0, max: MOST_SUBACCOUNTS });
}

/** The subaccount that a call is about, as its query and its key say; undefined for all of them. */
export function subaccountOf(call: Call): number | undefined {
  return subaccountFor(keyOf(call), subaccountParam(call));
}

/** Whether a time in Unix milliseconds lies within the seconds `min_ts` and `max_ts` of a query, both included. */
export function timeWindow(call: Call): (at: number) => boolean {
  const min = integer(call, "min_ts", { min: 0 }) ?? -Infinity;
  const max = integer(call, "max_ts", { min: 0 }) ?? Infinity;
  return (at) => at >= min * 1_000 && at < (max + 1) * 1_000;
}

/** The wallet that an order is paid from. */
export function walletFor(key: Caller, asked: number | undefined, shard: number): Wallet {
  const subaccount = subaccountFor(key, asked) ?? 0;
  if (subaccount !== 0 && !key.account.subaccounts.has(subaccount)) {
    throw new ApiError("customer_account_not_found", `no subaccount ${subaccount}`);
  }
  return key.account.wallet(subaccount, shard);
}

/** The body of a request, read as JSON. */
export function readBody({ body }: { readonly body: string }): unknown {
  if (body === "") return undefined;
  try {
    return JSON.parse(body);
  } catch {
    throw new ApiError("bad_request", "the body is not JSON");
  }
}
