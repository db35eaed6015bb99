/** A connection of a session, as its bytes go over a socket, with the faults that were asked for. */
import type { Clock, ClockTimer } from "../../../base/clock.ts";
import type { FixLink } from "../../../fix/session_types.ts";
import type { ByteSocket } from "../../../runtime/builtin.ts";
import { WaitingFaults } from "../../waiting_faults.ts";
import type { FixConnectionFault, FixFrameFault } from "./faults.ts";

/** How long a peer may take to read what was said last. */
const GOODBYE_MS = 2_000;
const SOH = 1;
/** `10=ccc` and SOH. */
const TRAILER_BYTES = 7;

/** More than this, and a resend waits until it is gone. */
const LITTLE_BYTES = 262_144;
/** A peer that leaves so much unread is cut off. */
const MOST_WAITING_BYTES = 64 * 1024 * 1024;

/** What gets through. */
type Passage =
  | { readonly name: "open" }
  /** Nothing goes out for a while. */
  | { readonly name: "delayed"; readonly timer: ClockTimer; readonly waiting: Uint8Array[] }
  | { readonly name: "silent" }
  | { readonly name: "half-open" };

/** One connection. */
export class ServerLink implements FixLink {
  readonly #socket: ByteSocket<Uint8Array>;
  readonly #clock: Clock;
  readonly #faults = new WaitingFaults<FixFrameFault>();
  #passage: Passage = { name: "open" };
  #isClosed = false;
  /** Bytes that the socket has not sent yet. */
  #waitingBytes = 0;
  /** Who waits until they are gone. */
  #drained: (() => void)[] = [];

  constructor(socket: ByteSocket<Uint8Array>, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
  }

  /** Whether what the peer sends is heard. */
  get hears(): boolean {
    return this.#passage.name !== "half-open";
  }

  write(bytes: Uint8Array): void {
    for (const frame of framesOf(bytes)) {
      for (const sent of this.#damage(frame)) this.#pass(sent);
    }
  }

  /** Closes once everything is sent; a peer that does not close then is cut off. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#letGo();
    if (this.#passage.name === "delayed") this.#open(this.#passage);
    // Not even the end gets through.
    if (this.#passage.name === "half-open") return;
    this.#socket.end(undefined, () => {});
    const timer = this.#clock.setTimer(() => this.#socket.destroy(), GOODBYE_MS);
    this.#socket.on("close", () => timer.clear());
    this.#socket.on("end", () => this.#socket.destroy());
    this.#socket.resume();
  }

  /** Resolves when the peer has taken most of what was written; undefined while little waits. */
  drained(): Promise<void> | undefined {
    if (this.#waitingBytes <= LITTLE_BYTES || this.#isClosed) return undefined;
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  /** Breaks the connection. */
  destroy(): void {
    this.#isClosed = true;
    this.#letGo();
    if (this.#passage.name === "delayed") this.#passage.timer.clear();
    this.#socket.destroy();
  }

  /** Makes something go wrong with the next messages. */
  damage(fault: FixFrameFault): void {
    this.#faults.add(fault);
  }

  /** Makes something go wrong with the connection. */
  fail(fault: FixConnectionFault & { fault: "delay" | "silent" | "half-open" }): void {
    if (this.#passage.name === "delayed") this.#passage.timer.clear();
    const waiting = this.#passage.name === "delayed" ? this.#passage.waiting : [];
    if (fault.fault !== "delay") {
      this.#passage = { name: fault.fault };
      return;
    }
    const timer = this.#clock.setTimer(() => {
      if (this.#passage.name === "delayed") this.#open(this.#passage);
    }, fault.forMs);
    this.#passage = { name: "delayed", timer, waiting };
  }

  /** Forgets what waits, and lets everything through. */
  clearFaults(): void {
    this.#faults.clear();
    if (this.#passage.name === "delayed") this.#open(this.#passage);
    this.#passage = { name: "open" };
  }

  #open({ timer, waiting }: Passage & { name: "delayed" }): void {
    timer.clear();
    this.#passage = { name: "open" };
    for (const bytes of waiting) this.#put(bytes);
  }

  #put(bytes: Uint8Array): void {
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > MOST_WAITING_BYTES) return this.destroy();
    // A socket that was destroyed may forget its callbacks: `destroy` lets those go who wait.
    this.#socket.write(bytes, () => {
      this.#waitingBytes -= bytes.length;
      if (this.#waitingBytes <= LITTLE_BYTES) this.#letGo();
    });
  }

  #letGo(): void {
    const waiting = this.#drained;
    this.#drained = [];
    for (const go of waiting) go();
  }

  #pass(bytes: Uint8Array): void {
    if (this.#passage.name === "open") this.#put(bytes);
    else if (this.#passage.name === "delayed") this.#passage.waiting.push(bytes.slice());
  }

  #damage(frame: Uint8Array): Uint8Array[] {
    const found = this.#faults.meet(({ msgType }) => msgType === undefined || msgType === typeOf(frame));
    switch (found?.fault) {
      case undefined:
        return [frame];
      case "drop":
        return [];
      case "repeat":
        return [frame, frame];
      case "corrupt":
        // In the value of the last field before the CheckSum: it stays a frame, but not this one.
        return [changed(frame, frame.length - TRAILER_BYTES - 2)];
      case "checksum":
        return [changed(frame, frame.length - 2)];
      case "length":
        return [changed(frame, frame.indexOf(SOH, frame.indexOf(SOH) + 1) - 1)];
    }
  }
}

/** A copy with another digit or letter in one place. */
function changed(frame: Uint8Array, at: number): Uint8Array {
  const copy = frame.slice();
  copy[at] = (copy[at] as number) ^ 1;
  return copy;
}

/** MsgType(35) of a frame that this side wrote. */
function typeOf(frame: Uint8Array): string {
  const from = frame.indexOf(SOH, frame.indexOf(SOH) + 1) + 4;
  return String.fromCharCode(...frame.subarray(from, frame.indexOf(SOH, from)));
}

/** The frames in what this side wrote: whole ones, one after the other. */
function* framesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length;) {
    const lengthFrom = bytes.indexOf(SOH, from) + 3;
    const lengthTo = bytes.indexOf(SOH, lengthFrom);
    const length = Number(String.fromCharCode(...bytes.subarray(lengthFrom, lengthTo)));
    const end = lengthTo + 1 + length + TRAILER_BYTES;
    yield bytes.subarray(from, end);
    from = end;
  }
}
