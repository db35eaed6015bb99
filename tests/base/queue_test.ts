import { assertEquals, assertRejects } from "@std/assert";
import { KalshiStreamOverflowError } from "../../src/base/overflow_error.ts";
import { type QueuePolicy, StreamQueue } from "../../src/base/queue.ts";
import { test } from "../support/test.ts";

interface Item {
  readonly n: number;
  readonly market?: string;
  readonly type?: string;
  readonly missedFromMs?: number;
  readonly dropped?: number;
}

function queue(policy: QueuePolicy, limit = 3) {
  let ended = 0;
  const made = new StreamQueue<Item>({
    name: "a test",
    policy,
    limit,
    keyOf: ({ market }) => market,
    onEnd: () => ended++,
  });
  return { queue: made, ended: () => ended };
}

async function rest(from: StreamQueue<Item>): Promise<Item[]> {
  from.end();
  const items: Item[] = [];
  for await (const item of from) items.push(item);
  return items;
}

test("items come out in order, also to readers that wait", async () => {
  const { queue: q } = queue("error");
  const first = q.next();
  const second = q.next();
  q.push({ n: 1 });
  q.push({ n: 2 });
  q.push({ n: 3 });
  assertEquals((await first).value, { n: 1 });
  assertEquals((await second).value, { n: 2 });
  assertEquals(await rest(q), [{ n: 3 }]);
});

test("error: the reader gets what was queued, then the error, then the end", async () => {
  const { queue: q, ended } = queue("error");
  for (let n = 1; n <= 5; n++) q.push({ n });
  assertEquals(ended(), 1);
  for (let n = 1; n <= 3; n++) assertEquals((await q.next()).value, { n });
  const error = await assertRejects(() => q.next(), KalshiStreamOverflowError);
  assertEquals(error.code, "OVERFLOW");
  assertEquals(await q.next(), { value: undefined, done: true });
});

test("drop-oldest: the next item says how many went before it", async () => {
  const { queue: q, ended } = queue("drop-oldest");
  for (let n = 1; n <= 5; n++) q.push({ n });
  assertEquals([q.dropped, q.size], [2, 3]);
  assertEquals(await rest(q), [{ n: 3, dropped: 2 }, { n: 4 }, { n: 5 }]);
  assertEquals(ended(), 0);
});

test("latest: the newest of each market, in the order the markets came", async () => {
  const { queue: q } = queue("latest");
  for (let n = 0; n < 100; n++) q.push({ n, market: `M${n % 5}` });
  assertEquals([q.size, q.conflated, q.dropped], [5, 95, 0]);
  assertEquals((await rest(q)).map(({ n }) => n), [95, 96, 97, 98, 99]);
});

test("latest: what comes after a marker is read after it, and markers do not pile up", async () => {
  const { queue: q } = queue("latest");
  q.push({ n: 1, market: "A" });
  q.push({ n: 2, market: "B" });
  q.push({ n: 3, type: "reconnected", missedFromMs: 10 });
  q.push({ n: 4, market: "A" });
  q.push({ n: 5, market: "C" });
  q.push({ n: 6, market: "A" });
  assertEquals((await q.next()).value?.n, 2);
  q.push({ n: 7, market: "B" });
  for (let n = 0; n < 1_000; n++) q.push({ n: 100 + n, type: "gap", missedFromMs: 20 + n });
  q.push({ n: 8, type: "reconnected", missedFromMs: 2_000 });
  q.push({ n: 9, market: "B" });
  assertEquals(q.size, 5);
  assertEquals(
    (await rest(q)).map(({ n, missedFromMs }) => [n, missedFromMs]),
    [[6, undefined], [5, undefined], [1_099, 20], [8, 10], [9, undefined]],
  );
});

test("unbounded: nothing is lost, and memory is given back as it is read", async () => {
  const { queue: q } = queue("unbounded");
  let expected = 0;
  for (let n = 0; n < 50_000; n++) {
    q.push({ n });
    if (n % 3 === 0) assertEquals((await q.next()).value?.n, expected++);
  }
  assertEquals((await rest(q)).length, 50_000 - expected);
});

test("an error given at the end comes after what is queued, to waiting readers at once", async () => {
  const { queue: q } = queue("error");
  q.push({ n: 1 });
  q.end(new Error("over"));
  assertEquals((await q.next()).value, { n: 1 });
  await assertRejects(() => q.next(), Error, "over");

  const { queue: waiting } = queue("error");
  const next = waiting.next();
  const after = waiting.next();
  waiting.end(new Error("over"));
  await assertRejects(() => next, Error, "over");
  assertEquals((await after).done, true);
});

test("leaving the loop ends it once, and what comes later is ignored", async () => {
  const { queue: q, ended } = queue("error");
  q.push({ n: 1 });
  q.push({ n: 2 });
  for await (const { n } of q) if (n === 1) break;
  q.push({ n: 3 });
  await q.return();
  assertEquals([ended(), q.size], [1, 0]);
  assertEquals((await q.next()).done, true);
});
