/** Clearing members that a test opens: an account's, with an admin user and a token. */
import { KalshiConfigError } from "../../base/errors.ts";
import { KlearAuth } from "../../klear/auth.ts";
import type { Exchange } from "../exchange.ts";
import type { LocalKlearMember, LocalKlearMemberOptions } from "../types.ts";
import { hashOf } from "../hash.ts";
import { sameSecret } from "../same_secret.ts";
import { parsePrice } from "../units.ts";
import type { KlearHouse, MemberTerms } from "./house.ts";

/** Opens a member; what it is given was checked. One that came back with the exchange's state is given to who has its token. */
export async function openMember(
  exchange: Exchange,
  house: KlearHouse,
  account: string,
  { adminUserId, accessToken = madeToken(), balance }: LocalKlearMemberOptions & { readonly balance: string },
): Promise<LocalKlearMember> {
  const id = adminUserId ?? exchange.drawId();
  const auth = new KlearAuth(id, accessToken);
  const tokenHash = await hashOf(accessToken);
  const known = house.members.get(id);
  const isKnown = known !== undefined && sameSecret(tokenHash, known.tokenHash);
  if (known === undefined) {
    const terms: MemberTerms = { adminUserId: id, tokenHash, account, balance: parsePrice(balance) ?? 0 };
    if (house.margin.account(account) === undefined) {
      throw new KalshiConfigError(`createKlearMember: there is no account ${account} with perps.`);
    }
    exchange.keep({ do: "klear-member", terms });
    house.open(terms);
  } else if (!isKnown || !house.returned.delete(id)) {
    throw new KalshiConfigError(
      `createKlearMember: there is an admin user ${id} already${
        isKnown ? "" : ", with another `accessToken`"
      }. Give another \`adminUserId\`, or none.`,
    );
  }
  const accountId = known?.account.id ?? account;
  return { accountId, adminUserId: id, accessToken, auth };
}

function madeToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return `local_${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
