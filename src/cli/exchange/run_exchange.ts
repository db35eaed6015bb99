/**
 * Runs a local exchange until it is told to end.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { onAborted } from "../../base/waits.ts";
import { listen } from "../../local_exchange/listening.ts";
import { LocalExchange } from "../../local_exchange/mod.ts";
import type { CliContext } from "../context.ts";
import { CliError } from "../exit_codes.ts";
import { type Column, openOutput, type Output, type OutputOptions } from "../output.ts";
import { type EnvBefore, type EnvKey, readBefore, writeEnv } from "./env_text.ts";

/** The options of `kalshi exchange`. */
export interface ExchangeOptions extends OutputOptions {
  /** `--port` */
  readonly port?: number | undefined;
  /** `--seed` */
  readonly seed?: number | undefined;
  /** `--history` */
  readonly history?: number | undefined;
  /** `--page-port` */
  readonly pagePort?: number | undefined;
  /** `--fix` */
  readonly fix?: boolean | undefined;
  /** `--perps` */
  readonly perps?: boolean | undefined;
  /** `--env` */
  readonly env: string;
  /** `--balance` */
  readonly balance: string;
  /** `--pace` */
  readonly pace?: number | undefined;
  /** `--state` */
  readonly state?: string | undefined;
}

/** What is printed of an exchange that runs. */
interface Running {
  readonly rest: string;
  readonly stream: string;
  readonly fix: string | undefined;
  readonly perps: string | undefined;
  readonly perps_fix: string | undefined;
  readonly page: string;
  readonly key_id: string;
  readonly env: string;
  readonly state: string | undefined;
}

const columns: readonly Column<Running>[] = [
  { name: "rest", value: ({ rest }) => rest },
  { name: "stream", value: ({ stream }) => stream },
  { name: "fix", value: ({ fix }) => fix },
  { name: "perps", value: ({ perps }) => perps },
  { name: "perps_fix", value: ({ perps_fix }) => perps_fix },
  { name: "page", value: ({ page }) => page },
  { name: "key_id", value: ({ key_id }) => key_id },
  { name: "env", value: ({ env }) => env },
  { name: "state", value: ({ state }) => state },
];

/** Rounds of its market makers before it is shown: their quotes stand by then. */
const FIRST_ROUNDS = 20;

/** How often its market makers move unless told, in milliseconds. */
const PACE_MS = 1_000;

async function start(options: ExchangeOptions, before: EnvBefore): Promise<LocalExchange> {
  const { seed, history, fix = false, perps = false, env, state } = options;
  const port = options.port ?? before.port ?? 0;
  // What it began as stands in its state: only what was asked for is asked again.
  const isThere = state !== undefined && existsSync(state);
  const pace = options.pace ?? (isThere ? undefined : PACE_MS);
  try {
    // Before its state is opened, which would take it from an exchange that runs.
    await assertFree(port);
    return await LocalExchange.start({
      port,
      seed,
      history: history === undefined ? undefined : { days: history },
      fix: fix && { port: before.fixPort ?? 0 },
      perps,
      stepMs: pace === 0 ? undefined : pace,
      state,
    });
  } catch (error) {
    if ((error as { code?: unknown }).code !== "EADDRINUSE") throw error;
    const of = options.port === undefined ? ` of ${env}` : "";
    throw new CliError(
      "failed",
      `The port${of} is taken; another exchange may run there. Give another --port and another --env.`,
    );
  }
}

/** Rejects as a server does whose port is taken. */
async function assertFree(port: number): Promise<void> {
  if (port === 0) return;
  const server = await listen(createServer(), "127.0.0.1", port);
  await server.close();
}

/** Its page, where it was the last time; where that is taken now, on any other port. */
async function servePage(
  exchange: LocalExchange,
  { pagePort }: ExchangeOptions,
  { page }: EnvBefore,
  account: string,
) {
  const token = page?.token;
  try {
    return await exchange.servePage({ port: pagePort ?? page?.port ?? 0, account, token });
  } catch (error) {
    if ((error as { code?: unknown }).code !== "EADDRINUSE") throw error;
    if (pagePort !== undefined) {
      throw new CliError("failed", `The port ${pagePort} is taken: give another --page-port.`);
    }
    return await exchange.servePage({ account, token });
  }
}

/** An account with the key of the last time, or a new one; and the key of FIX, which has one connection at a time. */
async function openKeys(exchange: LocalExchange, options: ExchangeOptions, before: EnvBefore) {
  const account = await exchange.createAccount({
    ...before.key,
    balance: options.balance,
    history: options.history !== undefined,
  });
  const key: EnvKey = { keyId: account.keyId, privateKey: account.privateKey };
  if (!options.fix) return { id: account.id, key, fix: undefined };
  const { keyId, privateKey } = await exchange.createKey(account.id, { ...before.fixKey });
  const { host, port } = exchange.fixConfig("order-entry");
  const marginPort = options.perps
    ? exchange.fixConfig("order-entry", { product: "margin" }).port
    : undefined;
  return { id: account.id, key, fix: { host, port, marginPort, key: { keyId, privateKey } } };
}

/** Says what came back of an exchange with a state. */
async function tellRestored(
  { restored }: LocalExchange,
  { state, env }: ExchangeOptions,
  before: EnvBefore,
  output: Output,
): Promise<void> {
  if (restored === undefined) return;
  await output.note(`${state}: ${restored.commands} commands, done again.`);
  if (restored.cutBytes > 0) {
    await output.note(
      `Its end was cut off by whatever ended it: ${restored.cutBytes} bytes are in ${state}.cut.`,
    );
  }
  if (before.key === undefined) {
    await output.note(`${env} holds no key of an account of it: there is a new account now.`);
  }
}

/** Each would be written over the other. */
function assertTwoFiles({ env, state }: ExchangeOptions): void {
  if (state === undefined || resolve(env) !== resolve(state)) return;
  throw new CliError("usage", `--env and --state name one file, ${state}: give each its own.`);
}

/** Runs an exchange until the signal aborts. */
export async function runExchange({ io, signal }: CliContext, options: ExchangeOptions): Promise<void> {
  const output = openOutput(io, options);
  assertTwoFiles(options);
  const before = await readBefore(options.env);
  const exchange = await start(options, before);
  try {
    await tellRestored(exchange, options, before, output);
    if (exchange.restored === undefined) exchange.step(FIRST_ROUNDS);
    const { id, key, fix } = await openKeys(exchange, options, before);
    const page = await servePage(exchange, options, before, id);
    const { baseUrl, wsBaseUrl } = exchange;
    const perps = options.perps ? exchange.perpsConfig : undefined;
    await writeEnv(options.env, {
      baseUrl,
      wsBaseUrl,
      key,
      fix,
      perps,
      pageUrl: page.url,
      rest: before.rest,
    });
    await output.record(columns, {
      rest: baseUrl,
      stream: wsBaseUrl,
      fix: fix && `${fix.host}:${fix.port}`,
      perps: perps?.wsBaseUrl,
      perps_fix: fix?.marginPort === undefined ? undefined : `${fix.host}:${fix.marginPort}`,
      page: page.url,
      key_id: key.keyId,
      env: options.env,
      state: options.state,
    });
    await output.note(`Ctrl-C ends it. In another terminal: kalshi doctor --env-file ${options.env}`);
    if (!signal.aborted) await new Promise<void>((resolve) => onAborted(signal, () => resolve()));
  } finally {
    await exchange.close();
  }
}
