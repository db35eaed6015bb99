/** Complaints of other FIX engines' users that need a file. */
import { assertEquals } from "@std/assert";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileFixStore } from "../../src/fix/file_store.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { order, Peer, report } from "./peer.ts";

async function withFile(body: (path: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "fix-complaints-"));
  try {
    await body(join(folder, "session"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// quickfixj#656
test("a session goes on with its numbers after a new start of the process", () =>
  withFile(async (path) => {
    const first = new Peer({ store: new FileFixStore({ path }) });
    await settled(first);
    await first.logOn();
    for (const id of ["one", "two"]) first.session.send(order(id));
    first.says(report("a"));
    await first.sent();
    // The process is gone: nobody closes the file, or says goodbye.
    const second = new Peer({ store: new FileFixStore({ path }), sendAgain: () => true });
    await settled(second);
    const [logon] = await second.sent();
    assertEquals([logon?.MsgType, logon?.header.MsgSeqNum, logon?.ResetSeqNumFlag], ["A", 4, undefined]);
    await second.logOn({}, { MsgSeqNum: 3 });
    assertEquals([await second.line(), second.store.nextIncoming], ["", 4]);
    second.says({ MsgType: "2", BeginSeqNo: 2, EndSeqNo: 0 }, { MsgSeqNum: 4 });
    assertEquals(await second.line(), "2:D! 3:D! 4:4! to 5");
    await second.store.close();
    await first.store.close();
  }));

// quickfixj#1081
test("a message that was damaged on the disk is filled over, and those around it are sent again whole", () =>
  withFile(async (path) => {
    const peer = new Peer({ store: new FileFixStore({ path }), sendAgain: () => true });
    await settled(peer);
    await peer.logOn();
    for (const id of ["first-order", "second-order", "third-order"]) peer.session.send(order(id));
    const sent = await peer.sent();
    const file = readFileSync(path);
    const at = file.indexOf("second-order");
    // The body is there, and has a hole.
    file.fill(0, at, at + 40);
    writeFileSync(path, file);
    peer.says({ MsgType: "2", BeginSeqNo: 1, EndSeqNo: 0 });
    const again = await peer.sent();
    assertEquals(again.map(({ MsgType, header }) => `${header.MsgSeqNum}:${MsgType}`), [
      "1:4",
      "2:D",
      "3:4",
      "4:D",
    ]);
    assertEquals([again[1]?.ClOrdID, again[3]?.ClOrdID], [sent[0]?.ClOrdID, sent[2]?.ClOrdID]);
    assertEquals(peer.events.filter(({ type }) => type === "store-damaged").length, 1);
    await peer.store.close();
  }));

/** The store is open and the Logon is out. */
async function settled(peer: Peer): Promise<void> {
  await peer.store.open();
  await until(() => peer.session.state === "logging-on");
}
