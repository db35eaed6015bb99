/** The WebSocket of a local exchange: handshakes, connections, and faults on request. */
import { closeCodes } from "../../../base/close_codes.ts";
import { errorCodes } from "../../../contract/event/channels.ts";
import type { ByteSocket } from "../../../runtime/builtin.ts";
import { KalshiConfigError } from "../../../base/errors.ts";
import { shown } from "../../../base/plain.ts";
import { ApiError } from "../../api_error.ts";
import type { Account } from "../../engine/model.ts";
import { authenticate, type Caller } from "../../signatures.ts";
import { assertFrame, assertMessage, readHandshakeFault, readSocketFault } from "../../controls.ts";
import type { Exchange } from "../../exchange.ts";
import { CommandHandler } from "./command_handler.ts";
import { ServerConnection } from "./connection.ts";
import { WaitingFaults } from "../../waiting_faults.ts";
import type { HandshakeFault, SocketFault } from "./faults.ts";
import { Feed } from "./feed.ts";
import type { SocketProduct } from "./product.ts";
import { acceptKey } from "./framing.ts";
import { refuseSocket } from "./refuse_socket.ts";
import { Subscriber } from "./subscriber.ts";

const MOST_CONNECTIONS = 200;

/** A request to open a WebSocket. */
export interface Handshake {
  readonly method: string;
  /** Path and query as they came. */
  readonly target: string;
  /** One header by its name in lower case. */
  header(name: string): string | undefined;
  /** Who asks, where that is known without a signature; refusals on request are not for those. */
  readonly caller?: Caller | undefined;
}

/** What a handshake is answered: no, or a way to go on with the socket. */
export type HandshakeAnswer =
  | { readonly status: number; readonly body: string }
  | { readonly status: "cut" }
  | { readonly status: 101; open(socket: ByteSocket<Uint8Array>): void };

const encoder = new TextEncoder();

interface Connected {
  readonly connection: ServerConnection;
  readonly subscriber: Subscriber;
  readonly commands: CommandHandler;
}

/** What a test can do to the WebSockets of an exchange. */
export interface ExchangeSockets {
  /** How many are open. */
  readonly open: number;
  /**
   * Makes something go wrong on every open WebSocket; or only on those of one account.
   *
   * @throws {KalshiConfigError} for a fault that there is not, options that it does not have, and an unknown account
   */
  fail(fault: SocketFault, accountId?: string): void;
  /**
   * Sends a frame that the exchange would not send itself, as it is, on every open WebSocket; or only on those of one
   * account. It has the `sid` and the `seq` that are written in it; those of the exchange do not notice.
   *
   * @param frame the text of a text frame, or the bytes of a binary one
   * @throws {KalshiConfigError} for what is neither, and for an unknown account
   */
  send(frame: string | Uint8Array, accountId?: string): void;
  /**
   * Refuses the next handshakes, never answers them, or breaks their connections.
   *
   * @throws {KalshiConfigError} for an option that is unknown, missing or wrong
   */
  refuse(fault: HandshakeFault): void;
  /** Forgets every fault that waits. */
  clearFaults(): void;
  /** Ends every WebSocket with code 1012, as a restart does; the sessions to come have other sids. */
  restart(): void;
  /**
   * Sends a message to those who subscribed to its channel, with their `sid` and the next `seq`: an index or a Pyth
   * price, on which the exchange itself has nothing to say, or something that did not happen on it. CashLedger, orders and
   * balances stay what they are.
   *
   * @param channel such as `cfbenchmarks_value`
   * @param msg the payload; its `index_id`, `underlying_ticker` or `market_ticker` says who gets it
   * @param type the frame's type, such as `orderbook_snapshot`; the channel's name unless told
   */
  publish(channel: string, msg: Readonly<Record<string, unknown>>, type?: string): void;
}

/** The WebSocket of one product of an exchange. */
export class WebSocketGateway implements ExchangeSockets {
  readonly #exchange: Exchange;
  readonly #product: SocketProduct;
  readonly #feed: Feed;
  readonly #connected = new Set<Connected>();
  /** Handshakes without an answer: how to end them. */
  readonly #hanging = new Set<() => void>();
  readonly #handshakes = new WaitingFaults<HandshakeFault>();
  #lastSid = 0;
  #closed = false;

  constructor(exchange: Exchange, product: SocketProduct) {
    this.#exchange = exchange;
    this.#product = product;
    this.#feed = new Feed(product, exchange.clock);
  }

  /** Where it is. */
  get path(): string {
    return this.#product.path;
  }

  get open(): number {
    return this.#connected.size;
  }

