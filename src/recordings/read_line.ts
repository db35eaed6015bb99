/**
 * From a line of a recording to what it says.
 *
 * @module
 */
import { isRecord } from "../base/plain.ts";
import { eventProduct } from "../stream/event_product.ts";
import { KalshiRecordingError } from "./errors.ts";
import { FORMAT, FORMAT_VERSION, isTime, type RecordingHeader, splitFrame } from "./format.ts";
import type { RecordedFrame, RecordedItem, RecordedMessage, RecordedPlace } from "./items.ts";

const NO_TIME = "a line without its time";

/** What a reader knows when it comes to a line. */
export interface LineContext {
  readonly file: string;
  readonly line: number;
  /** Whether the line is known to be what was written. */
  readonly isChecked: boolean;
}

/** The channel of each type of frame that belongs to one channel alone. */
const channelOfType: ReadonlyMap<string, string> = (() => {
  const found = new Map<string, string>();
  const shared = new Set<string>();
  for (const [channel, { types = [] }] of Object.entries(eventProduct.channels)) {
    for (const type of types) {
      if (found.has(type)) shared.add(type);
      found.set(type, channel);
    }
  }
  for (const type of shared) found.delete(type);
  return found;
})();

/** Which frames are wanted. */
export interface FrameFilter {
  readonly channels: ReadonlySet<string> | undefined;
  readonly tickers: ReadonlySet<string> | undefined;
}

/** What a reader knows of the lines that follow. */
export interface ReaderState {
  /** The run of the recorder; undefined before any file has begun. */
  readonly session?: string | undefined;
  /** The channel of each subscription id of the present connection. */
  readonly sids: readonly (readonly [sid: number, channel: string])[];
}

/** Reads lines, and keeps what they say of those that follow. */
export class LineReader {
  readonly #filter: FrameFilter;
  /** How the tickers stand in a text. */
  readonly #marks: readonly string[] | undefined;
  /** The channel of each subscription id of the present connection. */
  readonly #sids = new Map<number, string>();
  #session: string | undefined;

  constructor(filter: FrameFilter) {
    this.#filter = filter;
    this.#marks = filter.tickers && [...filter.tickers].map((ticker) => JSON.stringify(ticker));
  }

