/** Accounts that a test opens: cash, an API key, a tier of rate limits. */
import { KalshiAuth } from "../auth/kalshi_auth.ts";
import { checkKeyId } from "../auth/signer.ts";
import { held } from "../base/clock.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { readOptions } from "../base/options.ts";
import type { WebCryptoKey } from "../base/web_types.ts";
import type { AccountTerms, KeptKey } from "./command.ts";
import type { Account } from "./engine/model.ts";
import type { Exchange } from "./exchange.ts";
import { type KeyPair, ownKeys, publicKeyOf, spkiOf } from "./keys.ts";
import { accountOf } from "./steering.ts";
import type { LocalAccount, LocalAccountOptions, LocalKeyOptions } from "./types.ts";
import { accountRules } from "./options.ts";
import { parseMoney } from "./units.ts";

/**
 * Opens an account with cash and an API key, or takes one over that was there in the past. One that came back with the
 * exchange's state is given to who has its key.
 */
export async function openAccount(exchange: Exchange, given: LocalAccountOptions): Promise<LocalAccount> {
  const options = readOptions("createAccount", given, accountRules);
  const { balance, balancePrecision, usageTier: tier, history, dropCopy } = options;
  const terms: AccountTerms = {
    cash: parseMoney(balance) ?? 0,
    inCents: balancePrecision === "0.01",
    tier,
    history,
    dropCopy,
    perps: exchange.margin && (parseMoney(options.perpsBalance ?? "10000.00") ?? 0),
  };
  if (options.perpsBalance !== undefined && exchange.margin === undefined) {
    throw new KalshiConfigError(
      "createAccount: `perpsBalance` is for an exchange with perps: start it with { perps: true }.",
    );
  }
  const made = await makeKey(exchange, "createAccount", options, ["read", "write"], undefined);
  const back = comesBack(exchange, "createAccount", made);
  if (back !== undefined) return back;
  assertNew(exchange, "createAccount", made.kept.id);
  assertPast(exchange, terms);
  exchange.keep({ do: "account", terms, key: made.kept });
  return localAccount(exchange, openFor(exchange, terms, made.kept, made.pair.publicKey), made);
}

/** Opens an account; what it is given was checked. */
export function openFor(
  exchange: Exchange,
  terms: AccountTerms,
  key: KeptKey,
  publicKey: WebCryptoKey | Promise<WebCryptoKey>,
): Account {
  const { engine, limits, perpsLimits, treasury, clock, past } = exchange;
  const account = (terms.history ? past?.adopt() : undefined) ?? engine.open(terms.inCents ? 10_000 : 100);
  const wallet = account.wallet(0, 0);
  if (wallet.cash !== terms.cash) treasury.move(wallet, terms.cash - wallet.cash);
  if (terms.perps !== undefined) exchange.margin?.open(account.id, terms.perps);
  exchange.firstAccount ??= account;
  for (const budgets of [limits, perpsLimits]) budgets.setTier(account, terms.tier, clock.now());
  if (terms.dropCopy) exchange.dropCopySince.set(account, clock.now());
  registerKey(exchange, account, key, publicKey);
  return account;
}

/** The account with an id; without one that which was opened first, or a new one where there is none. */
export async function accountOrNew(exchange: Exchange, id: string | undefined): Promise<Account> {
  const known = id === undefined ? exchange.firstAccount : accountOf(exchange, id);
  if (known !== undefined) return known;
  return accountOf(exchange, (await openAccount(exchange, {})).id);
}

/** Whether an account has a subaccount, on one of the exchange's two sides at least. */
export function hasSubaccount({ margin }: Exchange, { id, subaccounts }: Account, number: number): boolean {
  return subaccounts.has(number) || margin?.account(id)?.subaccounts.has(number) === true;
}

/** Gives an account one more API key. */
export async function addKey(
  exchange: Exchange,
  account: Account,
  options: LocalKeyOptions,
): Promise<LocalAccount> {
  const { scopes = ["read", "write"], subaccount } = options;
  if (subaccount !== undefined && !hasSubaccount(exchange, account, subaccount)) {
    throw new KalshiConfigError(`createKey: the account has no subaccount ${subaccount}.`);
  }
  const made = await makeKey(exchange, "createKey", options, scopes, subaccount);
  const back = comesBack(exchange, "createKey", made, account);
  if (back !== undefined) return back;
  assertNew(exchange, "createKey", made.kept.id);
  exchange.keep({ do: "key", account: account.id, key: made.kept });
  registerKey(exchange, account, made.kept, made.pair.publicKey);
  return localAccount(exchange, account, made);
}

