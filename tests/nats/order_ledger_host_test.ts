/** Orders that several machines may send: machines are killed at each step, and the exchange counts what it got. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Kvm } from "@nats-io/kv";
import { KalshiClient } from "../../src/client.ts";
import {
  KalshiAbortError,
  KalshiClosedError,
  KalshiConfigError,
  KalshiDecodeError,
  KalshiError,
  KalshiTimeoutError,
} from "../../src/base/errors.ts";
import type { KalshiConfigOptions } from "../../mod.ts";
import type { CreateOrderV2Request } from "../../src/contract/event/types.ts";
import type { TransportFunction } from "../../src/http/transport.ts";
import { LocalExchange } from "../../src/local_exchange/local_exchange.ts";
import { KalshiNatsError } from "../../src/nats/errors.ts";
import { ORDERS_BUCKET } from "../../src/nats/protocol.ts";
import { NatsOrderLedger } from "../../src/nats/order_ledger.ts";
import type { NatsOrderLedgerOptions } from "../../src/nats/ledger_options.ts";
import { until } from "../support/until.ts";
import { type Life, mortalConnection, mortalTransport, newLife } from "./support/mortal.ts";
import { natsTest, startNats } from "./support/server.ts";

const TICKER = "KXLEDGER-26NOV24-T60";

/** Short, so that a successor need not be waited for; what a slow machine does to it must do no harm. */
const leaseMs = 200;

const wish: CreateOrderV2Request = {
  ticker: TICKER,
  side: "bid",
  count: "1.00",
  price: "0.1000",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
};

