/**
 * The JetStream stream of a lane: made where there is none, and looked at.
 *
 * @module
 */
import {
  type JetStreamManager,
  jetstreamManager,
  RetentionPolicy,
  type StreamConfig,
  type StreamInfo,
} from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { KalshiConfigError } from "../base/errors.ts";
import type { LaneEnd } from "./lane_writer.ts";
import { ID_HEADER, type Lane, laneStream, laneSubject } from "./protocol.ts";

/** What of a lane is kept, and how often. */
export interface LaneLimits {
  readonly maxAgeMs: number;
  readonly maxBytes: number;
  readonly replicas: number;
}

/** For how long NATS knows the id of a message, in nanoseconds. */
const WINDOW_NS = 10_000_000_000;
const NS_PER_MS = 1_000_000;
/** JetStream's code for a stream that there is not. */
const NO_STREAM = 10059;

const codeOf = (error: unknown) => (error as { readonly code?: unknown } | null)?.code;

/** One lane's stream. */
export class LaneStream {
  readonly #connection: NatsConnection;
  readonly #lane: Lane;
  readonly #limits: LaneLimits;
  #manager: JetStreamManager | undefined;

  constructor(connection: NatsConnection, lane: Lane, limits: LaneLimits) {
    this.#connection = connection;
    this.#lane = lane;
    this.#limits = limits;
  }

  /**
   * Makes it where there is none.
   *
   * @throws {KalshiConfigError} where there is one of this name that does not hold the lane
   */
  async open(): Promise<StreamInfo> {
    const manager = this.#manager ??= await jetstreamManager(this.#connection, { checkAPI: false });
    const info = await this.#info(manager) ?? await manager.streams.add(this.#config());
    const { config: { name, subjects, retention, sealed } } = info;
    const wanted = `${laneSubject(this.#lane)}.>`;
    if (subjects?.includes(wanted) && retention === RetentionPolicy.Limits && !sealed) return info;
    throw new KalshiConfigError(
      `The stream ${name} in NATS cannot be a gateway's: it must take the subjects ${wanted}, with the retention ` +
        'policy "limits". Delete it, and the gateway makes one.',
    );
  }

  /** Where it ends. */
  async end(known: number | undefined): Promise<LaneEnd> {
    const { state: { last_seq: last } } = await this.open();
    if (last === 0 || last === known) return { last, id: undefined };
    const message = await this.#manager?.streams.getMessage(laneStream(this.#lane), { seq: last });
    return { last, id: message?.header.get(ID_HEADER) };
  }

  async #info(manager: JetStreamManager): Promise<StreamInfo | undefined> {
    try {
      return await manager.streams.info(laneStream(this.#lane));
    } catch (error) {
      if (codeOf(error) === NO_STREAM) return undefined;
      throw error;
    }
  }

  #config(): Partial<StreamConfig> & { name: string } {
    const { maxAgeMs, maxBytes, replicas } = this.#limits;
    return {
      name: laneStream(this.#lane),
      subjects: [`${laneSubject(this.#lane)}.>`],
      retention: RetentionPolicy.Limits,
      max_age: maxAgeMs * NS_PER_MS,
      max_bytes: maxBytes,
      num_replicas: replicas,
      duplicate_window: Math.min(WINDOW_NS, maxAgeMs * NS_PER_MS),
      allow_direct: true,
    };
  }
}
