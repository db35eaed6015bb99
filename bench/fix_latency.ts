/**
 * From an order to its report over loopback TLS, one at a time: a session alone, a client, a client at a local
 * exchange, and the same bytes over a bare socket, in turn. `fix_latency.ts SERVER ORDERS`, where SERVER is what the
 * server printed.
 */
import process from "node:process";
import { connect } from "node:tls";
import { detectRuntime } from "#runtime";
import { FixClient } from "../src/fix/client.ts";
import type { NewOrderFields } from "../src/fix/order_entry.ts";
import { FixSession } from "../src/fix/session.ts";
import { connectSession } from "../src/fix/socket.ts";
import { MemoryFixStore } from "../src/fix/store.ts";
import { frameOf, KEY_ID, order, report, VENUE_NR } from "./fix_messages.ts";

const [server = "", count = "20000"] = process.argv.slice(2);
const { ca, fix, echo, pem, exchange } = JSON.parse(server);
const HOST = "127.0.0.1";
/** Orders of one side before the next has its turn. */
const BLOCK = 50;
/** Compilers are done by then. */
const WARM = 10_000;

/** Sends one order, and resolves once its report is there. */
type Exchange = (number: number) => Promise<unknown>;

const idOf = (number: number) => `550e8400-e29b-41d4-a716-${String(number).padStart(12, "0")}`;

async function sessionAlone(): Promise<Exchange> {
  let arrived: (id: string) => void = () => {};
  const session = new FixSession({
    role: {
      side: "initiator",
      logon: () => ({ EncryptMethod: 0, RawData: Uint8Array.of(1), HeartBtInt: 30, DefaultApplVerID: "9" }),
    },
    SenderCompID: KEY_ID,
    TargetCompID: VENUE_NR,
    store: new MemoryFixStore({ keep: 0 }),
    retransmission: false,
    resetOnLogon: true,
    onMessage: (message) => arrived((message as { ClOrdID?: string }).ClOrdID ?? ""),
  });
  const address = { hostname: HOST, port: fix, tls: true, ca: [ca], logon: { UseDollars: true } };
  await (await connectSession(session, detectRuntime(), address, undefined)).loggedOn;
  return (number) =>
    new Promise<void>((resolve, reject) => {
      const ClOrdID = idOf(number);
      arrived = (id) => id === ClOrdID ? resolve() : reject(new Error(`${id} came for ${ClOrdID}`));
      session.send({ ...order, ClOrdID });
    });
}

async function client(
  port: number,
  keyId: string,
  privateKey: string,
  own: Partial<NewOrderFields>,
): Promise<Exchange> {
  const session = await FixClient.connect({
    keyId,
    privateKey,
    config: {
      product: "event",
      session: "order-entry",
      host: HOST,
      port,
      ca: [ca],
      logon: { UseDollars: true },
    },
  });
  const { MsgType: _, ...fields } = order;
  return (number) => session.newOrderSingle({ ...fields, ...own, ClOrdID: idOf(number) });
}

async function bareSocket(): Promise<Exchange> {
  const bytes = frameOf(order, 12_345);
  const whole = frameOf(report, 12_346).length;
  const socket = connect({ host: HOST, port: echo, ca });
  await new Promise<void>((resolve, reject) => socket.on("secureConnect", resolve).on("error", reject));
  socket.setNoDelay(true);
  let waiting = 0;
  let arrived = () => {};
  socket.on("data", (chunk: Uint8Array) => {
    waiting += chunk.length;
    if (waiting < whole) return;
    waiting -= whole;
    arrived();
  });
  return () =>
    new Promise<void>((resolve) => {
      arrived = resolve;
      socket.write(bytes);
    });
}

// Fills or ends at once, so that nothing rests there; and there are no subaccount and no order group of that name.
const atExchange = {
  Symbol: exchange.ticker,
  TimeInForce: "3",
  AllocAccount: 0,
  SecondaryClOrdID: undefined,
} as const;
const sides = [
  { name: "bare", exchange: await bareSocket() },
  { name: "session", exchange: await sessionAlone() },
  { name: "client", exchange: await client(fix, KEY_ID, pem, {}) },
  {
    name: "local",
    exchange: await client(exchange.port, exchange.keyId, exchange.privateKey, atExchange),
  },
].map((side) => ({ ...side, micros: [] as number[] }));
let number = 0;
for (let done = 0; done < WARM + Number(count); done += BLOCK) {
  if (done === WARM) { for (const { micros } of sides) micros.length = 0; }
  const order = sides.map((side) => ({ side, at: Math.random() })).sort((a, b) => a.at - b.at);
  for (const { side: { exchange, micros } } of order) {
    for (let i = 0; i < BLOCK; i++) {
      const began = performance.now();
      await exchange(++number);
      micros.push((performance.now() - began) * 1000);
    }
  }
}
const result = Object.fromEntries(sides.map(({ name, micros }) => {
  const sorted = micros.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)];
  return [name, { count: sorted.length, median: at(0.5), p99: at(0.99) }];
}));
console.log(`RESULT ${JSON.stringify(result)}`);
process.exit(0);
