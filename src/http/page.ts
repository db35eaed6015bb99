/**
 * Lists that come page by page.
 *
 * @module
 */

import { KalshiPaginationError } from "../base/errors.ts";

/**
 * One page of a list.
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 *
 * await using client = new KalshiClient({ demo: true });
 * let page = await client.markets.list({ status: "open", limit: 100 });
 * console.log(page.items.length, page.hasNext);
 * const second = await page.next();
 * if (second !== undefined) page = second;
 * ```
 */
export class Page<T, R = unknown> {
  /** The items of this page. It can be short, even empty, while more pages follow. */
  readonly items: readonly T[];
  /** Where the next page starts; empty on the last one. */
  readonly cursor: string;
  /** The whole answer, with what it holds besides the items. */
  readonly response: R;
  readonly #fetch: (cursor: string) => Promise<Page<T, R>>;

  /** Made by the `list` methods. */
  constructor(
    items: readonly T[],
    cursor: string,
    response: R,
    fetch: (cursor: string) => Promise<Page<T, R>>,
  ) {
    this.items = items;
    this.cursor = cursor;
    this.response = response;
    this.#fetch = fetch;
  }

  /** True when the server named a next page. */
  get hasNext(): boolean {
    return this.cursor !== "";
  }

  /**
   * Fetches the next page with the same filters; undefined after the last one. Throws a {@linkcode KalshiPaginationError}
   * when that page names itself as the one that follows. A walk over every page finds longer loops too.
   */
  async next(): Promise<Page<T, R> | undefined> {
    const page = this.hasNext ? await this.#fetch(this.cursor) : undefined;
    if (page?.hasNext && page.cursor === this.cursor) throw endless();
    return page;
  }

  /** Iterates over the items of this page alone; {@linkcode PageCall}, the call without `await`, over all. */
  [Symbol.iterator](): Iterator<T> {
    return this.items[Symbol.iterator]();
  }
}

/**
 * What a `list` method gives: a promise of the first {@linkcode Page}, and a walk over the items of every page.
 * Both share the request for the first page, which goes out with the call. A walk ends as that of `listAll`
 * does, on the last page or with a {@linkcode KalshiPaginationError}, and throws what a page throws; each starts
 * at the first page. A failure that nobody waits for goes unheard, as a read needs no answer.
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 *
 * await using client = new KalshiClient({ demo: true });
 * const { items } = await client.markets.list({ status: "open", limit: 100 }); // the first page
 * for await (const market of client.markets.list({ status: "open" })) { //        every page, without `await`
 *   console.log(market.ticker, items.length);
 * }
 * ```
 */
export class PageCall<T, R = unknown> extends Promise<Page<T, R>> implements AsyncIterable<T> {
  readonly #pause: (count: number) => Promise<void>;

  /** Made by the `list` methods. */
  constructor(fetch: () => Promise<Page<T, R>>, pause: (count: number) => Promise<void>) {
    super((resolve) => resolve(fetch()));
    this.#pause = pause;
    this.catch(() => {});
  }

  /** What `then`, `catch` and `finally` make is a plain promise, which cannot be walked over. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** Iterates over the items of every page, and asks for the next one when those of a page are used up. */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return allItems(() => this, () => ({ maxItems: Infinity, prefetch: false }), undefined, this.#pause);
  }
}

function endless(): KalshiPaginationError {
  return new KalshiPaginationError(
    "The server named the same next page twice: this list would never end. Start again with a narrower filter.",
    { outcome: "rejected" },
  );
}

function barrenPages(count: number): KalshiPaginationError {
  return new KalshiPaginationError(
    `${MOST_BARREN_PAGES} pages in a row held nothing new, and each named another one: this list would never end. ` +
      "What came before was handed over. Start again with a narrower filter.",
    { outcome: "rejected", details: { items: count } },
  );
}

/** What a page is known again by, in few bytes: its first and its last item. */
function faceOf(items: readonly unknown[]): number {
  const text = JSON.stringify(
    [items.length, items[0], items.at(-1)],
    (_, value) => typeof value === "bigint" ? String(value) : value,
  );
  let hash = 0;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash, 31) + text.charCodeAt(at) | 0;
  return hash;
}

/** So many pages in a row may bring nothing new, and after so many each next one is waited for a little longer. */
const MOST_BARREN_PAGES = 20;
const PAUSE_AFTER = 3;

/** Looks at the pages of one walk, one after the other, so that none goes on for ever. */
export class PageWatch {
  readonly #cursors = new Set<string>();
  readonly #faces = new Set<number>();
  #barren = 0;

  /**
   * Takes the next page.
   *
   * @param given how many items came before it, for the message
   * @throws {KalshiPaginationError} when its cursor comes twice, or too many in a row brought nothing new
   */
  see(page: Page<unknown>, given: number): void {
    if (page.hasNext && this.#cursors.has(page.cursor)) throw endless();
    this.#cursors.add(page.cursor);
    const face = faceOf(page.items);
    this.#barren = page.items.length === 0 || this.#faces.has(face) ? this.#barren + 1 : 0;
    this.#faces.add(face);
    if (page.hasNext && this.#barren >= MOST_BARREN_PAGES) throw barrenPages(given);
  }

  /** The page behind one that was seen, after a pause where the last ones brought nothing. */
  async next<T>(page: Page<T>, pause: (count: number) => Promise<void>): Promise<Page<T> | undefined> {
    if (page.hasNext && this.#barren >= PAUSE_AFTER) await pause(this.#barren - PAUSE_AFTER + 1);
    return await page.next();
  }
}

/**
 * Every item of every page, in order. Ends on an empty cursor; throws when a cursor comes twice, or nothing new comes.
 *
 * @param choose How far to go, asked when the walk begins; it throws what is wrong with the options.
 */
export async function* allItems<T>(
  fetchPage: (signal: AbortSignal | undefined) => Promise<Page<T>>,
  choose: () => { readonly maxItems: number; readonly prefetch: boolean },
  signal: AbortSignal | undefined,
  pause: (count: number) => Promise<void>,
): AsyncGenerator<T, void, undefined> {
  const { maxItems, prefetch } = choose();
  if (maxItems === 0) return;
  // A page fetched ahead is of no use to anyone once the consumer has stopped.
  const stop = prefetch ? new AbortController() : undefined;
  const signals = [signal, stop?.signal].filter((item) => item !== undefined);
  const watch = new PageWatch();
  let left = maxItems;
  let given = 0;
  try {
    let page: Page<T> | undefined = await fetchPage(
      signals.length > 1 ? AbortSignal.any(signals) : signals[0],
    );
    while (page !== undefined) {
      watch.see(page, given);
      const ahead: Promise<Page<T> | undefined> | undefined = prefetch && left > page.items.length
        ? watch.next(page, pause)
        : undefined;
      // Its failure belongs to the loop below, also when the consumer stops before it gets there.
      ahead?.catch(() => {});
      for (const item of page.items) {
        yield item;
        given++;
        if (--left <= 0) return;
      }
      page = await (ahead ?? watch.next(page, pause));
    }
  } finally {
    stop?.abort();
  }
}
