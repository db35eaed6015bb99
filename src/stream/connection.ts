/**
 * One signed connection that comes back. It is in one state at a time; what that state has, such as a socket with its
 * commands or a timer, ends with it.
 *
 * @module
 */

import type { KalshiAuth } from "../auth/mod.ts";
import { readOwn } from "../base/plain.ts";
import type { Clock, ClockTimer } from "../base/clock.ts";
import { closeCodes } from "../base/close_codes.ts";
import {
  KalshiAbortError,
  KalshiConnectionError,
  type KalshiError,
  KalshiTimeoutError,
} from "../base/errors.ts";
import { hideSecrets } from "../base/hide_secrets.ts";
import { Secrets } from "../base/redact.ts";
import { deadline, onAborted } from "../base/waits.ts";
import type { ClientConfig } from "../config/client_config.ts";
import type { ScannedDelta } from "../books/updates.ts";
import type { MessageHandler, Runtime, RuntimeWebSocket, WebSocketCloseInfo } from "../runtime/types.ts";
import { type CommandOptions, Commands } from "./commands.ts";
import { KalshiStreamClosedError } from "./errors.ts";
import type { Frame } from "./frame.ts";
import { FrameReader } from "./frame_reader.ts";
import { openSocket } from "./handshake.ts";
import { Liveness } from "./liveness.ts";
import type { StreamProduct } from "./product.ts";
import { HEALTHY_MS, Reconnects } from "./reconnects.ts";
import type { StreamStatus } from "./status.ts";

/** What the owner of a connection is told, synchronously. */
export interface ConnectionEvents {
  /**
   * The change of a book that the bytes of a frame hold; undefined when it has to be parsed. It takes nothing, and is not
   * asked where the user has a parser.
   */
  readonly scan: (bytes: Uint8Array) => ScannedDelta | undefined;
  /** A frame that was scanned. */
  readonly onScanned: (scanned: ScannedDelta, bytes: Uint8Array) => void;
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
  /** What has just been dealt with, whatever it was: errors and what is no frame without secrets. Bytes are ASCII. */
  readonly onDone: (message: string | Uint8Array) => void;
}

/** How a command is answered; it is waited for `config.timeoutMs` unless told. */
export type CallOptions = Omit<CommandOptions, "timeoutMs"> & { readonly timeoutMs?: number | undefined };

/** What a connection is made from. */
export interface ConnectionOptions {
  readonly product: StreamProduct;
  readonly auth: KalshiAuth;
  readonly config: ClientConfig;
  readonly runtime: Runtime;
  readonly clock: Clock;
}

/** One socket, from its handshake to its end. */
interface Line {
  readonly abort: AbortController;
  /** It takes the place of one that broke. */
  readonly isBack: boolean;
  /** A frame came, or it gave signs of life for a while: it is no failed attempt. */
  delivered: boolean;
  isEnded: boolean;
  /** Told when it ends. */
  onEnd: () => void;
}

interface Open {
  readonly name: "open";
  readonly line: Line;
  readonly socket: RuntimeWebSocket;
  readonly commands: Commands;
  readonly liveness: Liveness;
  readonly openedAt: number;
}

type State =
  /** Before the first handshake. */
  | { readonly name: "new" }
  /** Left by success, failure, or the abort of `line`. */
  | { readonly name: "connecting"; readonly line: Line }
  /** Left when the socket ends or is given up. */
  | Open
  /** Left when the timer fires. */
  | { readonly name: "waiting"; readonly timer: ClockTimer }
  /** Never left. */
  | { readonly name: "closed" };

/** Of so many handshakes nothing secret gets into an error, whenever a server sends it back. */
const HANDSHAKES = 4;

