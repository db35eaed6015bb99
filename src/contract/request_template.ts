/** A request as the contract knows it. */

import { readOwn } from "../base/plain.ts";
import type { FieldRules } from "./field_rule.ts";
import type { Lists } from "./operation.ts";

/** One request, as a row of data. */
export interface RequestTemplate {
  /** HTTP method; GET when left out. */
  readonly method?: string | undefined;
  /** Path below the API root, with `{names}` for its parameters. */
  readonly path: string;
  /**
   * Whether to sign: `required` when left out; `optional` signs when there is a key, and so does `none`, which is a
   * public call, unless the config's `signPublicCalls` is off or the path is the caller's own.
   */
  readonly auth?: "required" | "optional" | "none" | undefined;
  /** What its path and query parameters take, by name; none when left out. */
  readonly params?: FieldRules | undefined;
  /** What the fields of its body take, by name; it has no body when left out. */
  readonly body?: FieldRules | undefined;
  /** The body may be left out. */
  readonly bodyOptional?: boolean | undefined;
  /** A path of the caller's own: nothing says what it takes. */
  readonly raw?: boolean | undefined;
  /** A success has no body, or may have none. */
  readonly empty?: boolean | "maybe" | undefined;
  /** It changes nothing, whatever its method says. */
  readonly harmless?: boolean | undefined;
  /** Where its answer holds lists: null in place of one is read as an empty list. */
  readonly lists?: Lists | undefined;
  /** Rate budget that pays; the read budget when left out. */
  readonly bucket?: "write" | undefined;
  /** Tokens that it costs, or each item of `costPer`. */
  readonly cost?: number | undefined;
  /** Field of the body whose items are counted. */
  readonly costPer?: string | undefined;
  /** Which write bucket pays; the one of no shard when left out. */
  readonly shard?: number | "index" | "ticker" | undefined;
  /** Cost when a query parameter is true, by its name. */
  readonly costWith?: Readonly<Record<string, number>> | undefined;
}

const known = new WeakMap<object, object>();

/**
 * A row as what it holds itself, whatever `Object.prototype` was made to hold: what inherits nothing is that already,
 * and a row of the contract is copied once.
 */
export function ownTemplate<T extends object>(row: T): T {
  if (Object.getPrototypeOf(row) === null) return row;
  const found = known.get(row);
  if (found !== undefined) return found as T;
  const own = Object.freeze(readOwn(row));
  known.set(row, own);
  return own;
}
