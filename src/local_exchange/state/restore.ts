/** An exchange with a state: made anew from its seed, and led through everything that was asked of it. */
import { KalshiConfigError } from "../../base/errors.ts";
import { openFor, returnKey } from "../accounts.ts";
import { restoreTime } from "../clock.ts";
import type { Command } from "../command.ts";
import { Exchange } from "../exchange.ts";
import type { FixProduct } from "../../contract/fix/sessions.ts";
import type { FixGateway } from "../gateways/fix/gateway.ts";
import type { KlearGateway } from "../gateways/klear/gateway.ts";
import type { RestGateway } from "../gateways/rest/gateway.ts";
import { publicKeyOf } from "../keys.ts";
import type { ExchangeSettings } from "../settings.ts";
import { steer } from "../steering.ts";
import type { RestoredState } from "../types.ts";
import { StateFile } from "./file.ts";
import { STATE_VERSION, type StateHead, type WorldFacts } from "./records.ts";

/** What takes commands in that came by it. */
export interface Gateways {
  readonly rest: RestGateway;
  readonly klear?: KlearGateway | undefined;
  readonly fix: Readonly<Partial<Record<FixProduct, FixGateway>>>;
}

/** An exchange as it began; `restore` makes it what it was. */
export interface Opened {
  readonly exchange: Exchange;
  restore(gateways: Gateways): RestoredState | undefined;
  /** Lets the file go where the exchange is not to be used; one that was made for it is gone again. */
  close(): void;
}

