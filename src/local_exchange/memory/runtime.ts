/** A runtime whose network is one exchange in the same process: HTTP, WebSockets and TCP without sockets. */
import { closeCodes } from "../../base/close_codes.ts";
import type { MemoryRuntimeOptions } from "../types.ts";
import { type Clock, held, systemClock } from "../../base/clock.ts";
import { delay } from "../../base/waits.ts";
import { KalshiConfigError, KalshiConnectionError } from "../../base/errors.ts";
import { streamOf } from "../../runtime/node_tcp.ts";
import { assertRuntimeCan } from "../../runtime/capabilities.ts";
import { assertCanTrust } from "../../runtime/tls_trust.ts";
import {
  type ByteStream,
  HandshakeRefusedError,
  type HttpPool,
  type HttpPoolRequest,
  type PoolResponse,
  type Runtime,
  type RuntimeWebSocket,
  type TcpConnectOptions,
  type WebSocketConnectOptions,
  type WebSocketHandlers,
} from "../../runtime/types.ts";
import { concat } from "../gateways/ws/client_frames.ts";
import { ProtocolError } from "../gateways/ws/protocol_error.ts";
import type { Outgoing, RestGateway } from "../gateways/rest/gateway.ts";
import type { SocketEntrance } from "../gateways/ws/entrance.ts";
import { openWebSocket } from "./websocket.ts";
import { MemorySocket } from "./socket.ts";
import type { Caller } from "../signatures.ts";

/** What a network in memory leads to. */
export interface MemoryNetworkOptions {
  readonly gateway: RestGateway;
  readonly sockets: Pick<SocketEntrance, "handshake">;
  readonly clock: Clock;
  readonly baseUrl: string;
  readonly wsBaseUrl: string;
  /** Those who take connections to its FIX ports; none where it speaks no FIX. */
  readonly fix: readonly MemoryListener[];
  /** Told whenever anything is sent, either way. */
  readonly onTraffic?: (() => void) | undefined;
}

/** Who listens on a TCP port in memory. */
export interface MemoryListener {
  readonly hostname: string;
  readonly port: number;
  accept(socket: MemorySocket): void;
}

const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textOf(bytes: Uint8Array, start: number, end: number): string {
  try {
    return strict.decode(bytes.subarray(start, end));
  } catch {
    throw new ProtocolError(closeCodes.notUtf8, "a text is not UTF-8");
  }
}

/** Finds a header by its name in lower case. */
function headerOf(headers: Readonly<Record<string, string>>): (name: string) => string | undefined {
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return (name) => lower.get(name);
}

/** The network of one exchange. */
export class MemoryNetwork {
  readonly #options: MemoryNetworkOptions;
  /** How to end each thing under way. */
  readonly #cuts = new Set<() => void>();
  readonly #notSent = new WeakSet<object>();
  #isClosed = false;

  constructor(options: MemoryNetworkOptions) {
    this.#options = options;
  }

  /**
   * Makes a runtime that reaches the exchange, and nothing else. What comes from it comes from `caller`, where there is
   * one, whatever it is signed with.
   */
  runtime({ ping = true, acceptTcp }: MemoryRuntimeOptions, caller?: Caller): Runtime {
    const runtime: Runtime = {
      name: "the in-memory runtime of a local exchange",
      capabilities: {
        http2: false,
        maxConnections: true,
        // There are no connections that could stay.
        maxKeepaliveConnections: true,
        keepaliveExpiryMs: true,
        proxy: false,
        caCertificates: false,
        handshakeHeaders: true,
        handshakeStatus: true,
        ping,
        tcp: acceptTcp !== undefined || this.#options.fix.length > 0,
        tlsCa: false,
        tlsPins: false,
        files: false,
        env: false,
      },
      createHttpPool: (options) => {
        assertRuntimeCan(options, runtime, { http2: "There is no protocol in memory. Leave it out there." });
        return this.#pool(caller);
      },
      readTextFile: () =>
        Promise.reject(
          new KalshiConfigError("The in-memory runtime has no files: hand over the text itself."),
        ),
      readEnv: () => undefined,
      connectWebSocket: (url, handlers, options) => this.#webSocket(url, handlers, options, { ping, caller }),
      connectTcp: async (options) => {
        assertCanTrust("connectTcp", options, runtime);
        return await this.#tcp(options, acceptTcp);
      },
    };
    return runtime;
  }

