/**
 * Mirrors a live market on a port of this machine until it is told to end, and reports what was traded there.
 *
 * @module
 */
import { resolve } from "node:path";
import { systemClock } from "../../base/clock.ts";
import { delay, onAborted } from "../../base/waits.ts";
import { KalshiClient } from "../../client.ts";
import {
  type LocalAccount,
  LocalExchange,
  type MirrorHalt,
  type MirrorResumption,
} from "../../local_exchange/mod.ts";
import { type Bot, type BotEnd, endOf, failureOf, loadBot, runBot } from "../backtest/bot.ts";
import { tellReport } from "../backtest/report_output.ts";
import { printable, printableJson } from "../colours.ts";
import type { CliContext } from "../context.ts";
import { type EnvBefore, type EnvFix, type EnvKey, readBefore, writeEnv } from "../exchange/env_text.ts";
import { CliError } from "../exit_codes.ts";
import { type ConnectionOptions, openClient } from "../open_client.ts";
import { type Column, openOutput, type Output } from "../output.ts";
import { parseSpan, shownSpan } from "../times.ts";

/** The options of `kalshi paper`. */
export interface PaperOptions extends ConnectionOptions {
  /** `--port` */
  readonly port?: number | undefined;
  /** `--env` */
  readonly env: string;
  /** `--balance` */
  readonly balance: string;
  /** `--queue` */
  readonly queue: "behind" | "pro-rata" | "ahead";
  /** `--fix` */
  readonly fix?: boolean | undefined;
  /** `--bot` */
  readonly bot?: string | undefined;
  /** `--for` */
  readonly for?: string | undefined;
  /** `--out` */
  readonly out?: string | undefined;
  /** `--json` */
  readonly json?: boolean | undefined;
}

type Mirror = Awaited<ReturnType<typeof LocalExchange.mirror>>;

/** Where it is. */
interface Place {
  readonly rest: string;
  readonly stream: string;
  readonly fix: string | undefined;
  readonly key_id: string;
  readonly env: string;
}

const columns: readonly Column<Place>[] = [
  { name: "rest", value: ({ rest }) => rest },
  { name: "stream", value: ({ stream }) => stream },
  { name: "fix", value: ({ fix }) => fix },
  { name: "key_id", value: ({ key_id }) => key_id },
  { name: "env", value: ({ env }) => env },
];

/** How often it is looked whether there is anything left to trade, and the line of progress is written. */
const LOOK_MS = 500;

/** Says what happens, for a person or, a line of JSON each, for a program. */
class Teller {
  readonly output: Output;
  readonly #context: CliContext;
  readonly #isJson: boolean;

  constructor(context: CliContext, { json = false }: PaperOptions) {
    this.#context = context;
    this.#isJson = json;
    this.output = openOutput(context.io, { json });
  }

  async place(place: Place): Promise<void> {
    await this.output.record(columns, place, { event: "open", ...place });
  }

  halted(halt: MirrorHalt): void {
    this.#say(
      { event: "halted", ...halt },
      `${halt.ticker ?? "All markets"} halted: ${halt.detail}`,
    );
  }

  resumed(resumption: MirrorResumption): void {
    const { ticker = "The connection", haltedMs } = resumption;
    this.#say({ event: "resumed", ...resumption }, `${ticker} goes on after ${shownSpan(haltedMs)}.`);
  }

  #say(event: object, words: string): void {
    const { stdout, stderr } = this.#context.io;
    void (this.#isJson ? stdout.write(`${printableJson(event)}\n`) : stderr.write(`${printable(words)}\n`));
  }
}

/** Why it has ended. */
type End =
  | { readonly why: "told" | "time" | "closed" | "lost" }
  | { readonly why: "bot"; readonly end: BotEnd | undefined };

/** Mirrors markets, and tells at the end what came of it. */
export async function runPaper(
  context: CliContext,
  tickers: readonly string[],
  options: PaperOptions,
): Promise<void> {
  const { io, signal } = context;
  const forMs = options.for === undefined ? Infinity : parseSpan("--for", options.for);
  if (options.envFile !== undefined && resolve(options.envFile) === resolve(options.env)) {
    throw new CliError("usage", `--env and --env-file name one file, ${options.env}: give each its own.`);
  }
  const bot = options.bot === undefined ? undefined : await loadBot(options.bot);
  const before = await readBefore(options.env);
  const teller = new Teller(context, options);
  const onError = (error: unknown) => {
    const said = error instanceof Error ? error.message : String(error);
    void io.stderr.write(`kalshi: ${printable(said)}\n`);
  };
  const { client, close } = await openClient(io, options);
  try {
    // Real prices may be away for a while: trading halts, and the stream tries for as long as it runs.
    const config = client.config.with({ wsMaxRetries: Number.MAX_SAFE_INTEGER });
    const stream = await client.stream({ config, signal, onError });
    await using mirror = await LocalExchange.mirror(stream, {
      tickers,
      lookup: client,
      queue: options.queue,
      port: options.port ?? before.port ?? 0,
      fix: options.fix ?? false,
      signal,
      onHalt: (halt) => teller.halted(halt),
      onResume: (resumption) => teller.resumed(resumption),
      onError,
    });
    const account = await openPlace(mirror, options, before, teller);
    const end = await untilOver(context, { mirror, account, tickers, bot, forMs });
    await tellReport(teller.output, mirror.report(), options.out, { event: "report" });
    await tellEnd(end, options, teller);
  } finally {
    await close();
  }
}

