/**
 * Reads the messages of a subject out of a JetStream stream, in order, each once, whatever becomes of the connection,
 * the server or the consumer: what is missing is read again from the last that came.
 *
 * @module
 */

import type { ConsumerConfig, JetStreamManager } from "@nats-io/jetstream";
import { createInbox, type Msg, type NatsConnection, type Subscription } from "@nats-io/nats-core";
import type { Clock, ClockTimer } from "../base/clock.ts";

/** Where to begin: with what comes from now on, with what was stored at a time or later, or with a sequence. */
export type StreamStart = "now" | { readonly atMs: number } | { readonly sequence: number };

/** How far a stream was read. */
export interface StreamPlace {
  /** The number of the last message that was delivered. */
  readonly sequence: number;
  /** When that was stored, in Unix milliseconds by the server's clock. */
  readonly storedMs: number;
  /** When the stream was made: one that is made anew counts from 1 again. */
  readonly created: string | undefined;
}

/** What a reader is made from. */
export interface StreamReaderOptions {
  readonly connection: NatsConnection;
  readonly jsm: JetStreamManager;
  /** The name of the stream. */
  readonly stream: string;
  /** The subject, or the subjects with wildcards. */
  readonly subject: string;
  /** Where to begin, or how far it was read before. */
  readonly start: StreamStart | StreamPlace;
  readonly clock: Clock;
  /** A message. */
  readonly onMessage: (msg: Msg) => void;
  /** The stream is another than the one that was read, or has lost its end: reading ends, and would go on from here. */
  readonly onOther: (start: StreamStart) => void;
  /** Reading failed, and is tried again. */
  readonly onError: (error: unknown) => void;
}

/** How often the server says that there is nothing. */
const HEARTBEAT_MS = 2_000;
/** After such a silence the consumer is made anew; it is looked this often. */
const SILENCE_MS = 2.5 * HEARTBEAT_MS;
/** The wait before another attempt, which doubles up to the longest. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;
const NS_PER_MS = 1_000_000;

/** What is being read with: its inbox, and the number of the last message that the consumer has sent. */
interface Reading {
  readonly name: string;
  readonly subscription: Subscription;
  delivered: number;
  /** Where the numbers begin in the reply subjects of its messages; undefined before the first. */
  numbersAt: number | undefined;
}

/** One reader. */
export class StreamReader {
  readonly #options: StreamReaderOptions;
  readonly #start: StreamStart;
  #last: number | undefined;
  #storedMs = 0;
  #created: string | undefined;
  #reading: Reading | undefined;
  #timer: ClockTimer | undefined;
  #fails = 0;
  /** Whether anything has come since it was looked. */
  #isHeard = false;
  #isClosed = false;
  /** How many more messages were stored for it when the last one was sent. */
  pending = 0;

  constructor(options: StreamReaderOptions) {
    const { start } = options;
    this.#options = options;
    if (typeof start === "object" && "storedMs" in start) {
      this.#last = start.sequence;
      this.#storedMs = start.storedMs;
      this.#created = start.created;
      this.#start = "now";
    } else this.#start = start;
  }

  /** The sequence of the last message that was delivered, or of the last before the first; undefined until it reads. */
  get last(): number | undefined {
    return this.#last;
  }

