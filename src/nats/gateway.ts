/**
 * Passes a stream on to NATS: every frame of its channels in order, whole books, and a marker wherever something is
 * missing.
 *
 * @module
 */
import { type Clock, type ClockTimer, systemClock } from "../base/clock.ts";
import { KalshiError } from "../base/errors.ts";
import { readOptions } from "../base/options.ts";
import { StreamQueue } from "../base/queue.ts";
import { guard } from "../base/tell.ts";
import { delay } from "../base/waits.ts";
import type { AsyncItems } from "../base/web_types.ts";
import { ErrorLog } from "../stream/error_log.ts";
import type { Frame } from "../stream/frame.ts";
import type { StreamMarker } from "../stream/items.ts";
import { nameIn, type StreamProduct } from "../stream/product.ts";
import type { StreamStatus } from "../stream/status.ts";
import type { Subscription } from "../stream/subscription.ts";
import { openBucket } from "./bucket.ts";
import { coreOf } from "./core.ts";
import { KalshiNatsError, natsError } from "./errors.ts";
import { GatewayBooks } from "./gateway_books.ts";
import { GatewayLane } from "./gateway_lane.ts";
import {
  type CheckedGatewayOptions,
  type GatewayChannel,
  type GatewayStream,
  type NatsGatewayOptions,
  natsGatewayRules,
  productOf,
  readChannels,
} from "./gateway_options.ts";
import type { NatsGatewayStats, NatsGatewayStatus } from "./gateway_stats.ts";
import {
  type Carries,
  type GatewayMarker,
  GATEWAYS_BUCKET,
  type Lane,
  type LaneProduct,
  stripFrame,
  typeOf,
} from "./protocol.ts";

type AnySubscription = Subscription<object> & AsyncDisposable;

/** A gateway that is without Kalshi for so long, in milliseconds, lets another lead. */
const WITHOUT_MS = 3_000;
/** How long what waits may take when it is closed, in milliseconds. */
const CLOSING_MS = 2_000;
/** How often it is looked whether Kalshi has ended a channel, in milliseconds. */
const ENDS_MS = 250;

/**
 * Passes what a stream receives on to NATS JetStream, so that any number of readers on any number of machines share it.
 *
 * Start two with the same options on two machines: one leads, and the other takes over within two seconds when it is
 * gone. See `docs/scale.md` for subjects, permissions and what readers are told.
 *
 * @example
 * ```ts
 * import { connect } from "@nats-io/transport-node";
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { NatsGateway } from "@unofficial/kalshi/nats";
 *
 * await using client = await KalshiClient.fromEnv();
 * await using stream = await client.stream();
 * const connection = await connect({ servers: "nats://127.0.0.1:4222", maxReconnectAttempts: -1 });
 * await using gateway = await NatsGateway.start({
 *   connection,
 *   stream,
 *   channels: ["orderbook_delta", "trade", "fill"],
 *   tickers: ["KXHIGHNY-26NOV24-T60"],
 *   account: "main",
 * });
 * await gateway.closed; // until `gateway.close()`, or until the stream or the connection ends
 * ```
 */
export class NatsGateway implements AsyncDisposable {
  readonly #settings: CheckedGatewayOptions;
  readonly #stream: GatewayStream;
  readonly #clock: Clock;
  readonly #id: string = crypto.randomUUID();
  readonly #product: StreamProduct;
  readonly #channels: readonly GatewayChannel[];
  readonly #onError: (error: unknown) => void;
  readonly #errors: ErrorLog;
  readonly #laneOf = new Map<string, GatewayLane>();
  readonly #lanes: readonly GatewayLane[];
  readonly #books: GatewayBooks;
  readonly #subscriptions = new Map<string, AnySubscription>();
  readonly #watchers = new Set<StreamQueue<NatsGatewayStatus>>();
  /** The frames that were delivered of the message that is being read. */
  #heard: { readonly channel: GatewayChannel; readonly frame: Frame }[] = [];
  /** Channels whose subscriptions are not restored since Kalshi was lost. */
  #missing = new Set<string>();
  #lostAt: number | undefined;
  #upstream: AsyncItems<StreamStatus> | undefined;
  #connection: AsyncIterator<unknown> | undefined;
  #untap: () => void = () => {};
  #ends: ClockTimer | undefined;
  #told: NatsGatewayStatus | undefined;
  #closing: Promise<void> | undefined;
  #end: { resolve: () => void; reject: (error: unknown) => void } | undefined;

