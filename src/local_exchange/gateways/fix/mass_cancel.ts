/** OrderMassCancelRequest(q): every order of the session, on all shards. */
import type { ReceivedMessage } from "../../../contract/fix/codec.ts";
import { BusinessRejectReason } from "../../../contract/fix/codes.ts";
import type { OrderMassCancelRequest } from "../../../contract/fix/messages.ts";
import type { Order } from "../../engine/model.ts";
import { assertMayWrite, charge } from "./orders.ts";
import { BusinessRefusal } from "./refusals.ts";
import type { ServerSession } from "./server_session.ts";

/** How often a session may do this. */
const EVERY_MS = 1_000;

const lastAt = new WeakMap<ServerSession, number>();

/** The resting orders that a key entered by FIX. */
export function ordersOf({ account, key, lives }: ServerSession): Order[] {
  return [...account.resting].filter((order) => lives.originOf(order)?.keyId === key.id);
}

/** Cancels them. */
export function massCancel(session: ServerSession, message: ReceivedMessage): void {
  const { ClOrdID } = message as OrderMassCancelRequest;
  const { floor: { engine }, exchange: { enforcesLimits, clock, random } } = session;
  assertMayWrite(session);
  const now = clock.now();
  if (enforcesLimits && now - (lastAt.get(session) ?? -EVERY_MS) < EVERY_MS) {
    throw new BusinessRefusal(BusinessRejectReason.RateLimitExceeded, "rate limit exceeded", ClOrdID);
  }
  lastAt.set(session, now);
  charge(session, message);
  const isRefused = engine.exchangePaused;
  session.send({
    MsgType: "r",
    ClOrdID,
    OrderID: random.uuid(),
    MassCancelResponse: isRefused ? "0" : "6",
    MassCancelRejectReason: isRefused ? 99 : undefined,
  });
  if (!isRefused) { for (const order of ordersOf(session)) engine.cancel(order); }
}
