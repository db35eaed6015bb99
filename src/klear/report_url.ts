/**
 * Which URLs a report is fetched from.
 *
 * @module
 */
import { KalshiConfigError } from "../base/errors.ts";
import { isLoopback } from "../config/url_policy.ts";

function refuse(why: string): never {
  throw new KalshiConfigError(
    `This report cannot be fetched: its \`url\` ${why}. Give a report as client.margin.reports.list() gave it. Nothing ` +
      "was sent.",
  );
}

/** The `url` of a report, read once. */
export function urlOf(report: unknown): unknown {
  return typeof report === "object" && report !== null
    ? (report as { readonly url?: unknown }).url
    : undefined;
}

/**
 * The URL of a report, checked: encrypted, or on this machine where Klear itself is; without a user. No message quotes
 * it, for whoever has it can read the report.
 *
 * @param isLocal whether Klear is on this machine
 * @throws {KalshiConfigError} for any other
 */
export function readReportUrl(url: unknown, isLocal: boolean): string {
  if (typeof url !== "string" || url === "") refuse("is missing");
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return refuse("is no absolute URL");
  }
  const { protocol, hostname, username, password } = parsed;
  if (protocol !== "https:" && !(protocol === "http:" && isLocal && isLoopback(hostname))) {
    refuse("does not begin with https://");
  }
  if (username !== "" || password !== "") refuse("holds a user name");
  return parsed.href;
}
