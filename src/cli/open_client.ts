/**
 * The client of a command: from the environment, or a file of variables, on the exchange that was told; and the
 * question before real money.
 *
 * @module
 */
import type { Logger } from "../base/logger.ts";
import type { KalshiClient } from "../client.ts";
import type { KalshiClientOptions } from "../client_options.ts";
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

/** A client, and what a command must know beside it. */
export interface CliClient {
  /** From the environment; without a key there it makes public calls only. */
  readonly client: KalshiClient;
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

/** What says where to go, checked: two that disagree are refused. */
function chosenExchange(env: Variables, { demo = false, live = false }: ConnectionOptions) {
  const flag = demo ? "--demo" : live ? "--live" : undefined;
  if (flag === undefined) return {};
  if ((env["KALSHI_API_BASE_URL"] ?? "").trim() !== "") {
    throw new CliError(
      "usage",
      `KALSHI_API_BASE_URL says where to go, and ${flag} says otherwise: leave one of them out.`,
    );
  }
  if (live && (env["KALSHI_DEMO"] ?? "").trim().toLowerCase() === "true") {
    throw new CliError(
      "usage",
      "KALSHI_DEMO=true says demo, and --live says production: leave one of them out.",
    );
  }
  return { isProduction: live };
}

/** A shell that says demo is not led to real money by a file that says nothing of it. */
function assertOneExchange(
  shell: Variables,
  file: Variables,
  { envFile, demo, live }: ConnectionOptions,
): void {
  const isSaid = (name: string) => (file[name] ?? "").trim() !== "";
  const isDemo = (shell["KALSHI_DEMO"] ?? "").trim().toLowerCase() === "true";
  if (envFile === undefined || demo || live || !isDemo) return;
  if (isSaid("KALSHI_DEMO") || isSaid("KALSHI_API_BASE_URL")) return;
  throw new CliError(
    "usage",
    `KALSHI_DEMO=true says demo, and ${envFile} does not say where to go: give --demo or --live, or write ` +
      "KALSHI_DEMO into it.",
  );
}

/**
 * Opens the client of a command; the command closes it.
 *
 * @param extra more options of the client, such as `rateLimit: "auto"`
 * @throws {CliError} where options and variables disagree
 * @throws {KalshiError} for variables that are wrong, and a key that cannot be read
 */
export async function openClient(
  io: CliIo,
  options: ConnectionOptions,
  extra: KalshiClientOptions = {},
): Promise<CliClient> {
  const env = await chooseEnv(io.env, options.envFile);
  assertOneExchange(io.env, env, options);
  const { isProduction } = chosenExchange(env, options);
  const { KalshiClient } = await import("../client.ts");
  const { KalshiConfig } = await import("../config/kalshi_config.ts");
  const place = isProduction === undefined
    ? {}
    : { config: isProduction ? KalshiConfig.production() : KalshiConfig.demo() };
  const logged = [env, io.env].some((one) => (one["KALSHI_LOG"] ?? "").trim() !== "");
  const logger = logged ? stderrLogger(io) : undefined;
  const client = await KalshiClient.fromEnv(env, { clock: io.clock, logger, ...place, ...extra });
  const { environment, baseUrl } = client.config;
  const isRealMoney = environment === "production" || environment === "unknown";
  let isConfirmed = !isRealMoney || options.yes === true;
  return {
    client,
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
