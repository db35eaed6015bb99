/** A venue in memory behind the `Runtime` interface: what a test needs to move time and misbehave on cue. */
import { KalshiAuth } from "../../../src/auth/mod.ts";
import { KalshiConfig, type KalshiConfigOptions } from "../../../src/config/kalshi_config.ts";
import { HandshakeRefusedError, type Runtime, type WebSocketHandlers } from "../../../src/runtime/types.ts";
import { KalshiStream, type StreamOptions } from "../../../src/stream/mod.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";

export interface Command {
  readonly id: number;
  readonly cmd: string;
  readonly params: Record<string, unknown> & {
    readonly channels?: string[];
    readonly market_tickers?: string[];
  };
}

/** How the next handshake goes: accepted, refused with a status and a body, failed, or never answered. */
export type Handshake = "accept" | "hang" | "fail" | number | {
  readonly status: number;
  readonly body: string;
};

/** The server's end of one socket. */
export class FakeSocket {
  readonly commands: Command[] = [];
  readonly headers: Readonly<Record<string, string>>;
  readonly handlers: WebSocketHandlers;
  readonly sids = new Map<string, number>();
  pings = 0;
  closed: number | undefined;
  /** Takes commands and answers nothing. */
  silent = false;
  /** Answers in place of the usual way; undefined for the usual way, null for none. */
  answer: ((command: Command) => unknown[] | null | undefined) | undefined;
  seq = 0;
  readonly #venue: FakeVenue;

  constructor(venue: FakeVenue, handlers: WebSocketHandlers, headers: Readonly<Record<string, string>>) {
    this.#venue = venue;
    this.handlers = handlers;
    this.headers = headers;
  }

  send(frame: unknown): void {
    this.handlers.onMessage(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  /** Sends an update of a channel, numbered where the channel is. */
  update(channel: string, type: string, msg: unknown, more: object = {}): void {
    this.send({ type, sid: this.sids.get(channel), msg, ...more });
  }

  snapshot(ticker: string, yes: unknown = [["0.5600", "10.00"]], no: unknown = [["0.6000", "5.00"]]): void {
    const msg = { market_ticker: ticker, market_id: "", yes_dollars_fp: yes, no_dollars_fp: no };
    this.update("orderbook_delta", "orderbook_snapshot", msg, { seq: ++this.seq });
  }

  delta(ticker: string, side: string, price_dollars: string, delta_fp: string, more: object = {}): void {
    const msg = { market_ticker: ticker, market_id: "", side, price_dollars, delta_fp, ...more };
    this.update("orderbook_delta", "orderbook_delta", msg, { seq: ++this.seq });
  }

  drop(code = 1006): void {
    if (this.closed !== undefined) return;
    this.closed = code;
    this.handlers.onClose({ code, reason: "" });
  }

  obey(command: Command): void {
    this.commands.push(command);
    if (this.silent) return;
    const special = this.answer?.(command);
    if (special === null) return;
    for (const frame of special ?? this.#usual(command)) this.send(frame);
  }

  #usual({ id, cmd, params }: Command): unknown[] {
    if (cmd === "list_subscriptions") {
      return [{ id, type: "ok", msg: [...this.sids].map(([channel, sid]) => ({ channel, sid })) }];
    }
    if (cmd === "unsubscribe") {
      const [sid] = params.sids as number[];
      for (const [channel, held] of this.sids) if (held === sid) this.sids.delete(channel);
      return [{ id, type: "unsubscribed", sid, seq: 1 }];
    }
    if (cmd === "subscribe") {
      return (params.channels ?? []).map((channel) => {
        const present = this.sids.get(channel);
        if (present !== undefined) return { id, type: "ok", sid: present };
        this.sids.set(channel, ++this.#venue.lastSid);
        return { id, type: "subscribed", msg: { channel, sid: this.#venue.lastSid } };
      });
    }
    return [{ id, type: "ok", sid: (params.sids as number[])[0] }];
  }
}

/** Looks like a signature. */
export const SIGNATURE: string = btoa("s".repeat(64));

/** A venue in memory. */
export class FakeVenue {
  readonly clock: ManualClock = new ManualClock();
  readonly sockets: FakeSocket[] = [];
  handshakes: Handshake[] = [];
  lastSid = 0;
  canPing = false;
  /** Done to every new socket. */
  onSocket: ((socket: FakeSocket) => void) | undefined;

  /** The latest socket. */
  get socket(): FakeSocket {
    const last = this.sockets.at(-1);
    if (last === undefined) throw new Error("no socket yet");
    return last;
  }

  /** All commands of a kind, over all sockets. */
  sent(cmd: string): Command[] {
    return this.sockets.flatMap(({ commands }) => commands).filter((command) => command.cmd === cmd);
  }

  get runtime(): Runtime {
    const capabilities = {
      http2: false,
      maxConnections: false,
      maxKeepaliveConnections: false,
      keepaliveExpiryMs: false,
      proxy: false,
      caCertificates: false,
      handshakeHeaders: true,
      handshakeStatus: true,
      ping: this.canPing,
      tcp: false,
      files: false,
      env: false,
    };
    const never = () => {
      throw new Error("not in this test");
    };
    return {
      name: "fake",
      capabilities,
      createHttpPool: never,
      connectTcp: never,
      readTextFile: never,
      readEnv: () => undefined,
      connectWebSocket: async (_url, handlers, { headers = {}, signal } = {}) => {
        const handshake = this.handshakes.shift() ?? "accept";
        if (handshake === "hang") {
          await new Promise((_, reject) =>
            signal?.addEventListener("abort", () => reject(new Error("aborted")))
          );
        }
        if (handshake === "fail") throw new Error("connection refused");
        if (typeof handshake === "number") throw new HandshakeRefusedError(handshake);
        if (typeof handshake === "object") throw new HandshakeRefusedError(handshake.status, handshake.body);
        const socket = new FakeSocket(this, handlers, headers);
        this.sockets.push(socket);
        this.onSocket?.(socket);
        return {
          bufferedAmount: 0,
          send: (text) => socket.obey({ params: {}, ...JSON.parse(text) }),
          close: (code = 1000) => socket.silent || socket.drop(code),
          terminate: () => socket.drop(1006),
          ...(this.canPing && {
            ping: () => {
              socket.pings++;
              if (!socket.silent) handlers.onPong?.();
            },
          }),
        };
      },
    };
  }

  connect(options: Partial<StreamOptions> = {}, config: KalshiConfigOptions = {}): Promise<KalshiStream> {
    return KalshiStream.connect({
      auth: KalshiAuth.fromSigner({ keyId: "key-1", sign: () => Promise.resolve(SIGNATURE) }),
      config: new KalshiConfig({ baseUrl: "http://127.0.0.1:9/trade-api/v2", ...config }),
      runtime: this.runtime,
      clock: this.clock,
      ...options,
    });
  }
}

export { take } from "./take.ts";
