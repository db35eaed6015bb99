/**
 * What a gateway and its readers agree on: names of streams, subjects and buckets, and what stands in a message.
 *
 * What a gateway heard of one account, or of no account, is one JetStream stream: a {@linkcode Lane}. A lane has one
 * writer at a time, and the number that NATS gives to a message is its place in all that the lane ever carried. Each
 * message names the one that it follows, so that nothing can be missing, be stored twice, or come from a gateway that no
 * longer leads.
 *
 * ```text
 * kalshi.<environment>.<product>.public.<channel>.<market>                 a frame
 * kalshi.<environment>.<product>.public.<channel>.<market>.snapshot        a whole book, as of its place in the lane
 * kalshi.<environment>.<product>.public.<channel>.@marker                  something is missing before here
 * kalshi.<environment>.<product>.private.<account>.<channel>.<market>      the same for an account
 * kalshi.beat.<environment>.<product>.public                               a sign of life, which is not stored
 * kalshi.ask.<environment>.<product>.public                                asks for snapshots
 * ```
 *
 * Whole books are written when one becomes live, and every few seconds. A reader that follows may take each: one that is
 * right meets no difference. Changes of a market after the whole book continue it, and none is in it already.
 *
 * A frame travels as the text that Kalshi sent, without `sid` and `seq`, which belong to the connection that it came by:
 * `{"type":"orderbook_delta","msg":{…}}`. `type` comes first.
 *
 * @module
 */
import { KalshiConfigError } from "../base/errors.ts";

/** Products that a gateway carries. */
export type LaneProduct = "events" | "perps";

/** What one JetStream stream carries. */
export interface Lane {
  /** The environment, as `config.environment` says it: `production`, `demo`, `loopback` or `unknown`. */
  readonly environment: string;
  /** Event contracts or perpetual futures. */
  readonly product: LaneProduct;
  /** The name of the account that it is about; undefined for the public channels. */
  readonly account?: string | undefined;
}

/** In place of a market: the frame is about none. */
export const NO_MARKET = "@all";
/** In place of a market: a {@linkcode GatewayMarker} of the channel. */
export const MARKER = "@marker";
/** Behind the market: a whole book. */
export const SNAPSHOT = "snapshot";

/** The bucket in which gateways keep who leads, and what is carried. */
export const GATEWAYS_BUCKET = "KALSHI_GATEWAYS";
/** The bucket in which processes keep a rate budget that they share. */
export const RATES_BUCKET = "KALSHI_RATES";
/** The bucket in which processes keep which intent became which order. */
export const ORDERS_BUCKET = "KALSHI_ORDERS";

/** The header by which NATS knows a message again: see {@linkcode messageId}. */
export const ID_HEADER = "Nats-Msg-Id";
/** The header that says which number the message before must have: of the first message after the writer has looked. */
export const AFTER_NUMBER_HEADER = "Nats-Expected-Last-Sequence";
/** The header that says which id the message before must have: of all others. */
export const AFTER_ID_HEADER = "Nats-Expected-Last-Msg-Id";

/** The name of an account: part of a subject and of a stream's name. */
export const ACCOUNT_NAME: RegExp = /^[A-Za-z0-9_-]{1,64}$/;

/** A name as one token of a subject. What encodeURIComponent leaves alone and NATS does not is escaped too. */
export function tokenOf(name: string): string {
  return encodeURIComponent(name).replace(/[.*]/g, (char) => char === "." ? "%2E" : "%2A");
}

/** The name that a token stands for. */
export function nameOf(token: string): string {
  return decodeURIComponent(token);
}

function path({ environment, product, account }: Lane): string {
  return `${environment}.${product}.${account === undefined ? "public" : `private.${account}`}`;
}

/** What all subjects of a lane begin with; `${laneSubject(lane)}.>` are all of them. */
export const laneSubject = (lane: Lane): string => `kalshi.${path(lane)}`;

/** The subject of a sign of life. */
export const beatSubject = (lane: Lane): string => `kalshi.beat.${path(lane)}`;

/** The subject that snapshots are asked for on. */
export const askSubject = (lane: Lane): string => `kalshi.ask.${path(lane)}`;

/** The JetStream stream of a lane: `KALSHI_DEMO_EVENTS`, `KALSHI_DEMO_EVENTS_PRIVATE_main`. */
export function laneStream({ environment, product, account }: Lane): string {
  const name = `KALSHI_${environment}_${product}`.toUpperCase();
  return account === undefined ? name : `${name}_PRIVATE_${account}`;
}

