/** The exchange on a TCP port, over `node:http`, which Deno, Bun and Node all have. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { systemClock } from "../base/clock.ts";
import { BodyReader, MOST_PIECES } from "./body_reader.ts";
import type { RestGateway } from "./gateways/rest/gateway.ts";
import type { SocketEntrance } from "./gateways/ws/entrance.ts";
import { listen, type RunningServer } from "./listening.ts";

// Who is refused before its body has come may still be sending: so much of it is read and thrown away, and for so
// long, that it gets to read the answer. A connection that is closed at once would lose it.
const MOST_IGNORED_BYTES = 4 * 1024 * 1024;
const GOODBYE_MS = 2_000;

const encoder = new TextEncoder();

async function respond(
  gateway: RestGateway,
  bodies: BodyReader,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const header = headerOf(request);
  const body = await bodies.read(request);
  const { method = "GET", url: target = "/" } = request;
  const isRefused = "refused" in body;
  const answer = isRefused
    ? gateway.refuseBody({ header }, body.refused)
    : await gateway.answer({ method, target, header, body: body.text });
  response.writeHead(answer.status, {
    ...answer.headers,
    ...(answer.body === undefined ? {} : { "content-length": encoder.encode(answer.body).length }),
    ...(isRefused ? { connection: "close" } : {}),
  });
  if (isRefused) sayAndClose(request, response, answer.body);
  else response.end(answer.body);
}

/** Says why, reads on for a while without keeping anything, and closes the connection. */
function sayAndClose(request: IncomingMessage, response: ServerResponse, body: string | undefined): void {
  let ignored = 0;
  let pieces = 0;
  const timer = systemClock.setTimer(() => request.socket.destroy(), GOODBYE_MS);
  request.on("close", () => timer.clear());
  request.on("data", (chunk: Uint8Array) => {
    ignored += chunk.length;
    if (ignored > MOST_IGNORED_BYTES || ++pieces > MOST_PIECES) request.pause();
  });
  request.on("end", () => response.end(() => request.socket.destroy()));
  // Not its end yet: with that the connection would be closed before the answer is read.
  response.write(body);
  request.resume();
}

function headerOf({ headers }: IncomingMessage): (name: string) => string | undefined {
  return (name) => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
}

/** Listens. */
export async function serve(
  gateway: RestGateway,
  sockets: Pick<SocketEntrance, "upgrade">,
  hostname: string,
  port: number,
): Promise<RunningServer> {
  // A name that bundlers cannot see: for Workers this module is dead weight, but must not break the bundle.
  const specifier = "node:http";
  const { createServer } = await import(specifier) as typeof import("node:http");
  const bodies = new BodyReader();
  const server = createServer((request, response) => {
    respond(gateway, bodies, request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 30_000;
  server.on("upgrade", (request, socket) => {
    const { method = "GET", url: target = "/" } = request;
    void sockets.upgrade({ method, target, header: headerOf(request) }, socket);
  });
  return await listen(server, hostname, port);
}
