/** Who leads: by a clock that is moved, over a bucket in memory. */
import { assert, assertEquals } from "@std/assert";
import type { Bucket, BucketEntry } from "../../src/nats/bucket.ts";
import { LeaseHolder } from "../../src/nats/lease.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";

/** A bucket that can be away, and whose answers can be lost. */
class MemoryBucket implements Bucket {
  entry: BucketEntry | undefined;
  revision = 0;
  fault: "away" | "lost-answer" | undefined;

  read(): Promise<BucketEntry | undefined> {
    return this.fault === "away" ? Promise.reject(new Error("no answer")) : Promise.resolve(this.entry);
  }

  write(_key: string, text: string, revision: number): Promise<number | undefined> {
    if (this.fault === "away") return Promise.reject(new Error("no answer"));
    if ((this.entry?.revision ?? 0) !== revision) return Promise.resolve(undefined);
    this.entry = { text, revision: ++this.revision, storedMs: 0 };
    return this.fault === "lost-answer"
      ? Promise.reject(new Error("no answer"))
      : Promise.resolve(this.revision);
  }
}

function makeHolder(clock: ManualClock, bucket: Bucket, gateway: string) {
  const told: string[] = [];
  const errors: unknown[] = [];
  const state = { isFit: true };
  const holder = new LeaseHolder({
    bucket,
    key: "lease",
    gateway,
    leaseMs: 1_000,
    clock,
    isFit: () => state.isFit,
    onLead: (epoch) => told.push(`leads ${epoch}`),
    onLost: () => told.push("lost"),
    onError: (error) => errors.push(error),
  });
  return { holder, told, errors, state };
}

/** How long it takes until something is so, in milliseconds by the clock. */
async function msUntil(clock: ManualClock, condition: () => boolean): Promise<number> {
  let ms = 0;
  for (; !condition(); ms += 50) {
    assert(ms < 10_000, String(condition));
    await clock.advance(50);
  }
  return ms;
}

test("one leads, and when it is gone another does within two seconds, whenever that is", async () => {
  for (const afterMs of [0, 190, 999]) {
    const clock = new ManualClock();
    const bucket = new MemoryBucket();
    let isGone = false;
    const dying: Bucket = {
      read: () => isGone ? new Promise(() => {}) : bucket.read(),
      write: (...write) => isGone ? new Promise(() => {}) : bucket.write(...write),
    };
    const one = makeHolder(clock, dying, "one");
    const two = makeHolder(clock, bucket, "two");
    one.holder.start();
    await clock.advance(0);
    two.holder.start();
    await clock.advance(2_000 + afterMs);
    assertEquals([one.told, two.told], [["leads 1"], []]);
    isGone = true;
    const ms = await msUntil(clock, () => two.holder.epoch !== undefined);
    assert(ms > 500 && ms <= 1_450, `${ms} ms`);
    assert((two.holder.epoch ?? 0) > 1);
    await two.holder.close();
  }
});

test("who leaves lets another lead at once, and whoever is not fit does not lead", async () => {
  const clock = new ManualClock();
  const bucket = new MemoryBucket();
  const one = makeHolder(clock, bucket, "one");
  const two = makeHolder(clock, bucket, "two");
  one.holder.start();
  await clock.advance(0);
  two.holder.start();
  await clock.advance(1_000);
  two.state.isFit = false;
  await one.holder.close();
  await clock.advance(5_000);
  assertEquals(two.told, []);
  two.state.isFit = true;
  assert(await msUntil(clock, () => two.holder.epoch !== undefined) <= 200);
  one.told.length = 0;
  await clock.advance(5_000);
  assertEquals(one.told, []);
  // One that is no longer fit gives its place up.
  const three = makeHolder(clock, bucket, "three");
  three.holder.start();
  two.state.isFit = false;
  assert(await msUntil(clock, () => three.holder.epoch !== undefined) <= 400);
  assertEquals(two.told.at(-1), "lost");
  await Promise.all([two.holder.close(), three.holder.close()]);
});

test("a bucket that is away, or whose answers are lost, ends no leader that nobody succeeds", async () => {
  const clock = new ManualClock();
  const bucket = new MemoryBucket();
  const { holder, told, errors } = makeHolder(clock, bucket, "one");
  holder.start();
  await clock.advance(400);
  for (const fault of ["away", "lost-answer", "away"] as const) {
    errors.length = 0;
    bucket.fault = fault;
    await clock.advance(2_000);
    bucket.fault = undefined;
    await clock.advance(2_000);
    // Of failures in a row one is told.
    if (fault === "away") assertEquals(errors.length, 1);
  }
  assertEquals([told, holder.epoch], [["leads 1"], 1]);
  // Whoever watched could not see whether it was renewed: the time does not count.
  const two = makeHolder(clock, bucket, "two");
  two.holder.start();
  await clock.advance(600);
  bucket.fault = "away";
  await clock.advance(5_000);
  bucket.fault = undefined;
  await clock.advance(5_000);
  assertEquals([two.told, told], [[], ["leads 1"]]);
  await two.holder.close();
  // Somebody else has it.
  bucket.entry = {
    text: '{"gateway":"two","epoch":9,"leaseMs":1000}',
    revision: ++bucket.revision,
    storedMs: 0,
  };
  await clock.advance(250);
  assertEquals(told, ["leads 1", "lost"]);
  // What nobody can read is nobody's.
  bucket.entry = { text: "?", revision: ++bucket.revision, storedMs: 0 };
  await clock.advance(250);
  assertEquals(told.length, 3);
  await holder.close();
});
