/** A gateway in memory: sessions that accept, over streams that are cut when a test says so. */
import type { ReceivedMessage } from "../../src/contract/fix/codec.ts";
import type { FixMessage, Logon } from "../../src/contract/fix/messages.ts";
import { FixClient } from "../../src/fix/client.ts";
import type { FixClientOptions } from "../../src/fix/client_options.ts";
import type { FixClientEvent } from "../../src/fix/client_state.ts";
import { FixSession } from "../../src/fix/session.ts";
import { FixConfig } from "../../src/fix/config.ts";
import type { FixConfigOptions } from "../../src/fix/config_options.ts";
import { type FixSessionKind, fixSessions } from "../../src/contract/fix/sessions.ts";
import type {
  FixConnection,
  FixSessionEvent,
  FixSessionOptions,
  LogonAnswer,
  Received,
} from "../../src/fix/session_types.ts";
import { MemoryFixStore } from "../../src/fix/store.ts";
import type { ByteStream, Runtime, TcpConnectOptions } from "../../src/runtime/types.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";

/** What a signer says in place of a signature; nobody may ever see it. */
export const SIGNATURE = "c2VjcmV0LXNpZ25hdHVyZS1vZi1hLXRlc3Qtc2VjcmV0LXNpZ25hdHVyZQ==";

export const auth = { keyId: "a-key", sign: () => Promise.resolve(SIGNATURE) };

/** The configuration of a session. */
export function configOf(
  session: FixSessionKind,
  more: Partial<Omit<FixConfigOptions, "session">> = {},
): FixConfig {
  return FixConfig.demo({ product: "event", session, ...more });
}

/** A connection as the gateway has it. */
export interface Line {
  readonly connection: FixConnection;
  /** Breaks it; what the gateway sends afterwards is lost. */
  cut(): void;
}

export class Gateway {
  readonly clock: ManualClock;
  readonly store: MemoryFixStore = new MemoryFixStore();
  session: FixSession;
  readonly session_: FixSessionKind;
  /** What came from the client. */
  readonly messages: ReceivedMessage[] = [];
  readonly logons: Received<Logon>[] = [];
  readonly events: FixSessionEvent[] = [];
  readonly lines: Line[] = [];
  /** How often somebody connected. */
  connects = 0;
  /** Connections that are open now. */
  open = 0;
  /** What the next connections fail with. */
  readonly unreachable: unknown[] = [];
  /** What is said to a Logon. */
  answer: (logon: Received<Logon>) => LogonAnswer | Promise<LogonAnswer> = (logon) => ({
    accept: {
      EncryptMethod: 0,
      RawData: Uint8Array.of(1),
      HeartBtInt: logon.HeartBtInt,
      DefaultApplVerID: "9",
    },
  });
  /** What becomes of a message of the application. */
  onMessage: (message: ReceivedMessage) => void = () => {};
  /** Bytes from the client go no further. */
  deaf = false;

  constructor(
    session: FixSessionKind = "order-entry",
    options: Partial<FixSessionOptions> = {},
    startMs?: number,
  ) {
    this.clock = new ManualClock(startMs);
    this.session_ = session;
    this.session = this.#session(options);
  }

  #session(options: Partial<FixSessionOptions>): FixSession {
    return new FixSession({
      role: {
        side: "acceptor",
        accept: (logon) => {
          this.logons.push(logon);
          return this.answer(logon);
        },
      },
      SenderCompID: fixSessions[this.session_].targetCompId,
      TargetCompID: "a-key",
      store: this.store,
      clock: this.clock,
      logonTimeoutMs: 60_000,
      retransmission: fixSessions[this.session_].retransmission,
      onMessage: (message) => {
        this.messages.push(message);
        this.onMessage(message);
      },
      onEvent: (event) => void this.events.push(event),
      ...options,
    });
  }

  says(message: FixMessage): number {
    return this.session.send(message);
  }

  /** The network: everything leads here. */
  readonly runtime: Runtime = {
    name: "a test's",
    capabilities: { tcp: true, caCertificates: true },
    connectTcp: (options: TcpConnectOptions) => this.#connect(options),
  } as unknown as Runtime;

  #connect({ signal }: TcpConnectOptions): Promise<ByteStream> {
    this.connects++;
    const failure = this.unreachable.shift();
    if (failure === "never") {
      return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    }
    if (failure !== undefined) return Promise.reject(failure);
    this.open++;
    let over = false;
    let out!: ReadableStreamDefaultController<Uint8Array>;
    const end = () => {
      if (over) return;
      over = true;
      this.open--;
      try {
        out.close();
      } catch {
        // The client has let go of it.
      }
      connection.lost("the client closed the connection");
    };
    const readable = new ReadableStream<Uint8Array>({
      start: (controller) => void (out = controller),
      cancel: end,
    });
    const connection = this.session.connect({
      write: (bytes) => {
        if (!over) out.enqueue(bytes.slice());
      },
      close: end,
    });
    const writable = new WritableStream<Uint8Array>({
      write: (bytes) => {
        if (over) throw new Error("the connection is gone");
        if (!this.deaf) connection.receive(bytes.slice());
      },
      close: end,
      abort: end,
    });
    this.lines.push({ connection, cut: end });
    return Promise.resolve({
      readable,
      writable,
      close: () => {
        end();
        return Promise.resolve();
      },
    });
  }

  /** Breaks the present connection. */
  async cut(): Promise<void> {
    this.lines.at(-1)?.cut();
    await this.clock.advance(0);
  }
}

/** A client that is logged on at a gateway, and what it told. */
export async function connected(
  gateway: Gateway,
  options: Partial<FixClientOptions> = {},
): Promise<FixClient & { readonly told: FixClientEvent[] }> {
  const told: FixClientEvent[] = [];
  const connecting = FixClient.connect(
    optionsFor(gateway, { onEvent: (event) => void told.push(event), ...options }),
  );
  connecting.catch(() => {});
  for (let turn = 0; turn < 4; turn++) await gateway.clock.advance(0);
  return Object.assign(await connecting, { told });
}

/** What a client of a gateway is made from. */
export function optionsFor(gateway: Gateway, options: Partial<FixClientOptions> = {}): FixClientOptions {
  const { retransmission } = fixSessions[gateway.session_];
  return {
    auth,
    config: configOf(gateway.session_),
    runtime: gateway.runtime,
    clock: gateway.clock,
    ...(retransmission && { store: new MemoryFixStore() }),
    ...options,
  };
}
