/** The exchange on a TCP port, over `node:http`, which Deno, Bun and Node all have. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { systemClock } from "../base/clock.ts";
import { MOST_BODY_BYTES, type RestGateway } from "./gateways/rest/gateway.ts";
import type { WebSocketGateway } from "./gateways/ws/gateway.ts";

/** A listening server. */
export interface RunningServer {
  readonly hostname: string;
  readonly port: number;
  close(): Promise<void>;
}

// What all bodies together may hold while they come: who opens many connections gets no more than that.
const MOST_WAITING_BYTES = 64 * 1024 * 1024;

// Who is refused before its body has come may still be sending: so much of it is read and thrown away, and for so
// long, that it gets to read the answer. A connection that is closed at once would lose it.
const MOST_IGNORED_BYTES = 4 * 1024 * 1024;
const GOODBYE_MS = 2_000;

const encoder = new TextEncoder();

/** Reads the bodies of requests within bounds. */
class BodyReader {
  #waitingBytes = 0;

  /** The body of a request; undefined for one that is too long, of which no more is kept. */
  read(request: IncomingMessage): Promise<string | undefined> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    return new Promise<string | undefined>((resolve, reject) => {
      if (Number(request.headers["content-length"] ?? 0) > MOST_BODY_BYTES) return resolve(undefined);
      const onData = (chunk: Uint8Array) => {
        size += chunk.length;
        this.#waitingBytes += chunk.length;
        chunks.push(chunk);
        if (size <= MOST_BODY_BYTES && this.#waitingBytes <= MOST_WAITING_BYTES) return;
        request.off("data", onData);
        resolve(undefined);
      };
      request.on("data", onData);
      request.on("end", () => resolve(chunks.length === 0 ? "" : new TextDecoder().decode(concat(chunks))));
      request.on("error", reject);
      request.on("close", () => reject(new Error("The request broke off.")));
    }).finally(() => {
      this.#waitingBytes -= size;
      chunks.length = 0;
    });
  }
}

async function respond(
  gateway: RestGateway,
  bodies: BodyReader,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const header = headerOf(request);
  const body = await bodies.read(request);
  const { method = "GET", url: target = "/" } = request;
  const answer = body === undefined
    ? gateway.tooLong({ header })
    : await gateway.answer({ method, target, header, body });
  response.writeHead(answer.status, {
    ...answer.headers,
    ...(answer.body === undefined ? {} : { "content-length": encoder.encode(answer.body).length }),
    ...(body === undefined ? { connection: "close" } : {}),
  });
  if (body === undefined) sayAndClose(request, response, answer.body);
  else response.end(answer.body);
}

/** Says why, reads on for a while without keeping anything, and closes the connection. */
function sayAndClose(request: IncomingMessage, response: ServerResponse, body: string | undefined): void {
  let ignored = 0;
  const timer = systemClock.setTimer(() => request.socket.destroy(), GOODBYE_MS);
  request.on("close", () => timer.clear());
  request.on("data", (chunk: Uint8Array) => {
    ignored += chunk.length;
    if (ignored > MOST_IGNORED_BYTES) request.pause();
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

function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** Listens. */
export async function serve(
  gateway: RestGateway,
  sockets: WebSocketGateway,
  hostname: string,
  port: number,
): Promise<RunningServer> {
  // A name that bundlers cannot see: for Workers this module is dead weight, but must not break the bundle.
  const specifier = "node:http";
  const { createServer } = await import(specifier) as typeof import("node:http");
  const open = new Set<Socket>();
  const bodies = new BodyReader();
  const server = createServer((request, response) => {
    respond(gateway, bodies, request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 30_000;
  server.on("upgrade", (request, socket) => {
    const { method = "GET", url: target = "/" } = request;
    void sockets.upgrade({ method, target, header: headerOf(request) }, socket);
  });
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, resolve);
  });
  let closing: Promise<void> | undefined;
  return {
    hostname,
    port: (server.address() as AddressInfo).port,
    close() {
      return closing ??= new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections?.();
        for (const socket of open) socket.destroy();
      });
    },
  };
}