/** The connection of a stream. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #events: ConnectionEvents;
  readonly #secrets = new Secrets(HANDSHAKES);
  readonly #reader: FrameReader;
  readonly #reconnects: Reconnects;
  #state: State = { name: "new" };
  #status: StreamStatus = { state: "connecting" };
  #closing: Promise<void> | undefined;
  #lastId = 0;
  #opened = 0;
  /** Frames so far. */
  frames = 0;
  /** Their bytes so far. */
  bytes = 0;
  /** Last sign of life, in Unix milliseconds: the one look at the clock that each frame costs. */
  heardAt = 0;
  /** The sign of life before the last frame, in Unix milliseconds. */
  heardBefore = 0;

  constructor(options: ConnectionOptions, events: ConnectionEvents) {
    const { product, config } = options;
    this.#options = options;
    this.#events = events;
    this.#reconnects = new Reconnects(config);
    const { onError } = events;
    this.#reader = new FrameReader({ product, parse: config.wsJsonParse, secrets: this.#secrets, onError });
  }

  get status(): StreamStatus {
    return this.#status;
  }

  get isOpen(): boolean {
    return this.#state.name === "open";
  }

  /** Times it came back so far. */
  get reconnects(): number {
    return Math.max(0, this.#opened - 1);
  }

  /** Opens the first socket, in one attempt. */
  async connect(signal?: AbortSignal): Promise<void> {
    const unheard = onAborted(signal, () => {
      if (this.#state.name === "connecting") this.#state.line.abort.abort();
    });
    try {
      if (!signal?.aborted) await this.#open();
      if (signal?.aborted) throw new Error("aborted");
    } catch (cause) {
      const error = signal?.aborted
        ? new KalshiAbortError("Connecting was aborted.", { cause: signal.reason })
        : cause as KalshiError;
      const state = this.#state;
      this.#finish(error);
      if (state.name === "open") state.socket.terminate();
      throw error;
    } finally {
      unheard();
    }
  }

  /**
   * Sends a command and resolves to its last answer; waits for it `config.timeoutMs` unless told.
   *
   * @throws {KalshiStreamError} when Kalshi refuses it
   * @throws {KalshiTimeoutError} when no answer comes
   * @throws {KalshiConnectionError} when there is no connection, or it breaks
   * @throws {KalshiConfigError} when `wsJsonStringify` fails
   */
  command(cmd: string, params?: unknown, options: CallOptions = {}): Promise<Frame> {
    if (this.#state.name !== "open") {
      return Promise.reject(
        new KalshiConnectionError(`"${cmd}" was not sent: the stream is not connected.`),
      );
    }
    const { timeoutMs = this.#options.config.timeoutMs, ...more } = readOwn(options);
    return this.#state.commands.command(cmd, params, { ...more, timeoutMs });
  }

  /** Asks which sids Kalshi has. */
  list(): void {
    const state = this.#state;
    const timeoutMs = this.#options.config.wsPingIntervalMs;
    this.command("list_subscriptions", undefined, { timeoutMs }).then(
      ({ msg }) => {
        if (Array.isArray(msg)) this.#events.onList(new Set(msg.map((entry) => entry?.sid)));
      },
      (error: KalshiError) => {
        // What could not be written proves nothing against the connection.
        if (error.code === "CONFIG" && state.name === "open") state.liveness.forgive();
        // Of a connection that broke its own end tells.
        if (error.code !== "CONNECTION") this.#events.onError(error);
      },
    );
  }

  /** Gives the socket up and makes another. */
  restart(cause: KalshiError): void {
    const state = this.#state;
    if (state.name !== "open") return;
    this.#lost(state, cause);
    state.socket.terminate();
  }

  /** Closes it for good: a clean close first, which gets `wsCloseTimeoutMs`. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    const { clock, config } = this.#options;
    const state = this.#state;
    this.#finish(undefined);
    if (state.name !== "open") return;
    const { socket, line } = state;
    const ended = new Promise<void>((resolve) => line.onEnd = resolve);
    socket.close(closeCodes.normal);
    const late = () => new KalshiTimeoutError("The WebSocket did not close in time.");
    await deadline(clock, config.wsCloseTimeoutMs, ended, late).catch(() => socket.terminate());
  }

  async #open(): Promise<void> {
    const line: Line = {
      abort: new AbortController(),
      isBack: this.#opened > 0,
      delivered: false,
      isEnded: false,
      onEnd: () => {},
    };
    this.#become({ name: "connecting", line }, { state: "connecting" });
    const socket = await openSocket({ ...this.#options, secrets: this.#secrets }, {
      onMessage: this.#handlerOf(line),
      onPong: () => this.#pong(line),
      onClose: (close) => this.#ended(line, close),
    }, line.abort);
    if (line.isEnded || !this.#isCurrent(line)) {
      socket.terminate();
      throw new KalshiConnectionError("The WebSocket closed while it was opened.");
    }
    this.#begin(line, socket);
  }

  /** What takes the messages of a socket. A parser of the user's gets every frame. */
  #handlerOf(line: Line): MessageHandler {
    const takeText = (data: string | Uint8Array, bytes?: number) => {
      if (this.#isCurrent(line)) this.#message(data, line, bytes);
    };
    const ofBytes = (bytes: Uint8Array) => this.#isCurrent(line) && this.#takesBytes(bytes, line);
    return this.#options.config.wsJsonParse === undefined ? Object.assign(takeText, { ofBytes }) : takeText;
  }

  /** The handshake has succeeded. */
  #begin(line: Line, socket: RuntimeWebSocket): void {
    const { clock, config, product } = this.#options;
    const failed = (cause: unknown) =>
      this.restart(new KalshiConnectionError("The WebSocket could not send.", { cause }));
    this.heardAt = clock.now();
    this.#opened++;
    this.#become({
      name: "open",
      line,
      socket,
      openedAt: clock.monotonic(),
      commands: new Commands({
        clock,
        rules: product.errors,
        stringify: config.wsJsonStringify,
        nextId: () => ++this.#lastId,
        send: (text) => socket.send(text),
        onFailure: failed,
      }),
      liveness: new Liveness({
        clock,
        intervalMs: config.wsPingIntervalMs,
        ping: socket.ping && (() => socket.ping?.()),
        list: () => this.list(),
        onInterval: this.#events.onInterval,
        onSilence: () => {
          const text = `The WebSocket was silent for ${config.wsPingIntervalMs} ms after a probe.`;
          this.restart(new KalshiTimeoutError(text, { outcome: "unknown" }));
        },
        onFailure: failed,
      }),
    }, { state: "open" });
  }

  #become(state: State, status: StreamStatus): void {
    this.#state = state;
    this.#status = status;
    this.#events.onStatus(status);
  }

  #isCurrent(line: Line): boolean {
    const state = this.#state;
    return (state.name === "connecting" || state.name === "open") && state.line === line;
  }

  #heard(): void {
    if (this.#state.name === "open") this.#state.liveness.heard();
    this.heardAt = this.#options.clock.now();
  }

  /** The attempt that made this socket has succeeded. */
  #delivered(line: Line): void {
    if (line.delivered) return;
    line.delivered = true;
    this.#reconnects.succeeded();
  }

  #pong(line: Line): void {
    if (!this.#isCurrent(line)) return;
    this.#heard();
    const state = this.#state;
    if (state.name === "open" && this.#options.clock.monotonic() - state.openedAt >= HEALTHY_MS) {
      this.#delivered(line);
    }
  }

  /** A message has come, of so many bytes; returns when the one before it did. */
  #arrived(bytes: number): number {
    const before = this.heardBefore = this.heardAt;
    this.#heard();
    this.frames++;
    this.bytes += bytes;
    return before;
  }

  /** Takes the bytes of a message; false when they have to be read as text. */
  #takesBytes(bytes: Uint8Array, line: Line): boolean {
    const scanned = this.#events.scan(bytes);
    if (scanned === undefined) return false;
    const before = this.#arrived(bytes.length);
    this.#delivered(line);
    try {
      this.#events.onScanned(scanned, bytes);
    } catch (error) {
      this.#failed(error, this.#reader.textOf(bytes), before);
    }
    this.#events.onDone(bytes);
    return true;
  }

  #message(data: string | Uint8Array, line: Line, bytes = data.length): void {
    const text = this.#reader.textOf(data);
    const before = this.#arrived(bytes);
    this.#events.onDone(this.#take(text, line, before));
  }

  /** Deals with a message; returns as much of it as may be told. */
  #take(text: string, line: Line, before: number): string {
    const frame = this.#reader.read(text);
    if (frame === undefined) {
      const shown = this.#reader.shown(text);
      this.#events.onUnreadable(shown, before);
      return shown;
    }
    this.#delivered(line);
    try {
      // The owner first: what an answer changes must be known before the next frame.
      this.#events.onFrame(frame);
      if (frame.id && this.#state.name === "open") this.#state.commands.answer(frame.id, frame);
    } catch (error) {
      this.#failed(error, text, before);
    }
    return frame.type === "error" ? this.#reader.shown(text) : text;
  }

  /** A frame could not be dealt with: nobody knows what it changed. */
  #failed(error: unknown, text: string, before: number): void {
    this.#events.onError(error);
    this.#events.onUnreadable(this.#reader.shown(text), before);
  }

  /** The socket has ended by itself. While the handshake runs, its promise tells. */
  #ended(line: Line, { code, reason }: WebSocketCloseInfo): void {
    line.isEnded = true;
    line.onEnd();
    const state = this.#state;
    if (state.name !== "open" || state.line !== line) return;
    const why = reason ? `: ${reason}` : ".";
    const closed = new KalshiConnectionError(`The WebSocket closed with code ${code}${why}`, {
      outcome: "unknown",
    });
    this.#lost(state, hideSecrets(closed, this.#secrets));
  }

  #lost(state: Open, cause: KalshiError): void {
    const { line, openedAt } = state;
    if (line.delivered) this.#reconnects.broke(line.isBack, this.#options.clock.monotonic() - openedAt);
    this.#leave(cause);
    this.#retry(cause);
  }

  #retry(cause: KalshiError): void {
    if (this.#state.name === "closed") return;
    const next = this.#reconnects.after(cause);
    if (next.action === "end") return this.#finish(next.error);
    const { attempt, flaps, delayMs } = next;
    const timer = this.#options.clock.setTimer(() => {
      this.#open().catch((error: KalshiError) => this.#retry(error));
    }, delayMs);
    this.#become({ name: "waiting", timer }, { state: "reconnecting", attempt, flaps, cause, delayMs });
  }

  /** Ends what the present state has. */
  #leave(cause: KalshiError): void {
    const state = this.#state;
    switch (state.name) {
      case "connecting":
        return state.line.abort.abort();
      case "open":
        state.liveness.stop();
        return state.commands.end(cause);
      case "waiting":
        return state.timer.clear();
    }
  }

  #finish(cause: KalshiError | undefined): void {
    if (this.#state.name === "closed") return;
    this.#leave(cause ?? new KalshiStreamClosedError("The stream was closed."));
    this.#become({ name: "closed" }, { state: "closed", cause });
  }
}
