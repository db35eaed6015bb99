/** A message of the application: to whom takes it, and what becomes of what that throws. */
import type { ReceivedMessage } from "../../../contract/fix/codec.ts";
import { BusinessRefusal, FieldRefusal } from "./refusals.ts";
import type { ServerSession } from "./server_session.ts";

/** Hands a message over. */
export function dispatch(session: ServerSession, message: ReceivedMessage): void {
  const { exchange, type } = session;
  const handler = Object.hasOwn(type.handlers, message.MsgType) ? type.handlers[message.MsgType] : undefined;
  if (handler === undefined) return session.rejectBusiness(message, 3, "Unsupported Message Type");
  exchange.tick();
  try {
    handler(session, message);
  } catch (error) {
    if (error instanceof FieldRefusal) {
      session.reject(message, error.tag, error.message, error.reason);
    } else if (error instanceof BusinessRefusal) {
      session.rejectBusiness(message, error.reason, error.message, error.refId);
    } else {
      exchange.onInternalError(error);
      session.rejectBusiness(message, 0, "INTERNAL_ERROR");
    }
  }
}
