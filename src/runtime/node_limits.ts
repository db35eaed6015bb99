/** How undici, which is also behind Node's own `fetch`, keeps to the limits of a pool. */

import { readOwn } from "../base/plain.ts";
import type { ConnectionLimits } from "./types.ts";

/** As much of an undici agent's options as limits need. */
export interface AgentLimits {
  readonly connections?: number;
  /** 0 closes each connection after its request. */
  readonly pipelining?: 0;
  readonly keepAliveTimeout?: number;
  readonly keepAliveMaxTimeout?: number;
}

/**
 * Makes the agents that keep to the limits together: one whose connections stay, and one for what goes beyond, whose
 * connections close. Tells which of them a request belongs to.
 */
export function limitedAgents<Agent extends { destroy(): Promise<void> }>(
  limits: ConnectionLimits = {},
  make: (options: AgentLimits) => Agent,
): { choose(keepAlive: boolean | undefined): Agent; destroy(): Promise<void> } {
  const { maxConnections: most, maxKeepaliveConnections: mayStay, keepaliveExpiryMs } = readOwn(limits);
  const expiry = keepaliveExpiryMs === undefined
    ? {}
    : { keepAliveTimeout: keepaliveExpiryMs, keepAliveMaxTimeout: keepaliveExpiryMs };
  const staying = mayStay === undefined || most !== undefined && most < mayStay ? most : mayStay;
  const keeping = staying === 0
    ? undefined
    : make({ ...expiry, ...(staying !== undefined && { connections: staying }) });
  const isWhole = mayStay === undefined || most !== undefined && most <= mayStay;
  const closing = isWhole
    ? undefined
    : make({ pipelining: 0, ...(most !== undefined && { connections: most - mayStay }) });
  return {
    choose: (keepAlive) => (keepAlive === false ? closing ?? keeping : keeping ?? closing) as Agent,
    async destroy() {
      await Promise.all([keeping?.destroy(), closing?.destroy()]);
    },
  };
}