/** The key of {@linkcode GATEWAYS_BUCKET} that says who leads: a {@linkcode Lease}. */
export const leaseKey = (lane: Lane): string => `${laneStream(lane)}.lease`;

/** The key that says what is carried: {@linkcode Carries}. */
export const carriesKey = (lane: Lane): string => `${laneStream(lane)}.carries`;

/** The subject of a frame. */
export function frameSubject(lane: Lane, channel: string, market: string | undefined): string {
  return `${laneSubject(lane)}.${tokenOf(channel)}.${market ? tokenOf(market) : NO_MARKET}`;
}

/** The subject of a whole book. */
export const snapshotSubject = (lane: Lane, channel: string, market: string): string =>
  `${frameSubject(lane, channel, market)}.${SNAPSHOT}`;

/** The subject of the markers of a channel. */
export const markerSubject = (lane: Lane, channel: string): string =>
  `${laneSubject(lane)}.${tokenOf(channel)}.${MARKER}`;

/** What a subject of a lane says of its message. */
export interface SubjectParts {
  /** What it is. */
  readonly kind: "frame" | "snapshot" | "marker";
  /** The channel, unescaped. */
  readonly channel: string;
  /** The market, or whatever else the channel picks by; undefined where the message is about none. */
  readonly market: string | undefined;
}

/** Reads a subject of a lane; undefined for what is none. */
export function readSubject(lane: Lane, subject: string): SubjectParts | undefined {
  const start = `${laneSubject(lane)}.`;
  if (!subject.startsWith(start)) return undefined;
  const [channel, market, last, ...more] = subject.slice(start.length).split(".");
  if (!channel || !market || more.length > 0 || last !== undefined && last !== SNAPSHOT) return undefined;
  const name = nameOf(channel);
  if (market === MARKER) return { kind: "marker", channel: name, market: undefined };
  const of = market === NO_MARKET ? undefined : nameOf(market);
  return { kind: last === undefined ? "frame" : "snapshot", channel: name, market: of };
}

/**
 * The id of a message: whose it is, and its number in the lane. A gateway that sends it again, since it does not know
 * whether it arrived, gives it the same.
 *
 * @param reign a name of the time in which the gateway has led, which no other has
 */
export const messageId = (reign: string, seq: number): string => `${reign}-${seq}`;

/**
 * What stands between the frames of a channel where some are missing, or may be.
 *
 * - `takeover`: another gateway leads, or one that begins: what follows is of another connection to Kalshi.
 * - `disconnected`: the gateway has lost Kalshi. Until `reconnected` or `takeover` nothing is known.
 * - `reconnected`: it has Kalshi again, and the channel's subscription was restored.
 * - `gap`: frames are missing. `missed`: how many, undefined where nobody knows. `reason`: those of the stream's own
 *   marker; `full`: the gateway had no room for them, since NATS was away or slow; `store`: NATS has lost what it had
 *   acknowledged; `book`: the book of `market` is wrong, and a whole one follows.
 * - `ended`: Kalshi has ended the subscription, and the gateway no longer carries the channel.
 */
export type GatewayMarker =
  | {
    readonly type: "takeover";
    readonly epoch: number;
    readonly gateway: string;
    readonly missedFromMs: number;
    readonly missedToMs: number;
  }
  | { readonly type: "disconnected"; readonly missedFromMs: number }
  | { readonly type: "reconnected"; readonly missedFromMs: number; readonly missedToMs: number }
  | {
    readonly type: "gap";
    readonly missed?: number | undefined;
    readonly reason: "sequence" | "unreadable" | "ended" | "full" | "store" | "book";
    /** The one market that it is about; undefined for the whole channel. */
    readonly market?: string | undefined;
    readonly missedFromMs: number;
    readonly missedToMs: number;
  }
  | { readonly type: "ended" };

/** Who leads a lane: written anew several times within `leaseMs`, and another takes over when it is not. */
export interface Lease {
  /** The gateway's id. */
  readonly gateway: string;
  /** Grows with every leader: the revision of the key with which it became one. */
  readonly epoch: number;
  /** How long it may go unrenewed, in milliseconds; 0: the leader has left, and whoever wants may take it at once. */
  readonly leaseMs: number;
}

