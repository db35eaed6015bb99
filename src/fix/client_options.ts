/** What a FIX client is made from. */
import type { Passphrase } from "../auth/open_pem.ts";
import type { PemInput } from "../auth/pem.ts";
import { type RequestSigner, signerRule } from "../auth/signer.ts";
import type { Clock } from "../base/clock.ts";
import {
  callable,
  clock,
  flag,
  having,
  needed,
  rule,
  type Rules,
  signal,
  text,
  withPreset,
} from "../base/options.ts";
import { isObject } from "../base/plain.ts";
import { type LogOptions, logRules } from "../config/logging.ts";
import type { ReceivedMessage } from "../contract/fix/codec.ts";
import type { Limiter } from "../rate_limits/limiter.ts";
import type { Runtime } from "../runtime/types.ts";
import type { FixClientEvent } from "./client_state.ts";
import type { FixConfig } from "./config.ts";
import type { FixConfigOptions } from "./config_options.ts";
import type { FixLog } from "./log.ts";
import type { FixStore } from "./store.ts";

/** What a FIX client is made from. */
export interface FixClientOptions extends LogOptions {
  /** The key that signs the Logon; not together with `keyId` and the options that belong to it. */
  readonly auth?: RequestSigner | undefined;
  /** Id of the API key. One key has one FIX connection at a time. */
  readonly keyId?: string | undefined;
  /** The private key as PEM: its text, or the bytes of its file. */
  readonly privateKey?: PemInput | undefined;
  /** Passphrase of an encrypted key, or a function that gives it. */
  readonly passphrase?: Passphrase | undefined;
  /** Which session, where, and how: a FixConfig, or its options. */
  readonly config: FixConfig | FixConfigOptions;
  /**
   * Where the session keeps its numbers and what it sent. On KalshiRT and KalshiPT, whose numbers go on, it must be
   * given, and be that of the last session: a `FileFixStore`; a `MemoryFixStore` forgets with its process. The other
   * sessions begin anew with each connection and need none. The client closes it.
   */
  readonly store?: FixStore | undefined;
  /**
   * Refuses with a `KalshiReadOnlyError`, before it is sent, every message that changes something: all but subscriptions
   * to market data, the status of securities, and questions to the drop copy. `KALSHI_READONLY=1` does the same for every
   * client of the process, and neither can be overruled by the other.
   *
   * @default false
   */
  readonly readOnly?: boolean | undefined;
  /** Takes every frame and event, such as `await fileLog({ path })`. The client closes it. */
  readonly log?: FixLog | undefined;
  /** The adapter of this runtime; detected when left out. */
  readonly runtime?: Runtime | undefined;
  /** Time; the runtime's own when left out. */
  readonly clock?: Clock | undefined;
  /**
   * Keeps requests inside the account's rate budget: a `RateLimiter`, the same one that the account's `KalshiClient`
   * has, or for the margin exchange its `PerpsClient`, since both draw on the same buckets. Without it requests are sent
   * at once.
   */
  readonly limiter?: Limiter | undefined;
  /** Told of every change of state, and of what happens to the session. */
  readonly onEvent?: ((event: FixClientEvent) => void) | undefined;
  /**
   * Told of every message of the application in the moment it comes, before the store counts it as received. What is
   * written down in it survives a kill: a message whose number was not counted comes again, under the same ExecID. It
   * must be quick; what it throws goes to the console. Iterables are the better way to everything else.
   */
  readonly onMessage?: ((message: ReceivedMessage) => void) | undefined;
  /** Ends the attempt to connect. The client that comes of it has `close()`. */
  readonly signal?: AbortSignal | undefined;
}

/** What the options of a FIX client may be. */
export const fixClientRules = {
  auth: signerRule(),
  keyId: text("the id of an API key as text"),
  privateKey: rule(
    "a private key as PEM: its text, or the bytes of its file",
    (value) => typeof value === "string" || isObject(value),
  ),
  passphrase: rule(
    "a passphrase, or a function that gives one",
    (value) => typeof value === "string" || typeof value === "function",
  ),
  config: needed(rule("a FixConfig, or an object of its options", isObject)),
  store: having("a store", "open", "append", "sent"),
  log: callable(),
  runtime: having("the adapter of a runtime", "connectTcp"),
  clock: clock(),
  limiter: having("a RateLimiter", "admit", "refused"),
  onEvent: callable(),
  onMessage: callable(),
  readOnly: withPreset(flag(), false),
  ...logRules,
  signal: signal(),
} satisfies Rules<FixClientOptions>;