/** An exchange, a NATS server, and machines that share both. */
async function startScene() {
  const server = await startNats();
  const exchange = await LocalExchange.start({ marketMakers: false });
  exchange.listMarket({ ticker: TICKER });
  const { auth } = await exchange.createAccount({ balance: "100000.00" });
  const opened: AsyncDisposable[] = [];
  const clientBy = (transport: TransportFunction, options: Partial<KalshiConfigOptions> = {}) => {
    const { baseUrl } = exchange.config;
    const client = new KalshiClient({
      auth,
      config: { baseUrl, retryBaseDelayMs: 1, ...options },
      transport,
    });
    opened.push(client);
    return client;
  };
  const direct = clientBy(exchange.fetch);
  return {
    server,
    exchange,
    clientBy,
    direct,
    async machine(
      life: Life = newLife(),
      transport: TransportFunction = exchange.fetch,
      options: Partial<NatsOrderLedgerOptions> = {},
    ) {
      const connection = mortalConnection(await server.connect(), life);
      const ledger = await NatsOrderLedger.open({ connection, leaseMs, ...options });
      // What a machine that was killed waits for never comes.
      opened.push({ [Symbol.asyncDispose]: async () => life.isOver ? undefined : await ledger.close() });
      const client = clientBy(mortalTransport(transport, life));
      const place = (intent: string, order: CreateOrderV2Request = wish) =>
        ledger.place(intent, order, { client });
      return { ledger, client, place, life };
    },
    /** The ids of all orders that the exchange holds. */
    async orders() {
      const ids: string[] = [];
      for await (const { client_order_id } of direct.orders.listAll({ ticker: TICKER })) {
        ids.push(client_order_id);
      }
      return ids;
    },
    async [Symbol.asyncDispose]() {
      for (const each of opened.reverse()) await each[Symbol.asyncDispose]();
      await exchange.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

natsTest(
  "whichever machines place an intent, and however often, it is one order, and all get its result",
  async () => {
    await using scene = await startScene();
    const machines = await Promise.all([1, 2, 3].map(() => scene.machine()));
    const intents = Array.from({ length: 8 }, (_, index) => `rebalance ${index}: leg * > . =`);
    const placed = await Promise.all(
      intents.map((intent) =>
        Promise.all(machines.map(({ place }) => Promise.all([place(intent), place(intent)])))
      ),
    );
    const ids = placed.map((results) => new Set(results.flat().map(({ order_id }) => order_id)));
    assert(ids.every(({ size }) => size === 1));
    assertEquals(new Set(ids.map((each) => [...each][0])).size, intents.length);
    assertEquals((await scene.orders()).length, intents.length);
    // Who comes later gets it as well, and nothing is sent.
    const [first] = placed[0]?.flat() ?? [];
    const silent = await scene.machine(newLife(), () => Promise.reject(new Error("Nothing is to be sent.")));
    assertEquals(await silent.place(intents[0] ?? ""), first);
    const kept = await silent.ledger.get(intents[0] ?? "");
    assertEquals(kept?.state === "placed" && kept.result, first);
    assertEquals(await silent.ledger.get("never heard of"), undefined);
  },
);

/** Every step of a machine that places an order alone. */
async function stepsOf(scene: Awaited<ReturnType<typeof startScene>>): Promise<string[]> {
  const steps: string[] = [];
  const life = newLife();
  const machine = await scene.machine(life);
  life.onStep = (step) => steps.push(step);
  await machine.place("steps");
  return steps;
}

natsTest("an owner that is killed at any step is succeeded, and there is one order", async () => {
  await using scene = await startScene();
  const steps = await stepsOf(scene);
  assertEquals(steps, [
    ...["before read", "after read", "before write", "after write"],
    ...["before POST", "after POST", "before write", "after write"],
  ]);
  const killed: string[] = [];
  await Promise.all(steps.map(async (step, index) => {
    const intent = `killed at step ${index}, ${step}`;
    const life = newLife();
    const dying = await scene.machine(life);
    const others = await Promise.all([1, 2].map(() => scene.machine()));
    let taken = 0;
    life.onStep = () => {
      if (taken++ !== index) return;
      killed.push(step);
      life.kill();
    };
    void dying.place(intent);
    await until(() => life.isOver);
    const [one, other] = await Promise.all(others.map(({ place }) => place(intent)));
    assertEquals(one, other, step);
  }));
  assertEquals(killed.length, steps.length);
  const orders = await scene.orders();
  assertEquals([orders.length, new Set(orders).size], [steps.length + 1, steps.length + 1]);
});

natsTest("an order that arrives when another machine has placed it long since is no second one", async () => {
  await using scene = await startScene();
  let release = () => {};
  const held = new Promise<void>((resolve) => release = resolve);
  const arrived: number[] = [];
  const life = newLife();
  const stalling = await scene.machine(life, async (request) => {
    if (request.method !== "POST") return await scene.exchange.fetch(request);
    // On its way, it arrives whatever its sender has given up meanwhile.
    const { url, method, headers } = request;
    const body = await request.text();
    await held;
    const answer = await scene.exchange.fetch(new Request(url, { method, headers, body }));
    arrived.push(answer.status);
    return answer;
  });
  // Its claim is not renewed: the whole machine stands still.
  life.onStep = (step) => {
    if (step === "before POST") life.onStep = () => life.kill();
  };
  void stalling.place("stalled");
  await until(() => life.isOver);
  const placed = await (await scene.machine()).place("stalled");
  release();
  await until(() => arrived.length > 0);
  assertEquals([arrived, (await scene.orders()).length], [[409], 1]);
  assertEquals((await (await scene.machine()).place("stalled")).order_id, placed.order_id);
});

natsTest("a machine that lost its claim in the middle gives the order of who took over", async () => {
  await using scene = await startScene();
  const slow = await scene.machine();
  const bucket = await new Kvm(await scene.server.connect()).open(ORDERS_BUCKET);
  let taken = false;
  const client = scene.clientBy(async (request) => {
    if (request.method !== "POST" || taken) return await scene.exchange.fetch(request);
    taken = true;
    // Somebody else takes over before the order is out, and its owner hears of that with the next renewal.
    const { value } = await bucket.get("slow") ?? { value: new Uint8Array() };
    const claim = JSON.parse(new TextDecoder().decode(value));
    await bucket.put("slow", JSON.stringify({ ...claim, owner: "another", leaseMs: 1 }));
    return await new Promise<Response>((_, reject) => {
      request.signal.addEventListener("abort", () => reject(request.signal.reason));
    });
  });
  const placed = await slow.ledger.place("slow", wish, { client });
  assertEquals(await slow.place("slow"), placed);
  assertEquals((await scene.orders()).length, 1);
});

natsTest("machines that are killed at random, and lose answers, place each intent once", async () => {
  await using scene = await startScene();
  const random = seeded(7);
  const intents = Array.from({ length: 24 }, (_, index) => `intent ${index}`);
  let posts = 0;
  let lost = 0;
  let killed = 0;
  const lossy: TransportFunction = async (request) => {
    const isLost = request.method === "POST" && posts++ % 3 === 0;
    // Before it arrives, or after: nobody is told which.
    if (isLost && lost++ % 2 === 0) throw new TypeError("The connection was lost.");
    const answer = await scene.exchange.fetch(request);
    if (isLost) throw new TypeError("The connection was lost.");
    return answer;
  };
  const results = new Map<string, Set<string>>(intents.map((intent) => [intent, new Set()]));
  const live = async (deaths: number): Promise<boolean> => {
    const life = newLife();
    // The first dies while it reads, the last lives on, whatever happens.
    let left = deaths === 0 ? random() * 40 : deaths < 6 ? random() * 200 : Infinity;
    const { place } = await scene.machine(life, lossy, { leaseMs: 100 });
    life.onStep = () => {
      if (left-- <= 0) life.kill();
    };
    const placing = intents.map(async (intent) =>
      void results.get(intent)?.add((await placeOn(place, intent)).order_id)
    );
    let isDone = false;
    void Promise.all(placing).then(() => isDone = true);
    await until(() => isDone || life.isOver);
    if (!isDone) killed++;
    return isDone;
  };
  await Promise.all([1, 2, 3].map(async () => {
    for (let deaths = 0; !await live(deaths);) deaths++;
  }));
  assertEquals([...results.values()].map(({ size }) => size), intents.map(() => 1));
  const orders = await scene.orders();
  assertEquals([orders.length, new Set(orders).size], [intents.length, intents.length]);
  assert(killed >= 3 && lost > 3, `${killed} killed, ${lost} answers lost`);
});

/** Asks again as the docs say: by the same intent, after any error that is no refusal. */
async function placeOn(
  place: (intent: string) => Promise<{ order_id: string }>,
  intent: string,
): Promise<{ order_id: string }> {
  for (;;) {
    try {
      return await place(intent);
    } catch (error) {
      if (!(error instanceof KalshiError) || error.outcome === "rejected") throw error;
    }
  }
}

/** Numbers from 0 to 1, always the same. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = state * 16_807 % 2_147_483_647) / 2_147_483_647;
}

natsTest(
  "an order that the exchange has, of an intent that NATS has forgotten, is found and not placed again",
  async () => {
    await using scene = await startScene();
    const first = await (await scene.machine()).place("forgotten");
    const connection = await scene.server.connect();
    await new Kvm(connection).open(ORDERS_BUCKET).then((kv) => kv.destroy());
    const { place, ledger } = await scene.machine();
    assertEquals((await place("forgotten")).order_id, first.order_id);
    assertEquals((await ledger.get("forgotten"))?.state, "placed");
    assertEquals((await scene.orders()).length, 1);
  },
);

natsTest("answers that are lost are looked for, and what the exchange refused is kept for all", async () => {
  await using scene = await startScene();
  const [one, other] = [await scene.machine(), await scene.machine()];
  for (const status of [500, 503]) {
    scene.exchange.fail({ method: "POST", status, afterProcessing: true });
    const placed = await one.place(`lost ${status}`);
    assertEquals(await other.place(`lost ${status}`), placed);
  }
  assertEquals((await scene.orders()).length, 2);

  const dear = { ...wish, count: "9000000.00", price: "0.9900" };
  const refused = await assertRejects(() => one.place("too dear", dear), KalshiError);
  assertEquals(refused.outcome, "rejected");
  let sent = 0;
  const third = await scene.machine(newLife(), (request) => (sent++, scene.exchange.fetch(request)));
  const again = await assertRejects(() => third.place("too dear", dear), KalshiError);
  assertEquals([again.code, again.outcome, again.serverCode, sent], [
    refused.code,
    "rejected",
    refused.serverCode,
    0,
  ]);
  assertEquals((await third.ledger.get("too dear"))?.state, "refused");
});

natsTest("an error that decides nothing leaves the intent to the next, with the same id", async () => {
  await using scene = await startScene();
  const { ledger, place } = await scene.machine();
  const answers = [429, 401, 500] as const;
  for (const status of answers) {
    const ids: unknown[] = [];
    const client = scene.clientBy(failingTransport(ids, status), { maxRetries: 0 });
    const intent = `fails with ${status}`;
    const error = await assertRejects(() => ledger.place(intent, wish, { client }), KalshiError);
    assertEquals(error.outcome, status === 500 ? "unknown" : "rejected", intent);
    assertEquals((await ledger.get(intent))?.state, status === 500 ? "open" : undefined);
    const { client_order_id } = await place(intent);
    assertEquals([client_order_id], ids);
  }
  assertEquals((await scene.orders()).length, answers.length);
});

/** Answers each write with that status, and keeps the ids that came. */
function failingTransport(ids: unknown[], status: number): TransportFunction {
  return async (request) => {
    if (request.method === "POST") ids.push((await request.json() as CreateOrderV2Request).client_order_id);
    return new Response("{}", { status });
  };
}

natsTest("an intent stands for one order; what is wrong is refused, and nothing is sent", async () => {
  await using scene = await startScene();
  const { place, ledger, client } = await scene.machine();
  await place("one");
  const error = await assertRejects(
    () => place("one", { ...wish, price: "0.1100", count: "2.00" }),
    KalshiConfigError,
  );
  assert(error.message.includes("another count and another price"), error.message);
  for (const intent of ["", "x".repeat(257), 1, null, undefined]) {
    await assertRejects(() => place(intent as string), KalshiConfigError, "an intent is a text");
  }
  await assertRejects(
    () => ledger.place("two", wish, {} as { client: KalshiClient }),
    KalshiConfigError,
    "client",
  );
  await assertRejects(
    () => ledger.place("two", wish, { client, timeout: 1 } as { client: KalshiClient }),
    KalshiConfigError,
    "timeoutMs",
  );
  await assertRejects(() => place("two", null as unknown as CreateOrderV2Request), KalshiConfigError);
  const misspelt = { ...wish, prize: "0.1000" } as CreateOrderV2Request;
  await assertRejects(() => place("two", misspelt), KalshiConfigError, "prize");
  // A mistake does not use the intent up.
  await place("two");
  // An id of one's own is the order's.
  const id = crypto.randomUUID();
  assertEquals((await place("three", { ...wish, client_order_id: id })).client_order_id, id);
  assertEquals((await scene.orders()).length, 3);
});

natsTest(
  "a wait ends by its signal, its limit and the end of the ledger; what was under way is written down",
  async () => {
    await using scene = await startScene();
    const life = newLife();
    const owner = await scene.machine(life, undefined, { leaseMs: 60_000 });
    life.onStep = (step) => step === "before POST" && life.kill();
    void owner.place("held");
    await until(() => life.isOver);
    const { ledger, client } = await scene.machine();
    const controller = new AbortController();
    const aborted = ledger.place("held", wish, { client, signal: controller.signal });
    controller.abort();
    const error = await assertRejects(() => aborted, KalshiAbortError);
    assertEquals([error.outcome, error.clientIds.length], ["unknown", 1]);
    await assertRejects(
      () => ledger.place("held", wish, { client, timeoutMs: 1 }),
      KalshiTimeoutError,
      "held",
    );
    const waiting = assertRejects(() => ledger.place("held", wish, { client }), KalshiClosedError);
    await ledger.close();
    await waiting;
    await ledger.close();
    await assertRejects(() => ledger.place("later", wish, { client }), KalshiClosedError);
    await assertRejects(() => ledger.get("later"), KalshiClosedError);
    assertEquals(await scene.orders(), []);
  },
);

natsTest("what is kept expires, and a bucket that keeps it for another time is refused", async () => {
  await using scene = await startScene();
  const { place, ledger } = await scene.machine(newLife(), undefined, {
    bucket: "SHORT",
    leaseMs: 50,
    expireAfterMs: 1_000,
  });
  await place("short");
  await until(async () => await ledger.get("short") === undefined);
  const open = (options: Partial<NatsOrderLedgerOptions>) => scene.machine(newLife(), undefined, options);
  await assertRejects(() => open({ bucket: "SHORT", expireAfterMs: 60_000 }), KalshiConfigError, "keeps");
  await assertRejects(() => open({ leaseMs: 5_000, expireAfterMs: 49_000 }), KalshiConfigError, "ten times");
});

natsTest("what is no intent, and a server that is gone, are told, and no order is sent", async () => {
  await using scene = await startScene();
  const { place, ledger, client } = await scene.machine();
  const kv = await new Kvm(await scene.server.connect()).open(ORDERS_BUCKET);
  for (
    const text of [
      "nonsense",
      "{}",
      '{"state":"placed"}',
      '{"state":"placing","order":{},"environment":"demo"}',
    ]
  ) {
    await kv.put("foreign", text);
    await assertRejects(() => place("foreign"), KalshiDecodeError, "bucket of its own");
  }
  await scene.server.kill();
  const error = await assertRejects(
    () => ledger.place("no server", wish, { client, timeoutMs: 100 }),
    KalshiError,
  );
  assert(error instanceof KalshiTimeoutError || error instanceof KalshiNatsError, error.message);
  assertEquals([error.outcome, error.clientIds.length], ["unknown", 1]);
  assertEquals(await scene.orders(), []);
  await scene.server.start();
});
