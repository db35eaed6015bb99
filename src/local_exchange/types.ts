/** What a local exchange is told, and what it gives. */
import type { KlearAuth } from "../klear/auth.ts";
import type { UsageTier } from "./limits.ts";
import type { PrivateKey, PublicKey } from "./keys.ts";
import type { ApiKeyScope } from "../contract/event/types.ts";
import type { KeyType } from "./signatures.ts";
import type { ByteStream, TcpConnectOptions } from "../runtime/types.ts";
import type { Clock } from "../base/clock.ts";
import type { KalshiAuth } from "../auth/kalshi_auth.ts";

/** How an error body is written. */
export type ErrorBodies = "flat" | "nested";

/** How requests are read: by the contract, or taking no notice of what nobody knows. */
export type RequestReading = "strict" | "lenient";

/** What the WebSocket does with a ticker that it does not know. */
export type UnknownTickers = "ignore" | "refuse";

/** What an exchange has behind it. */
export interface LocalHistory {
  /**
   * How many days, 1 to 365: it begins at midnight in New York so many days ago. In each of them markets opened, traded,
   * closed and paid out. More than 90 put some of it below `/historical`.
   */
  readonly days: number;
}

/** What an exchange shows of itself over TLS. */
export interface LocalTlsIdentity {
  /** Its certificate, in PEM. */
  readonly cert: string;
  /** The certificate's private key, in PEM. */
  readonly key: string;
  /** The certificate of who vouches for it, in PEM, which clients are told to trust; `cert` itself unless told. */
  readonly ca?: string | undefined;
}

/** How an exchange speaks FIX. */
export interface LocalFixOptions {
  /**
   * TCP port of all kinds of sessions: TargetCompID tells which one a client means. 0 takes any that is free.
   *
   * @default 0
   */
  readonly port?: number | undefined;
  /**
   * The same for the sessions of perps, where the exchange has them: they are at a gateway of their own, as Kalshi's are.
   *
   * @default 0
   */
  readonly marginPort?: number | undefined;
  /** A certificate and its private key, for TLS. Without them it is plain TCP. */
  readonly tls?: LocalTlsIdentity | undefined;
  /**
   * What the exchange calls itself, SenderCompID(49): the name of the `session`, as in the samples of Kalshi's market data,
   * or `Kalshi`, as its page on headers says.
   *
   * @default "session"
   */
  readonly senderCompId?: "session" | "Kalshi" | undefined;
  /**
   * How long a key counts as online after its connection broke without a Logout, in milliseconds: so long its Logons are
   * refused with `already exists`. Twice its HeartBtInt unless told, and a minute at most.
   */
  readonly onlineMs?: number | undefined;
}

/** How an exchange has perps. */
export interface LocalPerpsOptions {
  /**
   * How many of its own markets it lists, 0 to 6: Bitcoin, Ether, Solana, XRP, gold, the US 500.
   *
   * @default 6
   */
  readonly markets?: number | undefined;
  /**
   * Whether market makers quote in the perps markets. They move with `stepMs` of the exchange, or when told.
   *
   * @default true
   */
  readonly marketMakers?: boolean | undefined;
  /**
   * How often funding is paid, in milliseconds: each eight hours, at 04:00, 12:00 and 20:00 UTC, unless told; a minute at
   * least, and a day at most.
   *
   * @default 28800000
   */
  readonly fundingEveryMs?: number | undefined;
}

