/**
 * The test bed: servers and faulty peers that a test talks to over real sockets. On Deno, Bun and Node they
 * run in this process; a Worker, which cannot listen, has them run in a host process beside it.
 */
import { runtimeName } from "./test.ts";

/** A running thing of the bed. Arguments and results are JSON. */
export interface Thing extends AsyncDisposable {
  /** Calls one of its methods. */
  call<T = unknown>(method: string, ...args: unknown[]): Promise<T>;
}

let bedUrl: string | undefined;

/** Told by the Worker's entry: where the host process listens. */
export function setBed(url: string | undefined): void {
  bedUrl = url;
}

async function rpc(body: unknown): Promise<unknown> {
  if (bedUrl === undefined) throw new Error("No test bed: BED_URL is not set.");
  const response = await fetch(bedUrl, { method: "POST", body: JSON.stringify(body) });
  const answer = await response.json() as { value?: unknown; error?: string };
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer.value;
}

/** Starts one of the kinds that `bed_things.ts` names. */
export async function startThing(kind: string, options: unknown = {}): Promise<Thing> {
  if (runtimeName === "workers") {
    const id = await rpc({ start: kind, options });
    return {
      call: <T>(method: string, ...args: unknown[]) => rpc({ id, method, args }) as Promise<T>,
      async [Symbol.asyncDispose]() {
        await rpc({ id, stop: true });
      },
    };
  }
  const { startLocally } = await import("./bed_things.ts");
  return await startLocally(kind, options);
}
