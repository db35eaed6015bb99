/**
 * What came of a run: a watcher of an exchange's events, and the report that it writes.
 *
 * @module
 */
export { RunObserver } from "./run_observer.ts";
export type { ObservedRun } from "./run_record.ts";
export { RunReport } from "./run_report.ts";
export { type ReadReportOptions, type RunReportOptions, runReportRules } from "./options.ts";
