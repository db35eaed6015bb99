/**
 * A port that refuses connections, and that nobody else can listen on meanwhile: the near end of a connection holds
 * it. The port of a server that has been stopped may be another's a moment later.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import type { ThingImplementation } from "../bed_things.ts";

export async function start(): Promise<ThingImplementation> {
  const server = createServer((socket) => void socket.on("error", () => {})).listen(0, "127.0.0.1");
  await once(server, "listening");
  const holder = connect((server.address() as AddressInfo).port, "127.0.0.1").on("error", () => {});
  await once(holder, "connect");
  const port = holder.localPort ?? 0;
  return {
    methods: { port: () => port },
    async stop() {
      holder.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
