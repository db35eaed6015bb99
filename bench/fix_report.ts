/** The bench of FIX messages: every runtime, engines of npm and QuickFIX beside them, in turn. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { kalshiDictionary } from "../src/contract/fix/dictionary.ts";
import { dictionaryXml, installEngines, sessionTypes } from "./fix_engines.ts";
import { frameOf, report } from "./fix_messages.ts";
import type { Figure } from "./measure.ts";
import { type BenchRuntime, commandFor, runForResult, RUNTIMES } from "./support.ts";

const FOLDER = ".build/bench/quickfix";
const ROUNDS = 3;
/** Seconds of processor time of each case in each round, after three quarters of one that warm it up. */
const SECONDS = "0.5";

const OWN = ["decode", "session", "encode", "ceiling-decode", "ceiling-session", "ceiling-encode"];
const ENGINES = ["jspurefix-decode", "fixparser-decode", "jspurefix-encode", "fixparser-encode"];

interface QuickFix {
  readonly decode: number;
  readonly encode: number;
}

/** Builds QuickFIX's part where its library is; else says what is missing. */
function buildQuickFix(): { run: () => QuickFix } | { missing: string } {
  mkdirSync(FOLDER, { recursive: true });
  const program = `${FOLDER}/fix_quickfix`;
  const options = ["-std=c++14", "-O2", "-w", "bench/fix_quickfix.cpp", "-o", program];
  const { status } = spawnSync("g++", [...options, "-lquickfix", "-lpthread"], { stdio: "ignore" });
  if (status !== 0) return { missing: "not compared: it needs g++ and libquickfix-dev of Debian" };
  const all = Object.keys(kalshiDictionary.messages);
  const [transport, application, frame] = ["transport.xml", "application.xml", "report"].map((name) =>
    `${FOLDER}/${name}`
  ) as [string, string, string];
  writeFileSync(transport, dictionaryXml("FIXT", all.filter((type) => sessionTypes.has(type))));
  writeFileSync(application, dictionaryXml("FIX", all.filter((type) => !sessionTypes.has(type))));
  writeFileSync(frame, frameOf(report, 12_346));
  return {
    run: () => {
      const told = spawnSync(program, [frame, transport, application, SECONDS], { encoding: "utf8" });
      if (told.status !== 0) throw new Error(`QuickFIX: ${told.stderr}`);
      return JSON.parse(told.stdout) as QuickFix;
    },
  };
}

/** Rates of FIX messages, best of all slices, and what a message that is kept holds. */
export async function benchFix(): Promise<Figure[]> {
  const wrong = installEngines();
  const quickFix = buildQuickFix();
  const cases = [...OWN, ...(wrong === undefined ? ENGINES : [])];
  const best = new Map<string, number>();
  const note = (key: string, rates: readonly number[]) =>
    void best.set(key, Math.max(best.get(key) ?? 0, ...rates));
  const commands = new Map<BenchRuntime, readonly [string, string[]]>();
  for (const runtime of RUNTIMES) commands.set(runtime, await commandFor(runtime, "bench/fix.ts"));
  for (let round = 0; round < ROUNDS; round++) {
    if ("run" in quickFix) {
      const { decode, encode } = quickFix.run();
      note("quickfix decode", [decode]);
      note("quickfix encode", [encode]);
    }
    for (const one of cases) {
      for (const [runtime, [command, args]] of commands) {
        note(`${runtime} ${one}`, await runForResult<number[]>(command, [...args, one, SECONDS]));
      }
    }
  }
  const figures: Figure[] = [];
  for (const runtime of RUNTIMES) {
    const rate = (one: string) => best.get(`${runtime} ${one}`) ?? NaN;
    figures.push(...ratesOf(runtime, rate, best));
    figures.push(await memoryOf(runtime));
  }
  if (wrong !== undefined) figures.push(told("engines of npm", `not compared: ${wrong}`));
  figures.push(
    "missing" in quickFix ? told("QuickFIX C++", quickFix.missing) : told(
      "QuickFIX C++",
      `decode ${thousands(best, "quickfix decode")}, encode ${thousands(best, "quickfix encode")}`,
    ),
  );
  return figures;
}

const told = (name: string, value: string): Figure => ({
  name: `FIX, ${name}`,
  value,
  budget: "none",
  ok: true,
});
const k = (rate: number) => `${(rate / 1000).toFixed(0)} k`;
const thousands = (best: ReadonlyMap<string, number>, key: string) => k(best.get(key) ?? NaN);

function ratesOf(
  runtime: string,
  rate: (one: string) => number,
  best: ReadonlyMap<string, number>,
): Figure[] {
  const figure = (what: string, one: string, least: number): Figure => ({
    name: `${runtime}, FIX ${what} in a second`,
    value: `${k(rate(one))}, ${(100 * rate(one) / rate(`ceiling-${one}`)).toFixed(0)} % of ${
      k(rate(`ceiling-${one}`))
    } by hand`,
    budget: `at least ${k(least)}`,
    ok: rate(one) >= least,
  });
  const against = (what: string, one: string, other: number, whose: string, least: number): Figure => ({
    name: `${runtime}, FIX ${what}, times ${whose}`,
    value: `${(rate(one) / other).toFixed(1)} (${k(other)})`,
    budget: least === 1 ? "more than 1" : `at least ${least}`,
    ok: least === 1 ? rate(one) > other : rate(one) / other >= least,
  });
  const figures = [
    figure("reports read", "decode", 500_000),
    figure("frames as the session reads them", "session", runtime === "node" ? 1_000_000 : 1_500_000),
    figure("orders written", "encode", 1_000_000),
  ];
  const [objects, flat] = [rate("jspurefix-decode"), rate("fixparser-decode")];
  if (!Number.isNaN(objects)) {
    const [first, second] = [rate("jspurefix-encode"), rate("fixparser-encode")];
    figures.push(against("reports read", "decode", objects, "jspurefix, which makes objects", 8));
    figures.push({
      ...against("reports read", "decode", flat, "fixparser, which makes a flat list", 0),
      budget: "none",
    });
    const fastest = first > second ? "jspurefix" : "fixparser";
    figures.push(
      against("orders written", "encode", Math.max(first, second), `${fastest}, the faster one`, 3),
    );
  }
  const quickfix = [best.get("quickfix decode"), best.get("quickfix encode")];
  if (quickfix[0] !== undefined && quickfix[1] !== undefined) {
    figures.push(against("reports read", "decode", quickfix[0], "QuickFIX C++ with a dictionary", 1));
    figures.push(against("orders written", "encode", quickfix[1], "QuickFIX C++", 1));
  }
  return figures;
}

async function memoryOf(runtime: (typeof RUNTIMES)[number]): Promise<Figure> {
  const [command, args] = await commandFor(runtime, "bench/fix.ts", { gc: true });
  const { whole, field } = await runForResult<{ whole: number; field: number }>(command, [...args, "memory"]);
  return {
    name: `${runtime}, bytes of memory that a kept FIX report holds`,
    value: `${whole.toFixed(0)}, its ClOrdID alone ${field.toFixed(0)}`,
    budget: "none",
    ok: true,
  };
}
