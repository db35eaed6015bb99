/** FIX on a TCP port, over `node:net` and `node:tls`, which Deno, Bun and Node all have. */
import type { Server, Socket } from "node:net";
import type { FixGateway } from "./gateways/fix/gateway.ts";
import { listen, type RunningServer } from "./listening.ts";
import type { ByteSocket } from "../runtime/builtin.ts";
import type { LocalTlsIdentity } from "./types.ts";

/** Listens; with an identity only to TLS. */
export async function serveFix(
  gateway: FixGateway,
  { hostname, port, tls }: {
    readonly hostname: string;
    readonly port: number;
    readonly tls: LocalTlsIdentity | undefined;
  },
): Promise<RunningServer> {
  const take = (socket: Socket) => {
    socket.setNoDelay(true);
    gateway.accept(socket as unknown as ByteSocket<Uint8Array>);
  };
  const server = await listenerOf(tls, take);
  server.on("connection", (socket: Socket) => {
    socket.on("error", () => {});
  });
  return await listen(server, hostname, port);
}

// Names that bundlers cannot see: for Workers these modules are dead weight, but must not break the bundle.
async function listenerOf(
  tls: LocalTlsIdentity | undefined,
  take: (socket: Socket) => void,
): Promise<Server> {
  if (tls === undefined) {
    const specifier = "node:net";
    const { createServer } = await import(specifier) as typeof import("node:net");
    return createServer(take);
  }
  const specifier = "node:tls";
  const { createServer } = await import(specifier) as typeof import("node:tls");
  const server = createServer({ cert: tls.cert, key: tls.key, minVersion: "TLSv1.2" }, take);
  // Who does not speak TLS, or does not trust the certificate, is gone by itself.
  server.on("tlsClientError", () => {});
  return server;
}
