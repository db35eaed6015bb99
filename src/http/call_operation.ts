/**
 * How every operation of the contract is called: a value, a list or a page out of its answer.
 *
 * The rule for answers: one field gives that field's value, none gives nothing, more give the whole answer.
 *
 * @module
 */

import { fillLists } from "../contract/fill_lists.ts";
import type { Operation, PagedOperation } from "../contract/operation.ts";
import type { RequestTemplate } from "../contract/request_template.ts";
import { KalshiDecodeError } from "../base/errors.ts";
import type { RequestIdentity } from "../base/request_identity.ts";
import { readOptions } from "../base/options.ts";
import { copyPlain, isPlain, readOwn } from "../base/plain.ts";
import { readCallOptions } from "./call_options.ts";
import { checkCall } from "./check_call.ts";
import { priceAdvice, rememberGrids } from "./known_grids.ts";
import {
  type CallOptions,
  type ListAllOptions,
  nameOf,
  walkRules,
  type WriteOptions,
} from "./call_options.ts";
import { allItems, Page, PageCall } from "./page.ts";
import { type Payload, payloadOf, type WriteAttempt } from "./call.ts";
import type { HttpPipeline } from "./pipeline.ts";
import type { Params } from "./url.ts";

/** The items of a list that an answer holds. */
type ItemOf<R, K extends keyof R> = NonNullable<R[K]> extends readonly (infer T)[] ? T : never;

/** Makes the error for an answer that lacks what the contract promises: it must not read as "no order", "no position". */
export type Lack = (what: string, details?: unknown) => KalshiDecodeError;

/** Checks what an operation is given by the contract, sends it, and reads its answer by the contract. */
export function request<T>(
  http: HttpPipeline,
  operation: RequestTemplate,
  options: WriteOptions = {},
  payload: Payload = {},
): Promise<T> {
  return http.request<T>(operation, (template) => {
    const own = payloadOf(readCallOptions(template, options), payload);
    const { advise, read = (value: unknown) => value } = own;
    const { lists } = template;
    return Object.assign(own, checkCall(template, own.params, own.body, own), {
      advise: (code: string | undefined, status: number) =>
        advise?.(code, status) ?? http.advice?.remedyOf(code, status, nameOf(template)),
      read: (value: unknown, request: RequestIdentity, status: number) =>
        read(lists === undefined ? value : fillLists(lists, value), request, status),
    });
  });
}

/** Runs an operation and gives what `read` takes out of its answer. */
export function callAnd<P, R, B, T>(
  http: HttpPipeline,
  operation: Operation<P, R, B>,
  params: P,
  options: CallOptions | undefined,
  body: B | undefined,
  read: (response: R, lack: Lack) => T,
  attempt?: WriteAttempt,
): Promise<T> {
  return request<T>(http, operation, options, {
    ...attempt,
    params: params as Params | undefined,
    body,
    advise: (code) => code === "invalid_price" ? priceAdvice(http, body) : undefined,
    read: (value, request, status) => {
      const lack: Lack = (what, details) =>
        new KalshiDecodeError(`${request.method} ${request.path} answered ${status} without ${what}.`, {
          ...request,
          status,
          details,
          outcome: "unknown",
        });
      if (typeof value !== "object" || value === null || Array.isArray(value)) throw lack("a JSON object");
      return read(value as R, lack);
    },
  });
}

/** Runs an operation and gives its whole answer. */
export function call<P, R, B>(
  http: HttpPipeline,
  operation: Operation<P, R, B>,
  params: P,
  options?: CallOptions,
  body?: B,
): Promise<R> {
  return callAnd(http, operation, params, options, body, (response) => response);
}

/** Runs an operation whose success says nothing but that. */
export function callForNothing<P, R, B>(
  http: HttpPipeline,
  operation: Operation<P, R, B>,
  params: P,
  options?: CallOptions,
  body?: B,
  attempt?: WriteAttempt,
): Promise<void> {
  return request<void>(http, { ...operation, empty: true }, options, {
    ...attempt,
    params: params as Params | undefined,
    body,
  });
}

