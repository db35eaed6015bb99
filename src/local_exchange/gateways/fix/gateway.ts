/** The FIX gateway of a local exchange: connections, sessions, who is online, and faults on request. */
import type { Clock } from "../../../base/clock.ts";
import { KalshiConfigError } from "../../../base/errors.ts";
import { shown } from "../../../base/plain.ts";
import type { ReceivedMessage } from "../../../contract/fix/codec.ts";
import { SessionRejectReason } from "../../../contract/fix/codes.ts";
import type { FixFields } from "../../../contract/fix_fields.ts";
import type { Logon } from "../../../contract/fix/messages.ts";
import { FixSession } from "../../../fix/session.ts";
import type { FixEnd, FixSessionEvent } from "../../../fix/session_types.ts";
import { MemoryFixStore } from "../../../fix/store.ts";
import type { ByteSocket } from "../../../runtime/builtin.ts";
import type { Exchange } from "../../exchange.ts";
import { WaitingFaults } from "../../waiting_faults.ts";
import { ServerConnection } from "./connection.ts";
import { worded } from "./dictionary.ts";
import { dispatch, replay } from "./dispatch.ts";
import { executionReport } from "./execution_report.ts";
import { readFixFault, readLogonFault } from "./fault_rules.ts";
import type { FixFault, FixLogonFault } from "./faults.ts";
import { type Admitted, LogonJudge, TOLERANCE_MS, type Verdict } from "./logon.ts";
import { ordersOf } from "./mass_cancel.ts";
import { OrderLives, type Report } from "./order_lives.ts";
import type { Floor, Product } from "./product.ts";
import { RetainedStore } from "./retained_store.ts";
import type { Preferences } from "./preferences.ts";
import { ServerSession } from "./server_session.ts";
import { sessionTypeOf } from "./session_types.ts";
import type { Command } from "../../command.ts";

/** The longest that a broken session counts as online. */
const MOST_ONLINE_MS = 60_000;

/** What a gateway is told. */
export interface FixGatewayOptions {
  /** What the exchange calls itself: the session's name, or `Kalshi`. */
  readonly senderCompId: "session" | "Kalshi";
  /** How long a key counts as online whose connection broke; the time of a heartbeat timeout unless told. */
  readonly onlineMs?: number | undefined;
}

/** What a test can do to the FIX sessions of an exchange. */
export interface ExchangeFix {
  /** How many sessions are logged on. */
  readonly open: number;
  /**
   * Makes something go wrong on every open session; or only on those of one account.
   *
   * @throws {KalshiConfigError} for a fault that there is not, options that it does not have, and an unknown account
   */
  fail(fault: FixFault, accountId?: string): void;
  /**
   * Refuses the next Logons, never answers them, or breaks their connections.
   *
   * @throws {KalshiConfigError} for an option that is unknown, missing or wrong
   */
  refuse(fault: FixLogonFault): void;
  /** Forgets every fault that waits, and lets everything through again. */
  clearFaults(): void;
  /**
   * Breaks every connection, as the death of the gateway does, and begins anew: nobody is online. Numbers and messages of
   * KalshiRT and KalshiPT are kept.
   */
  restart(): void;
}

/** A key that is online, or counts as such. */
interface Online {
  readonly session: ServerSession;
  /** When it no longer counts, on the monotonic clock; undefined while its connection lives. */
  until: number | undefined;
}

/** The FIX gateway of one exchange for one product. */
export class FixGateway implements ExchangeFix {
  readonly #exchange: Exchange;
  readonly #product: Product;
  readonly #floor: Floor;
  readonly #options: FixGatewayOptions;
  readonly #clock: Clock;
  readonly #judge: LogonJudge;
  readonly #lives: OrderLives;
  readonly #connections = new Set<ServerConnection>();
  /** By the id of the key. */
  readonly #online = new Map<string, Online>();
  /** Sessions with retransmission, by key and type. */
  readonly #kept = new Map<string, ServerSession>();
  readonly #stops = new Map<ServerSession, () => void>();
  readonly #heartbeats = new Map<ServerSession, number>();
  /** Sessions that are logged on. */
  readonly #logged = new Set<ServerSession>();
  /** Sessions of which something is done again. */
  readonly #ghosts = new Map<string, ServerSession>();
  readonly #logonFaults = new WaitingFaults<FixLogonFault>();
  #isClosed = false;

