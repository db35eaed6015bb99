/**
 * Who leads: an entry of a bucket that its leader writes anew again and again, and that another takes when it is not.
 *
 * @module
 */
import type { Clock, ClockTimer } from "../base/clock.ts";
import { deadline } from "../base/waits.ts";
import type { Bucket, BucketEntry } from "./bucket.ts";
import { KalshiNatsError, natsError } from "./errors.ts";
import type { Lease } from "./protocol.ts";

/** What a place in the line of leaders needs. */
export interface LeaseHolderOptions {
  readonly bucket: Bucket;
  readonly key: string;
  /** Who asks. */
  readonly gateway: string;
  /** After so long without a sign of its leader, in milliseconds, a lease is free. */
  readonly leaseMs: number;
  readonly clock: Clock;
  /** Whether it may lead at all. */
  readonly isFit: () => boolean;
  /** It leads. `heardMs`: when the leader before was last heard of, in Unix milliseconds. */
  readonly onLead: (epoch: number, heardMs: number) => void;
  /** It no longer leads. */
  readonly onLost: () => void;
  readonly onError: (error: KalshiNatsError) => void;
}

/**
 * - `watching`: somebody else leads, or nobody. `since`: how long the entry is seen to be what it is, by this machine's
 *   clock that does not step back, so that machines need not agree on the time. Time in which nobody could look does not
 *   count: the leader could not write either.
 * - `leading`: the entry is this one's own.
 */
type State =
  | { readonly is: "watching"; readonly revision: number; readonly since: number; readonly sinceMs: number }
  | { readonly is: "leading"; readonly epoch: number; readonly revision: number }
  | { readonly is: "closed" };

/** A place in the line. */
export class LeaseHolder {
  readonly #options: LeaseHolderOptions;
  #state: State = { is: "watching", revision: -1, since: 0, sinceMs: 0 };
  #timer: ClockTimer | undefined;
  #isTelling = false;
  #lookedAt = -Infinity;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: LeaseHolderOptions) {
    this.#options = options;
  }

  /** The epoch in which it leads; undefined where it does not. */
  get epoch(): number | undefined {
    return this.#state.is === "leading" ? this.#state.epoch : undefined;
  }

  /** Looks now, and then again and again. */
  start(): void {
    this.#turn = this.#look();
  }

  /** Leads no longer, and lets another take over at once. */
  async resign(): Promise<void> {
    const state = this.#state;
    if (state.is !== "leading") return;
    const { clock, bucket, key, onError } = this.#options;
    this.#watch(state.revision, clock);
    try {
      await this.#soon(bucket.write(key, this.#text(state.epoch, 0), state.revision));
    } catch (error) {
      onError(natsError("A lease could not be given back; it ends by itself", error));
    }
  }

  /** Leads no longer, and never again. */
  async close(): Promise<void> {
    this.#timer?.clear();
    await this.#turn;
    this.#timer?.clear();
    await this.resign();
    this.#state = { is: "closed" };
  }

  async #look(): Promise<void> {
    const { clock, leaseMs, onError } = this.#options;
    try {
      if (this.#state.is === "leading") await this.#renew(this.#state);
      else await this.#tryToTake();
      this.#isTelling = false;
    } catch (error) {
      this.#lookedAt = -Infinity;
      // Each failure in a row is the same one.
      if (!this.#isTelling) {
        onError(natsError("The lease of a gateway cannot be looked at; it is tried again", error));
      }
      this.#isTelling = true;
    }
    if (this.#state.is === "closed") return;
    this.#timer = clock.setTimer(() => this.#turn = this.#look(), leaseMs / 5);
  }

  async #tryToTake(): Promise<void> {
    const { bucket, key, clock, leaseMs, isFit, onLead } = this.#options;
    const entry = await this.#soon(bucket.read(key));
    const revision = entry?.revision ?? 0;
    if (this.#state.is !== "watching") return;
    const now = clock.monotonic();
    if (this.#state.revision !== revision || now - this.#lookedAt > leaseMs / 2) this.#watch(revision, clock);
    this.#lookedAt = now;
    const { since, sinceMs } = this.#state as State & { is: "watching" };
    const lease = leaseOf(entry);
    const isFree = lease === undefined || lease.leaseMs === 0 || lease.gateway === this.#options.gateway ||
      now - since >= Math.max(lease.leaseMs, leaseMs);
    if (!isFree || !isFit()) return;
    const epoch = await this.#soon(bucket.write(key, this.#text(revision + 1, leaseMs), revision));
    if (epoch === undefined || this.#state.is !== "watching") return;
    this.#state = { is: "leading", epoch, revision: epoch };
    onLead(epoch, lease === undefined ? clock.now() : sinceMs);
  }

  async #renew({ epoch, revision }: State & { is: "leading" }): Promise<void> {
    const { bucket, key, gateway, clock, leaseMs, isFit, onLost } = this.#options;
    if (!isFit()) {
      await this.resign();
      return onLost();
    }
    const renewed = await this.#soon(bucket.write(key, this.#text(epoch, leaseMs), revision));
    if (this.#state.is !== "leading") return;
    if (renewed !== undefined) {
      this.#state = { is: "leading", epoch, revision: renewed };
      return;
    }
    // A write whose answer was lost is this one's own.
    const entry = await this.#soon(bucket.read(key));
    if (this.#state.is !== "leading") return;
    const lease = leaseOf(entry);
    if (entry !== undefined && lease?.gateway === gateway && lease.leaseMs > 0) {
      this.#state = { is: "leading", epoch, revision: entry.revision };
      return;
    }
    this.#watch(entry?.revision ?? 0, clock);
    onLost();
  }

  /** What is not answered within half a lease is asked again. */
  #soon<T>(work: Promise<T>): Promise<T> {
    const { clock, leaseMs } = this.#options;
    return deadline(clock, leaseMs / 2, work, () => new KalshiNatsError("NATS does not answer in time"));
  }

  #watch(revision: number, clock: Clock): void {
    this.#state = { is: "watching", revision, since: clock.monotonic(), sinceMs: clock.now() };
  }

  #text(epoch: number, leaseMs: number): string {
    return JSON.stringify({ gateway: this.#options.gateway, epoch, leaseMs } satisfies Lease);
  }
}

/** The lease that an entry holds; undefined where it holds none. */
export function leaseOf(entry: BucketEntry | undefined): Lease | undefined {
  if (entry?.text === undefined) return undefined;
  try {
    return JSON.parse(entry.text) as Lease;
  } catch {
    return undefined;
  }
}
