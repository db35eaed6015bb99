/**
 * One recorder for each folder. A recorder has a file of its own name there and gives signs of life; who comes later
 * looks at those of others. What a killed process left is known by its process that is gone, or that has begun at
 * another time, and on another machine by its silence.
 *
 * @module
 */
import type { Clock, ClockTimer } from "../base/clock.ts";
import { delay } from "../base/waits.ts";
import { KalshiRecordingError, recordingError } from "./errors.ts";
import { makeFolder, type NodeFiles } from "../tables/node_files.ts";

/** How often a sign of life is given, and after how long without one a recorder counts as gone. */
const BEAT_MS = 2_000;
const GONE_MS = 10_000;
/** How often two that begin in the same moment try once more. */
const TRIES = 20;

interface Owner {
  readonly host: string;
  readonly pid: number;
  /** When the process began, as the system tells it; empty where it does not. */
  readonly began: string;
}

type Verdict = "alive" | "gone" | "beginning";

/** A folder that is ours. */
export interface FolderLock {
  /** Gives it back. A second call is harmless. */
  release(): Promise<void>;
}

/** What a lock is made with. */
export interface FolderLockOptions {
  readonly files: NodeFiles;
  /** The folder, which is there. */
  readonly dir: string;
  readonly clock: Clock;
  /** With each sign of life; `undefined` while the folder is ours, else what became of it. */
  readonly onBeat: (lost: KalshiRecordingError | undefined) => void;
}

/**
 * Takes a folder.
 *
 * @throws {KalshiRecordingError} while another recorder has it, and where it cannot be written to
 */
async function lockFolder(options: FolderLockOptions): Promise<FolderLock> {
  const { files: { fs, path }, dir, clock } = options;
  const own = path.join(dir, `${crypto.randomUUID()}.lock`);
  for (let tries = 1;; tries++) {
    const other = await tryLock(options, own);
    if (other === undefined) return beating(options, own);
    await fs.rm(own, { force: true });
    if (other.verdict !== "beginning" || tries === TRIES) {
      throw new KalshiRecordingError(
        `${dir} is being written into by process ${other.owner?.pid ?? "?"} on ${
          other.owner?.host ?? "?"
        }. ` +
          "Give another folder, or end that one first. Of a machine that is gone, the lock ends ten seconds after its " +
          "last sign of life.",
      );
    }
    await delay(clock, 50 + Math.random() * 200);
  }
}

/**
 * Takes some folders, which are made where they are missing: all of them or none.
 *
 * @throws what {@linkcode lockFolder} throws, and where a folder cannot be made
 */
export async function lockFolders(
  dirs: readonly string[],
  options: Omit<FolderLockOptions, "dir">,
): Promise<FolderLock[]> {
  const { path } = options.files;
  const locks: FolderLock[] = [];
  try {
    for (const dir of new Map(dirs.map((dir) => [path.resolve(dir), dir])).values()) {
      try {
        await makeFolder(options.files, dir);
      } catch (cause) {
        throw recordingError(`Nothing can be written into ${dir}`, cause);
      }
      locks.push(await lockFolder({ ...options, dir }));
    }
  } catch (error) {
    for (const lock of locks) await lock.release();
    throw error;
  }
  return locks;
}

/** Puts our file there, then looks at those of others: of two, the later one sees the other. */
async function tryLock(
  { files, dir }: FolderLockOptions,
  own: string,
): Promise<{ readonly verdict: Verdict; readonly owner: Owner | undefined } | undefined> {
  const { fs, path } = files;
  try {
    await fs.writeFile(own, JSON.stringify(ownerOf(files)), { flag: "wx" });
  } catch (cause) {
    throw recordingError(`Nothing can be written into ${dir}`, cause);
  }
  const now = (await fs.stat(own)).mtimeMs;
  for (const name of await fs.readdir(dir)) {
    const file = path.join(dir, name);
    if (!name.endsWith(".lock") || file === own) continue;
    const owner = await readOwner(files, file);
    const age = await fs.stat(file).then(({ mtimeMs }) => now - mtimeMs, () => Infinity);
    const verdict = judge(files, owner, age);
    if (verdict !== "gone") return { verdict, owner };
    await fs.rm(file, { force: true });
  }
  return undefined;
}

