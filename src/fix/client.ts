/** A FIX client: one session of one key, kept over connections. */
import { detectRuntime } from "#runtime";
import { KalshiAuth } from "../auth/kalshi_auth.ts";
import { Variables } from "../auth/variables.ts";
import { checkKeyId, type RequestSigner } from "../auth/signer.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { assertValue, readOptions, type Rules, signal as signalRule, text } from "../base/options.ts";
import { readOwn } from "../base/plain.ts";
import type { QueueOptions } from "../base/queue.ts";
import type { AsyncItems } from "../base/web_types.ts";
import type { ReceivedMessage } from "../contract/fix/codec.ts";
import type {
  ExecutionReport,
  FixMessage,
  OrderCancelReject,
  OrderGroupResponse,
} from "../contract/fix/messages.ts";
import { chooseLog, LOG_LEVEL, readLogLevel } from "../config/logging.ts";
import { isReadOnly, READ_ONLY } from "../config/read_only.ts";
import { fixSessions } from "../contract/fix/sessions.ts";
import type { UnknownMessage } from "../contract/fix_records.ts";
import { assertLimiterOf } from "../rate_limits/limiter.ts";
import { assertCanTrust } from "../runtime/tls_trust.ts";
import type { Runtime } from "../runtime/types.ts";
import { type FixClientOptions, fixClientRules } from "./client_options.ts";
import { ClientSession } from "./client_session.ts";
import type { FixClientState } from "./client_state.ts";
import { FixConfig, isFixConfig } from "./config.ts";
import type { FixConfigOptions } from "./config_options.ts";
import { fixAuthFromEnv, type FixEnv } from "./env.ts";
import { attachFeeds, FixFeedClient } from "./feed_client.ts";
import type { FixItem } from "./items.ts";
import type { FixMessageOf, FixMsgType } from "./message_types.ts";
import type { FixOrder } from "./order.ts";
import {
  type FixMassCancel,
  type NewOrderFields,
  type OrderCancelFields,
  type OrderCancelReplaceFields,
  OrderEntry,
  type OrderMassCancelFields,
} from "./order_entry.ts";
import type { FixRequestOptions } from "./requests/options.ts";
import type { OrderGroupFields } from "./requests/order_groups.ts";
import type { Received } from "./session_types.ts";
import { type FixStore, MemoryFixStore } from "./store.ts";

/** What a client is made from beside the environment. */
export interface FixEnvClientOptions extends Omit<FixClientOptions, "config"> {
  /** A FixConfig, in whose place no variable is read; or options, which win over the variables. */
  readonly config?: FixConfig | Partial<FixConfigOptions> | undefined;
}

/** How a client is closed. */
export interface FixCloseOptions {
  /** Cuts the connection at once when it aborts, instead of waiting for the answer to the Logout. */
  readonly signal?: AbortSignal | undefined;
}

/** What the options of `close` may be. */
export const fixCloseRules: Rules<FixCloseOptions> = { signal: signalRule() };

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
export class FixClient extends FixFeedClient implements AsyncDisposable {
  /** The configuration of its session. */
  readonly config: FixConfig;
  readonly #session: ClientSession;
  readonly #orders: OrderEntry;

  private constructor(session: ClientSession, config: FixConfig, clock: Clock) {
    super();
    this.config = config;
    this.#session = session;
    attachFeeds(this, session);
    this.#orders = session.add(new OrderEntry(session.requests, clock));
  }

