/** What every namespace is made with: an operation of the contract in, a value or a page out. */

import type { Operation, PagedOperation } from "../contract/operation.ts";
import { allItems, type ListAllOptions, Page } from "../http/page.ts";
import type { CallOptions, HttpPipeline, RequestInput } from "../http/pipeline.ts";

/** What all namespaces of a client share: the pipeline that sends their requests. */
export abstract class Namespace {
  /** Sends the requests. */
  protected readonly http: HttpPipeline;

  /** Made by the client. */
  constructor(http: HttpPipeline) {
    this.http = http;
  }
}

/** The items of a paged answer. */
type ItemOf<R, K extends keyof R> = NonNullable<R[K]> extends readonly (infer T)[] ? T : never;

/** Runs an operation. */
export function call<P, R, B>(
  http: HttpPipeline,
  operation: Operation<P, R, B>,
  params: P,
  options?: CallOptions,
  body?: B,
): Promise<R> {
  return http.request<R>(operation, { ...options, params, body } as RequestInput);
}

/** Fetches one page. */
export async function listPage<P, R, K extends keyof R & string>(
  http: HttpPipeline,
  operation: PagedOperation<P, R, K>,
  params: P,
  options?: CallOptions,
): Promise<Page<ItemOf<R, K>, R>> {
  const response = await call(http, operation, params, options);
  const cursor: unknown = response[(operation.next ?? "cursor") as keyof R];
  return new Page(
    // Kalshi sends null for an empty list here and there.
    (response[operation.items] ?? []) as readonly ItemOf<R, K>[],
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
