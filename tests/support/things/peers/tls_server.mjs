// A TLS server of a kind that a client has to judge. It notes what came through TLS, and can be rude.
import { createServer } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import { certificateOf, serverOf } from "./tls_certificates.mjs";
import { listen, obey, options, track } from "./peer.mjs";

/** `manners`: "echo", "deaf" (reads nothing), "cut" (ends each connection at its first bytes), "mute" (no TLS answer). */
let { kind = "good", manners = "echo", versions = {} } = options;
const server = createServer();
const { open, counts } = track(server);
let handshakes = 0;
let resumed = 0;
let bytes = 0;
const names = [];
const deaf = new Set();
server.on("connection", (socket) => {
  if (manners === "mute") return void socket.resume();
  if (manners === "cut") return void socket.once("data", () => socket.destroy());
  const secureContext = createSecureContext({ ...serverOf(kind), ...versions });
  const stream = new TLSSocket(socket, {
    isServer: true,
    secureContext,
    SNICallback(name, done) {
      names.push(name);
      done(null, secureContext);
    },
  });
  stream.on("error", () => socket.destroy());
  stream.on("secure", () => {
    handshakes++;
    if (stream.isSessionReused()) resumed++;
    if (manners === "deaf") return void deaf.add(stream.pause());
    stream.on("data", (chunk) => {
      bytes += chunk.length;
      stream.write(chunk);
    });
    stream.on("end", () => stream.end());
  });
});
const port = await listen(server);

await obey({
  port: () => port,
  certificate: (name) => certificateOf(name),
  /** The deaf hear again, so that they notice the end of what they did not read. */
  hear() {
    for (const stream of deaf) stream.resume();
  },
  become: (next) => void ({ kind = kind, manners = manners } = next),
  seen: () => ({ connections: counts.total, open: open.size, handshakes, resumed, bytes, names }),
});