/** How to make an exchange. */
export interface LocalExchangeOptions {
  /**
   * The same seed lists the same markets with the same books.
   *
   * @default 1
   */
  readonly seed?: number | undefined;
  /** The clock that its time follows; the system's unless told. */
  readonly clock?: Clock | undefined;
  /**
   * How many markets to list at least.
   *
   * @default 240
   */
  readonly markets?: number | undefined;
  /**
   * Whether market makers quote in the markets.
   *
   * @default true
   */
  readonly marketMakers?: boolean | undefined;
  /** Lets the market makers move by themselves, each so many milliseconds; only {@linkcode LocalExchange.step} unless told. */
  readonly stepMs?: number | undefined;
  /**
   * Whether crypto is on shard 2 and combos are on shard 1, as at Kalshi, so that an account needs cash there; `false`
   * puts everything on shard 0.
   *
   * @default false
   */
  readonly shards?: boolean | undefined;
  /**
   * Whether requests over the rate limits of an account's tier get a 429.
   *
   * @default false
   */
  readonly rateLimits?: boolean | undefined;
  /**
   * Path of a file in which the exchange keeps everything that is asked of it, so that it goes on where it was when it is
   * started again with the same path, also after `kill -9`: accounts, API keys (their public halves), cash, positions,
   * orders in their queues, fills, settlements, order groups, requests for quotes, markets, the clock. What it began as
   * (`seed`, `markets`, `history` and so on) comes from the file and need not be given again. Not kept: open connections,
   * FIX sequence numbers, faults, the clock skew and what is left of rate limits. On Deno, Bun and Node; none unless told.
   *
   * @example
   * ```ts
   * import { LocalExchange } from "@unofficial/kalshi/local-exchange";
   *
   * declare const pem: string;
   * await using exchange = await LocalExchange.start({ port: 8080, state: "./exchange.state" });
   * // Made the first time, and given back as it is from then on.
   * await exchange.createAccount({ keyId: "a952bcbe-ec3b-4b5b-b8f9-11dae589608c", privateKey: pem });
   * ```
   */
  readonly state?: string | undefined;
  /**
   * A past: settled markets, trades, candlesticks, volumes and outcomes that agree with each other, from the seed. None
   * unless told. Ninety days take some seconds to make, and about 100 megabytes.
   *
   * @example
   * ```ts
   * import { LocalExchange } from "@unofficial/kalshi/local-exchange";
   *
   * await using exchange = await LocalExchange.start({ history: { days: 30 } });
   * const { auth } = await exchange.createAccount({ history: true });
   * ```
   */
  readonly history?: LocalHistory | undefined;
  /**
   * How error bodies are written: `flat`, `{ code, message, details }`, as Kalshi's specification has them, or
   * `nested`, the same below `error`, as Kalshi's servers have been seen to answer.
   *
   * @default "flat"
   */
  readonly errorBodies?: ErrorBodies | undefined;
  /**
   * Origins of pages that may use the exchange, such as `["http://localhost:5173"]`. Browsers keep a page from reading
   * what another origin answers, and so from using it, unless that lets it in (CORS). With a list, WebSocket handshakes
   * that name another origin are refused as well.
   *
   * @default []
   */
  readonly cors?: readonly string[] | undefined;
  /**
   * How requests and WebSocket commands are read: `strict` refuses parameters and fields that are unknown, missing or
   * of another type than the contract says, and names them; `lenient` takes no notice of what it does not know, as
   * Kalshi may do.
   *
   * @default "strict"
   */
  readonly requests?: RequestReading | undefined;
  /**
   * What the WebSocket does with tickers that it does not know; what Kalshi does is not documented. `ignore` takes them
   * and says nothing; the market may come to be. `refuse` answers with error 16, and does nothing else of the command.
   *
   * @default "ignore"
   */
  readonly unknownTickers?: UnknownTickers | undefined;
  /**
   * Whether it speaks FIX, and how; see {@linkcode LocalExchange.fixConfig}.
   *
   * @default false
   */
  readonly fix?: boolean | LocalFixOptions | undefined;
  /**
   * Whether it has a margin exchange with perps, and how; see {@linkcode LocalExchange.perps}.
   *
   * @default false
   */
  readonly perps?: boolean | LocalPerpsOptions | undefined;
  /** Told when the exchange itself fails, which a client sees as a 500; `console.error` unless told. */
  readonly onInternalError?: ((error: unknown) => void) | undefined;
}

