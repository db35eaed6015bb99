/**
 * Passes a stream on to NATS: every frame of its channels in order, whole books, and a marker wherever something is
 * missing.
 *
 * @module
 */
import { type Clock, systemClock } from "../base/clock.ts";
import { KalshiError } from "../base/errors.ts";
import { readOptions } from "../base/options.ts";
import { StreamQueue } from "../base/queue.ts";
import { guard } from "../base/tell.ts";
import { deferred, delay } from "../base/waits.ts";
import type { AsyncItems } from "../base/web_types.ts";
import { ErrorLog } from "../stream/error_log.ts";
import { nameIn, type StreamProduct } from "../stream/product.ts";
import { openBucket } from "./bucket.ts";
import { coreOf } from "./core.ts";
import { KalshiNatsError, natsError } from "./errors.ts";
import { GatewayBooks } from "./gateway_books.ts";
import { GatewayLane } from "./gateway_lane.ts";
import {
  type CheckedGatewayOptions,
  type GatewayChannel,
  type NatsGatewayOptions,
  natsGatewayRules,
  productOf,
  readChannels,
} from "./gateway_options.ts";
import type { NatsGatewayStats, NatsGatewayStatus } from "./gateway_stats.ts";
import { GatewayUpstream, type UpstreamListener } from "./gateway_upstream.ts";
import {
  type Carries,
  type GatewayMarker,
  GATEWAYS_BUCKET,
  type Lane,
  type LaneProduct,
} from "./protocol.ts";

/** A gateway that is without Kalshi for so long, in milliseconds, lets another lead. */
const WITHOUT_MS = 3_000;
/** How long what waits may take when it is closed, in milliseconds. */
const CLOSING_MS = 2_000;
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
  readonly #clock: Clock;
  readonly #id: string = crypto.randomUUID();
  readonly #product: StreamProduct;
  readonly #channels: readonly GatewayChannel[];
  readonly #onError: (error: unknown) => void;
  readonly #errors: ErrorLog;
  readonly #laneOf = new Map<string, GatewayLane>();
  readonly #lanes: readonly GatewayLane[];
  readonly #books: GatewayBooks;
  readonly #upstream: GatewayUpstream;
  readonly #watchers = new Set<StreamQueue<NatsGatewayStatus>>();
  #connection: AsyncIterator<unknown> | undefined;
  #told: NatsGatewayStatus | undefined;
  #closing: Promise<void> | undefined;
  readonly #end = deferred();

  /** Ends with the gateway: it is rejected where the stream or the connection to NATS has ended. */
  readonly closed: Promise<void> = this.#end.promise;

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
    this.#clock = clock;
    this.#product = product;
    this.#channels = channels;
    this.#errors = new ErrorLog(clock);
    this.#onError = onError === undefined
      ? (error) => this.#errors.write("NatsGateway:", error)
      : (error) => guard(() => onError(error), (thrown) => this.#errors.write("A hook threw:", thrown));
    const books = product.books.decoder.channel;
    this.#upstream = new GatewayUpstream({ stream, clock, channels, listener: this.#listener() });
    this.#books = new GatewayBooks({
      product,
      sides: name,
      clock,
      snapshotMs: settings.snapshotMs,
      subscription: () => this.#upstream.subscription(books),
      isUpstreamOpen: () => this.#upstream.isOpen,
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
          isUpstreamOpen: () => this.#upstream.isOpen,
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
      upstream: this.#upstream.isOpen ? "open" : "lost",
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
      await this.#upstream.subscription(name)?.add(tickers);
    }
    await this.#tellCarries();
  }

  /**
   * Removes markets from them; resolves when Kalshi no longer sends them. Whoever reads one is told that it is no longer
   * carried.
   */
  async remove(tickers: readonly string[]): Promise<void> {
    for (const { name } of this.#channels.filter(({ hasTickers }) => hasTickers)) {
      await this.#upstream.subscription(name)?.remove(tickers);
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

  /** Whether it may lead: not without Kalshi, but for a moment. */
  get #isFit(): boolean {
    return this.#upstream.isOpen ||
      this.#lanes.some(({ leads }) => leads) && this.#upstream.isLostFor(WITHOUT_MS);
  }

  get #status(): NatsGatewayStatus {
    const leading = this.#lanes.filter(({ leads }) => leads).length;
    return {
      state: leading === this.#lanes.length ? "leading" : leading === 0 ? "standby" : "partly",
      upstream: this.#upstream.isOpen ? "open" : "lost",
    };
  }

  async #start(): Promise<void> {
    try {
      for (const lane of this.#lanes) await reach(() => lane.open());
      this.#upstream.open();
      void this.#watchNats();
      await this.#subscribe();
      for (const lane of this.#lanes) await reach(() => lane.start());
      this.#books.start();
      this.#upstream.lookForEnds();
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
      await this.#upstream.subscribe(channel);
    }
  }

  /** What becomes of what is heard. */
  #listener(): UpstreamListener {
    const isBooks = (name: string) => name === this.#product.books.decoder.channel;
    return {
      onFrame: ({ name, pick }, frame, text) => {
        if (isBooks(name) && !this.#books.take(frame)) return;
        const market = nameIn(pick, frame.msg);
        this.#laneOf.get(name)?.frame(name, typeof market === "string" ? market : undefined, text);
      },
      onMarker: (name, marker) => {
        if (isBooks(name) && marker.type === "gap" && marker.reason !== "ended") this.#books.lost();
        else if (isBooks(name) && marker.type !== "disconnected") this.#books.restart();
        this.#tell(name, marker);
      },
      onLost: () => {
        this.#books.restart();
        this.#changed();
      },
      onRestored: () => this.#changed(),
      onEnded: (name) => {
        this.#tell(name, { type: "ended" });
        this.#onError(
          new KalshiNatsError(
            `"${name}" is no longer published: its subscription has ended. The stream's onError says why.`,
          ),
        );
        void this.#tellCarries();
      },
      onFail: (error) => this.#fail(error),
    };
  }

  #tell(channel: string, marker: GatewayMarker): void {
    this.#laneOf.get(channel)?.marker(channel, marker);
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
      of === isPrivate && this.#upstream.subscription(name) !== undefined
    );
    return {
      channels: Object.fromEntries(own.map(({ name, params, hasTickers }) => [
        name,
        hasTickers ? { ...params, market_tickers: this.#upstream.subscription(name)?.keys } : params,
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
    this.#books.stop();
    const left = this.#upstream.close();
    const settled = Promise.all(this.#lanes.map((lane) => lane.settled()));
    const done = new AbortController();
    void settled.then(() => done.abort());
    if (!coreOf(this.#settings.connection).isClosed()) await delay(this.#clock, CLOSING_MS, done.signal);
    await Promise.all(this.#lanes.map((lane) => lane.close()));
    await left;
    void this.#connection?.return?.();
    for (const watcher of this.#watchers) {
      watcher.push({ state: "closed", upstream: this.#upstream.isOpen ? "open" : "lost" });
      watcher.end();
    }
    this.#watchers.clear();
    this.#errors.end();
    if (error === undefined) this.#end.resolve();
    else this.#end.reject(error);
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