  /** What it knows by now. */
  get state(): ReaderState {
    return { session: this.#session, sids: [...this.#sids] };
  }

  /** Goes on as one that knew this. */
  restore({ session, sids }: ReaderState): void {
    this.#session = session;
    this.#sids.clear();
    for (const [sid, channel] of sids) this.#sids.set(sid, channel);
  }

  /** Whether only some markets are wanted. */
  get picksTickers(): boolean {
    return this.#filter.tickers !== undefined;
  }

  /** Whether frames of this channel are wanted. */
  wantsChannel(channel: string | undefined): boolean {
    const { channels } = this.#filter;
    return channels === undefined || channel !== undefined && channels.has(channel);
  }

  /** Whether frames of this market are wanted. */
  wantsTicker(ticker: string | undefined): boolean {
    const { tickers } = this.#filter;
    return tickers === undefined || ticker !== undefined && tickers.has(ticker);
  }

  /** Whether a frame of this channel and market is wanted. */
  wants(channel: string | undefined, ticker: string | undefined): boolean {
    return this.wantsChannel(channel) && this.wantsTicker(ticker);
  }

  /**
   * What a line says; undefined for a frame that is not wanted, a text for a line that cannot be read.
   *
   * @throws {KalshiRecordingError} for the header of a later version of the format
   */
  read(line: string, context: LineContext): RecordedItem | string | undefined {
    const split = splitFrame(line);
    const { file, line: number } = context;
    if (split !== undefined) {
      const { atMs, us, text } = split;
      if (!isTime(atMs)) return NO_TIME;
      return this.#frame(text, { file, line: number, atMs, us });
    }
    const value = parse(line);
    if (value === undefined) return "no JSON";
    const { atMs, us, frame, text, header, event, ...more } = value;
    if (!isTime(atMs) || typeof us !== "number") return NO_TIME;
    const place = { file, line: number, atMs, us };
    if (isRecord(frame)) return this.#frame(JSON.stringify(frame), place);
    if (typeof text === "string") return { kind: "text", ...place, text };
    if (isRecord(header)) return this.#start(header, place);
    const item = event === "market" ? marketItem(more, place) : eventItem(event, more, place, value);
    const { tickers } = this.#filter;
    const isOther = typeof item === "object" && item.kind === "market" && tickers?.has(item.ticker) === false;
    return isOther ? undefined : item;
  }

  #frame(text: string, place: RecordedPlace): RecordedFrame | string | undefined {
    const isAck = text.includes('"subscribed"');
    if (!isAck && this.#marks?.some((mark) => text.includes(mark)) === false) return undefined;
    const frame = parse(text) as RecordedMessage | undefined;
    if (frame === undefined) return "no JSON";
    const msg = isRecord(frame.msg) ? frame.msg : {};
    if (
      isAck && frame.type === "subscribed" && typeof msg.sid === "number" && typeof msg.channel === "string"
    ) {
      this.#sids.set(msg.sid, msg.channel);
    }
    const { type = "", sid = 0 } = frame;
    const channel = channelOfType.get(type) ??
      (type === "subscribed" ? asText(msg.channel) : this.#sids.get(sid));
    const ticker = asText(msg.market_ticker) ?? asText(msg.ticker);
    if (!this.wants(channel, ticker)) return undefined;
    return { kind: "frame", ...place, text, frame, channel, ticker };
  }

  #start(header: Readonly<Record<string, unknown>>, place: RecordedPlace): RecordedItem | string {
    const known = readHeader(header, place.file);
    if (typeof known === "string") return known;
    const isSession = known.session !== this.#session;
    this.#session = known.session;
    if (isSession) this.#sids.clear();
    return { kind: "start", ...place, header: known, isSession };
  }
}

/** A header that is one of a version that is known here; else what is wrong with it. */
function readHeader(header: Readonly<Record<string, unknown>>, file: string): RecordingHeader | string {
  const { format, version, session, part, startedAtMs, channels } = header;
  if (format !== FORMAT) return "the header of something else";
  if (typeof version === "number" && version > FORMAT_VERSION) {
    // What its lines mean nobody knows here.
    throw new KalshiRecordingError(
      `${file} is a recording of version ${version}, which a later version of this library reads: update ` +
        "@unofficial/kalshi, or take the file out of the folder.",
    );
  }
  const isWhole = typeof version === "number" && typeof session === "string" && typeof part === "number" &&
    isTime(startedAtMs) && isRecord(channels);
  if (!isWhole) return "a header that is not whole";
  return header as unknown as RecordingHeader;
}

/** The kinds of events, each with the texts and the numbers that it must have. */
const EVENTS: Readonly<
  Record<string, { readonly texts: readonly string[]; readonly numbers: readonly string[] }>
> = {
  status: { texts: ["state"], numbers: [] },
  gap: { texts: ["channel", "reason"], numbers: ["missedFromMs", "missedToMs"] },
  reconnected: { texts: ["channel"], numbers: ["missedFromMs", "missedToMs"] },
  dropped: { texts: [], numbers: ["lines", "frames", "fromMs", "toMs"] },
  ended: { texts: ["channel"], numbers: [] },
  end: { texts: ["reason"], numbers: ["frames"] },
};

function eventItem(
  event: unknown,
  more: Readonly<Record<string, unknown>>,
  place: RecordedPlace,
  value: Readonly<Record<string, unknown>>,
): RecordedItem | string {
  if (typeof event !== "string") return "a line that says nothing that is known";
  const fields = Object.hasOwn(EVENTS, event) ? EVENTS[event] : undefined;
  if (fields === undefined) return { kind: "other", ...place, value };
  const isGood = fields.texts.every((name) => typeof more[name] === "string") &&
    fields.numbers.every((name) => name.endsWith("Ms") ? isTime(more[name]) : typeof more[name] === "number");
  if (!isGood) return `a line "${event}" that is not whole`;
  return { ...more, kind: event, ...place } as RecordedItem;
}

/** Its event has another name than that of the line: `event` says there what the line is. */
function marketItem(
  { ticker, market, ofEvent, series }: Readonly<Record<string, unknown>>,
  place: RecordedPlace,
): RecordedItem | string {
  if (typeof ticker !== "string" || !isRecord(market)) return 'a line "market" that is not whole';
  return {
    kind: "market",
    ...place,
    ticker,
    market,
    ...isRecord(ofEvent) && { event: ofEvent },
    ...isRecord(series) && { series },
  };
}

const asText = (value: unknown): string | undefined => typeof value === "string" ? value : undefined;

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
