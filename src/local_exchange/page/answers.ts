/** What the page's server answers with: its files, refusals, and the headers that keep other pages away. */
import type { PageAsset } from "./bundle.ts";
import type { Refusal } from "./guard.ts";

/** An answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Of every answer: it is what it says, for nobody else's page, and the address is told to nobody. */
const headers = {
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
} as const;

/** Of every answer that is about an account: nothing of it is kept, shown in a frame, or run. */
export const apiHeaders: Readonly<Record<string, string>> = {
  ...headers,
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
};

/** What the page itself may do: run and show what this server has, and talk to nobody but to it. */
const policy = (host: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    // Older browsers do not take a WebSocket to the same host for 'self'.
    `connect-src 'self' ws://${host}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

/** A file of the page; `host` is the name that the page was asked for by, which was checked. */
export function assetAnswer({ type, body }: PageAsset, path: string, host: string): Answer {
  return {
    status: 200,
    headers: {
      ...headers,
      "content-type": type,
      // The next version of the library has other files at the same paths.
      "cache-control": path === "/" ? "no-store" : "no-cache",
      "content-security-policy": policy(host),
      "cross-origin-opener-policy": "same-origin",
      "x-frame-options": "DENY",
    },
    body,
  };
}

/** A refusal, in the shape of Kalshi's error bodies. */
export function refusalAnswer({ status, code, message }: Refusal): Answer {
  return {
    status,
    headers: { ...apiHeaders, "content-type": "application/json" },
    body: JSON.stringify({ code, message }),
  };
}
