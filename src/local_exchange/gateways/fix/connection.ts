/** One connection before and after its Logon: who is let in gets a session, the others are told why not. */
import type { Clock, ClockTimer } from "../../../base/clock.ts";
import { encodeMessage } from "../../../contract/fix/codec.ts";
import type { FixMessage } from "../../../contract/fix/messages.ts";
import { FixFields, type FixHeader } from "../../../contract/fix_fields.ts";
import { FixWriter } from "../../../contract/fix_writer.ts";
import { FixFramer } from "../../../fix/framer.ts";
import type { FixConnection } from "../../../fix/session_types.ts";
import type { ByteSocket } from "../../../runtime/builtin.ts";
import { ServerLink } from "./link.ts";
import type { Verdict } from "./logon.ts";
import type { ServerSession } from "./server_session.ts";

/** How long a Logon may be waited for. */
const LOGON_MS = 10_000;

/** What a connection needs of the gateway. */
export interface ConnectionHost {
  readonly clock: Clock;
  /** What the exchange calls itself to who asked for `targetCompId`. */
  nameFor(targetCompId: string): string;
  /** Judges a Logon; undefined leaves it without an answer. */
  judge(fields: FixFields): Promise<Verdict | undefined>;
  /** Gives who was admitted a session, or says why not. */
  enter(verdict: Verdict & { admit: unknown }, connection: ServerConnection): ServerSession | string;
  /** The connection is over. */
  left(connection: ServerConnection): void;
}

type State =
  | { readonly name: "waiting"; readonly timer: ClockTimer; readonly framer: FixFramer }
  /** Its Logon is judged. */
  | { readonly name: "judging" }
  | { readonly name: "on"; readonly session: ServerSession; readonly connection: FixConnection }
  | { readonly name: "over" };

/** One connection. */
export class ServerConnection {
  readonly link: ServerLink;
  readonly #host: ConnectionHost;
  readonly #fields = new FixFields();
  /** What came before there was a session. */
  #early: Uint8Array[] = [];
  #state: State;

  constructor(socket: ByteSocket<Uint8Array>, host: ConnectionHost) {
    this.#host = host;
    this.link = new ServerLink(socket, host.clock);
    const timer = host.clock.setTimer(() => this.#refuse(), LOGON_MS);
    this.#state = { name: "waiting", timer, framer: new FixFramer({ onFault: () => this.#refuse() }) };
    const over = (text: string) => () => this.#lost(text);
    socket.on("error", over("the connection broke"));
    socket.on("end", over("the peer closed the connection"));
    socket.on("close", over("the connection is closed"));
    socket.on("data", (bytes) => this.#receive(bytes));
    socket.resume();
  }

  /** Its session, once there is one. */
  get session(): ServerSession | undefined {
    return this.#state.name === "on" ? this.#state.session : undefined;
  }

  /** Breaks it; its session is told that it is lost. */
  cut(): void {
    this.link.destroy();
    this.#lost("the connection was cut");
  }

  #receive(bytes: Uint8Array): void {
    if (!this.link.hears) return;
    const state = this.#state;
    if (state.name === "on") return state.connection.receive(bytes);
    if (state.name === "over") return;
    this.#early.push(bytes.slice());
    if (state.name === "judging") return;
    state.framer.push(bytes);
    if (!state.framer.next(this.#fields)) return;
    state.timer.clear();
    this.#state = { name: "judging" };
    this.#fields.session();
    const header = this.#fields.header();
    this.#host.judge(this.#fields).then(
      (verdict) => this.#answer(verdict, header),
      () => this.#refuse(),
    );
  }

  #answer(
    verdict: Verdict | undefined,
    { SenderCompID, TargetCompID, MsgSeqNum }: FixHeader,
  ): void {
    if (this.#state.name !== "judging" || verdict === undefined) return;
    if ("close" in verdict) return this.#refuse();
    let logout = "logout" in verdict ? verdict.logout : undefined;
    if ("admit" in verdict) {
      const entered = this.#host.enter(verdict, this);
      if (typeof entered !== "string") return this.#begin(entered);
      logout = entered;
    }
    const message: FixMessage = "reject" in verdict
      ? {
        MsgType: "3",
        RefSeqNum: MsgSeqNum,
        Text: verdict.reject.text,
        RefTagID: verdict.reject.tag,
        RefMsgType: "A",
        SessionRejectReason: verdict.reject.reason,
      }
      : { MsgType: "5", Text: logout };
    const writer = new FixWriter({
      beginString: "FIXT.1.1",
      SenderCompID: this.#host.nameFor(TargetCompID),
      TargetCompID: SenderCompID,
    });
    encodeMessage(writer, { MsgSeqNum: 1, sendingTimeMs: this.#host.clock.now() }, message);
    this.link.write(writer.bytes.subarray(writer.start, writer.end));
    this.#refuse();
  }

  #begin(session: ServerSession): void {
    const connection = session.fix.connect(this.link);
    this.#state = { name: "on", session, connection };
    void connection.ended.then(() => this.#over());
    const early = this.#early;
    this.#early = [];
    for (const bytes of early) connection.receive(bytes);
  }

  #refuse(): void {
    if (this.#state.name === "over" || this.#state.name === "on") return;
    this.link.close();
    this.#over();
  }

  #lost(text: string): void {
    const state = this.#state;
    if (state.name === "on") state.connection.lost(text);
    else if (state.name !== "over") this.link.close();
    this.#over();
  }

  #over(): void {
    if (this.#state.name === "over") return;
    if (this.#state.name === "waiting") this.#state.timer.clear();
    this.#state = { name: "over" };
    this.#early = [];
    this.#host.left(this);
  }
}
