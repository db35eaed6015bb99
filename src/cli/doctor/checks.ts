/**
 * What `kalshi doctor` looks at, one thing after another: what one needs is not asked where it failed.
 *
 * @module
 */
import { KalshiAuth } from "../../auth/kalshi_auth.ts";
import { systemClock } from "../../base/clock.ts";
import { KalshiError } from "../../base/errors.ts";
import type { KalshiClient } from "../../client.ts";
import { eventVenue } from "../../config/venue.ts";
import type { GetAccountApiLimitsResponse } from "../../contract/event/types.ts";
import type { CliContext } from "../context.ts";
import { chooseEnv, type Variables } from "../env_file.ts";
import { CliError } from "../exit_codes.ts";
import { type CliClient, type ConnectionOptions, openClient } from "../open_client.ts";
import { keyFileWarning } from "./key_file.ts";

/** What came of looking at one thing. */
export interface Finding {
  /** What was looked at; stable. */
  readonly check: string;
  /** `skipped` is what could not be looked at, for want of a key or of something before it. */
  readonly state: "ok" | "warning" | "failed" | "skipped";
  /** What was found. */
  readonly detail: string;
  /** What to do about it. */
  readonly cure?: string | undefined;
}

/** Told of each finding as it comes. */
export type Tell = (finding: Finding) => Promise<void>;

const NO_RETRIES = { maxRetries: 0, timeoutMs: 15_000 } as const;
/** Dates of answers are whole seconds, and an answer takes its time. */
const MOST_SKEW_MS = 2_500;

const wordsOf = (error: unknown): string => error instanceof Error ? error.message : String(error);

/** What says where to go, without what says with which key. */
function withoutKey(env: Variables): Variables {
  const { demo, baseUrl, allowUnknownHost } = eventVenue.variables;
  return Object.fromEntries([demo, baseUrl, allowUnknownHost].map((name) => [name, env[name]]));
}

/** One visit of the doctor. */
class Visit {
  readonly #context: CliContext;
  readonly #options: ConnectionOptions;
  readonly #tell: Tell;

  constructor(context: CliContext, options: ConnectionOptions, tell: Tell) {
    this.#context = context;
    this.#options = options;
    this.#tell = tell;
  }

  get #call() {
    return { ...NO_RETRIES, signal: this.#context.signal };
  }

