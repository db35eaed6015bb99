/**
 * What Kalshi's WebSocket sends, once its envelope was checked.
 *
 * @module
 */

import { fillLists } from "../contract/fill_lists.ts";
import type { StreamProduct } from "./product.ts";

/** A frame whose envelope was checked: an object with a type; ids and numbers are integers where they are there. */
export interface Frame {
  readonly type: string;
  readonly id?: number | undefined;
  readonly sid?: number | undefined;
  readonly seq?: number | undefined;
  readonly msg: Readonly<Record<string, unknown>>;
  readonly sending_ts_ms?: number | undefined;
}

const isCount = (value: unknown) => value === undefined || value === null || Number.isSafeInteger(value);

/** The frame, in which null in place of a list has become an empty one. */
function withLists({ lists }: StreamProduct, frame: object): object {
  const { type } = frame as Readonly<Record<string, unknown>>;
  if (typeof type !== "string" || !Object.hasOwn(lists, type)) return frame;
  // What fits one of the forms that a type can have, the others leave alone.
  return (lists[type] ?? []).reduce((filled, form) => fillLists(form, filled) as object, frame);
}

/** The frame that a parsed text is; undefined where it is none. */
export function readFrame(product: StreamProduct, parsed: unknown): Frame | undefined {
  if (typeof parsed !== "object" || parsed === null) return undefined;
  const value = withLists(product, parsed);
  const { type, id, sid, seq, msg } = value as Record<string, unknown>;
  if (typeof type !== "string" || !isCount(id) || !isCount(sid) || !isCount(seq)) return undefined;
  if (typeof msg === "object" && msg !== null) return value as Frame;
  // What is known has a payload, which is looked into. Answers may lack one; what is not known has what it likes.
  return product.messageTypes.has(type) ? undefined : { ...value, msg: msg ?? {} } as Frame;
}