  /** Breaks every connection; there are no new ones. */
  close(): void {
    this.#isClosed = true;
    for (const cut of [...this.#cuts]) cut();
  }

  #pool(caller: Caller | undefined): HttpPool {
    let isClosed = false;
    return {
      fetch: (url, request) =>
        isClosed
          ? Promise.reject(new TypeError("The connection pool is closed."))
          : this.#fetch(url, request, caller),
      isNotSent: (error) => typeof error === "object" && error !== null && this.#notSent.has(error),
      close() {
        isClosed = true;
        return Promise.resolve();
      },
    };
  }

  async #fetch(
    url: string,
    { method, headers, body = "", signal }: HttpPoolRequest,
    caller: Caller | undefined,
  ): Promise<PoolResponse> {
    signal?.throwIfAborted();
    const target = this.#targetOf(url, this.#options.baseUrl);
    this.#options.onTraffic?.();
    const answer = this.#options.gateway.answer({ method, target, header: headerOf(headers), body, caller });
    return poolResponse(await this.#whileOpen(answer, signal));
  }

  async #webSocket(
    url: string,
    handlers: WebSocketHandlers,
    { headers = {}, signal }: WebSocketConnectOptions = {},
    { ping, caller }: { readonly ping: boolean; readonly caller: Caller | undefined },
  ): Promise<RuntimeWebSocket> {
    signal?.throwIfAborted();
    const target = this.#targetOf(url, this.#options.wsBaseUrl);
    const handshake = { method: "GET", target, header: headerOf(headers), caller };
    const answer = await this.#whileOpen(this.#options.sockets.handshake(handshake, () => {}), signal);
    if (answer.status === "cut") {
      throw new KalshiConnectionError("The connection broke during the handshake.", { outcome: "unknown" });
    }
    if (!("open" in answer)) throw new HandshakeRefusedError(answer.status, answer.body);
    const [near, far] = MemorySocket.pair(this.#options.onTraffic);
    answer.open(far);
    const tools = { textOf, join: concat, later: this.#later };
    if (ping) return openWebSocket(near, handlers, new Uint8Array(), tools);
    const { onMessage, onClose } = handlers;
    const socket = openWebSocket(near, { onMessage, onClose }, new Uint8Array(), tools);
    delete socket.ping;
    return socket;
  }

  // deno-lint-ignore require-await -- what it throws is a rejection
  async #tcp(
    { hostname, port, tls, signal }: TcpConnectOptions,
    accept: MemoryRuntimeOptions["acceptTcp"],
  ): Promise<ByteStream> {
    signal?.throwIfAborted();
    const address = `${hostname}:${port}`;
    const fix = accept === undefined
      ? this.#options.fix.find((one) => one.hostname === hostname && one.port === port)
      : undefined;
    if (accept === undefined && fix === undefined || this.#isClosed) throw this.#refused(address);
    const [near, far] = MemorySocket.pair(this.#options.onTraffic);
    try {
      if (fix !== undefined) fix.accept(far);
      else accept?.(streamOf(far), { hostname, port, tls });
    } catch (cause) {
      throw this.#refused(address, cause);
    }
    const cut = () => near.destroy();
    this.#cuts.add(cut);
    near.on("close", () => this.#cuts.delete(cut));
    return streamOf(near);
  }

  /** In the next turn of the event loop, which a clock that is moved by hand waits for. */
  readonly #later = (begin: () => void): void => {
    const turn = delay(systemClock, 0).then(begin);
    void held(this.#options.clock, turn);
  };

  /** The path and query of an address, which must be the exchange's. */
  #targetOf(address: string, own: string): string {
    const { host, pathname, search } = new URL(address);
    if (this.#isClosed || host !== new URL(own).host) throw this.#refused(host);
    return pathname + search;
  }

  #refused(host: string, cause?: unknown): KalshiConnectionError {
    const why = this.#isClosed
      ? "the local exchange is closed"
      : `in memory there is only ${new URL(this.#options.baseUrl).host}`;
    const error = new KalshiConnectionError(`Cannot connect to ${host}: ${why}.`, { cause });
    this.#notSent.add(error);
    return error;
  }

  /** Waits for `work`, until the signal or the end of the exchange. */
  #whileOpen<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal?.reason);
      const cut = () =>
        reject(
          new KalshiConnectionError("The connection broke: the local exchange was closed.", {
            outcome: "unknown",
          }),
        );
      signal?.addEventListener("abort", abort);
      this.#cuts.add(cut);
      work.then(resolve, reject).finally(() => {
        signal?.removeEventListener("abort", abort);
        this.#cuts.delete(cut);
      });
    });
  }
}

function poolResponse({ status, headers, body }: Outgoing): PoolResponse {
  const bytes = body === undefined ? undefined : encoder.encode(body);
  const stream = bytes && new ReadableStream<Uint8Array>({
    start(controller) {
      if (bytes.length > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
  return {
    status,
    headers: new Headers(headers),
    body: stream ?? null,
    text: () => Promise.resolve(body ?? ""),
    arrayBuffer: () => Promise.resolve(bytes?.slice().buffer ?? new ArrayBuffer(0)),
  };
}
