/**
 * A feed's own connection to Kalshi: there as long as somebody reads, and made again when it ends.
 *
 * @module
 */

import { backoffMs } from "../base/backoff.ts";
import type { Clock } from "../base/clock.ts";
import { KalshiAuthError, type KalshiError } from "../base/errors.ts";
import type { StreamStatus } from "../stream/status.ts";
import type { FeedClient, FeedProduct, StreamOf } from "./feed_product.ts";
import type { Markets } from "./markets.ts";

const RETRY = { retryBaseDelayMs: 1_000, retryMaxDelayMs: 60_000 };
/** How long REST may take to say which markets there are. */
const LOOK_UP_MS = 3_000;

/** How the connection is, as readers are told. */
export type FeedState = "idle" | StreamStatus["state"];

/**
 * - `idle`: nobody needs it;
 * - `connecting`: it is being made;
 * - `down`: that failed, or it has ended; the first wake after `retryAtMs` makes another;
 * - `up`: a stream is there, which repairs itself until it is closed. `isHanded`: whether `onStream` has had it.
 */
type State<Stream> =
  | { readonly kind: "idle" | "connecting" }
  | { readonly kind: "down"; readonly retryAtMs: number }
  | { readonly kind: "up"; readonly stream: Stream; isHanded: boolean };

/** What {@linkcode Upstream} needs. */
export interface UpstreamOptions<Client extends FeedClient> {
  readonly product: FeedProduct<Client>;
  readonly clock: Clock;
  readonly heartbeatMs: number;
  readonly markets: () => Markets;
  readonly isWanted: () => boolean;
  readonly createClient: () => Promise<Client>;
  readonly onStream: (stream: StreamOf<Client>) => void | Promise<void>;
  readonly onError: (error: unknown) => void;
  /** The state is another one. */
  readonly onState: (state: FeedState) => void;
  /** Wakes the object at a time. */
  readonly schedule: (atMs: number) => void;
}

/** The connection of one feed. */
export class Upstream<Client extends FeedClient> {
  readonly #options: UpstreamOptions<Client>;
  #state: State<StreamOf<Client>> = { kind: "idle" };
  #client: Client | undefined;
  #told: FeedState = "idle";
  #attempts = 0;

  constructor(options: UpstreamOptions<Client>) {
    this.#options = options;
  }

  /** As readers were told. */
  get state(): FeedState {
    return this.#told;
  }

  /** The stream, as long as there is one. */
  get stream(): StreamOf<Client> | undefined {
    return this.#state.kind === "up" ? this.#state.stream : undefined;
  }

  /** Has a stream, with everything on it that is wanted. */
  wake(): void {
    switch (this.#state.kind) {
      case "up":
        return this.#options.markets().sync();
      case "connecting":
        return this.#tell("connecting");
      case "down":
        if (this.#options.clock.now() < this.#state.retryAtMs) return;
    }
    this.#state = { kind: "connecting" };
    void this.#connect();
  }

  /** Gives the stream to whoever extends the feed; again with the next alarm when that fails. */
  async hand(): Promise<void> {
    const state = this.#state;
    if (state.kind !== "up" || state.isHanded) return;
    state.isHanded = true;
    try {
      await this.#options.onStream(state.stream);
    } catch (error) {
      state.isHanded = false;
      this.#options.onError(error);
    }
  }

  /** Nobody reads: the stream goes, and the platform may evict the object. */
  async sleep(): Promise<void> {
    const { stream } = this;
    const client = this.#client;
    this.#client = undefined;
    if (stream !== undefined) this.#state = { kind: "idle" };
    this.#options.markets().detach();
    this.#tell("idle");
    await stream?.close();
    await client?.close();
  }

  /** The statuses of those markets that there are, by REST. */
  async lookUp(tickers: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const client = this.#client ??= await this.#options.createClient();
    return await this.#options.product.statuses(client, tickers, { timeoutMs: LOOK_UP_MS });
  }

  async #connect(): Promise<void> {
    const { heartbeatMs, markets, isWanted, createClient, onError } = this.#options;
    await undefined; // a class that extends the feed is not constructed before
    this.#tell("connecting");
    try {
      const client = this.#client ??= await createClient();
      const { config } = client;
      const stream = await client.stream({
        // Readers count on a connection that is watched as often as they are.
        config: config.with({ wsPingIntervalMs: Math.min(config.wsPingIntervalMs, heartbeatMs) }),
        onError,
      } as never) as StreamOf<Client>;
      this.#state = { kind: "up", stream, isHanded: false };
      if (!isWanted()) return await this.sleep();
      void this.#follow(stream);
      markets().attach(stream);
      void this.hand();
    } catch (error) {
      this.#failed(error);
    }
  }

  async #follow(stream: StreamOf<Client>): Promise<void> {
    for await (const status of stream.status()) {
      if (this.stream !== stream) return;
      if (status.state === "open") {
        this.#attempts = 0;
        this.#options.markets().connected();
      }
      if (status.state !== "closed") {
        this.#tell(status.state);
        continue;
      }
      this.#options.markets().detach();
      this.#tell("connecting");
      this.#failed(status.cause);
    }
  }

  /** There is no stream: an alarm makes the next attempt. */
  #failed(error: unknown): void {
    const { clock, onError, schedule } = this.#options;
    onError(error);
    const { retryAfterMs } = (error ?? {}) as Partial<KalshiError>;
    if (error instanceof KalshiAuthError) {
      // The key may be another one by now.
      void this.#client?.close();
      this.#client = undefined;
    }
    const retryAtMs = clock.now() + backoffMs(this.#attempts++, RETRY, retryAfterMs, Math.random);
    this.#state = { kind: "down", retryAtMs };
    schedule(retryAtMs);
  }

  #tell(state: FeedState): void {
    if (this.#told === state) return;
    this.#told = state;
    this.#options.onState(state);
  }
}
