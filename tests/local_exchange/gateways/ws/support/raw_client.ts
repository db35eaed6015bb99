/** A WebSocket client that is none of ours: npm `ws`, alike on Deno, Bun and Node. */
import WebSocket from "ws";
import type { KalshiAuth } from "../../../../../src/auth/mod.ts";
import type { LocalExchange } from "../../../../../src/local_exchange/mod.ts";
import { until } from "../../../../support/until.ts";
import { eventFrames, type FrameSpec } from "./async_spec.ts";

// deno-lint-ignore no-explicit-any -- frames are looked into freely; their shapes are checked by the specification
export type Frame = any;

export class RawClient implements AsyncDisposable {
  readonly frames: Frame[] = [];
  readonly texts: string[] = [];
  readonly pings: string[] = [];
  closed: { readonly code: number; readonly reason: string } | undefined;
  readonly #socket: WebSocket;
  readonly #spec: FrameSpec;
  #lastId = 0;

  private constructor(socket: WebSocket, spec: FrameSpec) {
    this.#socket = socket;
    this.#spec = spec;
    socket.on("message", (data: unknown) => {
      const text = String(data);
      this.texts.push(text);
      try {
        this.frames.push(JSON.parse(text));
      } catch {
        this.frames.push({ type: "unreadable", text });
      }
    });
    socket.on("ping", (data: unknown) => this.pings.push(String(data)));
    socket.on("close", (code: number, reason: unknown) => this.closed = { code, reason: String(reason) });
    socket.on("error", () => {});
  }

  /** Opens the WebSocket of a product: that of the event contracts unless told. */
  static async connect(
    { clock, wsBaseUrl }: Pick<LocalExchange, "clock" | "wsBaseUrl">,
    auth: KalshiAuth,
    spec = eventFrames,
  ): Promise<RawClient> {
    const { pathname } = new URL(wsBaseUrl);
    const headers = await auth.headers("GET", pathname, { timestampMs: clock.base.now() });
    const socket = new WebSocket(wsBaseUrl, { headers });
    const client = new RawClient(socket, spec);
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    return client;
  }

  /** Sends a command and resolves to the frames that came by its answer, the answer last. */
  async command(cmd: string, params?: unknown, answers = 1): Promise<Frame[]> {
    const id = ++this.#lastId;
    const from = this.frames.length;
    this.send(params === undefined ? { id, cmd } : { id, cmd, params });
    await until(() => this.frames.slice(from).filter((frame) => frame.id === id).length >= answers);
    return this.frames.slice(from);
  }

  send(command: unknown): void {
    this.#socket.send(typeof command === "string" ? command : JSON.stringify(command));
  }

  ping(): Promise<string> {
    return new Promise((resolve) => {
      this.#socket.once("pong", (data: unknown) => resolve(String(data)));
      this.#socket.ping("are you there");
    });
  }

  /** Frames of a type, once there are as many. */
  async of(type: string, count = 1): Promise<Frame[]> {
    const found = () => this.frames.filter((frame) => frame.type === type);
    await until(() => found().length >= count);
    return found();
  }

  /** Every frame so far is as specified; of each numbered subscription no number is missing. */
  check(): void {
    const last = new Map<number, number>();
    for (const frame of this.frames) {
      this.#spec.checkFrame(frame);
      if (frame.seq === undefined || frame.sid === undefined) continue;
      const before = last.get(frame.sid) ?? 0;
      if (frame.seq !== before + 1) throw new Error(`${before} was followed by ${JSON.stringify(frame)}`);
      last.set(frame.sid, frame.seq);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.closed !== undefined) return;
    this.#socket.terminate();
    await until(() => this.closed !== undefined);
  }
}
