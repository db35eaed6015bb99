/** Limits of a connection pool. */

/** Pool limits of a client; what is undefined is left to the runtime. */
export interface ConnectionLimits {
  /**
   * The most connections at once, to one host. Calls beyond that wait in turn, which counts into `timeoutMs`. On Workers
   * and the web, whose connections belong to the platform, the most requests in flight.
   */
  readonly maxConnections?: number | undefined;
  /** The most idle connections kept for reuse, to one host. */
  readonly maxKeepaliveConnections?: number | undefined;
  /** How long an idle connection is kept, in milliseconds. */
  readonly keepaliveExpiryMs?: number | undefined;
}

/** The least that each takes; all are whole numbers. */
export const LEAST_LIMITS: Readonly<Record<keyof ConnectionLimits, number>> = {
  maxConnections: 1,
  maxKeepaliveConnections: 0,
  keepaliveExpiryMs: 0,
};
