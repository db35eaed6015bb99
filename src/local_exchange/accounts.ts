/** Accounts that a test opens: cash, an API key, a tier of rate limits. */
import { KalshiAuth } from "../auth/kalshi_auth.ts";
import { checkKeyId } from "../auth/signer.ts";
import { held } from "../base/clock.ts";
import { KalshiConfigError } from "../base/errors.ts";
import type { Account } from "./engine/model.ts";
import type { Exchange } from "./exchange.ts";
import { ownKeys } from "./keys.ts";
import type { LocalAccount, LocalAccountOptions } from "./types.ts";
import { parseMoney } from "./units.ts";

/** Opens an account with cash and an API key, or takes one over that was there in the past. */
export async function openAccount(exchange: Exchange, options: LocalAccountOptions): Promise<LocalAccount> {
  const { balance = "1000.00", balancePrecision = "0.0001", usageTier = "basic" } = options;
  const { engine, random, keys, limits, treasury, clock } = exchange;
  const keyId = options.keyId === undefined ? random.uuid() : checkKeyId(options.keyId);
  const { keyType, privateKey, publicKey } = options;
  const pair = await ownKeys({ keyId, keyType, privateKey, publicKey });
  if (keys.has(keyId)) {
    throw new KalshiConfigError(
      `createAccount: there is an API key ${keyId} already. Give another \`keyId\`, or none.`,
    );
  }
  const account = options.history
    ? adoptFromPast(exchange, balancePrecision)
    : engine.open(balancePrecision === "0.01" ? 10_000 : 100);
  const wallet = account.wallet(0, 0);
  const amount = parseMoney(balance) ?? 0;
  if (wallet.cash !== amount) treasury.move(wallet, amount - wallet.cash);
  limits.setTier(account, usageTier, clock.now());
  keys.set(keyId, {
    id: keyId,
    name: "local",
    account,
    type: pair.type,
    publicKey: pair.publicKey,
    scopes: ["read", "write"],
    subaccount: undefined,
  });
  const { base } = clock;
  const auth = base.hold === undefined
    ? pair.auth
    : KalshiAuth.fromSigner({ keyId, sign: (text) => held(base, pair.auth.sign(text)) });
  return { id: account.id, keyId, privateKey: pair.privateKey, auth };
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
