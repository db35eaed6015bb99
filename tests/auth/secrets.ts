/** What must not be seen of a key, and every way to make reading a key fail. */
import { assert } from "@std/assert";
import { KalshiAuth } from "../../src/auth/mod.ts";
import * as fixtures from "./fixtures.ts";
import { pemBytes, toPem } from "./signatures.ts";

/** Twelve letters in a row of a key's base64, each of them. */
export function secretsIn(pem: string): string[] {
  const body = pem.replace(/-----[^-]+-----/g, "").replace(/\s/g, "");
  return Array.from({ length: Math.max(0, body.length - 11) }, (_, index) => body.slice(index, index + 12));
}

/** Fails when one of the texts holds a secret. */
export function assertHidden(secrets: readonly string[], texts: readonly string[]): void {
  for (const text of texts) {
    for (const secret of secrets) assert(!text.includes(secret), "a secret is shown");
  }
}

/** A failure, and what it must not show. */
export interface Failure {
  readonly error: unknown;
  readonly secrets: readonly string[];
}

/** Every fixture, right and damaged, given in every wrong place, with and without passphrases. */
export async function everyFailure(): Promise<Failure[]> {
  const { passphrase, encryptedKeys, ...rest } = fixtures;
  const pems = [...Object.values(rest), ...Object.values(encryptedKeys)];
  const failures: Failure[] = [];
  async function attempt(secrets: readonly string[], make: () => Promise<unknown>): Promise<void> {
    try {
      await make();
    } catch (error) {
      failures.push({ error, secrets: [...secrets, passphrase, "a wrong passphrase"] });
    }
  }
  for (const pem of pems) {
    const secrets = secretsIn(pem);
    const label = /BEGIN ([^-]+)/.exec(pem)?.[1] ?? "";
    const damaged = label.includes("KEY") && !pem.includes("Proc-Type")
      ? pemBytes(pem).slice(0, -9)
      : undefined;
    for (const options of [{}, { passphrase: "a wrong passphrase" }, { passphrase }]) {
      await attempt(secrets, () => KalshiAuth.fromPem("key-1", pem, options));
      if (damaged) await attempt(secrets, () => KalshiAuth.fromPem("key-1", toPem(label, damaged), options));
    }
    await attempt(secrets, () => KalshiAuth.fromPem(pem, "key-1"));
    await attempt(secrets, () => KalshiAuth.fromKeyPath("key-1", pem));
    await attempt(secrets, () => KalshiAuth.fromJwk("key-1", { kty: "RSA", n: pem, d: pem }));
    await attempt(secrets, () => KalshiAuth.fromJwk("key-1", { kty: "OKP", crv: "Ed25519", d: pem }));
    await attempt(
      secrets,
      () => KalshiAuth.fromEnv({ KALSHI_KEY_ID: "key-1", KALSHI_PRIVATE_KEY: pem.slice(0, -40) }),
    );
    await attempt(secrets, () => KalshiAuth.fromEnv({ KALSHI_KEY_ID: pem, KALSHI_PRIVATE_KEY: pem }));
    await attempt(secrets, () => KalshiAuth.fromEnv({ KALSHI_DEMO: pem, KALSHI_ALLOW_UNKNOWN_HOST: pem }));
    await attempt(
      secrets,
      () => Promise.resolve().then(() => KalshiAuth.fromCryptoKey("key-1", pem as never)),
    );
  }
  return failures;
}
