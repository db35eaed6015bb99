/** Log lines of a stream's connection. */
import type { Log } from "../base/logger.ts";
import type { StreamStatus } from "./status.ts";

/** Writes what has become of the connection. */
export function logStatus({ info, warn, error }: Log, status: StreamStatus): void {
  const facts = { state: status.state };
  switch (status.state) {
    case "open":
      return info?.("kalshi: the stream is open", facts);
    case "reconnecting": {
      const { cause, delayMs, attempt } = status;
      return warn?.(
        `kalshi: the stream broke, attempt ${attempt} follows in ${Math.round(delayMs)} ms: ${cause.message}`,
        { ...facts, attempt, delayMs, code: cause.code },
      );
    }
    case "closed":
      return status.cause === undefined
        ? info?.("kalshi: the stream is closed", facts)
        : error?.(`kalshi: the stream was given up: ${status.cause.message}`, {
          ...facts,
          code: status.cause.code,
        });
  }
}
