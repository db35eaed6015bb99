/**
 * What a JavaScript runtime gives to this library: one small interface, implemented once for each runtime.
 *
 * @module
 */

import type { ConnectionLimits } from "../config/limits.ts";
import type { Clock, ClockTimer } from "../base/clock.ts";
import { excerpt, readErrorBody } from "../base/error_body.ts";
import { KalshiError } from "../base/errors.ts";
import { hideSecrets } from "../base/hide_secrets.ts";
import { Secrets } from "../base/redact.ts";
import type { Bytes } from "../base/web_types.ts";

/** What a runtime's adapter can do. Asking for what it cannot do fails at construction. */
export interface RuntimeCapabilities {
  /** HTTP/2 can be asked for; without asking, an adapter speaks HTTP/1.1 wherever it has the choice. */
  readonly http2: boolean;
  /**
   * `limits.maxConnections` can be honoured: as a bound of the requests in flight, and, where the connections are the
   * runtime's own, of these.
   */
  readonly maxConnections: boolean;
  /** `limits.maxKeepaliveConnections` can be honoured. */
  readonly maxKeepaliveConnections: boolean;
  /** `limits.keepaliveExpiryMs` can be honoured. */
  readonly keepaliveExpiryMs: boolean;
  /** Requests can go through an HTTP proxy given to the adapter. */
  readonly proxy: boolean;
  /** Certificate authorities can be given to the adapter. */
  readonly caCertificates: boolean;
  /** A WebSocket handshake can carry headers, which Kalshi's signed handshake needs. */
  readonly handshakeHeaders: boolean;
  /** The status of a refused WebSocket handshake can be seen. */
  readonly handshakeStatus: boolean;
  /** WebSocket ping frames can be sent and pongs seen. */
  readonly ping: boolean;
  /** TCP and TLS connections can be opened. */
  readonly tcp: boolean;
  /** A TLS connection can be given certificate authorities of its own: `ca` of {@linkcode TlsTrust}. */
  readonly tlsCa: boolean;
  /** A TLS connection can insist on certain keys: `pins` of {@linkcode TlsTrust}. */
  readonly tlsPins: boolean;
  /** Files can be read. */
  readonly files: boolean;
  /** There are environment variables to read; where not, `fromEnv` has to be given an `env`. */
  readonly env: boolean;
}

/** An HTTP proxy. Its credentials are shown to the proxy alone, never to the exchange. */
export interface ProxyOptions {
  /** `http://host:port`; credentials may stand in it, or below. */
  readonly url: string;
  /** User name at the proxy. */
  readonly username?: string | undefined;
  /** Password at the proxy. */
  readonly password?: string | undefined;
}

/** What an adapter can be given. */
export interface RuntimeOptions {
  /** Send everything (requests, WebSockets, TCP) through this proxy. None unless given. */
  readonly proxy?: ProxyOptions | undefined;
  /** Certificate authorities, each a PEM text, trusted beside those of the runtime. */
  readonly caCertificates?: readonly string[] | undefined;
  /**
   * Offer `permessage-deflate` for WebSockets, which a server may take up or not: fewer bytes, for more work at each
   * frame. A message may have 64 MiB when it is inflated. Not offered unless told.
   */
  readonly webSocketCompression?: boolean | undefined;
}

export type { ConnectionLimits };

/** What a client asks of its connection pool. */
export interface HttpPoolOptions {
  /** Speak HTTP/2 to servers that offer it over TLS. False is HTTP/1.1, where the runtime gives the choice. */
  readonly http2: boolean;
  /** Pool limits. */
  readonly limits?: ConnectionLimits | undefined;
}

/** One request as the pipeline hands it to a pool. */
export interface HttpPoolRequest {
  /** HTTP method in upper case. */
  readonly method: string;
  /** Header fields; names in any case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Body, already serialised. */
  readonly body?: string | undefined;
  /** Ends the request and the reading of its body. */
  readonly signal?: AbortSignal | undefined;
  /** Its place among the requests in flight; left out where `limits` say nothing of them. */
  readonly place?: RequestPlace | undefined;
}

/** A place among the requests in flight. */
export interface RequestPlace {
  /** Its number, from 0 on: the lowest that was free. No other request in flight has it. */
  readonly slot: number;
  /** False where its connection must close after this request: there are places below for all that may stay. */
  readonly keepAlive: boolean;
}

/** Content codings that a network has left on a body. */
export interface ContentCoding {
  /** Undoes them. `limit` is the most bytes that may come of it. */
  undo(bytes: Bytes, limit: number): Promise<Bytes>;
}

