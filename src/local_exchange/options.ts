/** What the options of an exchange and of an account must be. */
import {
  callable,
  clock,
  flag,
  group,
  list,
  milliseconds,
  needed,
  oneOf,
  type PresetRule,
  type Read,
  readOptions,
  type Rule,
  rule,
  type Rules,
  text,
  whole,
  withPreset,
} from "../base/options.ts";
import { isObject } from "../base/plain.ts";
import type {
  LocalAccountOptions,
  LocalExchangeListenOptions,
  LocalExchangeOptions,
  LocalFixOptions,
  LocalHistory,
  LocalKeyOptions,
  LocalKlearMemberOptions,
  LocalPageOptions,
  LocalPerpsOptions,
  LocalTlsIdentity,
} from "./types.ts";
import type { PrivateKey, PublicKey } from "./keys.ts";
import type { MemoryRuntimeOptions } from "./types.ts";
import type { ApiKeyScope } from "../contract/event/types.ts";
import { MOST_SUBACCOUNTS } from "./engine/model.ts";
import { allScopes } from "./scopes.ts";
import { usageTiers } from "./limits.ts";
import { perpListings } from "./margin/listings.ts";
import { parseMoney, parsePrice } from "./units.ts";

const isText = (value: unknown) => typeof value === "string";
const isFlagOrGroup = (value: unknown) => typeof value === "boolean" || isObject(value);

export const historyRules: Rules<LocalHistory> = { days: needed(whole(1, 365)) };

const pem = () => rule<string>("PEM as text", (value) => isText(value) && `${value}`.includes("-----BEGIN "));

export const tlsRules: Rules<LocalTlsIdentity> = { cert: needed(pem()), key: needed(pem()), ca: pem() };

export const fixRules = {
  port: withPreset(whole(0, 65_535), 0),
  marginPort: withPreset(whole(0, 65_535), 0),
  tls: group(tlsRules),
  senderCompId: withPreset(oneOf("session", "Kalshi"), "session"),
  onlineMs: milliseconds(0),
} satisfies Rules<LocalFixOptions>;

/** The options of FIX, read. */
export type ReadFixOptions = Read<LocalFixOptions, typeof fixRules>;

const fixGroup = group<LocalFixOptions>(fixRules);

/** The options of FIX; undefined where the exchange does not speak it. */
export function fixOptionsOf(fix: boolean | LocalFixOptions): ReadFixOptions | undefined {
  if (fix === false) return undefined;
  return readOptions("LocalExchange.fix", fix === true ? {} : fix, fixRules);
}

/** `true` stands for FIX as it is unless told otherwise. */
const fixRule: PresetRule<boolean | LocalFixOptions> = {
  ...rule<boolean | LocalFixOptions>(
    "true, false, or { port, marginPort, tls, senderCompId, onlineMs }",
    isFlagOrGroup,
  ),
  preset: false,
  read: (owner, name, value) => typeof value === "boolean" ? value : fixGroup.read?.(owner, name, value),
};

/** A day's part in which funding is paid is no shorter than a minute. */
const LEAST_FUNDING_MS = 60_000;

export const perpsRules = {
  markets: withPreset(whole(0, perpListings.length), perpListings.length),
  marketMakers: withPreset(flag(), true),
  fundingEveryMs: withPreset(whole(LEAST_FUNDING_MS, 86_400_000), 28_800_000),
} satisfies Rules<LocalPerpsOptions>;

/** What a margin exchange begins as. */
export type PerpsFacts = Read<LocalPerpsOptions, typeof perpsRules>;

const perpsGroup = group<LocalPerpsOptions>(perpsRules);

/** The options of perps; undefined where there are none. */
export function perpsOptionsOf(perps: boolean | LocalPerpsOptions): PerpsFacts | undefined {
  if (perps === false) return undefined;
  return readOptions("LocalExchange.perps", perps === true ? {} : perps, perpsRules);
}

/** `true` stands for perps as they are unless told otherwise. */
const perpsRule: PresetRule<boolean | LocalPerpsOptions> = {
  ...rule<boolean | LocalPerpsOptions>(
    "true, false, or { markets, marketMakers, fundingEveryMs }",
    isFlagOrGroup,
  ),
  preset: false,
  read: (owner, name, value) => typeof value === "boolean" ? value : perpsGroup.read?.(owner, name, value),
};

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
  fix: fixRule,
  perps: perpsRule,
  state: text("the path of a file as text"),
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

export const accountRules = {
  balance: withPreset(
    rule<string>(
      'dollars as a string such as "1000.00"',
      (value) => typeof value === "string" && (parseMoney(value) ?? -1) >= 0,
    ),
    "1000.00",
  ),
  perpsBalance: rule<string>(
    'dollars as a string such as "10000.00"',
    (value) => typeof value === "string" && (parseMoney(value) ?? -1) >= 0,
  ),
  keyId: rule<string>("the id of an API key as text", isText),
  privateKey: rule<PrivateKey>(
    "a private key: PEM text or bytes, a JWK, a CryptoKey or a CryptoKeyPair",
    (value) => isText(value) || isObject(value),
  ),
  publicKey: rule<PublicKey>(
    "a public key: PEM text or bytes, or a CryptoKey",
    (value) => isText(value) || isObject(value),
  ),
  keyType: oneOf("rsa", "ed25519"),
  balancePrecision: withPreset(oneOf("0.0001", "0.01"), "0.0001"),
  history: withPreset(flag(), false),
  dropCopy: withPreset(flag(), false),
  usageTier: withPreset(usageTierRule(), "basic"),
} satisfies Rules<LocalAccountOptions>;

export const keyRules: Rules<LocalKeyOptions> = {
  keyId: accountRules.keyId,
  privateKey: accountRules.privateKey,
  publicKey: accountRules.publicKey,
  keyType: accountRules.keyType,
  scopes: list<ApiKeyScope>(
    `a list of ${allScopes.join(", ")}`,
    (scope) => allScopes.includes(scope as ApiKeyScope),
  ),
  subaccount: whole(0, MOST_SUBACCOUNTS),
};

export const klearMemberRules = {
  account: text("the id of an account as text"),
  adminUserId: text("the id of an admin user as text"),
  accessToken: text("an access token as text"),
  balance: withPreset(
    rule<string>(
      'dollars as a string such as "100000.00"',
      (value) => isText(value) && (parsePrice(`${value}`) ?? -1) >= 0,
    ),
    "100000.00",
  ),
} satisfies Rules<LocalKlearMemberOptions>;

export const pageRules = {
  port: withPreset(whole(0, 65_535), 0),
  hostname: withPreset(oneOf("127.0.0.1", "::1", "localhost"), "127.0.0.1"),
  account: text("the id of an account as text"),
  token: rule<string>(
    "32 to 128 letters, digits, - and _",
    (value) => typeof value === "string" && /^[\w-]{32,128}$/.test(value),
  ),
} satisfies Rules<LocalPageOptions>;

export const memoryRuntimeRules: Rules<MemoryRuntimeOptions> = { ping: flag(), acceptTcp: callable() };
