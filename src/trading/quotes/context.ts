/** What the parts of a manager share. */
import type { Clock } from "../../base/clock.ts";
import type { Desk } from "./desk.ts";
import type { QuoteIds } from "./ids.ts";
import type { Limits } from "./limits.ts";
import type { QuotePort } from "./port.ts";
import type { KillCause, QuoteEvent, QuoteManagerState, QuoteSelfTrade } from "./types.ts";

/** Counts of what was done; each only grows. */
export interface Counts {
  placed: number;
  amended: number;
  keptPlace: number;
  canceled: number;
  refused: number;
  unknown: number;
  coalesced: number;
}

/** What the parts of a manager share. */
export interface Context {
  readonly port: QuotePort;
  readonly clock: Clock;
  readonly ids: QuoteIds;
  readonly desk: Desk;
  readonly limits: Limits;
  readonly counts: Counts;
  readonly settings: {
    readonly moves: boolean;
    readonly offGrid: "refuse" | "snap";
    readonly postOnly: boolean;
    readonly selfTradePrevention: QuoteSelfTrade;
    readonly maxUnderWay: number;
    readonly pullWhenStale: boolean;
    readonly adoptMs: number;
    readonly lateMs: number;
  };
  /** Aborts when the manager is closed for good: whoever waits ends. */
  readonly closed: AbortSignal;
  readonly state: () => QuoteManagerState;
  readonly emit: (event: QuoteEvent) => void;
  /** Order groups by shard, those of earlier processes included. */
  readonly groups: Groups;
  /** Pulls the kill switch. */
  readonly trip: (cause: KillCause) => void;
}

/** What order groups there are. */
export interface Groups {
  /** The group that orders of a shard join; undefined where the manager has none. */
  of(exchangeIndex: number): Promise<string | undefined>;
  /** A group that an order of an earlier process is in. */
  found(id: string, exchangeIndex: number): void;
  /** Whether all were triggered, so that no order that is late can come to rest. */
  readonly areTriggered: boolean;
}
