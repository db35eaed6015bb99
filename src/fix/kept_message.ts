/** What a kept frame was: for messages that turn out never to have arrived. */
import { decodeMessage } from "../contract/fix/codec.ts";
import { FixFields } from "../contract/fix_fields.ts";
import type { FixNeverArrived } from "./client_state.ts";
import { FixFramer } from "./framer.ts";

/** What the session itself sends: nobody misses it. */
const admin: ReadonlySet<string> = new Set(["0", "1", "2", "3", "4", "5", "A"]);

/** That a message of the application never arrived; undefined for one of the session, and for what cannot be read. */
export function neverArrived(MsgSeqNum: number, frame: Uint8Array): FixNeverArrived | undefined {
  const framer = new FixFramer({ maxFrameBytes: frame.length });
  const fields = new FixFields();
  framer.push(frame);
  if (!framer.next(fields)) return undefined;
  fields.session();
  if (fields.sequence !== MsgSeqNum || admin.has(fields.type)) return undefined;
  const { MsgType, ClOrdID } = decodeMessage(fields) as { MsgType: string; ClOrdID?: string };
  return { type: "never-arrived", MsgType, MsgSeqNum, ClOrdID };
}
