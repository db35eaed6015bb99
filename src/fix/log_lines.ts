/** Log lines of a FIX client. */
import type { Log } from "../base/logger.ts";
import type { FixClientEvent, FixClientState } from "./client_state.ts";

/** Writes what a client tells of itself; `shown` is the event without secrets. */
export function logEvent(log: Log, session: string, event: FixClientEvent, shown: () => string): void {
  if (event.type === "state") return logState(log, session, event.state);
  const write = event.type === "rejected" || event.type === "market-data-refused" ? log.warn : log.debug;
  write?.(`kalshi: FIX ${session}: ${shown()}`, { session, type: event.type });
}

function logState({ info, warn, error }: Log, session: string, state: FixClientState): void {
  const facts = { session, state: state.name };
  switch (state.name) {
    case "active":
      return info?.(`kalshi: FIX ${session} is logged on (connection ${state.connection})`, facts);
    case "waiting": {
      const { cause, delayMs, attempt } = state;
      const next = `attempt ${attempt} follows in ${Math.round(delayMs)} ms`;
      return warn?.(`kalshi: FIX ${session} is not connected, ${next}: ${cause.message}`, {
        ...facts,
        attempt,
        delayMs,
        code: cause.code,
      });
    }
    case "closed":
      return state.cause === undefined
        ? info?.(`kalshi: FIX ${session} is closed`, facts)
        : error?.(`kalshi: FIX ${session} was given up: ${state.cause.message}`, {
          ...facts,
          code: state.cause.code,
        });
  }
}
