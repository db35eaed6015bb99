/** What a replay has played, in figures and in words. */
import { unsettledSetting } from "../tape/market_end.ts";
import type { QueueModel } from "../tape/queue_models.ts";
import type { TapeHalt } from "../tape/tape.ts";
import type { ReplayLatency } from "./latency.ts";
import type { ReplayFees } from "./options.ts";

/** What a run has played. */
export interface ReplaySummary {
  /** Frames that were played. */
  readonly frames: number;
  /** Books that came whole. */
  readonly snapshots: number;
  /** Changes of books. */
  readonly deltas: number;
  /** Recorded trades. */
  readonly trades: number;
  /** Changes and trades of a book that was not known at that time. */
  readonly skipped: number;
  /** Frames of a known kind that could not be read. */
  readonly unreadable: number;
  /** Items of the recording that tell of missing frames. */
  readonly gaps: number;
  /** Times in which a market stood still, since its book was not known. */
  readonly halts: readonly TapeHalt[];
  /** When it began, in Unix milliseconds. */
  readonly fromMs: number;
  /** How far it came, in Unix milliseconds. */
  readonly toMs: number;
  /** Markets whose end was recorded and whose worth was not: what was held in them was not paid out. */
  readonly unsettled: readonly string[];
  /** What was taken for true of the queue. */
  readonly queue: QueueModel;
}

/** What a replay was told. */
export interface ToldReplay {
  readonly seed: number;
  readonly fees: ReplayFees | undefined;
  readonly latency: Required<ReplayLatency>;
}

/** What a report says that a run was made with, and what it could not know. */
export function settingsOf(
  { queue, frames, gaps, halts, unsettled }: ReplaySummary,
  { seed, fees, latency: { orderMs, answerMs, feedMs, jitterMs } }: ToldReplay,
): Record<string, string> {
  return {
    queue,
    latency: `orders ${orderMs} ms, answers ${answerMs} ms, feed ${feedMs} ms, jitter ${jitterMs} ms`,
    seed: String(seed),
    fees: fees === undefined ? "as recorded" : `${fees.type ?? "quadratic"} × ${fees.multiplier ?? 1}`,
    frames: String(frames),
    gaps: String(gaps),
    halts: String(halts.length),
    ...unsettledSetting(unsettled),
  };
}
