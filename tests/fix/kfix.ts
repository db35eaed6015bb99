/**
 * QuickFIX C++ as a counterparty, driven over its standard streams. It is made from a kit that is kept outside the
 * project, once, into `.build`; where something for that is not there, `kfixKit` says what.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { until } from "../support/until.ts";

/** The folder with the program, dictionaries, keys and certificates. */
export interface KfixKit {
  readonly folder: string;
  readonly clientKey: string;
  readonly clientPublicKey: string;
  readonly ca: string;
  readonly serverKey: string;
  readonly serverCertificate: string;
}

const kit = process.env.FIX_KIT ?? "";
const facts = process.env.KALSHI_FIX_JSON ?? `${kit}/../specs/fix.json`;

/** What is missing to make the program, in words; undefined when nothing is. */
export function missingForKfix(): string | undefined {
  if (!existsSync(`${kit}/quickfix/kfix.cpp`)) return "its kit is not here (FIX_KIT names it)";
  if (!existsSync(facts)) return "the fact file of its dictionaries is not here (KALSHI_FIX_JSON names it)";
  if (!existsSync("/usr/include/quickfix/Session.h")) return "libquickfix-dev is not installed";
  for (const program of ["g++", "python3", "openssl"]) {
    try {
      execFileSync(program, ["--version"], { stdio: "ignore" });
    } catch {
      try {
        execFileSync(program, ["version"], { stdio: "ignore" });
      } catch {
        return `${program} is not installed`;
      }
    }
  }
  return undefined;
}

/** Makes the program, or finds it made. */
export function kfixKit(): KfixKit {
  const folder = resolve(".build/kfix");
  if (!existsSync(`${folder}/made/kfix`)) make(folder);
  const read = (name: string) => readFileSync(`${folder}/made/${name}`, "utf8");
  return {
    folder,
    clientKey: read("client-rsa.key"),
    clientPublicKey: read("client-rsa.pub"),
    ca: read("ca.pem"),
    serverKey: read("srv.key"),
    serverCertificate: read("srv.pem"),
  };
}

/** Made beside its place and moved there whole: the runtimes' tests run at the same time. */
function make(folder: string): void {
  mkdirSync(".build", { recursive: true });
  const beside = mkdtempSync(resolve(".build/kfix-"));
  try {
    cpSync(`${kit}/quickfix`, `${beside}/kit`, { recursive: true });
    mkdirSync(`${beside}/made`);
    const env = { ...process.env, KALSHI_FIX_JSON: resolve(facts) };
    const run = (command: string, args: readonly string[]) =>
      execFileSync(command, args, { cwd: `${beside}/made`, env, stdio: "pipe" });
    run("sh", ["../kit/build.sh", ".", "kfix"]);
    run("python3", ["../kit/gen-dict.py"]);
    run("sh", ["../kit/keys.sh", "."]);
    // Whoever comes second finds the place taken, and uses what is there: others have its keys by now.
    renameSync(beside, folder);
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    if (!existsSync(`${folder}/made/kfix`)) throw error;
  }
}

/** QuickFIX's verdict on frames, one each, under the dictionaries of a product. */
export function verdicts(
  { folder }: KfixKit,
  frames: readonly Uint8Array[],
  product: "event" | "margin",
): string[] {
  const place = mkdtempSync(join(tmpdir(), "kfix-check-"));
  try {
    // In files: not every runtime feeds a program and reads it at the same time.
    writeFileSync(`${place}/frames`, Buffer.concat(frames.flatMap((frame) => [frame, Uint8Array.of(10)])));
    const check = `./kfix check KALSHI-${product}-FIXT11.xml KALSHI-${product}-FIX50SP2.xml`;
    // It ends with 1 when it refuses one.
    execFileSync("sh", ["-c", `${check} < ${place}/frames > ${place}/verdicts || test $? = 1`], {
      cwd: `${folder}/made`,
      stdio: "ignore",
    });
    return readFileSync(`${place}/verdicts`, "utf8").trimEnd().split("\n");
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** One QuickFIX session in a process of its own. */
export class Kfix implements AsyncDisposable {
  readonly lines: string[] = [];
  readonly #process: ChildProcess;
  readonly #store: string;
  readonly #done: Promise<void>;
  #rest = "";

  private constructor(child: ChildProcess, store: string) {
    this.#process = child;
    this.#store = store;
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      const parts = `${this.#rest}${text}`.split("\n");
      this.#rest = parts.pop() ?? "";
      this.lines.push(...parts);
    });
    this.#done = new Promise((done) => child.on("close", () => done()));
  }

  /** Starts one, and waits until it is ready. `changes` are settings of its file: `SenderCompID=KalshiNR`. */
  static async start(
    { folder }: KfixKit,
    role: "acceptor" | "initiator",
    changes: readonly string[],
    { tls = false, store }: { readonly tls?: boolean; readonly store?: string } = {},
  ): Promise<Kfix> {
    const kept = store ?? mkdtempSync(join(tmpdir(), "kfix-"));
    const child = spawn("./kfix", [
      role,
      `../kit/${role === "acceptor" ? "acc" : "ini"}.cfg`,
      ...(tls ? ["tls"] : []),
      `FileStorePath=${kept}`,
      ...changes,
    ], { cwd: `${folder}/made`, stdio: ["pipe", "pipe", "ignore"] });
    const kfix = new Kfix(child, kept);
    await until(() => kfix.lines.some((line) => line === "READY" || line.startsWith("FATAL")));
    const fatal = kfix.lines.find((line) => line.startsWith("FATAL"));
    if (fatal !== undefined) throw new Error(fatal);
    return kfix;
  }

  /** Where it keeps its numbers: another one may go on with them. */
  get store(): string {
    return this.#store;
  }

  /** Gives it a command. */
  say(command: string): void {
    this.#process.stdin?.write(`${command}\n`);
  }

  /** Gives it a command, and waits until it is done. */
  async does(command: string): Promise<void> {
    const done = `DONE ${command}`;
    const before = this.count(done);
    this.say(command);
    await this.heard([done], before + 1);
  }

  /** How many lines hold all of these. */
  count(...parts: readonly string[]): number {
    return this.lines.filter((line) => parts.every((part) => line.includes(part))).length;
  }

  /** Whether it says that it is logged on. */
  get online(): boolean {
    return this.lines.findLast((line) => /^LOG(ON|OUT) /.test(line))?.startsWith("LOGON") === true;
  }

  /** Waits until so many lines hold all of these. */
  async heard(parts: readonly string[], times = 1): Promise<string> {
    const fits = (line: string) => parts.every((part) => line.includes(part));
    await until(() => this.lines.filter(fits).length >= times);
    return this.lines.filter(fits)[times - 1] as string;
  }

  /** The numbers it sends and expects next. */
  async numbers(): Promise<{ out: number; in: number }> {
    const before = this.count("NUMS ");
    this.say("nums");
    const [, out, into] = /out=(\d+) in=(\d+)/.exec(await this.heard(["NUMS "], before + 1)) ?? [];
    return { out: Number(out), in: Number(into) };
  }

  /** Dies at once, and keeps its numbers. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.#store, { recursive: true, force: true });
  }
}
