/**
 * Bots as files: what their default export is given, and how it is loaded.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { KalshiAuth } from "../../auth/mod.ts";
import { type Clock, systemClock } from "../../base/clock.ts";
import { delay } from "../../base/waits.ts";
import type { KalshiClient } from "../../client.ts";
import type { KalshiConfig } from "../../config/kalshi_config.ts";
import type { Runtime } from "../../runtime/types.ts";
import type { KalshiStream } from "../../stream/stream.ts";
import { CliError } from "../exit_codes.ts";

/** What a bot is given: everything that it needs to trade, wherever that is. */
export interface BotContext {
  /** A client with the account's key. */
  readonly client: KalshiClient;
  /** A stream of the same account. */
  readonly stream: KalshiStream;
  /** The time that counts: wait by it, and by no timer of your own. */
  readonly clock: Clock;
  /** Aborts when the bot is to end. */
  readonly signal: AbortSignal;
  /** Where the exchange is, for a client or a session of FIX of your own. */
  readonly config: KalshiConfig;
  /** The account's key. */
  readonly auth: KalshiAuth;
  /** The runtime that leads there: the `runtime` of whatever you open yourself. */
  readonly runtime: Runtime;
  /** The markets: those that were named, or else all that there are. */
  readonly tickers: readonly string[];
}

/** A bot: the default export of a file. It runs until it returns, or its signal aborts. */
export type Bot = (context: BotContext) => unknown;

/**
 * Loads a bot.
 *
 * @throws {CliError} where there is no such file, it cannot be loaded, or exports no function by default
 */
export async function loadBot(file: string): Promise<Bot> {
  const path = resolve(file);
  if (!existsSync(path)) throw new CliError("usage", `There is no file ${file}.`);
  let loaded: { readonly default?: unknown };
  try {
    loaded = await import(pathToFileURL(path).href);
  } catch (error) {
    const { code, stack } = error as { readonly code?: unknown; readonly stack?: string };
    const advice = code === "ERR_UNKNOWN_FILE_EXTENSION"
      ? "Node runs TypeScript from 22.18 on; Deno and Bun always do."
      : stack ?? String(error);
    throw new CliError("usage", `${file} cannot be loaded. ${advice}`);
  }
  const { default: bot } = loaded;
  if (typeof bot !== "function") {
    throw new CliError(
      "usage",
      `${file} must export a function by default: export default async ({ client, stream, clock, signal }) => { … }`,
    );
  }
  return bot as Bot;
}

/** How a bot ended. */
export type BotEnd =
  | { readonly kind: "returned" }
  | { readonly kind: "threw"; readonly error: unknown };

/** Runs a bot to its end. What it throws once it was told to end is no failure. */
export async function runBot(bot: Bot, context: BotContext): Promise<BotEnd> {
  try {
    await bot(context);
    return { kind: "returned" };
  } catch (error) {
    return context.signal.aborted ? { kind: "returned" } : { kind: "threw", error };
  }
}

/** How long a bot may take to end that was told to: before its stream is closed, and after that. */
const FIRST_GRACE_MS = 100;
const GRACE_MS = 2_000;

/** Waits for a bot that was told to end, whose loops end with its stream; undefined where it does not end. */
export async function endOf(
  ending: Promise<BotEnd>,
  closeStream: () => Promise<void>,
): Promise<BotEnd | undefined> {
  const within = (ms: number) => Promise.race([ending, delay(systemClock, ms).then(() => undefined)]);
  const end = await within(FIRST_GRACE_MS);
  if (end !== undefined) return end;
  await closeStream();
  return await within(GRACE_MS);
}

/** What is said of a bot that has failed; its stack is what its author looks for. */
export function failureOf(file: string, error: unknown): CliError {
  const said = error instanceof Error ? error.stack ?? error.message : String(error);
  return new CliError("failed", `The bot ${file} failed: ${said}`);
}
