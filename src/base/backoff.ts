/** How long to wait before another attempt. */

/** What the wait depends on. */
export interface BackoffOptions {
  readonly retryBaseDelayMs: number;
  readonly retryMaxDelayMs: number;
}

/**
 * Milliseconds to wait after the failed attempt number `attempt` (from 0): full jitter, on top of what the
 * server asked for, never over `retryMaxDelayMs`.
 */
export function backoffMs(
  attempt: number,
  { retryBaseDelayMs, retryMaxDelayMs }: BackoffOptions,
  serverMs: number | undefined,
  random: () => number,
): number {
  const window = Math.min(retryBaseDelayMs * 2 ** attempt, retryMaxDelayMs);
  return Math.min((serverMs ?? 0) + random() * window, retryMaxDelayMs);
}
