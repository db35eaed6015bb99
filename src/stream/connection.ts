/**
 * One signed WebSocket that comes back: handshake, commands and their answers, liveness, reconnecting.
 *
 * @module
 */

import type { KalshiAuth } from "../auth/mod.ts";
import { onAborted } from "../base/waits.ts";
import type { Clock, ClockTimer } from "../base/clock.ts";
import type { KalshiConfig } from "../config/kalshi_config.ts";
import { KalshiAbortError, KalshiConnectionError, KalshiError, KalshiTimeoutError } from "../base/errors.ts";
import { backoffMs } from "../base/backoff.ts";
import { hideSecrets } from "../base/hide_secrets.ts";
import { Secrets } from "../base/redact.ts";
import { HandshakeRefusedError, type Runtime, type RuntimeWebSocket } from "../runtime/types.ts";
import { streamError } from "./error_codes.ts";
import { waitFor } from "./call_options.ts";
import { canRead, type Frame, readFrame } from "./frame.ts";
import { KalshiStreamClosedError } from "./errors.ts";
import type { StreamProduct } from "./product.ts";
import { parserReturned, parserThrew, writeCommand } from "./json_hooks.ts";
import { refusal } from "./handshake_error.ts";
import type { StreamStatus } from "./status.ts";

/** What the owner of a connection is told, synchronously. */
export interface ConnectionEvents {
  readonly onFrame: (frame: Frame) => void;
  /** Something arrived that is no frame; the one before it came at `fromMs`. */
  readonly onUnreadable: (text: string, fromMs: number) => void;
  readonly onStatus: (status: StreamStatus) => void;
  /** Told of errors that no call waits for. */
  readonly onError: (error: unknown) => void;
  /** A liveness interval passed on an open connection. */
  readonly onInterval: () => void;
  /** The sids that Kalshi has, as `list_subscriptions` told. */
  readonly onList: (sids: ReadonlySet<unknown>) => void;
}

/** What a connection is made from. */
export interface ConnectionOptions {
  readonly product: StreamProduct;
  readonly auth: KalshiAuth;
  readonly config: KalshiConfig;
  readonly runtime: Runtime;
  readonly clock: Clock;
}

/** A command under way. */
interface Pending {
  readonly cmd: string;
  readonly channel: string | undefined;
  /** Told of each answer; true when it was the last. */
  readonly isLast: (answer: Frame) => boolean;
  readonly resolve: (answer: Frame) => void;
  readonly reject: (error: KalshiError) => void;
  readonly timer: ClockTimer;
}

/** How a command is answered. */
export interface CommandOptions {
  /** For messages. */
  readonly channel?: string | undefined;
  /** True when this answer is the last; the first one is unless told. */
  readonly isLast?: ((answer: Frame) => boolean) | undefined;
  /** How long to wait for it; `config.timeoutMs` unless told. */
  readonly timeoutMs?: number | undefined;
}

/** One socket's life. */
interface Session {
  socket?: RuntimeWebSocket;
  openedAt: number;
  probed: boolean;
  heard: boolean;
  /** A frame came, or it gave signs of life for a while: it is no failed attempt. */
  delivered: boolean;
  /** It took the place of one that broke. */
  readonly isBack: boolean;
  pings: number;
}

/** Kalshi takes 10,000 in a second from one session: in any, and eleven of these windows touch one. */
const COMMANDS_PER_WINDOW = 900;
const WINDOW_MS = 100;
/** With pings as the signs of life, what Kalshi has is asked at every so many of them. */
const PINGS_PER_LIST = 6;
/** A connection that stood for this long was a good one: its end is no flapping. */
const HEALTHY_MS = 10_000;
/** Of so many handshakes nothing secret gets into an error, whenever a server sends it back. */
const HANDSHAKES = 4;
/** As much of what is no frame as is told. */
const MOST_UNREADABLE = 65_536;
/** Beyond it the wait no longer grows, and numbers would run over. */
const LAST_STEP = 30;

