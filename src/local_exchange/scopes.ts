/** What an API key may do. */
import type { Operation } from "../contract/operation.ts";
import {
  AcceptBlockTradeProposal,
  ApplySubaccountTransfer,
  DeleteFCMEventContractDailyCap,
  GetBalance,
  GetBlockTradeProposals,
  IntraExchangeInstanceTransfer,
  UpdateFCMEventContractDailyCap,
} from "../contract/operations.ts";
import type { ApiKeyScope } from "../contract/types.ts";
import { ApiError } from "./api_error.ts";
import type { ApiKey } from "./keys.ts";

/** Every scope. */
export const allScopes: readonly ApiKeyScope[] = [
  "read",
  "write",
  "read::block_trade_accept",
  "read::portfolio_balance",
  "write::trade",
  "write::transfer",
  "write::block_trade_accept",
  "write::fcm_risk",
];

/** Operations that want another scope than `read` for a GET and `write` for the rest. */
const special: ReadonlyMap<Operation<unknown, unknown, unknown>, ApiKeyScope> = new Map<
  Operation<unknown, unknown, unknown>,
  ApiKeyScope
>([
  [GetBalance, "read::portfolio_balance"],
  [GetBlockTradeProposals, "read::block_trade_accept"],
  [AcceptBlockTradeProposal, "write::block_trade_accept"],
  [ApplySubaccountTransfer, "write::transfer"],
  [IntraExchangeInstanceTransfer, "write::transfer"],
  [UpdateFCMEventContractDailyCap, "write::fcm_risk"],
  [DeleteFCMEventContractDailyCap, "write::fcm_risk"],
]);

/** Paths whose writes are trading. */
const trading =
  /^\/portfolio\/(events\/orders|order_groups)|^\/communications\/(rfqs|quotes)|^\/multivariate/;

/** Paths that a key of one subaccount may use. */
const open = new RegExp(
  "^/portfolio/(events/orders|orders|order_groups|balance|positions|fills|settlements)|" +
    "^/communications/(rfqs|quotes|id)|^/multivariate|^/markets|^/historical|^/exchange",
);

function scopeOf(operation: Operation<unknown, unknown, unknown>): ApiKeyScope {
  const { method, path } = operation;
  const ordinary = method === undefined ? "read" : trading.test(path) ? "write::trade" : "write";
  return special.get(operation) ?? ordinary;
}

/** Throws the 403 of a key that may not. A parent scope covers its children. */
export function authorize(key: ApiKey, operation: Operation<unknown, unknown, unknown>): void {
  const scope = scopeOf(operation);
  const parent = scope.split("::")[0];
  if (!key.scopes.some((granted) => granted === scope || granted === parent)) {
    throw new ApiError(403, "permission_denied", `this API key lacks the scope ${scope}`);
  }
  if (key.subaccount !== undefined && !open.test(operation.path)) {
    throw new ApiError(
      403,
      "permission_denied",
      undefined,
      "this API key is restricted to a single sub-account and cannot access this endpoint",
    );
  }
}
