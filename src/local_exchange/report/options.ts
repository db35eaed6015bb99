/** What can be said about a run's report. */
import { type Read, rule, type Rules, text, whole, withPreset } from "../../base/options.ts";

/** How much a report keeps, and what it measures. */
export interface RunReportOptions {
  /** What the report is called; what ran, when left out. */
  readonly title?: string | undefined;
  /**
   * How long after a fill the middle of the market is compared with what it was, in milliseconds; not more than eight
   * times.
   *
   * @default [1000, 10000, 60000]
   */
  readonly horizonsMs?: readonly number[] | undefined;
  /**
   * Points that the curve has at most: where there would be more, it is sampled half as often.
   *
   * @default 2000
   */
  readonly curvePoints?: number | undefined;
  /**
   * The same for the middle of each market that was traded in.
   *
   * @default 240
   */
  readonly midPoints?: number | undefined;
  /**
   * Fills that are kept one by one, the latest; so are settlements. Every sum is over all of them.
   *
   * @default 20000
   */
  readonly keptFills?: number | undefined;
  /**
   * Rejections that are kept one by one, the latest.
   *
   * @default 1000
   */
  readonly keptRejections?: number | undefined;
}

/** A day. */
const LONGEST_HORIZON_MS = 86_400_000;

function areHorizons(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0 || value.length > 8) return false;
  return value.every((ms: unknown, index) =>
    Number.isSafeInteger(ms) && Number(ms) > Number(value[index - 1] ?? 0) && Number(ms) <= LONGEST_HORIZON_MS
  );
}

export const runReportRules = {
  title: text("a title as text"),
  horizonsMs: withPreset(
    rule<readonly number[]>(
      "a list of 1 to 8 whole milliseconds, each more than the one before, to a day",
      areHorizons,
    ),
    [1_000, 10_000, 60_000],
  ),
  curvePoints: withPreset(whole(10, 1_000_000), 2_000),
  midPoints: withPreset(whole(10, 100_000), 240),
  keptFills: withPreset(whole(0, 10_000_000), 20_000),
  keptRejections: withPreset(whole(0, 10_000_000), 1_000),
} satisfies Rules<RunReportOptions>;

/** The options, read. */
export type ReadReportOptions = Read<RunReportOptions, typeof runReportRules>;
