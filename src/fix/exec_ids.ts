/** ExecID(17): `clock;event`, and `clock;event;exchange_index` on every exchange index but 0. */

/** An ExecID(17), taken apart. */
export interface ExecIdParts {
  /** Kalshi's clock. */
  readonly clock: bigint;
  /** The number of the event in it. */
  readonly event: bigint;
  /** The exchange index that it happened on. */
  readonly exchangeIndex: number;
}

/** Takes an ExecID(17) apart; undefined for that of a pending report (`-1;-1`), and for what is none. */
export function readExecId(id: unknown): ExecIdParts | undefined {
  const found = typeof id === "string" ? /^(\d{1,39});(\d{1,39})(?:;(\d{1,9}))?$/.exec(id) : null;
  if (found === null) return undefined;
  const [, clock = "", event = "", index = "0"] = found;
  return { clock: BigInt(clock), event: BigInt(event), exchangeIndex: Number(index) };
}

/** Which of two of one exchange index comes first: below zero, zero or above, as a sort wants it. */
export function compareExecIds(a: ExecIdParts, b: ExecIdParts): number {
  if (a.clock !== b.clock) return a.clock < b.clock ? -1 : 1;
  return a.event === b.event ? 0 : a.event < b.event ? -1 : 1;
}
