/** What the options of an exchange and of an account must be. */
import {
  callable,
  clock,
  flag,
  group,
  list,
  needed,
  oneOf,
  type Read,
  type Rule,
  rule,
  type Rules,
  text,
  whole,
  withPreset,
} from "../base/options.ts";
import type {
  LocalAccountOptions,
  LocalExchangeListenOptions,
  LocalExchangeOptions,
  LocalHistory,
} from "./types.ts";
import type { MemoryRuntimeOptions } from "./types.ts";
import { usageTiers } from "./limits.ts";
import { parseMoney } from "./units.ts";

export const historyRules: Rules<LocalHistory> = { days: needed(whole(1, 365)) };

export const exchangeRules = {
  seed: withPreset(whole(Number.MIN_SAFE_INTEGER), 1),
  clock: clock(),
  markets: withPreset(whole(0), 240),
  marketMakers: withPreset(flag(), true),
  stepMs: rule("milliseconds above 0", (value) => typeof value === "number" && value > 0),
  shards: withPreset(flag(), false),
  rateLimits: withPreset(flag(), false),
  errorBodies: withPreset(oneOf("flat", "nested"), "flat"),
  cors: withPreset(
    list<string>(
      'a list of origins such as ["http://localhost:5173"]',
      (origin) => typeof origin === "string",
    ),
    [],
  ),
  requests: withPreset(oneOf("strict", "lenient"), "strict"),
  history: group(historyRules),
  unknownTickers: withPreset(oneOf("ignore", "refuse"), "ignore"),
  onInternalError: callable(),
} satisfies Rules<LocalExchangeOptions>;

/** The options of an exchange, read. */
export type ReadExchangeOptions = Read<LocalExchangeOptions, typeof exchangeRules>;

export const listenRules = {
  ...exchangeRules,
  port: withPreset(whole(0, 65_535), 0),
  hostname: withPreset(text("an address as text"), "127.0.0.1"),
} satisfies Rules<LocalExchangeListenOptions>;

/** A tier of rate limits. */
export const usageTierRule = (): Rule<(typeof usageTiers)[number]> => oneOf(...usageTiers);

const isText = (value: unknown) => typeof value === "string";
const isObject = (value: unknown) => typeof value === "object" && value !== null;

export const accountRules: Rules<LocalAccountOptions> = {
  balance: rule(
    'dollars as a string such as "1000.00"',
    (value) => typeof value === "string" && (parseMoney(value) ?? -1) >= 0,
  ),
  keyId: rule("the id of an API key as text", isText),
  privateKey: rule(
    "a private key: PEM text or bytes, a JWK, a CryptoKey or a CryptoKeyPair",
    (value) => isText(value) || isObject(value),
  ),
  publicKey: rule(
    "a public key: PEM text or bytes, or a CryptoKey",
    (value) => isText(value) || isObject(value),
  ),
  keyType: oneOf("rsa", "ed25519"),
  balancePrecision: oneOf("0.0001", "0.01"),
  history: flag(),
  usageTier: usageTierRule(),
};

export const memoryRuntimeRules: Rules<MemoryRuntimeOptions> = { ping: flag(), acceptTcp: callable() };
