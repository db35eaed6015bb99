/**
 * Logging to whatever the user logs with.
 *
 * @module
 */
import { guard } from "./tell.ts";

/** How much is logged: what is below the level is left out. `off` logs nothing. */
export type LogLevel = "debug" | "info" | "warn" | "error" | "off";

/** Every level, the one that lets the most through first. */
export const logLevels: readonly LogLevel[] = ["debug", "info", "warn", "error", "off"];

/**
 * What log lines go to: `console`, a pino logger, or anything else with these four. Each gets a sentence that says it
 * all, and behind it an object with the same facts by name. A pino logger, which takes the object first, gets it first;
 * `console` gets the sentence alone.
 */
export interface Logger {
  /** Each request and each answer. */
  debug(message: string, ...rest: unknown[]): void;
  /** What a connection is up to, and calls that failed. */
  info(message: string, ...rest: unknown[]): void;
  /** What is tried again, and connections that broke. */
  warn(message: string, ...rest: unknown[]): void;
  /** Errors that no call waits for. */
  error(message: string, ...rest: unknown[]): void;
}

/** Writes a line: a sentence and its facts. */
export type WriteLine = (message: string, facts: Readonly<Record<string, unknown>>) => void;

/** A logger that writes what its level lets through; the others are left out. */
export type Log = { readonly [Level in Exclude<LogLevel, "off">]?: WriteLine };

/** The lines that go to a logger at a level. */
export function logTo(logger: Logger, level: LogLevel): Log {
  const isPino = typeof (logger as { readonly bindings?: unknown }).bindings === "function";
  const from = logLevels.indexOf(level);
  const log: { -readonly [Level in keyof Log]: Log[Level] } = {};
  for (const name of ["debug", "info", "warn", "error"] as const) {
    if (logLevels.indexOf(name) < from) continue;
    log[name] = (message, facts) => {
      const line: readonly unknown[] = isPino
        ? [facts, message]
        : logger === console
        ? [message]
        : [message, facts];
      // A logger that throws must not turn a placed order into an error.
      guard(() => logger[name](...line as [string]), (error) => console.error("A logger threw:", error));
    };
  }
  return log;
}
