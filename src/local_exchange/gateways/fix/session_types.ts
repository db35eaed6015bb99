/** The kinds of sessions, and who takes which of their messages: one line for each MsgType, one file for each job. */
import { cancelOrder, replaceOrder } from "./change_order.ts";
import { massCancel } from "./mass_cancel.ts";
import { newOrder } from "./new_order.ts";
import { orderGroup } from "./order_groups.ts";
import type { Handler, SessionId, SessionType } from "./server_session.ts";

const orderEntry: Readonly<Record<string, Handler>> = {
  D: newOrder,
  F: cancelOrder,
  G: replaceOrder,
  UOG: orderGroup,
};

/** By TargetCompID. */
export const sessionTypes: Readonly<Record<SessionId, SessionType>> = {
  KalshiNR: {
    id: "KalshiNR",
    retransmission: false,
    mayListen: true,
    reportsOrders: true,
    settlements: false,
    handlers: { ...orderEntry, q: massCancel },
  },
  KalshiRT: {
    id: "KalshiRT",
    retransmission: true,
    mayListen: true,
    reportsOrders: true,
    settlements: false,
    handlers: orderEntry,
  },
  KalshiDC: {
    id: "KalshiDC",
    retransmission: false,
    mayListen: false,
    reportsOrders: false,
    settlements: undefined,
    handlers: {},
  },
  KalshiPT: {
    id: "KalshiPT",
    retransmission: true,
    mayListen: false,
    reportsOrders: false,
    settlements: true,
    handlers: {},
  },
  KalshiRFQ: {
    id: "KalshiRFQ",
    retransmission: false,
    mayListen: false,
    reportsOrders: false,
    settlements: undefined,
    handlers: {},
  },
  KalshiMD: {
    id: "KalshiMD",
    retransmission: false,
    mayListen: false,
    reportsOrders: false,
    settlements: undefined,
    handlers: {},
  },
};

/** The type that a TargetCompID names. */
export function sessionTypeOf(targetCompId: string): SessionType | undefined {
  return Object.values(sessionTypes).find(({ id }) => id === targetCompId);
}
