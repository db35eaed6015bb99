/** What an API key may do. */
import { eventVenue } from "../config/venue.ts";
import type { Operation } from "../contract/operation.ts";
import type { ApiKeyScope } from "../contract/event/types.ts";
import { ApiError } from "./api_error.ts";
import type { Caller } from "./signatures.ts";

/** Every scope. */
export const allScopes: readonly ApiKeyScope[] = eventVenue.scopes as readonly ApiKeyScope[];

/** Scope that an operation needs. */
export function scopeOf({ method, scope }: Operation<unknown, unknown, unknown>): string {
  return scope ?? (method === undefined ? "read" : "write");
}

/** Throws the 403 of a key that may not. A parent scope covers its children. */
export function authorize(key: Caller, operation: Operation<unknown, unknown, unknown>): void {
  const scope = scopeOf(operation);
  const parent = scope.split("::")[0];
  if (!key.scopes.some((granted) => granted === scope || granted === parent)) {
    throw new ApiError("permission_denied", `this API key lacks the scope ${scope}`);
  }
  if (key.subaccount !== undefined && !operation.restricted) {
    throw new ApiError(
      "permission_denied",
      undefined,
      "this API key is restricted to a single sub-account and cannot access this endpoint",
    );
  }
}
