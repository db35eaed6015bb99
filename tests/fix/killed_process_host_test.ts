/** A process that is killed in the middle of its trading, again and again: its numbers have no hole, and no order is lost. */
import { assert, assertEquals } from "@std/assert";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileFixStore } from "../../src/fix/file_store.ts";
import { FixSession } from "../../src/fix/session.ts";
import type { FixEnd } from "../../src/fix/session_types.ts";
import { attachSession } from "../../src/fix/socket.ts";
import { MemoryFixStore } from "../../src/fix/store.ts";
import type { NodeSocket } from "../../src/runtime/builtin.ts";
import { streamOf } from "../../src/runtime/node_tcp.ts";
import { prepareScript } from "../support/run_script.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { logon } from "./peer.ts";

const KILLS = 20;

/** The other side: it stays, and counts what comes over all connections. */
class Gateway {
  readonly store = new MemoryFixStore();
  readonly ends: FixEnd[] = [];
  /** Every order, by its number, with how often it came. */
  readonly orders = new Map<number, number>();
  /** Orders that came since the last Logon and were not sent before. */
  fresh = 0;
  readonly session: FixSession = new FixSession({
    role: { side: "acceptor", accept: () => ({ accept: logon({ HeartBtInt: 0 }) }) },
    SenderCompID: "KalshiRT",
    TargetCompID: "a-key",
    store: this.store,
    retransmission: true,
    onMessage: (message) => {
      const { header, ClOrdID } = message as unknown as {
        ClOrdID: string;
        header: { MsgSeqNum: number; PossDupFlag?: boolean };
      };
      assertEquals(Number(ClOrdID), header.MsgSeqNum);
      this.orders.set(header.MsgSeqNum, (this.orders.get(header.MsgSeqNum) ?? 0) + 1);
      if (header.PossDupFlag !== true) this.fresh++;
    },
    onEvent: (event) => {
      if (event.type === "logged-on") this.fresh = 0;
      if (event.type === "ended") this.ends.push(event.end);
    },
  });
}

test("a process that is killed at any moment goes on with its numbers: none is missing, no order is lost", async () => {
  const folder = mkdtempSync(join(tmpdir(), "fix-killed-"));
  const path = join(folder, "session");
  const gateway = new Gateway();
  const { session } = gateway;
  const server = createServer((socket) => {
    socket.on("error", () => {});
    if (session.state !== "disconnected") session.abandon("a new connection");
    attachSession(session, streamOf(socket as unknown as NodeSocket));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  using script = await prepareScript("tests/fix/support/killed_script.ts");
  const start = (count: number | "forever"): { child: ChildProcess; ended: Promise<unknown[]> } => {
    const child = spawn(script.command, [...script.args, `${port}`, path, `${count}`], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    return { child, ended: once(child, "exit") };
  };
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      const { child, ended } = start("forever");
      // Some in the middle of what the last one left, some long after.
      const orders = gateway.orders.size + (kill % 4 === 0 ? 1 : 1 + Math.floor(Math.random() * 200));
      await until(() => gateway.orders.size >= orders || child.exitCode !== null);
      assertEquals(child.exitCode, null, "it ended by itself");
      child.kill("SIGKILL");
      await ended;
    }
    const { ended } = start(3);
    const highest = () => Math.max(...gateway.orders.keys());
    await until(() => session.active && gateway.fresh === 3 && gateway.store.nextIncoming - 1 === highest());
    session.logout();
    assertEquals((await ended)[0], 0);

    assertEquals([...gateway.orders.values()].filter((times) => times !== 1), []);
    assertEquals(gateway.ends.filter(({ kind }) => kind !== "lost" && kind !== "logout"), []);
    const store = new FileFixStore({ path });
    await store.open();
    assertEquals(store.nextOutgoing, gateway.store.nextIncoming);
    const sent = store.sent(1, Infinity);
    // Messages of the session itself are counted and not kept.
    assert(sent.every(({ sequence }) => sequence < store.nextOutgoing));
    const ordersSent = sent.filter(({ frame }) => new TextDecoder().decode(frame).includes("\x0135=D\x01"));
    assertEquals(
      ordersSent.map(({ sequence }) => sequence),
      [...gateway.orders.keys()].sort((a, b) => a - b),
    );
    assert(gateway.orders.size > KILLS);
    store.close();
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
