import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fs, { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { KalshiFixStoreError } from "../../src/fix/errors.ts";
import { FileFixStore } from "../../src/fix/file_store.ts";
import { test } from "../support/test.ts";
import { there } from "../../tools/there.ts";

const frame = (text: string) => new TextEncoder().encode(text);

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "fix-store-"));
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function opened(path: string, keep?: number): Promise<FileFixStore> {
  const store = new FileFixStore({ path, ...(keep === undefined ? {} : { keep }) });
  await store.open();
  return store;
}

const shown = (store: FileFixStore) => ({
  out: store.nextOutgoing,
  in: store.nextIncoming,
  sent: store.sent(0, 1e9).map(({ sequence, frame }) => `${sequence}:${new TextDecoder().decode(frame)}`),
});

test("a file store remembers numbers and messages over a new start", () =>
  inFolder(async (folder) => {
    const path = join(folder, "session");
    const store = await opened(path);
    store.append(frame("one"));
    store.append(frame("two"));
    store.setIncoming(7);
    store.setOutgoing(9);
    store.append(frame("nine"));
    store.close();
    store.close();
    const again = await opened(path);
    assertEquals(shown(again), { out: 10, in: 7, sent: ["1:one", "2:two", "9:nine"] });
    assertEquals(again.sent(2, 8).map(({ sequence }) => sequence), [2]);
    again.reset();
    assertEquals(shown(again), { out: 1, in: 1, sent: [] });
    again.append(frame("first"));
    again.close();
    const third = await opened(path, 1);
    third.append(frame("second"));
    assertEquals(shown(third), { out: 3, in: 1, sent: ["2:second"] });
    third.close();
  }));

test("a file store that was cut at any byte opens with what was whole", () =>
  inFolder(async (folder) => {
    const path = join(folder, "session");
    const store = await opened(path);
    const states = [shown(store)];
    const ends = [readFileSync(path).length];
    const note = () => {
      states.push(shown(store));
      ends.push(readFileSync(path).length);
    };
    for (let i = 1; i <= 4; i++) {
      store.append(frame(`frame ${i}`));
      note();
      store.setIncoming(10 * i);
      note();
    }
    store.reset();
    note();
    store.append(frame("anew"));
    note();
    store.close();
    const whole = readFileSync(path);
    for (let length = 0; length <= whole.length; length++) {
      const cut = join(folder, `cut-${length}`);
      writeFileSync(cut, whole.subarray(0, length));
      const reopened = await opened(cut);
      const last = ends.findLastIndex((end) => end <= length);
      assertEquals(shown(reopened), there(states[Math.max(last, 0)]), `cut at ${length}`);
      reopened.append(frame("more"));
      const after = shown(reopened);
      reopened.close();
      const third = await opened(cut);
      assertEquals(shown(third), after);
      third.close();
    }
    for (let place = there(ends[0]); place < whole.length; place += 3) {
      const damaged = Uint8Array.from(whole);
      damaged[place] = there(damaged[place]) ^ 0x40;
      const path = join(folder, "damaged");
      writeFileSync(path, damaged);
      const reopened = await opened(path);
      const last = ends.findLastIndex((end) => end <= place);
      assertEquals(shown(reopened), there(states[last]), `damaged at ${place}`);
      reopened.close();
    }
  }));

test("a file store stays small however long a session lives", () =>
  inFolder(async (folder) => {
    const path = join(folder, "session");
    const store = await opened(path, 3);
    for (let i = 1; i <= 250_000; i++) store.setIncoming(i);
    store.append(frame("kept"));
    assertEquals(readFileSync(path).length < 60_000 * 17, true);
    store.close();
    const again = await opened(path);
    assertEquals(shown(again), { out: 2, in: 250_000, sent: ["1:kept"] });
    again.close();
  }));

test("what is kept stays the same when the file is written anew, whatever its size", () =>
  inFolder(async (folder) => {
    const path = join(folder, "session");
    const store = await opened(path, 900);
    for (let i = 1; i <= 1_000; i++) {
      store.append(frame(`${i} `.repeat(i === 500 ? 400_000 : i % 700)));
      store.setIncoming(i);
    }
    const before = shown(store);
    assertEquals([before.sent.length, before.in, before.out], [900, 1_000, 1_001]);
    const size = readFileSync(path).length;
    for (let i = 0; readFileSync(path).length >= size; i += 50_000) {
      assertEquals(i < 300_000, true);
      for (let n = 0; n < 50_000; n++) store.setIncoming(1_000);
    }
    assertEquals(shown(store), before);
    store.append(frame("after"));
    const after = { ...before, out: 1_002, sent: [...before.sent.slice(1), "1001:after"] };
    assertEquals(shown(store), after);
    store.close();
    const again = await opened(path, 900);
    assertEquals(shown(again), after);
    again.close();
  }));

