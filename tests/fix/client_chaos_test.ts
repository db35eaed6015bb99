/**
 * Ten thousand orders by FIX clients whose connections swallow what is sent, whose gateway dies and whose processes end:
 * what each request says of its outcome must be true, and afterwards every order is there once.
 */
import { assert, assertEquals } from "@std/assert";
import { KalshiError } from "../../src/base/errors.ts";
import { KalshiClient } from "../../src/client.ts";
import type { ExecutionReport } from "../../src/contract/fix/messages.ts";
import { FixClient, type FixOrder, MemoryFixStore } from "../../src/fix/mod.ts";
import { type FixFault, LocalExchange } from "../../src/local_exchange/mod.ts";
import { createRandom, type Random } from "../../src/local_exchange/random.ts";
import type { ByteStream, Runtime } from "../../src/runtime/types.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";

const ORDERS = 10_000;

/** No delay among them: it would mend a line that was half open, whose bytes then are missing in its middle. */
const faults: readonly FixFault[] = [
  { fault: "drop", times: 3 },
  { fault: "repeat" },
  { fault: "corrupt", times: 2 },
  { fault: "jump", by: 2 },
  { fault: "silent" },
  { fault: "half-open" },
  { fault: "cut" },
  { fault: "logout", text: "maintenance" },
];

/** A network that may stop carrying what a client sends, at any write, and cut the connection some writes later. */
class Line {
  readonly #inner: Runtime;
  readonly #random: Random;
  /** Of how many writes one begins to swallow; none at 0. */
  loss = 60;
  swallowed = 0;

  constructor(inner: Runtime, random: Random) {
    this.#inner = inner;
    this.#random = random;
  }

  get runtime(): Runtime {
    return {
      ...this.#inner,
      connectTcp: async (options) => this.#lossy(await this.#inner.connectTcp(options)),
    };
  }

  #lossy(stream: ByteStream): ByteStream {
    const writer = stream.writable.getWriter();
    let left: number | undefined;
    const writable = new WritableStream<Uint8Array>({
      write: async (bytes) => {
        if (left === undefined && this.loss > 0 && this.#random.int(this.loss) === 0) {
          left = 1 + this.#random.int(4);
        }
        if (left === undefined) return await writer.write(bytes);
        this.swallowed++;
        if (--left === 0) await stream.close();
      },
      close: () => writer.close(),
      abort: (reason) => writer.abort(reason),
    });
    return { readable: stream.readable, writable, close: () => stream.close() };
  }
}

/** A trader whose process ends now and then: it keeps its store, what it wanted, and what it heard. */
class Trader {
  readonly exchange: LocalExchange;
  readonly clock: ManualClock;
  readonly line: Line;
  readonly store = new MemoryFixStore({ keep: 100_000 });
  readonly #auth;
  client: FixClient | undefined;
  #connecting = false;
  /** What is still to be sent. */
  readonly wanted: string[] = [];
  /** Sent, and its outcome not known yet. */
  readonly open = new Set<string>();
  readonly orders = new Map<string, FixOrder | "heard of">();
  /** By ExecID, how often it came. */
  readonly reports = new Map<string, number>();
  /** How many were told never to have arrived, and how many were left over by a process. */
  lost = 0;
  left = 0;
  readonly surprises: string[] = [];

  constructor(
    exchange: LocalExchange,
    clock: ManualClock,
    line: Line,
    auth: { keyId: string; sign(text: string): Promise<string> },
  ) {
    this.exchange = exchange;
    this.clock = clock;
    this.line = line;
    this.#auth = auth;
  }

  /** Waits until the client can send, on a process that may have to be begun. */
  async online(): Promise<FixClient> {
    for (let tries = 0;; tries++) {
      assert(tries < 400, "it never comes back");
      if (this.client === undefined) this.#begin();
      else if (this.client.state.name === "active") return this.client;
      else assert(this.client.state.name !== "closed", JSON.stringify(this.client.state));
      await this.clock.advance(1_000);
    }
  }

