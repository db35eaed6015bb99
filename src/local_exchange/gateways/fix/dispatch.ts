/** A message of the application: to whom takes it, and what becomes of what that throws. */
import type { ReceivedMessage } from "../../../contract/fix/codec.ts";
import { BusinessRejectReason } from "../../../contract/fix/codes.ts";
import { refuseChange } from "./change_order.ts";
import { refuseOrder } from "./new_order.ts";
import { BusinessRefusal, FieldRefusal } from "./refusals.ts";
import type { Handler, ServerSession } from "./server_session.ts";

/** BusinessRejectReason(380). */

/** Hands a message over. */
export function dispatch(session: ServerSession, came: ReceivedMessage): void {
  const message = without(came, session.product.passedOver);
  const { exchange, requestFaults, type } = session;
  const handler = Object.hasOwn(type.handlers, message.MsgType) ? type.handlers[message.MsgType] : undefined;
  if (handler === undefined) {
    return session.rejectBusiness(
      message,
      BusinessRejectReason.UnsupportedMessageType,
      "Unsupported Message Type",
    );
  }
  exchange.tick();
  const fault = requestFaults.meet(({ msgType }) => msgType === undefined || msgType === message.MsgType);
  if (fault === undefined) return handle(handler, session, message);
  if (fault.afterProcessing === true) session.inSilence(() => handle(handler, session, message));
  if (fault.fault === "refuse") refuse(session, message, fault.text);
}

/** A message without some fields. */
function without(message: ReceivedMessage, names: readonly string[]): ReceivedMessage {
  if (names.length === 0) return message;
  return { ...message, ...Object.fromEntries(names.map((name) => [name, undefined])) } as ReceivedMessage;
}

/** Does again what was kept of a message, in silence. */
export function replay(session: ServerSession, message: ReceivedMessage): void {
  const handler = session.type.handlers[message.MsgType];
  if (handler !== undefined) session.inSilence(() => handle(handler, session, message));
}

function handle(handler: Handler, session: ServerSession, message: ReceivedMessage): void {
  try {
    handler(session, message);
  } catch (error) {
    if (error instanceof FieldRefusal) {
      session.reject(message, error.tag, error.message, error.reason);
    } else if (error instanceof BusinessRefusal) {
      session.rejectBusiness(message, error.reason, error.message, error.refId);
    } else {
      session.exchange.onInternalError(error);
      refuse(session, message, "INTERNAL_ERROR");
    }
  }
}

/** Refuses a message as its kind is refused. */
function refuse(session: ServerSession, message: ReceivedMessage, text: string): void {
  switch (message.MsgType) {
    case "D":
      return refuseOrder(session, message, text);
    case "F":
    case "G":
      return refuseChange(session, message, text);
    default:
      return session.rejectBusiness(message, BusinessRejectReason.Other, text);
  }
}
