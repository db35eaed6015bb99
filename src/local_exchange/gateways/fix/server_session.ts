/** A session of one API key, as the handlers of its messages see it. */
import type { ReceivedMessage } from "../../../contract/fix/codec.ts";
import * as codes from "../../../contract/fix/codes.ts";
import type { FixMessage } from "../../../contract/fix/messages.ts";
import type { UnknownMessage } from "../../../contract/fix_records.ts";
import type { FixStore } from "../../../fix/store.ts";
import type { FixSession } from "../../../fix/session.ts";
import type { Exchange } from "../../exchange.ts";
import { WaitingFaults } from "../../waiting_faults.ts";
import type { FixRequestFault } from "./faults.ts";
import type { Account } from "../../engine/model.ts";
import type { ApiKey } from "../../signatures.ts";
import type { Quote } from "../../world/communications.ts";
import type { OrderLives } from "./order_lives.ts";
import type { Floor, Product } from "./product.ts";
import type { Preferences } from "./preferences.ts";
import type { RetainedStore } from "./retained_store.ts";

/** TargetCompID(56) of a kind of session, which is its name. */
export type SessionId = "KalshiNR" | "KalshiRT" | "KalshiDC" | "KalshiPT" | "KalshiRFQ" | "KalshiMD";

/** Takes one type of message of a session that is logged on; what it throws is answered as it says. */
export type Handler = (session: ServerSession, message: ReceivedMessage) => void;

/** A kind of session. */
export interface SessionType {
  /** What clients call it: TargetCompID(56). */
  readonly id: SessionId;
  /** Keeps its numbers over connections and sends again; the others begin each connection at 1. */
  readonly retransmission: boolean;
  /** Whether it may be a ListenerSession(20126). */
  readonly mayListen: boolean;
  /** Gets the ExecutionReports of orders. */
  readonly reportsOrders: boolean;
  /** What ReceiveSettlementReports(20127) is unless told; undefined where there is no such choice. */
  readonly settlements: boolean | undefined;
  /** By MsgType, who takes its messages. */
  readonly handlers: Readonly<Record<string, Handler>>;
  /**
   * Called at each logon; what it returns is called at the next one, or when the session is gone for good: after the
   * connection, or, of one with retransmission, with the exchange.
   */
  readonly begin?: (session: ServerSession) => () => void;
}

/** A job that a session has of its own: it watches the exchange, and ends with the session. */
export interface SessionPart {
  close(): void;
}

/** How such a job begins. */
export type SessionPartKind<Part extends SessionPart = SessionPart> = new (
  exchange: Exchange,
  session: ServerSession,
  floor: Floor,
) => Part;

/** One session. That of a type with retransmission outlives its connections. */
export class ServerSession {
  readonly exchange: Exchange;
  readonly product: Product;
  /** Where its product trades. */
  readonly floor: Floor;
  /** The account of its key there. */
  readonly account: Account;
  readonly lives: OrderLives;
  readonly key: ApiKey;
  readonly type: SessionType;
  /** What its last Logon asked for. */
  preferences: Preferences;
  /** Where its numbers are. */
  readonly store: FixStore;
  /** The same where messages are kept as well; undefined for a type without retransmission. */
  readonly retained: RetainedStore | undefined;
  /** Faults that wait for messages of the client. */
  readonly requestFaults = new WaitingFaults<FixRequestFault>();
  readonly #session: FixSession;
  readonly #parts = new Map<SessionPartKind, SessionPart>();
  #isSilent = false;

  constructor({ session, ...rest }: {
    readonly exchange: Exchange;
    readonly product: Product;
    readonly floor: Floor;
    readonly account: Account;
    readonly lives: OrderLives;
    readonly key: ApiKey;
    readonly type: SessionType;
    readonly preferences: Preferences;
    readonly store: FixStore;
    readonly retained: RetainedStore | undefined;
    readonly session: FixSession;
  }) {
    this.exchange = rest.exchange;
    this.product = rest.product;
    this.floor = rest.floor;
    this.account = rest.account;
    this.lives = rest.lives;
    this.key = rest.key;
    this.type = rest.type;
    this.preferences = rest.preferences;
    this.store = rest.store;
    this.retained = rest.retained;
    this.#session = session;
  }

  /** Whether it has a connection that is logged on. */
  get isOn(): boolean {
    return this.#session.active;
  }

  /** Whether its prices are dollars. */
  get useDollars(): boolean {
    return this.preferences.dollars;
  }

  /** It has accepted a quote: the order that comes of it is its own. */
  accepts(quote: Quote): void {
    const { key, type } = this;
    this.lives.accepts(quote, {
      keyId: key.id,
      type: type.id,
      parties: [],
      operator: undefined,
      preventsSelfTrade: false,
    });
  }

  /** Its job of a kind, which begins when it is first asked for. */
  part<Part extends SessionPart>(Kind: SessionPartKind<Part>): Part {
    const found = this.#parts.get(Kind) as Part | undefined;
    if (found !== undefined) return found;
    const made = new Kind(this.exchange, this, this.floor);
    this.#parts.set(Kind, made);
    return made;
  }

  /** Ends its jobs. */
  endParts(): void {
    for (const part of this.#parts.values()) part.close();
    this.#parts.clear();
  }

  /** The session below. */
  get fix(): FixSession {
    return this.#session;
  }

  /** Sends a message. While nobody is there it is kept, where the session keeps messages, and lost elsewhere. */
  send(message: FixMessage | UnknownMessage): void {
    if (this.#isSilent) return;
    if (this.#session.active) this.#session.send(message);
    else if (this.retained !== undefined) this.#session.keep(message);
  }

  /** Does something of which it says nothing. */
  inSilence(work: () => void): void {
    this.#isSilent = true;
    try {
      work();
    } finally {
      this.#isSilent = false;
    }
  }

  /** Answers a message with a Reject(3). */
  reject({ header }: ReceivedMessage, tag: number, text: string, reason: number): void {
    if (this.#isSilent) return;
    this.#session.refuse(header, { tag, text, reason });
  }

  /** Answers a message with a BusinessMessageReject(j). */
  rejectBusiness({ header }: ReceivedMessage, reason: number, Text: string, refId?: string): void {
    this.send({
      MsgType: "j",
      RefSeqNum: header.MsgSeqNum,
      Text,
      RefMsgType: header.MsgType,
      BusinessRejectRefID: refId,
      BusinessRejectReason: this.product.businessReasons.includes(reason)
        ? reason
        : codes.BusinessRejectReason.Other,
    });
  }
}
