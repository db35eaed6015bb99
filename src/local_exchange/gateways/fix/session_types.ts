/** The kinds of sessions, and who takes which of their messages: one line for each MsgType, one file for each job. */
import type { ReceivedMessage } from "../../../contract/fix/codec.ts";
import type {
  AcceptQuote,
  EventResendRequest,
  MarketDataRequest,
  Quote,
  QuoteCancel,
  QuoteConfirm,
  QuoteRequest,
  RFQCancel,
  SecurityStatusRequest,
} from "../../../contract/fix/messages.ts";
import type { FixProduct } from "../../../contract/fix/sessions.ts";
import type { Received } from "../../../fix/session_types.ts";
import { cancelOrder, replaceOrder } from "./change_order.ts";
import { DropCopy } from "./drop_copy.ts";
import { MarketDataSession } from "./market_data.ts";
import { massCancel } from "./mass_cancel.ts";
import { newOrder } from "./new_order.ts";
import { orderGroup } from "./order_groups.ts";
import { SettlementReports } from "./settlements.ts";
import { assertMayWrite, charge } from "./orders.ts";
import { RfqCreator } from "./rfq_creator.ts";
import { RfqMaker } from "./rfq_maker.ts";
import type { Handler, ServerSession, SessionId, SessionPartKind, SessionType } from "./server_session.ts";

const orderEntry: Readonly<Record<string, Handler>> = {
  D: newOrder,
  F: cancelOrder,
  G: replaceOrder,
  UOG: orderGroup,
};

/** Hands a message to a job of the session. */
const read =
  <Message>(handle: (session: ServerSession, message: Received<Message>) => void): Handler =>
  (session, message) => handle(session, message as ReceivedMessage & Received<Message>);

/** The same for what draws on the write budget, which no listener may do. */
const written =
  <Message>(handle: (session: ServerSession, message: Received<Message>) => void): Handler =>
  (session, message) => {
    assertMayWrite(session);
    charge(session, message);
    handle(session, message as ReceivedMessage & Received<Message>);
  };

const resend = read<EventResendRequest>((session, message) => session.part(DropCopy).resend(message));

const quoteRequests: Readonly<Record<string, Handler>> = {
  R: written<QuoteRequest>((session, message) => session.part(RfqCreator).request(message)),
  UA: written<AcceptQuote>((session, message) => session.part(RfqCreator).accept(message)),
  UE: written<RFQCancel>((session, message) => session.part(RfqCreator).cancel(message)),
};

const quotes: Readonly<Record<string, Handler>> = {
  S: written<Quote>((session, message) => session.part(RfqMaker).quote(message)),
  Z: written<QuoteCancel>((session, message) => session.part(RfqMaker).cancel(message)),
  U7: written<QuoteConfirm>((session, message) => session.part(RfqMaker).confirm(message)),
};

const books: Readonly<Record<string, Handler>> = {
  V: read<MarketDataRequest>((session, message) => session.part(MarketDataSession).request(message)),
};

const statuses: Readonly<Record<string, Handler>> = {
  e: read<SecurityStatusRequest>((session, message) => session.part(MarketDataSession).status(message)),
};

/** Begins what a session is told without asking for it; all of its jobs end with it. */
const tells = (kinds: (session: ServerSession) => readonly SessionPartKind[]) => (session: ServerSession) => {
  for (const kind of kinds(session)) session.part(kind);
  return () => session.endParts();
};

const settlements = ({ preferences }: ServerSession) => preferences.settlements ? [SettlementReports] : [];

/** By TargetCompID. */
const eventSessions: Readonly<Record<SessionId, SessionType>> = {
  KalshiNR: {
    id: "KalshiNR",
    retransmission: false,
    mayListen: true,
    reportsOrders: true,
    settlements: false,
    handlers: { ...orderEntry, q: massCancel, U1: resend },
    begin: tells(settlements),
  },
  KalshiRT: {
    id: "KalshiRT",
    retransmission: true,
    mayListen: true,
    reportsOrders: true,
    settlements: false,
    handlers: { ...orderEntry, ...quoteRequests },
    begin: tells((session) => [
      ...settlements(session),
      ...session.preferences.listens ? [] : [RfqCreator],
    ]),
  },
  KalshiDC: {
    id: "KalshiDC",
    retransmission: false,
    mayListen: false,
    reportsOrders: false,
    settlements: undefined,
    handlers: { U1: resend },
    begin: tells(() => []),
  },
  KalshiPT: {
    id: "KalshiPT",
    retransmission: true,
    mayListen: false,
    reportsOrders: false,
    settlements: true,
    handlers: {},
    begin: tells(settlements),
  },
  KalshiRFQ: {
    id: "KalshiRFQ",
    retransmission: false,
    mayListen: false,
    reportsOrders: false,
    settlements: undefined,
    handlers: quotes,
    begin: tells(() => [RfqMaker]),
  },
  KalshiMD: {
    id: "KalshiMD",
    retransmission: false,
    mayListen: false,
    reportsOrders: false,
    settlements: undefined,
    handlers: { ...books, ...statuses },
    begin: tells(() => []),
  },
};

/** Those of perps: without quotes, settlements and status. */
const marginSessions: Readonly<Partial<Record<SessionId, SessionType>>> = {
  KalshiNR: { ...eventSessions.KalshiNR, settlements: undefined, begin: tells(() => []) },
  KalshiRT: {
    ...eventSessions.KalshiRT,
    settlements: undefined,
    handlers: orderEntry,
    begin: tells(() => []),
  },
  KalshiDC: eventSessions.KalshiDC,
  KalshiMD: { ...eventSessions.KalshiMD, handlers: books },
};

const sessionTypes: Readonly<Record<FixProduct, Readonly<Partial<Record<string, SessionType>>>>> = {
  event: eventSessions,
  margin: marginSessions,
};

/** The type that a TargetCompID names at a product's gateway. */
export function sessionTypeOf(product: FixProduct, targetCompId: string): SessionType | undefined {
  const types = sessionTypes[product];
  return Object.hasOwn(types, targetCompId) ? types[targetCompId] : undefined;
}