/** See the module. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #events: ConnectionEvents;
  readonly #decoder = new TextDecoder();
  readonly #secrets = new Secrets(HANDSHAKES);
  #session: Session | undefined;
  #status: StreamStatus = { state: "connecting" };
  /** Failed attempts in a row, the one under way included. */
  #attempts = 0;
  /** See the status. */
  #flaps = 0;
  #opened = false;
  #abort: AbortController | undefined;
  #timer: ClockTimer | undefined;
  #closing: Promise<void> | undefined;
  #closed: () => void = () => {};
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #windowStart = -Infinity;
  #sent = 0;
  /** Commands that wait for their turn, by id. */
  readonly #outbox = new Map<number, string>();
  #outboxTimer: ClockTimer | undefined;
  /** Frames so far. */
  frames = 0;
  /** Their bytes so far. */
  bytes = 0;
  /** Reconnects so far. */
  reconnects = 0;
  /** Last sign of life, in Unix milliseconds: the one look at the clock that each frame costs. */
  heardAt = 0;
  /** The sign of life before the last frame, in Unix milliseconds. */
  heardBefore = 0;

  constructor(options: ConnectionOptions, events: ConnectionEvents) {
    this.#options = options;
    this.#events = events;
  }

  get status(): StreamStatus {
    return this.#status;
  }

  get isOpen(): boolean {
    return this.#status.state === "open";
  }

  /** Opens the first connection, in one attempt. */
  async connect(signal?: AbortSignal): Promise<void> {
    const unheard = onAborted(signal, () => this.#abort?.abort());
    try {
      if (!signal?.aborted) await this.#open();
      if (signal?.aborted) throw new Error("aborted");
    } catch (cause) {
      const aborted = signal?.aborted;
      const error = aborted
        ? new KalshiAbortError("Connecting was aborted.", { cause: signal?.reason })
        : cause as KalshiError;
      const socket = this.#session?.socket;
      this.#finish(error);
      socket?.terminate();
      throw error;
    } finally {
      unheard();
    }
  }

  /**
   * Sends a command and resolves to its last answer.
   *
   * @throws {KalshiStreamError} when Kalshi refuses it
   * @throws {KalshiTimeoutError} when no answer comes
   * @throws {KalshiConnectionError} when there is no connection, or it breaks
   * @throws {KalshiConfigError} when `wsJsonStringify` fails
   */
  command(cmd: string, params?: unknown, options: CommandOptions = {}): Promise<Frame> {
    const { config, clock } = this.#options;
    const { channel, isLast = () => true, timeoutMs = config.timeoutMs } = options;
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      if (!this.isOpen) {
        return reject(new KalshiConnectionError(`"${cmd}" was not sent: the stream is not connected.`));
      }
      const text = writeCommand(
        params === undefined ? { id, cmd } : { id, cmd, params },
        config.wsJsonStringify,
      );
      const timer = clock.setTimer(() => {
        this.#pending.delete(id);
        const error = this.#outbox.delete(id)
          ? new KalshiTimeoutError(
            `"${cmd}" was not sent within ${timeoutMs} ms: too many others came first.`,
          )
          : new KalshiTimeoutError(`Kalshi did not answer "${cmd}" within ${timeoutMs} ms.`, {
            outcome: "unknown",
          });
        reject(error);
      }, timeoutMs);
      this.#pending.set(id, { cmd, channel, isLast, resolve, reject, timer });
      this.#outbox.set(id, text);
      this.#flush();
    });
  }

  /** Gives the connection up and makes another. */
  restart(cause: KalshiError): void {
    const session = this.#session;
    if (session === undefined) return;
    this.#lost(session, cause);
    session.socket?.terminate();
  }

  /** Closes it for good: a clean close first, which gets `wsCloseTimeoutMs`. */
  close(): Promise<void> {
    return this.#closing ??= new Promise((resolve) => {
      const session = this.#session;
      this.#finish(undefined);
      const socket = session?.socket;
      if (socket === undefined) return resolve();
      const timer = this.#options.clock.setTimer(() => {
        socket.terminate();
        resolve();
      }, this.#options.config.wsCloseTimeoutMs);
      this.#closed = () => {
        timer.clear();
        resolve();
      };
      socket.close(1000);
    });
  }

  async #open(): Promise<void> {
    const { auth, config, runtime, clock } = this.#options;
    const session: Session = {
      openedAt: 0,
      probed: false,
      heard: true,
      delivered: false,
      isBack: this.#opened,
      pings: 1,
    };
    const abort = this.#abort = new AbortController();
    this.#session = session;
    this.#tell({ state: "connecting" });
    let timedOut = false;
    const timer = clock.setTimer(() => {
      timedOut = true;
      abort.abort();
    }, config.timeoutMs);
    try {
      const path = new URL(config.wsBaseUrl).pathname;
      const signing = auth.headers("GET", path, { timestampMs: clock.now() });
      const headers = {
        ...config.extraHeaders,
        ...await waitFor(signing, "Signing the handshake", { signal: abort.signal }, clock),
      };
      this.#secrets.addHeaders(headers);
      const socket = await runtime.connectWebSocket(config.wsBaseUrl, {
        onMessage: (data, bytes) => this.#session === session && this.#message(data, session, bytes),
        onPong: () => {
          this.#heard(session);
          if (clock.monotonic() - session.openedAt >= HEALTHY_MS) this.#delivered(session);
        },
        onClose: ({ code, reason }) => {
          this.#closed();
          const why = reason ? `: ${reason}` : ".";
          const closed = new KalshiConnectionError(`The WebSocket closed with code ${code}${why}`, {
            outcome: "unknown",
          });
          this.#lost(session, hideSecrets(closed, this.#secrets));
        },
      }, { headers, signal: abort.signal, closeTimeoutMs: config.wsCloseTimeoutMs });
      if (abort.signal.aborted || this.#session !== session) {
        socket.terminate();
        throw new KalshiConnectionError("The WebSocket closed while it was opened.");
      }
      session.socket = socket;
      session.openedAt = clock.monotonic();
      this.#heard(session);
      if (this.#opened) this.reconnects++;
      this.#opened = true;
      this.#tell({ state: "open" });
      this.#watch(session);
    } catch (cause) {
      if (this.#session === session) this.#session = undefined;
      throw hideSecrets(this.#notOpened(cause, timedOut), this.#secrets);
    } finally {
      timer.clear();
    }
  }

  #notOpened(cause: unknown, timedOut: boolean): KalshiError {
    const { config, auth } = this.#options;
    if (cause instanceof HandshakeRefusedError) return refusal(cause, auth.keyId);
    if (timedOut) {
      return new KalshiTimeoutError(`The WebSocket did not open within ${config.timeoutMs} ms.`, { cause });
    }
    if (cause instanceof KalshiError) return cause;
    return new KalshiConnectionError(`The WebSocket to ${config.wsBaseUrl} could not be opened.`, { cause });
  }

  #tell(status: StreamStatus): void {
    this.#status = status;
    this.#events.onStatus(status);
  }

  #heard(session: Session): void {
    session.heard = true;
    this.heardAt = this.#options.clock.now();
  }

  /** The attempt that made this connection has succeeded. */
  #delivered(session: Session): void {
    if (session.delivered || this.#session !== session) return;
    session.delivered = true;
    this.#attempts = 0;
  }

  #message(data: string | Uint8Array, session: Session, bytes = data.length): void {
    const text = typeof data === "string" ? data : this.#decoder.decode(data);
    const before = this.heardBefore = this.heardAt;
    this.#heard(session);
    this.frames++;
    this.bytes += bytes;
    const frame = this.#parse(text);
    if (frame === undefined) return this.#unreadable(text, before);
    this.#delivered(session);
    try {
      // The owner first: what an answer changes must be known before the next frame.
      this.#events.onFrame(frame);
      if (frame.id) this.#answer(frame.id, frame);
    } catch (error) {
      this.#events.onError(error);
      this.#unreadable(text, before);
    }
  }

  #unreadable(text: string, fromMs: number): void {
    this.#events.onUnreadable(this.#secrets.redact(text.slice(0, MOST_UNREADABLE)), fromMs);
  }

  #parse(text: string): Frame | undefined {
    const { product, config: { wsJsonParse } } = this.#options;
    try {
      const value = wsJsonParse === undefined ? JSON.parse(text) : wsJsonParse(text);
      const frame = readFrame(product, value);
      if (frame?.type === "error") return this.#withoutSecrets(frame);
      if (frame === undefined && wsJsonParse !== undefined && canRead(product, text)) {
        this.#events.onError(parserReturned(value));
      }
      return frame;
    } catch (cause) {
      if (wsJsonParse !== undefined) this.#events.onError(hideSecrets(parserThrew(cause), this.#secrets));
      return undefined;
    }
  }

  /** An error as Kalshi tells it becomes one of the library's, with all that it says. */
  #withoutSecrets(frame: Frame): Frame {
    const msg = this.#secrets.redactValue(frame.msg);
    return msg === frame.msg ? frame : { ...frame, msg: Object(msg) };
  }

  #answer(id: number, frame: Frame): void {
    const pending = this.#pending.get(id);
    if (pending === undefined || frame.type !== "error" && !pending.isLast(frame)) return;
    this.#pending.delete(id);
    pending.timer.clear();
    if (frame.type !== "error") return pending.resolve(frame);
    pending.reject(streamError(frame, this.#options.product.errors, pending.channel));
  }

  /** Sends what waits, as far as Kalshi takes it now. */
  #flush(): void {
    const { clock } = this.#options;
    if (this.#outboxTimer !== undefined) return;
    const now = clock.monotonic();
    if (now - this.#windowStart >= WINDOW_MS) {
      this.#windowStart = now;
      this.#sent = 0;
    }
    for (const [id, text] of this.#outbox) {
      if (this.#sent >= COMMANDS_PER_WINDOW) {
        this.#outboxTimer = clock.setTimer(() => {
          this.#outboxTimer = undefined;
          this.#flush();
        }, this.#windowStart + WINDOW_MS - now);
        return;
      }
      this.#sent++;
      this.#outbox.delete(id);
      try {
        this.#session?.socket?.send(text);
      } catch (cause) {
        // It counts as not sent, and so do those behind it.
        this.#outbox.set(id, text);
        return this.restart(new KalshiConnectionError("The WebSocket could not send.", { cause }));
      }
    }
  }

  /** Asks for a sign of life at each interval, and gives the connection up when the last one was not answered. */
  #watch(session: Session): void {
    const { clock, config } = this.#options;
    this.#timer = clock.setTimer(() => {
      if (session.probed && !session.heard) {
        return this.restart(
          new KalshiTimeoutError(
            `The WebSocket was silent for ${config.wsPingIntervalMs} ms after a probe.`,
            {
              outcome: "unknown",
            },
          ),
        );
      }
      session.probed = true;
      session.heard = false;
      this.#watch(session);
      const { socket } = session;
      try {
        socket?.ping?.();
        if (!socket?.ping || session.pings++ % PINGS_PER_LIST === 0) this.list();
      } catch (cause) {
        return this.restart(new KalshiConnectionError("The WebSocket could not send.", { cause }));
      }
      this.#events.onInterval();
    }, config.wsPingIntervalMs);
  }

  /** Asks which sids Kalshi has. */
  list(): void {
    const session = this.#session;
    this.command("list_subscriptions", undefined, { timeoutMs: this.#options.config.wsPingIntervalMs }).then(
      ({ msg }) => {
        if (Array.isArray(msg)) this.#events.onList(new Set(msg.map((entry) => entry?.sid)));
      },
      (error: KalshiError) => {
        // Silence is noticed by the watch. What could not be written proves nothing against the connection.
        if (error.code !== "CONFIG") return;
        if (session !== undefined) session.probed = false;
        this.#events.onError(error);
      },
    );
  }

  #lost(session: Session, cause: KalshiError): void {
    if (this.#session !== session) return;
    this.#session = undefined;
    // While the handshake runs, its promise tells.
    if (!this.isOpen) return;
    if (session.delivered) {
      const stoodMs = this.#options.clock.monotonic() - session.openedAt;
      this.#flaps = session.isBack && stoodMs < HEALTHY_MS ? this.#flaps + 1 : 0;
    }
    this.#quiet(cause);
    this.#retry(cause);
  }

  #retry(cause: KalshiError): void {
    const { config, clock } = this.#options;
    if (this.#closing !== undefined) return;
    // A handshake that was held up after it was signed, such as by a sleeping laptop, is signed anew.
    const isLate = cause.serverCode === "header_timestamp_expired";
    if (cause.code === "AUTH_REJECTED" && !isLate) return this.#finish(cause);
    if (this.#attempts >= config.wsMaxRetries) {
      return this.#finish(
        new KalshiStreamClosedError(
          `The stream is closed after ${this.#attempts} attempts to reconnect in a row: ${cause.message}`,
          { cause, attempts: this.#attempts },
        ),
      );
    }
    const step = Math.min(this.#attempts + this.#flaps, LAST_STEP);
    const delayMs = backoffMs(step, config, cause.retryAfterMs, Math.random);
    this.#tell({ state: "reconnecting", attempt: ++this.#attempts, flaps: this.#flaps, cause, delayMs });
    if (this.#status.state !== "reconnecting") return; // closed by whom it was told
    this.#timer = clock.setTimer(() => {
      this.#open().catch((error: KalshiError) => this.#retry(error));
    }, delayMs);
  }

  /** Stops all timers and ends what waits for an answer. */
  #quiet(cause: KalshiError): void {
    this.#timer?.clear();
    this.#outboxTimer?.clear();
    this.#outboxTimer = undefined;
    for (const [id, { cmd, reject, timer }] of this.#pending) {
      timer.clear();
      reject(
        this.#outbox.has(id)
          ? new KalshiConnectionError(`The connection broke before "${cmd}" was sent.`, { cause })
          : new KalshiConnectionError(`The connection broke before Kalshi answered "${cmd}".`, {
            cause,
            outcome: "unknown",
          }),
      );
    }
    this.#pending.clear();
    this.#outbox.clear();
  }

  #finish(cause: KalshiError | undefined): void {
    this.#closing ??= Promise.resolve();
    this.#session = undefined;
    this.#abort?.abort();
    this.#quiet(cause ?? new KalshiStreamClosedError("The stream was closed."));
    if (this.#status.state !== "closed") this.#tell({ state: "closed", cause });
  }
}
