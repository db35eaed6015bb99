/**
 * The signed handshake of a WebSocket, and the errors of one that fails.
 *
 * @module
 */

import {
  KalshiAuthRejectedError,
  KalshiBadRequestError,
  KalshiConnectionError,
  KalshiError,
  KalshiRateLimitError,
  KalshiServerError,
  KalshiTimeoutError,
} from "../base/errors.ts";
import { keyAdvice } from "../base/error_advice.ts";
import type { KalshiAuth } from "../auth/mod.ts";
import type { Clock } from "../base/clock.ts";
import { hideSecrets } from "../base/hide_secrets.ts";
import type { Secrets } from "../base/redact.ts";
import type { StreamProduct } from "./product.ts";
import type { ClientConfig } from "../config/client_config.ts";
import {
  HandshakeRefusedError,
  type Runtime,
  type RuntimeWebSocket,
  type WebSocketHandlers,
} from "../runtime/types.ts";
import { waitFor } from "../base/wait_options.ts";

/** What a handshake is made with. */
export interface HandshakeOptions {
  readonly auth: KalshiAuth;
  readonly config: ClientConfig;
  readonly runtime: Runtime;
  readonly clock: Clock;
  /** Learns what must get into no error. */
  readonly secrets: Secrets;
  /** The exchange that is spoken to. */
  readonly product: Pick<StreamProduct, "remedyOf">;
}

/**
 * Opens a socket, signed with the time of the attempt. `abort` ends it, by its owner or after `config.timeoutMs`.
 *
 * @throws {KalshiAuthRejectedError} when Kalshi refuses the key
 * @throws {KalshiTimeoutError} when it does not open in time
 * @throws {KalshiConnectionError} when it cannot be opened, or was aborted
 */
export async function openSocket(
  { auth, config, runtime, clock, secrets, product }: HandshakeOptions,
  handlers: WebSocketHandlers,
  abort: AbortController,
): Promise<RuntimeWebSocket> {
  let timedOut = false;
  const timer = clock.setTimer(() => {
    timedOut = true;
    abort.abort();
  }, config.timeoutMs);
  const { signal } = abort;
  try {
    const path = new URL(config.wsBaseUrl).pathname;
    const signing = auth.headers("GET", path, { timestampMs: clock.now() });
    const signed = await waitFor(signing, "Signing the handshake", { signal }, clock);
    const headers = { ...config.extraHeaders, ...signed };
    secrets.addHeaders(headers);
    const socket = await runtime.connectWebSocket(config.wsBaseUrl, handlers, {
      headers,
      signal,
      closeTimeoutMs: config.wsCloseTimeoutMs,
    });
    if (!signal.aborted) return socket;
    socket.terminate();
    throw new KalshiConnectionError("The WebSocket closed while it was opened.");
  } catch (cause) {
    throw hideSecrets(failure(cause, timedOut, auth, config, product), secrets);
  } finally {
    timer.clear();
  }
}

function failure(
  cause: unknown,
  timedOut: boolean,
  { keyId }: KalshiAuth,
  config: ClientConfig,
  product: HandshakeOptions["product"],
): KalshiError {
  if (cause instanceof HandshakeRefusedError) return refusal(cause, keyId, product);
  if (timedOut) {
    return new KalshiTimeoutError(`The WebSocket did not open within ${config.timeoutMs} ms.`, { cause });
  }
  if (cause instanceof KalshiError) return cause;
  return new KalshiConnectionError(`The WebSocket to ${config.wsBaseUrl} could not be opened.`, { cause });
}

/** What the status of a refusal says. */
function refusal(
  error: HandshakeRefusedError,
  keyId: string,
  { remedyOf }: HandshakeOptions["product"],
): KalshiError {
  const { status, serverCode, details, isForeign } = error;
  const context = { status, serverCode, details, cause: error, outcome: "rejected" } as const;
  if (status === 401 || status === 403) {
    if (isForeign) {
      return new KalshiConnectionError(
        `The WebSocket was refused with status ${status}, and not by Kalshi: the answer is no JSON of its. Something ` +
          "on the way sent it, such as a CDN, a firewall or a proxy, or `wsBaseUrl` leads elsewhere. It says nothing " +
          "of your key.",
        context,
      );
    }
    const why = [serverCode, typeof details === "string" ? details : undefined].filter(Boolean).join(": ");
    const advice = serverCode === undefined
      ? "Check that the key belongs to this environment (demo and production have keys of their own), that it may " +
        "read, and that this machine's clock is right."
      : keyAdvice(remedyOf(serverCode), details);
    return new KalshiAuthRejectedError(
      `Kalshi refused the key ${keyId} for the WebSocket (${status}${why && `, ${why}`}). ${advice}`,
      context,
    );
  }
  if (status === 429) {
    return new KalshiRateLimitError("Kalshi refused the WebSocket: too many connections.", context);
  }
  const text = `Kalshi refused the WebSocket with status ${status}.`;
  if (status >= 500) return new KalshiServerError(text, context);
  return new KalshiBadRequestError(`${text} Check wsBaseUrl.`, context);
}