/** An answer, as far as the pipeline reads it; every `Response` is one. */
export interface PoolResponse {
  /** HTTP status; 0 for a redirect that a browser hides. */
  readonly status: number;
  /** Header fields. */
  readonly headers: Pick<Headers, "get" | "forEach">;
  /** The body, without its content codings but for those in `coding`; to be read to its end or cancelled. */
  readonly body: ReadableStream<Uint8Array> | null;
  /** The content codings that are still on the body. */
  readonly coding?: ContentCoding | undefined;
  /** The whole body as text, where it has no `coding`. */
  text(): Promise<string>;
  /** The whole body as bytes, as it came. */
  arrayBuffer(): Promise<ArrayBuffer>;
}

/**
 * What becomes of a connection after its request: it stays, it closes after the answer, or it is broken off without
 * one.
 */
export type ConnectionEnd = "stays" | "closes" | "breaks";

/** Waits until a connection can be used again, or is gone. */
export type UntilFree = (end: ConnectionEnd) => Promise<void>;

/** The connections of one client. */
export interface HttpPool {
  /**
   * Sends one request and follows no redirect: a 3xx is returned as it came, or, in a browser that hides it,
   * as a response with status 0. A POST, PUT, PATCH or DELETE reaches the server at most once, whatever the
   * runtime's own `fetch` does when a connection breaks.
   */
  fetch(url: string, request: HttpPoolRequest): Promise<PoolResponse>;
  /**
   * Waits until the connection of a request that has just ended can be used again, or is gone: so long its place is
   * taken. Left out where the pool counts its connections itself, or there are none to count.
   */
  readonly untilFree?: UntilFree | undefined;
  /** True where requests to this URL are known to share one connection (HTTP/2), so that none has to wait for another. */
  isShared?(url: string): boolean;
  /** True when this failure of {@linkcode fetch} proves that no byte of the request was sent. */
  isNotSent(error: unknown): boolean;
  /** Closes every connection; end what still runs through its signal first. A second call is harmless. */
  close(): Promise<void>;
}

/** What to know when opening a WebSocket. */
export interface WebSocketConnectOptions {
  /** Handshake headers. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Ends the attempt to connect. */
  readonly signal?: AbortSignal | undefined;
  /**
   * How long the other side may take to end the connection after a close, in milliseconds; then it is cut, where the
   * runtime can.
   */
  readonly closeTimeoutMs?: number | undefined;
}

/** How a WebSocket ended. */
export interface WebSocketCloseInfo {
  /** Close code; 1006 when the connection broke without a close frame. */
  readonly code: number;
  /** Reason given by the peer, or what was wrong with what it sent, or empty. */
  readonly reason: string;
}

/** Takes the messages of a socket. */
export interface MessageHandler {
  /** A whole message; binary ones as bytes. */
  (data: string | Uint8Array, bytes?: number): void;
  /**
   * Is asked first where the runtime has the bytes of a message before they are text; they stay as they are. True when
   * that was enough: they were UTF-8, and the handler is not called with them.
   */
  readonly ofBytes?: ((bytes: Uint8Array) => boolean) | undefined;
}

/**
 * What the owner of a socket is told. Every callback is synchronous and must not throw; none is called before
 * the socket has been handed over.
 */
export interface WebSocketHandlers {
  /** Never called after `onClose`. */
  readonly onMessage: MessageHandler;
  /** The end of a socket that was open, exactly once, also after an error. */
  readonly onClose: (info: WebSocketCloseInfo) => void;
  /** A pong or a server's ping was seen, where the runtime shows them. */
  readonly onPong?: (() => void) | undefined;
}

/** An open WebSocket. */
export interface RuntimeWebSocket {
  /** Sends one text message; does nothing once the socket closes. */
  send(text: string): void;
  /** Bytes queued but not yet handed to the network, where the runtime tells; else 0. */
  readonly bufferedAmount: number;
  /** Sends a ping frame; absent where the runtime cannot. */
  ping?(): void;
  /** Starts a clean close; messages that come after it are not delivered. A peer that never answers keeps it pending: follow up with {@linkcode terminate}. */
  close(code?: number, reason?: string): void;
  /** Ends the connection now: `onClose` is told 1006 before this returns, whatever the peer does. */
  terminate(): void;
}

/** Whom one TLS connection trusts. */
export interface TlsTrust {
  /**
   * PEM texts of certificate authorities, trusted for this connection beside those of the runtime and of its adapter.
   * To trust these alone, pin their keys.
   */
  readonly ca?: readonly string[] | undefined;
  /**
   * The keys that the server may have, each the SHA-256 of a SubjectPublicKeyInfo in base64. One of them must be the
   * key of the server's certificate, or of an authority above it whose signature leads down to that: pin the present
   * key and the next one, or that of the authority, for certificates are renewed. They come on top of all other checks.
   */
  readonly pins?: readonly string[] | undefined;
}

