/** The store of a FIX session in a Durable Object of a real workerd that is thrown out of memory, killed and started again. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { DurableObjectFixStore } from "../../src/workers/mod.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import type { Call } from "./fix_worker.ts";
import { bundle } from "./support/feed.ts";

// Miniflare, which runs workerd, belongs to Node.
const node = { on: ["node" as const] };

interface Shown {
  readonly out: number;
  readonly in: number;
  readonly sent: readonly string[];
}

interface Running extends AsyncDisposable {
  ask<T>(path: string, body?: Call): Promise<T>;
}

interface WorkerBed extends AsyncDisposable {
  /** A workerd over the same storage; it is killed in the end. */
  start(options?: { readonly useSQLite?: boolean }): Promise<Running>;
  readonly exchange: LocalExchange;
}

async function startBed(): Promise<WorkerBed> {
  const { Miniflare } = await import("miniflare");
  const folder = mkdtempSync(join(tmpdir(), "fix-object-"));
  const exchange = await LocalExchange.start({ markets: 0, marketMakers: false, fix: true });
  const { keyId, privateKey } = await exchange.createAccount();
  const ticker = exchange.listMarket({ ticker: "M" });
  const { host, port } = exchange.fixConfig("order-entry-rt");
  const contents = await bundle("tests/workers/fix_worker.ts");
  return {
    exchange,
    async start({ useSQLite = true } = {}) {
      const worker = new Miniflare(
        {
          modules: [{ type: "ESModule", path: "worker.mjs", contents }],
          compatibilityDate: "2026-04-01",
          cf: false,
          durableObjects: { TRADER: { className: "Trader", useSQLite } },
          durableObjectsPersist: folder,
          outboundService: { network: { allow: ["public", "private"] } },
          bindings: {
            KALSHI_KEY_ID: keyId,
            KALSHI_PRIVATE_KEY: privateKey,
            EXCHANGE: JSON.stringify({ host, port, ticker }),
          },
        } as unknown as ConstructorParameters<typeof Miniflare>[0],
      );
      await worker.ready;
      return {
        async ask<T>(path: string, body?: Call) {
          const response = await worker.dispatchFetch(
            `http://worker${path}`,
            body === undefined ? {} : { method: "POST", body: JSON.stringify(body) },
          );
          return await response.json() as T;
        },
        [Symbol.asyncDispose]: () => worker.dispose(),
      };
    },
    async [Symbol.asyncDispose]() {
      await exchange.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const use = (worker: Running, steps: Call["steps"], store?: Call["store"]) =>
  worker.ask<Shown>("/use", { steps, ...(store === undefined ? {} : { store }) });

test(
  "a FIX store in a Durable Object: numbers and messages outlive the object and the process",
  node,
  async () => {
    await using bed = await startBed();
    const first: Shown = { out: 10, in: 7, sent: ["1:one", "2:two", "9:nine"] };
    {
      await using worker = await bed.start();
      assertEquals(await use(worker, []), { out: 1, in: 1, sent: [] });
      assertEquals(
        await use(worker, [
          ["append", "one"],
          ["append", "two"],
          ["setIncoming", 7],
          ["setOutgoing", 9],
          ["append", "nine"],
        ]),
        first,
      );
      // Out of memory, in the middle of a request.
      await worker.ask("/abort").catch(() => {});
      assertEquals(await use(worker, []), first);
    }
    {
      await using worker = await bed.start();
      assertEquals(await use(worker, []), first);
      // A number that is taken back, as after a Logon that was refused, is used again.
      assertEquals(await use(worker, [["setOutgoing", 9], ["append", "other"]]), {
        ...first,
        sent: ["1:one", "2:two", "9:other"],
      });
      // Another session of the object.
      assertEquals(await use(worker, [["append", "x"]], { name: "drop copy" }), {
        out: 2,
        in: 1,
        sent: ["1:x"],
      });
      assertEquals(await use(worker, [["reset"], ["append", "anew"]]), { out: 2, in: 1, sent: ["1:anew"] });
      assertEquals((await use(worker, [], { name: "drop copy" })).sent, ["1:x"]);
    }
  },
);

test("a FIX store in a Durable Object keeps so many messages, and no more", node, async () => {
  await using bed = await startBed();
  await using worker = await bed.start();
  const { out, sent } = await use(worker, [["fill", 1_050]], { keep: 10 });
  assertEquals([out, sent.at(-1), sent.length < 110, sent.length >= 10], [1_051, "1050:1049", true, true]);
  assertEquals(
    sent.map((text) => text.split(":")[0]).join(),
    sent.map((_, at) => 1_051 - sent.length + at).join(),
  );
  const none = await use(worker, [["append", "a"], ["append", "b"]], { keep: 0, name: "none" });
  assertEquals(none, { out: 3, in: 1, sent: [] });
});

test("a FIX store in a Durable Object: what cannot be is said", node, async () => {
  await using bed = await startBed();
  await using worker = await bed.start();
  const said = async (steps: Call["steps"]) => (await worker.ask<{ error: string }>("/use", { steps })).error;
  // Two stores of one name: the second message under a number is not kept, and so not sent.
  assertStringIncludes(await said([["append", "a"], ["appendByAnother", "b"]]), "KalshiFixStoreError");
  assertStringIncludes(await said([["close"], ["append", "a"]]), "is not open");
  assertEquals((await use(worker, [])).sent, ["1:a"]);

  await using plainBed = await startBed();
  await using plain = await plainBed.start({ useSQLite: false });
  const { error } = await plain.ask<{ error: string }>("/use", { steps: [] });
  assertStringIncludes(error, "new_sqlite_classes");
  assertStringIncludes(error, "KalshiFixStoreError");
  assertThrows(() => new DurableObjectFixStore({} as never), KalshiConfigError, "ctx.storage");
});

test(
  "a FIX session of a Durable Object goes on after its object was lost and its process killed",
  node,
  async () => {
    await using bed = await startBed();
    let each: number | undefined;
    let trades = 0;
    const trade = async (worker: Running) => {
      const { ExecType, next } = await worker.ask<{ ExecType: string; next: number }>("/trade");
      trades++;
      // As many messages each time: Logon, order, Logout and what else there is.
      each ??= next - 1;
      assertEquals([ExecType, next], ["0", 1 + each * trades]);
      await until(() => bed.exchange.fix.open === 0);
    };
    for (const _ of [1, 2, 3]) {
      await using worker = await bed.start();
      await trade(worker);
      await worker.ask("/abort").catch(() => {});
      await trade(worker);
    }
  },
);

test("a FIX session of a Durable Object serves many requests over one connection", node, async () => {
  await using bed = await startBed();
  await using worker = await bed.start();
  for (let request = 0; request < 5; request++) {
    const answer = await worker.ask<{ ExecType: string; state: { name: string; connection: number } }>(
      "/order",
    );
    assertEquals([answer.ExecType, answer.state.name, answer.state.connection], ["0", "active", 1]);
  }
  const many = await Promise.all(
    Array.from({ length: 20 }, () => worker.ask<{ ExecType: string }>("/order")),
  );
  assertEquals(many.map(({ ExecType }) => ExecType), many.map(() => "0"));
  assertEquals(bed.exchange.fix.open, 1);
  assertEquals(await worker.ask("/close"), "closed");
  await until(() => bed.exchange.fix.open === 0);
});
