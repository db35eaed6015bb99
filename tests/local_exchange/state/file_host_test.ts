import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KalshiConfigError } from "../../../src/base/errors.ts";
import { LocalExchange, type LocalExchangeOptions } from "../../../src/local_exchange/mod.ts";
import { lineOf, recordLine } from "../../../src/local_exchange/state/records.ts";
import { generateKey } from "../../../src/local_exchange/keys.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import { test } from "../../support/test.ts";
import { orderBody, Session } from "../support/session.ts";

const quiet = { markets: 0, marketMakers: false } as const;

/** The markets that it was told to list. */
const listed = (exchange: LocalExchange) =>
  exchange.openTickers().filter((ticker) => !ticker.startsWith("KX"));

/** A folder of one's own, and the state of an exchange with three markets. */
async function withState(
  work: (
    state: string,
    open: (options?: LocalExchangeOptions) => LocalExchange,
    clock: ManualClock,
  ) => void | Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "exchange-state-"));
  const state = join(folder, "exchange.state");
  const clock = new ManualClock();
  const open = (options: LocalExchangeOptions = {}) => LocalExchange.create({ clock, state, ...options });
  try {
    const exchange = open(quiet);
    for (const ticker of ["A", "B", "C"]) exchange.listMarket({ ticker });
    await exchange.close();
    await work(state, open, clock);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("a file that was cut at any byte is recovered up to its last whole command, and nothing is thrown away", async () => {
  await withState(async (state, open) => {
    const whole = readFileSync(state);
    const text = whole.toString("latin1");
    const head = text.indexOf("\n") + 1;
    const ends = [...text.matchAll(/\n/g)].map(({ index }) => (index ?? 0) + 1);
    for (let length = head; length <= whole.length; length += 7) {
      writeFileSync(state, whole.subarray(0, length));
      rmSync(`${state}.cut`, { force: true });
      const exchange = open();
      const good = ends.filter((end) => end <= length);
      const cut = length - Math.max(...good);
      assertEquals(exchange.restored, { commands: good.length - 1, cutBytes: cut });
      const markets = text.slice(0, Math.max(...good)).split('"listMarket"').length - 1;
      assertEquals(listed(exchange), ["A", "B", "C"].slice(0, markets));
      if (cut > 0) {
        assertEquals(readFileSync(`${state}.cut`).toString("latin1"), text.slice(length - cut, length));
      }
      // It goes on from there.
      exchange.listMarket({ ticker: "LATER" });
      await exchange.close();
      const again = open();
      assert(again.openTickers().includes("LATER"));
      assertEquals(again.restored?.cutBytes, 0);
      await again.close();
    }
  });
});

test("a damaged line is refused, and the file stays as it is", async () => {
  await withState((state, open) => {
    const whole = readFileSync(state);
    const head = whole.indexOf(10) + 1;
    for (let at = head; at < whole.length - 1; at += 11) {
      const damaged = whole.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      writeFileSync(state, damaged);
      const error = assertThrows(() => open(), KalshiConfigError);
      assertStringIncludes(error.message, "is damaged");
      assertStringIncludes(error.message, state);
      assertEquals(readFileSync(state).toString("latin1"), damaged.toString("latin1"));
    }
  });
});

test("what is no state, or one of another version, is refused and stays as it is", async () => {
  await withState((state, open) => {
    const text = readFileSync(state, "latin1");
    const strangers = ["KALSHI_KEY_ID=x\n", "{}\n", "\0".repeat(100), text.slice(0, 40), "x"];
    for (const stranger of strangers) {
      writeFileSync(state, stranger, "latin1");
      const { message } = assertThrows(() => open(), KalshiConfigError, "is no state of a local exchange");
      assertStringIncludes(message, "left as it is");
      assertEquals(readFileSync(state, "latin1"), stranger);
    }
    const head = JSON.parse(text.slice(9, text.indexOf("\n")));
    const other = new TextDecoder().decode(lineOf({ ...head, version: 99 }));
    writeFileSync(state, other + text.slice(text.indexOf("\n") + 1), "latin1");
    const { message } = assertThrows(() => open(), KalshiConfigError, "another version of the exchange");
    assertStringIncludes(message, "99");
    assert(readFileSync(state, "latin1").startsWith(other));
  });
});

test("a line that does not follow from those before it is refused: another version wrote it", async () => {
  await withState((state, open) => {
    const line = recordLine({ at: 1, n: 1, command: { do: "draw" } });
    appendFileSync(state, line);
    const before = readFileSync(state, "latin1");
    assertThrows(() => open(), KalshiConfigError, "another version of the exchange");
    assertEquals(readFileSync(state, "latin1"), before);
  });
});

test("what the exchange began as comes from the file, and another wish is refused", async () => {
  await withState(async (state, open) => {
    await open({}).close();
    await open({ markets: 0, seed: 1 }).close();
    for (
      const [options, word] of [[{ seed: 2 }, "seed 1"], [{ markets: 240 }, "markets 0"], [
        { stepMs: 5 },
        "stepMs",
      ]] as const
    ) {
      const { message } = assertThrows(() => open(options), KalshiConfigError, word);
      assertStringIncludes(message, "Leave the option out");
    }
    assertThrows(() => open({ state: join(state, "below") }), KalshiConfigError, "cannot be");
    assertThrows(() => open({ state: "" }), KalshiConfigError, "state");
    assertThrows(() => open({ state: 1 as unknown as string }), KalshiConfigError, "state");
  });
});

test("who opens a state has it; the exchange that had it before does nothing more, and says why", async () => {
  await withState(async (state, open) => {
    const told: string[] = [];
    const first = open({ onInternalError: (error) => told.push((error as Error).message) });
    const { auth } = await first.createAccount();
    const session = new Session(first, auth);
    assertEquals((await session.post("/portfolio/events/orders", orderBody({ ticker: "A" }))).status, 201);
    const second = open();
    const refused = await session.post("/portfolio/events/orders", orderBody({ ticker: "A" }));
    assertEquals([refused.status, refused.value.code], [503, "service_unavailable"]);
    assertStringIncludes(told.join(), "another exchange has opened it");
    assertThrows(() => first.listMarket({ ticker: "D" }), KalshiConfigError, "another exchange");
    assertEquals((await session.get("/portfolio/orders")).value.orders.length, 1);
    second.listMarket({ ticker: "D" });
    await first.close();
    await second.close();
    assertEquals(listed(open()), ["A", "B", "C", "D"]);
    assert(statSync(state).size > 0);
  });
});

test("a state that was deleted or moved away is not written into nothing", async () => {
  await withState(async (state, open) => {
    const exchange = open();
    exchange.listMarket({ ticker: "D" });
    unlinkSync(state);
    assertThrows(() => exchange.listMarket({ ticker: "E" }), KalshiConfigError, "deleted");
    assert(!existsSync(state));
    await exchange.close();
    await exchange.close();
  });
});

test("an empty file is a new one, and a file in the making that was left behind does no harm", async () => {
  await withState(async (state, open) => {
    writeFileSync(state, "");
    writeFileSync(`${state}.new`, "half of something");
    const exchange = open(quiet);
    assertEquals(exchange.restored, undefined);
    exchange.listMarket({ ticker: "NEW" });
    await exchange.close();
    assertEquals(readFileSync(`${state}.new`, "utf8"), "half of something", "it may be somebody's");
    const moved = `${state}.moved`;
    renameSync(state, moved);
    const again = open({ state: moved });
    assertEquals(listed(again), ["NEW"]);
    await again.close();
  });
});

test("an account comes back to who has its key, and to nobody else", async () => {
  await withState(async (_, open) => {
    const keyId = "a952bcbe-ec3b-4b5b-b8f9-11dae589608c";
    const { privateKey } = await generateKey("rsa");
    const first = open();
    const { id, auth } = await first.createAccount({ keyId, privateKey, balance: "7.00" });
    const more = await first.createKey(id, { keyId: "more", privateKey, scopes: ["read"] });
    await first.close();
    const second = open();
    const other = (await generateKey("rsa")).privateKey;
    await assertRejects(() => second.createAccount({ keyId }), KalshiConfigError, "another one");
    await assertRejects(
      () => second.createAccount({ keyId, privateKey: other }),
      KalshiConfigError,
      "another one",
    );
    const back = await second.createAccount({ keyId, privateKey, balance: "1000.00" });
    assertEquals([back.id, back.keyId, back.privateKey], [id, keyId, privateKey]);
    assertEquals((await new Session(second, back.auth).get("/portfolio/balance")).value.balance, 700);
    assertEquals((await new Session(second, auth).get("/portfolio/balance")).status, 200);
    await assertRejects(() => second.createAccount({ keyId, privateKey }), KalshiConfigError, "already");
    assertEquals((await second.createKey(id, { keyId: "more", privateKey })).id, more.id);
    const reader = new Session(second, more.auth);
    assertEquals(
      (await reader.post("/portfolio/events/orders", orderBody({ ticker: "A" }))).status,
      403,
      "its scopes came back too",
    );
    await second.close();
  });
});

test("over sockets: closed and started again on the same port, a client's order is there", async () => {
  await withState(async (state, _, clock) => {
    const { privateKey } = await generateKey("ed25519");
    const keyId = "a-key";
    const first = await LocalExchange.start({ state, clock });
    const { port } = new URL(first.baseUrl);
    const account = await first.createAccount({ keyId, privateKey });
    const { value } = await new Session(first, account.auth).post(
      "/portfolio/events/orders",
      orderBody({ ticker: "A" }),
    );
    await first.close();
    const second = await LocalExchange.start({ state, clock, port: Number(port) });
    const back = await second.createAccount({ keyId, privateKey });
    const { value: found } = await new Session(second, back.auth).get(`/portfolio/orders/${value.order_id}`);
    assertEquals(found.order.status, "resting");
    await assertRejects(() => LocalExchange.start({ state: `${state}.other`, port: Number(port) }));
    await second.close();
    const third = await LocalExchange.start({ state: `${state}.other`, ...quiet });
    await third.close();
  });
});