  fail(given: SocketFault, accountId?: string): void {
    const fault = readSocketFault(this.#product.channels, given);
    for (const connected of this.#of(accountId, "fail")) fail(connected, fault);
  }

  send(frame: string | Uint8Array, accountId?: string): void {
    assertFrame(frame);
    for (const { connection } of this.#of(accountId, "send")) connection.sendRaw(frame);
  }

  refuse(fault: HandshakeFault): void {
    this.#handshakes.add(readHandshakeFault(fault));
  }

  clearFaults(): void {
    this.#handshakes.clear();
    for (const { connection, subscriber, commands } of this.#connected) {
      connection.clearFaults();
      subscriber.updateFaults.clear();
      commands.faults.clear();
    }
  }

  restart(): void {
    this.#lastSid += 1_000;
    for (const { connection } of [...this.#connected]) connection.close(closeCodes.restart, "restarting");
  }

  publish(channel: string, msg: Readonly<Record<string, unknown>>, type: string = channel): void {
    assertMessage(this.#product.channels, channel, msg, type);
    const key = msg.index_id ?? msg.underlying_ticker ?? msg.market_ticker;
    this.#feed.publish(channel, type, msg, typeof key === "string" ? key : undefined);
  }

  /** Answers the handshake of a WebSocket that came over HTTP. */
  async upgrade(handshake: Handshake, socket: ByteSocket<Uint8Array>): Promise<void> {
    socket.on("error", () => socket.destroy());
    const challenge = handshake.header("sec-websocket-key");
    const isWebSocket = challenge !== undefined && handshake.header("sec-websocket-version") === "13";
    const accept = await acceptKey(challenge ?? "");
    const answer = await this.handshake(handshake, () => socket.destroy());
    if (answer.status === "cut") return socket.destroy();
    if (!("open" in answer)) return refuseSocket(socket, answer.status, answer.body);
    if (!isWebSocket) {
      const body = { code: "bad_request", message: "no WebSocket handshake" };
      return refuseSocket(socket, 400, JSON.stringify(body));
    }
    socket.write(
      encoder.encode(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
          `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
      ),
    );
    answer.open(socket);
  }

  /** Decides on a handshake; `cut` ends it when it gets no answer and the exchange closes. */
  async handshake(handshake: Handshake, cut: () => void): Promise<HandshakeAnswer> {
    if (this.#closed) cut();
    const { status: refused, body } =
      (handshake.caller === undefined ? this.#handshakes.meet(() => true) : undefined) ?? {};
    if (refused === "hang") {
      this.#hanging.add(cut);
      return new Promise(() => {});
    }
    if (refused === "cut") return { status: refused };
    try {
      if (refused !== undefined && body !== undefined) return { status: refused, body };
      if (refused !== undefined) throw new ApiError("refused_on_request", undefined, undefined, refused);
      const key = await this.#authenticate(handshake);
      return { status: 101, open: (socket) => this.#connect(key, socket) };
    } catch (error) {
      if (!(error instanceof ApiError)) this.#exchange.onInternalError(error);
      const { status, code, message } = error instanceof ApiError
        ? error
        : { status: 500, code: "internal_server_error", message: "internal server error" };
      return { status, body: JSON.stringify({ code, message }) };
    }
  }

  /** Ends every connection. */
  close(): void {
    this.#closed = true;
    for (const { connection } of [...this.#connected]) connection.destroy();
    for (const cut of this.#hanging) cut();
    this.#feed.close();
  }

  async #authenticate({ method, target, header, caller }: Handshake): Promise<Caller> {
    const path = target.split("?")[0] ?? "";
    if (path !== this.#product.path) throw new ApiError("not_found");
    if (!this.#exchange.cors.lets(header)) throw new ApiError("origin_not_allowed");
    const key = caller ?? await authenticate(this.#exchange, header, method, path);
    if (!key.scopes.includes("read")) throw new ApiError("permission_denied");
    if (this.#countOf(key.account) >= MOST_CONNECTIONS) throw new ApiError("too_many_requests");
    return key;
  }

  #connect(key: Caller, socket: ByteSocket<Uint8Array>): void {
    if (this.#closed) return socket.destroy();
    const exchange = this.#exchange;
    const subscriber: Subscriber = new Subscriber(key, {
      changed: () => this.#feed.refresh(),
      send: (frame, channel) => {
        if (channel !== undefined && connection.isClogged) {
          const slow = subscriber.subscriptions.get(channel);
          if (slow !== undefined) subscriber.abort(slow, errorCodes.subscriptionBufferOverflow);
          return;
        }
        connection.send(JSON.stringify({ ...frame, sending_ts_ms: exchange.clock.now() }), channel);
      },
    });
    const commands = new CommandHandler(exchange, this.#product, subscriber, () => ++this.#lastSid);
    const connection: ServerConnection = new ServerConnection({
      socket,
      clock: exchange.clock.base,
      onText: (text) => {
        exchange.tick();
        commands.receive(text);
      },
      onEnd: () => {
        this.#connected.delete(connected);
        this.#feed.delete(subscriber);
        exchange.alarm.listens(this, this.#connected.size > 0);
      },
    });
    const connected = { connection, subscriber, commands };
    this.#connected.add(connected);
    this.#feed.add(subscriber);
    exchange.alarm.listens(this, true);
  }

  /** The connections of an account, or all of them. */
  #of(accountId: string | undefined, control: string): Connected[] {
    if (accountId === undefined) return [...this.#connected];
    if (!this.#exchange.engine.accounts.has(accountId)) {
      throw new KalshiConfigError(
        `sockets.${control} takes the id of an account second; got ${shown(accountId)}.`,
      );
    }
    return [...this.#connected].filter(({ subscriber }) => subscriber.account.id === accountId);
  }

  #countOf(account: Account): number {
    let count = 0;
    for (const { subscriber } of this.#connected) if (subscriber.account === account) count++;
    return count;
  }
}

/** Makes something go wrong on one connection. */
function fail({ connection, subscriber, commands }: Connected, fault: SocketFault): void {
  switch (fault.fault) {
    case "refuse":
    case "ignore":
      return commands.faults.add(fault);
    case "withhold":
      return subscriber.updateFaults.add(fault);
    case "forget":
      return subscriber.forget(fault.channel);
    case "error":
    case "renumber": {
      const subscription = subscriber.subscriptions.get(fault.channel);
      if (subscription === undefined) return;
      if (fault.fault === "error") subscriber.abort(subscription, fault.code);
      else subscription.seq = fault.seq - 1;
      return;
    }
    default:
      return connection.fail(fault);
  }
}
