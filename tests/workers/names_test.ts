import { assert, assertEquals } from "@std/assert";
import { KalshiBadRequestError, KalshiConnectionError } from "../../mod.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { Names, type NamesOptions } from "../../src/workers/names.ts";
import { test } from "../support/test.ts";

function setUp(options: Partial<NamesOptions> = {}) {
  const clock = new ManualClock();
  const questions: string[][] = [];
  const answers: string[] = [];
  const dropped: string[] = [];
  const errors: unknown[] = [];
  const names = new Names({
    clock,
    most: 500,
    lookUp: (tickers) => {
      questions.push([...tickers]);
      return Promise.resolve(new Map());
    },
    isWanted: () => true,
    onAnswer: (ticker, _status, error) => answers.push(error === undefined ? ticker : `${ticker}?`),
    onAnswered() {},
    onDropped: (ticker) => dropped.push(ticker),
    onError: (error) => errors.push(error),
    ...options,
  });
  const bring = (reader: string, count: number, place = reader) => {
    let taken = 0;
    for (let n = 0; n < count; n++) if (names.add(`${reader}-${n}`, { reader, place })) taken++;
    return taken;
  };
  return { clock, names, questions, answers, dropped, errors, bring };
}

test("Names: one who brings too many is refused, and leaves room for the others", () => {
  const { bring, dropped } = setUp();
  assertEquals(["a", "b", "c", "d", "e"].map((owner) => bring(owner, 1_000)), [150, 150, 150, 125, 100]);
  assertEquals(dropped.length, 175, "whoever has the most loses the newest");
  assertEquals(dropped[0], "a-149");
});

test("Names: however many strangers fill the list, one who brings a few names has them asked at once", async () => {
  const { clock, names, questions, bring } = setUp();
  for (let stranger = 0; stranger < 99; stranger++) bring(`stranger ${stranger}`, 150);
  assertEquals(bring("reader", 4), 4);
  names.ask();
  assert(questions[0]?.includes("reader-0"));
  for (let asked = 0; asked < 3; asked++) await clock.advance(500);
  assertEquals(new Set(questions.slice(0, 4).flat()).has("reader-3"), true);
});

test("Names: strangers of one place, however many, have the turns of one, and so has a reader among them", async () => {
  const { clock, names, questions, bring } = setUp();
  for (let stranger = 0; stranger < 40; stranger++) bring(`stranger ${stranger}`, 150, "there");
  assertEquals([bring("neighbour", 2, "there"), bring("reader", 50, "here")], [2, 50]);
  names.ask();
  assertEquals(questions[0]?.filter((name) => name.startsWith("reader")).length, 50);
  await clock.advance(500);
  assertEquals(questions.slice(0, 2).flat().filter((name) => name.startsWith("neighbour")).length, 2);
});

test("Names: who had a turn is the last to have another, so that nobody waits behind those who never stop", async () => {
  const { clock, names, questions, bring } = setUp({ most: 2_000 });
  for (let stranger = 0; stranger < 250; stranger++) bring(`stranger ${stranger}`, 5);
  names.ask();
  bring("reader", 1);
  for (let asked = 0; asked < 3; asked++) await clock.advance(500);
  const turn = questions.findIndex((question) => question.includes("reader-0"));
  assert(turn >= 0 && turn <= 3, `in question ${turn} of ${questions.length}`);
});

test("Names: a name that two bring is asked for once, and dropped when neither has it any longer", async () => {
  const { clock, names, questions, dropped } = setUp({ most: 2 });
  const [a, b, c] = ["a", "b", "c"].map((name) => ({ reader: name, place: name }));
  assert(a !== undefined && b !== undefined && c !== undefined);
  for (const origin of [a, b]) assert(names.add("X", origin));
  assert(names.add("Y", a));
  assert(names.add("Z", c), "a has two, so it loses the newest");
  assertEquals(dropped, ["Y"]);
  names.ask();
  await clock.advance(2_000);
  assertEquals(questions, [["X", "Z"]]);
});

test("Names: what nobody waits for any longer is not asked for", async () => {
  const { clock, names, questions, bring } = setUp({ isWanted: (ticker) => ticker.startsWith("reader") });
  for (let stranger = 0; stranger < 3; stranger++) bring(`stranger ${stranger}`, 150);
  bring("reader", 2);
  names.ask();
  await clock.advance(2_000);
  assertEquals(questions, [["reader-0", "reader-1"]]);
});

test("Names: a question holds a hundred names, and no more characters than an address may have", async () => {
  const { clock, names, questions } = setUp();
  for (let n = 0; n < 150; n++) names.add(`${n}`.padEnd(100, "X"), { reader: "a", place: "a" });
  names.ask();
  await clock.advance(10_000);
  assertEquals(questions.flat().length, 150);
  assert(questions.every((asked) => asked.length <= 100 && asked.join().length <= 4_000));
});

test("Names: one name that spoils a question keeps no other from its answer, and few get by unanswered", async () => {
  const asked: number[] = [];
  const { clock, names, answers, errors, bring } = setUp({
    lookUp: (tickers) => {
      asked.push(tickers.length);
      return tickers.includes("a-37")
        ? Promise.reject(new KalshiBadRequestError("no such thing", { status: 400 }))
        : Promise.resolve(new Map());
    },
  });
  bring("a", 100);
  names.ask();
  await clock.advance(20_000);
  assertEquals([answers.length, answers.filter((answer) => answer.endsWith("?"))], [100, ["a-37?"]]);
  assert(asked.length < 20, `asked ${asked.length} times`);
  assertEquals(errors.length, 1);
});

test("Names: while REST cannot be reached, ten names of a question are left to the WebSocket, others wait", async () => {
  let isDown = true;
  const { clock, names, answers, bring } = setUp({
    lookUp: () => isDown ? Promise.reject(new KalshiConnectionError("down")) : Promise.resolve(new Map()),
  });
  for (const owner of ["a", "b"]) bring(owner, 50);
  names.ask();
  await clock.advance(0);
  assertEquals(answers, ["0", "1", "2", "3", "4"].flatMap((n) => [`a-${n}?`, `b-${n}?`]));
  isDown = false;
  await clock.advance(1_000);
  assertEquals([answers.length, answers.filter((answer) => answer.endsWith("?")).length], [100, 10]);
});

test("Names: the newest of many thousand stay known, a doubted one does not", () => {
  const { names } = setUp();
  for (let n = 0; n <= 10_000; n++) names.know(`M${n}`);
  names.doubt("M5");
  assertEquals(["M0", "M1", "M5", "M10000"].map((name) => names.isKnown(name)), [false, true, false, true]);
});
