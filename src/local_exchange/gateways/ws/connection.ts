/** One WebSocket connection as its server has it: frames, pings, faults. */
import { closePayload } from "./client_frames.ts";
import type { Clock, ClockTimer } from "../../../base/clock.ts";
import type { ByteSocket } from "../../../runtime/builtin.ts";
import { type ConnectionFault, type FrameFault, FrameFaults } from "./faults.ts";
import { encodeFrame, OPCODE, textOf, WireFrameReader } from "./framing.ts";
import { ProtocolError } from "./protocol_error.ts";

/** Kalshi pings this often, and says this. */
const PING_MS = 10_000;
const PING_TEXT = "heartbeat";
const MOST_BYTES = 16 * 1024 * 1024;
/** With more than this unsent, a reader is too slow. */
const BUFFER_BYTES = 32 * 1024 * 1024;

/** What a connection is made from. */
export interface ConnectionOptions {
  readonly socket: ByteSocket<Uint8Array>;
  readonly clock: Clock;
  readonly onText: (text: string) => void;
  readonly onEnd: () => void;
}

/**
 * - `open`: it is read and written.
 * - `broken`: the client broke the protocol, and nothing more of what it sends is read.
 * - `deaf`: neither side hears of the other any longer, and nobody says so.
 * - `ended`
 */
type State = "open" | "broken" | "deaf" | "ended";

/** A connection. */
export class ServerConnection {
  readonly #socket: ByteSocket<Uint8Array>;
  readonly #clock: Clock;
  readonly #options: ConnectionOptions;
  readonly #reader = new WireFrameReader(MOST_BYTES);
  readonly #faults = new FrameFaults();
  #ping: ClockTimer | undefined;
  #goodbye: ClockTimer | undefined;
  #stalled: { readonly frames: Uint8Array[]; readonly timer: ClockTimer } | undefined;
  #state: State = "open";

  constructor(options: ConnectionOptions) {
    const { socket, clock } = options;
    this.#socket = socket;
    this.#clock = clock;
    this.#options = options;
    socket.on("data", (bytes) => this.#read(bytes));
    socket.on("error", () => this.#end());
    socket.on("close", () => this.#end());
    socket.on("end", () => this.destroy());
    this.#pingLater();
  }

  /** True when the client does not read what it is sent. */
  get isClogged(): boolean {
    return this.#socket.writableLength > BUFFER_BYTES;
  }

  /** Sends a text message, unless a fault has other plans; `channel` is undefined for answers. */
  send(text: string, channel: string | undefined): void {
    for (const message of this.#faults.apply(text, channel)) this.#write(encodeFrame(OPCODE.text, message));
  }

  /** Sends this and nothing else: text in a text frame, bytes in a binary one. */
  sendRaw(frame: string | Uint8Array): void {
    this.#write(encodeFrame(typeof frame === "string" ? OPCODE.text : OPCODE.binary, frame));
  }

  /** Makes something go wrong. */
  fail(fault: FrameFault | ConnectionFault): void {
    switch (fault.fault) {
      case "stall": {
        const frames = this.#stalled?.frames ?? [];
        this.#stalled?.timer.clear();
        const timer = this.#clock.setTimer(() => {
          this.#stalled = undefined;
          for (const frame of frames) this.#write(frame);
        }, fault.forMs);
        this.#stalled = { frames, timer };
        return;
      }
      case "half-open":
        if (this.#state !== "ended") this.#state = "deaf";
        return;
      case "close":
        return this.close(fault.code, fault.reason);
      case "cut":
        this.#socket.destroy();
        return this.#end();
      case "bad-frame":
        this.#write(new Uint8Array([0xf1, 0x02, 0x7b, 0x7d]));
        return;
      case "cut-frame":
        this.#write(new Uint8Array([0x81, 0x7e, 0x40, 0x00, 0x7b]));
        return void this.#socket.end();
      default:
        return this.#faults.add(fault);
    }
  }

  /** Forgets the faults that wait for frames. */
  clearFaults(): void {
    const held = this.#faults.clear();
    if (held !== undefined) this.#write(encodeFrame(OPCODE.text, held));
  }

  /** Sends a close frame and ends the connection when the client has answered, or half a second later. */
  close(code: number, reason?: string): void {
    this.#write(encodeFrame(OPCODE.close, closePayload(code, reason ?? "")));
    this.#goodbye ??= this.#clock.setTimer(() => this.destroy(), 500);
  }

  /** Ends the connection. */
  destroy(): void {
    this.#socket.destroy();
    this.#end();
  }

  #pingLater(): void {
    this.#ping = this.#clock.setTimer(() => {
      this.#write(encodeFrame(OPCODE.ping, PING_TEXT));
      this.#pingLater();
    }, PING_MS);
  }

  #write(frame: Uint8Array): void {
    if (this.#state === "ended" || this.#state === "deaf") return;
    if (this.#stalled !== undefined) this.#stalled.frames.push(frame);
    // Who has pings and commands answered and never reads the answers is not listened to for ever.
    else if (this.#socket.writableLength > 2 * BUFFER_BYTES) this.destroy();
    else this.#socket.write(frame);
  }

  #read(bytes: Uint8Array): void {
    if (this.#state !== "open") return;
    try {
      for (const { opcode, payload } of this.#reader.push(bytes)) {
        if (opcode === OPCODE.text || opcode === OPCODE.binary) this.#options.onText(textOf(payload));
        else if (opcode === OPCODE.ping) this.#write(encodeFrame(OPCODE.pong, payload));
        else if (opcode === OPCODE.close) {
          this.#write(encodeFrame(OPCODE.close, payload.subarray(0, 2)));
          this.#socket.end();
          this.#end();
        }
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      if (this.#state === "open") this.#state = "broken";
      this.close(error.code, error.message);
      this.#socket.end();
    }
  }

  #end(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#ping?.clear();
    this.#goodbye?.clear();
    this.#stalled?.timer.clear();
    this.#options.onEnd();
  }
}
