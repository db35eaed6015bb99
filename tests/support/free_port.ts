/** Ports for servers that must be told theirs. */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Starts a server on a free port; on another one when somebody took it in the meantime. */
export async function onFreePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let left = 20;; left--) {
    try {
      return await start(await freePort());
    } catch (error) {
      if (left === 0 || !/in use|EADDRINUSE/i.test(String(error))) throw error;
    }
  }
}
