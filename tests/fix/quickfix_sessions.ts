/** Sessions of this engine that meet QuickFIX over a real socket, plain or TLS. */
import { constants, createPublicKey, verify } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { KalshiAuth } from "../../src/auth/kalshi_auth.ts";
import type { ReceivedMessage } from "../../src/contract/fix/codec.ts";
import type { Logon } from "../../src/contract/fix/messages.ts";
import { logonText, signedLogon } from "../../src/fix/logon.ts";
import { FixSession } from "../../src/fix/session.ts";
import type { FixConnection, FixSessionEvent, LogonAnswer, Received } from "../../src/fix/session_types.ts";
import { connectSession } from "../../src/fix/socket.ts";
import { MemoryFixStore } from "../../src/fix/store.ts";
import { connectTcp } from "../../src/runtime/node_tcp.ts";
import { onFreePort } from "../support/free_port.ts";
import { until } from "../support/until.ts";
import { there } from "../../tools/there.ts";
import { Kfix, type KfixKit } from "./kfix.ts";

export const keyId = "6f3a1a90-0000-4000-8000-0000000000aa";

/** A session with what it told, and the QuickFIX opposite to it. */
export class Meeting implements AsyncDisposable {
  readonly messages: ReceivedMessage[] = [];
  readonly events: FixSessionEvent[] = [];
  readonly store = new MemoryFixStore();
  readonly session: FixSession;
  readonly side: "initiator" | "acceptor";
  /** Its Logon as QuickFIX signed it, to be judged. */
  readonly #accept: (logon: Received<Logon>) => LogonAnswer;
  connection: FixConnection | undefined;
  #server: Server | undefined;
  readonly #sockets = new Set<Socket>();
  kfix!: Kfix;
  #restart!: () => Promise<Kfix>;
  #connect!: () => Promise<FixConnection>;

  private constructor(side: "initiator" | "acceptor", auth: KalshiAuth, kit: KfixKit) {
    this.side = side;
    this.#accept = (logon) => signed(logon, kit) ? { accept: answer(logon) } : { refuse: "bad signature" };
    this.session = new FixSession({
      role: side === "initiator"
        ? { side, logon: signedLogon(auth, 30, { UseDollars: true, SkipPendingExecReports: true }) }
        : { side, accept: (logon) => this.#accept(logon) },
      SenderCompID: side === "initiator" ? keyId : "KalshiRT",
      TargetCompID: side === "initiator" ? "KalshiRT" : keyId,
      store: this.store,
      retransmission: true,
      sendAgain: () => true,
      onMessage: (message) => void this.messages.push(message),
      onEvent: (event) => void this.events.push(event),
    });
  }

  /** Our initiator, and QuickFIX as the exchange. */
  static async asInitiator(kit: KfixKit, tls: boolean): Promise<Meeting> {
    const meeting = new Meeting("initiator", await KalshiAuth.fromPem(keyId, kit.clientKey), kit);
    const settings = { proxy: undefined, caCertificates: [kit.ca], webSocketCompression: false };
    const changes = [`TargetCompID=${keyId}`, "SenderCompID=KalshiRT", "VerifyKey=client-rsa.pub"];
    await onFreePort(async (port) => {
      const start = (store?: string) =>
        Kfix.start(kit, "acceptor", [...changes, `SocketAcceptPort=${port}`], {
          tls,
          ...(store === undefined ? {} : { store }),
        });
      meeting.kfix = await start();
      meeting.#restart = () => start(meeting.kfix.store);
      meeting.#connect = () =>
        connectSession(
          meeting.session,
          { connectTcp: (options) => connectTcp(options, settings) },
          { hostname: "localhost", port, tls },
          undefined,
        );
    });
    return meeting;
  }

  /** Our acceptor, and QuickFIX as the client. */
  static async asAcceptor(kit: KfixKit, tls: boolean): Promise<Meeting> {
    const meeting = new Meeting("acceptor", await KalshiAuth.fromPem(keyId, kit.clientKey), kit);
    const attach = (socket: Socket): void => meeting.#attach(socket);
    const server = tls
      ? createTlsServer({ key: kit.serverKey, cert: kit.serverCertificate }, attach)
      : createTcpServer(attach);
    server.on("tlsClientError", () => {});
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    meeting.#server = server;
    const { port } = server.address() as AddressInfo;
    const changes = [
      `SenderCompID=${keyId}`,
      "TargetCompID=KalshiRT",
      "SignKey=client-rsa.key",
      "SocketConnectHost=127.0.0.1",
      `SocketConnectPort=${port}`,
      "HeartBtInt=30",
    ];
    const start = (store?: string) =>
      Kfix.start(kit, "initiator", changes, { tls, ...(store === undefined ? {} : { store }) });
    meeting.kfix = await start();
    meeting.#restart = () => start(meeting.kfix.store);
    // QuickFIX connects by itself.
    meeting.#connect = async () => {
      await until(() => meeting.session.active);
      return there(meeting.connection);
    };
    return meeting;
  }

  #attach(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => {});
    if (this.session.state !== "disconnected") return void socket.destroy();
    socket.setNoDelay(true);
    const connection = this.session.connect({
      write: (bytes) => void socket.write(bytes),
      close: () => void socket.end(),
    });
    this.connection = connection;
    socket.on("data", (bytes) => connection.receive(bytes));
    socket.on("close", () => connection.lost("closed"));
  }

  /** A connection that is logged on on both sides. */
  async logOn(): Promise<void> {
    this.connection = await this.#connect();
    await this.connection.loggedOn;
    await until(() => this.kfix.online);
    await this.agree();
  }

  /** A connection whose end is waited for. */
  async tryLogOn(): Promise<{ readonly kind: string; readonly text: string }> {
    return await (await this.#connect()).ended;
  }

  /** Waits until both sides count alike, with nothing on its way. */
  async agree(): Promise<void> {
    await until(async () => {
      const { out, in: into } = await this.kfix.numbers();
      return out === this.store.nextIncoming && into === this.store.nextOutgoing;
    });
  }

  /** QuickFIX dies without a word, and another one goes on with its numbers. */
  async killAndRestart(): Promise<void> {
    await this.kfix.kill();
    await until(() => this.session.state === "disconnected");
    this.kfix = await this.#restart();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.session.abandon("the test is over");
    await this.kfix[Symbol.asyncDispose]();
    for (const socket of this.#sockets) socket.destroy();
    this.#server?.close();
  }
}

function answer({ EncryptMethod, HeartBtInt, DefaultApplVerID, RawData }: Logon): Omit<Logon, "MsgType"> {
  return { EncryptMethod, HeartBtInt, DefaultApplVerID, RawData };
}

/** Whether QuickFIX signed its Logon as Kalshi wants it; by other code than the library's. */
function signed({ header, RawData }: Received<Logon>, kit: KfixKit): boolean {
  const text = logonText(header);
  const key = createPublicKey(kit.clientPublicKey);
  const signature = Buffer.from(new TextDecoder().decode(RawData), "base64");
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return verify("sha256", Buffer.from(text), { key, ...padding }, signature);
}
