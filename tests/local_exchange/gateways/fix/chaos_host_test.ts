/**
 * Ten thousand orders over a line on which nothing is sure: bytes are damaged both ways, connections break, both ends
 * die. Afterwards both sides must agree on everything.
 */
import { assert, assertEquals } from "@std/assert";
import type { KalshiAuth } from "../../../../src/auth/mod.ts";
import {
  type FixConnection,
  FixSession,
  type LogonOptions,
  MemoryFixStore,
  signedLogon,
} from "../../../../src/fix/mod.ts";
import { type FixFault, LocalExchange } from "../../../../src/local_exchange/mod.ts";
import { createRandom, type Random } from "../../../../src/local_exchange/random.ts";
import { ManualClock } from "../../../../src/testing/manual_clock.ts";
import { test } from "../../../support/test.ts";
import { Session } from "../../support/session.ts";
import type { Seen } from "./support/fix_client.ts";
import { benches, type FixBench } from "./support/products.ts";

const ORDERS = 10_000;
const TICKERS = ["A", "B", "C"];

const faults: readonly FixFault[] = [
  { fault: "drop", times: 3 },
  { fault: "repeat" },
  { fault: "corrupt", times: 2 },
  { fault: "checksum" },
  { fault: "length" },
  { fault: "jump", by: 2 },
  { fault: "delay", forMs: 300 },
  { fault: "silent" },
  { fault: "half-open" },
  { fault: "cut" },
  { fault: "logout", text: "maintenance" },
];

const wants: LogonOptions = { SkipPendingExecReports: true, EnableIocCancelReport: true };

/** A client whose process can die: what it keeps is its store and what it has made of each report. */
class Mortal {
  readonly store = new MemoryFixStore({ keep: 200_000 });
  /** By ExecID, how often it came. */
  readonly reports = new Map<string, number>();
  /** By OrderID, the last thing that was heard of it. */
  readonly orders = new Map<
    string,
    { readonly ClOrdID: unknown; CumQty: number; status: unknown; traded: number }
  >();
  readonly gaps: string[] = [];
  #life: { readonly session: FixSession; isDead: boolean } | undefined;
  readonly #bench: FixBench;
  readonly #exchange: LocalExchange;
  readonly #auth: KalshiAuth;
  readonly #random: Random;
  /** Of how many writes one is damaged; none at 0. */
  damage = 60;

  constructor(bench: FixBench, exchange: LocalExchange, auth: KalshiAuth, random: Random) {
    this.#bench = bench;
    this.#exchange = exchange;
    this.#auth = auth;
    this.#random = random;
  }

  get session(): FixSession | undefined {
    return this.#life?.session;
  }

  /** Nothing that was not written yet is written, and nobody hears of it. */
  kill(): void {
    const life = this.#life;
    if (life === undefined) return;
    life.isDead = true;
    life.session.abandon("killed");
    this.#life = undefined;
  }

  /** One try to log on. */
  async connect(): Promise<void> {
    const life = this.#life ??= { session: this.#make(), isDead: false };
    const { host, port } = this.#bench.config(this.#exchange, "order-entry-rt");
    const runtime = this.#exchange.createRuntime();
    const stream = await runtime.connectTcp({ hostname: host, port, tls: false });
    const writer = stream.writable.getWriter();
    let last: Promise<void> | undefined;
    const connection: FixConnection = life.session.connect({
      write: (bytes) => {
        if (!life.isDead) last = writer.write(this.#damaged(bytes)).catch(() => {});
      },
      drained: () => last,
      close: () => void stream.close().catch(() => {}),
    });
    void this.#read(stream.readable.getReader(), connection);
    await connection.loggedOn.catch(() => {});
  }

  async #read(reader: ReadableStreamDefaultReader<Uint8Array>, connection: FixConnection): Promise<void> {
    for (;;) {
      const { value, done } = await reader.read().catch(() => ({ value: undefined, done: true as const }));
      if (done) return connection.lost("closed");
      connection.receive(value);
    }
  }

  #damaged(bytes: Uint8Array): Uint8Array {
    if (this.damage === 0 || this.#random.int(this.damage) > 0) return bytes;
    const at = this.#random.int(bytes.length);
    return bytes.map((byte, place) => place === at ? byte ^ 1 : byte);
  }

  #make(): FixSession {
    return new FixSession({
      role: { side: "initiator", logon: signedLogon(this.#auth, 5, { ...wants, ...this.#bench.dollars }) },
      SenderCompID: this.#auth.keyId,
      TargetCompID: "KalshiRT",
      store: this.store,
      clock: this.#exchange.clock.base,
      retransmission: true,
      onMessage: (message) => this.#hear(message as unknown as Seen),
      onEvent: (event) => {
        if (event.type === "gap") this.gaps.push(`${event.from}-${event.to}`);
      },
    });
  }

  #hear({ MsgType, ExecID, OrderID, ClOrdID, OrdStatus, CumQty, LastQty = 0 }: Seen): void {
    if (MsgType !== "8") return;
    const id = String(ExecID);
    this.reports.set(id, (this.reports.get(id) ?? 0) + 1);
    const order = this.orders.get(String(OrderID));
    if (order === undefined) {
      const first = { ClOrdID, CumQty: Number(CumQty), status: OrdStatus, traded: Number(LastQty) };
      this.orders.set(String(OrderID), first);
    } else {
      order.CumQty = Number(CumQty);
      order.status = OrdStatus;
      order.traded += Number(LastQty);
    }
  }
}

