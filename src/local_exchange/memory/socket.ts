/** Two sockets that are tied to one another in memory: what a TCP connection is, without a network. */
import type { ByteSocket, SocketEvents } from "../../runtime/builtin.ts";

type Name = keyof SocketEvents;
type Listener = (chunk: unknown) => void;
type Done = (error?: Error | null) => void;

/** How much is written before anybody has taken it, as in the buffers of a network. */
const ROOM_BYTES = 64 * 1024;

/** Something on its way: bytes, or the end of them (undefined). */
interface Parcel {
  readonly bytes: Uint8Array | undefined;
  readonly done: Done | undefined;
}

/** One end. It behaves as Node's sockets do; what arrives is told in microtasks, in the order it was sent. */
export class MemorySocket implements ByteSocket<Uint8Array> {
  readonly #listeners = new Map<Name, Listener[]>();
  /** The other end; this one itself until they are tied. */
  #peer: MemorySocket = this;
  /** What has arrived and was not taken yet. */
  #inbox: Parcel[] = [];
  #inboxBytes = 0;
  #reading = false;
  #scheduled = false;
  /** No more will be written, and no more will come. */
  #hasEnded = false;
  #peerHasEnded = false;
  #isClosed = false;
  readonly #onTraffic: (() => void) | undefined;

  private constructor(onTraffic: (() => void) | undefined) {
    this.#onTraffic = onTraffic;
  }

  /** Both ends of a connection; `onTraffic` is told whenever anything is sent from one to the other. */
  static pair(onTraffic?: () => void): [MemorySocket, MemorySocket] {
    const [one, other] = [new MemorySocket(onTraffic), new MemorySocket(onTraffic)];
    one.#peer = other;
    other.#peer = one;
    return [one, other];
  }

  /** Bytes that the other end has not taken. */
  get writableLength(): number {
    return this.#peer.#inboxBytes;
  }

  write(data: Uint8Array, done?: Done): boolean {
    if (this.#hasEnded || this.#isClosed || this.#peer.#isClosed) {
      if (done !== undefined) queueMicrotask(() => done(new Error("The connection is closed.")));
      return false;
    }
    // Written as soon as there is room for it; what is too much is written when it was taken.
    const fits = this.writableLength + data.length <= ROOM_BYTES;
    if (fits && done !== undefined) queueMicrotask(done);
    // A copy: whoever writes may use the same bytes again.
    this.#peer.#arrive({ bytes: data.slice(), done: fits ? undefined : done });
    return fits;
  }

  end(data?: Uint8Array, done?: () => void): void {
    if (data !== undefined) this.write(data);
    if (done !== undefined) queueMicrotask(done);
    if (this.#hasEnded || this.#isClosed) return;
    this.#hasEnded = true;
    this.#peer.#arrive({ bytes: undefined, done: undefined });
    if (this.#peerHasEnded) this.destroy();
  }

  destroy(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { done } of this.#inbox) done?.(new Error("The connection was cut."));
    this.#inbox = [];
    this.#inboxBytes = 0;
    if (!this.#hasEnded) this.#peer.#arrive({ bytes: undefined, done: undefined });
    queueMicrotask(() => this.#tell("close"));
  }

  pause(): void {
    this.#reading = false;
  }

  resume(): void {
    this.#reading = true;
    this.#schedule();
  }

  on<E extends Name>(event: E, listener: (...args: SocketEvents<Uint8Array>[E]) => void): void {
    const others = this.#listeners.get(event) ?? [];
    this.#listeners.set(event, [...others, listener as Listener]);
    if (event === "data") this.resume();
  }

  #arrive(parcel: Parcel): void {
    if (this.#isClosed) return;
    this.#onTraffic?.();
    this.#inbox.push(parcel);
    this.#inboxBytes += parcel.bytes?.length ?? 0;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#inbox.length === 0) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#take();
    });
  }

  /** Hands over what has arrived, one parcel in a microtask, so that both ends take turns. */
  #take(): void {
    const [parcel] = this.#inbox;
    if (!this.#reading || parcel === undefined) return;
    this.#inbox.shift();
    this.#inboxBytes -= parcel.bytes?.length ?? 0;
    try {
      parcel.done?.();
      if (parcel.bytes !== undefined) return this.#tell("data", parcel.bytes);
      this.#peerHasEnded = true;
      this.#tell("end");
      if (this.#hasEnded) this.destroy();
    } finally {
      this.#schedule();
    }
  }

  #tell(event: Name, chunk?: Uint8Array): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(chunk);
  }
}
