import { readOwn } from "../base/plain.ts";
import { systemClock } from "../base/clock.ts";
import { KalshiConnectionError } from "../base/errors.ts";
import { deadline, onAborted } from "../base/waits.ts";
import { builtin, type ByteSocket, type NodeBytes, type NodeSocket } from "./builtin.ts";
import { connectError, messageOf } from "./connect_failure.ts";
import { assertTrusted, beginTls } from "./node_tls.ts";
import type { Settings } from "./options.ts";
import { assertTrust } from "./tls_trust.ts";
import type { ByteStream, TcpConnectOptions } from "./types.ts";

/** How long the runtime may take to tell that a socket is gone that was destroyed. Deno may not tell at all. */
const CLOSE_WAIT_MS = 1_000;

/** `parts` one after the other, `length` bytes in all. */
export function joinBytes(parts: readonly Uint8Array[], length: number): NodeBytes {
  return builtin("node:buffer").Buffer.concat(parts, length);
}

/** Waits for `event`; an error, an end or the signal comes first as a rejection, and the socket is destroyed. */
function ready(
  socket: NodeSocket,
  event: "connect" | "secureConnect" | "data",
  what: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const done = () => {
      socket.off(event, succeed);
      socket.off("error", fail);
      socket.off("close", end);
      unheard();
    };
    const give = (reason: unknown) => {
      done();
      socket.destroy();
      reject(reason);
    };
    const succeed = (chunk?: Uint8Array) => {
      done();
      resolve(chunk);
    };
    const fail = (cause: Error) => give(connectError(what, cause));
    const end = () =>
      give(
        new KalshiConnectionError(`Cannot connect to ${what}: it closed the connection.`, { reason: "cut" }),
      );
    const abort = () => give(signal?.reason);
    const unheard = onAborted(signal, () => abort());
    if (signal?.aborted) return abort();
    socket.on(event, succeed);
    socket.on("error", fail);
    socket.on("close", end);
  });
}

/** Asks the proxy for a connection to `authority`. What it is told here, the exchange never sees. */
async function tunnel(
  proxy: NonNullable<Settings["proxy"]>,
  authority: string,
  signal: AbortSignal | undefined,
): Promise<NodeSocket> {
  const what = `${authority} through the proxy ${proxy.url}`;
  const socket = builtin("node:net").connect({
    host: bare(proxy.hostname),
    port: proxy.port,
    path: undefined,
  });
  socket.on("error", () => {});
  await ready(socket, "connect", what, signal);
  const credentials = proxy.authorization ? `Proxy-Authorization: ${proxy.authorization}\r\n` : "";
  socket.write(
    new TextEncoder().encode(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${credentials}\r\n`),
  );
  let answer = "";
  while (!answer.includes("\r\n\r\n") && answer.length < 16_384) {
    const chunk = await ready(socket, "data", what, signal);
    answer += new TextDecoder("latin1").decode(chunk);
  }
  socket.pause();
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1];
  if (status?.startsWith("2") && answer.endsWith("\r\n\r\n")) return socket;
  socket.destroy();
  throw new KalshiConnectionError(
    status === "407"
      ? `The proxy ${proxy.url} asks for a user name and password that it accepts (status 407).`
      : `The proxy ${proxy.url} refused a connection to ${authority} (status ${status ?? "unknown"}).`,
    { reason: "proxy" },
  );
}

function bare(hostname: string): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}

/** Opens a socket, through TLS and the proxy where asked. `protocols` are offered by ALPN. */
export async function dial(
  target: TcpConnectOptions,
  settings: Settings,
  protocols?: readonly string[],
): Promise<NodeSocket> {
  const { hostname, port, tls, ca = [], pins, signal } = readOwn(target);
  signal?.throwIfAborted();
  const authority = `${hostname}:${port}`;
  const host = bare(hostname);
  const under = settings.proxy && await tunnel(settings.proxy, authority, signal);
  let socket: NodeSocket;
  if (tls) {
    try {
      socket = beginTls({ host, port, under, protocols, ca: [...settings.caCertificates ?? [], ...ca] });
    } catch (error) {
      under?.destroy();
      throw error;
    }
    socket.on("error", () => {});
    await ready(socket, "secureConnect", authority, signal);
    try {
      assertTrusted(socket, authority, { pins });
    } catch (error) {
      socket.destroy();
      throw error;
    }
  } else if (under) {
    socket = under;
  } else {
    socket = builtin("node:net").connect({ host, port, path: undefined });
    socket.on("error", () => {});
    await ready(socket, "connect", authority, signal);
  }
  socket.setNoDelay(true);
  return socket;
}

/** Opens a TCP or TLS connection as a pair of streams. */
export async function connectTcp(options: TcpConnectOptions, settings: Settings): Promise<ByteStream> {
  const own = readOwn(options);
  assertTrust("connectTcp", own);
  return streamOf(await dial(own, settings));
}

/** A socket as a pair of streams. */
export function streamOf(socket: ByteSocket<Uint8Array>): ByteStream {
  let failure: Error | undefined;
  let over = false;
  const settle: ((error: Error) => void)[] = [];
  /** Nothing goes out any more: a socket that is destroyed may forget its callbacks, and even to tell of its end. */
  const fail = (error: Error) => {
    failure ??= error;
    for (const reject of settle.splice(0)) reject(failure);
  };
  let gone = () => {};
  const closed = new Promise<void>((resolve) => gone = resolve);

  const readable = new ReadableStream<Uint8Array>({
    start(controller) {
      const finish = () => {
        if (over) return;
        over = true;
        if (failure) controller.error(failure);
        else controller.close();
      };
      socket.on("data", (chunk) => {
        if (over) return;
        controller.enqueue(chunk);
        if ((controller.desiredSize ?? 0) <= 0) socket.pause();
      });
      socket.on("end", finish);
      socket.on("error", (cause) => {
        failure = new KalshiConnectionError(`The connection broke: ${messageOf(cause)}.`, {
          cause,
          outcome: "unknown",
        });
        finish();
      });
      socket.on("close", () => {
        finish();
        fail(closedError());
        gone();
      });
    },
    pull: () => socket.resume(),
    cancel() {
      over = true;
      socket.destroy();
    },
  }, { highWaterMark: 16 });

  const flushed = (start: (done: (error?: Error | null) => void) => void) =>
    new Promise<void>((resolve, reject) => {
      if (failure) return reject(failure);
      settle.push(reject);
      start((error) => {
        const at = settle.indexOf(reject);
        if (at >= 0) settle.splice(at, 1);
        if (error) reject(error);
        else resolve();
      });
    });
  const writable = new WritableStream<Uint8Array>({
    write: (chunk) => flushed((done) => void socket.write(chunk, done)),
    close: () => flushed((done) => socket.end(undefined, done)),
    abort: () => socket.destroy(),
  });

  return {
    readable,
    writable,
    close() {
      socket.destroy();
      fail(closedError());
      return deadline(systemClock, CLOSE_WAIT_MS, closed, closedError).catch(() => {});
    },
  };
}

function closedError(): KalshiConnectionError {
  return new KalshiConnectionError("The connection is closed.", { outcome: "unknown" });
}
