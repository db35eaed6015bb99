/**
 * What every namespace is made with: an operation of the contract in, a value, a list or a page out.
 *
 * The rule for answers: one field gives that field's value, none gives nothing, more give the whole answer.
 *
 * @module
 */

import type { Operation, PagedOperation } from "../contract/operation.ts";
import { KalshiDecodeError } from "../errors.ts";
import { allItems, type ListAllOptions, Page } from "../http/page.ts";
import type { CallOptions, HttpPipeline, RequestInput } from "../http/pipeline.ts";
import { fillPath, type Params } from "../http/url.ts";

/** What all namespaces of a client share: the pipeline that sends their requests. */
export abstract class Namespace {
  /**
   * Sends the requests.
   *
   * @internal
   */
  protected readonly http: HttpPipeline;

  /** Made by the client. */
  constructor(http: HttpPipeline) {
    this.http = http;
  }
}

/** The items of a list that an answer holds. */
type ItemOf<R, K extends keyof R> = NonNullable<R[K]> extends readonly (infer T)[] ? T : never;

/** For an answer that lacks what the contract promises: it must not read as "no order", "no position". */
export function decodeError<P, R, B>(
  operation: Operation<P, R, B>,
  params: P,
  lack: string,
  { clientIds }: RequestInput = {},
  details?: unknown,
): KalshiDecodeError {
  const method = operation.method ?? "GET";
  const { path } = fillPath(operation.path, (params ?? {}) as Params);
  const status = operation.status ?? 200;
  return new KalshiDecodeError(`${method} ${path} answered ${status} without ${lack}.`, {
    method,
    path,
    status,
    details,
    clientIds,
    outcome: "unknown",
  });
}

/** Runs an operation and gives its whole answer. */
export async function call<P, R, B>(
  http: HttpPipeline,
  operation: Operation<P, R, B>,
  params: P,
  options?: CallOptions,
  body?: B,
): Promise<R> {
  const response = await http.request<R>(operation, { ...options, params, body } as RequestInput);
  if (typeof response === "object" && response !== null && !Array.isArray(response)) return response;
  throw decodeError(operation, params, "a JSON object", options);
}

/** Runs an operation whose success says nothing but that. */
export function send<P, R, B>(
  http: HttpPipeline,
  operation: Operation<P, R, B>,
  params: P,
  options?: CallOptions,
  body?: B,
): Promise<void> {
  return http.request<void>({ ...operation, empty: true }, { ...options, params, body } as RequestInput);
}

/** Runs an operation and gives its whole answer, which must hold this field. */
export async function callWith<P, R, B>(
  http: HttpPipeline,
  operation: Operation<P, R, B>,
  field: keyof R & string,
  params: P,
  options?: CallOptions,
  body?: B,
): Promise<R> {
  const response = await call(http, operation, params, options, body);
  if (response[field] !== undefined && response[field] !== null) return response;
  throw decodeError(operation, params, `\`${field}\``, options);
}

/** Runs an operation and gives one field of its answer. */
export async function callFor<P, R, B, K extends keyof R & string>(
  http: HttpPipeline,
  operation: Operation<P, R, B>,
  field: K,
  params: P,
  options?: CallOptions,
  body?: B,
): Promise<NonNullable<R[K]>> {
  return (await callWith(http, operation, field, params, options, body))[field] as NonNullable<R[K]>;
}

/** Runs an operation and gives the list in its answer. */
export async function callForList<P, R, B, K extends keyof R & string>(
  http: HttpPipeline,
  operation: Operation<P, R, B>,
  field: K,
  params: P,
  options?: CallOptions,
  body?: B,
): Promise<ItemOf<R, K>[]> {
  const response = await call(http, operation, params, options, body);
  return listIn(operation, params, response, field, options) as ItemOf<R, K>[];
}

/** Kalshi writes null for an empty list here and there. A list that is not there at all is no empty list. */
function listIn<P, R, B>(
  operation: Operation<P, R, B>,
  params: P,
  response: R,
  field: keyof R & string,
  options?: CallOptions,
  optional = false,
): readonly unknown[] {
  const list: unknown = response[field];
  if (Array.isArray(list)) return list;
  if (list === null || optional && list === undefined) return [];
  throw decodeError(operation, params, `the list \`${field}\``, options);
}

/** Fetches one page. */
export async function listPage<P, R, K extends keyof R & string>(
  http: HttpPipeline,
  operation: PagedOperation<P, R, K>,
  params: P,
  options?: CallOptions,
): Promise<Page<ItemOf<R, K>, R>> {
  const response = await call(http, operation, params, options);
  const items = listIn(operation, params, response, operation.items, options, operation.optional);
  const cursor: unknown = response[(operation.next ?? "cursor") as keyof R];
  return new Page(
    items as readonly ItemOf<R, K>[],
    typeof cursor === "string" ? cursor : "",
    response,
    (cursor) => listPage(http, operation, { ...params, cursor }, options),
  );
}

/** Walks over all pages. */
export function listAll<P, R, K extends keyof R & string>(
  http: HttpPipeline,
  operation: PagedOperation<P, R, K>,
  params: P,
  options: ListAllOptions = {},
): AsyncGenerator<ItemOf<R, K>, void, undefined> {
  return allItems((signal) => listPage(http, operation, params, { ...options, signal }), options);
}
