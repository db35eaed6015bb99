// An HTTP proxy that opens tunnels with CONNECT, and forwards plain requests in absolute form; with a user name
// and a password when it is given them. It keeps what it was sent.
import { createServer, request as send } from "node:http";
import { connect } from "node:net";
import { listen, obey, options, track } from "./peer.mjs";

const expected = options.username === undefined
  ? undefined
  : `Basic ${Buffer.from(`${options.username}:${options.password}`).toString("base64")}`;
let seen = [];
const allowed = (headers) => expected === undefined || headers["proxy-authorization"] === expected;

const server = createServer((request, response) => {
  seen.push({ line: `${request.method} ${request.url}`, headers: request.headers });
  if (!allowed(request.headers)) return response.writeHead(407).end();
  const { "proxy-authorization": _, "proxy-connection": __, ...headers } = request.headers;
  const onward = send(request.url, { method: request.method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.on("error", () => response.destroy());
  request.pipe(onward);
});
const { open } = track(server);
server.on("connect", (request, socket, head) => {
  seen.push({ line: `CONNECT ${request.url}`, headers: request.headers });
  if (!allowed(request.headers)) {
    return socket.end("HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n");
  }
  const { hostname, port } = new URL(`http://${request.url}`);
  const onward = connect(Number(port), hostname, () => {
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    onward.write(head);
    socket.pipe(onward).pipe(socket);
  });
  onward.on("error", () => socket.destroy());
  socket.on("close", () => onward.destroy());
  onward.on("close", () => socket.destroy());
});
const port = await listen(server);

await obey({
  port: () => port,
  seen: () => seen,
  openConnections: () => open.size,
  forget: () => void (seen = []),
});