  /**
   * Connects and logs on. A Logon that is refused since the key is still online (`already exists`), asked too often or
   * came at a busy moment is tried again as the configuration says; any other failure of the first connection is thrown.
   *
   * @throws {KalshiConfigError} for unknown options, for a limiter of the other exchange's budgets, and where the runtime has no TCP, or cannot honour `ca` or `pins`
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
    assertCanTrust("FixConfig", config, runtime);
    const store = chooseStore(config, options.store);
    const auth = await chooseAuth(options, runtime);
    const { log, limiter, onEvent, onMessage, signal } = options;
    if (limiter !== undefined) assertLimiterOf(config.product, limiter, "FixClient");
    const session = new ClientSession({
      auth,
      config,
      store,
      runtime,
      clock,
      log,
      limiter,
      onEvent,
      onMessage,
      isReadOnly: isReadOnly(options.readOnly, runtime),
      lines: chooseLog(options, runtime),
    });
    const client = new FixClient(session, config, clock);
    await session.connect(signal);
    return client;
  }

  /**
   * A client as the environment says: the variables of `FixConfig.fromEnv` and `fixAuthFromEnv`.
   *
   * @param env Read in place of the runtime's variables, such as a Worker's `env`.
   * @param options Options, which win over the environment; with an `auth` or a `keyId` its key variables are not read.
   * @throws {KalshiConfigError} for a variable that is missing, malformed or may not be read
   * @throws {KalshiAuthError} when the key is missing or unusable
   */
  static async fromEnv(
    env?: FixEnv,
    options: FixEnvClientOptions = {},
  ): Promise<FixClient> {
    const own = readOwn(options);
    const { runtime = detectRuntime(), auth, keyId } = own;
    const config = isFixConfig(own.config)
      ? own.config
      : FixConfig.fromEnv(env, own.config ?? {}, { runtime });
    const isOwnKey = auth !== undefined || keyId !== undefined;
    const variables = new Variables(env, runtime, "FixClient", () => false);
    return await FixClient.connect({
      ...own,
      config,
      runtime,
      readOnly: own.readOnly === true || variables.flag(READ_ONLY, "1", "0"),
      logLevel: own.logLevel ?? readLogLevel(variables.trimmed(LOG_LEVEL)),
      ...(isOwnKey ? {} : { auth: await fixAuthFromEnv(env, { runtime }) }),
    });
  }

  /** Where it stands right now. */
  get state(): FixClientState {
    return this.#session.state;
  }

  /**
   * Sends a message and returns its MsgSeqNum(34): for what has no method. It is checked as `checkOutgoing` does; one of
   * a type that Kalshi's pages do not have is `{ MsgType, extra }`. It waits for nothing and no rate budget is asked;
   * what answers it comes to {@linkcode messages}.
   *
   * @throws {KalshiConfigError} for what Kalshi would refuse, and what the session itself sends
   * @throws {KalshiConnectionError} while there is no logged-on connection; nothing was sent
   * @throws {KalshiClosedError} when the client is closed
   */
  send(message: FixMessage | UnknownMessage): number {
    return this.#session.send(message);
  }

  /**
   * Every message of one MsgType(35), or of all, from now on. What an earlier process missed, on a session that sends it
   * again, is handed on in the turn after {@linkcode connect} has resolved: open what reads it before you await anything
   * else. Markers tell where something may be missing. Leaving the
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
    if (type !== undefined) assertValue("messages", "type", type, text('a MsgType such as "8"'));
    const name = type === undefined ? "messages()" : `messages(${JSON.stringify(type)})`;
    return this.#session.open(name, (message) => type === undefined || message.MsgType === type, queue);
  }

  /** Every ExecutionReport(8) from now on; as {@linkcode messages}. */
  executionReports(queue?: QueueOptions): AsyncItems<FixItem<Received<ExecutionReport>>> {
    return this.#session.open("executionReports()", ({ MsgType }) => MsgType === "8", queue);
  }

  /** Every OrderCancelReject(9) from now on; as {@linkcode messages}. */
  orderCancelRejects(queue?: QueueOptions): AsyncItems<FixItem<Received<OrderCancelReject>>> {
    return this.#session.open("orderCancelRejects()", ({ MsgType }) => MsgType === "9", queue);
  }

