/** Waits for what others wait for too: a caller who gives up leaves it to them. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    const done = () => signal.removeEventListener("abort", abort);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort);
    promise.then(resolve, reject).finally(done);
  });
}

/** What waits for a signal to abort, and the one listener that tells it. */
const waiting = new WeakMap<AbortSignal, { readonly told: Set<() => void>; readonly tell: () => void }>();

/**
 * Calls `act` when a signal aborts; returns what takes that back. However many wait, the signal has one listener:
 * Node warns of a signal that more than ten listen to, and a caller may give one signal to hundreds of calls. What
 * is given must be a function of its own each time.
 */
export function onAborted(signal: AbortSignal | undefined, act: () => void): () => void {
  if (signal === undefined) return () => {};
  let entry = waiting.get(signal);
  if (entry === undefined) {
    const told = new Set<() => void>();
    entry = {
      told,
      tell: () => {
        for (const act of told) act();
      },
    };
    waiting.set(signal, entry);
  }
  const { told, tell } = entry;
  if (told.size === 0) signal.addEventListener("abort", tell);
  told.add(act);
  return () => {
    if (told.delete(act) && told.size === 0) signal.removeEventListener("abort", tell);
  };
}