/** How to make an exchange that listens. */
export interface LocalExchangeListenOptions extends LocalExchangeOptions {
  /**
   * TCP port; 0 takes any that is free.
   *
   * @default 0
   */
  readonly port?: number | undefined;
  /**
   * Address to listen on.
   *
   * @default "127.0.0.1"
   */
  readonly hostname?: string | undefined;
}

/** What became of the state that an exchange was started with. */
export interface RestoredState {
  /** How many commands it was led through. */
  readonly commands: number;
  /**
   * How many bytes at the end of the file were no whole command, which are in a file of the same name with `.cut` behind it
   * now. A process that was killed while it wrote leaves some; nobody was told that what they ask for was done.
   */
  readonly cutBytes: number;
}

/** How to make an account. */
export interface LocalAccountOptions {
  /**
   * Cash in dollars.
   *
   * @default "1000.00"
   */
  readonly balance?: string | undefined;
  /** Cash for perps in dollars, where the exchange has them; `"10000.00"` unless told. */
  readonly perpsBalance?: string | undefined;
  /** Id of its API key: yours, so that a key of your own outlives a restart of the exchange. A UUID of the seed's unless told. */
  readonly keyId?: string | undefined;
  /**
   * A private key of your own, in place of one that is made: PEM, as text or bytes (PKCS#1 or PKCS#8 for RSA of 2048
   * bits or more, PKCS#8 for Ed25519, not encrypted), a JWK, a `CryptoKey` that can be exported, or a `CryptoKeyPair`.
   */
  readonly privateKey?: PrivateKey | undefined;
  /**
   * A public key of your own: PEM (SPKI), as text or bytes, or a `CryptoKey`. Alone it is for a key that signs elsewhere, such as in
   * a KMS: the `auth` that comes back cannot sign then. With a `privateKey` it must belong to that.
   */
  readonly publicKey?: PublicKey | undefined;
  /** Kind of its API key; that of the key given, else `ed25519`. Making an `rsa` key takes a fraction of a second. */
  readonly keyType?: KeyType | undefined;
  /**
   * What its balance is rounded to after each fill: `"0.0001"` for direct members, `"0.01"` for others.
   *
   * @default "0.0001"
   */
  readonly balancePrecision?: "0.0001" | "0.01" | undefined;
  /**
   * Whether it was there in the past that the exchange's `history` made: with orders, fills, settlements, positions that
   * were closed, and some that are open. There are four such accounts, each another one.
   *
   * @default false
   */
  readonly history?: boolean | undefined;
  /**
   * Whether FIX may ask for its execution reports of the last three hours (EventResendRequest, 35=U1), as Kalshi lets
   * accounts do that are on its list.
   *
   * @default false
   */
  readonly dropCopy?: boolean | undefined;
  /**
   * Tier of its rate limits.
   *
   * @default "basic"
   */
  readonly usageTier?: UsageTier | undefined;
}

/** How to make one more API key. */
export interface LocalKeyOptions
  extends Pick<LocalAccountOptions, "keyId" | "privateKey" | "publicKey" | "keyType"> {
  /** What it may do, such as `["read", "write::trade"]`; `["read", "write"]` unless told. */
  readonly scopes?: readonly ApiKeyScope[] | undefined;
  /** The only subaccount that it may act for; all of them unless told. */
  readonly subaccount?: number | undefined;
}

/** An account of a local exchange. */
export interface LocalAccount {
  /** Its user id. */
  readonly id: string;
  /** Id of its API key. */
  readonly keyId: string;
  /**
   * Private key of its API key, in PEM: PKCS#1 for RSA, PKCS#8 for Ed25519, as Kalshi hands them out. Yours where you
   * gave one, in PKCS#8 if it was no text; empty when it was not given, or cannot be exported.
   */
  readonly privateKey: string;
  /** Signs as the account. A `ManualClock` that the exchange was given waits for its signatures. */
  readonly auth: KalshiAuth;
}

