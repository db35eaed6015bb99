/** An exchange that is started again at any moment goes on like one that never was. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KalshiAuth } from "../../../src/auth/kalshi_auth.ts";
import { generateKey } from "../../../src/local_exchange/keys.ts";
import { LocalExchange, type LocalExchangeOptions } from "../../../src/local_exchange/mod.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import { test } from "../../support/test.ts";
import { Visitor } from "../page/support/page.ts";
import { testedProducts } from "../support/products.ts";
import { orderBody, Session } from "../support/session.ts";
import { type Deed, type Member, Trader } from "./support/trader.ts";

const START = 1_790_000_000_000;

async function membersOf(count: number): Promise<Member[]> {
  return await Promise.all(Array.from({ length: count }, async (_, index) => ({
    keyId: `00000000-0000-4000-8000-00000000000${index}`,
    privateKey: (await generateKey("ed25519")).privateKey,
  })));
}

const deed: fc.Arbitrary<Deed> = fc.tuple(fc.nat(21), fc.nat(9), fc.nat(9), fc.nat(99));
/** What comes before each start: some deeds, and how long it was off. */
const life = fc.record({
  deeds: fc.array(deed, { minLength: 1, maxLength: 25 }),
  offMs: fc.constantFrom(0, 1, 5_000, 4_000_000),
  isKilled: fc.boolean(),
});

/** Plays lives on one exchange that is started again after each, and on one that never is. */
async function compare(
  world: LocalExchangeOptions,
  members: readonly Member[],
  lives: readonly { deeds: readonly Deed[]; offMs: number; isKilled: boolean }[],
  product: keyof typeof testedProducts = "event",
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "exchange-state-"));
  const state = join(folder, "exchange.state");
  try {
    const clocks = [new ManualClock(START), new ManualClock(START)] as const;
    const twin = await Trader.begin(LocalExchange.create({ ...world, clock: clocks[0] }), members, product);
    let exchange = LocalExchange.create({ ...world, clock: clocks[1], state });
    assertEquals(exchange.restored, undefined);
    let subject = await Trader.begin(exchange, members, product);
    twin.list();
    subject.list();
    for (const { deeds, offMs, isKilled } of lives) {
      for (const each of deeds) {
        for (const clock of clocks) await clock.advance(250);
        assertEquals(await subject.do(each), await twin.do(each), `${each}`);
      }
      if (!isKilled) await exchange.close();
      for (const clock of clocks) await clock.advance(offMs);
      exchange = LocalExchange.create({ clock: clocks[1], state });
      assert((exchange.restored?.commands ?? 0) > 0);
      assertEquals(exchange.restored?.cutBytes, 0);
      subject = await Trader.begin(exchange, members, product);
      assertEquals(await subject.everything(), await twin.everything());
    }
    await exchange.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const worlds: Readonly<Record<keyof typeof testedProducts, LocalExchangeOptions>> = {
  event: { seed: 3, markets: 10, shards: true, stepMs: 1_000 },
  perps: { seed: 3, markets: 1, perps: { fundingEveryMs: 3_600_000 }, stepMs: 1_000 },
};

for (const [name, { options }] of Object.entries(testedProducts)) {
  const product = name as keyof typeof testedProducts;

  test(`${name}: restarted at any moment, also without a goodbye, it goes on as if it never had been`, async () => {
    const members = await membersOf(3);
    await fc.assert(
      fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 4 }), async (lives) => {
        await compare({ seed: 7, ...options }, members, lives, product);
      }),
      { numRuns: 30 },
    );
  });

  test(`${name}: the same with market makers that move by themselves`, async () => {
    const members = await membersOf(2);
    await fc.assert(
      fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 3 }), async (lives) => {
        await compare(worlds[product], members, lives, product);
      }),
      { numRuns: 6 },
    );
  });
}

