/** Messages by their MsgType. */
import type { FixMessage } from "../contract/fix/messages.ts";
import type { UnknownMessage } from "../contract/fix_records.ts";
import type { Received } from "./session_types.ts";

/** The MsgType(35) of a message of Kalshi's. */
export type FixMsgType = FixMessage["MsgType"];

/** The message with a MsgType, as it came. */
export type FixMessageOf<Type extends string> = Received<
  [Extract<FixMessage, { readonly MsgType: Type }>] extends [never] ? UnknownMessage
    : Extract<FixMessage, { readonly MsgType: Type }>
>;
