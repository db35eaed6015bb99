/** A TCP server that answers as it is told and counts what it received, request by request. */
import { Buffer } from "node:buffer";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { ThingImplementation } from "../bed_things.ts";
import { bomb, type BombOptions, explode } from "./peers/bomb.mjs";

/** What to do with a request once it has arrived whole. */
export interface Answer {
  /** Write these bytes (UTF-8), then go on; `null` writes nothing. */
  readonly write?: string | null;
  /** Write these bytes, given in base64, after `write`. */
  readonly base64?: string;
  /** Write a body without an end after `write`. */
  readonly bomb?: BombOptions;
  /** Then: keep the connection, end it (FIN), or reset it (RST). */
  readonly then?: "keep" | "end" | "reset";
  /** Wait this long first. */
  readonly delayMs?: number;
  /** Wait until the test calls `release`. */
  readonly hold?: boolean;
}

/** One request as it came over the wire. */
export interface Received {
  readonly connection: number;
  readonly head: string;
  readonly body: string;
}

const okAnswer: Answer = {
  write: "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}",
};

/** Takes one whole request from the front of `buffer`, with a content-length or a chunked body. */
function takeRequest(buffer: string): { head: string; body: string; rest: string } | undefined {
  const end = buffer.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const head = buffer.slice(0, end);
  const after = buffer.slice(end + 4);
  if (/^transfer-encoding:.*chunked/im.test(head)) {
    let body = "";
    let at = 0;
    while (true) {
      const line = after.indexOf("\r\n", at);
      if (line === -1) return undefined;
      const size = Number.parseInt(after.slice(at, line), 16);
      const next = line + 2 + size + 2;
      if (after.length < next) return undefined;
      if (size === 0) return { head, body, rest: after.slice(next) };
      body += after.slice(line + 2, line + 2 + size);
      at = next;
    }
  }
  const length = Number(/^content-length:\s*(\d+)/im.exec(head)?.[1] ?? 0);
  if (after.length < length) return undefined;
  return { head, body: after.slice(0, length), rest: after.slice(length) };
}

/** Starts it. `answers` are used in turn, request by request; the last one again and again. */
export async function start(options: { readonly answers?: Answer[] } = {}): Promise<ThingImplementation> {
  let answers = options.answers ?? [okAnswer];
  let received: Received[] = [];
  let connections = 0;
  let answered = 0;
  let sent = 0;
  let held: (() => void)[] = [];
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    const connection = ++connections;
    open.add(socket);
    let buffer = "";
    socket.setEncoding("latin1");
    socket.on("error", () => {});
    socket.on("close", () => open.delete(socket));
    socket.on("data", (text: string) => {
      buffer += text;
      for (let taken = takeRequest(buffer); taken !== undefined; taken = takeRequest(buffer)) {
        buffer = taken.rest;
        received.push({ connection, head: taken.head, body: taken.body });
        const answer = answers[Math.min(answered++, answers.length - 1)] ?? okAnswer;
        const act = () => {
          const bytes = Buffer.concat([
            Buffer.from(answer.write ?? ""),
            Buffer.from(answer.base64 ?? "", "base64"),
          ]);
          if (bytes.length > 0) socket.write(bytes);
          if (answer.bomb !== undefined) explode(socket, bomb(answer.bomb), (length) => sent += length);
          if (answer.then === "end") socket.end();
          if (answer.then === "reset") socket.resetAndDestroy();
        };
        if (answer.hold) held.push(act);
        else setTimeout(act, answer.delayMs ?? 0);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    methods: {
      port: () => (server.address() as AddressInfo).port,
      received: () => received,
      openConnections: () => open.size,
      connections: () => connections,
      /** How many bytes of bombs were written since the last answers were set. */
      sent: () => sent,
      /** Gives the answers that were held. */
      release() {
        const waiting = held;
        held = [];
        for (const act of waiting) act();
      },
      setAnswers: (next: Answer[]) => {
        answers = next;
        answered = 0;
        received = [];
        sent = 0;
      },
    },
    stop() {
      for (const socket of open) socket.destroy();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