test("a file that is something else is left alone", () =>
  inFolder(async (folder) => {
    const path = join(folder, "letter");
    writeFileSync(path, "Dear Sir");
    await assertRejects(() => opened(path), KalshiConfigError, "is no store of a FIX session");
    assertEquals(readFileSync(path, "utf8"), "Dear Sir");
    const store = new FileFixStore({ path: join(folder, "closed") });
    let said = "";
    try {
      store.append(frame("early"));
    } catch (error) {
      said = String(error);
    }
    assertEquals(said.includes("is not open"), true);
  }));

test("a file that another store opens is that store's: the first one sends nothing more", () =>
  inFolder(async (folder) => {
    const path = join(folder, "session");
    const first = await opened(path);
    first.append(frame("one"));
    first.setIncoming(5);
    const second = await opened(path);
    second.append(frame("two"));
    for (
      const write of [() => first.append(frame("late")), () => first.setIncoming(6), () => first.reset()]
    ) {
      const error = assertThrows(write, KalshiFixStoreError, "opened by another store");
      assertEquals(error.outcome, "not-sent");
    }
    assertEquals([first.nextOutgoing, first.nextIncoming], [2, 5]);
    second.append(frame("three"));
    first.close();
    second.close();
    const third = await opened(path);
    assertEquals(shown(third), { out: 4, in: 5, sent: ["1:one", "2:two", "3:three"] });
    third.close();
  }));

test("a file that is deleted while a session has it is missed, and the next session begins at 1", () =>
  inFolder(async (folder) => {
    const path = join(folder, "session");
    const store = await opened(path);
    store.append(frame("one"));
    rmSync(path);
    assertThrows(() => store.append(frame("two")), KalshiFixStoreError, "was deleted");
    assertEquals(store.nextOutgoing, 2);
    store.close();
    const next = await opened(path);
    assertEquals(shown(next), { out: 1, in: 1, sent: [] });
    next.close();
  }));

test("a file that cannot be had is told before there is a session, and what to do", () =>
  inFolder(async (folder) => {
    const failure = (path: string) => assertRejects(() => opened(path), KalshiFixStoreError);
    assertEquals(
      (await failure(join(folder, "no", "session"))).message.includes("Make its folder first."),
      true,
    );
    writeFileSync(join(folder, "plain"), "");
    await failure(join(folder, "plain", "session"));
    await failure(folder);
    assertThrows(() => new FileFixStore({ path: "" }), KalshiConfigError, "path");
    assertThrows(() => new FileFixStore({ path: "x", keep: -1 }), KalshiConfigError, "keep");
    assertThrows(() => new FileFixStore({ path: "x", fsync: true } as never), KalshiConfigError, "fsync");
  }));

test("a disk that is full is told, uses up no number, and is written to again when there is room", () =>
  inFolder(async (folder) => {
    const path = join(folder, "session");
    const store = await opened(path);
    store.append(frame("one"));
    // Not a byte more fits, then half a record, then all.
    const { writeSync } = fs;
    let room = 0;
    const full = (file: number, bytes: Uint8Array, offset: number, length: number, at: number) => {
      const fits = Math.min(room, length);
      if (fits === 0) {
        throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
      }
      room -= fits;
      return writeSync(file, bytes, offset, fits, at);
    };
    const nearlyFull = new FileFixStore({ path });
    Object.assign(fs, { writeSync: full });
    try {
      for (room of [0, 10]) {
        const error = assertThrows(
          () => store.append(frame("two")),
          KalshiFixStoreError,
          "Make room on the disk.",
        );
        assertEquals([error.outcome, store.nextOutgoing], ["not-sent", 2]);
      }
      room = 10;
      await assertRejects(() => nearlyFull.open(), KalshiFixStoreError, "Make room on the disk.");
    } finally {
      Object.assign(fs, { writeSync });
    }
    store.append(frame("two"));
    assertEquals(shown(store), { out: 3, in: 1, sent: ["1:one", "2:two"] });
    store.close();
    const again = await opened(path);
    assertEquals(shown(again), { out: 3, in: 1, sent: ["1:one", "2:two"] });
    again.close();
  }));
