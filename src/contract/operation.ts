/**
 * What a row of the operation tables says. A row holds only what differs from the common case, because every
 * byte of it ends up in bundles: no `method` means GET, no `auth` means that the call is signed, and so on.
 *
 * @module
 */

import type { FieldRules } from "./field_rule.ts";

/**
 * Where a value holds lists, as a value of the same form that holds nothing else: `[]` is a list, `[x]` one whose
 * items hold lists where `x` does, `{ name: x }` an object with a field of that name, `{ "*": x }` one of which every
 * field holds them.
 */
export type Lists = readonly [] | readonly [Lists] | { readonly [field: string]: Lists };

/** One call of Kalshi's REST API, as data. The type parameters tell what goes in and what comes back. */
export interface Operation<Params = undefined, Response = undefined, Body = undefined> {
  /** HTTP method; GET when absent. */
  readonly method?: "POST" | "PUT" | "DELETE";
  /** Path below the API root. `{name}` stands for the parameter of that name; all other parameters are query. */
  readonly path: `/${string}`;
  /**
   * Absent: the call must be signed. `none`: it is public; a caller with a key signs it unless its
   * `signPublicCalls` is off. `optional`: Kalshi's specification asks for a signature and its guide says that none
   * is needed, so that a caller with a key signs and one without asks anyway.
   */
  readonly auth?: "none" | "optional";
  /** Status of success; 200 when absent. */
  readonly status?: 201 | 204;
  /** Set where success has no body. */
  readonly empty?: true;
  /** Set where it changes nothing, whatever its method says: it may be sent again, and by a client that only reads. */
  readonly harmless?: true;
  /** Where the answer holds lists; absent where it holds none. */
  readonly lists?: Lists;
  /** Rate budget that the call draws on; the read budget when absent. */
  readonly bucket?: "write";
  /** Tokens that the call costs, or each item of `costPer`; 10 when absent. */
  readonly cost?: number;
  /** Field of the body whose items are counted: a batch costs `cost` for each. */
  readonly costPer?: string;
  /** Cost when a query parameter is true, by the parameter's name. */
  readonly costWith?: Readonly<Record<string, number>>;
  /**
   * Which of the account's write buckets pays; the unscoped one, which is shard 0's, when absent. A number: that
   * shard's. `index`: the one that `exchange_index` names, and all of them when the call is routed by its ticker.
   * `ticker`: that of the shard that its market is on.
   */
  readonly shard?: number | "index" | "ticker";
  /** Scope that the key needs; `read` for a GET and `write` for the rest when absent. */
  readonly scope?: `${"read" | "write"}::${string}`;
  /** Set where a key that is restricted to one subaccount may make the call. */
  readonly restricted?: true;
  /** What its path and query parameters take, by name; none when absent. */
  readonly params?: FieldRules;
  /** What the fields of its JSON body take, by name; it has no body when absent. */
  readonly body?: FieldRules;
  /** Set where the body may be left out. */
  readonly bodyOptional?: true;
  /** Never there at run time: it carries the types of parameters, answer and body. */
  readonly "~types"?: readonly [params: Params, response: Response, body: Body];
}

/** An operation that answers page by page. */
export interface PagedOperation<Params, Response, Items extends keyof Response & string>
  extends Operation<Params, Response> {
  /** Field of the answer that holds the page's items. */
  readonly items: Items;
  /** Set where the answer may come without that field, which then means an empty page. */
  readonly optional?: true;
  /** Field of the answer that holds the next cursor; `cursor` when absent. The parameter is always `cursor`. */
  readonly next?: "next_cursor";
}