  /** Ends with the gateway: it is rejected where the stream or the connection to NATS has ended. */
  readonly closed: Promise<void>;

  /**
   * Starts to pass on: makes the JetStream streams where there are none, subscribes to the channels, and gets into the
   * line of gateways. Resolves when Kalshi has acknowledged the channels; `stats()` says whether it leads.
   *
   * @throws {KalshiConfigError} for a wrong option, channel or parameter
   * @throws {KalshiNatsError} where NATS has no JetStream, or refuses
   * @throws what `subscribe` throws
   */
  static async start(options: NatsGatewayOptions): Promise<NatsGateway> {
    const settings = readOptions("NatsGateway", options, natsGatewayRules);
    const { name, product } = productOf(settings.stream);
    const channels = readChannels(product, settings);
    const bucket = await reach(() =>
      openBucket(settings.connection, GATEWAYS_BUCKET, { history: 1, expireAfterMs: 0 })
    );
    const gateway = new NatsGateway(settings, name, product, channels, bucket);
    await gateway.#start();
    return gateway;
  }

  private constructor(
    settings: CheckedGatewayOptions,
    name: LaneProduct,
    product: StreamProduct,
    channels: readonly GatewayChannel[],
    bucket: Awaited<ReturnType<typeof openBucket>>,
  ) {
    const { stream, clock = systemClock, onError, account } = settings;
    this.#settings = settings;
    this.#stream = stream;
    this.#clock = clock;
    this.#product = product;
    this.#channels = channels;
    this.#errors = new ErrorLog(clock);
    this.#onError = onError === undefined
      ? (error) => this.#errors.write("NatsGateway:", error)
      : (error) => guard(() => onError(error), (thrown) => this.#errors.write("A hook threw:", thrown));
    this.closed = new Promise((resolve, reject) => this.#end = { resolve, reject });
    // Whoever does not look at it must not be ended by it.
    this.closed.catch(() => {});
    const books = product.books.decoder.channel;
    this.#books = new GatewayBooks({
      product,
      sides: name,
      clock,
      snapshotMs: settings.snapshotMs,
      subscription: () => this.#subscriptions.get(books),
      isUpstreamOpen: () => this.#isUpstreamOpen,
      isLeading: () => this.#laneOf.get(books)?.leads ?? false,
      onWhole: (ticker, text) => this.#laneOf.get(books)?.snapshot(books, ticker, text),
      onMarker: (marker) => this.#tell(books, marker),
      onError: this.#onError,
    });
    const { environment } = stream.config;
    const lanes = new Map<boolean, GatewayLane>();
    for (const isPrivate of [false, true]) {
      const own = channels.filter((channel) => channel.isPrivate === isPrivate);
      if (own.length === 0) continue;
      const lane: Lane = { environment, product: name, account: isPrivate ? account : undefined };
      lanes.set(
        isPrivate,
        new GatewayLane({
          lane,
          gateway: this.#id,
          settings,
          clock,
          bucket,
          channels: own,
          isUpstreamOpen: () => this.#isUpstreamOpen,
          isFit: () => this.#isFit,
          writeBooks: (tickers) => isPrivate ? [] : this.#books.write(tickers),
          carries: () => this.#carries(isPrivate),
          onChange: () => this.#changed(),
          onError: this.#onError,
        }),
      );
    }
    this.#lanes = [...lanes.values()];
    for (const { name, isPrivate } of channels) this.#laneOf.set(name, lanes.get(isPrivate) as GatewayLane);
  }

  /** How it fares. */
  stats(): NatsGatewayStats {
    const { live, missing } = this.#books.counts;
    return {
      gateway: this.#id,
      upstream: this.#isUpstreamOpen ? "open" : "lost",
      liveBooks: live,
      missingBooks: missing,
      lanes: this.#lanes.map(({ stats }) => stats),
    };
  }

