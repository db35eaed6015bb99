/** Pages with cursors over lists that grow at their end. */
import type { Call } from "./route.ts";
import { limit, text } from "./read.ts";

/** A page of a list and the cursor of the next one, empty on the last. */
export interface PageOf<Item> {
  readonly items: Item[];
  readonly cursor: string;
}

function encode(index: number): string {
  return btoa(`at:${index}`).replace(/=+$/, "");
}

/** As Kalshi does, a cursor that cannot be read starts from the beginning. */
function decode(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  try {
    const match = /^at:(\d+)$/.exec(atob(cursor));
    return match === null ? undefined : Number(match[1]);
  } catch {
    return undefined;
  }
}

/** Where a list goes on from a number, and the number of each of its items: for lists that items leave. */
export interface Numbering<Item> {
  readonly numberOf: (item: Item) => number;
  readonly placeOf: (list: readonly Item[], number: number) => number;
}

/** How a list is read. */
export interface PageOptions<Item> {
  /** Newest first, for lists that are kept oldest first. */
  readonly newestFirst?: boolean;
  /** Which items belong. */
  readonly keep?: (item: Item) => boolean;
  /** What cursors count by; by places in the list where left out. */
  readonly numbering?: Numbering<Item>;
  /** Largest page. */
  readonly most?: number;
  /** Size of a page when the call does not say. */
  readonly usual?: number;
}

/** Where a list goes on; what stood there may have left it. */
function placeFrom<Item>(
  list: readonly Item[],
  number: number,
  newestFirst: boolean,
  numbering: Numbering<Item> | undefined,
): number {
  if (numbering === undefined) return number;
  return newestFirst ? numbering.placeOf(list, number + 1) - 1 : numbering.placeOf(list, number);
}

/** The page of `list` that a call asks for with `limit` and `cursor`. */
export function pageOf<Item>(
  call: Call,
  list: readonly Item[],
  options: PageOptions<Item> = {},
): PageOf<Item> {
  const { newestFirst = false, keep, numbering, most = 1_000, usual } = options;
  const size = limit(call, most, usual);
  const step = newestFirst ? -1 : 1;
  const items: Item[] = [];
  let last = -1;
  const from = decode(text(call, "cursor"));
  let at = from === undefined
    ? (newestFirst ? list.length - 1 : 0)
    : placeFrom(list, from, newestFirst, numbering);
  for (; at >= 0 && at < list.length; at += step) {
    const item = list[at];
    if (item === undefined || (keep !== undefined && !keep(item))) continue;
    if (items.length === size) {
      last = numbering?.numberOf(item) ?? at;
      break;
    }
    items.push(item);
  }
  return { items, cursor: last === -1 ? "" : encode(last) };
}
