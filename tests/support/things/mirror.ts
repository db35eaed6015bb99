/**
 * A hostile server: it sends the secrets of a request, and of those before it on the same path, back in the place and
 * the spelling that the path names, or for a WebSocket the field `x-mirror`. A path that ends in `/again` is answered with 503 the first time.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { ThingImplementation } from "../bed_things.ts";
import { type Mirrored, PLACES, SPELLINGS } from "../mirror.ts";

const places = Object.values(PLACES) as readonly ((text: string) => Mirrored)[];
const spellings = Object.values(SPELLINGS) as readonly ((text: string) => string)[];
const secretField = /^(?:kalshi-access-signature|authorization|x-desk-token|x-plain): (.*)$/gim;

/** Letters beyond ASCII as the bytes that they stand for in UTF-8. */
function bytesOf(answer: Mirrored): Buffer {
  if (typeof answer === "string") return Buffer.from(answer);
  const { status, headers = {}, body = "", binary = false } = answer;
  const content = Buffer.concat([
    binary ? Buffer.from([0xff, 0xfe, 0x80]) : Buffer.alloc(0),
    Buffer.from(body),
  ]);
  const fields = Object.entries({ ...headers, "content-length": content.length });
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Status\r\n${lines}\r\n`), content]);
}

function frame(opcode: number, payload: Buffer): Buffer {
  const length = payload.length < 126
    ? [payload.length]
    : [126, payload.length >> 8 & 255, payload.length & 255];
  return Buffer.concat([Buffer.from([0x80 | opcode, ...length]), payload]);
}

/** What a WebSocket is told: the secret as the reason of a close frame, as an error, or as what is no frame. */
function talk(socket: Socket, how: string, key: string, said: string): void {
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
  );
  const close = () => {
    const reason = Buffer.from(said).subarray(0, 120);
    socket.write(frame(8, Buffer.concat([Buffer.from([0x0f, 0xa0]), reason])));
  };
  if (how === "close") return close();
  // It answers the first command.
  socket.once("data", () => {
    const msg = { code: 6, msg: said };
    if (how === "refuse") socket.write(frame(1, Buffer.from(JSON.stringify({ id: 1, type: "error", msg }))));
    if (how === "error") socket.write(frame(1, Buffer.from(JSON.stringify({ type: "error", msg }))));
    if (how === "garbage") socket.write(frame(1, Buffer.from(`{"type":"${said}`)));
    close();
  });
}

/** Starts it. */
export async function start(): Promise<ThingImplementation> {
  const heads = new Map<string, string[]>();
  const open = new Set<Socket>();
  const answer = (socket: Socket, head: string) => {
    const path = /^x-mirror: (.*)$/im.exec(head)?.[1] ?? head.split(" ")[1] ?? "";
    const before = heads.get(path) ?? [];
    heads.set(path, [...before, head]);
    if (path.endsWith("/again") && before.length === 0) {
      socket.write("HTTP/1.1 503 Status\r\ncontent-length: 2\r\n\r\n{}");
      return;
    }
    const secrets = [...before, head].flatMap((head) =>
      [...head.matchAll(secretField)].map(([, value]) => value)
    );
    const [, place, spelling] = /\/mirror\/([^/]+)\/(\d+)/.exec(path) ?? [];
    const said = spellings[Number(spelling)]?.(secrets.join(" ")) ?? "";
    const key = /^sec-websocket-key: (.*)$/im.exec(head)?.[1];
    if (key !== undefined && Number.isNaN(Number(place))) return talk(socket, place ?? "", key, said);
    const mirrored = places[Number(place)]?.(said) ?? "";
    if (typeof mirrored === "string" || key !== undefined) socket.end(bytesOf(mirrored));
    else socket.write(bytesOf(mirrored));
  };
  const server = createServer((socket) => {
    open.add(socket);
    let text = "";
    socket.on("error", () => {});
    socket.on("close", () => open.delete(socket));
    socket.setEncoding("latin1");
    const onData = (chunk: string) => {
      text += chunk;
      for (let end = text.indexOf("\r\n\r\n"); end !== -1; end = text.indexOf("\r\n\r\n")) {
        const head = text.slice(0, end);
        text = text.slice(end + 4);
        if (/^upgrade: websocket/im.test(head)) socket.off("data", onData);
        answer(socket, head);
      }
    };
    socket.on("data", onData);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    methods: { port: () => (server.address() as AddressInfo).port },
    stop() {
      for (const socket of open) socket.destroy();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
