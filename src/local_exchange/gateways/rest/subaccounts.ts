/** Subaccounts and what moves between them, whichever product they are of. */
import { ApiError } from "../../api_error.ts";
import { MOST_SUBACCOUNTS } from "../../engine/model.ts";
import type { Call } from "./route.ts";
import { accountOf, type Fields, invalid, uuid } from "./read.ts";

/** Refuses a transfer id that was used before, which means that the first transfer took effect. */
export function useOnce(call: Call, id: string): void {
  uuid("client_transfer_id", id);
  const { usedTransferIds } = call.side.treasury.ledgerOf(accountOf(call));
  if (usedTransferIds.has(id)) throw new ApiError("transfer_already_exists");
}

/** The number of a subaccount that there is. */
export function subaccountIn(call: Call, number: number): number {
  if (!accountOf(call).subaccounts.has(number)) throw invalid(`no subaccount ${number}`);
  return number;
}

/** Makes the caller one more subaccount. */
export function createSubaccount(call: Call, shard: number): { subaccount_number: number } {
  const { subaccounts } = accountOf(call);
  const number = Math.max(...subaccounts) + 1;
  if (number > MOST_SUBACCOUNTS) throw invalid(`there are ${MOST_SUBACCOUNTS} subaccounts already`);
  subaccounts.add(number);
  accountOf(call).wallet(number, shard);
  return { subaccount_number: number };
}

/** Moves cash between two subaccounts, once for each id. */
export function transferBetween(call: Call, fields: Fields, shard: number): Record<string, never> {
  const id = fields.requiredText("client_transfer_id");
  const from = fields.subaccount("from_subaccount");
  const to = fields.subaccount("to_subaccount");
  const cents = fields.integer("amount_cents", { min: 1 });
  if (from === undefined || to === undefined || cents === undefined) {
    throw invalid("from_subaccount, to_subaccount and amount_cents are required");
  }
  if (from === to) throw invalid("from_subaccount and to_subaccount are the same");
  useOnce(call, id);
  const { treasury } = call.side;
  const account = accountOf(call);
  const isMoved = treasury.transfer(
    account,
    subaccountIn(call, from),
    subaccountIn(call, to),
    cents * 10_000,
    shard,
  );
  if (!isMoved) throw new ApiError("insufficient_balance");
  treasury.ledgerOf(account).usedTransferIds.add(id);
  return {};
}
