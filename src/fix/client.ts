/** A FIX client: one session of one key, kept over connections. */
import { detectRuntime } from "#runtime";
import { KalshiAuth } from "../auth/kalshi_auth.ts";
import { checkKeyId, type RequestSigner } from "../auth/signer.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import {
  KalshiClosedError,
  KalshiConfigError,
  KalshiConnectionError,
  type KalshiError,
} from "../base/errors.ts";
import { readOptions, type Rules, signal as signalRule } from "../base/options.ts";
import type { QueueOptions } from "../base/queue.ts";
import { tell } from "../base/tell.ts";
import type { AsyncItems } from "../base/web_types.ts";
import type { ReceivedMessage } from "../contract/fix/codec.ts";
import type { ExecutionReport, FixMessage, OrderCancelReject } from "../contract/fix/messages.ts";
import type { UnknownMessage } from "../contract/fix_records.ts";
import type { Runtime } from "../runtime/types.ts";
import { type FixClientOptions, fixClientRules } from "./client_options.ts";
import type { FixClientEvent, FixClientState } from "./client_state.ts";
import { FixConfig, isFixConfig } from "./config.ts";
import { ConnectionLoop } from "./connection_loop.ts";
import { Feeds } from "./feeds.ts";
import type { FixItem } from "./items.ts";
import { type FixLog, type FixLogLine, shownEvent, shownFrame } from "./log.ts";
import { Losses } from "./losses.ts";
import type { FixMessageOf, FixMsgType } from "./message_types.ts";
import { Requests } from "./requests/requests.ts";
import type { FixSessionEvent, Received } from "./session_types.ts";
import { fixSessions } from "../contract/fix/sessions.ts";
import { type FixStore, MemoryFixStore } from "./store.ts";

/** How a client is closed. */
export interface FixCloseOptions {
  /** Cuts the connection at once when it aborts, instead of waiting for the answer to the Logout. */
  readonly signal?: AbortSignal | undefined;
}

/** What the options of `close` may be. */
export const fixCloseRules: Rules<FixCloseOptions> = { signal: signalRule() };

interface Parts {
  readonly auth: RequestSigner;
  readonly config: FixConfig;
  readonly store: FixStore;
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly options: FixClientOptions;
}

/**
 * A FIX session of Kalshi's, kept over connections.
 *
 * One key has one FIX connection, so that each session needs a key of its own. When a connection ends, the next one is
 * made as {@linkcode FixConfig} says; `state` and `onEvent` tell of it. On sessions with retransmission (KalshiRT,
 * KalshiPT) what was missed comes on the next connection. On the others it is missing, and a marker in every iterable
 * says where: ask the drop copy, or REST.
 *
 * See https://docs.kalshi.com/fix
 *
 * @example
 * ```ts
 * import { KalshiAuth } from "@unofficial/kalshi";
 * import { FixClient, FixConfig } from "@unofficial/kalshi/fix";
 *
 * const auth = await KalshiAuth.fromEnv();
 * const config = FixConfig.demo({ product: "event", session: "order-entry" });
 * await using client = await FixClient.connect({ auth, config });
 * for await (const item of client.executionReports()) {
 *   if (item.MsgType === undefined) console.warn("reports may be missing", item);
 *   else console.log(item.ClOrdID, item.ExecType, item.OrdStatus);
 * }
 * ```
 */
export class FixClient implements AsyncDisposable {
  /** The configuration of its session. */
  readonly config: FixConfig;
  readonly #parts: Parts;
  readonly #loop: ConnectionLoop;
  readonly #feeds = new Feeds();
  readonly #losses: Losses;
  readonly #requests: Requests;
  /** Numbers that went out once more for the ResendRequest that is being answered. */
  #sentAgain = new Set<number>();
  #closing: Promise<void> | undefined;