  /** How it is now, then one item for each change; ends when it is closed. */
  status(): AsyncItems<NatsGatewayStatus> {
    const queue: StreamQueue<NatsGatewayStatus> = new StreamQueue({
      name: "the gateway's status",
      policy: "drop-oldest",
      limit: 1_024,
      onEnd: () => this.#watchers.delete(queue),
    });
    queue.push(this.#status);
    if (this.#closing === undefined) this.#watchers.add(queue);
    else queue.end();
    return queue;
  }

  /**
   * Adds markets to the public channels that were given `tickers`; resolves when Kalshi has them.
   *
   * @throws what `add` of a subscription throws
   */
  async add(tickers: readonly string[]): Promise<void> {
    for (const { name } of this.#channels.filter(({ hasTickers }) => hasTickers)) {
      if (name === this.#product.books.decoder.channel) {
        this.#books.add(tickers);
      }
      await this.#subscriptions.get(name)?.add(tickers);
    }
    await this.#tellCarries();
  }

  /**
   * Removes markets from them; resolves when Kalshi no longer sends them. Whoever reads one is told that it is no longer
   * carried.
   */
  async remove(tickers: readonly string[]): Promise<void> {
    for (const { name } of this.#channels.filter(({ hasTickers }) => hasTickers)) {
      await this.#subscriptions.get(name)?.remove(tickers);
      if (name === this.#product.books.decoder.channel) {
        this.#books.remove(tickers);
      }
    }
    await this.#tellCarries();
  }

  /**
   * Ends it: what waits is published, as far as NATS takes it within two seconds, and another gateway takes over at once.
   * The stream and the connection stay open. A second call is harmless.
   */
  close(): Promise<void> {
    return this.#closing ??= this.#close(undefined);
  }

  /** The same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #isUpstreamOpen(): boolean {
    return this.#lostAt === undefined && this.#missing.size === 0;
  }

  /** Whether it may lead: not without Kalshi, but for a moment. */
  get #isFit(): boolean {
    if (this.#isUpstreamOpen) return true;
    const isLeading = this.#lanes.some(({ leads }) => leads);
    return isLeading && this.#clock.monotonic() - (this.#lostAt ?? Infinity) < WITHOUT_MS;
  }

  get #status(): NatsGatewayStatus {
    const leading = this.#lanes.filter(({ leads }) => leads).length;
    return {
      state: leading === this.#lanes.length ? "leading" : leading === 0 ? "standby" : "partly",
      upstream: this.#isUpstreamOpen ? "open" : "lost",
    };
  }

  async #start(): Promise<void> {
    try {
      for (const lane of this.#lanes) await reach(() => lane.open());
      this.#untap = this.#stream.tap((text) => this.#tap(text));
      void this.#watchUpstream();
      void this.#watchNats();
      await this.#subscribe();
      for (const lane of this.#lanes) await reach(() => lane.start());
      this.#books.start();
      this.#lookForEnds();
    } catch (error) {
      await (this.#closing ??= this.#close(error));
      throw error;
    }
  }

  async #subscribe(): Promise<void> {
    for (const channel of this.#channels) {
      const { name, params } = channel;
      if (name === this.#product.books.decoder.channel) {
        this.#books.add(params.market_tickers as readonly string[]);
      }
      // The names are checked.
      const on = this.#stream.on.bind(this.#stream) as unknown as (
        channel: string,
        handler: (item: object) => void,
        params: object,
      ) => Promise<AnySubscription>;
      this.#subscriptions.set(name, await on(name, (item) => this.#item(channel, item), params));
    }
  }

  /** What a subscription delivers: a frame, whose text is told next, or a marker, which is told before it. */
  #item(channel: GatewayChannel, item: object): void {
    if ("msg" in item) this.#heard.push({ channel, frame: item as Frame });
    else this.#marked(channel, item as StreamMarker);
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
      if (stripped !== undefined) this.#publish(channel, frame, stripped);
    }
  }

  #publish({ name, pick }: GatewayChannel, frame: Frame, text: string): void {
    if (name === this.#product.books.decoder.channel && !this.#books.take(frame)) return;
    const market = nameIn(pick, frame.msg);
    this.#laneOf.get(name)?.frame(name, typeof market === "string" ? market : undefined, text);
  }

  #marked({ name }: GatewayChannel, marker: StreamMarker): void {
    const { missedFromMs, missedToMs } = marker;
    const isBooks = name === this.#product.books.decoder.channel;
    if (marker.type === "gap") {
      const { missed, reason } = marker;
      if (reason === "ended") this.#missing.delete(name);
      if (isBooks && reason === "ended") this.#books.restart();
      else if (isBooks) this.#books.lost();
      this.#tell(name, { type: "gap", missed, reason, missedFromMs, missedToMs });
    } else if (marker.type === "reconnected") {
      if (isBooks) this.#books.restart();
      this.#tell(name, { type: "reconnected", missedFromMs, missedToMs });
      this.#missing.delete(name);
      if (this.#missing.size === 0) this.#changed();
    }
  }

  #tell(channel: string, marker: GatewayMarker): void {
    this.#laneOf.get(channel)?.marker(channel, marker);
  }

  /** Looks whether Kalshi has ended a channel for good, again and again. */
  #lookForEnds(): void {
    for (const [name, { ended }] of this.#subscriptions) {
      if (!ended) continue;
      this.#subscriptions.delete(name);
      this.#missing.delete(name);
      this.#tell(name, { type: "ended" });
      this.#onError(
        new KalshiNatsError(
          `"${name}" is no longer published: its subscription has ended. The stream's onError says why.`,
        ),
      );
      void this.#tellCarries();
    }
    if (this.#subscriptions.size === 0) return this.#fail(new KalshiNatsError("Every channel has ended."));
    this.#ends = this.#clock.setTimer(() => this.#lookForEnds(), ENDS_MS);
  }

  async #watchUpstream(): Promise<void> {
    let last: StreamStatus | undefined;
    for await (const status of this.#upstream = this.#stream.status()) {
      if (this.#closing !== undefined) return;
      last = status;
      if (status.state === "reconnecting" && this.#lostAt === undefined) this.#lostUpstream();
      else if (status.state === "open" && this.#lostAt !== undefined) {
        this.#lostAt = undefined;
        this.#changed();
      }
    }
    const cause = last?.state === "closed" ? last.cause : undefined;
    this.#fail(
      cause ?? new KalshiNatsError("The gateway's stream was closed, so that it has nothing to publish."),
    );
  }

  #lostUpstream(): void {
    this.#lostAt = this.#clock.monotonic();
    const missedFromMs = this.#clock.now();
    for (const [name, { ended }] of this.#subscriptions) {
      if (ended) continue;
      this.#missing.add(name);
      this.#tell(name, { type: "disconnected", missedFromMs });
    }
    this.#books.restart();
    this.#changed();
  }

  async #watchNats(): Promise<void> {
    const connection = coreOf(this.#settings.connection);
    const statuses = connection.status()[Symbol.asyncIterator]();
    this.#connection = statuses;
    for (let next = await statuses.next(); !next.done; next = await statuses.next()) {
      if (this.#closing !== undefined) return;
      const { type } = next.value;
      if (type === "disconnect") { for (const lane of this.#lanes) lane.connected(false); }
      else if (type === "reconnect") { for (const lane of this.#lanes) lane.connected(true); }
    }
    if (connection.isClosed()) {
      this.#fail(
        new KalshiNatsError("The connection to NATS was closed. Make it with `maxReconnectAttempts: -1`."),
      );
    }
  }

  #carries(isPrivate: boolean): Carries {
    const own = this.#channels.filter(({ name, isPrivate: of }) =>
      of === isPrivate && this.#subscriptions.has(name)
    );
    return {
      channels: Object.fromEntries(own.map(({ name, params, hasTickers }) => [
        name,
        hasTickers ? { ...params, market_tickers: this.#subscriptions.get(name)?.keys } : params,
      ])),
    };
  }

  async #tellCarries(): Promise<void> {
    for (const lane of this.#lanes) await lane.tellCarries();
  }

  #changed(): void {
    if (this.#closing !== undefined) return;
    const status = this.#status;
    if (status.state === this.#told?.state && status.upstream === this.#told.upstream) return;
    this.#told = status;
    for (const watcher of this.#watchers) watcher.push(status);
  }

  #fail(error: unknown): void {
    if (this.#closing !== undefined) return;
    this.#closing = this.#close(error);
    // `closed` tells it.
    this.#closing.catch(() => {});
  }

  async #close(error: unknown): Promise<void> {
    this.#untap();
    this.#ends?.clear();
    this.#books.stop();
    void this.#upstream?.return?.();
    const left = [...this.#subscriptions.values()].map((subscription) => subscription.unsubscribe());
    const settled = Promise.all(this.#lanes.map((lane) => lane.settled()));
    const done = new AbortController();
    void settled.then(() => done.abort());
    if (!coreOf(this.#settings.connection).isClosed()) await delay(this.#clock, CLOSING_MS, done.signal);
    await Promise.all(this.#lanes.map((lane) => lane.close()));
    await Promise.allSettled(left);
    void this.#connection?.return?.();
    for (const watcher of this.#watchers) {
      watcher.push({ state: "closed", upstream: this.#isUpstreamOpen ? "open" : "lost" });
      watcher.end();
    }
    this.#watchers.clear();
    this.#errors.end();
    if (error === undefined) this.#end?.resolve();
    else this.#end?.reject(error);
  }
}

/** What NATS refuses at the start, as an error of this library's. */
async function reach<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof KalshiError) throw error;
    throw natsError("A gateway needs NATS with JetStream", error);
  }
}
