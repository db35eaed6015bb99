/**
 * The far side of the latency bench, over TLS. It prints where it is as one line of JSON: a FIX acceptor that does
 * nothing but answer each order with a report, an echo that answers as many bytes as an order has with as many as a
 * report has, and a local exchange.
 */
import { generateKeyPairSync } from "node:crypto";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { createServer, type TLSSocket } from "node:tls";
import type { ExecutionReport, NewOrderSingle } from "../src/contract/fix/messages.ts";
import { FixSession } from "../src/fix/session.ts";
import { MemoryFixStore } from "../src/fix/store.ts";
import { LocalExchange } from "../src/local_exchange/mod.ts";
import { certificates } from "../tests/support/things/peers/certificates.mjs";
import { frameOf, KEY_ID, order, report, VENUE_NR } from "./fix_messages.ts";

const { ca, cert, key } = certificates();

/** Fills each order at once. */
function accept(socket: TLSSocket): void {
  const session: FixSession = new FixSession({
    role: {
      side: "acceptor",
      accept: ({ EncryptMethod, HeartBtInt, DefaultApplVerID, RawData }) => ({
        accept: { EncryptMethod, HeartBtInt, DefaultApplVerID, RawData },
      }),
    },
    SenderCompID: VENUE_NR,
    TargetCompID: KEY_ID,
    store: new MemoryFixStore({ keep: 0 }),
    retransmission: false,
    onMessage: (message) => {
      const { ClOrdID, Symbol } = message as NewOrderSingle;
      session.send({ ...report, OrdStatus: "2", ClOrdID, Symbol } satisfies ExecutionReport);
    },
  });
  const connection = session.connect({
    write: (bytes) => void socket.write(bytes),
    close: () => void socket.end(),
  });
  socket.on("data", (bytes: Uint8Array) => connection.receive(bytes));
  socket.on("close", () => connection.lost("closed"));
}

const answer = frameOf(report, 12_346);

function echo(socket: TLSSocket): void {
  // Numbers of an order grow from one digit to five, and nobody counts them here: what comes at once is one order.
  socket.on("data", () => void socket.write(answer));
}

const ports = await Promise.all([accept, echo].map((serve) =>
  new Promise<number>((resolve) => {
    const server = createServer({ cert, key }, (socket) => {
      socket.setNoDelay(true);
      socket.on("error", () => {});
      serve(socket);
    });
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  })
));
const exchange = await LocalExchange.start({
  markets: 0,
  marketMakers: false,
  fix: { tls: { cert, key, ca } },
});
const { keyId, privateKey } = await exchange.createAccount({ balance: "1000000000.00" });
const ticker = exchange.listMarket({ ticker: order.Symbol });
const { port } = exchange.fixConfig("order-entry");
const pem = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
  type: "pkcs8",
  format: "pem",
});
console.log(
  JSON.stringify({ ca, fix: ports[0], echo: ports[1], pem, exchange: { port, keyId, privateKey, ticker } }),
);
process.stdin.on("end", () => process.exit()).resume();