  private constructor(parts: Parts) {
    const { config, clock, options } = parts;
    const { retransmission } = fixSessions[config.session];
    this.config = config;
    this.#parts = parts;
    this.#losses = new Losses(clock, retransmission);
    this.#loop = new ConnectionLoop({
      ...parts,
      random: Math.random,
      onMessage: (message) => this.#message(message),
      onEvent: (event) => this.#event(event),
      onFrame: (direction, frame) => this.#frame(direction, frame),
      onState: (state) => this.#became(state),
      sendAgain: (_, sequence) => {
        if (config.resendOrders) this.#sentAgain.add(sequence);
        return config.resendOrders;
      },
    });
    this.#requests = new Requests({
      send: (message) => this.send(message),
      obstacle: () => this.#obstacle(),
      connection: () => this.#loop.connection,
      retransmission,
      clock,
      timeoutMs: config.requestTimeoutMs,
      limiter: options.limiter,
      costOf: () => undefined,
    });
  }

  /**
   * Connects and logs on. A Logon that is refused since the key is still online (`already exists`), asked too often or
   * came at a busy moment is tried again as the configuration says; any other failure of the first connection is thrown.
   *
   * @throws {KalshiConfigError} for unknown options, and where the runtime has no TCP
   * @throws {KalshiAuthKeyError} when the key cannot be read or cannot sign
   * @throws {KalshiAuthRejectedError} when Kalshi refuses the key
   * @throws {KalshiFixLogonError} when it refuses the Logon for another reason, such as a clock that is off
   * @throws {KalshiFixSequenceError} when the numbers of the store do not fit
   * @throws {KalshiConnectionError} when no connection comes up, TLS included
   * @throws {KalshiTimeoutError} when one, or the answer to the Logon, does not come in time
   */
  static async connect(given: FixClientOptions): Promise<FixClient> {
    const options = readOptions("FixClient", given, fixClientRules);
    const { clock = systemClock, runtime = detectRuntime() } = options;
    if (!runtime.capabilities.tcp) {
      throw new KalshiConfigError(
        `The "${runtime.name}" runtime has no TCP connections. Run the FIX client in Deno, Bun, Node or a Cloudflare Worker.`,
      );
    }
    const config = isFixConfig(options.config) ? options.config : new FixConfig(options.config, { runtime });
    const store = chooseStore(config, options.store);
    const auth = await chooseAuth(options, runtime);
    const client = new FixClient({ auth, config, store, runtime, clock, options });
    try {
      await client.#loop.start(options.signal);
    } catch (error) {
      await client.close().catch(() => {});
      throw error;
    }
    return client;
  }

  /** Where it stands right now. */
  get state(): FixClientState {
    return this.#loop.state;
  }

  /**
   * Sends a message as it is and returns its MsgSeqNum(34): for what has no method. It waits for nothing and no rate
   * budget is asked; what answers it comes to {@linkcode messages}.
   *
   * @throws {KalshiConnectionError} while there is no logged-on connection; nothing was sent
   * @throws {KalshiClosedError} when the client is closed
   */
  send(message: FixMessage | UnknownMessage): number {
    const obstacle = this.#obstacle();
    if (obstacle !== undefined) throw obstacle;
    return this.#loop.send(message);
  }

  /**
   * Every message of one MsgType(35), or of all, from now on. Markers tell where something may be missing. Leaving the
   * loop ends it; closing the client ends it after what is queued; when the session is given up, it throws
   * {@linkcode KalshiFixClosedError}.
   *
   * A reader that is too slow for its queue (10,000 items unless told) gets a {@linkcode KalshiStreamOverflowError},
   * unless `queue.policy` says otherwise: nothing is dropped in silence.
   */
  messages<Type extends FixMsgType>(
    type: Type,
    queue?: QueueOptions,
  ): AsyncItems<FixItem<FixMessageOf<Type>>>;
  /** Every message of a type that Kalshi's dictionary does not have. */
  messages(type: string, queue?: QueueOptions): AsyncItems<FixItem<ReceivedMessage>>;
  /** Every message. */
  messages(type?: undefined, queue?: QueueOptions): AsyncItems<FixItem<ReceivedMessage>>;
  messages(type?: string, queue?: QueueOptions): AsyncItems<FixItem<ReceivedMessage>> {
    const name = type === undefined ? "messages()" : `messages(${JSON.stringify(type)})`;
    return this.#feeds.open(name, (message) => type === undefined || message.MsgType === type, queue);
  }

  /** Every ExecutionReport(8) from now on; as {@linkcode messages}. */
  executionReports(queue?: QueueOptions): AsyncItems<FixItem<Received<ExecutionReport>>> {
    return this.#feeds.open("executionReports()", ({ MsgType }) => MsgType === "8", queue);
  }

  /** Every OrderCancelReject(9) from now on; as {@linkcode messages}. */
  orderCancelRejects(queue?: QueueOptions): AsyncItems<FixItem<Received<OrderCancelReject>>> {
    return this.#feeds.open("orderCancelRejects()", ({ MsgType }) => MsgType === "9", queue);
  }

  /**
   * Logs out, waits for the answer as long as `logoutTimeoutMs`, and closes the connection, the store and the log. Loops
   * over its iterables get what is queued and end; of requests that wait for an answer the outcome is unknown. A second
   * call is harmless.
   */
  close(given: FixCloseOptions = {}): Promise<void> {
    const { signal } = readOptions("FixClient.close", given, fixCloseRules);
    const stopped = this.#loop.stop(signal);
    return this.#closing ??= this.#close(stopped);
  }

  /** {@linkcode close} */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(stopped: Promise<void>): Promise<void> {
    await stopped;
    await this.#parts.store.close();
    await this.#parts.options.log?.close?.();
  }

  #obstacle(): KalshiError | undefined {
    const { state } = this.#loop;
    if (state.name === "closed" || state.name === "closing") {
      const cause = state.name === "closed" ? state.cause : undefined;
      return new KalshiClosedError("The FIX client is closed: nothing was sent.", { cause });
    }
    if (this.#loop.active) return undefined;
    return new KalshiConnectionError(
      "The FIX session is not logged on now, and connects again by itself: nothing was sent, and nothing is kept for later.",
    );
  }

  // What the session tells

  #message(message: ReceivedMessage): void {
    this.#requests.take(message);
    this.#feeds.push(message);
  }

  #event(event: FixSessionEvent): void {
    switch (event.type) {
      case "rejected":
        this.#requests.rejected(event.reject);
        this.#feeds.push(event.reject);
        break;
      case "resent":
        this.#requests.filledOver(event.from, event.to, this.#sentAgain);
        this.#sentAgain = new Set();
        break;
      case "reset":
        if (fixSessions[this.config.session].retransmission) this.#requests.giveUp(undefined);
        break;
      case "ended":
        this.#requests.connectionEnded(undefined);
        break;
    }
    for (const marker of this.#losses.after(event)) this.#feeds.mark(marker);
    this.#tell(event);
  }

  #frame(direction: "in" | "out", frame: Uint8Array): void {
    if (direction === "in" && this.#loop.active) this.#losses.heard();
    const { log } = this.#parts.options;
    if (log !== undefined) this.#log(log, direction, shownFrame(frame, this.#loop.secrets));
  }

  #became(state: FixClientState): void {
    this.#tell({ type: "state", state });
    if (state.name !== "closed") return;
    this.#requests.giveUp(state.cause);
    this.#feeds.end(state.cause);
    // Given up: nothing of it stays open, and closing it once more is harmless.
    if (state.cause === undefined) return;
    this.#closing ??= this.#close(Promise.resolve());
    // Whoever closes it is told.
    this.#closing.catch(() => {});
  }

  #tell(event: FixClientEvent): void {
    const { log, onEvent } = this.#parts.options;
    if (log !== undefined) this.#log(log, "event", shownEvent(event, this.#loop.secrets));
    tell(onEvent, () => event);
  }

  #log(log: FixLog, kind: FixLogLine["kind"], text: string): void {
    tell(log, () => ({ kind, atMs: this.#parts.clock.now(), text }));
  }
}

function chooseStore(config: FixConfig, store: FixStore | undefined): FixStore {
  if (store !== undefined) return store;
  if (fixSessions[config.session].retransmission) {
    throw new KalshiConfigError(
      `The numbers of ${config.targetCompId} go on over connections and processes: give \`store\` a FileFixStore (Deno, Bun, ` +
        'Node), or a MemoryFixStore if the next process may begin anew with `onSequenceMismatch: "reset"`.',
    );
  }
  return new MemoryFixStore({ keep: 0 });
}

async function chooseAuth(options: FixClientOptions, runtime: Runtime): Promise<RequestSigner> {
  const { auth, keyId, privateKey, passphrase } = options;
  const given = Object.entries({ keyId, privateKey, passphrase })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => `\`${name}\``)
    .join(", ");
  if (auth !== undefined) {
    if (given) throw new KalshiConfigError(`Give either \`auth\` or ${given}, not both.`);
    return KalshiAuth.fromSigner(auth);
  }
  if (keyId === undefined || privateKey === undefined) {
    throw new KalshiConfigError(
      `A FIX session needs a key: \`auth\`, or \`keyId\` and \`privateKey\`; got ${given || "neither"}.`,
    );
  }
  return await KalshiAuth.fromPem(checkKeyId(keyId), privateKey, { passphrase, runtime });
}