/** An order that somebody else places, to trade with. */
export interface CounterOrder {
  /** Ticker of the market. */
  readonly ticker: string;
  /** `bid` buys YES, `ask` sells it. */
  readonly side: "bid" | "ask";
  /** YES price in dollars. */
  readonly price: string;
  /** Contracts. */
  readonly count: string;
}

/** Where an account's cash is. */
export interface CashPlace {
  /**
   * Number of the subaccount; 0 is the primary one.
   *
   * @default 0
   */
  readonly subaccount?: number | undefined;
  /**
   * Number of the shard.
   *
   * @default 0
   */
  readonly exchangeIndex?: number | undefined;
}

/** A market to list. */
export interface ListedMarket {
  /** Its ticker. */
  readonly ticker: string;
  /** Its title; the ticker unless told. */
  readonly title?: string | undefined;
  /**
   * Milliseconds until it closes.
   *
   * @default 86400000
   */
  readonly closesInMs?: number | undefined;
  /**
   * Name of its price grid.
   *
   * @default "linear_cent"
   */
  readonly priceLevelStructure?: string | undefined;
}

/** How to serve the page of an exchange. */
export interface LocalPageOptions {
  /**
   * TCP port of its own; 0 takes any that is free.
   *
   * @default 0
   */
  readonly port?: number | undefined;
  /**
   * Address to listen on: one of this machine's own.
   *
   * @default "127.0.0.1"
   */
  readonly hostname?: "127.0.0.1" | "::1" | "localhost" | undefined;
  /** Id of the account that the page trades for; the first that was opened unless told, and a new one where there is none. */
  readonly account?: string | undefined;
  /**
   * The session's token: 32 to 128 letters, digits, `-` and `_`, so that a page that is open goes on after a restart. A new
   * random one unless told.
   */
  readonly token?: string | undefined;
}

/** A page that is served. */
export interface LocalPage {
  /** Its address, with the session's token behind `#`, which no browser sends to a server. Keep it to yourself. */
  readonly url: string;
  /** Ends the server and every connection to it. A second call is harmless. */
  close(): Promise<void>;
}

/** Whom a TCP connection is for. */
export type TcpAddress = Pick<TcpConnectOptions, "hostname" | "port" | "tls">;

/** How to make an in-memory runtime. */
export interface MemoryRuntimeOptions {
  /**
   * Whether its WebSockets send and show pings, as those of Deno, Bun and Node do and those of Workers do not; true
   * unless told.
   */
  readonly ping?: boolean | undefined;
  /**
   * Takes the TCP connections that are opened: called with the far end of each, and whom it was for. Without it they lead
   * to the exchange's FIX, and others are refused, as all are when it throws. `tls` is told and nothing else: no byte is encrypted.
   */
  readonly acceptTcp?: ((connection: ByteStream, address: TcpAddress) => void) | undefined;
}

/** What a clearing member is opened with. */
export interface LocalKlearMemberOptions {
  /** Id of the account whose trades it clears; the first one of the exchange when left out, or a new one. */
  readonly account?: string | undefined;
  /** Id of its admin user; one is made when left out. */
  readonly adminUserId?: string | undefined;
  /** Its access token; one is made when left out. */
  readonly accessToken?: string | undefined;
  /**
   * Its settlement balance at first, in dollars.
   *
   * @default "100000.00"
   */
  readonly balance?: string | undefined;
}

/** A clearing member of a local exchange. */
export interface LocalKlearMember {
  /** Id of the account whose trades it clears. */
  readonly accountId: string;
  /** Id of its admin user. */
  readonly adminUserId: string;
  /** Its access token. */
  readonly accessToken: string;
  /** Both, for a `KlearClient`. */
  readonly auth: KlearAuth;
}