  /** Does something and tells of it; what it throws is a finding, unless the visit is to end. */
  async #look<T>(
    check: string,
    look: () => Promise<readonly [found: Omit<Finding, "check">, result: T]>,
    cure?: string,
  ): Promise<T | undefined> {
    try {
      const [found, result] = await look();
      await this.#tell({ check, ...found });
      return result;
    } catch (error) {
      this.#context.signal.throwIfAborted();
      if (!(error instanceof KalshiError || error instanceof CliError)) throw error;
      await this.#tell({ check, state: "failed", detail: wordsOf(error), cure });
      return undefined;
    }
  }

  async #skip(why: string, ...checks: readonly string[]): Promise<void> {
    for (const check of checks) await this.#tell({ check, state: "skipped", detail: why });
  }

  async run(): Promise<void> {
    const { io } = this.#context;
    const env = await this.#look("variables", async () => {
      const env = await chooseEnv(io.env, this.#options.envFile);
      const from = this.#options.envFile ?? "the environment";
      return [{ state: "ok", detail: `read from ${from}` }, env];
    });
    if (env === undefined) {
      return await this.#skip("not known where", "exchange", "host", "clock", ...SIGNED);
    }
    const keyless = await this.#openKeyless(env);
    const key = await this.#key(env);
    if (keyless === undefined) return await this.#skip("not known where", "host", "clock", ...SIGNED);
    try {
      const answers = await this.#host(keyless.client);
      if (!answers) return await this.#skip("the host does not answer", ...SIGNED);
      if (key === undefined) return await this.#skip("there is no key to sign with", ...SIGNED);
      await this.#signed(key);
    } finally {
      await keyless.close();
    }
  }

  /** Where it goes: told before anything is sent there. */
  #openKeyless(env: Variables): Promise<CliClient | undefined> {
    const { io } = this.#context;
    return this.#look("exchange", async () => {
      const opened = await openClient({ ...io, env: withoutKey(env) }, {
        ...this.#options,
        envFile: undefined,
      });
      const { baseUrl, environment } = opened.client.config;
      const place = environment === "loopback" ? "this machine" : environment;
      return [{
        state: "ok",
        detail: `${baseUrl}, ${place}${opened.isRealMoney ? ": real money" : ""}`,
      }, opened];
    });
  }

  /** Whether the key can be read, and what kind it is. */
  #key(env: Variables): Promise<KalshiAuth | undefined> {
    const { keyId, privateKey, privateKeyPath } = eventVenue.variables;
    return this.#look<KalshiAuth | undefined>("key", async () => {
      if ([keyId, privateKey, privateKeyPath].every((name) => (env[name] ?? "") === "")) {
        const cure = `For an account set ${keyId}, and ${privateKeyPath} or ${privateKey}.`;
        return [{ state: "skipped", detail: "none is given: public data alone.", cure }, undefined];
      }
      const auth = await KalshiAuth.fromEnv(env);
      const detail = `${auth.keyId}, ${auth.algorithm}`;
      const cure = await keyFileWarning(env[privateKeyPath]);
      return [{ state: cure === undefined ? "ok" : "warning", detail, cure }, auth];
    });
  }

  /** Whether the host answers, and whether its clock is this machine's. */
  async #host(client: KalshiClient): Promise<boolean> {
    const clock = this.#context.io.clock ?? systemClock;
    let skew: number | undefined;
    const answered = await this.#look(
      "host",
      async () => {
        let took = 0;
        const status = await client.exchange.status({
          ...this.#call,
          onResponse: ({ headers, durationMs }) => {
            took = durationMs;
            const date = Date.parse(headers["date"] ?? "");
            // The middle of that second, and of the time that the answer took.
            if (!Number.isNaN(date)) skew = clock.now() - durationMs / 2 - (date + 500);
          },
        });
        const trading = status.trading_active ? "trading is open" : "trading is paused";
        return [{ state: "ok", detail: `answers in ${took.toFixed(0)} ms; ${trading}` }, true];
      },
      "Check network, proxy, KALSHI_API_BASE_URL and KALSHI_DEMO; Kalshi tells of outages on its status page.",
    );
    if (answered === undefined) {
      await this.#skip("the host does not answer", "clock");
      return false;
    }
    await this.#tell({ check: "clock", ...clockFinding(skew) });
    return true;
  }

  /** What only a key can ask. */
  async #signed(auth: KalshiAuth): Promise<void> {
    let opened: CliClient | undefined;
    try {
      const limits = await this.#look("signed call", async () => {
        opened = await openClient(this.#context.io, this.#options, { auth });
        const limits = await opened.client.account.limits(this.#call);
        return [{ state: "ok", detail: "the key was taken" }, limits];
      });
      if (opened === undefined || limits === undefined) {
        return await this.#skip("the signed call failed", ...SIGNED.slice(1));
      }
      await this.#account(opened, auth, limits);
    } finally {
      await opened?.close();
    }
  }

  async #account(
    opened: CliClient,
    { keyId }: KalshiAuth,
    limits: GetAccountApiLimitsResponse,
  ): Promise<void> {
    const { client, env, isRealMoney } = opened;
    const mayWrite = await this.#scopes(client, keyId);
    await this.#tell({ check: "limits", state: "ok", detail: limitsInWords(limits) });
    const readOnly = [env, this.#context.io.env].some((one) => one["KALSHI_READONLY"]?.trim() === "1");
    await this.#tell({ check: "writes", ...writesFinding({ readOnly, mayWrite, isRealMoney }) });
    await this.#look("stream", async () => {
      const stream = await client.stream({ signal: this.#context.signal });
      await stream.close();
      return [{ state: "ok", detail: `${client.config.wsBaseUrl} takes the key` }, true];
    }, "Where a proxy stands between, it must let WebSockets through.");
  }

  /** Returns whether the key may place orders; undefined where that is not known. */
  #scopes(client: KalshiClient, keyId: string): Promise<boolean | undefined> {
    return this.#look<boolean | undefined>("scopes", async () => {
      const { api_keys } = await client.apiKeys.list({}, this.#call);
      const own = api_keys.find(({ api_key_id }) => api_key_id === keyId);
      if (own === undefined) {
        return [{ state: "warning", detail: "the account's list of keys does not have this one" }, undefined];
      }
      const bound = typeof own.subaccount === "number" ? `; subaccount ${own.subaccount} alone` : "";
      const mayWrite = own.scopes.some((scope) => scope === "write" || scope === "write::trade");
      return [{ state: "ok", detail: own.scopes.join(", ") + bound }, mayWrite];
    });
  }
}

/** What is looked at with a key, in this order. */
const SIGNED = ["signed call", "scopes", "limits", "writes", "stream"] as const;

function clockFinding(skew: number | undefined): Omit<Finding, "check"> {
  if (skew === undefined) {
    return { state: "warning", detail: "the answer has no Date to compare with" };
  }
  const seconds = Math.abs(skew) / 1000;
  if (Math.abs(skew) <= MOST_SKEW_MS) return { state: "ok", detail: "as the exchange's, to two seconds" };
  return {
    state: "failed",
    detail: `${seconds.toFixed(0)} s ${skew > 0 ? "ahead of" : "behind"} the exchange's`,
    cure: "Set this machine's clock (NTP): signatures of another time are refused.",
  };
}

function limitsInWords({ usage_tier, read, write }: GetAccountApiLimitsResponse): string {
  const words = ({ refill_rate, bucket_capacity }: GetAccountApiLimitsResponse["read"]) =>
    `${refill_rate} tokens a second, ${bucket_capacity} at most`;
  return `tier ${usage_tier}; reads: ${words(read)}; writes: ${words(write)}`;
}

interface Writes {
  readonly readOnly: boolean;
  /** By the key's scopes; undefined where they are not known. */
  readonly mayWrite: boolean | undefined;
  readonly isRealMoney: boolean;
}

function writesFinding({ readOnly, mayWrite, isRealMoney }: Writes): Omit<Finding, "check"> {
  if (readOnly) return { state: "ok", detail: "refused here: KALSHI_READONLY=1" };
  if (mayWrite === false) {
    return {
      state: "warning",
      detail: "the key may not place orders",
      cure: "Make one with the scope write.",
    };
  }
  return { state: "ok", detail: isRealMoney ? "allowed, after a confirmation: real money" : "allowed" };
}

/** Looks at everything, and tells of each thing as it comes. */
export async function examine(context: CliContext, options: ConnectionOptions, tell: Tell): Promise<void> {
  await new Visit(context, options, tell).run();
}
