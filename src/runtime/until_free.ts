/** How long runtimes that tell nothing of their connections take to put one back or to close it. */

import { systemClock } from "../base/clock.ts";
import { delay } from "../base/waits.ts";
import { builtin } from "./builtin.ts";
import type { UntilFree } from "./types.ts";

/** The server closes first. */
const CLOSES_IN_MS = 5;
/** The runtime closes, on a thread or a task of its own. */
const BREAKS_IN_MS = 25;

/** Two turns of the event loop, whatever time these take: tasks that were waiting have run then. */
async function turns(): Promise<void> {
  const { setImmediate } = builtin("node:timers");
  for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** For a connection that closes or breaks; one that stays can be used again at once. */
export const untilClosed: UntilFree = async (end) => {
  if (end === "stays") return;
  await delay(systemClock, end === "closes" ? CLOSES_IN_MS : BREAKS_IN_MS);
  await turns();
};

/** The same where a connection that stays is back in its pool some turns after its answer. */
export const untilBackOrClosed: UntilFree = (end) => end === "stays" ? turns() : untilClosed(end);
