/**
 * Log lines of requests.
 *
 * @module
 */
import type { Log } from "../base/logger.ts";
import { tell } from "../base/tell.ts";
import type { ClientHooks } from "./hooks.ts";

/** Both, where there are two; what one throws does not keep the other from being told. */
function both<E>(
  line: ((event: E) => void) | undefined,
  hook: ((event: E) => void) | undefined,
): ((event: E) => void) | undefined {
  if (line === undefined || hook === undefined) return line ?? hook;
  return (event) => {
    tell(line, () => event);
    return hook(event);
  };
}

/** The hooks of a client, which write log lines as well. */
export function logHooks(log: Log | undefined, hooks: ClientHooks): ClientHooks {
  if (log === undefined) return hooks;
  const { debug, info, warn } = log;
  const { onRequest, onResponse, onRetry, onEnd, onDrift } = hooks;
  return {
    onRequest: both(
      debug &&
        (({ callId, attempt, method, path }) =>
          debug(`kalshi: ${method} ${path} is sent (call ${callId}, attempt ${attempt})`, {
            callId,
            attempt,
            method,
            path,
          })),
      onRequest,
    ),
    onResponse: both(
      debug && (({ callId, attempt, method, path, status, durationMs }) =>
        debug(
          `kalshi: ${method} ${path} answered ${status} after ${
            Math.round(durationMs)
          } ms (call ${callId}, attempt ${attempt})`,
          { callId, attempt, method, path, status, durationMs },
        )),
      onResponse,
    ),
    onRetry: both(
      warn && (({ callId, attempt, method, path, delayMs, error }) =>
        warn(
          `kalshi: ${method} ${path} failed with ${error.code} and is tried again in ${
            Math.round(delayMs)
          } ms (call ${callId}, attempt ${attempt})`,
          { callId, attempt, method, path, delayMs, code: error.code, status: error.status },
        )),
      onRetry,
    ),
    onEnd: both(
      info && (({ callId, attempts, method, path, durationMs, error }) => {
        if (error === undefined) return;
        info(
          `kalshi: ${method} ${path} failed with ${error.code} (outcome ${error.outcome}, call ${callId}, attempts ${attempts}): ${error.message}`,
          {
            callId,
            attempts,
            method,
            path,
            durationMs,
            code: error.code,
            status: error.status,
            outcome: error.outcome,
          },
        );
      }),
      onEnd,
    ),
    onDrift: both(
      warn && (({ operation, difference }) =>
        warn(
          `kalshi: ${operation} answered otherwise than the contract says, at ${
            difference.path || "its body"
          }`,
          { operation, difference },
        )),
      onDrift,
    ),
  };
}
