/** A local exchange with an account, and the variables by which the command line reaches it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KalshiClient } from "../../../mod.ts";
import { LocalExchange } from "../../../src/local_exchange/mod.ts";
import type { LocalExchangeOptions } from "../../../src/local_exchange/types.ts";

export interface Account extends AsyncDisposable {
  readonly exchange: LocalExchange;
  /** The account's own client, for looking after what the command line did. */
  readonly client: KalshiClient;
  readonly env: Readonly<Record<string, string>>;
  /** Variables of somebody without a key. */
  readonly publicEnv: Readonly<Record<string, string>>;
  /** A market that nobody quotes in, with whole cents. */
  readonly ticker: string;
}

/** Starts one; nobody quotes there unless told. */
export async function openAccount(options: LocalExchangeOptions = {}): Promise<Account> {
  const exchange = await LocalExchange.start({ port: 0, seed: 1, marketMakers: false, ...options });
  const account = await exchange.createAccount({ balance: "1000.00" });
  const folder = mkdtempSync(join(tmpdir(), "kalshi-cli-"));
  const path = join(folder, "key.pem");
  writeFileSync(path, account.privateKey);
  // As the commands load it: a bundle that holds both has it only then.
  const { KalshiClient } = await import("../../../src/client.ts");
  const client = new KalshiClient({ auth: account.auth, config: exchange.config });
  const publicEnv = { KALSHI_API_BASE_URL: exchange.baseUrl };
  return {
    exchange,
    client,
    env: { ...publicEnv, KALSHI_KEY_ID: account.keyId, KALSHI_PRIVATE_KEY_PATH: path },
    publicEnv,
    ticker: exchange.listMarket({ ticker: "KXRAIN-26NOV30-T1" }),
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await exchange.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The lines of an output. */
export const lines = (text: string): string[] => text === "" ? [] : text.trimEnd().split(/\r?\n/);

/** The objects of an output, one a line. */
// deno-lint-ignore no-explicit-any
export const objects = (text: string): any[] => lines(text).map((line) => JSON.parse(line));
