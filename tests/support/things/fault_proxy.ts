/**
 * A TCP proxy before a server that speaks HTTP/1.1, on which requests and answers get lost in every way that a
 * network and a gateway know. What happens to a request depends on the seed, on what it says and on how often it
 * came, not on what others do meanwhile.
 */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { ThingImplementation } from "../bed_things.ts";
import { type FaultProxyOptions, type Passed, realFaults } from "../fault_proxy.ts";

interface Message {
  readonly head: string;
  readonly body: string;
  readonly length: number;
}

/** The message at the front of `text` (Latin 1), when it is there to its end. */
function takeMessage(text: string): Message | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const head = text.slice(0, end);
  let at = end + 4;
  if (/^transfer-encoding:.*chunked/im.test(head)) {
    for (let body = "";;) {
      const line = text.indexOf("\r\n", at);
      if (line === -1) return undefined;
      const size = Number.parseInt(text.slice(at, line), 16);
      at = line + 2 + size + 2;
      if (text.length < at) return undefined;
      body += text.slice(line + 2, line + 2 + size);
      if (size === 0) return { head, body, length: at };
    }
  }
  const length = at + Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  return text.length < length ? undefined : { head, body: text.slice(at, length), length };
}

/** FNV-1a, then a mixer: numbers from 0 to 1 that hang on a text alone. */
function createChance(text: string): () => number {
  let state = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  }
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) / 0x1_0000_0000;
  };
}

function statusAnswer(status: number): string {
  const body = JSON.stringify(
    status === 429
      ? { error: "too many requests" }
      : { code: status === 503 ? "service_unavailable" : "internal_server_error", message: "injected" },
  );
  return `HTTP/1.1 ${status} Injected\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

/** Starts it. */
export async function start(
  options: FaultProxyOptions & { readonly port: number },
): Promise<ThingImplementation> {
  const { port, seed = 1, kinds = realFaults, delayMs = 10 } = options;
  let { rate = 0.2 } = options;
  const open = new Set<Socket>();
  const times = new Map<string, number>();
  const timers = new Set<ReturnType<typeof setTimeout>>();
  let log: Passed[] = [];
  let busy = 0;

  const wait = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        resolve();
      }, ms);
      timers.add(timer);
    });

  function track(socket: Socket): Socket {
    open.add(socket);
    socket.setEncoding("latin1").setNoDelay(true);
    return socket.on("error", () => {}).on("close", () => open.delete(socket));
  }

  /** A connection to the server, which answers one request at a time. */
  function connectUpstream(): (bytes: string) => Promise<string> {
    const socket = track(connect(port, "127.0.0.1"));
    let buffer = "";
    let waiting: { resolve(answer: string): void; reject(error: Error): void } | undefined;
    socket.on("data", (text: string) => {
      buffer += text;
      const message = takeMessage(buffer);
      if (message === undefined) return;
      waiting?.resolve(buffer.slice(0, message.length));
      buffer = buffer.slice(message.length);
    });
    socket.on("close", () => waiting?.reject(new Error("The server closed the connection.")));
    return (bytes) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(bytes, "latin1");
      });
  }

  function choose(method: string, path: string, body: string) {
    const text = `${seed} ${method} ${path} ${body}`;
    const time = times.get(text) ?? 0;
    times.set(text, time + 1);
    const chance = createChance(`${text} ${time}`);
    const pick = <T>(list: readonly T[]) => list[Math.floor(chance() * list.length)] as T;
    const heldMs = chance() < 0.1 ? chance() * delayMs : 0;
    let fault = chance() < rate ? pick(kinds) : undefined;
    // These take the client's patience, all of it, so that they come a quarter as often as the others.
    if (fault === "stall" && chance() < 0.75) fault = pick(kinds);
    return { fault, heldMs, chance, pick };
  }

  async function pass(client: Socket, request: Message, forward: () => Promise<string>, bytes: string) {
    const [method = "", target = ""] = request.head.split(" ", 2);
    const path = target.split("?", 1)[0] ?? "";
    const { fault, heldMs, chance, pick } = choose(method, path, request.body);
    const forwarded = fault !== "cut-before" && fault !== "status-before";
    log.push({ method, path, body: request.body, fault, forwarded });
    if (heldMs > 0) await wait(heldMs);
    const answer = (text: string) => client.write(text, "latin1");
    if (fault === "cut-before") client.resetAndDestroy();
    if (fault === "status-before") answer(statusAnswer(pick([500, 503, 429])));
    if (!forwarded) return;
    if (fault === "late") {
      client.resetAndDestroy();
      await wait(1 + chance() * 30);
      await connectUpstream()(bytes);
      return;
    }
    const real = await forward();
    if (fault === undefined) answer(real);
    if (fault === "cut-after") client.resetAndDestroy();
    if (fault === "status-after") answer(statusAnswer(pick([500, 503])));
    if (fault === "limited-after") answer(statusAnswer(429));
    if (fault === "cut-answer") {
      answer(real.slice(0, 1 + Math.floor(chance() * (real.length - 1))));
      if (chance() < 0.5) return void client.end();
      // At once, a reset would throw away what is still on its way to the client.
      await wait(1);
      client.resetAndDestroy();
    }
  }

  const server = createServer((client) => {
    track(client);
    let upstream: ((bytes: string) => Promise<string>) | undefined;
    let buffer = "";
    client.on("data", (text: string) => {
      buffer += text;
      for (let message = takeMessage(buffer); message !== undefined; message = takeMessage(buffer)) {
        const bytes = buffer.slice(0, message.length);
        buffer = buffer.slice(message.length);
        busy++;
        pass(client, message, () => (upstream ??= connectUpstream())(bytes), bytes)
          .catch(() => client.destroy())
          .finally(() => busy--);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    methods: {
      port: () => (server.address() as AddressInfo).port,
      setRate: (next: number) => {
        rate = next;
      },
      /** What passed since the last call. */
      takeLog: () => {
        const taken = log;
        log = [];
        return taken;
      },
      /** Whether requests are under way to the server, those of connections that are cut among them. */
      isBusy: () => busy > 0,
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
      for (const socket of open) socket.destroy();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
