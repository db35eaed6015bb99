/**
 * The client of a command: from the environment, or a file of variables, on the exchange that was told; and the
 * question before real money.
 *
 * @module
 */
import type { Logger } from "../base/logger.ts";
import type { KalshiClient } from "../client.ts";
import type { KalshiClientOptions } from "../client_options.ts";
import { eventVenue, type KalshiVariables } from "../config/venue.ts";
import { printable } from "./colours.ts";
import { chooseEnv, type Variables } from "./env_file.ts";
import { CliError } from "./exit_codes.ts";
import type { CliIo } from "./io.ts";

/** Where a command goes: what `addConnectionOptions` and `addWriteOptions` add. */
export interface ConnectionOptions {
  /** `--env-file` */
  readonly envFile?: string | undefined;
  /** `--demo` */
  readonly demo?: boolean | undefined;
  /** `--live` */
  readonly live?: boolean | undefined;
  /** `--yes` */
  readonly yes?: boolean | undefined;
}

/** What a command must know of any client. */
interface AnyClient {
  readonly config: { readonly environment: string; readonly baseUrl: string };
  close(): Promise<void>;
}

/** One of Kalshi's exchanges, as a command reaches it. */
export interface CliProduct<Client extends AnyClient> {
  /** The variables that say where to go. */
  readonly variables: Pick<KalshiVariables, "demo" | "baseUrl" | "wsBaseUrl" | "keyId">;
  /** Makes its client, whose code is loaded here; on production or demo where that was told. */
  readonly open: (
    env: Variables,
    place: "production" | "demo" | undefined,
    options: Pick<KalshiClientOptions, "auth" | "clock" | "logger" | "rateLimit">,
  ) => Promise<Client>;
}

/** A client, and what a command must know beside it. */
export interface CliClient<Client = KalshiClient> {
  /** From the environment; without a key there it makes public calls only. */
  readonly client: Client;
  /** Whether the environment names a key. */
  readonly hasKey: boolean;
  /** The variables that it was made from. */
  readonly env: Variables;
  /** Whether its writes may move real money: on production, and on a host that is not known. */
  readonly isRealMoney: boolean;
  /**
   * To be awaited before every write, with what it will do, as in "Buy 10 KXHIGHNY-26NOV24-T60 at 0.56". Asks on a
   * terminal where it is real money; one answer holds for the whole command.
   *
   * @throws {CliError} where the answer is not yes, and where nobody can be asked and `--yes` is not given
   */
  confirm(what: string): Promise<void>;
  /** Closes the client, and its streams. */
  close(): Promise<void>;
}

const said = (env: Variables, name: string | undefined) => name === undefined ? "" : (env[name] ?? "").trim();

/** What says where to go, checked: two that disagree are refused. */
function chosenPlace(
  { demo: demoName, baseUrl, wsBaseUrl }: CliProduct<AnyClient>["variables"],
  env: Variables,
  { demo = false, live = false }: ConnectionOptions,
): "production" | "demo" | undefined {
  const flag = demo ? "--demo" : live ? "--live" : undefined;
  if (flag === undefined) return undefined;
  const place = [baseUrl, wsBaseUrl].find((name) => said(env, name) !== "");
  if (place !== undefined) {
    throw new CliError(
      "usage",
      `${place} says where to go, and ${flag} says otherwise: leave one of them out.`,
    );
  }
  if (live && said(env, demoName).toLowerCase() === "true") {
    throw new CliError(
      "usage",
      `${demoName}=true says demo, and --live says production: leave one of them out.`,
    );
  }
  return live ? "production" : "demo";
}

/** A shell that says demo is not led to real money by a file that says nothing of it. */
function assertOneExchange(
  { demo: demoName, baseUrl, wsBaseUrl }: CliProduct<AnyClient>["variables"],
  shell: Variables,
  file: Variables,
  { envFile, demo, live }: ConnectionOptions,
): void {
  const isDemo = said(shell, demoName).toLowerCase() === "true";
  if (envFile === undefined || demo || live || !isDemo) return;
  if ([demoName, baseUrl, wsBaseUrl].some((name) => said(file, name) !== "")) return;
  throw new CliError(
    "usage",
    `${demoName}=true says demo, and ${envFile} does not say where to go: give --demo or --live, or write ` +
      `${demoName} into it.`,
  );
}

/** The exchange of event contracts. */
const events: CliProduct<KalshiClient> = {
  variables: eventVenue.variables,
  open: async (env, place, options) => {
    const { KalshiClient } = await import("../client.ts");
    const { KalshiConfig } = await import("../config/kalshi_config.ts");
    const config = place && { config: KalshiConfig[place]() };
    // Who has no key has no tier either: it is the lowest.
    const isKeyless = options.rateLimit === "auto" && said(env, eventVenue.variables.keyId) === "";
    const lowest = isKeyless && { rateLimit: (await import("../rate_limits/auto.ts")).BASIC.event };
    return await KalshiClient.fromEnv(env, { ...options, ...lowest, ...config });
  },
};

/**
 * Opens the client of a command; the command closes it.
 *
 * @param extra more options of the client, such as `rateLimit: "auto"`, which without a key is the Basic tier
 * @throws {CliError} where options and variables disagree
 * @throws {KalshiError} for variables that are wrong, and a key that cannot be read
 */
export function openClient(
  io: CliIo,
  options: ConnectionOptions,
  extra: Pick<KalshiClientOptions, "auth" | "rateLimit"> = {},
): Promise<CliClient> {
  return openProduct(events, io, options, extra);
}

/** The same for any of Kalshi's exchanges. */
export async function openProduct<Client extends AnyClient>(
  product: CliProduct<Client>,
  io: CliIo,
  options: ConnectionOptions,
  extra: Pick<KalshiClientOptions, "auth" | "rateLimit"> = {},
): Promise<CliClient<Client>> {
  const { variables } = product;
  const env = await chooseEnv(io.env, options.envFile);
  assertOneExchange(variables, io.env, env, options);
  const place = chosenPlace(variables, env, options);
  const logged = [env, io.env].some((one) => said(one, "KALSHI_LOG") !== "");
  const logger = logged ? stderrLogger(io) : undefined;
  const client = await product.open(env, place, { clock: io.clock, logger, ...extra });
  const { environment, baseUrl } = client.config;
  const isRealMoney = environment === "production" || environment === "unknown";
  let isConfirmed = !isRealMoney || options.yes === true;
  return {
    client,
    hasKey: said(env, variables.keyId) !== "",
    env,
    isRealMoney,
    async confirm(what) {
      if (isConfirmed) return;
      await ask(io, what, new URL(baseUrl).host);
      isConfirmed = true;
    },
    close: () => client.close(),
  };
}

/** Log lines are no result: they go where notes go, and not to stdout, which a console writes some of them to. */
function stderrLogger({ stderr }: CliIo): Logger {
  const write = (message: string) => void stderr.write(`${printable(message)}\n`);
  return { debug: write, info: write, warn: write, error: write };
}

async function ask({ stdin, stderr, signal }: CliIo, what: string, host: string): Promise<void> {
  if (!stdin.isTerminal || !stderr.isTerminal) {
    throw new CliError(
      "unconfirmed",
      `${what}: that is real money on ${host}, and nobody can be asked here. Nothing was sent. Say --yes in a script, ` +
        "or --demo to try it with mock funds.",
    );
  }
  await stderr.write(`${printable(what)}, with real money on ${host}. Type yes to go on: `);
  const answer = await stdin.readLine(signal);
  if (answer?.trim().toLowerCase() === "yes") return;
  throw new CliError("unconfirmed", "Not confirmed; nothing was sent.");
}
