/** The runtime of a replay: the exchange in memory, with the way to it as long as the replay says. */
import type { ClockTimer } from "../../base/clock.ts";
import { closeCodes } from "../../base/close_codes.ts";
import { delay, untilAborted } from "../../base/waits.ts";
import type {
  ByteStream,
  HttpPool,
  HttpPoolRequest,
  PoolResponse,
  Runtime,
  RuntimeWebSocket,
  SigningKey,
  SignText,
  TcpConnectOptions,
  WebSocketConnectOptions,
  WebSocketHandlers,
} from "../../runtime/types.ts";
import type { ReplayClock } from "./clock.ts";
import type { Latency, Way } from "./latency.ts";

/** What a runtime of a replay is made from. */
export interface ReplayRuntimeOptions {
  /** The exchange in memory. */
  readonly network: Runtime;
  readonly clock: ReplayClock;
  readonly latency: Latency;
  /** What signs at once for a key of the replay's; undefined for another key. */
  sealOf(pkcs8: Uint8Array): ((text: string) => string) | undefined;
}

/** One direction of one connection: what goes in first comes out first, later. */
class Lane {
  readonly #options: ReplayRuntimeOptions;
  readonly #way: Way;
  #queue: { readonly at: number; readonly act: () => void }[] = [];
  #timer: ClockTimer | undefined;
  #lastAt = 0;

  constructor(options: ReplayRuntimeOptions, way: Way) {
    this.#options = options;
    this.#way = way;
  }

  /** Does something when it has come through. */
  push(act: () => void): void {
    const { clock, latency } = this.#options;
    if (!latency.takesTime(this.#way)) {
      this.#flush();
      return act();
    }
    const at = this.#lastAt = Math.max(this.#lastAt, clock.now() + latency.draw(this.#way));
    this.#queue.push({ at, act });
    if (this.#timer === undefined) this.#wait();
  }

  /** What is on its way does not come. */
  clear(): void {
    this.#timer?.clear();
    this.#queue = [];
  }

  /** What is on its way arrives now. */
  #flush(): void {
    if (this.#queue.length === 0) return;
    this.#timer?.clear();
    this.#timer = undefined;
    const queue = this.#queue;
    this.#queue = [];
    for (const { act } of queue) act();
  }

  #wait(): void {
    const { clock } = this.#options;
    const [first] = this.#queue;
    this.#timer = first && clock.setTimer(() => {
      for (let next = this.#queue[0]; next !== undefined && next.at <= first.at; next = this.#queue[0]) {
        this.#queue.shift();
        next.act();
      }
      this.#wait();
    }, first.at - clock.now());
  }
}

/** Makes the runtime of a replay. */
export function replayRuntime(options: ReplayRuntimeOptions): Runtime {
  const { network } = options;
  return {
    ...network,
    name: "the runtime of a replay",
    createHttpPool: (given) => delayedPool(options, network.createHttpPool(given)),
    connectWebSocket: (url, handlers, given) => delayedSocket(options, url, handlers, given),
    connectTcp: (given) => delayedTcp(options, given),
    createSigner: (key, webCrypto) => signerOf(options, key, webCrypto),
  };
}

/** Keys of the replay sign at once; the clock waits for what others do in another thread. */
function signerOf({ sealOf, clock }: ReplayRuntimeOptions, key: SigningKey, webCrypto: SignText): SignText {
  const seal = sealOf(key.pkcs8);
  return seal === undefined ? (text) => clock.hold(webCrypto(text)) : (text) => Promise.resolve(seal(text));
}

function delayedPool(options: ReplayRuntimeOptions, pool: HttpPool): HttpPool {
  return { ...pool, fetch: (url, request) => delayedFetch(options, pool, url, request) };
}

async function delayedFetch(
  { clock, latency }: ReplayRuntimeOptions,
  pool: HttpPool,
  url: string,
  request: HttpPoolRequest,
): Promise<PoolResponse> {
  const { signal } = request;
  signal?.throwIfAborted();
  if (latency.takesTime("order")) {
    // What has left arrives, also when whoever sent it waits no longer.
    const arrived = delay(clock, latency.draw("order")).then(() =>
      pool.fetch(url, { ...request, signal: undefined })
    );
    return await untilAborted(answered(arrived), signal);
  }
  return await untilAborted(answered(pool.fetch(url, request)), signal);

  async function answered(answer: Promise<PoolResponse>): Promise<PoolResponse> {
    const response = await answer;
    if (latency.takesTime("answer")) await delay(clock, latency.draw("answer"));
    return response;
  }
}

async function delayedSocket(
  options: ReplayRuntimeOptions,
  url: string,
  handlers: WebSocketHandlers,
  given: WebSocketConnectOptions | undefined,
): Promise<RuntimeWebSocket> {
  const { network, clock, latency } = options;
  const there = new Lane(options, "order");
  const back = new Lane(options, "feed");
  let isEnded = false;
  const onClose: WebSocketHandlers["onClose"] = (info) => {
    if (isEnded) return;
    isEnded = true;
    handlers.onClose(info);
  };
  const { onPong } = handlers;
  if (latency.takesTime("order")) await untilAborted(delay(clock, latency.draw("order")), given?.signal);
  const socket = await network.connectWebSocket(url, {
    onMessage: (data, bytes) => back.push(() => isEnded || handlers.onMessage(data, bytes)),
    onClose: (info) => back.push(() => onClose(info)),
    ...(onPong && { onPong: () => back.push(() => isEnded || onPong()) }),
  }, given);
  if (latency.takesTime("answer")) await untilAborted(delay(clock, latency.draw("answer")), given?.signal);
  return {
    send: (text) => there.push(() => socket.send(text)),
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    ...(socket.ping && { ping: () => there.push(() => socket.ping?.()) }),
    close: (code, reason) => there.push(() => socket.close(code, reason)),
    terminate() {
      there.clear();
      back.clear();
      socket.terminate();
      onClose({ code: closeCodes.abnormal, reason: "" });
    },
  };
}

async function delayedTcp(options: ReplayRuntimeOptions, given: TcpConnectOptions): Promise<ByteStream> {
  const { network, clock, latency } = options;
  if (latency.takesTime("order")) await untilAborted(delay(clock, latency.draw("order")), given.signal);
  const stream = await network.connectTcp(given);
  if (!latency.isAny) return stream;
  const there = new Lane(options, "order");
  const back = new Lane(options, "answer");
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  const readable = new ReadableStream<Uint8Array>({
    start(controller) {
      const pump = async (): Promise<void> => {
        for (let read = await reader.read(); !read.done; read = await reader.read()) {
          const { value } = read;
          back.push(() => controller.enqueue(value));
        }
        back.push(() => controller.close());
      };
      pump().catch((error) => back.push(() => controller.error(error)));
    },
  });
  const writable = new WritableStream<Uint8Array>({
    write(chunk) {
      // A copy: whoever writes may use the same bytes again.
      const bytes = chunk.slice();
      // A connection that has broken says so where it is read.
      there.push(() => void writer.write(bytes).catch(() => {}));
    },
    close: () => there.push(() => void writer.close().catch(() => {})),
  });
  return {
    readable,
    writable,
    close() {
      there.clear();
      back.clear();
      return stream.close();
    },
  };
}