  /** How far it has read; undefined until it reads. */
  get place(): StreamPlace | undefined {
    if (this.#last === undefined) return undefined;
    return { sequence: this.#last, storedMs: this.#storedMs, created: this.#created };
  }

  /** Looks whether the stream is still the one that was read; false where it is not, which is told. */
  async verify(): Promise<boolean> {
    const { jsm, stream, onOther } = this.#options;
    const { created, state } = await jsm.streams.info(stream);
    if (this.#isClosed) return false;
    const isAnother = this.#created !== undefined && this.#created !== created;
    this.#created = created;
    const { first } = this;
    if (!isAnother && (first === undefined || first <= state.last_seq + 1)) return true;
    this.close();
    // All that another one has is new; of one that has lost its end what was stored since is.
    const isShorter = !isAnother && this.#storedMs > 0;
    onOther(isShorter ? { atMs: this.#storedMs + 1 } : { sequence: 1 });
    return false;
  }

  /** The number that it reads next, where that is known. */
  get first(): number | undefined {
    if (this.#last !== undefined) return this.#last + 1;
    return typeof this.#start === "object" && "sequence" in this.#start ? this.#start.sequence : undefined;
  }

  /**
   * Begins, or begins anew after the last message that came. Resolves to how many messages are there already.
   *
   * @throws what the server answers; it is not tried again
   */
  async start(): Promise<number> {
    this.#stop();
    if (this.#isClosed || !await this.verify()) return 0;
    this.#stop();
    const { connection, jsm, stream } = this.#options;
    const { inboxPrefix } = (connection as { options?: { inboxPrefix?: string } }).options ?? {};
    const inbox = createInbox(inboxPrefix);
    const name = `kalshi_${crypto.randomUUID().replaceAll("-", "")}`;
    const reading: Reading = {
      name,
      delivered: 0,
      numbersAt: undefined,
      subscription: connection.subscribe(inbox, {
        callback: (error, msg) => {
          if (this.#reading !== reading) return;
          if (error) this.#again(error);
          else this.#take(reading, msg);
        },
      }),
    };
    this.#reading = reading;
    const info = await jsm.consumers.add(stream, { ...this.#config(), name, deliver_subject: inbox });
    if (this.#reading !== reading) return 0;
    this.#fails = 0;
    this.#last ??= info.delivered.stream_seq;
    this.#watch();
    return info.num_pending;
  }

  /** Ends it. */
  close(): void {
    this.#isClosed = true;
    this.#stop();
  }

  #config(): Partial<ConsumerConfig> {
    const { subject } = this.#options;
    const first = this.#last === undefined ? this.#start : { sequence: this.#last + 1 };
    const from: Partial<ConsumerConfig> = first === "now"
      ? { deliver_policy: "new" }
      : "atMs" in first
      ? { deliver_policy: "by_start_time", opt_start_time: new Date(first.atMs).toISOString() }
      : { deliver_policy: "by_start_sequence", opt_start_seq: Math.max(1, first.sequence) };
    return {
      ...from,
      filter_subject: subject,
      ack_policy: "none",
      max_deliver: 1,
      flow_control: true,
      idle_heartbeat: HEARTBEAT_MS * NS_PER_MS,
      inactive_threshold: 30_000 * NS_PER_MS,
      mem_storage: true,
      num_replicas: 1,
    };
  }

  #take(reading: Reading, msg: Msg): void {
    this.#isHeard = true;
    const { reply = "" } = msg;
    reading.numbersAt ??= numbersAt(reply);
    // Those that are no message of the stream have other replies, or none.
    if (reading.numbersAt === undefined || !reply.startsWith("$JS.ACK.")) return this.#status(reading, msg);
    const place = placeOf(reply, reading.numbersAt);
    if (place.delivered !== reading.delivered + 1) return this.#again(undefined);
    reading.delivered = place.delivered;
    if (this.#last !== undefined && place.sequence <= this.#last) return;
    this.#last = place.sequence;
    this.#storedMs = place.storedMs;
    this.pending = place.pending;
    const { onMessage, onError } = this.#options;
    try {
      onMessage(msg);
    } catch (error) {
      // NATS would give the whole connection up.
      onError(error);
    }
  }

  /** The server says that it is there, or asks whether we are. */
  #status(reading: Reading, msg: Msg): void {
    const { headers } = msg;
    if (headers === undefined) return;
    if (msg.reply) msg.respond();
    const stalled = headers.get("Nats-Consumer-Stalled");
    if (stalled) this.#options.connection.publish(stalled);
    const last = headers.get("Nats-Last-Consumer");
    if (last && Number(last) !== reading.delivered) this.#again(undefined);
  }

  /** Makes the consumer anew when nothing has come for a while. */
  #watch(): void {
    this.#isHeard = false;
    this.#timer?.clear();
    this.#timer = this.#options.clock.setTimer(() => {
      if (this.#isHeard) this.#watch();
      else this.#again(undefined);
    }, SILENCE_MS);
  }

  /** Makes the consumer anew: at once, or after a pause where that has just failed. */
  #again(error: unknown): void {
    if (error !== undefined) this.#options.onError(error);
    this.#stop();
    if (this.#isClosed) return;
    const pauseMs = this.#fails === 0
      ? 0
      : Math.min(FIRST_PAUSE_MS * 2 ** (this.#fails - 1), LONGEST_PAUSE_MS);
    this.#timer = this.#options.clock.setTimer(() => {
      this.start().catch((cause) => {
        this.#fails++;
        this.#again(cause);
      });
    }, pauseMs);
  }

  #stop(): void {
    this.#timer?.clear();
    this.#timer = undefined;
    const { connection, jsm, stream } = this.#options;
    const reading = this.#reading;
    this.#reading = undefined;
    if (reading === undefined || connection.isClosed()) return;
    reading.subscription.unsubscribe();
    // It would be gone by itself soon, when nobody listens.
    jsm.consumers.delete(stream, reading.name).catch(() => {});
  }
}

/** What the reply subject of a message says of it. */
interface MessagePlace {
  readonly sequence: number;
  readonly delivered: number;
  readonly storedMs: number;
  readonly pending: number;
}

/** Where the numbers of a reply subject begin; undefined for what is none of a stream's message. */
function numbersAt(reply: string): number | undefined {
  if (!reply.startsWith("$JS.ACK.")) return undefined;
  const parts = reply.split(".");
  // `$JS.ACK.<stream>.<consumer>.`, and in newer servers the domain and the account before them.
  return parts.slice(0, parts.length > 9 ? 6 : 4).join(".").length + 1;
}

/** Reads `<tries>.<sequence>.<delivered>.<nanoseconds>.<pending>`, and whatever may stand behind. */
function placeOf(reply: string, from: number): MessagePlace {
  const sequence = reply.indexOf(".", from) + 1;
  const delivered = reply.indexOf(".", sequence) + 1;
  const stored = reply.indexOf(".", delivered) + 1;
  const pending = reply.indexOf(".", stored) + 1;
  const end = reply.indexOf(".", pending);
  return {
    sequence: Number(reply.slice(sequence, delivered - 1)),
    delivered: Number(reply.slice(delivered, stored - 1)),
    // Without its last six digits it is milliseconds.
    storedMs: Number(reply.slice(stored, pending - 7)),
    pending: Number(reply.slice(pending, end < 0 ? reply.length : end)),
  };
}
