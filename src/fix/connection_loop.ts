/**
 * One session over its connections: made, logged on, and made again when they end, never two at a time.
 *
 * Each try has a SendingTime and a signature of its own. What ends a connection decides what follows: see
 * `reconnecting.ts`.
 */
import type { RequestSigner } from "../auth/signer.ts";
import type { Clock } from "../base/clock.ts";
import { KalshiAbortError, KalshiError, KalshiTimeoutError } from "../base/errors.ts";
import { hideSecrets } from "../base/hide_secrets.ts";
import { Secrets } from "../base/redact.ts";
import { deferred, delay, onAborted } from "../base/waits.ts";
import type { ReceivedMessage } from "../contract/fix/codec.ts";
import type { FixMessage } from "../contract/fix/messages.ts";
import type { UnknownMessage } from "../contract/fix_records.ts";
import type { Runtime } from "../runtime/types.ts";
import type { FixClientState } from "./client_state.ts";
import { ClientStore } from "./client_store.ts";
import type { FixConfig } from "./config.ts";
import { endError, type EndFacts, unreachable } from "./end_errors.ts";
import { KalshiFixClosedError } from "./errors.ts";
import { signedLogon } from "./logon.ts";
import { LogonSync } from "./logon_sync.ts";
import { inMaintenance } from "./maintenance.ts";
import { type Ended, Tries } from "./reconnecting.ts";
import { FixSession } from "./session.ts";
import type { FixConnection, FixSessionEvent } from "./session_types.ts";
import { fixSessions } from "../contract/fix/sessions.ts";
import { connectSession } from "./socket.ts";
import type { FixStore } from "./store.ts";

/** What a loop is made from. */
export interface ConnectionLoopOptions {
  readonly config: FixConfig;
  readonly auth: RequestSigner;
  readonly store: FixStore;
  readonly clock: Clock;
  readonly runtime: Runtime;
  readonly random: () => number;
  readonly onMessage: (message: ReceivedMessage) => void;
  readonly onEvent: (event: FixSessionEvent) => void;
  readonly onFrame: (direction: "in" | "out", frame: Uint8Array) => void;
  readonly onState: (state: FixClientState) => void;
  readonly sendAgain: (msgType: string, sequence: number) => boolean;
}

/** Keeps a session connected until it is closed or nothing more can be done. */
export class ConnectionLoop {
  readonly #options: ConnectionLoopOptions;
  readonly #session: FixSession;
  readonly #store: ClientStore;
  readonly #where: string;
  readonly #stop = new AbortController();
  readonly #opened = deferred();
  readonly #tries: Tries;
  readonly #sync: LogonSync;
  #state: FixClientState = { name: "connecting", attempt: 1 };
  #running: Promise<void> = Promise.resolve();
  #connections = 0;
  /** On the monotonic clock: the machine's own may jump. */
  #activeSinceMs = 0;
  #logonFailure: unknown;
  /** What came before the logon was complete. */
  #answer = "";
  /** The signature of the present connection's Logon. */
  secrets: Secrets = new Secrets();
  /** MsgSeqNum(34) of the present connection's Logon: what has a lower one was sent on an earlier connection. */
  logonSeqNum = 0;

