/**
 * What is logged, and where to.
 *
 * @module
 */
import type { EnvReader } from "../base/environment.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { type Log, type Logger, type LogLevel, logLevels, logTo } from "../base/logger.ts";
import { having, oneOf, type Rules } from "../base/options.ts";
import { peekEnv } from "./peek_env.ts";

/** The variable that says how much is logged. */
export const LOG_LEVEL = "KALSHI_LOG";

/** Logging, as an option of everything that talks to the exchange. */
export interface LogOptions {
  /**
   * Where log lines go: `console`, a pino logger, or anything alike. `console` where it is left out and `KALSHI_LOG` or
   * `logLevel` asks for lines; without any of the three nothing is logged. No line ever holds a secret.
   */
  readonly logger?: Logger | undefined;
  /**
   * How much is logged: `debug`, `info`, `warn`, `error` or `off`. Where it is left out, `KALSHI_LOG` decides, and where
   * that is not set, it is `info` for a `logger` that is given.
   */
  readonly logLevel?: LogLevel | undefined;
}

/** What they may be. */
export const logRules: Rules<LogOptions> = {
  logger: having("a logger", "debug", "info", "warn", "error"),
  logLevel: oneOf(...logLevels),
};

const isLevel = (word: string): word is LogLevel => logLevels.some((level) => level === word);

/**
 * The level that a variable names, in any case; undefined where it is not set.
 *
 * @throws {KalshiConfigError} for a word that is no level
 */
export function readLogLevel(value: string | undefined): LogLevel | undefined {
  const word = value?.toLowerCase();
  if (word === undefined || isLevel(word)) return word;
  throw new KalshiConfigError(`${LOG_LEVEL} must be ${logLevels.slice(0, -1).join(", ")} or off.`);
}

/** Where lines go; undefined where none are wanted. */
export function chooseLog({ logger, logLevel }: LogOptions, env: EnvReader): Log | undefined {
  const level = logLevel ?? readLogLevel(peekEnv(env, LOG_LEVEL)) ??
    (logger === undefined ? "off" : "info");
  return level === "off" ? undefined : logTo(logger ?? console, level);
}