/** Runs an operation and gives its whole answer, which must hold this field. */
export function callWith<P, R, B>(
  http: HttpPipeline,
  operation: Operation<P, R, B>,
  field: keyof R & string,
  params: P,
  options?: CallOptions,
  body?: B,
  attempt?: WriteAttempt,
): Promise<R> {
  return callAnd(http, operation, params, options, body, (response, lack) => {
    if (response[field] === undefined || response[field] === null) throw lack(`\`${field}\``);
    return response;
  }, attempt);
}

/** Runs an operation and gives one field of its answer. */
export async function callFor<P, R, B, K extends keyof R & string>(
  http: HttpPipeline,
  operation: Operation<P, R, B>,
  field: K,
  params: P,
  options?: CallOptions,
  body?: B,
  attempt?: WriteAttempt,
): Promise<NonNullable<R[K]>> {
  return (await callWith(http, operation, field, params, options, body, attempt))[field] as NonNullable<R[K]>;
}

/** Runs an operation and gives the list in its answer. */
export function callForList<P, R, B, K extends keyof R & string>(
  http: HttpPipeline,
  operation: Operation<P, R, B>,
  field: K,
  params: P,
  options?: CallOptions,
  body?: B,
): Promise<ItemOf<R, K>[]> {
  return callAnd(http, operation, params, options, body, (response, lack) => listIn(response, field, lack));
}

/** The list in an answer: one that came as null is empty by now, one that is not there at all is not. */
export function listIn<R, K extends keyof R & string>(
  response: R,
  field: K,
  lack: Lack,
  optional = false,
): ItemOf<R, K>[] {
  const list: unknown = response[field];
  if (Array.isArray(list)) return list;
  if (optional && list === undefined) return [];
  throw lack(`the list \`${field}\``);
}

/** Fetches the first page, and the others for whoever walks over them. `read` may refuse the parameters before they are sent. */
export function listPage<P, R, K extends keyof R & string>(
  http: HttpPipeline,
  operation: PagedOperation<P, R, K>,
  params: P,
  options?: CallOptions,
  read: (params: P) => P = (params) => copyPlain(params) as P,
): PageCall<ItemOf<R, K>, R> {
  // Later pages are asked for as the first one was.
  const own = isPlain(options) ? readOwn(options as CallOptions) : options;
  return new PageCall(() => fetchPage(http, operation, read(params), own), pauseOf(http, own));
}

function fetchPage<P, R, K extends keyof R & string>(
  http: HttpPipeline,
  operation: PagedOperation<P, R, K>,
  params: P,
  options: CallOptions | undefined,
): Promise<Page<ItemOf<R, K>, R>> {
  return callAnd(http, operation, params, options, undefined, (response, lack) => {
    const cursor: unknown = response[(operation.next ?? "cursor") as keyof R];
    const items = listIn(response, operation.items, lack, operation.optional);
    if (operation.items === "markets") rememberGrids(http, items as object[]);
    return new Page(
      items,
      typeof cursor === "string" ? cursor : "",
      response,
      (cursor) => fetchPage(http, operation, { ...params, cursor }, options),
    );
  });
}

/** How a walk waits between pages that bring nothing new. */
function pauseOf(http: HttpPipeline, options: CallOptions | undefined): (count: number) => Promise<void> {
  return (count) => http.pause({ callId: 0, count, last: undefined }, Object(options));
}

/** Walks over all pages. */
export function listAll<P, R, K extends keyof R & string>(
  http: HttpPipeline,
  operation: PagedOperation<P, R, K>,
  params: P,
  given: ListAllOptions = {},
): AsyncGenerator<ItemOf<R, K>, void, undefined> {
  // What are no options is left for the first page to refuse.
  const options = isPlain(given) ? readOwn(given as ListAllOptions) : Object.create(null) as ListAllOptions;
  const { maxItems, prefetch, signal } = options;
  const { maxItems: _, prefetch: __, ...others } = options;
  // Without a prototype: what is not given is not there.
  const rest: CallOptions = readOwn(others);
  const filter = copyPlain(params) as P;
  return allItems(
    (signal) => fetchPage(http, operation, filter, isPlain(given) ? { ...rest, signal } : given),
    () => readOptions(nameOf(operation), { maxItems, prefetch }, walkRules),
    signal,
    pauseOf(http, rest),
  );
}