/** What a lane carries. */
export interface Carries {
  /** The channels, each with the parameters of its subscription upstream. */
  readonly channels: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A sign of life of a lane's leader, a core message that is not stored; every {@linkcode BEAT_MS}. */
export interface Beat {
  /** Whose it is. */
  readonly gateway: string;
  /** The epoch of its lease. */
  readonly epoch: number;
  /** The lane has acknowledged everything up to here. */
  readonly seq: number;
  /** Whether it has Kalshi. */
  readonly upstream: "open" | "lost";
  /**
   * The revision of {@linkcode carriesKey} that says what it carries now, so that readers look when it is another one;
   * undefined before it is written down.
   */
  readonly carries?: number | undefined;
  /** When, in Unix milliseconds by the gateway's clock. */
  readonly atMs: number;
}

/** How often a leader gives a sign of life, in milliseconds. */
export const BEAT_MS = 500;
/** A reader that has had no sign of life for so long, in milliseconds, has no gateway. */
export const SILENT_MS = 3_000;

/** What snapshots are asked for with, as a request on {@linkcode askSubject}: they come in the lane, soon. */
export interface Ask {
  /** Of these markets; of none where a sign of life is all that is wanted, which comes at once. */
  readonly tickers: readonly string[];
}

/**
 * The answer to an {@linkcode Ask}. `coming`: those whose snapshot is in the lane after `seq`, or will be. The others
 * have no live book: theirs comes when they have.
 */
export interface Asked {
  /** The lane's last number when the question came. */
  readonly seq: number;
  /** The markets. */
  readonly coming: readonly string[];
}

/**
 * A frame as it travels: without `sid` and `seq`, `type` first. Undefined where the text is no frame. Nothing is parsed
 * and written anew, so that no number changes.
 */
export function stripFrame(text: string): string | undefined {
  const usual = USUAL.exec(text);
  if (usual !== null) return `{"type":"${usual[1]}",${text.slice(usual[0].length)}`;
  return rearranged(text);
}

/** The text of a frame as a socket would bring it, with these numbers. */
export function numberFrame(stripped: string, sid: number, seq: number | undefined): string {
  const at = stripped.indexOf(",");
  const end = at < 0 ? stripped.length - 1 : at;
  const numbers = seq === undefined ? `,"sid":${sid}` : `,"sid":${sid},"seq":${seq}`;
  return stripped.slice(0, end) + numbers + stripped.slice(end);
}

/** The type of a frame as it travels. */
export function typeOf(stripped: string): string {
  return stripped.slice(START.length, stripped.indexOf('"', START.length));
}

const START = '{"type":"';
const USUAL = /^\{"type":"(\w+)","sid":\d+,(?:"seq":\d+,)?(?=")/;

/** The same for a frame whose fields are in another order. */
function rearranged(text: string): string | undefined {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof frame !== "object" || frame === null || Array.isArray(frame)) return undefined;
  const { type } = frame as { readonly type?: unknown };
  if (typeof type !== "string" || !/^\w+$/.test(type)) return undefined;
  const others = members(text).filter(({ name }) => name !== "type" && name !== "sid" && name !== "seq");
  return `{"type":"${type}"${others.map(({ raw }) => `,${raw}`).join("")}}`;
}

/** The members of an object, as text; the text is known to be an object. */
function members(text: string): { readonly name: string; readonly raw: string }[] {
  const found: { name: string; raw: string }[] = [];
  let depth = 0;
  let start = 0;
  let inText = false;
  const take = (end: number) => {
    const raw = text.slice(start, end).trim();
    if (raw === "") return;
    const name = /^"(?:[^"\\]|\\.)*"/.exec(raw)?.[0] ?? '""';
    found.push({ name: JSON.parse(name) as string, raw });
  };
  for (let index = 0; index < text.length; index++) {
    const char = text[index];
    if (inText) {
      if (char === "\\") index++;
      else if (char === '"') inText = false;
    } else if (char === '"') inText = true;
    else if (char === "{" || char === "[") {
      if (++depth === 1) start = index + 1;
    } else if (char === "}" || char === "]") {
      if (--depth === 0) take(index);
    } else if (char === "," && depth === 1) {
      take(index);
      start = index + 1;
    }
  }
  return found;
}

/** Refuses a name that cannot be one of an account. */
export function assertAccountName(owner: string, account: string): void {
  if (ACCOUNT_NAME.test(account)) return;
  throw new KalshiConfigError(
    `${owner}: \`account\` takes a name of 1 to 64 letters, digits, "_" and "-": it is part of subjects and of a stream's name.`,
  );
}
