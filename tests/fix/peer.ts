/** A counterparty that is written by hand in each test, and a session opposite to it on a clock that is moved. */
import { decodeMessage, encodeMessage, type ReceivedMessage } from "../../src/contract/fix/codec.ts";
import type { FixMessage, Logon } from "../../src/contract/fix/messages.ts";
import { FixFields } from "../../src/contract/fix_fields.ts";
import { FixWriter, type OutgoingHeader } from "../../src/contract/fix_writer.ts";
import { FixFramer } from "../../src/fix/framer.ts";
import { FixSession } from "../../src/fix/session.ts";
import type {
  FixConnection,
  FixEnd,
  FixSessionEvent,
  FixSessionOptions,
} from "../../src/fix/session_types.ts";
import { MemoryFixStore } from "../../src/fix/store.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";

/** What is there, without what is undefined. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([, inner]) => inner !== undefined).map((
      [name, inner],
    ) => [name, plain(inner)]),
  );
}

export type Wire = Record<string, unknown> & {
  readonly MsgType: string;
  readonly header: ReceivedMessage["header"];
};

/** A session that is logged on, and the other end of its connection. */
export class Peer {
  readonly clock = new ManualClock();
  readonly store: FixSessionOptions["store"];
  readonly session: FixSession;
  /** What the session's application got. */
  readonly messages: ReceivedMessage[] = [];
  readonly events: FixSessionEvent[] = [];
  /** What the session sent and nobody has looked at. */
  readonly #sent: Wire[] = [];
  #framer = new FixFramer();
  readonly #fields = new FixFields();
  readonly #writer = new FixWriter({
    beginString: "FIXT.1.1",
    SenderCompID: "KalshiRT",
    TargetCompID: "a-key",
  });
  connection: FixConnection;
  /** The number of what the peer sends next. */
  next = 1;
  closed = false;
  /** What the link says of what it was given; it takes everything at once without. */
  drained: (() => Promise<void> | undefined) | undefined;

  constructor(options: Partial<FixSessionOptions> = {}) {
    this.store = options.store ?? new MemoryFixStore();
    this.session = new FixSession({
      role: {
        side: "initiator",
        logon: () => ({ EncryptMethod: 0, RawData: Uint8Array.of(1), HeartBtInt: 30, DefaultApplVerID: "9" }),
      },
      SenderCompID: "a-key",
      TargetCompID: "KalshiRT",
      clock: this.clock,
      retransmission: true,
      ...options,
      store: this.store,
      onMessage: (message) => {
        this.messages.push(message);
        options.onMessage?.(message);
      },
      onEvent: (event) => void this.events.push(event),
    });
    this.connection = this.connect();
  }

  connect(): FixConnection {
    this.closed = false;
    this.#framer = new FixFramer();
    this.#sent.length = 0;
    return this.connection = this.session.connect({
      write: (bytes) => {
        this.#framer.push(bytes);
        while (this.#framer.next(this.#fields)) {
          this.#sent.push(decodeMessage(this.#fields) as unknown as Wire);
        }
      },
      close: () => this.closed = true,
      drained: () => this.drained?.(),
    });
  }

  /** What the session has sent since the last look. */
  async sent(): Promise<Wire[]> {
    await this.clock.advance(0);
    return this.#sent.splice(0);
  }

  /** The types and numbers of what the session has sent. */
  async line(): Promise<string> {
    return (await this.sent()).map((message) => {
      const { MsgSeqNum, PossDupFlag } = message.header;
      const { BeginSeqNo, EndSeqNo, NewSeqNo } = message as Record<string, unknown>;
      const more = message.MsgType === "2"
        ? ` ${BeginSeqNo}-${EndSeqNo}`
        : message.MsgType === "4"
        ? ` to ${NewSeqNo}`
        : "";
      return `${MsgSeqNum}:${message.MsgType}${PossDupFlag === true ? "!" : ""}${more}`;
    }).join(" ");
  }

  /** The bytes of a message of the peer's, under its next number unless told. */
  frame(message: FixMessage, header: Partial<OutgoingHeader> = {}): Uint8Array {
    const MsgSeqNum = header.MsgSeqNum ?? this.next++;
    encodeMessage(this.#writer, { sendingTimeMs: this.clock.now(), ...header, MsgSeqNum }, message);
    return this.#writer.bytes.slice(this.#writer.start, this.#writer.end);
  }

  says(message: FixMessage, header: Partial<OutgoingHeader> = {}): void {
    this.connection.receive(this.frame(message, header));
  }

  /** The session logs on, and the peer answers. */
  async logOn(change: Partial<Logon> = {}, header: Partial<OutgoingHeader> = {}): Promise<this> {
    await this.sent();
    this.says(logon(change), header);
    await this.connection.loggedOn;
    return this;
  }

  get ids(): unknown[] {
    return this.messages.map((message) => (message as unknown as Record<string, unknown>).ClOrdID);
  }

  ended(): FixEnd | undefined {
    return this.events.flatMap((event) => event.type === "ended" ? [event.end] : []).at(-1);
  }
}

/** A Logon. */
export function logon(change: Partial<Logon> = {}): Logon {
  return {
    MsgType: "A",
    EncryptMethod: 0,
    RawData: Uint8Array.of(1),
    HeartBtInt: 30,
    DefaultApplVerID: "9",
    ...change,
  };
}

/** A report with an id of its own. */
export function report(ClOrdID: string): FixMessage {
  return {
    MsgType: "8",
    AvgPx: "0.5500",
    ClOrdID,
    CumQty: "0.00",
    ExecID: `1;${ClOrdID}`,
    ExecType: "0",
    LeavesQty: "10.00",
    OrderID: "an-order",
    OrderQty: "10.00",
    OrdStatus: "0",
    Side: "1",
    Symbol: "A",
  };
}

/** An order with an id of its own. */
export function order(ClOrdID: string): FixMessage {
  return { MsgType: "D", ClOrdID, OrderQty: "10.00", OrdType: "2", Price: "0.5500", Side: "1", Symbol: "A" };
}
