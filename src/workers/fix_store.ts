/**
 * The store of a FIX session in a Durable Object.
 *
 * @module
 */

import { KalshiConfigError } from "../base/errors.ts";
import { readOptions, type Rules, text, whole, withPreset } from "../base/options.ts";
import { KalshiFixStoreError } from "../fix/errors.ts";
import type { FixStore, SentFrame } from "../fix/store.ts";

/** What a row of SQLite can hold. */
export type FixSqlValue = string | number | null | ArrayBuffer;

/** The storage of a Durable Object, as far as {@linkcode DurableObjectFixStore} uses it: `ctx.storage`. */
export interface FixStorage {
  /** Its SQLite. */
  readonly sql: {
    /** Runs a statement. */
    exec(query: string, ...bindings: FixSqlValue[]): { toArray(): Record<string, FixSqlValue>[] };
  };
  /** Runs all of it, or none. */
  transactionSync<T>(closure: () => T): T;
}

/** Settings of {@linkcode DurableObjectFixStore}. */
export interface DurableObjectFixStoreOptions {
  /** What the session is called in this object; sessions of other names have numbers of their own. @default "session" */
  readonly name?: string | undefined;
  /** How many messages are kept for a ResendRequest. @default 10000 */
  readonly keep?: number | undefined;
}

/** What the settings of a {@linkcode DurableObjectFixStore} may be. */
export const objectStoreRules = {
  name: withPreset(text("a name"), "session"),
  keep: withPreset(whole(0), 10_000),
} satisfies Rules<DurableObjectFixStoreOptions>;

/** How many messages too many there may be before the oldest go, all at once. */
const TOO_MANY = 100;

const tables = [
  "CREATE TABLE IF NOT EXISTS kalshi_fix_numbers (session TEXT PRIMARY KEY, outgoing INTEGER, incoming INTEGER)",
  `CREATE TABLE IF NOT EXISTS kalshi_fix_sent (session TEXT, sequence INTEGER, frame BLOB,
    PRIMARY KEY (session, sequence)) WITHOUT ROWID`,
];

/**
 * A FIX session's numbers and messages in the SQLite of a Durable Object: they outlive the object's stay in memory and
 * its machine. SQLite answers at once, and the platform holds back what an object sends until what it wrote before is
 * safe.
 *
 * A message that goes out is one row written, one that comes in another, and each message that is let go a third:
 * Cloudflare counts them. Give each session of an object a name of its own, and one store at a time.
 *
 * @example
 * ```ts
 * import type { KalshiAuth } from "@unofficial/kalshi";
 * import { FixClient, FixConfig } from "@unofficial/kalshi/fix";
 * import { DurableObjectFixStore, type FixStorage } from "@unofficial/kalshi/workers";
 *
 * export class Trader {
 *   readonly #store: DurableObjectFixStore;
 *
 *   constructor(ctx: { readonly storage: FixStorage }) {
 *     this.#store = new DurableObjectFixStore(ctx.storage);
 *   }
 *
 *   connect(auth: KalshiAuth): Promise<FixClient> {
 *     const config = FixConfig.demo({ product: "event", session: "order-entry-rt" });
 *     return FixClient.connect({ auth, config, store: this.#store });
 *   }
 * }
 * ```
 */
export class DurableObjectFixStore implements FixStore {
  readonly #storage: FixStorage;
  readonly #name: string;
  readonly #keep: number;
  #state: "closed" | "open" = "closed";
  #outgoing = 1;
  #incoming = 1;
  /** How many messages are kept, at most so many too many. */
  #kept = 0;

  /**
   * Reads nothing yet.
   *
   * @throws {KalshiConfigError} for options that are unknown or wrong, and for a storage without SQLite
   */
  constructor(storage: FixStorage, options: DurableObjectFixStoreOptions = {}) {
    const { name, keep } = readOptions("DurableObjectFixStore", options, objectStoreRules);
    if (typeof storage?.transactionSync !== "function") {
      throw new KalshiConfigError(
        "DurableObjectFixStore takes the storage of a Durable Object: `ctx.storage`.",
      );
    }
    this.#storage = storage;
    this.#name = name;
    this.#keep = keep;
  }

  /** MsgSeqNum(34) of the next message that goes out. */
  get nextOutgoing(): number {
    return this.#outgoing;
  }

  /** MsgSeqNum(34) that is expected next. */
  get nextIncoming(): number {
    return this.#incoming;
  }