/** Makes an exchange, whose state is in the file where a path is given; `given`: the options that were. */
export function openExchange(
  settings: ExchangeSettings,
  path: string | undefined,
  given: ReadonlySet<string>,
): Opened {
  if (path === undefined) return { exchange: new Exchange(settings), restore: () => undefined, close() {} };
  const opened = StateFile.open(path);
  if (opened === undefined) return begin(settings, path);
  const { file, head } = opened;
  try {
    const exchange = asItBegan(settings, head, path, given);
    return {
      exchange,
      restore: (gateways) => closing(file, () => restore(exchange, file, gateways)),
      close: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

function begin(settings: ExchangeSettings, path: string): Opened {
  const { clock } = settings;
  const startedAt = clock.now();
  // Not a millisecond may go by between what is written and what is made.
  restoreTime(clock, { standsAt: startedAt });
  const exchange = new Exchange(settings);
  restoreTime(clock, { aheadMs: 0 });
  let file: StateFile | undefined;
  return {
    exchange,
    restore() {
      const head = { version: STATE_VERSION, startedAt, ...factsOf(settings) };
      file = StateFile.create(path, head);
      exchange.memory = { kind: "journal", journal: file };
      return undefined;
    },
    close: () => file?.remove(),
  };
}

function factsOf(settings: ExchangeSettings): WorldFacts {
  const { seed, markets, shards, marketMakers, stepMs, pastDays, perps } = settings;
  return { seed, markets, shards, marketMakers, stepMs: stepMs ?? null, pastDays, perps: perps ?? null };
}

/** Which option says each fact. */
const optionOf: Readonly<Record<keyof WorldFacts, string>> = {
  seed: "seed",
  markets: "markets",
  shards: "shards",
  marketMakers: "marketMakers",
  stepMs: "stepMs",
  pastDays: "history",
  perps: "perps",
};

function asItBegan(
  settings: ExchangeSettings,
  { version, startedAt, ...head }: StateHead,
  path: string,
  given: ReadonlySet<string>,
): Exchange {
  if (version !== STATE_VERSION) {
    throw new KalshiConfigError(
      `LocalExchange: \`state\` ${path} was written by another version of the exchange (its format is ${version}, this one's ${STATE_VERSION}). It was left as it is: open it with that version, or give another path.`,
    );
  }
  const asked = factsOf(settings);
  for (const fact of Object.keys(optionOf) as (keyof WorldFacts)[]) {
    const [is, wanted] = [JSON.stringify(head[fact] ?? null), JSON.stringify(asked[fact] ?? null)];
    if (!given.has(optionOf[fact]) || is === wanted) continue;
    throw new KalshiConfigError(
      `LocalExchange: \`state\` ${path} is that of an exchange with ${fact} ${is}, and \`${
        optionOf[fact]
      }\` asks for ${wanted}. Leave the option out, or give another path.`,
    );
  }
  const { seed, markets, shards, marketMakers, stepMs, pastDays, perps } = head;
  const { clock } = settings;
  restoreTime(clock, { standsAt: startedAt });
  const exchange = new Exchange({
    ...settings,
    seed,
    markets,
    shards,
    marketMakers,
    stepMs: stepMs ?? undefined,
    pastDays,
    perps: perps ?? undefined,
  });
  exchange.memory = { kind: "replaying" };
  return exchange;
}

/** Does something with a file, which is closed when that fails. */
function closing<T>(file: StateFile, work: () => T): T {
  try {
    return work();
  } catch (error) {
    file.close();
    throw error;
  }
}

function restore(exchange: Exchange, file: StateFile, gateways: Gateways): RestoredState {
  const { clock, engine } = exchange;
  let time = { now: exchange.clock.now(), aheadMs: 0, running: true };
  let commands = 0;
  for (const { at, n, command } of file.records()) {
    commands++;
    if (n !== exchange.progress || at < engine.now) {
      file.refuse(
        commands + 1,
        "does not follow from those before it: another version of the exchange wrote it",
      );
    }
    engine.now = at;
    restoreTime(clock, { standsAt: at });
    if (command.do === "clock") time = command;
    try {
      follow(exchange, gateways, command);
    } catch (error) {
      file.refuse(commands + 1, `cannot be followed: ${error instanceof Error ? error.message : error}`);
    }
  }
  for (const fix of Object.values(gateways.fix)) fix.endReplay();
  // Time never goes back, though the clock below may have.
  restoreTime(
    clock,
    time.running
      ? { aheadMs: Math.max(time.aheadMs, engine.now - clock.base.now()) }
      : { standsAt: Math.max(time.now, engine.now) },
  );
  file.begin();
  exchange.memory = { kind: "journal", journal: file };
  exchange.keep({ do: "open" });
  return { commands, cutBytes: file.cutBytes };
}

function follow(exchange: Exchange, { rest, klear, fix }: Gateways, command: Command): void {
  switch (command.do) {
    case "open":
    case "clock":
      return;
    case "tick":
      return exchange.engine.runUntil(command.until);
    case "draw":
      return void exchange.random.uuid();
    case "account": {
      const { terms, key } = command;
      openFor(exchange, terms, key, publicKeyOf(key.type, key.spki));
      return void exchange.returned.set(key.id, key.spki);
    }
    case "key": {
      const account = exchange.engine.accounts.get(command.account);
      if (account === undefined) throw new Error(`there is no account ${command.account}`);
      returnKey(exchange, account, command.key);
      return void exchange.returned.set(command.key.id, command.key.spki);
    }
    case "rest":
      return rest.replay(command);
    case "klear-member":
      exchange.klear?.open(command.terms);
      return void exchange.klear?.returned.add(command.terms.adminUserId);
    case "klear":
      return klear?.replay(command);
    case "fix":
    case "fix-end": {
      const gateway = fix[command.product ?? "event"];
      if (gateway !== undefined) return gateway.replay(command);
      throw new Error("it came by FIX: start the exchange with `fix`");
    }
    case "steer":
      try {
        return void steer(exchange, command);
      } catch (error) {
        // It was refused then as it is now.
        if (!(error instanceof KalshiConfigError)) throw error;
      }
      return;
    default:
      throw new Error(`there is no command ${(command as { do: string }).do}`);
  }
}
