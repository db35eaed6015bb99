/** Accounts that a test opens: cash, an API key, a tier of rate limits. */
import { KalshiAuth } from "../auth/kalshi_auth.ts";
import { checkKeyId } from "../auth/signer.ts";
import { held } from "../base/clock.ts";
import { KalshiConfigError } from "../base/errors.ts";
import type { Account } from "./engine/model.ts";
import type { Exchange } from "./exchange.ts";
import { ownKeys } from "./keys.ts";
import type { LocalAccount, LocalAccountOptions, LocalKeyOptions } from "./types.ts";
import { parseMoney } from "./units.ts";

/** Opens an account with cash and an API key, or takes one over that was there in the past. */
export async function openAccount(exchange: Exchange, options: LocalAccountOptions): Promise<LocalAccount> {
  const { balance = "1000.00", balancePrecision = "0.0001", usageTier = "basic" } = options;
  const { engine, limits, treasury, clock } = exchange;
  const key = await makeKey(exchange, "createAccount", options);
  key.assertNew();
  const account = options.history
    ? adoptFromPast(exchange, balancePrecision)
    : engine.open(balancePrecision === "0.01" ? 10_000 : 100);
  const wallet = account.wallet(0, 0);
  const amount = parseMoney(balance) ?? 0;
  if (wallet.cash !== amount) treasury.move(wallet, amount - wallet.cash);
  exchange.firstAccount ??= account;
  limits.setTier(account, usageTier, clock.now());
  if (options.dropCopy) exchange.dropCopySince.set(account, clock.now());
  return key.register(account, ["read", "write"], undefined);
}

/** Gives an account one more API key. */
export async function addKey(
  exchange: Exchange,
  account: Account,
  options: LocalKeyOptions,
): Promise<LocalAccount> {
  const { scopes = ["read", "write"], subaccount } = options;
  if (subaccount !== undefined && !account.subaccounts.has(subaccount)) {
    throw new KalshiConfigError(`createKey: the account has no subaccount ${subaccount}.`);
  }
  const key = await makeKey(exchange, "createKey", options);
  key.assertNew();
  return key.register(account, scopes, subaccount);
}

/** A key that is nobody's yet. */
interface NewKey {
  /** Throws when there is a key of its id; from there to `register` nothing else may happen. */
  assertNew(): void;
  register(account: Account, scopes: readonly string[], subaccount: number | undefined): LocalAccount;
}

async function makeKey(
  { random, keys, clock: { base } }: Exchange,
  owner: string,
  options: Pick<LocalAccountOptions, "keyId" | "keyType" | "privateKey" | "publicKey">,
): Promise<NewKey> {
  const keyId = options.keyId === undefined ? random.uuid() : checkKeyId(options.keyId);
  const { keyType, privateKey, publicKey } = options;
  const pair = await ownKeys({ keyId, keyType, privateKey, publicKey });
  return {
    assertNew() {
      if (!keys.has(keyId)) return;
      throw new KalshiConfigError(
        `${owner}: there is an API key ${keyId} already. Give another \`keyId\`, or none.`,
      );
    },
    register(account, scopes, subaccount) {
      const { type, publicKey } = pair;
      keys.set(keyId, { id: keyId, name: "local", account, type, publicKey, scopes, subaccount });
      const auth = base.hold === undefined
        ? pair.auth
        : KalshiAuth.fromSigner({ keyId, sign: (text) => held(base, pair.auth.sign(text)) });
      return { id: account.id, keyId, privateKey: pair.privateKey, auth };
    },
  };
}

function adoptFromPast({ past }: Exchange, balancePrecision: string): Account {
  if (past === undefined) {
    throw new KalshiConfigError(
      "createAccount: `history` needs an exchange with a past: LocalExchange.start({ history: { days: 30 } }).",
    );
  }
  if (balancePrecision !== "0.0001") {
    throw new KalshiConfigError(
      'createAccount: accounts with `history` have a balancePrecision of "0.0001".',
    );
  }
  const account = past.adopt();
  if (account === undefined) {
    throw new KalshiConfigError("createAccount: all four accounts with `history` are taken.");
  }
  return account;
}
