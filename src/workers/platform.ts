/**
 * What `KalshiFeed` needs of the Workers platform, as small as it can be said: the types of
 * `@cloudflare/workers-types` and of `wrangler types` fit.
 *
 * @module
 */

/** One end of a WebSocket in a Durable Object. */
export interface FeedSocket {
  /** Sends a text message. */
  send(message: string): void;
  /** Closes it. */
  close(code?: number, reason?: string): void;
  /** Keeps a value with the connection, also while the object is out of memory; at most 16 KiB. */
  serializeAttachment(value: unknown): void;
  /** The value that was kept. */
  deserializeAttachment(): unknown;
}

/** The storage of a Durable Object, as far as a feed uses it: its alarm. */
export interface FeedStorage {
  /** Wakes the object at a time in Unix milliseconds. */
  setAlarm(scheduledTime: number, options?: { readonly allowUnconfirmed?: boolean }): Promise<void>;
}

/** The first argument of a Durable Object's constructor: its `DurableObjectState`. */
export interface FeedContext {
  /** Where its alarm is set. */
  readonly storage: FeedStorage;
  /** Takes a WebSocket that outlives the object's stay in memory. */
  acceptWebSocket(socket: FeedSocket): void;
  /** The WebSockets that were taken and are open. */
  getWebSockets(): FeedSocket[];
}

/** The binding of a feed in a Worker's `env`; every `DurableObjectNamespace` is one. */
export interface FeedNamespace {
  /** The id of the object with this name. */
  idFromName(name: string): object;
  /** The object itself, wherever it lives. */
  get(id: object): { fetch(request: Request): Promise<Response> };
}
