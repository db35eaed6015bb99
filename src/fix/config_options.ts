/** The options of a FIX session's configuration. */
import type { KalshiEnvironment } from "../config/venue.ts";
import { fixHeartbeat, type FixProduct, type FixSessionKind } from "../contract/fix/sessions.ts";
import type { LogonOptions } from "./logon.ts";

/** What to do when Kalshi's numbers and those of the store do not fit together. */
export type OnSequenceMismatch = "fail" | "reset";

/** Options of {@linkcode FixConfig}; what is left out or `undefined` has its default. */
export interface FixConfigOptions {
  /** Whose gateway: that of event contracts, or that of perps (`"margin"`). Keys of one are unknown to the other. */
  readonly product: FixProduct;
  /**
   * What the session is for: `"order-entry"` (KalshiNR), `"order-entry-rt"` (KalshiRT, with retransmission),
   * `"drop-copy"` (KalshiDC), `"post-trade"` (KalshiPT), `"rfq"` (KalshiRFQ) or `"market-data"` (KalshiMD).
   */
  readonly session: FixSessionKind;
  /**
   * Which of Kalshi's environments it is. By default the one of `host`, where that is Kalshi's, or production. A
   * `host` of the other one is refused.
   */
  readonly environment?: KalshiEnvironment | undefined;
  /** Host name or address; by default Kalshi's for the product, the session and the environment. */
  readonly host?: string | undefined;
  /** Port; by default Kalshi's for the session. */
  readonly port?: number | undefined;
  /** TargetCompID(56): what the other side calls itself. By default Kalshi's name of the session. */
  readonly targetCompId?: string | undefined;
  /**
   * Whether it speaks TLS, 1.2 or newer. `false` is for this machine alone: `localhost`, `127.0.0.1` and `[::1]`.
   *
   * @default true
   */
  readonly tls?: boolean | undefined;
  /** Certificate authorities, each a PEM text, trusted beside those of the runtime; refused on runtimes that cannot. */
  readonly ca?: readonly string[] | undefined;
  /**
   * Public keys of which the server's certificate, or an authority above it, must have one, each the SHA-256 of its
   * SubjectPublicKeyInfo in base64. Certificates rotate: give that of the next key as well, or that of the authority.
   * Refused on runtimes that cannot.
   */
  readonly pins?: readonly string[] | undefined;
  /**
   * HeartBtInt(108) in whole seconds, up to 300: more than 3 for event contracts, 3 or more for perps. A silent peer is
   * noticed after this time and a little more.
   *
   * @default 30
   */
  readonly heartbeatSeconds?: number | undefined;
  /**
   * How long a connection may take to come up, TLS included, in milliseconds.
   *
   * @default 10000
   */
  readonly connectTimeoutMs?: number | undefined;
  /**
   * How long the Logon may wait for its answer, in milliseconds.
   *
   * @default 10000
   */
  readonly logonTimeoutMs?: number | undefined;
  /**
   * How long the Logout may wait for its answer, in milliseconds.
   *
   * @default 2000
   */
  readonly logoutTimeoutMs?: number | undefined;
  /**
   * How long a request may wait for its report, in milliseconds. What became of an order is unknown after that.
   *
   * @default 10000
   */
  readonly requestTimeoutMs?: number | undefined;
  /**
   * Connections in a row that may fail before the client gives up; 0 for none after the first.
   *
   * @default 10
   */
  readonly maxRetries?: number | undefined;
  /**
   * First step of the exponential backoff between connections, in milliseconds.
   *
   * @default 500
   */
  readonly retryBaseDelayMs?: number | undefined;
  /**
   * The longest wait between connections, in milliseconds.
   *
   * @default 30000
   */
  readonly retryMaxDelayMs?: number | undefined;
  /**
   * How long a Logon that is refused with `already exists` is tried again, in milliseconds: until the key's old session
   * has timed out. It does not count into `maxRetries`.
   *
   * @default 60000
   */
  readonly alreadyOnlineMs?: number | undefined;
  /**
   * What to do on a session with retransmission when the numbers do not fit: `"fail"`, or `"reset"`, which begins both
   * at 1 and tells that messages may be lost.
   *
   * @default "fail"
   */
  readonly onSequenceMismatch?: OnSequenceMismatch | undefined;
  /**
   * Whether orders are sent again when Kalshi asks for messages that it missed. By default they are filled over: an old
   * order would meet another market. For `"order-entry-rt"` alone.
   *
   * @default false
   */
  readonly resendOrders?: boolean | undefined;
  /**
   * How many missed messages one ResendRequest asks for; 0 asks for all. For sessions with retransmission.
   *
   * @default 1000
   */
  readonly resendChunk?: number | undefined;
  /**
   * The longest message that is read, in bytes.
   *
   * @default 1048576
   */
  readonly maxFrameBytes?: number | undefined;
  /**
   * What the Logon asks for, by the names of FIX; what is left out is as Kalshi has it.
   *
   * @default {}
   */
  readonly logon?: LogonOptions | undefined;
  /**
   * Lets hosts through that are neither Kalshi's nor this machine, and Kalshi's for what they do not serve. When left
   * out, the environment variable `KALSHI_FIX_ALLOW_UNKNOWN_HOST=1` decides, where it may be read; an explicit `false`
   * overrules it.
   */
  readonly allowUnknownHost?: boolean | undefined;
}

/** Options of the presets, which set the environment. */
export type FixPresetOptions = Omit<FixConfigOptions, "environment">;

/** The defaults that do not depend on the session. */
export const FIX_DEFAULTS = /* @__PURE__ */ Object.freeze(
  {
    tls: true,
    ca: undefined,
    pins: undefined,
    heartbeatSeconds: fixHeartbeat.usual,
    connectTimeoutMs: 10_000,
    logonTimeoutMs: 10_000,
    logoutTimeoutMs: 2_000,
    requestTimeoutMs: 10_000,
    maxRetries: 10,
    retryBaseDelayMs: 500,
    retryMaxDelayMs: 30_000,
    alreadyOnlineMs: 60_000,
    onSequenceMismatch: "fail",
    resendOrders: false,
    resendChunk: 1_000,
    maxFrameBytes: 1_048_576,
    logon: /* @__PURE__ */ Object.freeze({}),
    allowUnknownHost: false,
  } as const,
);
