/** What the parts of the gateway know of the session that they serve. */
import type { FixMessage } from "../../../contract/fix/messages.ts";
import { type Account, MOST_SUBACCOUNTS, type Wallet } from "../../engine/model.ts";
import type { ApiKey } from "../../signatures.ts";
import type { Quote } from "../../world/communications.ts";

/** The member at the other end of a session. */
export interface Participant {
  /** The key that logged on. */
  readonly key: ApiKey;
  /** The account that it acts for. */
  readonly account: Account;
  /** Whether its prices are dollars: Logon with UseDollars(21005). */
  readonly useDollars: boolean;
  /** Sends it a message. */
  send(message: FixMessage): void;
  /** It has accepted a quote, and is to be told what becomes of its order. */
  accepts(quote: Quote): void;
}

/** Whether a key sees what belongs to a wallet: that of its account, and of its subaccount where it has only one. */
export function owns({ key, account: own }: Participant, { account, subaccount }: Wallet): boolean {
  return account === own && (key.subaccount === undefined || key.subaccount === subaccount);
}

/** AllocAccount(79) of a wallet: its subaccount, 0 where it has no number of its own, such as that of an isolated position. */
export const allocAccountOf = ({ subaccount }: Wallet): number =>
  subaccount <= MOST_SUBACCOUNTS ? subaccount : 0;

/** The wallet that a message acts for, by its AllocAccount(79); or why not, as the Text(58) of a refusal. */
export function walletFor({ key }: Participant, asked: number | undefined, shard: number): Wallet | string {
  if (key.subaccount !== undefined && asked !== undefined && asked !== key.subaccount) {
    return "PERMISSION_DENIED_FOR_CUSTOMER_ACCOUNT";
  }
  const subaccount = key.subaccount ?? asked ?? 0;
  return subaccount === 0 || key.account.subaccounts.has(subaccount)
    ? key.account.wallet(subaccount, shard)
    : "CUSTOMER_ACCOUNT_NOT_FOUND";
}
