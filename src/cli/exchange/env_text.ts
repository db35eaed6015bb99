/**
 * The file of variables that `kalshi exchange` writes for programs that trade on it: with the key that it keeps over
 * restarts. Files that it did not write are never touched.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { chmod, readFile, rename, rm, writeFile } from "node:fs/promises";
import { parseEnvFile, type Variables } from "../env_file.ts";
import { CliError } from "../exit_codes.ts";

const FIRST = "# Written by `kalshi exchange`, anew each time it starts: a local exchange, no real money.";
const LAST = "# What stands below this line is yours, and stays.";

/** A key, as it stands in the file. */
export interface EnvKey {
  readonly keyId: string;
  /** PEM. */
  readonly privateKey: string;
}

/** What is in the file from the last time. */
export interface EnvBefore {
  /** The key of REST and the stream. */
  readonly key: EnvKey | undefined;
  /** The key of FIX. */
  readonly fixKey: EnvKey | undefined;
  readonly port: number | undefined;
  readonly fixPort: number | undefined;
  /** Where its page was, and the token of it. */
  readonly page: { readonly port: number; readonly token: string } | undefined;
  /** What somebody wrote below. */
  readonly rest: string;
}

/** Where its FIX is. */
export interface EnvFix {
  readonly host: string;
  readonly port: number;
  /** That of perps; undefined where there are none. */
  readonly marginPort: number | undefined;
  readonly key: EnvKey;
}

/** What goes into the file. */
export interface EnvNow {
  readonly baseUrl: string;
  readonly wsBaseUrl: string;
  readonly key: EnvKey;
  readonly fix: EnvFix | undefined;
  /** Where perps are, with the same key. */
  readonly perps: { readonly baseUrl: string; readonly wsBaseUrl: string } | undefined;
  /** Address of its page, with the token; undefined where there is none. */
  readonly pageUrl: string | undefined;
  readonly rest: string;
}

/** What there is before the first time. */
const NOTHING: EnvBefore = {
  key: undefined,
  fixKey: undefined,
  port: undefined,
  fixPort: undefined,
  page: undefined,
  rest: "",
};

function keyIn(variables: Variables, prefix: string): EnvKey | undefined {
  const keyId = variables[`${prefix}_KEY_ID`];
  const privateKey = variables[`${prefix}_PRIVATE_KEY`];
  return keyId && privateKey ? { keyId, privateKey } : undefined;
}

function portIn(url: string | undefined): number | undefined {
  return url !== undefined && URL.canParse(url) ? Number(new URL(url).port) || undefined : undefined;
}

function pageIn(url: string | undefined): EnvBefore["page"] {
  const token = /#token=([\w-]{32,128})$/.exec(url ?? "")?.[1];
  const port = portIn(url);
  return token === undefined || port === undefined ? undefined : { port, token };
}

/**
 * Reads the file of the last time; where there is none, nothing was kept.
 *
 * @throws {CliError} for a file that something else wrote, and for one that cannot be read
 */
export async function readBefore(path: string): Promise<EnvBefore> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const { code = "unreadable" } = error as { code?: string };
    if (code === "ENOENT") {
      return NOTHING;
    }
    throw new CliError("usage", `${path} cannot be read (${code}): name another file with --env.`);
  }
  const end = text.indexOf(`${LAST}\n`);
  if (!text.startsWith(`${FIRST}\n`) || end < 0) {
    throw new CliError(
      "usage",
      `${path} is there, and kalshi exchange did not write it: it stays as it is. Name another file with --env, ` +
        "such as --env local.env.",
    );
  }
  const variables = parseEnvFile(text.slice(0, end), path);
  return {
    key: keyIn(variables, "KALSHI"),
    fixKey: keyIn(variables, "KALSHI_FIX"),
    port: portIn(variables["KALSHI_API_BASE_URL"]),
    fixPort: Number(variables["KALSHI_FIX_PORT"]) || undefined,
    page: pageIn(variables["KALSHI_PAGE_URL"]),
    rest: text.slice(end + LAST.length + 1),
  };
}

const pem = ({ privateKey }: EnvKey) => `"${privateKey.trimEnd().replaceAll("\n", "\\n")}\\n"`;

function fixLines({ host, port, marginPort, key }: EnvFix): string[] {
  return [
    "# FixConfig.fromEnv() and fixAuthFromEnv() read these.",
    ...marginPort === undefined
      ? []
      : [`# For perps: KALSHI_FIX_PRODUCT=margin and KALSHI_FIX_PORT=${marginPort}.`],
    "KALSHI_FIX_PRODUCT=event",
    "KALSHI_FIX_SESSION=order-entry",
    `KALSHI_FIX_HOST=${host}`,
    `KALSHI_FIX_PORT=${port}`,
    "KALSHI_FIX_TLS=false",
    `KALSHI_FIX_KEY_ID=${key.keyId}`,
    `KALSHI_FIX_PRIVATE_KEY=${pem(key)}`,
  ];
}

function perpsLines({ baseUrl, wsBaseUrl }: NonNullable<EnvNow["perps"]>, key: EnvKey): string[] {
  return [
    "# PerpsClient.fromEnv() reads these.",
    `KALSHI_PERPS_API_BASE_URL=${baseUrl}`,
    `KALSHI_PERPS_WS_BASE_URL=${wsBaseUrl}`,
    `KALSHI_PERPS_KEY_ID=${key.keyId}`,
    `KALSHI_PERPS_PRIVATE_KEY=${pem(key)}`,
  ];
}

/** The text of the file. */
export function envText({ baseUrl, wsBaseUrl, key, fix, perps, pageUrl, rest }: EnvNow): string {
  const lines = [
    FIRST,
    `# KalshiClient.fromEnv() reads these; its stream is at ${wsBaseUrl}`,
    `KALSHI_API_BASE_URL=${baseUrl}`,
    `KALSHI_KEY_ID=${key.keyId}`,
    `KALSHI_PRIVATE_KEY=${pem(key)}`,
    ...fix === undefined ? [] : fixLines(fix),
    ...perps === undefined ? [] : perpsLines(perps, key),
    ...pageUrl === undefined
      ? []
      : ["# For a browser on this machine; whoever has it can trade here.", `KALSHI_PAGE_URL=${pageUrl}`],
    LAST,
  ];
  return `${lines.join("\n")}\n${rest}`;
}

/** Writes the file, all of it or nothing, for the eyes of its owner alone. */
export async function writeEnv(path: string, now: EnvNow): Promise<void> {
  const fresh = `${path}.${randomUUID()}`;
  try {
    await writeFile(fresh, envText(now), { mode: 0o600, flag: "wx" });
    await chmod(fresh, 0o600);
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    const { code = "unwritable" } = error as { code?: string };
    throw new CliError("failed", `${path} cannot be written (${code}): name another file with --env.`);
  }
}
