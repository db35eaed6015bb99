/**
 * What Kalshi's WebSocket sends, once its envelope was checked.
 *
 * @module
 */

import { frameLists } from "../contract/event/channel_lists.ts";
import { fillLists } from "../contract/fill_lists.ts";
import { MESSAGE_TYPES } from "./channels.ts";

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
function withLists(frame: object): object {
  const { type } = frame as Readonly<Record<string, unknown>>;
  if (typeof type !== "string" || !Object.hasOwn(frameLists, type)) return frame;
  // What fits one of the forms that a type can have, the others leave alone.
  return (frameLists[type] ?? []).reduce((filled, lists) => fillLists(lists, filled) as object, frame);
}

/** The frame that a parsed text is; undefined where it is none. */
export function readFrame(parsed: unknown): Frame | undefined {
  if (typeof parsed !== "object" || parsed === null) return undefined;
  const value = withLists(parsed);
  const { type, id, sid, seq, msg } = value as Record<string, unknown>;
  if (typeof type !== "string" || !isCount(id) || !isCount(sid) || !isCount(seq)) return undefined;
  if (typeof msg === "object" && msg !== null) return value as Frame;
  // What is known has a payload, which is looked into. Answers may lack one; what is not known has what it likes.
  return MESSAGE_TYPES.has(type) ? undefined : { ...value, msg: msg ?? {} } as Frame;
}

/** Whether a text is a frame, by the runtime's own parser. */
export function canRead(text: string): boolean {
  try {
    return readFrame(JSON.parse(text)) !== undefined;
  } catch {
    return false;
  }
}