  constructor(exchange: Exchange, product: Product, floor: Floor, options: FixGatewayOptions) {
    this.#exchange = exchange;
    this.#product = product;
    this.#floor = floor;
    this.#options = options;
    const { base } = exchange.clock;
    this.#clock = {
      now: () => exchange.wallClock(),
      monotonic: () => base.monotonic(),
      setTimer: (callback, delayMs) => base.setTimer(callback, delayMs),
    };
    this.#judge = new LogonJudge(exchange, product, floor);
    this.#lives = new OrderLives(exchange, product, floor, (report) => this.#distribute(report));
  }

  get open(): number {
    return this.#on().length;
  }

  fail(given: FixFault, accountId?: string): void {
    const fault = readFixFault(given);
    if (accountId !== undefined && !this.#exchange.engine.accounts.has(accountId)) {
      throw new KalshiConfigError(`fix.fail takes the id of an account second; got ${shown(accountId)}.`);
    }
    for (const [connection, session] of this.#on()) {
      if (accountId === undefined || session.key.account.id === accountId) strike(connection, session, fault);
    }
  }

  refuse(fault: FixLogonFault): void {
    this.#logonFaults.add(readLogonFault(fault));
  }

  clearFaults(): void {
    this.#logonFaults.clear();
    for (const { link, session } of this.#connections) {
      link.clearFaults();
      session?.requestFaults.clear();
    }
  }

  restart(): void {
    for (const connection of [...this.#connections]) connection.cut();
    this.#online.clear();
  }

  /** Takes a connection. */
  readonly accept = (socket: ByteSocket<Uint8Array>): void => {
    if (this.#isClosed) return socket.destroy();
    const connection: ServerConnection = new ServerConnection(socket, {
      clock: this.#clock,
      nameFor: (targetCompId) => this.#nameFor(targetCompId),
      judge: (fields) => this.#judgeLogon(fields, connection),
      enter: ({ admit }) => this.#enter(admit as Admitted),
      left: () => this.#connections.delete(connection),
    });
    this.#connections.add(connection);
  };

  /** Ends every connection and every session. */
  close(): void {
    this.#isClosed = true;
    for (const connection of [...this.#connections]) connection.cut();
    for (const stop of this.#stops.values()) stop();
    this.#stops.clear();
    this.#lives.close();
  }

  #on(): (readonly [ServerConnection, ServerSession])[] {
    return [...this.#connections].flatMap((connection) => {
      const { session } = connection;
      return session?.isOn ? [[connection, session] as const] : [];
    });
  }

  #nameFor(targetCompId: string): string {
    return this.#options.senderCompId === "Kalshi" ? "Kalshi" : targetCompId;
  }

  #judgeLogon(fields: FixFields, connection: ServerConnection): Promise<Verdict | undefined> {
    const fault = fields.type === "A" ? this.#logonFaults.meet(() => true) : undefined;
    switch (fault?.answer) {
      case undefined:
        return fault === undefined
          ? this.#judge.judge(fields)
          : Promise.resolve({ logout: fault.text ?? "refused" });
      case "logout":
        return Promise.resolve({ logout: fault?.text ?? "refused" });
      case "reject":
        return Promise.resolve({
          reject: {
            reason: fault?.reason ?? SessionRejectReason.SignatureProblem,
            text: fault?.text ?? "refused",
          },
        });
      case "hang":
        return Promise.resolve(undefined);
      case "cut":
        connection.cut();
        return Promise.resolve(undefined);
    }
  }

  /** A session for who was admitted, unless its key is online. */
  #enter(admitted: Admitted): ServerSession | string {
    const { key, type, preferences, logon } = admitted;
    const now = this.#clock.monotonic();
    const online = this.#online.get(key.id);
    if (online !== undefined && (online.until === undefined || now < online.until)) return "already exists";
    const name = `${key.id} ${type.id}`;
    const session = this.#kept.get(name) ?? this.#make(admitted);
    if (type.retransmission) this.#kept.set(name, session);
    session.preferences = preferences;
    if (session.retained !== undefined) session.retained.hours = preferences.retentionHours;
    this.#heartbeats.set(session, logon.HeartBtInt ?? this.#product.heartbeat.usual ?? 0);
    this.#online.set(key.id, { session, until: undefined });
    return session;
  }

  #make(
    { key, account, type, preferences }: Pick<Admitted, "key" | "account" | "type" | "preferences">,
  ): ServerSession {
    const exchange = this.#exchange;
    const retained = type.retransmission ? new RetainedStore(() => this.#clock.now()) : undefined;
    const store = retained ?? new MemoryFixStore({ keep: 0 });
    const fix = new FixSession({
      role: {
        side: "acceptor",
        accept: ({ HeartBtInt = this.#product.heartbeat.usual }) => ({
          accept: { EncryptMethod: 0, HeartBtInt, DefaultApplVerID: "9" } as Omit<Logon, "MsgType">,
        }),
      },
      SenderCompID: this.#nameFor(type.id),
      alsoSenderCompID: [type.id],
      TargetCompID: key.id,
      store,
      clock: this.#clock,
      retransmission: type.retransmission,
      strict: this.#product.dictionary,
      sendingTimeToleranceMs: TOLERANCE_MS,
      worded,
      refuseResend: ({ BeginSeqNo }) =>
        retained !== undefined && BeginSeqNo < retained.oldest
          ? {
            reason: SessionRejectReason.IncorrectValue,
            tag: 7,
            text: "BeginSeqNo is before the retention period",
          }
          : undefined,
      onMessage: (message) => dispatch(session, message),
      onEvent: (event) => this.#told(session, event),
    });
    const session: ServerSession = new ServerSession({
      exchange,
      product: this.#product,
      floor: this.#floor,
      account,
      lives: this.#lives,
      key,
      type,
      preferences,
      store,
      retained,
      session: fix,
    });
    return session;
  }

  #told(session: ServerSession, event: FixSessionEvent): void {
    if (event.type === "ended") return this.#ended(session, event.end);
    if (event.type !== "logged-on") return;
    this.#exchange.alarm.listens(session, true);
    this.#stops.get(session)?.();
    const stop = session.type.begin?.(session);
    if (stop === undefined) this.#stops.delete(session);
    else this.#stops.set(session, stop);
    this.#logged.add(session);
  }

  #ended(session: ServerSession, { kind }: FixEnd): void {
    this.#exchange.alarm.listens(session, false);
    const online = this.#online.get(session.key.id);
    if (online?.session === session) {
      // Who said goodbye, or was shown the door, is gone; a connection that broke may be back for all we know.
      if (kind === "lost") online.until = this.#clock.monotonic() + this.#onlineMs(session);
      else this.#online.delete(session.key.id);
    }
    if (!session.type.retransmission) {
      this.#stops.get(session)?.();
      this.#stops.delete(session);
      this.#heartbeats.delete(session);
    }
    const wasOn = this.#logged.delete(session);
    if (!wasOn || !session.preferences.cancelsOnDisconnect || this.#isClosed) return;
    this.#exchange.tick();
    const { key, type, preferences } = session;
    const { name: product } = this.#product;
    try {
      this.#exchange.keep({ do: "fix-end", product, by: key.id, session: type.id, preferences });
    } catch (error) {
      return this.#exchange.onInternalError(error);
    }
    this.#cancelAll(session);
  }

  #cancelAll(session: ServerSession): void {
    const { engine } = this.#floor;
    if (engine.exchangePaused) return;
    for (const order of ordersOf(session)) engine.cancel(order);
  }

  /** Does again what was kept of a session; nobody is told. */
  replay(kept: Extract<Command, { do: "fix" | "fix-end" }>): void {
    const session = this.#ghost(kept);
    if (kept.do === "fix-end") this.#cancelAll(session);
    else replay(session, kept.message as ReceivedMessage);
  }

  /** Everything that was kept is done. */
  endReplay(): void {
    for (const ghost of this.#ghosts.values()) ghost.endParts();
    this.#ghosts.clear();
  }

  /** A session as it was, that nobody is behind. */
  #ghost(
    { by, session: id, preferences }: { by: string; session: string; preferences: object },
  ): ServerSession {
    const name = `${by} ${id} ${JSON.stringify(preferences)}`;
    const known = this.#ghosts.get(name);
    if (known !== undefined) return known;
    const key = this.#exchange.keys.get(by);
    const type = sessionTypeOf(this.#product.name, id);
    const account = key && this.#floor.accountOf(key);
    if (key === undefined || account === undefined || type === undefined) {
      throw new Error(`There is no session ${id} of the key ${by}.`);
    }
    const ghost = this.#make({ key, account, type, preferences: preferences as Preferences });
    this.#ghosts.set(name, ghost);
    return ghost;
  }

  /** Twice the interval: one without a word, and one without an answer to a TestRequest. */
  #onlineMs(session: ServerSession): number {
    const timeout = 2_000 * (this.#heartbeats.get(session) ?? 0);
    return this.#options.onlineMs ?? Math.min(MOST_ONLINE_MS, timeout);
  }

  /** Sends a report to who is to have it. */
  #distribute(report: Report): void {
    const sessions = new Set(this.#kept.values());
    for (const { session } of this.#online.values()) sessions.add(session);
    for (const session of sessions) {
      if (!concerns(report, session)) continue;
      const message = executionReport(report, session.preferences, this.#product);
      if (message !== undefined) session.send(message);
    }
  }
}

/**
 * Whether a session gets a report: of orders that its key entered by FIX, of what it did itself, and, as a listener, of
 * everything that its account does. A session that is away gets what was entered by one of its kind.
 */
function concerns({ order, origin, by }: Report, session: ServerSession): boolean {
  const { account, key, type, preferences } = session;
  if (!type.reportsOrders || account !== order.account) return false;
  if (key.subaccount !== undefined && key.subaccount !== order.wallet.subaccount) return false;
  if (preferences.listens || by === session) return true;
  return origin?.keyId === key.id && (session.isOn || origin.type === type.id);
}

/** Makes something go wrong on one session. */
function strike(connection: ServerConnection, session: ServerSession, fault: FixFault): void {
  const { fix, store, requestFaults } = session;
  switch (fault.fault) {
    case "cut":
      return connection.cut();
    case "logout":
      return fix.logout(fault.text);
    case "jump":
      return store.setOutgoing(store.nextOutgoing + fault.by);
    case "refuse":
    case "ignore":
      return requestFaults.add(fault);
    case "delay":
    case "silent":
    case "half-open":
      return connection.link.fail(fault);
    default:
      return connection.link.damage(fault);
  }
}