/** An account with the key of the last time, or a new one, and the file that leads others to it. */
async function openPlace(
  mirror: Mirror,
  options: PaperOptions,
  before: EnvBefore,
  teller: Teller,
): Promise<LocalAccount> {
  const { exchange, config: { baseUrl, wsBaseUrl } } = mirror;
  const account = await mirror.createAccount({ ...before.key, balance: options.balance });
  const key: EnvKey = { keyId: account.keyId, privateKey: account.privateKey };
  const fix = options.fix === true ? await openFix(exchange, account.id, before) : undefined;
  await writeEnv(options.env, {
    baseUrl,
    wsBaseUrl,
    key,
    fix,
    perps: undefined,
    pageUrl: undefined,
    rest: before.rest,
  });
  await teller.place({
    rest: baseUrl,
    stream: wsBaseUrl,
    fix: fix && `${fix.host}:${fix.port}`,
    key_id: key.keyId,
    env: options.env,
  });
  await teller.output.note(
    `Paper: real prices, no real money. Ctrl-C ends it. In another terminal: kalshi doctor --env-file ${options.env}`,
  );
  return account;
}

/** FIX has one connection at a time, and so a key of its own. */
async function openFix(exchange: LocalExchange, accountId: string, before: EnvBefore): Promise<EnvFix> {
  const { keyId, privateKey } = await exchange.createKey(accountId, { ...before.fixKey });
  const { host, port } = exchange.fixConfig("order-entry");
  return { host, port, marginPort: undefined, key: { keyId, privateKey } };
}

/** What is waited for. */
interface Watched {
  readonly mirror: Mirror;
  readonly account: LocalAccount;
  readonly tickers: readonly string[];
  readonly bot: Bot | undefined;
  readonly forMs: number;
}

/** Waits for the end: of the bot, of the time, of the markets, of the live stream, or by whoever ends the command. */
async function untilOver(context: CliContext, watched: Watched): Promise<End> {
  const { bot } = watched;
  if (bot === undefined) return await untilEnd(context, watched, new AbortController());
  const { mirror: { config, clock, runtime }, account: { auth }, tickers } = watched;
  const botStop = new AbortController();
  const over = new AbortController();
  const unheard = onAborted(context.signal, () => botStop.abort());
  const client = new KalshiClient({ auth, config });
  try {
    const stream = await client.stream();
    const place = { client, stream, clock, signal: botStop.signal, config, auth, runtime, tickers };
    const ending = runBot(bot, place).finally(() => over.abort());
    const end = await untilEnd(context, watched, over);
    botStop.abort();
    const botEnd = await endOf(ending, () => stream.close());
    const isOwn = end.why === "bot" || botEnd === undefined || botEnd.kind === "threw";
    return isOwn ? { why: "bot", end: botEnd } : end;
  } finally {
    unheard();
    await client.close();
  }
}

/** The same without a bot's last deeds. */
async function untilEnd(context: CliContext, watched: Watched, over: AbortController): Promise<End> {
  const { io: { clock = systemClock }, signal } = context;
  const { mirror, forMs } = watched;
  const progress = context.progress();
  const until = clock.monotonic() + forMs;
  try {
    for (;;) {
      const leftMs = until - clock.monotonic();
      if (signal.aborted) return { why: "told" };
      if (over.signal.aborted) return { why: "bot", end: undefined };
      if (leftMs <= 0) return { why: "time" };
      const status = mirror.status();
      if (status.state === "closed" || status.state === "halted" && status.halt.reason === "ended") {
        return { why: "lost" };
      }
      if (Object.values(status.markets).every(({ state }) => state === "closed")) return { why: "closed" };
      const { pnl, fills, orders } = mirror.report().summary;
      progress.show(`${status.state}: P&L ${pnl}, ${orders.placed} orders, ${fills} fills`);
      await delay(clock, Math.min(LOOK_MS, leftMs), signal, over.signal);
    }
  } finally {
    await progress.done();
  }
}

/** Says why it has ended, where that was not asked for. */
async function tellEnd(end: End, options: PaperOptions, { output }: Teller): Promise<void> {
  switch (end.why) {
    case "closed":
      return await output.note("Every market has closed.");
    case "lost":
      throw new CliError("failed", "The live stream has ended, and real prices with it.");
    case "bot":
      if (end.end?.kind === "threw") throw failureOf(options.bot ?? "", end.end.error);
      if (end.end === undefined) await output.note("The bot did not end when its signal aborted.");
      return;
    case "told":
    case "time":
  }
}
