/** The error of what goes over NATS. */
import { KalshiError } from "../base/errors.ts";

/**
 * NATS does not do what a gateway, a feed, a store or a ledger needs of it: it is away, refuses, or holds something else than was
 * written. The message says what to do; `cause` has what NATS said.
 */
export class KalshiNatsError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiNatsError";
  /** The code of this class. */
  override readonly code = "NATS";
}

/** What to do, by the names of NATS' errors: where its packages are installed twice, each error has two classes. */
const ADVICE: Readonly<Record<string, string>> = {
  ClosedConnectionError: "Connect again, with `maxReconnectAttempts: -1`, and give the new connection.",
  DrainingConnectionError: "The connection is being closed: connect again, and give the new connection.",
  JetStreamNotEnabled:
    "Start nats-server with JetStream (`-js`, or a `jetstream` block in its configuration), and enable it for the " +
    "account of this user.",
  PermissionViolationError:
    "Give this NATS user leave to publish on that subject or to subscribe to it: docs/scale.md has the list.",
  TimeoutError: "See whether the server is up and reachable, and has a leader where it is a cluster.",
};

/** The error for what a call to NATS threw. */
export function natsError(what: string, cause: unknown): KalshiNatsError {
  if (cause instanceof KalshiNatsError) return cause;
  const why = (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, "");
  const advice = adviceFor(cause);
  return new KalshiNatsError(`${what}: ${why}.${advice === undefined ? "" : ` ${advice}`}`, { cause });
}

/** An error of NATS often says why by its cause. */
function adviceFor(thrown: unknown): string | undefined {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if (Object.hasOwn(ADVICE, error.name)) return ADVICE[error.name];
  }
  return undefined;
}
