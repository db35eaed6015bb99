/** A session's connection over a runtime's TCP or TLS stream. */
import { type Clock, type ClockTimer, systemClock } from "../base/clock.ts";
import { clock, milliseconds, readOptions, type Rules, whole, withPreset } from "../base/options.ts";
import type { ByteStream, TcpConnectOptions, TlsTrust } from "../runtime/types.ts";
import type { FixSession } from "./session.ts";
import type { FixConnection, FixLink } from "./session_types.ts";

/** Where to connect, and whom to trust there. */
export interface FixAddress extends TlsTrust {
  /** Host name or address. */
  readonly hostname: string;
  /** Port. */
  readonly port: number;
  /** Whether it speaks TLS. */
  readonly tls: boolean;
}

/** How much patience a connection has with a peer that does not read. */
export interface FixSocketLimits {
  /** How many bytes may wait to be sent before the connection is given up. @default 16777216 */
  readonly maxWaitingBytes?: number;
  /** How long a connection that ends waits for its last bytes to go out, in milliseconds. @default 2000 */
  readonly closeTimeoutMs?: number;
  /** Its timer; the system's, unless a test moves one. */
  readonly clock?: Clock;
}

/** What the limits may be. */
export const socketRules = {
  maxWaitingBytes: withPreset(whole(1), 16_777_216),
  closeTimeoutMs: withPreset(milliseconds(0), 2_000),
  clock: clock(),
} satisfies Rules<FixSocketLimits>;

/** More than this, and a resend waits until it is gone. */
const LITTLE = 262_144;

/**
 * Connects a session, and reads until the connection ends. Rejects when no connection comes up; a connection that
 * ends later is told by its `ended`.
 */
export async function connectSession(
  session: FixSession,
  runtime: { connectTcp(options: TcpConnectOptions): Promise<ByteStream> },
  { hostname, port, tls, ca, pins }: FixAddress,
  signal: AbortSignal | undefined,
  limits: FixSocketLimits = {},
): Promise<FixConnection> {
  const stream = await runtime.connectTcp({ hostname, port, tls, ca, pins, signal });
  return attachSession(session, stream, limits);
}

/** Gives a session a connection that is up, and reads until it ends. */
export function attachSession(
  session: FixSession,
  stream: ByteStream,
  limits: FixSocketLimits = {},
): FixConnection {
  const link = new StreamLink(stream, (text) => connection.lost(text), limits);
  const connection = session.connect(link);
  void read(stream, connection, link);
  return connection;
}

/** Writes go out in order; what a peer does not read waits in the stream, up to a bound. */
class StreamLink implements FixLink {
  readonly #stream: ByteStream;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #broken: (text: string) => void;
  readonly #most: number;
  readonly #closeTimeoutMs: number;
  readonly #clock: Clock;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();
  #state: { readonly name: "open" } | { readonly name: "closing"; readonly timer: ClockTimer } | {
    readonly name: "closed";
  } = { name: "open" };

  constructor(stream: ByteStream, broken: (text: string) => void, limits: FixSocketLimits) {
    this.#stream = stream;
    this.#writer = stream.writable.getWriter();
    this.#broken = broken;
    const read = readOptions("FixSocketLimits", limits, socketRules);
    this.#most = read.maxWaitingBytes;
    this.#closeTimeoutMs = read.closeTimeoutMs;
    this.#clock = read.clock ?? systemClock;
  }

  write(bytes: Uint8Array): void {
    if (this.#state.name !== "open") return;
    this.#waiting += bytes.length;
    if (this.#waiting > this.#most) {
      const waiting = this.#waiting;
      this.destroy();
      return this.#broken(`the peer does not read: ${waiting} bytes wait to be sent`);
    }
    this.#last = this.#writer.write(bytes).then(
      () => void (this.#waiting -= bytes.length),
      (error) => this.#broken(textOf(error)),
    );
  }

  drained(): Promise<void> | undefined {
    return this.#waiting > LITTLE ? this.#last : undefined;
  }

  /**
   * Ends our side behind what was written. The peer then ends its own, which the reading notices: a socket that is
   * closed with unread bytes would take the last words back from a peer that is slow. Neither is waited for beyond
   * the deadline.
   */
  close(): void {
    if (this.#state.name !== "open") return;
    this.#state = {
      name: "closing",
      timer: this.#clock.setTimer(() => this.destroy(), this.#closeTimeoutMs),
    };
    this.#writer.close().catch(() => this.destroy());
  }

  /** Ends both sides now. */
  destroy(): void {
    if (this.#state.name === "closed") return;
    if (this.#state.name === "closing") this.#state.timer.clear();
    this.#state = { name: "closed" };
    void this.#stream.close().catch(() => {});
  }
}

async function read(stream: ByteStream, connection: FixConnection, link: StreamLink): Promise<void> {
  const reader = stream.readable.getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return connection.lost("the peer closed the connection");
      connection.receive(value);
    }
  } catch (error) {
    connection.lost(textOf(error));
  } finally {
    link.destroy();
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : "the connection broke";
}
