/** Plays a case: the recording of its table, with a bot in it. */
import { KalshiClient } from "../../../../src/client.ts";
import { LocalExchange } from "../../../../src/local_exchange/mod.ts";
import type { Case } from "../cases.ts";
import { type Bot, fixBot, restBot, type Venue } from "./bots.ts";
import { BEGIN_MS, RecordingWriter } from "./recording.ts";
import { plainNumbers, readTable, type Table } from "./table.ts";

/** What came of a case. */
export interface Played {
  /** What the exchange did with the bot's orders: each with the milliseconds from the begin. */
  readonly outcomes: readonly string[];
  /** What there is at the end. */
  readonly end: readonly string[];
}

/** How a bot talks to the exchange. */
export type Way = "rest" | "fix";
const bots: Readonly<Record<Way, (venue: Venue) => Promise<Bot>>> = { rest: restBot, fix: fixBot };

/** The markets that a table is about. */
const marketsOf = (
  { lines }: Table,
): string[] => [
  ...new Set(lines.flatMap(({ recorded }) => recorded.map((one) => "market" in one ? one.market : "M"))),
];

/** What a table expects. FIX tells of an order that may not make, or not be filled whole, as canceled, and no more. */
export function expected(table: string, way: Way): Played {
  const { lines, end } = readTable(table);
  const said = lines.flatMap(({ atMs, outcomes }) => outcomes.toSorted().map((says) => `${atMs} ${says}`));
  const outcomes = way === "rest"
    ? said
    : said.filter((says) => !says.endsWith("refused invalid_order")).map((says) =>
      says.replace("refused fill_or_kill_insufficient_resting_volume", "canceled")
    );
  return { outcomes, end: end.toSorted() };
}

/** The recording of a case. */
export function recordingOf({ closes, fees, table }: Case) {
  const read = readTable(table);
  const writer = new RecordingWriter();
  for (const ticker of marketsOf(read)) {
    writer.market(BEGIN_MS, ticker, {
      closeMs: closes === undefined ? undefined : BEGIN_MS + closes * 1_000,
      feeType: fees,
    });
  }
  writer.addLines(read.lines);
  writer.end(BEGIN_MS + 60_000);
  const { items } = writer;
  return {
    async *read() {
      yield* items;
    },
  };
}

/** Plays a case with a bot that talks in one way. */
export async function playCase(given: Case, way: Way): Promise<Played> {
  const { queue, orderMs = 0, precision, table } = given;
  await using replay = await LocalExchange.replay(recordingOf(given), {
    seed: 1,
    // The bot is there from the first book on.
    fromMs: BEGIN_MS + 1,
    latencyMs: { orderMs },
    fix: way === "fix",
    ...(queue !== undefined && { queue }),
  });
  const { auth } = await replay.createAccount({
    balance: "1000.00",
    ...(precision !== undefined && { balancePrecision: precision }),
  });
  const { config, runtime, clock, exchange } = replay;
  const fixConfig = way === "fix"
    ? exchange.fixConfig("order-entry", { logon: { UseDollars: true, EnableIocCancelReport: true } })
    : undefined;
  // Where things take time, it is connected when the clock has moved.
  const connecting = bots[way]({ auth, config, runtime, clock, fixConfig });
  let bot: Bot | undefined;
  const failures: unknown[] = [];
  for (const { atMs, deeds } of readTable(table).lines) {
    if (deeds.length === 0) continue;
    const act = async () => {
      const acting = bot = await connecting;
      for (const deed of deeds) await acting.act(deed);
    };
    clock.setTimer(() => void act().catch((error) => failures.push(error)), BEGIN_MS + atMs - clock.now());
  }
  const report = await replay.run();
  if (failures.length > 0) throw failures[0];
  if (bot === undefined) throw new Error("the bot has done nothing");
  const outcomes = bot.outcomes.toSorted((one, other) =>
    one.atMs - other.atMs || (one.says < other.says ? -1 : 1)
  ).map(({ atMs, says }) => `${atMs} ${says}`);
  // What is asked now takes no time.
  const client = new KalshiClient({ auth, config, runtime: exchange.createRuntime(), clock });
  const end = await endOf(client, marketsOf(readTable(table)));
  await client.close();
  await (await connecting)[Symbol.asyncDispose]();
  // The report says what the account has, and its P&L is what that gained with what the positions are worth.
  const { pnl, balance, positionsWorth } = report.summary;
  const cash = Number(balance).toFixed(4);
  if (!end.includes(plainNumbers(`cash ${cash}`))) throw new Error(`the report says ${balance} of ${end}`);
  const gained = Number(balance) - 1_000 + Number(positionsWorth);
  if (gained.toFixed(6) !== Number(pnl).toFixed(6)) throw new Error(`the report says ${pnl} of ${gained}`);
  return { outcomes, end };
}

/** What an account has: what rests and what was filled whole, positions, and the cash when nothing rests. */
async function endOf(client: KalshiClient, markets: readonly string[]): Promise<string[]> {
  const end: string[] = [];
  const { items: resting } = await client.orders.list({ status: "resting", limit: 100 });
  const letter = (id: string) => id.slice(0, 1);
  for (const { client_order_id, remaining_count_fp } of resting) {
    end.push(`${letter(client_order_id)} rests ${Number(remaining_count_fp)}`);
  }
  const { items: positions } = await client.portfolio.positions.list({ limit: 100 });
  for (const market of markets) {
    const count = Number(positions.find(({ ticker }) => ticker === market)?.position_fp ?? 0);
    end.push(`${market === "M" ? "" : `${market} `}position ${count}`);
  }
  if (resting.length > 0) {
    await client.orders.batchCancel({ orders: resting.map(({ order_id }) => ({ order_id })) });
  }
  const { balance_dollars } = await client.portfolio.balance();
  end.push(plainNumbers(`cash ${Number(balance_dollars).toFixed(4)}`));
  return end.toSorted();
}