test("the same with a past", async () => {
  const members = await membersOf(1);
  await compare({ seed: 5, markets: 10, history: { days: 3 } }, members, [
    { deeds: [[0, 0, 0, 0], [18, 0, 0, 2]], offMs: 0, isKilled: true },
    { deeds: [[0, 0, 0, 1]], offMs: 86_400_000, isKilled: false },
  ]);
});

test("a request for a quote, its quote and what becomes of it survive", async () => {
  const folder = mkdtempSync(join(tmpdir(), "exchange-state-"));
  try {
    const state = join(folder, "exchange.state");
    const members = await membersOf(2);
    const clock = new ManualClock(START);
    const begin = async () =>
      await Trader.begin(LocalExchange.create({ clock, state, markets: 0, marketMakers: false }), members);
    const first = await begin();
    first.list();
    const [ticker = ""] = first.tickers;
    const { value: rfq } = await first.member(0).post("/communications/rfqs", {
      market_ticker: ticker,
      contracts: 5,
      rest_remainder: false,
    });
    const second = await begin();
    const { value: quote } = await second.member(1).post("/communications/quotes", {
      rfq_id: rfq.id,
      yes_bid: "0.40",
      no_bid: "0.50",
      rest_remainder: false,
    });
    const third = await begin();
    assertEquals(
      (await third.member(0).put(`/communications/quotes/${quote.id}/accept`, { accepted_side: "yes" }))
        .status,
      204,
    );
    const fourth = await begin();
    assertEquals((await fourth.member(1).put(`/communications/quotes/${quote.id}/confirm`, {})).status, 204);
    await clock.advance(60_000);
    const fifth = await begin();
    const { value: positions } = await fifth.member(0).get("/portfolio/positions");
    assertEquals(positions.market_positions[0].position_fp, "-5.00");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("what a page trades survives, and so does a key that was made over REST", async () => {
  const folder = mkdtempSync(join(tmpdir(), "exchange-state-"));
  try {
    const state = join(folder, "exchange.state");
    const members = await membersOf(1);
    const clock = new ManualClock(START);
    const open = async () => {
      const exchange = await LocalExchange.start({ clock, state, markets: 0, marketMakers: false });
      const trader = await Trader.begin(exchange, members);
      return { exchange, trader, visitor: new Visitor(await exchange.servePage()) };
    };
    const first = await open();
    first.trader.list();
    const order = orderBody({ ticker: first.trader.tickers[0], client_order_id: "by the page" });
    const { value } = await first.visitor.send("POST", "/trade-api/v2/portfolio/events/orders", order);
    assertEquals((await first.visitor.control("advance", { ms: 1_000 })).status, 200);
    const { value: made } = await first.trader.member(0).post("/api_keys/generate", { name: "other" });
    const before = await first.trader.everything();
    await first.exchange.close();
    const second = await open();
    assertEquals(await second.trader.everything(), before);
    const { value: resting } = await second.visitor.get("/trade-api/v2/portfolio/orders?status=resting");
    assertEquals(resting.orders[0].order_id, value.order_id);
    const auth = await KalshiAuth.fromPem(made.api_key_id, made.private_key);
    assertEquals((await new Session(second.exchange, auth).get("/portfolio/balance")).status, 200);
    await second.exchange.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("no key is in the file, and neither is what a caller signs with", async () => {
  const folder = mkdtempSync(join(tmpdir(), "exchange-state-"));
  try {
    const state = join(folder, "exchange.state");
    const [member] = await membersOf(1);
    await using exchange = LocalExchange.create({ state, markets: 0, marketMakers: false });
    const trader = await Trader.begin(exchange, [member as Member]);
    const { value } = await trader.member(0).post("/api_keys/generate", { name: "other" });
    const text = readFileSync(state, "utf8");
    for (const pem of [member?.privateKey ?? "", value.private_key as string]) {
      // An RSA key begins with its public half.
      const lines = pem.split("\n").filter((line) => line.length > 30);
      for (const line of lines.slice(Math.floor(lines.length / 2))) assert(!text.includes(line));
    }
    assert(!/PRIVATE|signature/i.test(text));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
