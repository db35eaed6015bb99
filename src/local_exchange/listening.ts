/** A server of Node's, which Deno, Bun and Node all have, from the time it listens until its last connection has ended. */
import type { AddressInfo, Server, Socket } from "node:net";

/** A listening server. */
export interface RunningServer {
  readonly hostname: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Listens; what is connected ends with the server. */
export async function listen(server: Server, hostname: string, port: number): Promise<RunningServer> {
  const open = new Set<Socket>();
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
        if ("closeAllConnections" in server) (server.closeAllConnections as () => void)();
        for (const socket of open) socket.destroy();
      });
    },
  };
}