/** Registers a key of an account. */
export function registerKey(
  { keys }: Exchange,
  account: Account,
  { spki: _, ...key }: KeptKey,
  publicKey: WebCryptoKey | Promise<WebCryptoKey>,
): void {
  keys.set(key.id, { subaccount: undefined, ...key, account, publicKey });
}

/** Registers a key that comes out of an exchange's state; it is read when somebody signs with it. */
export function returnKey(exchange: Exchange, account: Account, key: KeptKey): void {
  registerKey(exchange, account, key, publicKeyOf(key.type, key.spki));
}

/** A key that is nobody's yet. */
interface MadeKey {
  readonly kept: KeptKey;
  readonly pair: KeyPair;
}

async function makeKey(
  exchange: Exchange,
  owner: string,
  options: Pick<LocalAccountOptions, "keyId" | "keyType" | "privateKey" | "publicKey">,
  scopes: readonly string[],
  subaccount: number | undefined,
): Promise<MadeKey> {
  const id = options.keyId === undefined ? exchange.drawId() : checkKeyId(options.keyId);
  const { keyType, privateKey, publicKey } = options;
  const pair = await ownKeys({ keyId: id, keyType, privateKey, publicKey });
  const spki = await keptSpki(exchange, owner, pair.publicKey);
  return { pair, kept: { id, name: "local", type: pair.type, spki, scopes, subaccount } };
}

/** The public half as a state keeps it; empty where there is none to keep it. */
export async function keptSpki(
  { memory }: Exchange,
  owner: string,
  publicKey: WebCryptoKey,
): Promise<string> {
  if (memory.kind === "none") return "";
  try {
    return await spkiOf(publicKey);
  } catch (cause) {
    throw new KalshiConfigError(
      `${owner}: the public key cannot be exported, and so not be kept in the exchange's \`state\`. Give it as PEM.`,
      { cause },
    );
  }
}

/** Throws when there is a key of this id; from there to its registration nothing else may happen. */
function assertNew({ keys }: Exchange, owner: string, keyId: string): void {
  if (!keys.has(keyId)) return;
  throw new KalshiConfigError(
    `${owner}: there is an API key ${keyId} already. Give another \`keyId\`, or none.`,
  );
}

/** Gives a key that came back with the state to who has its other half, once. */
function comesBack(
  exchange: Exchange,
  owner: string,
  made: MadeKey,
  account?: Account,
): LocalAccount | undefined {
  const { id, spki } = made.kept;
  const key = exchange.keys.get(id);
  const returned = exchange.returned.get(id);
  if (key === undefined || returned === undefined) return undefined;
  if (returned !== spki || (account !== undefined && key.account !== account)) {
    throw new KalshiConfigError(
      `${owner}: in the exchange's state the API key ${id} is another one. Give the \`privateKey\` that it was made with, or another \`keyId\`.`,
    );
  }
  exchange.returned.delete(id);
  return localAccount(exchange, key.account, made);
}

function localAccount({ clock: { base } }: Exchange, { id }: Account, { kept, pair }: MadeKey): LocalAccount {
  const { id: keyId } = kept;
  const auth = base.hold === undefined
    ? pair.auth
    : KalshiAuth.fromSigner({ keyId, sign: (text) => held(base, pair.auth.sign(text)) });
  return { id, keyId, privateKey: pair.privateKey, auth };
}

function assertPast({ past }: Exchange, { history, inCents }: AccountTerms): void {
  if (!history) return;
  if (past === undefined) {
    throw new KalshiConfigError(
      "createAccount: `history` needs an exchange with a past: LocalExchange.start({ history: { days: 30 } }).",
    );
  }
  if (inCents) {
    throw new KalshiConfigError(
      'createAccount: accounts with `history` have a balancePrecision of "0.0001".',
    );
  }
  if (past.left > 0) return;
  throw new KalshiConfigError("createAccount: all four accounts with `history` are taken.");
}
