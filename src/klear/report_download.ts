/**
 * Fetches the file of a report. Its URL is signed in itself and leads away from Kalshi's API: the request has no
 * credentials, follows no redirect, and its URL is in no error, hook or log line.
 *
 * @module
 */
import {
  KalshiAbortError,
  KalshiAuthRejectedError,
  KalshiConnectionError,
  KalshiError,
  type KalshiErrorContext,
  KalshiNotFoundError,
  KalshiRedirectError,
  KalshiServerError,
  KalshiTimeoutError,
  KalshiUnexpectedStatusError,
} from "../base/errors.ts";
import { hideSecrets } from "../base/hide_secrets.ts";
import { isLoopback } from "../config/url_policy.ts";
import { callable, readOptions, type Rules, whole } from "../base/options.ts";
import { Secrets } from "../base/redact.ts";
import type { RequestIdentity } from "../base/request_identity.ts";
import { deadline, untilAborted } from "../base/waits.ts";
import type { Bytes } from "../base/web_types.ts";
import type { RequestTemplate } from "../contract/request_template.ts";
import { payloadOf } from "../http/call.ts";
import { type CallOptions, callRules } from "../http/call_options.ts";
import type { HttpPipeline } from "../http/pipeline.ts";
import { outcomeOf } from "../http/status.ts";
import { type DownloadProgress, type FilePieces, joined, piecesOf } from "./report_body.ts";
import { readReportUrl } from "./report_url.ts";

/** What fetching a report takes as its last argument. */
export interface DownloadOptions
  extends Pick<CallOptions, "signal" | "timeoutMs" | "totalTimeoutMs" | "maxRetries" | "onResponse"> {
  /**
   * The most bytes that the file may have, unpacked where it comes packed. When left out: what the config's
   * `maxBodyBytes` says for `download`, and any number for `open`.
   */
  readonly maxBytes?: number | undefined;
  /** Told of each piece that has come. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/** What the options of a download may be. */
export const downloadRules: Rules<DownloadOptions> = {
  signal: callRules.signal,
  timeoutMs: callRules.timeoutMs,
  totalTimeoutMs: callRules.totalTimeoutMs,
  maxRetries: callRules.maxRetries,
  onResponse: callRules.onResponse,
  maxBytes: whole(1),
  onProgress: callable(),
};

/** The file of a report as it comes. */
export interface ReportFile {
  /** Its bytes. Read it to its end, or cancel it, which frees the connection. */
  readonly body: ReadableStream<Uint8Array>;
  /** How many bytes it has; undefined where the server does not say. */
  readonly bytes: number | undefined;
}

const path = "/margin/reports/file";
const template: RequestTemplate = { method: "GET", path, auth: "none", empty: "maybe", raw: true };
const EXPIRED = "Its URL is good for a short time: list the reports again, and take the new one.";

/** Keeps what the URL of a file holds from view. */
function hideUrl(url: string, secrets: Secrets): void {
  const { pathname, search, searchParams } = new URL(url);
  for (const part of [pathname + search, ...searchParams.values()]) {
    // What is shorter is a word that any text may hold, such as the name of an algorithm.
    if (part.length > 15) secrets.add(part);
  }
}

/** The error of an answer that is no file. */
function refuse(status: number, { attempts, method }: RequestIdentity): KalshiError {
  const context: KalshiErrorContext = { method, path, status, attempts, outcome: outcomeOf(status) };
  const said = `The file of the report answered ${status}`;
  // 0 is what a browser shows of a redirect.
  if (status === 0 || status >= 300 && status < 400) {
    return new KalshiRedirectError(
      `${said}, a redirect, which is not followed. List the reports again.`,
      context,
    );
  }
  if (status === 401 || status === 403) return new KalshiAuthRejectedError(`${said}. ${EXPIRED}`, context);
  if (status === 404 || status === 410) return new KalshiNotFoundError(`${said}. ${EXPIRED}`, context);
  if (status >= 500) return new KalshiServerError(`${said}.`, context);
  return new KalshiUnexpectedStatusError(`${said}. ${EXPIRED}`, context);
}

interface Download<T> {
  readonly url: unknown;
  readonly options: DownloadOptions;
  /** Where no `maxBytes` is given. */
  readonly mostBytes: number;
  readonly take: (pieces: FilePieces, options: DownloadOptions, url: string) => T | Promise<T>;
}

function fetchFile<T>(http: HttpPipeline, { url: given, options, mostBytes, take }: Download<T>): Promise<T> {
  return http.request<T>(template, () => {
    const url = readReportUrl(given, isLoopback(new URL(http.config.baseUrl).hostname));
    const { maxBytes = mostBytes, onProgress, ...own } = readOptions("A download", options, downloadRules);
    return payloadOf(own, {
      elsewhere: {
        url,
        hide: (secrets) => hideUrl(url, secrets),
        refuse,
        receive: async (response) => await take(piecesOf(response, { maxBytes, onProgress }), own, url),
      },
    });
  });
}

/** The whole file. A piece that does not come is asked for again with the rest, as every read is. */
export function downloadFile(
  http: HttpPipeline,
  url: unknown,
  options: DownloadOptions,
): Promise<Bytes> {
  return fetchFile(http, { url, options, mostBytes: http.config.maxBodyBytes, take: joined });
}

/** The file as it comes. What breaks once it has begun is not asked for again. */
export function openFile(http: HttpPipeline, url: unknown, options: DownloadOptions): Promise<ReportFile> {
  return fetchFile(http, {
    url,
    options,
    mostBytes: Infinity,
    take: (pieces, { signal, timeoutMs = http.config.timeoutMs }, url) => ({
      bytes: pieces.total,
      body: streamOf(pieces, { http, signal, timeoutMs, url }),
    }),
  });
}

interface Streaming {
  readonly http: HttpPipeline;
  readonly signal: AbortSignal | undefined;
  /** How long one piece may take. */
  readonly timeoutMs: number;
  readonly url: string;
}

/** Gives the pieces as they are asked for; none is read ahead. */
function streamOf(pieces: FilePieces, streaming: Streaming): ReadableStream<Uint8Array> {
  const { http, signal, timeoutMs } = streaming;
  const late = () =>
    new KalshiTimeoutError(`The file of the report: no piece of it came for ${timeoutMs} ms.`, said);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const next = untilAborted(pieces.next(), signal);
        const piece = await deadline(http.clock, timeoutMs, next, late);
        if (piece === undefined) controller.close();
        else controller.enqueue(piece);
      } catch (cause) {
        pieces.cancel();
        controller.error(brokenBy(cause, streaming));
      }
    },
    cancel: () => pieces.cancel(),
  }, { highWaterMark: 0 });
}

const said: KalshiErrorContext = { method: "GET", path, status: 200, attempts: 1, outcome: "unknown" };

/** What ended a stream, as an error that shows no URL. */
function brokenBy(cause: unknown, { signal, url }: Streaming): KalshiError {
  if (cause instanceof KalshiError) return cause;
  if (signal?.aborted) {
    return new KalshiAbortError("The file of the report: aborted while it came.", {
      ...said,
      cause: signal.reason,
    });
  }
  const secrets = new Secrets();
  secrets.add(url);
  const error = new KalshiConnectionError("The file of the report broke off before its end.", {
    ...said,
    cause,
  });
  return hideSecrets(error, secrets);
}
