/**
 * The reports of a clearing member, and their files.
 *
 * @module
 */
import { GetMarginReports, type GetMarginReportsParams } from "../contract/klear/operations.ts";
import type { MarginReport } from "../contract/klear/types.ts";
import type { Bytes } from "../base/web_types.ts";
import { readParams } from "../http/arguments.ts";
import { callAnd, listIn } from "../http/call_operation.ts";
import { type CallOptions, refuseCall } from "../http/call_options.ts";
import { Namespace } from "../http/namespace.ts";
import { downloadFile, type DownloadOptions, openFile, type ReportFile } from "./report_download.ts";
import { urlOf } from "./report_url.ts";

const DAY_MS = 86_400_000;
/** How far apart the first and the last day may be. */
const MOST_DAYS = 90;

/** A copy of a range of days, which Klear would not refuse. */
function readRange(given: GetMarginReportsParams, options: CallOptions | undefined): GetMarginReportsParams {
  const { params, sent: { start_date, end_date } } = readParams(GetMarginReports, given, options);
  const days = (Date.parse(end_date) - Date.parse(start_date)) / DAY_MS;
  if (days < 0) refuseCall(GetMarginReports, "`end_date` is before `start_date`.");
  if (days > MOST_DAYS) {
    refuseCall(
      GetMarginReports,
      `\`start_date\` and \`end_date\` are ${days} days apart, and ${MOST_DAYS} are the most: ask for shorter ranges.`,
    );
  }
  return params;
}

/** The same report, whose URL is read by its name alone: no dump, no JSON and no copy of it shows it. */
function hideUrl(report: MarginReport): MarginReport {
  if (typeof report !== "object" || report === null) return report;
  return Object.defineProperty(report, "url", { enumerable: false });
}

/** `client.margin.reports` */
export class KlearReports extends Namespace {
  /**
   * The reports of some days. Each has a `url` that is good for a short time, and opens its file to whoever has it:
   * {@linkcode download} and {@linkcode open} fetch it. So that no log shows it, `url` is read by its name alone: it is
   * neither in `console.log(report)` and `JSON.stringify(report)`, nor in `{ ...report }`.
   *
   * A file of a day that was made after 16:00 in New York belongs to the day after.
   *
   * @param params Days in New York, at most 90 apart.
   * @throws {KalshiConfigError} for days that are no dates, in the wrong order or too far apart; nothing was sent.
   * @see https://docs.kalshi.com/api-reference/get-margin-reports
   */
  async list(params: GetMarginReportsParams, options?: CallOptions): Promise<MarginReport[]> {
    return await callAnd(
      this.http,
      GetMarginReports,
      readRange(params, options),
      options,
      undefined,
      (response, lack) => listIn(response, "reports", lack).map(hideUrl),
    );
  }

  /**
   * The file of a report as bytes. It is fetched without credentials, from where its `url` leads, over https; redirects
   * are not followed. No error, hook or log line shows the URL.
   *
   * @param report A report of {@linkcode list}.
   * @throws {KalshiConfigError} for a report without a `url` that can be fetched; nothing was sent.
   * @throws {KalshiAuthRejectedError} when the `url` is not good any more: list the reports again.
   * @throws {KalshiDecodeError} when the file has more bytes than `maxBytes`.
   *
   * @example
   * ```ts
   * import { KlearClient } from "@unofficial/kalshi/klear";
   *
   * await using client = await KlearClient.fromEnv();
   * const reports = await client.margin.reports.list({ start_date: "2026-11-01", end_date: "2026-11-30" });
   * const trades = reports.find((report) => report.report_type === "trade_audit");
   * if (trades !== undefined) {
   *   const bytes = await client.margin.reports.download(trades, { maxBytes: 256 * 1024 * 1024 });
   *   console.log(new TextDecoder().decode(bytes).split("\n")[0]);
   * }
   * ```
   */
  async download(report: Pick<MarginReport, "url">, options: DownloadOptions = {}): Promise<Bytes> {
    return await downloadFile(this.http, urlOf(report), options);
  }

  /**
   * The file of a report as it comes, for files that are larger than memory. `timeoutMs` is how long its first piece, and
   * each one after it, may take; `signal` ends it at any time.
   *
   * @param report A report of {@linkcode list}.
   * @throws as {@linkcode download} does, from the call or, once the file has begun, from its `body`
   *
   * @example
   * ```ts
   * import { KlearClient } from "@unofficial/kalshi/klear";
   *
   * declare const file: WritableStream<Uint8Array>;
   * await using client = await KlearClient.fromEnv();
   * const [report] = await client.margin.reports.list({ start_date: "2026-11-24", end_date: "2026-11-24" });
   * if (report !== undefined) await (await client.margin.reports.open(report)).body.pipeTo(file);
   * ```
   */
  async open(report: Pick<MarginReport, "url">, options: DownloadOptions = {}): Promise<ReportFile> {
    return await openFile(this.http, urlOf(report), options);
  }
}
