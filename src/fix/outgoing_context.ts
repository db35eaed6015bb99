/** What the messages of a session are checked against before they are sent. */
import type { OutgoingContext } from "../contract/fix_outgoing.ts";
import type { FixConfig } from "./config.ts";

/** The {@linkcode OutgoingContext} of a configuration. */
export function outgoingContext({ product, session, logon }: FixConfig): OutgoingContext {
  return {
    product,
    session,
    useDollars: logon.UseDollars,
    useCapReservation: logon.UseCapReservation,
    listener: logon.ListenerSession,
  };
}
