/**
 * What the exit code of the command line says. docs/cli.md shows this table, and a test compares the two.
 *
 * @module
 */
import { KalshiError } from "../base/errors.ts";
import type { KalshiErrorCode } from "../base/errors.ts";

/** An exit code and what it says. */
export interface ExitCode {
  /** The number. */
  readonly code: number;
  /** What happened. */
  readonly meaning: string;
}

/** Every exit code by its name. */
export const exitCodes = {
  ok: { code: 0, meaning: "It was done." },
  failed: {
    code: 1,
    meaning: "It failed, or what was to be checked is not in order (`doctor`, `spec diff`).",
  },
  usage: { code: 2, meaning: "An option, an argument, a variable or a file is wrong; nothing was sent." },
  key: { code: 3, meaning: "The API key is missing, cannot be read, or was refused." },
  refused: { code: 4, meaning: "The exchange refused it, or does not have it." },
  unreachable: {
    code: 5,
    meaning: "The exchange could not be reached, or had no answer; nothing was changed. Try again.",
  },
  unknown: {
    code: 6,
    meaning: "An order or another write may have been taken, and no answer came. Look before you repeat it.",
  },
  unconfirmed: {
    code: 7,
    meaning: "A write was refused here: read-only, or real money that nobody confirmed.",
  },
  fault: { code: 70, meaning: "A mistake of this program." },
  interrupted: { code: 130, meaning: "Ctrl-C." },
  terminated: { code: 143, meaning: "The process was told to end (SIGTERM)." },
} as const satisfies Readonly<Record<string, ExitCode>>;

/** The name of an exit code. */
export type ExitName = keyof typeof exitCodes;

/** A failure of the command line itself: what it says is shown as it is; where it says nothing, nothing is shown. */
export class CliError extends Error {
  override readonly name: string = "CliError";
  /** Which exit code it ends with. */
  readonly exit: ExitName;

  /** Made by the commands. */
  constructor(exit: ExitName, message: string) {
    super(message);
    this.exit = exit;
  }
}

const byCode: Readonly<Partial<Record<KalshiErrorCode | "READ_ONLY", ExitName>>> = {
  CONFIG: "usage",
  VALUE: "usage",
  AUTH_REQUIRED: "key",
  AUTH_KEY: "key",
  AUTH_REJECTED: "key",
  READ_ONLY: "unconfirmed",
  RECORDING: "failed",
  TABLE: "failed",
  MARKET_CLOSED: "refused",
};

/** Which exit code an error ends with. */
export function exitOf(error: unknown): ExitName {
  if (error instanceof CliError) return error.exit;
  if (error instanceof KalshiError) {
    const named = byCode[error.code];
    if (named !== undefined) return named;
    const isWrite = error.method !== "GET" && (error.method !== undefined || error.clientIds.length > 0);
    if (error.outcome === "unknown" && isWrite) return "unknown";
    // No answer, or one that says: later.
    if (error.status === undefined || error.status >= 500 || error.status === 429) return "unreachable";
    return "refused";
  }
  // Errors of the system, such as a port that is taken.
  const { code } = Object(error) as { code?: unknown };
  return typeof code === "string" && /^E[A-Z]+$/.test(code) ? "failed" : "fault";
}
