/** The exchange on a TCP port, over `node:http`, which Deno, Bun and Node all have. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Gateway } from "./gateway.ts";
import type { WebSocketEndpoint } from "./ws/endpoint.ts";

/** A listening server. */
export interface RunningServer {
  readonly hostname: string;
  readonly port: number;
  close(): Promise<void>;
}

async function respond(gateway: Gateway, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const answer = await gateway.answer({
    method: request.method ?? "GET",
    target: request.url ?? "/",
    header: headerOf(request),
    body: chunks.length === 0 ? "" : new TextDecoder().decode(concat(chunks)),
  });
  response.writeHead(answer.status, {
    ...answer.headers,
    ...(answer.body === undefined ? {} : { "content-length": new TextEncoder().encode(answer.body).length }),
  });
  response.end(answer.body);
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
  gateway: Gateway,
  sockets: WebSocketEndpoint,
  hostname: string,
  port: number,
): Promise<RunningServer> {
  // A name that bundlers cannot see: for Workers this module is dead weight, but must not break the bundle.
  const specifier = "node:http";
  const { createServer } = await import(specifier) as typeof import("node:http");
  const open = new Set<Socket>();
  const server = createServer((request, response) => {
    respond(gateway, request, response).catch(() => response.destroy());
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