  /** Does nothing until {@linkcode start}. */
  constructor(options: ConnectionLoopOptions) {
    const { config, auth, clock } = options;
    this.#options = options;
    const store = this.#store = new ClientStore(options.store);
    this.#where = `${config.targetCompId} at ${config.host}:${config.port}`;
    this.#tries = new Tries(options);
    this.#sync = new LogonSync(clock, config.logonTimeoutMs, {
      send: (TestReqID) => void this.#session.send({ MsgType: "1", TestReqID }),
      onDone: () => {
        if (this.#session.active && this.#state.name === "connecting") this.#activate();
      },
      onLate: () => this.#session.abandon("no answer to the TestRequest behind the Logon"),
    });
    const traits = fixSessions[config.session];
    const reset = () => traits.resetSeqNum || this.#tries.resets;
    const makeLogon = signedLogon(
      { sign: (text) => this.#sign(text) },
      config.heartbeatSeconds,
      config.logon,
    );
    this.#session = new FixSession({
      role: {
        side: "initiator",
        logon: (facts) => {
          this.logonSeqNum = facts.MsgSeqNum;
          return makeLogon(facts).catch((error) => {
            this.#logonFailure = error;
            throw error;
          });
        },
      },
      SenderCompID: auth.keyId,
      TargetCompID: config.targetCompId,
      // The header page says `Kalshi`, the samples the session's name.
      alsoTargetCompID: ["Kalshi"],
      store,
      clock,
      retransmission: traits.retransmission,
      resetOnLogon: reset,
      logonTimeoutMs: config.logonTimeoutMs,
      logoutTimeoutMs: config.logoutTimeoutMs,
      resendChunk: config.resendChunk,
      maxFrameBytes: config.maxFrameBytes,
      sendAgain: options.sendAgain,
      onMessage: (message) => options.onMessage(this.#unquoted(message)),
      onEvent: (event) => this.#event(event),
      onFrame: (direction, frame) => {
        if (direction === "in") this.#look(frame);
        options.onFrame(direction, frame);
      },
    });
  }

  /** Where it stands. */
  get state(): FixClientState {
    return this.#state;
  }

  /** Whether messages can be sent. */
  get active(): boolean {
    return this.#session.active && this.#state.name === "active";
  }

  /** Whether both sides have logged on: messages come, though they cannot be sent yet. */
  get loggedOn(): boolean {
    return this.#session.active;
  }

  /** Sends a message; returns its number. */
  send(message: FixMessage | UnknownMessage): number {
    return this.#session.send(message);
  }

  /** Connects; resolves after the first logon, rejects when there will be none. */
  start(signal: AbortSignal | undefined): Promise<void> {
    const unheard = onAborted(signal, () => this.#stop.abort(signal?.reason));
    if (signal?.aborted) this.#stop.abort(signal.reason);
    this.#running = this.#run();
    return this.#opened.promise.finally(unheard);
  }

  /** Logs out, and resolves when the last connection has ended; a signal that aborts cuts it off. */
  async stop(signal: AbortSignal | undefined): Promise<void> {
    const cut = () => this.#session.abandon("we closed without waiting for the Logout's answer");
    const unheard = onAborted(signal, cut);
    if (this.#state.name !== "closed") {
      if (this.#state.name !== "closing") this.#become({ name: "closing" });
      this.#stop.abort();
      if (signal?.aborted) cut();
    }
    await this.#running.finally(unheard);
  }

  async #sign(text: string): Promise<string> {
    const signature = await this.#options.auth.sign(text);
    this.secrets = new Secrets();
    this.secrets.add(signature);
    return signature;
  }

  #become(state: FixClientState): void {
    this.#state = state;
    this.#options.onState(state);
  }

  #event(event: FixSessionEvent): void {
    if (event.type === "logged-on") {
      this.#connections++;
      this.#tries.loggedOn();
      if (fixSessions[this.#options.config.session].retransmission) this.#sync.ask(this.#connections);
      else this.#activate();
    } else if (event.type === "ended") this.#sync.end();
    this.#options.onEvent(
      event.type === "ended"
        ? { ...event, end: { ...event.end, text: this.secrets.redact(event.end.text) } }
        : event.type === "rejected"
        ? { ...event, reject: this.#unquoted(event.reject) }
        : event,
    );
  }

  /** The message with a Text(58) that does not quote our Logon, whatever refuses what. */
  #unquoted<M extends ReceivedMessage>(message: M): M {
    const { Text } = message as { readonly Text?: unknown };
    if (typeof Text !== "string") return message;
    const shown = this.secrets.redact(Text);
    return shown === Text ? message : { ...message, Text: shown };
  }

  #activate(): void {
    const { clock } = this.#options;
    const sinceMs = clock.now();
    this.#activeSinceMs = clock.monotonic();
    this.#become({ name: "active", connection: this.#connections, sinceMs });
    this.#opened.resolve();
  }

  /** Looks at what comes while the connection is not ready. */
  #look(frame: Uint8Array): void {
    if (this.#session.active && !this.#sync.waits) return;
    const words = wordsOf(frame);
    if (!this.#session.active) this.#answer = words;
    this.#sync.look(words);
  }

  async #run(): Promise<void> {
    for (;;) {
      const ended = await this.#once();
      if (this.#stop.signal.aborted) return this.#close(undefined);
      const { error } = ended;
      const next = this.#tries.after(ended, this.#connections === 0);
      if (next.action === "fail") return this.#close(error);
      this.#become({ name: "waiting", attempt: this.#tries.attempt, delayMs: next.delayMs, cause: error });
      await delay(this.#options.clock, next.delayMs, this.#stop.signal);
      if (this.#stop.signal.aborted) return this.#close(undefined);
    }
  }

  /** One connection, from its first byte to its end. */
  async #once(): Promise<Ended> {
    const { auth, config, runtime, clock } = this.#options;
    this.#become({ name: "connecting", attempt: this.#tries.attempt });
    this.#logonFailure = undefined;
    this.#answer = "";
    try {
      await this.#store.open();
      if (this.#connections === 0) await this.#store.assertOf(auth.keyId, config.targetCompId);
    } catch (error) {
      return { kind: "failed", error: asKalshiError(error, "The FIX store"), isFinal: true };
    }
    const limit = new AbortController();
    const timer = clock.setTimer(
      () =>
        limit.abort(
          new KalshiTimeoutError(`${this.#where} took no connection within ${config.connectTimeoutMs} ms.`),
        ),
      config.connectTimeoutMs,
    );
    const unheard = onAborted(this.#stop.signal, () => limit.abort(this.#stop.signal.reason));
    if (this.#stop.signal.aborted) limit.abort(this.#stop.signal.reason);
    let connection: FixConnection;
    try {
      const { host: hostname, port, tls, ca, pins } = config;
      const address = { hostname, port, tls, ca, pins };
      connection = await connectSession(this.#session, runtime, address, limit.signal, {
        clock,
        closeTimeoutMs: config.logoutTimeoutMs,
      });
    } catch (cause) {
      const error = cause instanceof KalshiTimeoutError
        ? cause
        : unreachable(cause, this.#where, inMaintenance(clock.now()));
      return { kind: "failed", error, isFinal: false };
    } finally {
      timer.clear();
      unheard();
    }
    const before = this.#connections;
    // Whoever gives up connecting waits for nobody's goodbye.
    const leave = () =>
      this.#state.name === "closing" ? this.#session.logout() : this.#session.abandon("given up");
    const unheardOf = onAborted(this.#stop.signal, leave);
    if (this.#stop.signal.aborted) leave();
    const end = await connection.ended;
    unheardOf();
    if (this.#logonFailure !== undefined) {
      return { kind: "failed", error: asKalshiError(this.#logonFailure, "The Logon"), isFinal: false };
    }
    const loggedOn = this.#connections > before;
    const wasActive = loggedOn && this.#state.name === "active";
    const stoodMs = this.#state.name === "active" ? clock.monotonic() - this.#activeSinceMs : 0;
    const error = hideSecrets(endError(end, this.#facts(loggedOn)), this.secrets);
    return { kind: "ended", end, loggedOn, wasActive, stoodMs, error };
  }

  #facts(loggedOn: boolean): EndFacts {
    const { config, clock } = this.#options;
    const reason = /\|35=3\|/.test(this.#answer) ? /\|373=(\d+)\|/.exec(this.#answer)?.[1] : undefined;
    const [, y, m, d, time] = /\|52=(\d{4})(\d\d)(\d\d)-([\d:.]+)\|/.exec(this.#answer) ?? [];
    const peerMs = Date.parse(`${y}-${m}-${d}T${time}Z`);
    return {
      where: this.#where,
      loggedOn,
      retransmission: fixSessions[config.session].retransmission,
      rejectReason: reason === undefined ? undefined : Number(reason),
      aheadMs: Number.isNaN(peerMs) ? undefined : clock.now() - peerMs,
    };
  }

  #close(cause: KalshiError | undefined): void {
    const aborted = this.#stop.signal.aborted && this.#state.name !== "closing";
    const first = this.#connections === 0;
    const error = cause === undefined || first ? cause : new KalshiFixClosedError(
      `The FIX session with ${this.#where} is closed${
        this.#tries.failures > 1 ? ` after ${this.#tries.failures} failures in a row` : ""
      }: ${cause.message}`,
      { cause },
    );
    this.#become({ name: "closed", cause: error });
    this.#opened.reject(
      error ?? new KalshiAbortError("The FIX session was not opened: its signal aborted, or it was closed.", {
        cause: aborted ? this.#stop.signal.reason : undefined,
      }),
    );
  }
}

/** The fields of a frame, each between two bars. */
const wordsOf = (frame: Uint8Array): string => new TextDecoder().decode(frame).replaceAll("\x01", "|");

function asKalshiError(error: unknown, what: string): KalshiError {
  return error instanceof KalshiError ? error : unexpected(error, what);
}

function unexpected(cause: unknown, what: string): KalshiError {
  return new KalshiFixClosedError(`${what} failed: see \`cause\`.`, { cause });
}
