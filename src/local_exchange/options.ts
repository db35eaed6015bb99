/** What the options of an exchange and of an account must be. */
import { KalshiConfigError } from "../base/errors.ts";
import { readOptions as readKnown } from "../config/options.ts";
import { shown } from "../base/plain.ts";
import type {
  LocalAccountOptions,
  LocalExchangeListenOptions,
  LocalExchangeOptions,
  LocalHistory,
} from "./types.ts";
import type { MemoryRuntimeOptions } from "./types.ts";
import { usageTiers } from "./limits.ts";
import { parseMoney } from "./units.ts";

/** What a value must be, in words and as a test. */
export type Rule = readonly [takes: string, test: (value: unknown) => boolean];
/** What each option must be. */
export type Rules<T> = Readonly<Record<keyof T, Rule>>;

/** True or false. */
export const flag: Rule = ["true or false", (value) => typeof value === "boolean"];
/** A whole number. */
export const whole = (least: number, most = Number.MAX_SAFE_INTEGER): Rule => [
  `a whole number from ${least} to ${most}`,
  (value) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most,
];
const oneOf = (...values: readonly unknown[]): Rule => [
  values.map((value) => JSON.stringify(value)).join(" or "),
  (value) => values.includes(value),
];
const callable: Rule = ["a function", (value) => typeof value === "function"];

export const exchangeRules: Rules<LocalExchangeOptions> = {
  seed: whole(Number.MIN_SAFE_INTEGER),
  clock: [
    "a clock: an object with now, monotonic and setTimer",
    (value) =>
      ["now", "monotonic", "setTimer"].every((name) =>
        typeof (value as Record<string, unknown> | null)?.[name] === "function"
      ),
  ],
  markets: whole(0),
  marketMakers: flag,
  stepMs: ["milliseconds above 0", (value) => typeof value === "number" && value > 0],
  shards: flag,
  rateLimits: flag,
  errorBodies: oneOf("flat", "nested"),
  cors: [
    'a list of origins such as ["http://localhost:5173"]',
    (value) => Array.isArray(value) && value.every((origin) => typeof origin === "string"),
  ],
  requests: oneOf("strict", "lenient"),
  history: [
    "{ days }, such as { days: 30 }",
    (value) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, "days") &&
      (value as { days?: unknown }).days !== undefined,
  ],
  unknownTickers: oneOf("ignore", "refuse"),
  onInternalError: callable,
};

export const historyRules: Rules<LocalHistory> = { days: whole(1, 365) };

export const listenRules: Rules<LocalExchangeListenOptions> = {
  ...exchangeRules,
  port: whole(0, 65_535),
  hostname: ["an address as text", (value) => typeof value === "string" && value !== ""],
};

/** A tier of rate limits. */
export const usageTierRule: Rule = oneOf(...usageTiers);

export const accountRules: Rules<LocalAccountOptions> = {
  balance: [
    'dollars as a string such as "1000.00"',
    (value) => typeof value === "string" && (parseMoney(value) ?? -1) >= 0,
  ],
  keyId: ["the id of an API key as text", (value) => typeof value === "string"],
  privateKey: [
    "a private key: PEM text or bytes, a JWK, a CryptoKey or a CryptoKeyPair",
    (value) => typeof value === "string" || typeof value === "object" && value !== null,
  ],
  publicKey: [
    "a public key: PEM text or bytes, or a CryptoKey",
    (value) => typeof value === "string" || typeof value === "object" && value !== null,
  ],
  keyType: oneOf("rsa", "ed25519"),
  balancePrecision: oneOf("0.0001", "0.01"),
  history: flag,
  usageTier: usageTierRule,
};

export const memoryRuntimeRules: Rules<MemoryRuntimeOptions> = { ping: flag, acceptTcp: callable };

/**
 * A copy of options, all of them own properties, in which nothing is unknown or not what it must be; `undefined` is the
 * same as left out. Only the copy is to be used: whoever gave them may change them, or never have given what they
 * inherit.
 */
export function readOptions<T extends object>(owner: string, options: T, rules: Rules<T>): T {
  const read = readKnown(owner, options, Object.keys(rules));
  for (const [name, [takes, test]] of Object.entries<Rule>(rules)) {
    const value: unknown = read[name as keyof T];
    if (value === undefined || test(value)) continue;
    throw new KalshiConfigError(`${owner}: \`${name}\` takes ${takes}; got ${shown(value)}.`);
  }
  return read;
}

/** Refuses options that are unknown or not what they must be, for who uses them at once. */
export function assertOptions<T extends object>(owner: string, options: T, rules: Rules<T>): void {
  readOptions(owner, options, rules);
}