  #begin(): void {
    if (this.#connecting) return;
    this.#connecting = true;
    const config = this.exchange.fixConfig("order-entry-rt", {
      heartbeatSeconds: 5,
      requestTimeoutMs: 2_000_000_000,
      maxRetries: 1_000,
      retryMaxDelayMs: 2_000,
      logon: { SkipPendingExecReports: true },
    });
    const connecting = FixClient.connect({
      auth: this.#auth,
      config,
      store: this.store,
      clock: this.clock,
      runtime: this.line.runtime,
      onEvent: (event) => {
        if (event.type !== "never-arrived" || event.ClOrdID === undefined) return;
        this.lost++;
        // Of a process that has ended: nobody else is told.
        if (this.open.delete(event.ClOrdID)) this.wanted.push(event.ClOrdID);
      },
      onMessage: (message) => {
        if (message.MsgType !== "8") return;
        const { ExecID, ClOrdID } = message as unknown as ExecutionReport;
        this.reports.set(ExecID, (this.reports.get(ExecID) ?? 0) + 1);
        if (this.open.delete(ClOrdID)) this.orders.set(ClOrdID, "heard of");
      },
    });
    connecting.then((client) => this.client = client, () => {}).finally(() => this.#connecting = false);
  }

  place(client: FixClient, ClOrdID: string, Price: string): void {
    this.open.add(ClOrdID);
    client.newOrderSingle({ ClOrdID, Symbol: "A", Side: "1", OrderQty: "1", Price }).then(
      (order) => {
        if (order.ClOrdID !== ClOrdID) this.surprises.push(`${ClOrdID} became ${order.ClOrdID}`);
        this.orders.set(ClOrdID, order);
      },
      (error: unknown) => {
        const { outcome, message } = error as KalshiError;
        if (!(error instanceof KalshiError)) this.surprises.push(String(error));
        else if (outcome === "not-sent") {
          // Whether an event has told of it before does not matter.
          if (this.open.delete(ClOrdID)) this.wanted.push(ClOrdID);
        } else if (outcome === "unknown" && client.state.name === "closed") this.left++;
        else this.surprises.push(`${ClOrdID}: ${message}`);
      },
    );
  }

  /** The process ends: no Logout, and nobody waits any longer. */
  async kill(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    const abort = new AbortController();
    abort.abort();
    await client?.close({ signal: abort.signal });
    await this.clock.advance(0);
  }
}

test(
  "orders by clients that lose their connections, their gateway and their lives: each outcome is true, each order there once",
  { timeoutMs: 300_000 },
  async () => {
    const clock = new ManualClock();
    await using exchange = LocalExchange.create({
      clock,
      markets: 0,
      marketMakers: false,
      fix: { onlineMs: 0 },
    });
    const random = createRandom(11);
    const { auth } = await exchange.createAccount({ balance: "1000000.00" });
    exchange.listMarket({ ticker: "A", closesInMs: 30 * 86_400_000 });
    const line = new Line(exchange.createRuntime(), random);
    const trader = new Trader(exchange, clock, line, auth);
    for (let k = 0; k < ORDERS; k++) trader.wanted.push(`o${k}`);
    let ended = 0;
    for (let round = 0; trader.wanted.length > 0 || trader.open.size > 0; round++) {
      assert(round < 20_000, `${trader.wanted.length} wanted, ${trader.open.size} open`);
      const client = await trader.online();
      const dice = random.int(12);
      if (dice < 2) exchange.fix.fail(faults[random.int(faults.length)] as FixFault);
      for (const id of trader.wanted.splice(0, 1 + random.int(40))) {
        trader.place(client, id, String(40 + random.int(20)));
      }
      if (dice === 2) {
        await trader.kill();
        ended++;
      } else if (dice === 3) {
        exchange.fix.restart();
        ended++;
      }
      await clock.advance(random.int(400));
    }

    exchange.fix.clearFaults();
    line.loss = 0;
    for (let quiet = 0; quiet < 3; quiet++) {
      await trader.online();
      await clock.advance(30_000);
    }
    assertEquals(trader.surprises, []);
    assertEquals([...trader.reports].filter(([, times]) => times !== 1), []);
    assert(
      ended > 10 && trader.lost > 10 && trader.left > 10 && line.swallowed > 10,
      "the line was too good",
    );
    await using rest = new KalshiClient({
      auth,
      config: exchange.config,
      runtime: exchange.createRuntime(),
      clock,
    });
    const ids: (string | undefined)[] = [];
    for await (const { client_order_id } of rest.orders.listAll()) ids.push(client_order_id);
    assertEquals(ids.length, ORDERS);
    assertEquals(new Set(ids).size, ORDERS);
    assertEquals(trader.orders.size, ORDERS);
    await trader.kill();
  },
);
