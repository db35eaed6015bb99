/** Positions against the exchange's own figures. */
import { assert, assertEquals } from "@std/assert";
import { Positions } from "../../src/trading/mod.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { Desk, randomFrom } from "./support/desk.ts";

const FILLS = 10_000;

async function crowdedDesk(precision: "0.01" | "0.0001"): Promise<Desk> {
  const desk = await Desk.open({ account: { balancePrecision: precision } });
  await desk.list("A-26-T1", "linear_cent");
  await desk.list("B-26-T1", "deci_cent", "quadratic_with_maker_fees");
  await desk.list("C-26-T1", "center_half_edge_half_cent", "quadratic_with_combo_maker_fees");
  await desk.list("D-26-T1", "tapered_deci_cent", "flat");
  return desk;
}

test("after 10,000 random fills positions are the exchange's own, by the stream and by REST", async () => {
  await using desk = await crowdedDesk("0.01");
  await using positions = await Positions.open(desk.client);
  const random = randomFrom(1);
  while (positions.stats.fills < FILLS) await desk.round(random);
  const count = async () => {
    let fills = 0;
    for await (const _ of desk.client.fills.listAll({ limit: 1_000 })) fills++;
    return fills;
  };
  const made = await count();
  await until(() => positions.stats.fills === made);
  await desk.compare(positions.list());
  assert(positions.list().some(({ feesMicros }) => feesMicros > 0));

  desk.exchange.determine("A-26-T1", "yes", { settle: true });
  desk.exchange.determine("B-26-T1", "0.3350", { settle: true });
  const settlements = await desk.client.portfolio.settlements.list();
  await positions.follow(settlements.items);
  await desk.compare(positions.list());
  assertEquals(positions.list().map(({ isSettled }) => isSettled), [true, true, false, false]);

  const told = () => desk.client.portfolio.positions.listAll({ settlement_status: "all" });
  assertEquals(await positions.compare(told()), []);
  const [row] = [...await desk.told()].map(([, one]) => one);
  assert(row !== undefined);
  const other = { ...row, fees_paid_dollars: "0.010000", position_fp: "7.00" };
  const counted = positions.get(row.ticker);
  assertEquals(await positions.compare([row, other]), [
    {
      ticker: row.ticker,
      figure: "positionCenticontracts",
      counted: counted?.positionCenticontracts ?? NaN,
      told: 700,
    },
    { ticker: row.ticker, figure: "feesMicros", counted: counted?.feesMicros ?? NaN, told: 10_000 },
  ]);

  // The same from nothing but rows of REST, which tell no order within a millisecond.
  const byRest = new Positions();
  await byRest.follow(desk.client.fills.listAll({ limit: 1_000 }));
  await byRest.follow(desk.client.portfolio.settlements.listAll());
  await desk.compare(byRest.list());
  assertEquals(byRest.totals().realizedNetMicros, positions.totals().realizedNetMicros);
  // Told once more, nothing changes.
  await positions.follow(desk.client.fills.listAll({ limit: 1_000 }));
  await desk.compare(positions.list());
  assertEquals(positions.stats.fills, made);
});

test("a snapshot amid trading and the stream after it count each fill once", async () => {
  for (const seed of [1, 2, 3]) {
    let trades = 0;
    let most = 0;
    const desk: Desk = await Desk.open({
      client: {
        // Something is filled around every call that the opening makes: at first, or all the while.
        onResponse: ({ path }) => {
          if (!/fills|positions|settlements/.test(path) || trades >= most) return;
          trades++;
          desk.counter("A", "ask", "0.5000", "1.37");
          if (trades % 2 === 0) desk.counter("B", "bid", "0.6000", "0.51");
        },
      },
    });
    await using _ = desk;
    await desk.list("A", "linear_cent");
    await desk.list("B", "linear_cent", "quadratic_with_maker_fees");
    await desk.list("C", "linear_cent");
    const random = randomFrom(seed);
    for (let n = 0; n < 30; n++) await desk.round(random);
    await desk.client.orders.cancelAll();
    await desk.place("A", "bid", "0.5000", "500.00");
    await desk.place("B", "ask", "0.6000", "500.00");
    most = [3, 8, 1_000][seed - 1] ?? 0;
    await using positions = await Positions.open(desk.client);
    most = 0;
    desk.counter("A", "ask", "0.5000", "2.00");
    desk.counter("C", "ask", "0.1000", "2.00");
    const at = async () => (await desk.told()).get("A")?.position_fp;
    const told = Math.round(Number(await at()) * 100);
    await until(() => positions.get("A")?.positionCenticontracts === told);
    await desk.compare(positions.list());
    assertEquals(positions.list().filter(({ isDoubtful }) => isDoubtful), []);
    assert(trades > 0);
  }
});
