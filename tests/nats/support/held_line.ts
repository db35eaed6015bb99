/** A line to a server that can be held: what is sent arrives when it is released. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface HeldLine extends AsyncDisposable {
  readonly port: number;
  hold(): void;
  release(): void;
}

/** Starts one before a port of this machine. */
export async function startHeldLine(port: number): Promise<HeldLine> {
  const sockets = new Set<Socket>();
  let isHeld = false;
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const [one, other] of [[near, far], [far, near]] as const) {
      sockets.add(one);
      one.on("data", (data) => other.write(data));
      one.on("error", () => {});
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
      if (isHeld) one.pause();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const all = (act: (socket: Socket) => void) => {
    for (const socket of sockets) act(socket);
  };
  return {
    port: (server.address() as AddressInfo).port,
    hold() {
      isHeld = true;
      all((socket) => socket.pause());
    },
    release() {
      isHeld = false;
      all((socket) => socket.resume());
    },
    async [Symbol.asyncDispose]() {
      all((socket) => socket.destroy());
      server.close();
      await once(server, "close");
    },
  };
}