/** What to know when opening a TCP or TLS connection. */
export interface TcpConnectOptions extends TlsTrust {
  /** Host name or address. */
  readonly hostname: string;
  /** Port. */
  readonly port: number;
  /** Speak TLS 1.2 or later, and check the server's certificate against its host name or address. */
  readonly tls: boolean;
  /** Ends the attempt to connect. */
  readonly signal?: AbortSignal | undefined;
}

/** A TCP or TLS connection as two byte streams. */
export interface ByteStream {
  /** What the peer sends. */
  readonly readable: ReadableStream<Uint8Array>;
  /** What goes to the peer. */
  readonly writable: WritableStream<Uint8Array>;
  /**
   * Ends the connection now, also when the peer does not read: what it was not sent yet is dropped, so close `writable`
   * first and wait as long as that is worth. A second call is harmless.
   */
  close(): Promise<void>;
}

/** Signs the UTF-8 bytes of a text; resolves to the signature in base64. */
export type SignText = (text: string) => Promise<string>;

/** A private key that was checked and can be imported. */
export interface SigningKey {
  /** What it signs with. */
  readonly algorithm: "RSA-PSS" | "Ed25519";
  /** Its PKCS#8 DER. */
  readonly pkcs8: Bytes;
}

/** Reads a text file; a leading `~/` is the home folder. */
export interface ReadTextFile {
  (path: string): Promise<string>;
  /** The same at once, where the runtime can: a client then tells of a missing key file when it is made. */
  readonly sync?: ((path: string) => string) | undefined;
}

/** As much of a runtime as REST calls need. */
export interface RestRuntime {
  /** Its name, for messages. */
  readonly name: string;
  /** What it can do. */
  readonly capabilities: RuntimeCapabilities;
  /** Opens a connection pool; cheap, no network use before the first request. */
  createHttpPool(options: HttpPoolOptions): HttpPool;
  /**
   * Makes what times the calls of one client by fewer timers than there are calls. Left out where each call has one of its
   * own, as in a Worker, whose timers belong to the request that made them.
   */
  callTimers?(clock: Clock): CallTimers;
  /** Reads a text file. */
  readonly readTextFile: ReadTextFile;
  /**
   * An environment variable; undefined when it is not set.
   *
   * @throws {KalshiConfigError} when it may not be read, which does not mean that it is not set
   */
  readEnv(name: string): string | undefined;
  /**
   * The same without asking anybody for leave: undefined where the variable is not set, and where it may not be read
   * yet. `readEnv` is used where it is left out.
   */
  peekEnv?(name: string): string | undefined;
  /**
   * Makes what signs with a key sooner than WebCrypto (`webCrypto`) would. Left out where nothing does.
   */
  createSigner?(key: SigningKey, webCrypto: SignText): SignText;
}

/** Timers of the calls of one client. */
export interface CallTimers {
  /** Calls `strike` once after so many milliseconds, unless it is cleared before. */
  setTimer(strike: () => void, ms: number): ClockTimer;
  /** Leaves no timer behind, but for those of calls that are still to end. */
  close(): void;
}

/** One JavaScript runtime, as far as this library needs it. */
export interface Runtime extends RestRuntime {
  /**
   * Opens a WebSocket. Rejects with a {@linkcode HandshakeRefusedError} where the status of a refusal can be
   * seen, else with a `KalshiConnectionError`; with the signal's reason when that ended the attempt.
   */
  connectWebSocket(
    url: string,
    handlers: WebSocketHandlers,
    options?: WebSocketConnectOptions,
  ): Promise<RuntimeWebSocket>;
  /**
   * Opens a TCP or TLS connection. Rejects with a `KalshiConnectionError` whose `reason` says why it did not come up,
   * or with the signal's reason when that ended the attempt: then nothing was sent, and no socket is left.
   */
  connectTcp(options: TcpConnectOptions): Promise<ByteStream>;
}

/** The server answered the WebSocket handshake with something else than 101. */
export class HandshakeRefusedError extends KalshiError {
  /** The class name. */
  override readonly name = "HandshakeRefusedError";
  /** The code of this class. */
  override readonly code = "HANDSHAKE";
  /** HTTP status of the refusal. */
  declare readonly status: number;
  /** The body was seen and is no error of Kalshi's, so that the refusal may come from something on the way. */
  readonly isForeign: boolean;
  /**
   * Takes the status, the body where it was seen, and the header fields of the handshake, whose secrets are taken out
   * of what the body says.
   */
  constructor(status: number, body?: string, headers: Readonly<Record<string, string>> = {}) {
    const { code, details } = readErrorBody(body ?? "");
    super(
      `The WebSocket handshake was refused with status ${status}${
        body?.trim() ? `: ${excerpt(body, 200)}` : "."
      }`,
      { status, outcome: "rejected", serverCode: code, details },
    );
    this.isForeign = body !== undefined && code === undefined;
    const secrets = new Secrets();
    secrets.addHeaders(headers);
    hideSecrets(this, secrets);
  }
}
