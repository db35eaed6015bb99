// An HTTPS server that speaks HTTP/1.1 and, unless told, HTTP/2, or HTTP without TLS (`tls: false`); it counts
// connections and requests and fails as it is told. Answers are used in turn, the last one again and again:
// { delayMs, hold, status, headers, base64, bomb, then: "fin" | "rst" | "refuse-stream" | "reset-stream" | "goaway" |
// "cut" | "stall" }; one that is held waits until the test calls `release`. The last two come after the head and
// `base64`.
import { Buffer } from "node:buffer";
import { createSecureServer } from "node:http2";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer } from "node:net";
import { bomb, explode } from "./bomb.mjs";
import { certificates } from "./certificates.mjs";
import { listen, obey, options, track } from "./peer.mjs";

const { key, cert, ca } = certificates();
const http2 = options.http2 ?? true;
let answers = options.answers ?? [{}];
let answered = 0;
let requests = [];
let handshakes = 0;
let sent = 0;
const held = [];

const front = createServer();
const { open, counts } = track(front);

function act(request, response, answer) {
  const socket = open.get(request.socket.remotePort);
  switch (answer.then) {
    case "fin":
      return request.socket.destroy();
    case "rst":
      return socket?.resetAndDestroy();
    case "refuse-stream":
      return request.stream.close(7);
    case "reset-stream":
      return request.stream.close(2);
    case "goaway":
      request.stream.session.goaway(0, request.stream.id);
  }
  response.writeHead(answer.status ?? 200, { "content-type": "application/json", ...answer.headers });
  if (answer.bomb !== undefined) return explode(response, bomb(answer.bomb), (bytes) => sent += bytes);
  const body = answer.base64 === undefined
    ? JSON.stringify({ version: request.httpVersion })
    : Buffer.from(answer.base64, "base64");
  if (answer.then !== "cut" && answer.then !== "stall") return response.end(body);
  response.write(body);
  // Once the bytes have left.
  if (answer.then === "cut") {
    setTimeout(() => request.stream ? request.stream.close(2) : socket?.destroy(), 50);
  }
}

function handle(request, response) {
  let body = "";
  request.on("error", () => {});
  response.on("error", () => {});
  request.setEncoding("utf8").on("data", (text) => body += text).on("end", () => {
    const { method, url: path, httpVersion: version, headers } = request;
    const connection = open.get(request.socket.remotePort)?.number;
    requests.push({ method, path, version, headers: { ...headers }, body, connection });
    const answer = answers[Math.min(answered++, answers.length - 1)];
    const give = () => act(request, response, answer);
    if (answer.hold) held.push(give);
    else setTimeout(give, answer.delayMs ?? 0);
  });
}

const server = options.tls === false
  ? createHttpServer(handle)
  : http2
  ? createSecureServer({ key, cert, allowHTTP1: true, settings: options.settings }, handle)
  : createHttpsServer({ key, cert }, handle);
server.keepAliveTimeout = 600_000;
server.on("secureConnection", () => handshakes++);
server.on("sessionError", () => {});
front.on("connection", (socket) => server.emit("connection", socket));
const port = await listen(front);

await obey({
  port: () => port,
  ca: () => ca,
  requests: () => requests,
  connections: () => counts.total,
  /** The most that were open at once. */
  peak: () => counts.peak,
  handshakes: () => handshakes,
  /** How many bytes of bombs were written since the last answers were set. */
  sent: () => sent,
  openConnections: () => open.size,
  release() {
    for (const give of held.splice(0)) give();
  },
  setAnswers(next) {
    answers = next;
    answered = 0;
    requests = [];
    sent = 0;
  },
});