const ended: readonly unknown[] = ["2", "4"];

for (const bench of benches) {
  test(
    `${bench.product}: 10,000 orders over a faulty line: every report once, no order twice, no number missing`,
    { timeoutMs: 300_000 },
    async () => {
      const clock = new ManualClock();
      const exchange = LocalExchange.create({ clock, ...bench.exchange, fix: { onlineMs: 0 } });
      await using _ = exchange;
      const random = createRandom(7);
      const [name = ""] = Object.keys(bench.account);
      const account = await exchange.createAccount({ [name]: "1000000.00" });
      for (const ticker of TICKERS) bench.list(exchange, ticker);
      const rest = new Session(exchange, account.auth);
      const faulty = bench.fix(exchange);
      const client = new Mortal(bench, exchange, account.auth, random);
      const online = async () => {
        for (let tries = 0; client.session?.active !== true; tries++) {
          if (tries > 100) throw new Error("it never comes back");
          if (client.session === undefined || client.session.state === "disconnected") {
            const connecting = client.connect();
            await clock.advance(0);
            void connecting;
          } else await clock.advance(1_000);
        }
      };

      let deaths = 0;
      let byRest = 0;
      for (let sent = 0; sent < ORDERS;) {
        await online();
        const dice = random.int(10);
        if (dice < 3) faulty.fail(faults[random.int(faults.length)] as FixFault);
        const many = Math.min(1 + random.int(60), ORDERS - sent);
        for (let n = 0; n < many; n++, sent++) {
          client.session?.send({
            MsgType: "D",
            ClOrdID: `o${sent}`,
            Symbol: TICKERS[random.int(3)] ?? "A",
            Side: "1",
            OrderQty: String(1 + random.int(5)),
            OrdType: "2",
            Price: `0.${50 + random.int(10)}`,
            TimeInForce: random.int(4) === 0 ? "3" : "1",
          });
        }
        if (dice === 4) {
          client.kill();
          deaths++;
        }
        if (dice === 5) {
          faulty.restart();
          deaths++;
        }
        bench.counter(exchange, {
          ticker: TICKERS[random.int(3)] ?? "A",
          side: "ask",
          price: `0.${50 + random.int(10)}00`,
          count: String(1 + random.int(80)),
        });
        await clock.advance(random.int(400));
        if (dice === 6) {
          // The same account by REST: an order of its own, and the end of one of FIX.
          await bench.rest.place(rest, { ticker: "A", count: "1.00", price: "0.5000", id: `rest${byRest}` });
          byRest++;
          const [victim] = [...client.orders].findLast(([, { status }]) => status === "0") ?? [];
          if (victim !== undefined) await bench.rest.cancel(rest, victim);
        }
      }

      faulty.clearFaults();
      client.damage = 0;
      for (let quiet = 0; quiet < 3; quiet++) {
        await online();
        await clock.advance(30_000);
      }
      assert(client.session?.active === true);
      assert(deaths > 20 && client.gaps.length > 20, "the line was too good");

      // Every report once.
      assertEquals([...client.reports].filter(([, times]) => times !== 1), []);
      // No order twice, and of each what the exchange says.
      const orders = await bench.rest.orders(rest);
      const byFix = orders.filter(({ ClOrdID }) => /^o\d+$/.test(ClOrdID));
      assertEquals(new Set(byFix.map(({ ClOrdID }) => ClOrdID)).size, byFix.length);
      assertEquals(orders.length - byFix.length, byRest);
      assertEquals(client.orders.size, byFix.length);
      for (const { id, rests, filled, ClOrdID } of byFix) {
        const known = client.orders.get(id);
        assertEquals(
          [known?.ClOrdID, known?.CumQty, known?.traded, !ended.includes(known?.status)],
          [ClOrdID, filled, filled, rests],
          `${ClOrdID} ${rests ? "rests" : "is over"}, and was heard of as ${known?.status}`,
        );
      }
      // What was told of fills is what was filled.
      const bought = new Map<string, number>();
      for (const { orderId, count } of await bench.rest.fills(rest)) {
        bought.set(orderId, (bought.get(orderId) ?? 0) + count);
      }
      for (const [id, { traded }] of client.orders) assertEquals(bought.get(id) ?? 0, traded);
      assertEquals(byFix.length, ORDERS);
      // No number is missing: a new Logon shows no gap.
      const before = client.gaps.length;
      client.kill();
      await clock.advance(0);
      await online();
      await clock.advance(1_000);
      assertEquals(client.gaps.length, before);
    },
  );
}
