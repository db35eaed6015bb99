/** A session with an echo for an application, as the acceptance scripts want it, over real sockets. */
import { connect, createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { systemClock } from "../../src/base/clock.ts";
import type { FixMessage, Logon } from "../../src/contract/fix/messages.ts";
import type { FixDictionary } from "../../src/contract/fix_dictionary.ts";
import { FixSession } from "../../src/fix/session.ts";
import type { FixConnection } from "../../src/fix/session_types.ts";
import { MemoryFixStore } from "../../src/fix/store.ts";
import { there } from "../../tools/there.ts";

const logon = (HeartBtInt: number) =>
  ({ EncryptMethod: 0, HeartBtInt, DefaultApplVerID: "9" }) as Omit<Logon, "MsgType">;

function session(side: "initiator" | "acceptor", strict: FixDictionary): FixSession {
  const seen = new Set<string>();
  const made: FixSession = new FixSession({
    role: side === "acceptor"
      ? { side, accept: ({ HeartBtInt }) => ({ accept: logon(HeartBtInt ?? 30) }) }
      : { side, logon: () => logon(6) },
    SenderCompID: "ISLD",
    TargetCompID: "TW50SP2",
    store: new MemoryFixStore(),
    clock: systemClock,
    retransmission: true,
    strict,
    sendingTimeToleranceMs: 120_000,
    onMessage: (message) => {
      const { MsgType, header } = message;
      if (MsgType !== "D" && (MsgType as string) !== "d") {
        made.send({
          MsgType: "j",
          RefSeqNum: header.MsgSeqNum,
          Text: "Unsupported Message Type",
          RefMsgType: MsgType,
          BusinessRejectReason: 3,
        });
        return;
      }
      const { ClOrdID } = message as { ClOrdID?: string };
      const known = ClOrdID !== undefined && seen.has(ClOrdID);
      if (ClOrdID !== undefined) seen.add(ClOrdID);
      if (header.PossResend === true && known) return;
      made.send(message as FixMessage, header.PossResend === true ? { PossResend: true } : {});
    },
  });
  return made;
}

function attach(session: FixSession, socket: Socket): void {
  socket.setNoDelay(true);
  socket.on("error", () => {});
  const connection: FixConnection = session.connect({
    write: (bytes) => void socket.write(bytes),
    close: () => void socket.end(),
  });
  socket.on("data", (bytes) => connection.receive(bytes));
  socket.on("close", () => connection.lost("closed"));
}

/** Listens; each connection has a session that begins anew, and a second one beside it is closed. */
export async function startEchoAcceptor(
  strict: FixDictionary,
): Promise<{ port: number; close(): Promise<void> }> {
  let current: FixSession | undefined;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    if (current !== undefined && current.state !== "disconnected") {
      socket.on("error", () => {});
      socket.once("data", () => socket.destroy());
      return;
    }
    attach(current = session("acceptor", strict), socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Connects, and again as soon as a connection has ended. */
export function startEchoInitiator(port: number, strict: FixDictionary): { close(): void } {
  let socket: Socket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;
  const go = () => {
    socket = connect(port, "127.0.0.1");
    socket.on("connect", () => attach(session("initiator", strict), there(socket)));
    socket.on("error", () => {});
    socket.on("close", () => {
      // wall clock: the scripts' runner listens anew for each script
      if (!closed) timer = setTimeout(go, 100);
    });
  };
  go();
  return {
    close: () => {
      closed = true;
      clearTimeout(timer);
      socket?.destroy();
    },
  };
}
