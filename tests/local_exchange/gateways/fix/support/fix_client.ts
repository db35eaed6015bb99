/** A plain session with a local exchange: it checks every frame that comes by Kalshi's dictionary, and keeps them. */
import { assertEquals } from "@std/assert";
import type { KalshiAuth } from "../../../../../src/auth/mod.ts";
import type { ReceivedMessage } from "../../../../../src/contract/fix/codec.ts";
import { decodeMessage } from "../../../../../src/contract/fix/codec.ts";
import { kalshiDictionary } from "../../../../../src/contract/fix/dictionary.ts";
import type { FixMessage, NewOrderSingle } from "../../../../../src/contract/fix/messages.ts";
import { FixFields } from "../../../../../src/contract/fix_fields.ts";
import { FieldChecks } from "../../../../../src/fix/checks.ts";
import { FixFramer } from "../../../../../src/fix/framer.ts";
import {
  connectSession,
  type FixConnection,
  type FixEnd,
  FixSession,
  type FixSessionEvent,
  type FixSessionKind,
  type FixSessionOptions,
  type FixStore,
  type LogonOptions,
  MemoryFixStore,
  signedLogon,
} from "../../../../../src/fix/mod.ts";
import type { FixProduct } from "../../../../../src/contract/fix/sessions.ts";
import { marginDictionary } from "../../../../../src/local_exchange/gateways/fix/dictionary.ts";
import type { LocalExchange } from "../../../../../src/local_exchange/mod.ts";
import type { Runtime } from "../../../../../src/runtime/types.ts";
import { until } from "../../../../support/until.ts";

const checks = {
  event: new FieldChecks(kalshiDictionary),
  margin: new FieldChecks(marginDictionary),
};

/**
 * Whether a frame is as Kalshi's dictionary says. Its replies to Logons need no RawData, and its refusals of quotes have
 * an empty QuoteID.
 */
export function assertFrame(bytes: Uint8Array, product: FixProduct = "event"): void {
  const framer = new FixFramer();
  const fields = new FixFields();
  framer.push(bytes);
  assertEquals(framer.next(fields), true);
  fields.session();
  const wrong = checks[product].find(fields);
  if (fields.type === "A" && wrong?.tag === 96) return;
  if (fields.type === "AI" && wrong?.tag === 117) return;
  assertEquals(wrong, undefined, new TextDecoder().decode(bytes).replaceAll("\x01", "|"));
}

/** A message with its fields by name. */
export type Seen = Readonly<Record<string, unknown>> & {
  readonly MsgType: string;
  readonly header: ReceivedMessage["header"];
};

/** How to open a client. */
export interface ClientOptions {
  readonly auth: KalshiAuth;
  readonly session?: FixSessionKind;
  /** Whose gateway; that of event contracts unless told. */
  readonly product?: FixProduct;
  readonly logon?: LogonOptions;
  readonly runtime: Runtime;
  readonly store?: FixStore;
  readonly heartbeatSeconds?: number;
  readonly more?: Partial<FixSessionOptions>;
}

export class FixTester implements AsyncDisposable {
  /** Every message of the application that came. */
  readonly messages: Seen[] = [];
  readonly events: FixSessionEvent[] = [];
  /** Every message that came, in their order, those of the session too. */
  readonly seen: ReceivedMessage[] = [];
  readonly session: FixSession;
  readonly #options: ClientOptions;
  readonly #exchange: LocalExchange;
  #connection: FixConnection | undefined;
  end: FixEnd | undefined;

  constructor(exchange: LocalExchange, options: ClientOptions) {
    this.#options = options;
    this.#exchange = exchange;
    const { auth, session = "order-entry", product = "event", logon = {}, heartbeatSeconds = 30, more } =
      options;
    const { targetCompId } = exchange.fixConfig(session, { product });
    const retransmission = session === "order-entry-rt" || session === "post-trade";
    this.session = new FixSession({
      role: { side: "initiator", logon: signedLogon(auth, heartbeatSeconds, logon) },
      SenderCompID: auth.keyId,
      TargetCompID: targetCompId,
      store: options.store ?? new MemoryFixStore(),
      clock: exchange.clock.base,
      retransmission,
      resetOnLogon: !retransmission,
      onMessage: (message) => void this.messages.push(message as unknown as Seen),
      onEvent: (event) => {
        this.events.push(event);
        if (event.type === "ended") this.end = event.end;
      },
      onFrame: (direction, frame) => {
        if (direction === "out") return;
        assertFrame(frame, product);
        const fields = new FixFields();
        const framer = new FixFramer();
        framer.push(frame);
        framer.next(fields);
        fields.session();
        this.seen.push(decodeMessage(fields));
      },
      ...more,
    });
  }

  /** The types of every message that came. */
  get types(): string[] {
    return this.seen.map(({ MsgType }) => MsgType);
  }

  /** Connects and logs on. */
  static async open(exchange: LocalExchange, options: ClientOptions): Promise<FixTester> {
    const client = new FixTester(exchange, options);
    await client.logOn();
    return client;
  }

  /** Connects; resolves when the exchange has answered the Logon. */
  async logOn(): Promise<void> {
    this.end = undefined;
    const { session = "order-entry", product = "event" } = this.#options;
    const { host, port, tls } = this.#exchange.fixConfig(session, { product });
    const address = { hostname: host, port, tls };
    this.#connection = await connectSession(this.session, this.#options.runtime, address, undefined);
    await this.#connection.loggedOn;
  }

  /** Tries to log on; what the exchange said instead. */
  async refused(): Promise<string> {
    try {
      await this.logOn();
    } catch {
      await until(() => this.end !== undefined);
      return this.end?.text ?? "";
    }
    throw new Error("the Logon was taken");
  }

  send(message: FixMessage): void {
    this.session.send(message);
  }

  /** The next messages that nobody has looked at, once there are so many. */
  async next(count = 1): Promise<Seen[]> {
    await until(() => this.messages.length >= count);
    return this.messages.splice(0, count);
  }

  /** The next ones in short: what a life of an order is told by. */
  async lines(count: number): Promise<string[]> {
    return (await this.next(count)).map(line);
  }

  /** Sends something and gives back what it is answered with. */
  ask(message: FixMessage, answers = 1): Promise<Seen[]> {
    this.send(message);
    return this.next(answers);
  }

  async ended(): Promise<FixEnd> {
    await until(() => this.end !== undefined);
    return this.end as FixEnd;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.session.state === "disconnected") return;
    this.session.abandon("the test is over");
    await this.#connection?.ended;
  }
}

/** A report in short: what it is, the ids, and the quantities. */
export function line(message: Seen): string {
  const { MsgType, ExecType, OrdStatus, ClOrdID, OrigClOrdID, OrderQty, CumQty, LeavesQty, Text } = message;
  if (MsgType !== "8") return [MsgType, ClOrdID, message.OrderGroupID, Text].filter(Boolean).join(" ");
  const ids = OrigClOrdID === undefined ? ClOrdID : `${ClOrdID}<${OrigClOrdID}`;
  const sizes = [OrderQty, CumQty, LeavesQty].map((size) => Number(size)).join("/");
  return `${ExecType}${OrdStatus} ${ids} ${sizes}${Text === undefined ? "" : ` ${Text}`}`;
}

/** An order of ten contracts at 55 cents. */
export function order(ClOrdID: string, Symbol: string, more: Partial<NewOrderSingle> = {}): NewOrderSingle {
  return { MsgType: "D", ClOrdID, Symbol, Side: "1", OrderQty: "10", OrdType: "2", Price: "55", ...more };
}
