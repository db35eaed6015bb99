/** How the handshake of a WebSocket is refused. */
import { systemClock } from "../../../base/clock.ts";
import type { ByteSocket } from "../../../runtime/builtin.ts";

/** How long who was refused may take to read it. */
const GOODBYE_MS = 2_000;

const encoder = new TextEncoder();

/** Says no, and closes the connection when that was read, or soon after, whatever else comes. */
export function refuseSocket(
  socket: ByteSocket<Uint8Array>,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  socket.end(
    encoder.encode(
      `HTTP/1.1 ${status} Refused\r\nContent-Type: application/json\r\nConnection: close\r\n` +
        Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("") +
        `Content-Length: ${encoder.encode(text).length}\r\n\r\n${text}`,
    ),
  );
  const timer = systemClock.setTimer(() => socket.destroy(), GOODBYE_MS);
  socket.on("close", () => timer.clear());
  socket.on("end", () => socket.destroy());
  socket.resume();
}
