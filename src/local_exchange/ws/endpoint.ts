/** The WebSocket of a local exchange: handshakes, sessions, and faults on request. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { ClockTimer } from "../../clock.ts";
import { ApiError } from "../api_error.ts";
import type { Account } from "../engine/ledger.ts";
import { type ApiKey, authenticate } from "../keys.ts";
import type { Venue } from "../venue.ts";
import { ServerConnection } from "./connection.ts";
import type { HandshakeFault, SocketFault } from "./faults.ts";
import { Feed } from "./feed.ts";
import { acceptKey } from "./framing.ts";
import { Session } from "./session.ts";

/** Where Kalshi's WebSocket is. */
export const WS_PATH = "/trade-api/ws/v2";

const MOST_CONNECTIONS = 200;
/** How often what falls due is let happen while somebody listens. */
const TICK_MS = 50;

const NAMES: Readonly<Record<string, readonly string[]>> = {
  cfbenchmarks_value: ["BRTI", "ETHUSD_RTI", "SOLUSD_RTI"],
  cfbenchmarks_value_5hz: ["BRTI", "ETHUSD_RTI"],
  pyth_value: ["XAU/USD", "WTI/USD"],
};

interface Connected {
  readonly connection: ServerConnection;
  readonly session: Session;
}

/** What a test can do to the WebSockets of an exchange. */
export interface ExchangeSockets {
  /** How many are open. */
  readonly open: number;
  /** Makes something go wrong on every open WebSocket; or only on those of one account. */
  fail(fault: SocketFault, accountId?: string): void;
  /** Refuses the next handshakes, or never answers them. */
  refuse(fault: HandshakeFault): void;
  /** Forgets every fault that waits. */
  clearFaults(): void;
  /** Ends every WebSocket with code 1012, as a restart does; the sessions to come have other sids. */
  restart(): void;
  /**
   * Sends a message of a channel that the exchange itself has nothing to say on: an index or a Pyth price.
   *
   * @param channel such as `cfbenchmarks_value`
   * @param msg the payload; its `index_id` or `underlying_ticker` says who gets it
   */
  publish(channel: string, msg: Readonly<Record<string, unknown>>): void;
}

/** The endpoint of one exchange. */
export class WebSocketEndpoint implements ExchangeSockets {
  readonly #venue: Venue;
  readonly #feed: Feed;
  readonly #connected = new Set<Connected>();
  /** Handshakes without an answer. */
  readonly #hanging = new Set<Duplex>();
  #handshakes: { readonly status: HandshakeFault["status"]; left: number }[] = [];
  #lastSid = 0;
  #tick: ClockTimer | undefined;
  #closed = false;

  constructor(venue: Venue) {
    this.#venue = venue;
    this.#feed = new Feed(venue);
  }

  get open(): number {
    return this.#connected.size;
  }

  fail(fault: SocketFault, accountId?: string): void {
    for (const { connection, session } of [...this.#connected]) {
      if (accountId !== undefined && session.account.id !== accountId) continue;
      if (fault.fault !== "error") {
        connection.fail(fault);
        continue;
      }
      const subscription = session.subscriptions.get(fault.channel);
      if (subscription !== undefined) session.abort(subscription, fault.code);
    }
  }

  refuse({ status, times = 1 }: HandshakeFault): void {
    this.#handshakes.push({ status, left: times });
  }

  clearFaults(): void {
    this.#handshakes = [];
    for (const { connection } of this.#connected) connection.clearFaults();
  }

  restart(): void {
    this.#lastSid += 1_000;
    for (const { connection } of [...this.#connected]) connection.close(1012, "restarting");
  }

  publish(channel: string, msg: Readonly<Record<string, unknown>>): void {
    const key = msg.index_id ?? msg.underlying_ticker;
    this.#feed.publish(channel, channel, msg, typeof key === "string" ? key : undefined);
  }

  /** Answers the handshake of a WebSocket. */
  upgrade(request: IncomingMessage, socket: Duplex): void {
    socket.on("error", () => socket.destroy());
    this.#handshake(request, socket).catch((error) => {
      if (!(error instanceof ApiError)) this.#venue.onInternalError(error);
      const { status, code, message } = error instanceof ApiError
        ? error
        : { status: 500, code: "internal_server_error", message: "internal server error" };
      refuseSocket(socket, status, { code, message });
    });
  }

  /** Ends every connection. */
  close(): void {
    this.#closed = true;
    this.#tick?.clear();
    for (const { connection } of [...this.#connected]) connection.destroy();
    for (const socket of this.#hanging) socket.destroy();
    this.#feed.close();
  }

  async #handshake({ method = "GET", url = "/", headers }: IncomingMessage, socket: Duplex): Promise<void> {
    const [fault] = this.#handshakes;
    if (fault !== undefined) {
      if (--fault.left === 0) this.#handshakes.shift();
      if (fault.status === "hang") return void this.#hanging.add(socket);
      throw new ApiError(fault.status, "refused_on_request");
    }
    const path = url.split("?")[0] ?? "";
    if (path !== WS_PATH) throw new ApiError(404, "not_found");
    const header = (name: string) => {
      const value = headers[name];
      return Array.isArray(value) ? value[0] : value;
    };
    const key = await authenticate(
      this.#venue.keys,
      {
        keyId: header("kalshi-access-key"),
        timestamp: header("kalshi-access-timestamp"),
        signature: header("kalshi-access-signature"),
      },
      method,
      path,
      this.#venue.wallClock(),
    );
    if (!key.scopes.includes("read")) throw new ApiError(403, "permission_denied");
    if (this.#countOf(key.account) >= MOST_CONNECTIONS) throw new ApiError(429, "too_many_requests");
    const challenge = header("sec-websocket-key");
    if (challenge === undefined || header("sec-websocket-version") !== "13") {
      throw new ApiError(400, "bad_request");
    }
    const accept = await acceptKey(challenge);
    if (this.#closed) return void socket.destroy();
    socket.write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    this.#connect(key, socket);
  }

  #connect(key: ApiKey, socket: Duplex): void {
    const venue = this.#venue;
    const session: Session = new Session(key, {
      venue,
      nextSid: () => ++this.#lastSid,
      names: (channel) => NAMES[channel] ?? [],
      changed: () => this.#feed.refresh(),
      send: (frame, channel) => {
        if (channel !== undefined && connection.isClogged) {
          const slow = session.subscriptions.get(channel);
          if (slow !== undefined) session.abort(slow, 25);
          return;
        }
        connection.send(JSON.stringify(frame), channel);
      },
    });
    const connection: ServerConnection = new ServerConnection({
      socket,
      clock: venue.clock.base,
      onText: (text) => {
        venue.tick();
        session.receive(text);
      },
      onEnd: () => {
        this.#connected.delete(connected);
        this.#feed.delete(session);
        if (this.#connected.size === 0) this.#tick?.clear();
      },
    });
    const connected = { connection, session };
    this.#connected.add(connected);
    this.#feed.add(session);
    if (this.#connected.size === 1) this.#tickLater();
  }

  #tickLater(): void {
    this.#tick = this.#venue.clock.base.setTimer(() => {
      this.#venue.tick();
      this.#tickLater();
    }, TICK_MS);
  }

  #countOf(account: Account): number {
    let count = 0;
    for (const { session } of this.#connected) if (session.account === account) count++;
    return count;
  }
}

function refuseSocket(socket: Duplex, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nContent-Type: application/json\r\nConnection: close\r\n` +
      `Content-Length: ${new TextEncoder().encode(text).length}\r\n\r\n${text}`,
  );
}
