/**
 * A process that sends orders over a session whose store is a file, as fast as it can, until somebody kills it; or so
 * many, and then nothing until the peer logs out. Arguments: port, file, how many or "forever".
 */
import process from "node:process";
import { systemClock } from "../../../src/base/clock.ts";
import { delay } from "../../../src/base/waits.ts";
import { detectRuntime } from "../../../src/runtime/detect.ts";
import { connectSession, FileFixStore, FixSession } from "../../../src/fix/mod.ts";
import { logon, order } from "../peer.ts";

const [, , port, path = "", count] = process.argv;
const store = new FileFixStore({ path });
const session = new FixSession({
  role: { side: "initiator", logon: () => logon({ HeartBtInt: 0 }) },
  SenderCompID: "a-key",
  TargetCompID: "KalshiRT",
  store,
  retransmission: true,
  onMessage: () => {},
});
const address = { hostname: "127.0.0.1", port: Number(port), tls: false };
const connection = await connectSession(session, detectRuntime(), address, undefined);
await connection.loggedOn;
const most = count === "forever" ? Infinity : Number(count);
for (let sent = 0; sent < most; sent++) {
  // An order is called by its number, so that each says where it belongs.
  session.send(order(`${store.nextOutgoing}`));
  if (sent % 5 === 4) await delay(systemClock, 0);
}
await connection.ended;
store.close();