  /**
   * Places an order (35=D). Resolves with its first report that tells what became of it: New; Trade, where New is folded
   * into it; Canceled or Expired for one that did not rest, such as an IOC or FOK that found nothing, or a post-only
   * that would have crossed (its Text says which). Pending reports are waited past.
   *
   * The order that it resolves with gives its further reports. `outcome` of an error says whether there can be an order:
   * where it is `unknown`, look for `clientIds` in the drop copy or REST. On KalshiRT a request stays pending while the
   * connection is made anew: its report comes then, or it is told for certain that the order never arrived.
   *
   * See https://docs.kalshi.com/fix/order-entry
   *
   * @throws {KalshiConfigError} for a ClOrdID of an order that is open, and for what Kalshi would refuse; not sent
   * @throws {KalshiFixOrderRejectError} when Kalshi rejects the order
   * @throws {KalshiFixSessionRejectError} when it rejects the message as malformed
   * @throws {KalshiFixBusinessRejectError} when it does not take it, such as beyond the rate budget
   * @throws {KalshiConnectionError} when there is no connection (`not-sent`), or it ended before the report came
   * @throws {KalshiTimeoutError} when no report came in time: the outcome is unknown
   */
  newOrderSingle(fields: NewOrderFields, options?: FixRequestOptions): Promise<FixOrder> {
    return this.#orders.newOrderSingle(fields, options);
  }

  /**
   * Cancels an order (35=F): `OrigClOrdID`, `Side` and `Symbol` are those of the order. Resolves with its Canceled
   * report; pending ones are waited past.
   *
   * @throws {KalshiFixCancelRejectError} when Kalshi rejects it, such as for an order that has filled
   * @throws what {@linkcode newOrderSingle} throws of sessions, connections and time
   */
  orderCancelRequest(
    fields: OrderCancelFields,
    options?: FixRequestOptions,
  ): Promise<Received<ExecutionReport>> {
    return this.#orders.orderCancelRequest(fields, options);
  }

  /**
   * Changes an order (35=G): `OrigClOrdID`, `Side` and `Symbol` are those of the order, `OrderQty` is the new total, and
   * `Price` is given only when it changes. Resolves with its Replaced report, or its Canceled one where the new total is
   * what has filled already. From then on the order goes by the ClOrdID of this request.
   *
   * @throws {KalshiFixCancelRejectError} when Kalshi rejects it; the order is what it was
   * @throws what {@linkcode newOrderSingle} throws of sessions, connections and time
   */
  orderCancelReplaceRequest(
    fields: OrderCancelReplaceFields,
    options?: FixRequestOptions,
  ): Promise<Received<ExecutionReport>> {
    return this.#orders.orderCancelReplaceRequest(fields, options);
  }

  /**
   * Cancels every order of the session (35=q), on KalshiNR alone. Kalshi takes one a second: a second one waits.
   *
   * @throws {KalshiFixRequestRejectError} when Kalshi refuses it
   * @throws what {@linkcode newOrderSingle} throws of sessions, connections and time
   */
  orderMassCancelRequest(
    fields: OrderMassCancelFields = {},
    options?: FixRequestOptions,
  ): Promise<FixMassCancel> {
    return this.#orders.orderMassCancelRequest(fields, options);
  }

  /**
   * Creates (OrderGroupAction 1), resets (2), deletes (3), triggers (4) or updates (5) an order group (35=UOG). An order
   * joins one by `SecondaryClOrdID`.
   *
   * See https://docs.kalshi.com/fix/order-groups
   *
   * @throws {KalshiFixBusinessRejectError} when there is no such group, or Kalshi does not take it
   * @throws what {@linkcode newOrderSingle} throws of sessions, connections and time
   */
  orderGroupRequest(
    fields: OrderGroupFields,
    options?: FixRequestOptions,
  ): Promise<Received<OrderGroupResponse>> {
    return this.#orders.orderGroupRequest(fields, options);
  }

  /**
   * Logs out, waits for the answer as long as `logoutTimeoutMs`, and closes the connection, the store and the log. Loops
   * over its iterables get what is queued and end; of requests that wait for an answer the outcome is unknown. A second
   * call is harmless.
   */
  close(given: FixCloseOptions = {}): Promise<void> {
    const { signal } = readOptions("FixClient.close", given, fixCloseRules);
    return this.#session.close(signal);
  }

  /** {@linkcode close} */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function chooseStore(config: FixConfig, store: FixStore | undefined): FixStore {
  if (store !== undefined) return store;
  if (fixSessions[config.session].retransmission) {
    throw new KalshiConfigError(
      `The numbers of ${config.targetCompId} go on over connections and processes: give \`store\` a FileFixStore (Deno, Bun, ` +
        'Node), a DurableObjectFixStore (Workers), or a MemoryFixStore if the next process may begin anew with `onSequenceMismatch: "reset"`.',
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
