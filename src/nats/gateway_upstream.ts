/**
 * What a gateway hears of Kalshi: the frames and markers of its channels, and whether Kalshi is there.
 *
 * @module
 */
import type { Clock, ClockTimer } from "../base/clock.ts";
import type { AsyncItems } from "../base/web_types.ts";
import type { Frame } from "../stream/frame.ts";
import type { StreamMarker } from "../stream/items.ts";
import type { StreamStatus } from "../stream/status.ts";
import type { Subscription } from "../stream/subscription.ts";
import { KalshiNatsError } from "./errors.ts";
import type { GatewayChannel, GatewayStream } from "./gateway_options.ts";
import { type GatewayMarker, stripFrame, typeOf } from "./protocol.ts";

type AnySubscription = Subscription<object> & AsyncDisposable;

/** How often it is looked whether Kalshi has ended a channel, in milliseconds. */
const ENDS_MS = 250;

/** Whom it tells. */
export interface UpstreamListener {
  /** A frame of a channel, and its text without what a subscription has added to it. */
  onFrame(channel: GatewayChannel, frame: Frame, text: string): void;
  /** Something is missing of a channel. */
  onMarker(name: string, marker: GatewayMarker): void;
  /** Kalshi is lost, which every channel's marker has told. */
  onLost(): void;
  /** It is there again, or a channel of it. */
  onRestored(): void;
  /** A subscription has ended for good. */
  onEnded(name: string): void;
  /** Nothing more will come. */
  onFail(error: unknown): void;
}

/** What it needs. */
export interface GatewayUpstreamOptions {
  readonly stream: GatewayStream;
  readonly clock: Clock;
  readonly channels: readonly GatewayChannel[];
  readonly listener: UpstreamListener;
}

/** The channels of a gateway's stream. */
export class GatewayUpstream {
  readonly #options: GatewayUpstreamOptions;
  readonly #subscriptions = new Map<string, AnySubscription>();
  /** The frames that were delivered of the message that is being read. */
  #heard: { readonly channel: GatewayChannel; readonly frame: Frame }[] = [];
  /** Since when Kalshi is lost, on the monotonic clock; undefined while it is there. */
  #lostAt: number | undefined;
  /** Channels whose subscriptions are not restored since Kalshi was lost. */
  readonly #missing = new Set<string>();
  #statuses: AsyncItems<StreamStatus> | undefined;
  #untap: () => void = () => {};
  #ends: ClockTimer | undefined;
  #isClosed = false;

  constructor(options: GatewayUpstreamOptions) {
    this.#options = options;
  }

  /** Whether Kalshi is there, with every channel. */
  get isOpen(): boolean {
    return this.#lostAt === undefined && this.#missing.size === 0;
  }

  /** Whether it has been lost for less than so many milliseconds. */
  isLostFor(lessThanMs: number): boolean {
    return this.#options.clock.monotonic() - (this.#lostAt ?? Infinity) < lessThanMs;
  }

  /** The subscription to a channel, as long as there is one. */
  subscription(name: string): AnySubscription | undefined {
    return this.#subscriptions.get(name);
  }

  /** Begins to listen. */
  open(): void {
    this.#untap = this.#options.stream.tap((text) => this.#tap(text));
    void this.#watch();
  }

  /** Subscribes to a channel. */
  async subscribe(channel: GatewayChannel): Promise<void> {
    const { stream } = this.#options;
    const { name, params } = channel;
    // The names are checked.
    const on = stream.on.bind(stream) as unknown as (
      channel: string,
      handler: (item: object) => void,
      params: object,
    ) => Promise<AnySubscription>;
    this.#subscriptions.set(name, await on(name, (item) => this.#item(channel, item), params));
  }

  /** Looks whether Kalshi has ended a channel for good, again and again. */
  lookForEnds(): void {
    const { clock, listener } = this.#options;
    for (const [name, { ended }] of this.#subscriptions) {
      if (!ended) continue;
      this.#subscriptions.delete(name);
      this.#missing.delete(name);
      listener.onEnded(name);
    }
    if (this.#subscriptions.size === 0) {
      return listener.onFail(new KalshiNatsError("Every channel has ended."));
    }
    this.#ends = clock.setTimer(() => this.lookForEnds(), ENDS_MS);
  }

  /** Hears no more; resolves when every channel has been left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#untap();
    this.#ends?.clear();
    void this.#statuses?.return?.();
    await Promise.allSettled([...this.#subscriptions.values()].map((one) => one.unsubscribe()));
  }

  /** What a subscription delivers: a frame, whose text is told next, or a marker, which is told before it. */
  #item(channel: GatewayChannel, item: object): void {
    if ("msg" in item) this.#heard.push({ channel, frame: item as Frame });
    else this.#marked(channel.name, item as StreamMarker);
  }

  /** A message of the socket, after those who read it. */
  #tap(text: string): void {
    if (this.#heard.length === 0) return;
    const heard = this.#heard;
    this.#heard = [];
    for (const { channel, frame } of heard) {
      let stripped = heard.length === 1 ? stripFrame(text) : undefined;
      // A frame that had to wait for the answer to its command is told with that.
      if (stripped === undefined || typeOf(stripped) !== frame.type) {
        stripped = stripFrame(JSON.stringify(frame));
      }
      if (stripped !== undefined) this.#options.listener.onFrame(channel, frame, stripped);
    }
  }

  #marked(name: string, marker: StreamMarker): void {
    const { listener } = this.#options;
    const { missedFromMs, missedToMs } = marker;
    if (marker.type === "gap") {
      const { missed, reason } = marker;
      if (reason === "ended") this.#missing.delete(name);
      listener.onMarker(name, { type: "gap", missed, reason, missedFromMs, missedToMs });
    } else if (marker.type === "reconnected") {
      listener.onMarker(name, { type: "reconnected", missedFromMs, missedToMs });
      this.#missing.delete(name);
      if (this.#missing.size === 0) listener.onRestored();
    }
  }

  async #watch(): Promise<void> {
    const { stream, listener } = this.#options;
    let last: StreamStatus | undefined;
    for await (const status of this.#statuses = stream.status()) {
      if (this.#isClosed) return;
      last = status;
      if (status.state === "reconnecting" && this.#lostAt === undefined) this.#lost();
      else if (status.state === "open" && this.#lostAt !== undefined) {
        this.#lostAt = undefined;
        listener.onRestored();
      }
    }
    const cause = last?.state === "closed" ? last.cause : undefined;
    listener.onFail(
      cause ?? new KalshiNatsError("The gateway's stream was closed, so that it has nothing to publish."),
    );
  }

  #lost(): void {
    const { clock, listener } = this.#options;
    this.#lostAt = clock.monotonic();
    const missedFromMs = clock.now();
    for (const [name, { ended }] of this.#subscriptions) {
      if (ended) continue;
      this.#missing.add(name);
      listener.onMarker(name, { type: "disconnected", missedFromMs });
    }
    listener.onLost();
  }
}
