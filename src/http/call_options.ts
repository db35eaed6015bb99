/**
 * The options of a call, its last argument, what each may be, and how a call is refused.
 *
 * @module
 */
import {
  callable,
  flag,
  number,
  oneOf,
  readOptions,
  type Rule,
  rule,
  type Rules,
  signal,
  withPreset,
} from "../base/options.ts";
import { type Fields, isPlain } from "../base/plain.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { headerFields } from "../config/headers.ts";
import type { KalshiSettings } from "../config/client_config.ts";
import { CONFIG_OPTIONS, WALK_OPTIONS } from "../config/option_places.ts";
import type { FieldRules } from "../contract/field_rule.ts";
import type { ResponseEvent } from "./hooks.ts";

/** What every method of a client takes as its last argument. */
export interface CallOptions {
  /** Ends the call at once, in a wait as well as in an attempt. */
  readonly signal?: AbortSignal | undefined;
  /** Limit of one attempt in milliseconds; the config's `timeoutMs` when left out. */
  readonly timeoutMs?: number | undefined;
  /** Limit of the whole call in milliseconds, waits included; the config's `totalTimeoutMs` when left out. */
  readonly totalTimeoutMs?: number | undefined;
  /** Retries after the first attempt; the config's `maxRetries` when left out. */
  readonly maxRetries?: number | undefined;
  /** Header fields to add; never KALSHI-ACCESS-*, Host, Content-Length or Connection. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Query parameters that this version's contract does not know, or a value that it does not know of one that it
   * does. They go out as they are; a list is repeated, or joined by commas where the parameter is known so.
   */
  readonly extraQuery?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Fields of the body that this version's contract does not know, or a value that it does not know of one that it
   * does. Merged into the body: objects by name, lists item by item.
   */
  readonly extraBody?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Told of each answer to this call, whatever its status, as the hook of that name of the client: status, header
   * fields and time. See {@linkcode withResponse}.
   */
  readonly onResponse?: ((event: ResponseEvent) => void) | undefined;
}

/** What methods that place or change something take as their last argument. */
export interface WriteOptions extends CallOptions {
  /** Wins over the config's `orderRetries`. */
  readonly orderRetries?: KalshiSettings["orderRetries"] | undefined;
}

/** What `listAll` methods take besides {@linkcode CallOptions}. */
export interface ListAllOptions extends CallOptions {
  /**
   * Stop after this many items.
   *
   * @default Infinity
   */
  readonly maxItems?: number | undefined;
  /**
   * Ask for the next page while the items of this one are being used.
   *
   * @default false
   */
  readonly prefetch?: boolean | undefined;
}

/** A number of milliseconds; one that no timer holds counts as no limit. */
export const limitMs = (): Rule<number> => number(0, Infinity, "milliseconds");

/** How often a call is sent again. */
const retries = (): Rule<number> =>
  rule(
    "a whole number from 0, or Infinity",
    (value) => value === Infinity || typeof value === "number" && value >= 0 && Number.isInteger(value),
  );

const fields = (): Rule<Fields> => rule("a plain object", isPlain);

/** What the options of a call may be. */
export const callRules: Rules<CallOptions> = {
  signal: signal(),
  timeoutMs: limitMs(),
  totalTimeoutMs: limitMs(),
  maxRetries: retries(),
  headers: headerFields(),
  extraQuery: fields(),
  extraBody: fields(),
  onResponse: callable(),
};

/** What the options of a write may be; of a call that is none, `orderRetries` changes nothing. */
export const writeRules: Rules<WriteOptions> = {
  ...callRules,
  orderRetries: oneOf("never", "idempotent"),
};

/** What the options of a walk may be that a call does not have. */
export const walkRules = {
  maxItems: withPreset(number(0), Infinity),
  prefetch: withPreset(flag(), false),
} satisfies Rules<Omit<ListAllOptions, keyof CallOptions>>;

/** A request as far as its check goes by it. */
export interface CheckedTemplate {
  readonly method?: string | undefined;
  readonly path: string;
  readonly params?: FieldRules | undefined;
  readonly body?: FieldRules | undefined;
  readonly bodyOptional?: boolean | undefined;
  readonly items?: string | undefined;
}

const NONE: FieldRules = {};

/** Which call it is, in messages. */
export function nameOf({ method = "GET", path }: CheckedTemplate): string {
  return `${method} ${path}`;
}

/** Throws what is wrong with a call, as a sentence. */
export function refuseCall(template: CheckedTemplate, says: string): never {
  throw new KalshiConfigError(`${nameOf(template)}: ${says} Nothing was sent.`, {
    method: template.method ?? "GET",
    path: template.path,
  });
}

/** Of a call that is given none; it inherits nothing, and nothing can be written into it. */
const NO_OPTIONS: WriteOptions = Object.freeze(Object.create(null));

/** A copy of a call's options; refuses those that it does not have, and values that they cannot have. */
export function readCallOptions<O extends WriteOptions>(template: CheckedTemplate, options: O): O {
  if (isPlain(options) && Object.getOwnPropertyNames(options).length === 0) return NO_OPTIONS as O;
  return readOptions<WriteOptions, Rules<WriteOptions>>(
    nameOf(template),
    options,
    writeRules,
    (name) => optionHint(template, name),
  ) as O;
}

/** Where a name belongs that is no option of a call. */
function optionHint(
  { params = NONE, body = NONE }: CheckedTemplate,
  name: string,
): string | undefined {
  const among = (names: readonly string[]) => names.includes(name);
  if (Object.hasOwn(params, name)) return "It is a parameter: it goes into the argument before the options.";
  if (Object.hasOwn(body, name)) {
    return "It is a field of the body: it goes into the argument before the options.";
  }
  if (among(WALK_OPTIONS)) {
    return `Only walks with \`listAll\` have it${
      name === "history" ? ", where Kalshi keeps older rows apart" : ""
    }.`;
  }
  return among(CONFIG_OPTIONS) ? "It belongs into the `config` of the client." : undefined;
}
