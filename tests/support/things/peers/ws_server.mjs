// A WebSocket server (npm ws), with TLS when asked. What it does is named by the path:
//   /echo            sends every message back as it came
//   /refuse/<n>      answers the handshake with that status and a JSON body
//   /hang            never answers the handshake
//   /close/<n>       closes with that code and the reason "told to" once the first message came
//   /destroy         cuts the connection once the first message came
//   /silent          accepts, then reads and says nothing more, not even to a close
//   /greet           sends three messages along with its answer to the handshake
//   /ping            sends a ping every 20 ms
import { createServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { WebSocketServer } from "ws";
import { certificates } from "./certificates.mjs";
import { listen, obey, options, track } from "./peer.mjs";

const { key, cert, ca } = certificates();
const server = options.tls ? createHttpsServer({ key, cert }) : createServer();
const { open, counts } = track(server);
const endpoint = new WebSocketServer({ noServer: true, maxPayload: 100 * 1024 * 1024 });
const handshakes = [];
const closes = [];
let pings = 0;
let pongs = 0;

server.on("upgrade", (request, socket, head) => {
  const [, what, argument] = request.url.split("/");
  handshakes.push({ path: request.url, headers: request.headers });
  if (what === "hang") return void socket.on("end", () => socket.end()).resume();
  if (what === "refuse") {
    const body = JSON.stringify({ error: { code: "refused", message: `status ${argument}` } });
    socket.end(
      `HTTP/1.1 ${argument} No\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    return;
  }
  if (what === "silent") {
    endpoint.handleUpgrade(request, socket, head, () => {
      socket.removeAllListeners("data");
      socket.resume();
    });
    return;
  }
  if (what === "greet") socket.cork();
  endpoint.handleUpgrade(request, socket, head, (client) => {
    client.on("error", () => {});
    client.on("ping", () => pings++);
    client.on("pong", () => pongs++);
    client.on("close", (code, reason) => closes.push({ code, reason: String(reason) }));
    if (what === "greet") {
      for (const text of ["one", "two", "three"]) client.send(text);
      socket.uncork();
    }
    if (what === "ping") {
      const timer = setInterval(() => client.ping("are you there"), 20);
      client.on("close", () => clearInterval(timer));
    }
    client.on("message", (data, binary) => {
      if (what === "echo") client.send(data, { binary });
      if (what === "close") client.close(Number(argument), "told to");
      if (what === "destroy") socket.resetAndDestroy?.() ?? socket.destroy();
    });
  });
});
const port = await listen(server);

await obey({
  port: () => port,
  ca: () => ca,
  handshakes: () => handshakes,
  closes: () => closes,
  pings: () => pings,
  pongs: () => pongs,
  connections: () => counts.total,
  openConnections: () => open.size,
});