  /**
   * Reads the numbers.
   *
   * @throws {KalshiFixStoreError} where the object has no SQLite
   */
  open(): void {
    if (this.#state === "open") return;
    this.#do("be opened; is its class among `new_sqlite_classes`?", () => {
      for (const table of tables) this.#exec(table);
      const [numbers] = this.#exec(
        "SELECT outgoing, incoming FROM kalshi_fix_numbers WHERE session = ?",
        this.#name,
      );
      const [sent] = this.#exec(
        "SELECT COUNT(*) AS count, MAX(sequence) AS last FROM kalshi_fix_sent WHERE session = ?",
        this.#name,
      );
      if (numbers === undefined) {
        this.#exec("INSERT INTO kalshi_fix_numbers VALUES (?, 1, 1)", this.#name);
      }
      this.#outgoing = Math.max(Number(numbers?.["outgoing"] ?? 1), Number(sent?.["last"] ?? 0) + 1);
      this.#incoming = Number(numbers?.["incoming"] ?? 1);
      this.#kept = Number(sent?.["count"] ?? 0);
    });
    this.#state = "open";
  }

  /** Keeps a copy: the number is that of the newest message that is kept. */
  append(frame: Uint8Array): void {
    this.#assertOpen();
    const sequence = this.#outgoing;
    if (this.#keep === 0) return this.setOutgoing(sequence + 1);
    this.#do("keep a message; has another store of the same name used the object?", () => {
      const bytes = new Uint8Array(frame).buffer;
      this.#exec("INSERT INTO kalshi_fix_sent VALUES (?, ?, ?)", this.#name, sequence, bytes);
      if (this.#kept + 1 < this.#keep + TOO_MANY) return;
      const oldest =
        "SELECT sequence FROM kalshi_fix_sent WHERE session = ?1 ORDER BY sequence DESC LIMIT 1 OFFSET ?2";
      this.#exec(
        `DELETE FROM kalshi_fix_sent WHERE session = ?1 AND sequence <= (${oldest})`,
        this.#name,
        this.#keep,
      );
      this.#kept = this.#keep - 1;
    });
    this.#kept++;
    this.#outgoing = sequence + 1;
  }

  /** Counts on without keeping a message; what was kept from there on goes. */
  setOutgoing(next: number): void {
    this.#assertOpen();
    this.#do("keep a number", () => {
      if (next < this.#outgoing) {
        this.#exec("DELETE FROM kalshi_fix_sent WHERE session = ? AND sequence >= ?", this.#name, next);
      }
      this.#exec("UPDATE kalshi_fix_numbers SET outgoing = ? WHERE session = ?", next, this.#name);
    });
    this.#outgoing = next;
  }

  /** Keeps the number that is expected next. */
  setIncoming(next: number): void {
    this.#assertOpen();
    this.#do("keep a number", () => {
      this.#exec("UPDATE kalshi_fix_numbers SET incoming = ? WHERE session = ?", next, this.#name);
    });
    this.#incoming = next;
  }

  /** What was sent and is still kept. */
  sent(from: number, to: number): readonly SentFrame[] {
    this.#assertOpen();
    return this.#do("be read", () =>
      this.#exec(
        `SELECT sequence, frame FROM kalshi_fix_sent WHERE session = ? AND sequence BETWEEN ? AND ?
          ORDER BY sequence`,
        this.#name,
        from,
        Math.min(to, Number.MAX_SAFE_INTEGER),
      ).map(({ sequence, frame }) => ({
        sequence: Number(sequence),
        frame: new Uint8Array(frame as ArrayBuffer),
      })));
  }

  /** Both numbers back to 1, and nothing kept. */
  reset(): void {
    this.#assertOpen();
    this.#do("begin anew", () => {
      this.#exec("DELETE FROM kalshi_fix_sent WHERE session = ?", this.#name);
      this.#exec("UPDATE kalshi_fix_numbers SET outgoing = 1, incoming = 1 WHERE session = ?", this.#name);
    });
    this.#outgoing = 1;
    this.#incoming = 1;
    this.#kept = 0;
  }

  /** Holds nothing that needs closing; opened again, it reads the numbers anew. */
  close(): void {
    this.#state = "closed";
  }

  #assertOpen(): void {
    if (this.#state === "open") return;
    throw new KalshiConfigError(`The FIX store "${this.#name}" is not open: call open() first.`);
  }

  #exec(query: string, ...bindings: FixSqlValue[]): Record<string, FixSqlValue>[] {
    return this.#storage.sql.exec(query, ...bindings).toArray();
  }

  /** All of it or none. */
  #do<T>(what: string, work: () => T): T {
    try {
      return this.#storage.transactionSync(work);
    } catch (cause) {
      const said = cause instanceof Error ? cause.message : String(cause);
      throw new KalshiFixStoreError(
        `The FIX store "${this.#name}" cannot ${what} (${said}). Nothing was sent.`,
        {
          cause,
        },
      );
    }
  }
}