/** Whether somebody has a folder now. */
export async function isFolderTaken(files: NodeFiles, dir: string, clock: Clock): Promise<boolean> {
  const { fs, path } = files;
  for (const name of await fs.readdir(dir)) {
    if (!name.endsWith(".lock")) continue;
    const file = path.join(dir, name);
    const owner = await readOwner(files, file);
    const age = await fs.stat(file).then(({ mtimeMs }) => clock.now() - mtimeMs, () => Infinity);
    if (judge(files, owner, age) !== "gone") return true;
  }
  return false;
}

function judge(files: NodeFiles, owner: Owner | undefined, age: number): Verdict {
  // Just made, and not written yet; or its process was killed in that moment.
  if (owner === undefined) return age < GONE_MS ? "beginning" : "gone";
  const isHere = owner.host === hostOf(files);
  if (isHere && !isRunning(owner.pid)) return "gone";
  if (isHere && owner.began !== "") {
    const began = beganAt(files, owner.pid);
    if (began !== "") return began === owner.began ? aliveSince(age) : "gone";
  }
  return age < GONE_MS ? aliveSince(age) : "gone";
}

/** One that is as young as ours may give way as well. */
const aliveSince = (age: number): Verdict => age < 100 ? "beginning" : "alive";

async function readOwner({ fs }: NodeFiles, file: string): Promise<Owner | undefined> {
  try {
    const { host, pid, began } = JSON.parse(await fs.readFile(file, "utf8")) as Partial<Owner>;
    const isOwner = typeof host === "string" && typeof pid === "number" && typeof began === "string";
    return isOwner ? { host, pid, began } : undefined;
  } catch {
    return undefined;
  }
}

interface Process {
  readonly pid: number;
  kill(pid: number, signal: 0): void;
}

const ownProcess = () => (globalThis as unknown as { process: Process }).process;

function ownerOf(files: NodeFiles): Owner {
  const { pid } = ownProcess();
  return { host: hostOf(files), pid, began: beganAt(files, pid) };
}

interface Permissions {
  querySync(
    of: { readonly name: string; readonly kind?: string; readonly path?: string },
  ): { readonly state: string };
}

/** Whether Deno lets us, without asking the person at the terminal; the others always do. */
function isAllowed(of: Parameters<Permissions["querySync"]>[0]): boolean {
  const { Deno } = globalThis as unknown as { Deno?: { permissions?: Permissions } };
  return Deno === undefined || Deno.permissions?.querySync(of).state === "granted";
}

/** What the machine calls itself; empty where nobody may ask, and then signs of life tell who is there. */
function hostOf({ os }: NodeFiles): string {
  return isAllowed({ name: "sys", kind: "hostname" }) ? os.hostname() : "";
}

function isRunning(pid: number): boolean {
  if (!isAllowed({ name: "run" })) return true;
  try {
    ownProcess().kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, and somebody else's.
    return (error as { code?: unknown }).code !== "ESRCH";
  }
}

/** When a process began, in ticks since the machine did: Linux alone tells it so. */
function beganAt({ plain }: NodeFiles, pid: number): string {
  if (!isAllowed({ name: "read", path: "/proc" })) return "";
  try {
    const stat = plain.readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")")).split(" ")[20] ?? "";
  } catch {
    return "";
  }
}

function beating({ files, dir, clock, onBeat }: FolderLockOptions, own: string): FolderLock {
  const { fs } = files;
  const text = JSON.stringify(ownerOf(files));
  let timer: ClockTimer | undefined;
  let isOurs = true;
  const beat = async () => {
    let lost: KalshiRecordingError | undefined;
    try {
      // Written anew, so that its time is of the same clock as that of another one's file.
      await fs.writeFile(own, text, { flag: "r+" });
    } catch (cause) {
      if ((cause as { code?: unknown }).code === "ENOENT") {
        lost = new KalshiRecordingError(
          `The recording in ${dir} has ended: its folder or its lock was deleted.`,
          {
            cause,
          },
        );
      }
    }
    if (!isOurs) return;
    onBeat(lost);
    if (lost === undefined) wait();
  };
  const wait = () => timer = clock.setTimer(() => void beat(), BEAT_MS);
  wait();
  return {
    async release() {
      if (!isOurs) return;
      isOurs = false;
      timer?.clear();
      await fs.rm(own, { force: true }).catch(() => {});
    },
  };
}
