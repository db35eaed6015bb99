// A TCP or TLS server that sends back what it gets.
import { createServer } from "node:net";
import { TLSSocket } from "node:tls";
import { certificates } from "./certificates.mjs";
import { listen, obey, options, track } from "./peer.mjs";

const { key, cert, ca } = certificates();
const server = createServer({ allowHalfOpen: true });
const { open, counts } = track(server);
server.on("connection", (socket) => {
  const stream = options.tls ? new TLSSocket(socket, { isServer: true, key, cert }) : socket;
  stream.on("error", () => {});
  if (options.deaf) return void stream.pause();
  stream.pipe(stream);
});
const port = await listen(server);

await obey({
  port: () => port,
  ca: () => ca,
  connections: () => counts.total,
  openConnections: () => open.size,
  /** The deaf hear again, so that they notice the end of what they did not read. */
  hear() {
    for (const socket of open.values()) socket.resume().on("end", () => socket.end());
  },
  reset() {
    for (const socket of open.values()) socket.resetAndDestroy();
  },
});
